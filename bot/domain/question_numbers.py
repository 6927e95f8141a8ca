"""The question log in numbers: how much is asked and answered, how soon, what is open. Pure counting."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from bot.domain.calendar import local_date
from bot.domain.ids import QuestionId, UserId
from bot.domain.values import dataclass

WEEK = 7
"""Days of the week's course: today and the six before."""
MONTHS = 12
"""Months of the year's course: this one and the eleven before."""

_AGES = (
    ("up to 2 days", timedelta(days=2)),
    ("up to a week", timedelta(days=7)),
    ("up to a month", timedelta(days=30)),
    ("older", timedelta.max),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What counting needs to know of a question. Instants in UTC."""

    id: QuestionId
    asked_at: datetime
    topic: str
    is_open: bool
    first_answer_at: datetime | None
    """When somebody else than the asker first answered, accepted or not."""
    answered_at: datetime | None
    """When an answer was accepted; None while it is open."""


@dataclass(frozen=True, kw_only=True)
class Helper:
    """Somebody who answers."""

    user_id: UserId
    helped: int
    """Questions of others that this person answered."""
    accepted: int
    """…and those where it was the accepted answer."""


@dataclass(frozen=True, kw_only=True)
class Span:
    """The numbers of a stretch of days, of the questions asked in it."""

    asked: int
    answered: int
    """…that have an accepted answer by now."""
    replied: int
    """…that somebody else replied to by now."""
    median_s: int | None
    """Seconds to the first answer, of those where it is known: half of them were no slower."""
    p90_s: int | None
    """…nine in ten were no slower."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """A day or a month of a course."""

    begins_on: date
    asked: int
    answered: int
    """Answers accepted in it, whenever their questions were asked."""


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A topic; the empty one stands for questions without."""

    name: str
    asked: int
    open: int


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """All that the page of numbers shows."""

    today: date
    week: Span
    year: Span
    open_by_age: tuple[tuple[str, int], ...]
    """Each age in words with its number, youngest first; whenever asked."""
    topics: tuple[Topic, ...]
    """Of the year, most asked first."""
    days: tuple[Step, ...]
    months: tuple[Step, ...]

    @property
    def open(self) -> int:
        """How many are open, however old."""
        return sum(count for _, count in self.open_by_age)


def year_begins_on(today: date) -> date:
    """The first day of the year's course: of the month eleven months before this one."""
    return _months(today)[0]


def numbers(asked: Iterable[Asked], *, now: datetime, zone: str) -> Numbers:
    """Count. asked: all of the year's course, and whatever is open; zone: IANA, in which days begin."""
    every = list(asked)
    today = local_date(now, zone)
    week_begins = today - timedelta(days=WEEK - 1)
    year_begins = year_begins_on(today)
    on = {one.id: local_date(one.asked_at, zone) for one in every}
    year = [one for one in every if year_begins <= on[one.id] <= today]
    accepted = [local_date(one.answered_at, zone) for one in every if one.answered_at is not None]
    days = [week_begins + timedelta(days=ahead) for ahead in range(WEEK)]
    asked_on, accepted_on = Counter(on.values()), Counter(accepted)
    asked_in = Counter(day.replace(day=1) for day in on.values())
    accepted_in = Counter(day.replace(day=1) for day in accepted)
    return Numbers(
        today=today,
        week=_span([one for one in year if on[one.id] >= week_begins]),
        year=_span(year),
        open_by_age=_by_age([now - one.asked_at for one in every if one.is_open]),
        topics=_topics(year),
        days=tuple(Step(begins_on=day, asked=asked_on[day], answered=accepted_on[day]) for day in days),
        months=tuple(
            Step(begins_on=first, asked=asked_in[first], answered=accepted_in[first])
            for first in _months(today)
        ),
    )


def _span(asked: Sequence[Asked]) -> Span:
    replied = [one.first_answer_at - one.asked_at for one in asked if one.first_answer_at is not None]
    # Tables of older groups often have no time of day: nobody answered within no time at all.
    waits = sorted(round(wait.total_seconds()) for wait in replied if wait > timedelta(0))
    # `statistics` has it too, and brings decimals and fractions along to every start.
    middle = waits[(len(waits) - 1) // 2 : len(waits) // 2 + 1]
    return Span(
        asked=len(asked),
        answered=sum(not one.is_open for one in asked),
        replied=len(replied),
        median_s=round(sum(middle) / len(middle)) if waits else None,
        # The least wait that nine in ten do not exceed.
        p90_s=waits[-(-len(waits) * 9 // 10) - 1] if waits else None,
    )


def _by_age(ages: Iterable[timedelta]) -> tuple[tuple[str, int], ...]:
    counts = Counter(next(name for name, most in _AGES if age <= most) for age in ages)
    return tuple((name, counts[name]) for name, _ in _AGES)


def _topics(asked: Iterable[Asked]) -> tuple[Topic, ...]:
    count: Counter[str] = Counter()
    still_open: Counter[str] = Counter()
    name_of: dict[str, str] = {}
    for one in asked:
        key = one.topic.casefold()
        name_of.setdefault(key, one.topic)
        count[key] += 1
        still_open[key] += one.is_open
    return tuple(
        Topic(name=name_of[key], asked=times, open=still_open[key])
        for key, times in sorted(count.items(), key=lambda counted: (-counted[1], counted[0]))
    )


def _months(today: date) -> list[date]:
    """The first days of the last twelve months, oldest first."""
    at = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(at - MONTHS + 1, at + 1)]
