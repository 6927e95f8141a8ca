"""What a heartbeat asks for: all that falls due, feature by feature; it starts and closes nothing."""

from datetime import datetime, timedelta

from bot.dispatcher import Dispatcher
from bot.domain.ids import TeamId
from bot.health import Health
from bot.reader import Reader
from bot.services import alumni, announcements, peers, reminders, setup
from bot.services.homework import HOME
from bot.services.privacy import erasing, retention
from bot.services.questions import digest, follow_up
from storage import inbox, outbox
from storage.db import Database

# Slack sends nothing again after some minutes; a week leaves room for whoever redelivers by hand. And a Home
# tab that was shown anew is no message: what an academy keeps of messages, its own terms say.
_TRACES_KEPT = timedelta(days=7)
_SWEPT_EVERY = timedelta(hours=1)


async def planned_at(db: Database) -> datetime | None:
    """When the next of all that is planned falls due."""
    instants = [
        await reminders.next_due_at(db),
        await follow_up.next_due_at(db),
        await peers.next_due_at(db),
        await alumni.next_due_at(db),
        await announcements.next_due_at(db),
    ]
    return min((at for at in instants if at is not None), default=None)


class Tick:
    """One beat: queue what is due, and now and then forget what the machinery left."""

    def __init__(
        self, db: Database, *, team_id: TeamId, dispatcher: Dispatcher, reader: Reader, health: Health
    ) -> None:
        self._db = db
        self._team_id = team_id
        self._dispatcher = dispatcher
        self._reader = reader
        self._health = health
        self._swept_at: datetime | None = None

    async def __call__(self, now: datetime) -> None:
        """Do what is due at this instant."""
        await peers.tick(self._db, now=now)
        await alumni.queue_due(self._db, now=now)
        await announcements.tick(self._db, now=now)
        await reminders.queue_due(self._db, now=now)
        await follow_up.queue_due(self._db, now=now)
        await digest.queue_due(self._db, now=now)
        await retention.run_due(self._db, now=now)
        if await erasing.carry_out(self._db, now=now):
            await erasing.scrub(self._db)
        await setup.greet_admins(self._db, team_id=self._team_id, now=now)
        if self._swept_at is None or not timedelta(0) <= now - self._swept_at < _SWEPT_EVERY:
            await self._sweep(now)
            self._swept_at = now
        self._health.database_answered()
        self._health.beaten(now)
        self._reader.wake()
        self._dispatcher.wake()

    async def _sweep(self, now: datetime) -> None:
        before = now - _TRACES_KEPT
        async with self._db.writing() as work:
            await inbox.forget_before(work, instant=before)
            await outbox.forget_done(work, team_id=self._team_id, kind=HOME, before=before)
