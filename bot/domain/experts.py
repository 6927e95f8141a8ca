"""Who may know the answer to a question: told by expertise, sectors and earlier accepted answers."""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.ids import UserId
from bot.domain.search.text import stems, words
from bot.domain.values import dataclass

MOST = 3
"""People who are suggested for a question."""

BETWEEN_REQUESTS = timedelta(days=7)
"""Nobody is asked by the bot twice within this time."""

# Measured with `make bench` on the development half of CLINC150 (suggest-dev): four of five requests that
# are at least so near ask the same, and seven of eight have such a one in the log. At 0.2 two of three
# requests about something new still had an earlier one that was near enough; at this, one of three.
NEAR_ENOUGH = 0.28
"""The least overlap (0 to 1) of an earlier question with the new one for its accepted answer to count.

It is below the one for suggestions, since to know the field is enough here.
"""

_SECTOR = 0.5  # a sector says where somebody works, an expertise what they know
_ANSWER = 4.0  # an accepted answer to the very same question is worth more than any word
_LONGEST_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """Somebody who may be suggested."""

    user_id: UserId
    expertise: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    answered: tuple[float, ...] = ()
    """For each accepted answer of theirs, how near its question is to the new one: overlap, 0 to 1."""
    last_asked_at: datetime | None = None
    """When the bot asked them last; of equals, the one who was left alone the longest comes first."""


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Somebody who may know, and why."""

    user_id: UserId
    score: float
    """Comparable within one question."""
    known_for: tuple[str, ...]
    """The expertise and the sectors that the question names, as the roster writes them."""
    answered: int
    """Accepted answers of theirs to questions near this one."""


def fitting(question: str, candidates: Sequence[Candidate], *, most: int = MOST) -> list[Fit]:
    """The people who fit a question best, best first; nobody is named for want of anybody better.

    question: its whole text, with its topic. A word that many candidates have on their list counts less.
    """
    asked = set(stems(words(question)))
    holders = Counter(
        key for one in candidates for key in {_key(tag) for tag in (*one.expertise, *one.sectors)} - {()}
    )
    rated = []
    for one in candidates:
        fit = _fit(asked, one, holders, len(candidates))
        if fit.score > 0:
            rated.append((fit, one.last_asked_at or _LONGEST_AGO))
    rated.sort(key=lambda pair: (-round(pair[0].score, 6), pair[1], pair[0].user_id))
    return [fit for fit, _ in rated[:most]]


def may_be_asked(last_asked_at: datetime | None, *, now: datetime) -> bool:
    """Whether enough time has gone by since the bot asked somebody."""
    return last_asked_at is None or now - last_asked_at >= BETWEEN_REQUESTS


def _fit(asked: Collection[str], one: Candidate, holders: Counter[tuple[str, ...]], of: int) -> Fit:
    named: dict[tuple[str, ...], tuple[str, float]] = {}
    for tags, weight in ((one.expertise, 1.0), (one.sectors, _SECTOR)):
        for tag in tags:
            key = _key(tag)
            if key and all(stem in asked for stem in key):
                named.setdefault(key, (tag, weight * math.log1p(of / holders[key])))
    near = [overlap for overlap in one.answered if overlap >= NEAR_ENOUGH]
    return Fit(
        user_id=one.user_id,
        score=sum(weight for _, weight in named.values()) + _ANSWER * sum(near),
        known_for=tuple(tag for tag, _ in named.values()),
        answered=len(near),
    )


def _key(tag: str) -> tuple[str, ...]:
    return tuple(stems(words(tag)))
