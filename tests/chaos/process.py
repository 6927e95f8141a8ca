"""The bot as `alumni-bot run` starts it, to be killed; on a clock that a test sets, speeds up, makes jump."""

import asyncio
import mmap
import os
import struct
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import log
from bot.app import run
from bot.config import read_values, settings_from

_LONGEST_NAP_S = 0.5


class Jumps:
    """By how much a process's clock is wrong: a number of seconds in a file that both sides have open."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(struct.pack("d", 0))
        with path.open("r+b") as file:
            self._held = mmap.mmap(file.fileno(), 8)

    @property
    def by_s(self) -> float:
        """Seconds; negative where the clock is behind."""
        return float(struct.unpack_from("d", self._held)[0])

    @by_s.setter
    def by_s(self, seconds: float) -> None:
        struct.pack_into("d", self._held, 0, seconds)


class TestClock:
    """A clock that showed an instant at one moment of the host's monotonic time, and goes on from there."""

    __test__ = False

    def __init__(self, shown: datetime, *, at_s: float, speed: float, jumps: Jumps | None) -> None:
        """at_s: that moment. speed: how many of its seconds go by in one of the host's."""
        self._shown = shown
        self._at_s = at_s
        self._speed = speed
        self._jumps = jumps

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self.steady() + timedelta(seconds=self._jumps.by_s if self._jumps else 0)

    def steady(self) -> datetime:
        """The instant without any jump."""
        return self._shown + timedelta(seconds=(time.monotonic() - self._at_s) * self._speed)

    async def sleep_until(self, instant: datetime) -> None:
        """Return once it shows `instant` or later."""
        while (left_s := (instant - self.now()).total_seconds() / self._speed) > 0:
            await asyncio.sleep(min(left_s, _LONGEST_NAP_S))


def told(*, shown: datetime, at_s: float, speed: float = 1.0, jumps: Path | None = None) -> dict[str, str]:
    """What a process's environment says of its clock."""
    values = {"TEST_CLOCK_SHOWN": shown.isoformat(), "TEST_CLOCK_AT_S": str(at_s)}
    return values | {"TEST_CLOCK_SPEED": str(speed), "TEST_CLOCK_JUMPS": str(jumps or "")}


def _clock() -> TestClock:
    if ahead_s := os.environ.get("TEST_CLOCK_AHEAD_S"):
        shown = datetime.now(UTC) + timedelta(seconds=float(ahead_s))
        return TestClock(shown, at_s=time.monotonic(), speed=1, jumps=None)
    path = os.environ["TEST_CLOCK_JUMPS"]
    return TestClock(
        datetime.fromisoformat(os.environ["TEST_CLOCK_SHOWN"]),
        at_s=float(os.environ["TEST_CLOCK_AT_S"]),
        speed=float(os.environ["TEST_CLOCK_SPEED"]),
        jumps=Jumps(Path(path)) if path else None,
    )


def main(_arguments: Sequence[str] = ()) -> int:
    """Run until a signal, as the environment says."""
    settings = settings_from(read_values(os.environ, Path.cwd()))
    log.set_up(settings.log_level, settings.log_format, secrets=settings.secrets)
    asyncio.run(run(settings, clock=_clock()))
    return 0


if __name__ == "__main__":
    main()
