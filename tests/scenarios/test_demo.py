"""The demo: the sample academy at work, and a clock that brings each thing at its own moment."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.academies import ADMIN, cast
from bot.demo import STARTS_AT, Demo, demonstration
from bot.domain.members import Role
from sandbox.workspace import instant_of

ROOT = Path(__file__).parents[2]
MID_JUNE = datetime(2023, 6, 17, 12, 0, tzinfo=UTC)
FINN, AZOREAN = "U0CM01", "U0CM09"


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    async with demonstration(port=0) as running:
        yield running


def reminders(demo: Demo, user_id: str) -> list[dict[str, Any]]:
    """The direct messages that remind somebody, oldest first."""
    return [
        message
        for message in demo.sandbox.person(user_id).direct()
        if message.get("metadata", {}).get("event_payload", {}).get("key", "").startswith("remind:")
    ]


async def test_a_newcomer_sees_what_is_due_and_hands_it_in(demo: Demo) -> None:
    finn = demo.sandbox.person(FINN)

    home = await finn.open_home()
    await finn.command("/homework submit action-plan-1")
    modal = finn.modal

    assert "Action plan: first blueprint" in str(home)
    assert modal is not None
    assert "Action plan: first blueprint" in str(modal)
    assert finn.notices == []


async def test_moving_the_clock_brings_each_reminder_at_nine_on_its_person_s_clock(demo: Demo) -> None:
    target = datetime(2023, 7, 6, 12, 0, tzinfo=UTC)

    await demo.sandbox.move_clock(target)

    for user_id, zone in ((FINN, "Europe/Helsinki"), (AZOREAN, "Atlantic/Azores")):
        at = [instant_of(message["ts"]).astimezone(ZoneInfo(zone)) for message in reminders(demo, user_id)]
        assert {f"{moment:%H:%M}" for moment in at} == {"09:00"}
        assert at == sorted(set(at))
        assert [f"{moment:%d %b}" for moment in at][-1] == "05 Jul"
    assert demo.sandbox.clock.now() >= target
    assert [call.method for call in demo.sandbox.calls if not call.answer.get("ok")] == []


async def test_whoever_neither_participates_nor_organises_is_left_alone(demo: Demo) -> None:
    await demo.sandbox.move_clock(MID_JUNE)

    others = [person.user_id for person in cast() if person.role in (Role.ALUMNUS, Role.COACH)]
    assert [user_id for user_id in others if demo.sandbox.person(user_id).direct()] == []


async def test_the_clock_may_be_moved_back_and_nothing_comes_twice(demo: Demo) -> None:
    await demo.sandbox.move_clock(MID_JUNE)
    before = reminders(demo, FINN)
    assert before != []

    await demo.sandbox.move_clock(STARTS_AT)
    await demo.sandbox.move_clock(MID_JUNE)

    assert reminders(demo, FINN) == before


async def test_in_an_empty_workspace_the_admin_is_shown_how_to_set_it_up() -> None:
    async with demonstration(port=0, is_empty=True) as demo:
        await demo.sandbox.quiet()
        await demo.bot.settle()
        admin = demo.sandbox.person(ADMIN)
        (greeting,) = admin.direct()
        home = await admin.open_home()
        await admin.press(greeting["ts"], "setup_open")

    assert "Shall we set it up?" in greeting["text"]
    assert "Set up the academy" in str(home)
    assert "the academy's name and time zone" in str(admin.modal)


async def test_a_port_that_is_taken_is_passed_over_and_ctrl_c_stops_it(tmp_path: Path) -> None:
    async with demonstration(port=0) as other:
        taken = int(other.url.rpartition(":")[2])
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "demo", "--port", str(taken)),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        async with asyncio.timeout(30):
            said = [(await process.stdout.readline()).decode() for _ in range(4)]
        url = said[1].split()[-1]
        async with aiohttp.ClientSession() as session, session.get(url) as page:
            status = page.status
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(15):
            _, err = await process.communicate()

    assert said[0] == f"Port {taken} is taken by another program; this is the next free one.\n"
    assert (status, process.returncode, err.decode()) == (200, 0, "")
    assert os.listdir(tmp_path) == []
