"""How fast messages go out, so that Slack refuses none: each of its methods has a rate of its own."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.values import dataclass

POST = "chat.postMessage"
LONGEST_BACKOFF = timedelta(minutes=5)

# What Slack's tiers let through, as shares of the rate of posting: 50 calls a minute, or 100, or 20.
_TIER_2, _TIER_3, _TIER_4 = 0.055, 0.155, 0.32
_SHARES = {
    "chat.delete": _TIER_3,
    "chat.postEphemeral": _TIER_4,
    "chat.update": _TIER_3,
    "conversations.open": _TIER_3,
    "files.completeUploadExternal": _TIER_3,
    "reactions.add": _TIER_3,
    "reactions.remove": _TIER_2,
    "views.publish": _TIER_4,
}


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How fast messages go out. Slack takes about one a second a channel, several hundred a minute in all.

    In any minute at most `per_minute + burst` are posted, and as many calls of the other methods as their
    share of that; some are left to what the bot's handlers ask of Slack.
    """

    per_minute: float = 292
    burst: int = 5
    per_recipient_s: float = 1.0
    at_once: int = 8


class Bucket:
    """Tokens that come back with time; one a call."""

    def __init__(self, *, per_minute: float, burst: int) -> None:
        self._per_minute = per_minute
        self._burst = float(burst)
        self._tokens = self._burst
        self._filled_at: datetime | None = None

    def next_at(self, now: datetime) -> datetime:
        """When the next call may go: `now` where it may at once."""
        if self._filled_at is not None and now > self._filled_at:
            gained = (now - self._filled_at).total_seconds() * self._per_minute / 60
            self._tokens = min(self._tokens + gained, self._burst)
        # Also where the clock went back: what was earned stays, the rest is earned anew.
        self._filled_at = now
        missing = max(1 - self._tokens, 0.0)
        # Earned in steps of a float, a whole token may be short of one by a hair.
        return now if missing < 1e-6 else now + timedelta(seconds=missing * 60 / self._per_minute)

    def take(self, count: int = 1) -> None:
        """So many go; a negative number gives back what was taken and not used."""
        self._tokens = min(self._tokens - count, self._burst)


class Limits:
    """What may be asked of Slack now: by each method's rate, and by what Slack said of waiting.

    Its instants are those of a clock that nobody sets: one that jumps would end a pause too early.
    """

    # Set back by more than any pause can be, a workspace's clock would otherwise hold a method up.
    _longest_pause = timedelta(minutes=5)

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._buckets: dict[str, Bucket] = {}
        self._paused_until: dict[str, datetime] = {}

    def may_at(self, methods: Iterable[str], now: datetime) -> datetime:
        """When one call of each of these methods may go: `now` where they may at once."""
        return max((self._may_at(method, now) for method in methods), default=now)

    def take(self, methods: Iterable[str]) -> None:
        """They are called, once each."""
        for method in methods:
            self._bucket(method).take()

    def give_back(self, methods: Iterable[str]) -> None:
        """They were not called after all."""
        for method in methods:
            self._bucket(method).take(-1)

    def pause(self, method: str, until: datetime) -> None:
        """Slack wants no call of this method before an instant; the others go on."""
        self._paused_until[method] = max(self._paused_until.get(method, until), until)

    def pause_over_at(self, methods: Iterable[str], now: datetime) -> datetime:
        """When Slack wants calls of all of these again, whatever their rates: `now` where it does."""
        return max((self._pause_over_at(method, now) for method in methods), default=now)

    def _may_at(self, method: str, now: datetime) -> datetime:
        over_at = self._pause_over_at(method, now)
        return over_at if over_at > now else self._bucket(method).next_at(now)

    def _pause_over_at(self, method: str, now: datetime) -> datetime:
        until = self._paused_until.get(method)
        if until is not None and now < until <= now + self._longest_pause:
            return until
        self._paused_until.pop(method, None)
        return now

    def _bucket(self, method: str) -> Bucket:
        if method not in self._buckets:
            share = _SHARES.get(method, 1.0)
            burst = self._pace.burst if share == 1.0 else max(self._pace.burst - 1, 1)
            self._buckets[method] = Bucket(per_minute=self._pace.per_minute * share, burst=burst)
        return self._buckets[method]


class Pauses:
    """What Slack said of waiting to this process, for somebody who calls it beside the dispatcher."""

    def __init__(self, limits: Limits, *, now: Callable[[], datetime]) -> None:
        """now: by the clock of the limits."""
        self._limits = limits
        self._now = now
        self._waited: dict[str, datetime] = {}

    def told(self, method: str, *, wait_s: float) -> None:
        """Slack told them to wait, and they do."""
        self._waited[method] = self._now() + timedelta(seconds=wait_s)
        self._limits.pause(method, self._waited[method])

    def left_s(self, method: str) -> float:
        """How long they are to wait until they call this; asked again, nothing for what they have waited."""
        now = self._now()
        until = self._limits.pause_over_at((method,), now)
        if until <= self._waited.get(method, now):
            return 0.0
        self._waited[method] = until
        return (until - now).total_seconds()


def asked_to_wait_s(headers: Mapping[str, str | Sequence[str]], *, otherwise_s: float = 1.0) -> float:
    """How long Slack asks to wait until the next call.

    headers: of its answer; of each name one value, or a list. otherwise_s: where they do not say.
    """
    for name, told in headers.items():
        if name.lower() == "retry-after":
            return float(told if isinstance(told, str) else told[0])
    return otherwise_s


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts that failed."""
    return min(timedelta(seconds=2 ** min(attempts, 10)), LONGEST_BACKOFF)


def earliest(*instants: datetime | None) -> datetime | None:
    """The first of those that there are."""
    return min((instant for instant in instants if instant is not None), default=None)
