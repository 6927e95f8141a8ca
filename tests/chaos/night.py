"""What people do with the buttons under a reminder, and what must come of it.

They live where it is nearly midnight when the run begins: what they put off until tomorrow comes soon. They
are reminded of each piece as the bot starts, which was down all day and cannot wait for the morning: all is
due before it. Of every other piece they are reminded once more, after midnight.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sandbox.blocks import elements_of, texts
from sandbox.entries import NotPossible
from sandbox.person import Person
from tests.chaos.findings import Findings
from tests.chaos.hands import Hands
from tests.chaos.scene import Scene, another, key_of

ZONE = "America/Anchorage"
MIDNIGHT = datetime(2023, 6, 21, 8, tzinfo=UTC)
"""There."""
KEY = "night"

_SNOOZE, _STOP = "reminder_snooze", "reminder_stop"
_TO_PRESS_S = 150.0
"""Of the workspace's clock: for the first reminder to come, and its buttons to be pressed."""
_MOST_AHEAD_S = 5000.0
"""Before midnight there, it is 08:36 for everybody else: earlier their reminders wait for the morning."""
_CLOCKS_AHEAD = timedelta(seconds=100)
"""By so much a process's own clock may be wrong: for it, so shortly before midnight is after midnight."""
_PIECE = """
[[homework]]
key = "{key}"
title = "{title}"
brief = "One page."
opens = 2023-06-08T09:00:00
due = 2023-06-21T17:30:00
remind = {slots}
remind_at = {at:%H:%M:%S}
"""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A homework of theirs."""

    number: int
    at: datetime
    """After midnight: when those are who put it off, or, of every other piece, who did not stop it."""

    @property
    def is_repeated(self) -> bool:
        """Whether it reminds again by itself."""
        return self.number % 2 == 0

    @property
    def title(self) -> str:
        """As people see it."""
        return f"Night piece {self.number}."

    @property
    def homework_id(self) -> str:
        """As buttons carry it."""
        return f"{KEY}/piece-{self.number}"


def ids(count: int) -> list[str]:
    """So many people of the night."""
    return [f"UNIGHT{number:03d}" for number in range(count)]


def begins_at(lasts_s: float) -> datetime:
    """When a run has to begin that lasts so long, in seconds of the workspace's clock: a whole minute."""
    ahead_s = max(min(lasts_s * 0.35, _MOST_AHEAD_S), _TO_PRESS_S + _CLOCKS_AHEAD.total_seconds())
    return (MIDNIGHT - timedelta(seconds=ahead_s)).replace(second=0, microsecond=0)


def pieces(count: int, *, lasts_s: float) -> list[Piece]:
    """So many, spread over a run that lasts so long."""
    after_s = max(lasts_s - (MIDNIGHT - begins_at(lasts_s)).total_seconds(), 0) * 0.8
    return [
        Piece(
            number=number,
            at=(MIDNIGHT + timedelta(minutes=after_s * number / count // 60)),
        )
        for number in range(1, count + 1)
    ]


def edition(every: Sequence[Piece]) -> str:
    """Their file."""
    return another(KEY, name="Night") + "".join(
        _PIECE.format(
            key=f"piece-{one.number}",
            title=one.title,
            slots='["1d", "0d"]' if one.is_repeated else '["1d"]',
            at=one.at - timedelta(hours=8),
        )
        for one in every
    )


class Night(Hands):
    """Those people."""

    def __init__(self, scene: Scene, every: Sequence[Piece], people: Sequence[str], *, seed: int) -> None:
        super().__init__(scene, seed=seed)
        self.people = people
        self.pieces = every
        self.wanted: dict[tuple[str, str], tuple[int, int]] = {}
        """Who has to be reminded, and of what: at least and at most so often."""
        self.pressed = {"reminders put off": 0, "reminders stopped": 0, "pressed around midnight": 0}

    @property
    def ends_at(self) -> datetime:
        """When the last reminder is due."""
        return max(piece.at for piece in self.pieces)

    async def run(self) -> None:
        """Have everybody do what they want with each of their reminders."""
        await asyncio.gather(
            *(
                self._try(f"{piece.title} of {user_id}", self._decide(user_id, piece))
                for user_id in self.people
                for piece in self.pieces
            )
        )

    async def _decide(self, user_id: str, piece: Piece) -> None:
        person = self._scene.sandbox.person(user_id)
        times, pressed = (2, 1) if piece.is_repeated else (1, 2)
        self.wanted[user_id, piece.title] = (times, times)
        if self._chance.random() >= 0.7:
            return
        message = await self._reminded(person, piece)
        if message is None:
            return
        await asyncio.sleep(self._chance.random() * self._left_s * 0.7)
        # Until it is known what came of the click, either is right.
        self.wanted[user_id, piece.title] = (min(times, pressed), max(times, pressed))
        await self._press(person, piece, message)
        if self._scene.workspace.clock.now() > MIDNIGHT - _CLOCKS_AHEAD:
            # Whether it was before midnight by the clock of whoever took it, its answer does not tell.
            self.pressed["pressed around midnight"] += 1
            return
        self.wanted[user_id, piece.title] = (pressed, pressed)
        self.pressed["reminders stopped" if piece.is_repeated else "reminders put off"] += 1

    async def _reminded(self, person: Person, piece: Piece) -> dict[str, Any] | None:
        """The reminder; None where it comes too late for its buttons."""

        def is_it(message: dict[str, Any]) -> bool:
            return any(
                (element.get("action_id"), element.get("value")) == (_button(piece), piece.homework_id)
                for block in message.get("blocks") or ()
                for _, element in elements_of(block)
            )

        try:
            return await person.saw("direct", is_it, timeout_s=self._left_s)
        except TimeoutError:
            return None

    async def _press(self, person: Person, piece: Piece, message: dict[str, Any]) -> None:
        press = partial(
            person.press, message, _button(piece), channel_id=person.direct_id(), value=piece.homework_id
        )
        # Once it is stopped the button is gone, though the answer to a click may have been lost.
        with suppress(NotPossible):
            await self._until_heard(person, press)

    @property
    def _left_s(self) -> float:
        """For how long buttons are pressed."""
        left = MIDNIGHT - _CLOCKS_AHEAD - self._scene.workspace.clock.now()
        return max(left.total_seconds(), 0) / self._scene.speed

    def count(self, found: Findings) -> None:
        """Add what is not as it must be."""
        got: Counter[tuple[str, str]] = Counter()
        early: list[str] = []
        for user_id in self.people:
            direct = self._scene.workspace.direct(user_id, self._scene.app.bot_user_id)
            for piece in self.pieces:
                at = [
                    float(message["ts"])
                    for message in direct.messages
                    if "metadata" in message
                    and key_of(message).startswith("remind:")
                    and any(piece.title in text for text in texts(message.get("blocks") or []))
                ]
                got[user_id, piece.title] += len(at)
                if len(at) > 1 and max(at) < (piece.at - _CLOCKS_AHEAD).timestamp():
                    early.append(f"{piece.title} came to {user_id} again before its time")
        wanted = {one: max(least, min(got[one], most)) for one, (least, most) in self.wanted.items()}
        found.compare("reminder", got, Counter(wanted).elements())
        found.out_of_order += early


def _button(piece: Piece) -> str:
    return _STOP if piece.is_repeated else _SNOOZE
