"""How the bot writes dates, numbers and other people's text; no blocks here."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from difflib import get_close_matches
from unicodedata import category
from zoneinfo import ZoneInfo

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def escape(text: str) -> str:
    """Text from a person so that Slack shows it as it was typed: no mention, no link, no channel call."""
    for character, escaped in _ESCAPES.items():
        text = text.replace(character, escaped)
    return text


def is_blank(text: str) -> bool:
    """Whether a text shows nothing: it is empty, or holds only spaces and zero-width characters."""
    return all(character.isspace() or category(character) in ("Cf", "Cc") for character in text)


def excerpt(text: str, limit: int) -> str:
    """`text` escaped, and cut with an ellipsis so that the result has at most `limit` characters.

    Cut between characters of `text`: an escape such as `&amp;` is never cut in two.
    """
    whole = escape(text)
    if len(whole) <= limit:
        return whole
    length = 0
    for place, character in enumerate(text):
        length += len(_ESCAPES.get(character, character))
        if length > limit - 1:
            return escape(text[:place]) + "…"
    return whole


def short(text: str, limit: int) -> str:
    """`text` for a `plain_text` object, cut with an ellipsis to at most `limit` characters."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 day`, `3 days`, `2 people`. many: the plural where it is not `one` and an s."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; empty for none."""
    *others, final = list(words) or [""]
    return f"{', '.join(others)} {last} {final}" if others else final


def day(on: date) -> str:
    """`Wed 5 July 2023`."""
    return f"{_WEEKDAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]} {on.year}"


def month(on: date) -> str:
    """`July 2023`."""
    return f"{_MONTHS[on.month - 1]} {on.year}"


def days(first: date, last: date) -> str:
    """`Wed 5 July 2023`, or `Tue 6 to Wed 7 June 2023` where they differ."""
    if first == last:
        return day(first)
    start = f"{_WEEKDAYS[first.weekday()]} {first.day}"
    if (first.month, first.year) != (last.month, last.year):
        start += f" {_MONTHS[first.month - 1]}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{start} to {day(last)}"


def clock(at: time) -> str:
    """`09:30`."""
    return f"{at.hour:02}:{at.minute:02}"


def place_of(zone: str) -> str:
    """The town that names an IANA zone: `Rome`, `Buenos Aires`."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def wall(moment: datetime) -> str:
    """`Wed 5 July 2023, 18:00`, of a wall time."""
    return f"{day(moment.date())}, {clock(moment.time())}"


def when(instant: datetime, zone: str, reader_zone: str = "") -> str:
    """An instant in the programme's zone, and in the reader's where it is another one.

    `Wed 5 July 2023, 18:00 (Rome) · 19:00 your time (Helsinki)`; with the date where the reader's is
    another day. zone, reader_zone: IANA names; an empty reader_zone is the programme's.
    """
    there = instant.astimezone(ZoneInfo(zone))
    written = f"{wall(there)} ({place_of(zone)})"
    if reader_zone in ("", zone):
        return written
    here = instant.astimezone(ZoneInfo(reader_zone))
    at = clock(here.time()) if here.date() == there.date() else wall(here)
    return f"{written} · {at} your time ({place_of(reader_zone)})"


def in_days(instant: datetime, *, now: datetime, zone: str) -> str:
    """`today`, `tomorrow`, `in 5 days`, `yesterday`, `3 days ago`, by the calendar of a zone."""
    where = ZoneInfo(zone)
    ahead = (instant.astimezone(where).date() - now.astimezone(where).date()).days
    if ahead in (-1, 0, 1):
        return ("yesterday", "today", "tomorrow")[ahead + 1]
    return f"in {ahead} days" if ahead > 0 else f"{-ahead} days ago"


def how_long(seconds: int) -> str:
    """A stretch of time in its one or two largest units: `40 seconds`, `2 hours 5 minutes`, `3 days`."""
    if seconds < 60:
        return plural(seconds, "second")
    minutes = seconds // 60
    if minutes < 60:
        return plural(minutes, "minute")
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return plural(hours, "hour") + (f" {plural(minutes, 'minute')}" if minutes else "")
    whole_days, hours = divmod(hours, 24)
    return plural(whole_days, "day") + (f" {plural(hours, 'hour')}" if hours else "")


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word that somebody most likely meant, or None where none is near."""
    found = get_close_matches(word.casefold(), known, n=1, cutoff=0.5)
    return found[0] if found else None
