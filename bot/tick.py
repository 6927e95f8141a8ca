"""What a heartbeat asks for: all that falls due, feature by feature; it starts and closes nothing."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from bot.domain.editions import Academy
from bot.domain.ids import TeamId
from bot.domain.values import dataclass
from bot.health import Health
from bot.services import alumni, announcements, peers, reminders, setup
from bot.services.homework import HOME
from bot.services.privacy import erasing, retention
from bot.services.questions import digest, follow_up
from storage import editions, inbox, outbox
from storage.db import Database, Work

# Slack sends nothing again after some minutes; a week leaves room for whoever redelivers by hand. And a Home
# tab that was shown anew is no message: what an academy keeps of messages, its own terms say.
_TRACES_KEPT = timedelta(days=7)
_SWEPT_EVERY = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class _Moment:
    """What features are asked with: what is read once for all of them."""

    work: Work
    now: datetime
    academies: Sequence[Academy]


@dataclass(frozen=True)
class _Feature:
    """One thing that falls due."""

    next_due_at: Callable[[_Moment], Awaitable[datetime | None]]
    """When it next has something to do; now or earlier where it has by now. Reads only."""
    do: Callable[[datetime], Awaitable[object]]
    """Does all that is due at an instant; nothing where nothing is."""


class Tick:
    """One beat: ask what is due, do it, and now and then forget what the machinery left.

    With nothing due a beat reads a few rows in one transaction, however many people there are.
    """

    def __init__(
        self, db: Database, *, team_id: TeamId, health: Health, after_each: Callable[[], None]
    ) -> None:
        """after_each: told after each beat, when messages may be due."""
        self._db = db
        self._team_id = team_id
        self._health = health
        self._after_each = after_each
        self._swept_at: datetime | None = None
        # In this order: what one of them does may fall due with the next.
        self._features = (
            _Feature(lambda at: peers.next_due_at(at.work, now=at.now), lambda now: peers.tick(db, now=now)),
            _Feature(
                lambda at: alumni.next_due_at(at.work, now=at.now), lambda now: alumni.queue_due(db, now=now)
            ),
            _Feature(
                lambda at: announcements.next_due_at(at.work, now=at.now),
                lambda now: announcements.tick(db, now=now),
            ),
            _Feature(lambda at: reminders.next_due_at(at.work), lambda now: reminders.queue_due(db, now=now)),
            _Feature(
                lambda at: follow_up.next_due_at(at.work, at.academies, now=at.now),
                lambda now: follow_up.queue_due(db, now=now),
            ),
            _Feature(
                lambda at: digest.next_due_at(at.work, at.academies, now=at.now),
                lambda now: digest.queue_due(db, now=now),
            ),
            _Feature(
                lambda at: retention.next_due_at(at.work, at.academies, now=at.now),
                lambda now: retention.run_due(db, now=now),
            ),
            _Feature(lambda at: erasing.next_due_at(at.work, now=at.now), self._erase),
            _Feature(
                lambda at: setup.next_due_at(at.work, at.academies, team_id=team_id, now=at.now),
                lambda now: setup.greet_admins(db, team_id=team_id, now=now),
            ),
        )

    async def __call__(self, now: datetime) -> datetime | None:
        """Do what is due now. Returns when something falls due next; None where nothing is planned.

        What stays due, since it waits for something else than time, is tried again at the next beat.
        """
        due_at = await self._due_at(now)
        for place, feature in enumerate(self._features):
            if _is_due(due_at[place], now):
                await feature.do(now)
                due_at = await self._due_at(now)
        if self._swept_at is None or not timedelta(0) <= now - self._swept_at < _SWEPT_EVERY:
            await self._sweep(now)
            self._swept_at = now
        self._health.database_answered()
        self._health.beaten(now)
        self._after_each()
        return min((at for at in due_at if at is not None and at > now), default=None)

    async def next_due_at(self, now: datetime) -> datetime | None:
        """When something falls due next, or did; None where nothing is planned."""
        return min((at for at in await self._due_at(now) if at is not None), default=None)

    async def _due_at(self, now: datetime) -> list[datetime | None]:
        async with self._db.reading() as work:
            moment = _Moment(work=work, now=now, academies=await editions.academies(work))
            return [await feature.next_due_at(moment) for feature in self._features]

    async def _erase(self, now: datetime) -> None:
        if await erasing.carry_out(self._db, now=now):
            await erasing.scrub(self._db)

    async def _sweep(self, now: datetime) -> None:
        before = now - _TRACES_KEPT
        async with self._db.writing() as work:
            await inbox.forget_before(work, instant=before)
            await outbox.forget_done(work, team_id=self._team_id, kind=HOME, before=before)


def _is_due(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
