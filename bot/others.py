"""What one dispatcher must know of those of other processes on the same database."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.domain.values import dataclass
from storage import others
from storage.db import Work
from storage.others import Pause, Sent
from storage.outbox import OutboxRow

_MOST_HEARD = 200
"""Messages: more than all processes send between two looks."""
_CLOCKS_APART = timedelta(seconds=5)

_Claim = tuple[str, str, str | None, int]


class Claims:
    """Since when this process has known of each claim: the clocks of several hosts differ, and jump."""

    def __init__(self, *, me: str, last_s: float, monotonic: Callable[[], float]) -> None:
        """me: this process, as it stands in `claimed_by`.

        last_s: so many seconds after a claim its request cannot be running any more, here or in Slack.
        """
        self._me = me
        self._last_s = last_s
        self._monotonic = monotonic
        self._since_s: dict[_Claim, float] = {}

    def now_s(self) -> float:
        """This process's own seconds."""
        return self._monotonic()

    def made(self, row: OutboxRow, *, at_s: float) -> None:
        """This process has claimed a row."""
        self._since_s[_claim(row)] = at_s

    def watch(self, open_rows: Iterable[OutboxRow]) -> None:
        """These are the claims that there are; forget all others, but what this process has just made."""
        now_s = self._monotonic()
        there = {_claim(row): self._since_s.get(_claim(row), now_s) for row in open_rows}
        # These rows may have been read just before this process made another claim.
        young = {
            claim: since_s
            for claim, since_s in self._since_s.items()
            if claim[2] == self._me and 0 <= now_s - since_s < self._last_s
        }
        self._since_s = young | there

    def left_s(self, row: OutboxRow) -> float:
        """How long a claim that is watched lasts; not positive once it is over."""
        return self._since_s[_claim(row)] + self._last_s - self._monotonic()


@dataclass(frozen=True)
class Heard:
    """What other processes did since it was last asked."""

    sent: Sequence[Sent]
    """What they sent."""
    pauses: Mapping[str, datetime]
    """By method of Slack's, until when it wants no more calls: an instant of the steady clock."""


class Neighbours:
    """Hears what other processes sent: Slack counts all of it together."""

    def __init__(self, *, me: str) -> None:
        """me: this process, as it stands in `claimed_by`."""
        self._me = me
        self._heard_until: datetime | None = None
        self._known: Collection[Sent] = ()
        self._told_at: dict[Pause, datetime] = {}

    async def hear(self, work: Work, now: datetime, *, steady: datetime) -> Heard:
        """What is new since the last time; at the first, nothing of before it.

        steady: the same instant by the clock that nobody sets. A pause lasts from when it was first heard of:
        the clocks of several hosts differ.
        """
        since = self._heard_until
        is_anew = since is None or since > now + _CLOCKS_APART  # the clock went back
        if since is None or is_anew:
            since = now - _CLOCKS_APART
        found = await others.sent_by_others(work, me=self._me, since=since, limit=_MOST_HEARD)
        # What another's clock dates ahead is read time and again until then, and counts once.
        sent = [] if is_anew else [one for one in found if one not in self._known]
        self._known = frozenset(found)
        # As far back as clocks differ; or what this process sent itself would be read time and again.
        on_time = [one.sent_at for one in found if one.sent_at <= now + _CLOCKS_APART]
        self._heard_until = max([since, now - _CLOCKS_APART, *on_time])
        told = await others.pauses(work, me=self._me)
        self._told_at = {one: self._told_at.get(one, steady) for one in told}
        pauses: dict[str, datetime] = {}
        for one, told_at in self._told_at.items():
            until = told_at + timedelta(seconds=one.wait_s)
            pauses[one.method] = max(pauses.get(one.method, until), until)
        return Heard(sent, pauses)


def _claim(row: OutboxRow) -> _Claim:
    return row.team_id, row.key, row.claimed_by, row.attempts
