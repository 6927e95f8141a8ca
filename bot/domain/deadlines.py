"""Reads the deadline that an organiser types, and refuses what people could read in two ways."""

import re
from datetime import date, datetime, time, timedelta

from bot.domain import calendar
from bot.domain.refusals import Refused

END_OF_DAY = time(23, 59)

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_FORMS = '"2023-07-12 18:00", "12 July 18:00", "Friday 18:00", "tomorrow 18:00", or a day alone, until 23:59'
_FILLERS = {"at", "on", "by", "the", "of", "due", "until"}

_CLOCK = re.compile(r"\b(\d{1,2}):(\d{2})(?::00)?(?:\s*(am|pm)\b)?(?![\d:])|\b(\d{1,2})\s*(am|pm)\b")
_WORD_TIME = re.compile(r"\b(midnight|noon|end of day)\b")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th|\.)?")
_YEAR = re.compile(r"\d{4}")

_ONE_DAY = timedelta(days=1)
# Without a year, a date is taken for next year's only up to this far ahead: past it, it is a date gone by.
_FARTHEST_WITHOUT_YEAR = timedelta(days=300)
_FARTHEST = timedelta(days=5 * 366)


def read_deadline(
    text: str, zone: str, today: date, *, now: datetime | None = None, block_id: str | None = None
) -> datetime:
    """The wall time, naive, in `zone` that somebody means who writes `text` on the date `today`.

    today: the date in `zone`. now: with it, a time of today that has passed is refused too.
    A day alone means 23:59 of it; a weekday is the next one, today included.
    Raises Refused, for the modal's field `block_id`, with what to write instead: for midnight in any form
    (the day's begin or its end?), the past, a time that the clocks leave out, and all it cannot read.
    """
    try:
        due = _read(text, today)
    except _Unread as unread:
        raise Refused(str(unread), block_id=block_id) from None
    if due.date() - today > _FARTHEST:
        raise Refused(f"{due.year} is very far ahead: is the year right?", block_id=block_id)
    is_over = due.date() < today or (now is not None and calendar.closes_at(due, zone) <= now)
    if is_over:
        raise Refused(f"{_written(due)} is in the past: choose a later date.", block_id=block_id)
    if not calendar.exists(due, zone):
        raise Refused(
            f"{due:%H:%M} does not exist on {_day(due.date())}, since clocks go forward that night: "
            "choose another time.",
            block_id=block_id,
        )
    return due


class _Unread(Exception):
    pass


def _read(text: str, today: date) -> datetime:
    plain = re.sub(r"(?<=\d)t(?=\d)", " ", text.casefold())
    plain = " ".join(plain.replace(",", " ").split())
    at, rest = _time_of(plain)
    words = [word for word in rest.split() if word not in _FILLERS]
    if at is None:
        # Midnight alone is the next one: the end of today, the begin of tomorrow.
        raise _Unread(_two_midnights(_date_of(words, today) if words else today + _ONE_DAY, today))
    if not words:
        raise _Unread(f"Write the day too: {_FORMS}." if plain else f"Write a date, such as {_FORMS}.")
    return datetime.combine(_date_of(words, today), at)


def _time_of(plain: str) -> tuple[time | None, str]:
    """The time, None for midnight, 23:59 where none is named; and the text without it."""
    found = [*_CLOCK.finditer(plain), *_WORD_TIME.finditer(plain)]
    if not found:
        return END_OF_DAY, plain
    if len(found) > 1:
        raise _Unread(f"There is more than one time in it. Write it like {_FORMS}.")
    matched = found[0]
    rest = plain[: matched.start()] + " " + plain[matched.end() :]
    if matched.re is _WORD_TIME:
        return {"midnight": None, "noon": time(12), "end of day": END_OF_DAY}[matched[1]], rest
    hour, minute, half = int(matched[1] or matched[4]), int(matched[2] or 0), matched[3] or matched[5]
    if half is not None:
        if not 1 <= hour <= 12:
            raise _Unread(f"There is no {matched[0]}. Write it like {_FORMS}.")
        hour = hour % 12 + (12 if half == "pm" else 0)
    if (hour % 24, minute) == (0, 0) and hour <= 24:
        return None, rest
    if hour > 23 or minute > 59:
        raise _Unread(f"There is no {matched[0]}: the day goes from 00:01 to 23:59.")
    return time(hour, minute), rest


