"""The bot as `alumni-bot run` starts it, on a clock that is shifted to a day of the academy; to be killed."""

import asyncio
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot import log
from bot.app import run
from bot.clock import SystemClock
from bot.config import read_values, settings_from


class ShiftedClock(SystemClock):
    """The host's clock, so many seconds ahead or behind."""

    def __init__(self, ahead_s: float) -> None:
        self._ahead = timedelta(seconds=ahead_s)

    def now(self) -> datetime:
        """The shifted instant, in UTC."""
        return super().now() + self._ahead


def main(_arguments: Sequence[str] = ()) -> int:
    """Run until a signal, as the environment says."""
    settings = settings_from(read_values(os.environ, Path.cwd()))
    log.set_up(settings.log_level, settings.log_format, secrets=settings.secrets)
    asyncio.run(run(settings, clock=ShiftedClock(float(os.environ["TEST_CLOCK_AHEAD_S"]))))
    return 0


if __name__ == "__main__":
    main()
