"""What a program that embeds the sandbox may add: its calendar, and how time is moved."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest

from sandbox.clock import Clock
from sandbox.director import Entry, Switch
from sandbox.patience import PATIENCE_S
from sandbox.server import Sandbox

START = datetime(2023, 6, 6, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Almanac:
    """A program with one appointment, which sets the clock an hour late."""

    zone = "Europe/Rome"
    begins_at = START
    ends_at = START + 10 * DAY

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.is_on = True

    async def move_to(self, instant: datetime) -> None:
        self.clock.move_to(instant + timedelta(hours=1))

    async def next_at(self) -> datetime | None:
        return START + DAY if self.clock.now() < START + DAY else None

    async def entries(self, user_id: str) -> Sequence[Entry]:
        return [Entry(at=START + DAY, kind="planned", title=f"Tea with {user_id}")]

    def switches(self) -> Sequence[Switch]:
        return [Switch(name="tea", label="Serve tea", is_on=self.is_on)]

    def turn(self, name: str, *, on: bool) -> None:
        if name != "tea":
            raise KeyError(name)
        self.is_on = on


async def act(sandbox: Sandbox, verb: str, body: dict[str, Any]) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sandbox.url}/page/act/{verb}", json={"user": "UANN", **body}) as response,
    ):
        answer: dict[str, Any] = await response.json()
        return answer


async def strip(sandbox: Sandbox) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.url}/page/strip?user=UANN") as response,
    ):
        answer: dict[str, Any] = await response.json()
        return answer


async def test_without_a_director_there_is_no_calendar(sandbox: Sandbox) -> None:
    assert await strip(sandbox) == {}
    assert (await act(sandbox, "clock", {"to": "next"}))["text"] == "Nothing more is planned."
    assert (await act(sandbox, "turn", {"name": "tea", "on": True}))["ok"] is False


async def test_the_page_gets_the_calendar_of_its_person(sandbox: Sandbox) -> None:
    sandbox.director = Almanac(sandbox.clock)

    shown = await strip(sandbox)

    tomorrow_ms = (START + DAY).timestamp() * 1000
    assert shown == {
        "zone": "Europe/Rome",
        "begins_ms": START.timestamp() * 1000,
        "ends_ms": (START + 10 * DAY).timestamp() * 1000,
        "next_ms": tomorrow_ms,
        "entries": [{"at_ms": tomorrow_ms, "kind": "planned", "title": "Tea with UANN"}],
        "switches": [{"name": "tea", "label": "Serve tea", "is_on": True}],
    }


async def test_every_move_goes_through_the_director(sandbox: Sandbox) -> None:
    sandbox.director = Almanac(sandbox.clock)

    answer = await act(sandbox, "clock", {"to": "next"})
    after_the_last = await act(sandbox, "clock", {"to": "next"})

    assert answer["ok"] is True
    assert sandbox.clock.now() == START + DAY + timedelta(hours=1)
    assert after_the_last["text"] == "Nothing more is planned."


async def test_a_switch_is_turned_and_a_wrong_one_is_refused(sandbox: Sandbox) -> None:
    sandbox.director = Almanac(sandbox.clock)

    turned = await act(sandbox, "turn", {"name": "tea", "on": False})
    refused = await act(sandbox, "turn", {"name": "coffee", "on": False})

    assert turned["ok"] is True
    assert (await strip(sandbox))["switches"][0]["is_on"] is False
    assert refused["text"] == "there is no switch coffee"


async def test_a_clock_that_stands_still_goes_on_where_it_was_left() -> None:
    clock = Clock(START)

    with clock.standing_still():
        held = clock.now()
        assert clock.now() == held
        clock.move_to(START + DAY)
        assert clock.now() == START + DAY

    assert clock.ticking
    assert START + DAY <= clock.now() < START + DAY + timedelta(minutes=1)


async def test_who_sleeps_while_the_clock_stands_wakes_when_it_is_moved() -> None:
    clock = Clock(START)
    with clock.standing_still():
        sleeper = asyncio.create_task(clock.sleep_until(START + DAY))
        await asyncio.sleep(0)
        clock.move_to(START + DAY)
        async with asyncio.timeout(PATIENCE_S):
            await sleeper


async def test_who_fell_asleep_while_it_stood_wakes_once_it_ticks_again() -> None:
    clock = Clock(START)
    with clock.standing_still():
        sleeper = asyncio.create_task(clock.sleep_until(clock.now() + timedelta(milliseconds=20)))
        await asyncio.sleep(0)
        assert not sleeper.done()

    async with asyncio.timeout(PATIENCE_S):
        await sleeper


@pytest.mark.parametrize("ticking", [True, False])
async def test_standing_still_leaves_a_clock_as_it_was(ticking: bool) -> None:
    clock = Clock(START, ticking=ticking)

    with clock.standing_still():
        pass

    assert clock.ticking is ticking
