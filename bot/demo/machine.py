"""The time machine: brings everything on the way about at its own instant, and begins again to go back."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Self

from bot import academies
from bot.demo.cast import Cast, free
from bot.demo.diary import Diary
from bot.demo.script import script
from bot.demo.world import BEGINS_AT, ENDS_AT, ZONE, World, world
from bot.domain import calendar
from bot.domain.edition_file import EditionFile, read_edition_file
from bot.domain.ids import TeamId
from bot.domain.reminders import State
from sandbox.director import Entry, Switch
from sandbox.patience import PATIENCE_S
from storage import reminders

_CAST = "cast"
_SEED = 2
_MOST_ENTRIES = 400


class TimeMachine:
    """The sandbox's director: one world after the other, each like the one before.

    An async context manager; `world` is what goes on now.
    """

    zone = ZONE
    begins_at = BEGINS_AT
    ends_at = ENDS_AT

    def __init__(
        self, *, port: int, has_cast: bool, keep: Path | None = None, is_empty: bool = False
    ) -> None:
        """keep: the file to go on from, where it is there, and to write at the end.

        is_empty: nothing is set up, and nobody knows of an academy.
        """
        self._is_empty = is_empty
        self._port = port
        self._keep = keep
        self._has_cast = has_cast
        self._one_at_a_time = asyncio.Lock()
        self._closing = AsyncExitStack()
        self._beginning_again: asyncio.Task[None] | None = None
        self._edition = _edition()
        self.acts = () if is_empty else script(academies.cast(), self._edition.homework, seed=_SEED)
        """All that the cast does in a life."""
        self.went_on = False
        """Whether it goes on from what was kept."""
        self.world: World
        self._cast: Cast

    async def __aenter__(self) -> Self:
        await self._begin(go_on=True)
        self.went_on = bool(self.diary.lines)
        # Another life is served where this one was: open pages find it again.
        self._port = int(self.world.sandbox.url.rpartition(":")[2])
        return self

    async def __aexit__(self, *_exception: object) -> None:
        if self._beginning_again is not None:
            await asyncio.wait([self._beginning_again])
        await self._closing.aclose()

    @property
    def diary(self) -> Diary:
        """What happened in this life."""
        return self.world.diary

    async def move_to(self, instant: datetime) -> None:
        """Go on to an instant, everything on the way happening at its own; an earlier one begins again."""
        instant = max(instant.astimezone(UTC), BEGINS_AT.astimezone(UTC))
        if instant >= self.world.workspace.clock.now():
            async with self._one_at_a_time:
                await self._go_on(instant)
            return
        # Whoever asked over HTTP asked the server that this stops.
        self._beginning_again = asyncio.create_task(self._again(instant))
        await asyncio.shield(self._beginning_again)

    async def next_at(self) -> datetime | None:
        """The next instant at which the bot or the cast does something."""
        planned = [await self.world.bot.next_due_at(), self._cast.next_at if self._has_cast else None]
        planned += [one.at for one in self._milestones() if one.at > self.world.workspace.clock.now()][:1]
        return min((at for at in planned if at is not None), default=None)

    async def entries(self, user_id: str) -> Sequence[Entry]:
        """The academy's dates, what will remind this person, and what they got and did so far."""
        bot = self.world.bot
        async with bot.db.reading() as work:
            planned = await reminders.reminders(work, team_id=bot.team_id, recipient=user_id)
        titles = {one.id.rpartition("/")[2]: one.title for one in self._edition.homework}
        coming = [
            Entry(
                at=one.due_at,
                kind="planned",
                title=f"Reminder: {titles.get(one.homework_id.rpartition('/')[2], 'feedback')}",
            )
            for one in planned
            if one.state is State.PLANNED
        ]
        happened = [
            Entry(at=line.at, kind="happened", title=f"{line.who}: {line.what}")
            for line in self.diary.lines
            if user_id in line.users or not line.users
        ]
        return sorted([*self._milestones(), *coming, *happened[-_MOST_ENTRIES:]], key=lambda one: one.at)

    def switches(self) -> Sequence[Switch]:
        """Whether the others act by themselves."""
        if self._is_empty:
            return []
        return [Switch(name=_CAST, label="The others act by themselves", is_on=self._has_cast)]

    def turn(self, name: str, *, on: bool) -> None:
        """Let the cast act from now on, or no more; raises KeyError for another name."""
        if name != _CAST:
            raise KeyError(name)
        if on and not self._has_cast:
            self._cast.skip_to(self.world.workspace.clock.now())
        self._has_cast = on

    async def _begin(self, *, go_on: bool = False) -> None:
        life = world(port=self._port, keep=self._keep, go_on=go_on, is_empty=self._is_empty)
        self.world = await self._closing.enter_async_context(life)
        sandbox = self.world.sandbox
        is_free = free(lambda: sandbox.page.seated)
        self._cast = Cast(self.acts, sandbox, self.world.diary, is_free=is_free)
        self._cast.skip_to(self.world.workspace.clock.now())
        sandbox.director = self

    async def _again(self, instant: datetime) -> None:
        async with self._one_at_a_time:
            await self._closing.aclose()
            await self._begin()
            await self._go_on(instant)

    async def _go_on(self, target: datetime) -> None:
        clock, bot = self.world.workspace.clock, self.world.bot
        with clock.standing_still(), self._patience():
            await self._settle()
            while True:
                bot_at, cast_at = await self._next_steps()
                next_at = min((at for at in (bot_at, cast_at) if at is not None), default=None)
                if next_at is None or next_at > target:
                    break
                clock.move_to(next_at)
                await self._settle(only_cast=next_at != bot_at)
            clock.move_to(target)
            await bot.settle()

    async def _next_steps(self) -> tuple[datetime | None, datetime | None]:
        """When the bot does something next, and when the cast does."""
        bot_at = await self.world.bot.next_due_at()
        cast_at = self._cast.next_at if self._has_cast else None
        return self._if_to_come(bot_at), self._if_to_come(cast_at)

    def _if_to_come(self, at: datetime | None) -> datetime | None:
        # What is still due after having settled waits for something else than time.
        return at if at is not None and at > self.world.workspace.clock.now() else None

    async def _settle(self, *, only_cast: bool = False) -> None:
        """Do what is due now. only_cast: nothing is that the bot would do before the cast."""
        sandbox, bot = self.world.sandbox, self.world.bot
        now = self.world.workspace.clock.now()
        if not only_cast:
            await sandbox.quiet()
            await bot.settle()
        # One after the other: what somebody does is answered before the next one acts.
        while self._has_cast and self._cast.is_due(now):
            await self._cast.perform_next()
            await sandbox.quiet()
            await bot.settle()
        await sandbox.quiet()

    @contextmanager
    def _patience(self) -> Iterator[None]:
        """Wait longer for the bot than Slack would: a busy machine must not change what happens."""
        delivery = self.world.sandbox.delivery
        usual_s, delivery.ack_within_s = delivery.ack_within_s, PATIENCE_S
        try:
            yield
        finally:
            delivery.ack_within_s = usual_s

    def _milestones(self) -> list[Entry]:
        if self._is_empty:
            return []
        days = [
            Entry(
                at=calendar.instant_on(day.on, day.starts or time(9), ZONE), kind="milestone", title=day.title
            )
            for day in self._edition.edition.days
        ]
        opening = [
            Entry(at=calendar.instant(one.opens, one.zone), kind="milestone", title=f"Opens: {one.title}")
            for one in self._edition.homework
        ]
        due = [
            Entry(at=calendar.instant(one.due, one.zone), kind="deadline", title=f"Due: {one.title}")
            for one in self._edition.homework
        ]
        return sorted([*days, *opening, *due], key=lambda one: one.at)


def _edition() -> EditionFile:
    text = academies.EDITION_2.read_text(encoding="utf-8")
    read, faults = read_edition_file(text, file=academies.EDITION_2.name, team_id=TeamId("T0"))
    if read is None or faults:
        raise ValueError(str(faults[0]))
    return read
