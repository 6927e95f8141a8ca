"""The one reader of the host's clock; everything else is handed a clock or an instant."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What the bot needs of a clock; the local workspace's has the same methods."""

    def now(self) -> datetime:
        """The instant, aware, in UTC."""

    def steady(self) -> datetime:
        """An instant that says nothing of the date: it goes on as time does, however the clock is set."""

    async def sleep_until(self, instant: datetime) -> None:
        """Return once the clock shows `instant` or later."""


class SystemClock:
    """The host's clock."""

    # A sleep is cut into pieces of this length, so that a host clock that was set forward,
    # or a laptop that was asleep, is noticed soon: the loop's own timer does not see either.
    _longest_nap_s = 30.0

    def now(self) -> datetime:
        """The host's instant, in UTC."""
        return datetime.now(UTC)

    def steady(self) -> datetime:
        """How long the host has been up, as an instant."""
        return datetime.fromtimestamp(time.monotonic(), UTC)

    async def sleep_until(self, instant: datetime) -> None:
        """Return once the host's clock shows `instant` or later."""
        while (left_s := (instant - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 (time, no event)
            await asyncio.sleep(min(left_s, self._longest_nap_s))
