"""The demo: the sample academy at work, and a clock that brings each thing at its own moment."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from bot.academies import ADMIN, cast
from bot.demo import OPENS_AT, CannotGoOn, Demo, demonstration
from bot.demo.script import Deed
from bot.domain.members import Role
from sandbox.patience import PATIENCE_S
from sandbox.workspace import instant_of

ROOT = Path(__file__).parents[2]
TWO_DAYS_ON = OPENS_AT + timedelta(days=2)
ROME = ZoneInfo("Europe/Rome")
FINN, AZOREAN = "U0CM01", "U0CM09"


# The command line, which says on standard error whom it calls beyond this machine.
WATCHED = """
import sys
from bot.cli import main

def heard(event, told):
    host = None
    if event == "socket.connect" and isinstance(told[1], tuple):
        host = told[1][0]
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = told[0]
    if host not in (None, "127.0.0.1", "localhost"):
        print(event, host, file=sys.stderr)

sys.addaudithook(heard)
sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture
async def demo() -> AsyncIterator[Demo]:
    async with demonstration(port=0) as running:
        yield running


@contextmanager
def without_haste(demo: Demo) -> Iterator[None]:
    """Let the bot take more than Slack's three seconds to acknowledge, and to open a modal."""
    demo.sandbox.delivery.ack_within_s = PATIENCE_S
    with demo.sandbox.clock.standing_still():
        yield


def reminders(demo: Demo, user_id: str) -> list[dict[str, Any]]:
    """The direct messages that remind somebody, oldest first."""
    return [
        message
        for message in demo.sandbox.person(user_id).direct()
        if message.get("metadata", {}).get("event_payload", {}).get("key", "").startswith("remind:")
    ]


async def test_a_newcomer_sees_what_is_due_and_hands_it_in(demo: Demo) -> None:
    finn = demo.sandbox.person(FINN)

    with without_haste(demo):
        home = await finn.open_home()
        await finn.command("/homework submit action-plan-1")
        modal = finn.modal

    assert "Action plan: first blueprint" in str(home)
    assert modal is not None
    assert "Action plan: first blueprint" in str(modal)
    assert finn.notices == []


async def test_moving_the_clock_brings_each_reminder_at_nine_on_its_person_s_clock_and_to_nobody_else(
    demo: Demo,
) -> None:
    demo.machine.turn("cast", on=False)
    target = datetime(2023, 7, 6, 12, 0, tzinfo=UTC)

    await demo.sandbox.move_clock(target)

    for user_id, zone in ((FINN, "Europe/Helsinki"), (AZOREAN, "Atlantic/Azores")):
        at = [instant_of(message["ts"]).astimezone(ZoneInfo(zone)) for message in reminders(demo, user_id)]
        assert {f"{moment:%H:%M}" for moment in at} == {"09:00"}
        assert at == sorted(set(at))
        assert [f"{moment:%d %b}" for moment in at][-1] == "05 Jul"
    others = [person.user_id for person in cast() if person.role in (Role.ALUMNUS, Role.COACH)]
    assert [user_id for user_id in others if demo.sandbox.person(user_id).direct()] == []
    assert demo.sandbox.clock.now() >= target
    assert [call.method for call in demo.sandbox.calls if not call.answer.get("ok")] == []


async def test_going_back_begins_again_and_comes_to_the_same(demo: Demo) -> None:
    await demo.machine.move_to(TWO_DAYS_ON)
    before, first = [str(line) for line in demo.machine.diary.lines], demo.sandbox

    await demo.machine.move_to(OPENS_AT)
    then = demo.sandbox.clock.now() - OPENS_AT
    await demo.machine.move_to(TWO_DAYS_ON)

    assert [str(line) for line in demo.machine.diary.lines] == before
    assert before != []
    assert timedelta(0) <= then < timedelta(minutes=5)
    assert demo.sandbox is not first
    assert demo.sandbox.calls != first.calls


@pytest.mark.long
async def test_going_back_brings_every_message_again_as_it_was(demo: Demo) -> None:
    until = datetime(2023, 7, 14, 12, 0, tzinfo=UTC)
    await demo.machine.move_to(until)
    before = messages(demo)
    await demo.machine.move_to(until + timedelta(days=3))

    await demo.machine.move_to(until)

    assert messages(demo) == before
    # Hand-ins, reminders, questions, digests, a round of feedback.
    assert sum(map(len, before.values())) > 150


def messages(demo: Demo) -> dict[str, list[tuple[str, str, str, str]]]:
    """All that was said, by conversation: when, by whom, what, with which blocks."""
    return {
        channel.id: [
            (said["ts"], said["user"], said["text"], json.dumps(said.get("blocks")))
            for said in channel.messages
        ]
        for channel in demo.sandbox.workspace.channels.values()
    }


async def test_whoever_is_played_on_the_page_is_left_to_the_visitor(demo: Demo) -> None:
    first = next(act for act in demo.machine.acts if act.deed is Deed.HAND_IN)
    url = f"{demo.url}/page/socket?user={first.who}".replace("http", "ws")
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as page:
        await page.receive()

        await demo.machine.move_to(first.at + timedelta(minutes=1))

    assert "Received" not in str(demo.sandbox.person(first.who).direct())