def _date_of(words: list[str], today: date) -> date:
    match words:
        case ["today"]:
            return today
        case ["tomorrow"]:
            return today + _ONE_DAY
        case [name] if (weekday := _place(name, _WEEKDAYS)) is not None:
            return today + timedelta(days=(weekday - today.weekday()) % 7)
        case [name, *others] if (weekday := _place(name, _WEEKDAYS)) is not None:
            on = _date_of(others, today)
            if on.weekday() != weekday:
                raise _Unread(f"{_day(on)} is no {_WEEKDAYS[weekday].title()}: which one do you mean?")
            return on
        case [iso] if (matched := _ISO.fullmatch(iso)) is not None:
            return _date(int(matched[1]), int(matched[2]), int(matched[3]))
        case [_, _] | [_, _, _]:
            return _named_date(words, today)
    raise _Unread(f"I cannot read that as a date. Write it like {_FORMS}.")


def _named_date(words: list[str], today: date) -> date:
    first, second, *years = words
    if _place(first, _MONTHS) is not None:
        first, second = second, first
    month, day = _place(second, _MONTHS), _DAY.fullmatch(first)
    if month is None or day is None or not all(_YEAR.fullmatch(year) for year in years):
        raise _Unread(f"I cannot read that as a date. Write it like {_FORMS}.")
    if years:
        return _date(int(years[0]), month + 1, int(day[1]))
    this_year = _date(_leap_safe(today.year, month + 1, int(day[1])), month + 1, int(day[1]))
    if this_year >= today:
        return this_year
    next_year = _date(_leap_safe(today.year + 1, month + 1, int(day[1])), month + 1, int(day[1]))
    if next_year - today > _FARTHEST_WITHOUT_YEAR:
        raise _Unread(
            f"{_day(this_year)} is in the past. If you mean a later one, write the year: "
            f'"{next_year.isoformat()}".'
        )
    return next_year


def _leap_safe(year: int, month: int, day: int) -> int:
    # 29 February without a year is that of the next leap year.
    while (month, day) == (2, 29) and calendar.add_years(date(2000, 2, 29), year - 2000).day != 29:
        year += 1
    return year


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        name = _MONTHS[month - 1].title() if 1 <= month <= 12 else f"month {month}"
        raise _Unread(f"There is no {day} {name} {year}.") from None


def _place(name: str, names: tuple[str, ...]) -> int | None:
    name = name.removesuffix(".")
    found = [place for place, full in enumerate(names) if len(name) >= 3 and full.startswith(name)]
    return found[0] if len(found) == 1 else None


def _two_midnights(on: date, today: date) -> str:
    if on < today:
        return f"{_day(on)} is in the past: choose a later date."
    days = [on] if on == today else [on - _ONE_DAY, on]
    offers = [f'"{_offer(day, today)}" ({_day(day)})' for day in days]
    return (
        "Midnight ends one day and begins the next, so people read it in two ways. "
        f"Write {' or '.join(offers)}."
    )


def _offer(on: date, today: date) -> str:
    weekday = f"{_WEEKDAYS[on.weekday()][:3].title()}"
    is_near = on - today < timedelta(days=7)
    return f"{weekday} 23:59" if is_near else f"{weekday} {on.day} {_month(on)} {on.year} 23:59"


def _written(due: datetime) -> str:
    return f"{_day(due.date())}, {due:%H:%M}"


def _day(on: date) -> str:
    return f"{_WEEKDAYS[on.weekday()][:3].title()} {on.day} {_month(on)} {on.year}"


def _month(on: date) -> str:
    return _MONTHS[on.month - 1].title()
