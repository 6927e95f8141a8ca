"""An edition made from an earlier one: the same days and homework, with all dates moved."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.domain.editions import Edition
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey, homework_id
from bot.domain.values import dataclass

_WEEK = 7
_SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Copied:
    """A new edition, not kept yet. Its homework stands in the order of the earlier one's."""

    edition: Edition
    homework: tuple[Homework, ...]
    moved_by: timedelta
    """Whole days, by which every date was moved."""


def begins_on(edition: Edition, homework: Sequence[Homework]) -> date | None:
    """The date that the others are counted from: that of the first day, else of the first homework."""
    days = [day.on for day in edition.days] or [piece.opens.date() for piece in homework]
    return min(days, default=None)


def moved_by(before: date, wanted: date, *, keeps_weekdays: bool) -> timedelta:
    """By how much to move a date to come to the one that is wanted.

    keeps_weekdays: by whole weeks only, to the same weekday that lies nearest to `wanted`, at most three days
    away from it.
    """
    exactly = (wanted - before).days
    if not keeps_weekdays:
        return timedelta(days=exactly)
    return timedelta(days=_WEEK * ((exactly + _WEEK // 2) // _WEEK))


def copied(
    edition: Edition, homework: Sequence[Homework], *, key: EditionKey, name: str, by: timedelta
) -> Copied:
    """The edition and its homework with every date moved; times of day stay what clocks show.

    The channel is not taken over: it belongs to the people of the earlier edition.
    Raises OverflowError where a date would leave the calendar.
    """
    days = tuple(replace(day, on=day.on + by) for day in edition.days)
    pieces = tuple(
        replace(
            piece,
            id=homework_id(key, piece.key),
            edition_key=key,
            opens=piece.opens + by,
            due=piece.due + by,
            remind_from=piece.remind_from + by if piece.remind_from else None,
            remind_until=piece.remind_until + by if piece.remind_until else None,
            revision=1,
        )
        for piece in homework
    )
    new = replace(edition, key=key, name=name, channel_id=None, days=days)
    return Copied(edition=new, homework=pieces, moved_by=by)


def is_weekend(on: date) -> bool:
    """Whether a date is a Saturday or a Sunday."""
    return on.weekday() >= _SATURDAY
