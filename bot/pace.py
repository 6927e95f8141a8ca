"""How fast messages go out, so that Slack refuses none."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast messages go out. Slack takes about one a second a channel, several hundred a minute in all."""

    per_minute: float = 280
    burst: int = 5
    per_recipient_s: float = 1.0
    at_once: int = 8


class Bucket:
    """Tokens that come back with time; one a message."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._tokens = float(pace.burst)
        self._filled_at: datetime | None = None

    def available(self, now: datetime) -> int:
        """How many messages may go at this instant."""
        if self._filled_at is not None and now > self._filled_at:
            gained = (now - self._filled_at).total_seconds() * self._pace.per_minute / 60
            self._tokens = min(self._tokens + gained, float(self._pace.burst))
        # Also where the clock went back: what was earned stays, the rest is earned anew.
        self._filled_at = now
        return int(self._tokens)

    def take(self) -> None:
        """One goes."""
        self._tokens -= 1

    def next_at(self, now: datetime) -> datetime:
        """When the next one may go, where none may now."""
        missing = max(1 - self._tokens, 0.0)
        return now + timedelta(seconds=missing * 60 / self._pace.per_minute)