async def test_with_the_cast_switched_off_nobody_acts(demo: Demo) -> None:
    demo.machine.turn("cast", on=False)

    await demo.machine.move_to(OPENS_AT + timedelta(days=3))

    assert [line for line in demo.machine.diary.lines if "hands in" in line.what] == []


async def test_the_calendar_has_the_days_what_comes_for_one_person_and_what_came(demo: Demo) -> None:
    entries = await demo.machine.entries(FINN)

    shown = [(f"{one.at.astimezone(ROME):%d %b %H:%M}", one.kind, one.title) for one in entries]
    assert shown[:2] == [
        ("06 Jun 09:30", "milestone", "Day 1: strategy development"),
        ("07 Jun 09:30", "milestone", "Day 2: cluster business models"),
    ]
    assert ("05 Jul 18:00", "deadline", "Due: Action plan: first blueprint") in shown
    assert ("28 Jun 08:00", "planned", "Reminder: Action plan: first blueprint") in shown
    assert [title for _, kind, title in shown if kind == "happened"] == [
        "#cba-2: Action plan: first blueprint is open. Due Wed 5 July 2023, 18:00 (Rome) (in 27 days)",
        "#cba-2: Coaching in June: your questions for the coach is open. "
        "Due Fri 16 June 2023, 12:00 (Rome) (in 8 days)",
    ]
    assert await demo.machine.next_at() == demo.machine.acts[0].at


async def test_what_is_kept_goes_on_where_it_stopped(tmp_path: Path) -> None:
    file = tmp_path / "kept.zip"
    async with demonstration(port=0, keep=file) as first:
        finn = first.sandbox.person(FINN)
        with without_haste(first):
            await finn.command("/homework submit action-plan-1")
            await finn.submit({"text": "Mine"})
        await first.machine.move_to(OPENS_AT + timedelta(days=1))
        stopped_at = first.sandbox.clock.now()
        before = [str(line) for line in first.machine.diary.lines]

    async with demonstration(port=0, keep=file) as second:
        again = second.sandbox.person(FINN)
        with without_haste(second):
            await again.command("/homework")
        shown = str(again.direct()[-1])
        after = [str(line) for line in second.machine.diary.lines]

    assert "Handed in: version 1" in shown
    assert after == before
    assert timedelta(0) <= second.sandbox.clock.now() - stopped_at < timedelta(minutes=5)
    assert os.listdir(tmp_path) == ["kept.zip"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no archive", "is not a kept demo. Name another file after --keep."),
        (b"", "is not a kept demo. Name another file after --keep."),
    ],
)
async def test_another_file_is_left_alone(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "other.zip"
    file.write_bytes(content)

    with pytest.raises(CannotGoOn) as refused:
        async with demonstration(port=0, keep=file):
            pass

    assert str(refused.value) == f"{file} {said}"
    assert file.read_bytes() == content


async def test_a_demo_kept_by_another_version_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "kept.zip"
    with ZipFile(file, "w") as archive:
        archive.writestr("state.json", json.dumps({"version": "0.0.1", "manifest": {}}))
    before = file.read_bytes()

    with pytest.raises(CannotGoOn) as refused:
        async with demonstration(port=0, keep=file):
            pass

    assert str(refused.value) == (
        f"{file} was kept by another version of the demo. Move it away, or name another file after --keep."
    )
    assert file.read_bytes() == before


async def test_in_an_empty_workspace_the_admin_is_shown_how_to_set_it_up() -> None:
    async with demonstration(port=0, is_empty=True) as demo:
        await demo.sandbox.quiet()
        await demo.bot.settle()
        admin = demo.sandbox.person(ADMIN)
        (greeting,) = admin.direct()
        with without_haste(demo):
            home = await admin.open_home()
            await admin.press(greeting["ts"], "setup_open")

    assert "Shall we set it up?" in greeting["text"]
    assert "Set up the academy" in str(home)
    assert "the academy's name and time zone" in str(admin.modal)


async def test_it_passes_a_taken_port_over_asks_nothing_of_the_net_and_stops_on_ctrl_c_while_time_goes_on(
    tmp_path: Path,
) -> None:
    other = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1")
    async with other:
        taken = other.sockets[0].getsockname()[1]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", WATCHED, "demo", "--port", str(taken)),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            said = [(await process.stdout.readline()).decode() for _ in range(4)]
        url = said[1].split()[-1]
        async with aiohttp.ClientSession(url) as session:
            async with session.get("/") as page:
                status = page.status
            moving = asyncio.create_task(move(session, to=OPENS_AT + timedelta(days=60)))
            async with session.ws_connect(f"/page/socket?user={FINN}") as socket:
                while (await socket.receive_json())["type"] != "clock":
                    pass
                process.send_signal(signal.SIGINT)
                async with asyncio.timeout(PATIENCE_S):
                    _, err = await process.communicate()
            has_moved = await moving

    assert said[0] == f"Port {taken} is taken by another program; this is the next free one.\n"
    assert (status, has_moved, process.returncode, err.decode()) == (200, False, 0, "")
    assert os.listdir(tmp_path) == []


async def move(session: aiohttp.ClientSession, *, to: datetime) -> bool:
    """Have Finn move the academy from his page; whether it came there."""
    body = {"user": FINN, "to_ms": to.timestamp() * 1000}
    try:
        async with session.post("/page/act/clock", json=body) as response:
            return response.ok
    except aiohttp.ClientError:
        return False
