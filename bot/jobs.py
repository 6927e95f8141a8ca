"""The heartbeat: asks what falls due, steadily and at the next due instant. It decides nothing itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock

_log = logging.getLogger(__name__)

_BEAT_S = 30
# The soonest a wake-up may follow the one before: a row that stays due must not turn this into a busy loop.
_SHORTEST_NAP = timedelta(milliseconds=200)


class Heartbeat:
    """Calls `tick` every half minute, and once more at the instant that it names as the next.

    Nothing that matters lives in the scheduler: a missed beat is made up by the next one.
    """

    def __init__(
        self,
        *,
        tick: Callable[[datetime], Awaitable[datetime | None]],
        clock: Clock,
    ) -> None:
        self._tick = tick
        self._clock = clock
        self._scheduler: Any = None
        self.last_beat_at: datetime | None = None
        self._beating = 0
        self._at_rest = asyncio.Event()
        self._at_rest.set()

    def start(self) -> None:
        """Begin to beat, at once."""
        # Commands are answered by now: its import is not what they have to wait for.
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            # The scheduler's own default drops a beat that is a second late.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_job(self.beat, "interval", seconds=_BEAT_S, id="beat")
        self._scheduler.add_job(self.beat, "date", id="wake")
        self._scheduler.start()

    async def stop(self) -> None:
        """Beat no more; returns once a beat that is running has come to its end."""
        if self._scheduler is None or not self._scheduler.running:
            return
        self._scheduler.pause()
        # The scheduler cancels what it has begun: a beat that was just handed out starts now,
        # and is waited for, or it would be cut off in the middle of a transaction.
        await asyncio.sleep(0)
        await self._at_rest.wait()
        self._scheduler.shutdown(wait=False)

    async def beat(self) -> None:
        """Ask what is due now, then set the wake-up for what falls due next."""
        self._beating += 1
        self._at_rest.clear()
        try:
            await self._beat()
        finally:
            self._beating -= 1
            if not self._beating:
                self._at_rest.set()

    async def _beat(self) -> None:
        now = self._clock.now()
        try:
            next_at = await self._tick(now)
        except SQLAlchemyError:
            _log.exception("the database does not say what is due; asked again at the next beat")
            return
        self.last_beat_at = now
        if next_at is not None and self._scheduler is not None and self._scheduler.running:
            # The scheduler runs on the host's time; the bot's own clock may be another.
            nap = max(next_at - self._clock.now(), _SHORTEST_NAP)
            if nap < timedelta(seconds=_BEAT_S):
                self._scheduler.add_job(
                    self.beat, "date", run_date=datetime.now(UTC) + nap, id="wake", replace_existing=True
                )
