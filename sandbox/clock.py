"""The workspace's clock: it ticks like any other, and a test or the page can move it."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class Clock:
    """Instants in UTC that go on by themselves, or stand still where `ticking` is false.

    Whoever sleeps on it wakes when its hands pass the instant, however they got there.
    """

    def __init__(self, start: datetime | None = None, *, ticking: bool = True, speed: float = 1.0) -> None:
        """start: the first instant, aware; the host's own where none is given.

        speed: how many of its seconds go by in one of the host's.
        """
        self._ticking = ticking
        self._speed = speed
        self._base = (start or datetime.now(UTC)).astimezone(UTC)
        self._since_s = time.monotonic()
        self._moved = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []

    @property
    def ticking(self) -> bool:
        """Whether it goes on by itself."""
        return self._ticking

    def now(self) -> datetime:
        """The instant it shows, in UTC."""
        if not self._ticking:
            return self._base
        return self._base + timedelta(seconds=(time.monotonic() - self._since_s) * self._speed)

    def steady(self) -> datetime:
        """The instant it shows: whoever moves its hands moves time on."""
        return self.now()

    def move_to(self, instant: datetime) -> None:
        """Set the hands to `instant`, forwards or back, and wake those whose time has come."""
        self._base = instant.astimezone(UTC)
        self._since_s = time.monotonic()
        self._wake()
        for listener in list(self._listeners):
            listener()

    def advance(self, by: timedelta) -> None:
        """Move the hands on by a length of time (a negative one moves them back)."""
        self.move_to(self.now() + by)

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Stop the hands until the block is left; `move_to` still sets them, and nothing lies between."""
        ticked = self._ticking
        self._base, self._ticking = self.now(), False
        try:
            yield
        finally:
            self._since_s, self._ticking = time.monotonic(), ticked
            self._wake()

    def on_move(self, listener: Callable[[], None]) -> None:
        """Call `listener` after every move."""
        self._listeners.append(listener)

    async def sleep_until(self, instant: datetime) -> None:
        """Return once the clock shows `instant` or later; at once if it does already."""
        while (left_s := (instant - self.now()).total_seconds()) > 0:
            moved = self._moved
            try:
                await asyncio.wait_for(moved.wait(), left_s / self._speed if self._ticking else None)
            except TimeoutError:
                continue

    async def sleep(self, seconds: float) -> None:
        """Sleep for a length of this clock's time."""
        await self.sleep_until(self.now() + timedelta(seconds=seconds))

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()
