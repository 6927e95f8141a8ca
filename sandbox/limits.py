"""How often a method may be called: Slack's tiers, and the rules of posting, on the workspace's clock."""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.errors import RateLimited

_MINUTE = timedelta(minutes=1)
_DEFAULT_TIERS = {1: 10, 2: 20, 3: 50, 4: 100, 5: 600}
"""Calls a minute an app and method. Slack says "1+" for tier 1 and lets bursts pass: an app may hold ten
sockets, so it may ask for ten. Tier 5 stands for the methods with "hundreds a minute"."""


@dataclass
class _Bucket:
    tokens: float
    at: datetime


@dataclass
class Rates:
    """What the workspace lets through; all of it can be set.

    tiers: calls a minute for one app and one method, by Slack's tier.
    channel_posts_per_s, channel_burst: posting in one conversation: on average, and in one go.
    posts_per_minute: posting by one app in the whole workspace.
    enforced: where false, everything passes.
    """

    tiers: dict[int, int] = field(default_factory=lambda: dict(_DEFAULT_TIERS))
    channel_posts_per_s: float = 1.0
    channel_burst: int = 4
    posts_per_minute: int = 300
    enforced: bool = True

    def __post_init__(self) -> None:
        self._calls: dict[tuple[str, str], deque[datetime]] = {}
        self._buckets: dict[tuple[str, str], _Bucket] = {}

    @classmethod
    def off(cls) -> "Rates":
        """Rates that let everything pass."""
        return cls(enforced=False)

    def call(self, clock: Clock, *, app_id: str, method: str, tier: int) -> None:
        """Count one call of a method; raises RateLimited, and does not count it then."""
        if self.enforced:
            self._within_a_minute(clock.now(), (app_id, method), self.tiers[tier])

    def post(self, clock: Clock, *, app_id: str, channel_id: str) -> None:
        """Count one posted message; raises RateLimited, and does not count it then."""
        if not self.enforced:
            return
        now = clock.now()
        key = (app_id, channel_id)
        # An instant after now is from before the clock was moved back: that bucket counts for nothing.
        if key not in self._buckets or self._buckets[key].at > now:
            self._buckets[key] = _Bucket(self.channel_burst, now)
        bucket = self._buckets[key]
        passed_s = (now - bucket.at).total_seconds()
        bucket.tokens = min(self.channel_burst, bucket.tokens + passed_s * self.channel_posts_per_s)
        bucket.at = now
        if bucket.tokens < 1:
            raise RateLimited(max(1, math.ceil((1 - bucket.tokens) / self.channel_posts_per_s)))
        self._within_a_minute(now, (app_id, "posts"), self.posts_per_minute)
        bucket.tokens -= 1

    def _within_a_minute(self, now: datetime, key: tuple[str, str], at_most: int) -> None:
        calls = self._calls.setdefault(key, deque())
        # Instants after now are from before the clock was moved back: they count for nothing.
        while calls and (calls[0] <= now - _MINUTE or calls[0] > now):
            calls.popleft()
        if len(calls) >= at_most:
            left = calls[0] + _MINUTE - now if calls else _MINUTE
            raise RateLimited(max(1, math.ceil(left.total_seconds())))
        calls.append(now)
