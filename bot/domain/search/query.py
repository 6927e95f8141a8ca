"""What people type into the search box, read into words and filters. Whatever is typed can be read."""

import re
from collections.abc import Callable
from dataclasses import field, replace
from datetime import date
from enum import StrEnum

from bot.domain.search.text import fold, words
from bot.domain.values import dataclass

LONGEST_QUERY = 10_000
"""Characters of a query that are read; a pasted message may be longer."""

MOST_WORDS = 200
"""Different words of a query that are read."""

_PIECE = re.compile(
    r"""
    (?P<minus>-?)
    (?:(?P<name>from|in|by|is|topic|since|before):(?P<value>"[^"]*"|<[^>]*>|[^\s"]+)
      | ["“”„](?P<exact>[^"“”„]*)["“”„]
      | (?P<word>\S+))
    """,
    re.VERBOSE | re.IGNORECASE,
)
_MENTION = re.compile(r"<[@#]([A-Z0-9]+)(?:\|[^>]*)?>")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


class State(StrEnum):
    """What `is:` asks for."""

    OPEN = "open"
    ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What must hold of a question that is found. Names and ids are as typed: storage knows who they are."""

    askers: tuple[str, ...] = ()
    """Names without @, or user ids, or `me`; one of them asked, and not anonymously."""
    channels: tuple[str, ...] = ()
    """Names without #, or channel ids; it was asked in one of them."""
    countries: tuple[str, ...] = ()
    """ISO 3166-1 alpha-2, upper case, of who asked."""
    topics: tuple[str, ...] = ()
    state: State | None = None
    since: date | None = None
    """First day on which it was asked."""
    before: date | None = None
    """The first day that is too late."""

    @property
    def are_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Filters()


@dataclass(frozen=True, kw_only=True)
class Query:
    """A search: words to find, what must be found exactly, what must not, and filters."""

    words: tuple[str, ...] = ()
    """Folded, in order, each once."""
    exact: tuple[tuple[str, ...], ...] = ()
    """Runs of folded words that must stand in the question or an answer as they are."""
    without: tuple[tuple[str, ...], ...] = ()
    """Words, or runs of words, that must not: a single one in none of its forms."""
    filters: Filters = field(default_factory=Filters)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for at all."""
        return self == Query()


def plain(text: str) -> Query:
    """The query that takes every word of `text` as a word to find: for suggestions."""
    return Query(words=_each_once(words(text[:LONGEST_QUERY])))


def parse(text: str) -> Query:
    """The query that `text` means; never raises.

    A filter that cannot be read (`since:soon`, `is:blue`) is taken as words: better found than refused.
    """
    query = Query()
    wanted: list[str] = []
    for found in _PIECE.finditer(_UNREADABLE.sub(" ", text[:LONGEST_QUERY])):
        is_without = found["minus"] == "-"
        if found["name"] is not None and not is_without:
            filters = _filtered(query.filters, found["name"].lower(), found["value"])
            if filters is not None:
                query = replace(query, filters=filters)
                continue
        typed = words(found["exact"] if found["exact"] is not None else found.group().lstrip("-"))
        if not typed:
            continue
        if is_without:
            query = replace(query, without=(*query.without, tuple(typed)))
            continue
        wanted += typed
        if found["exact"] is not None:
            query = replace(query, exact=(*query.exact, tuple(typed)))
    return replace(query, words=_each_once(wanted))


def _each_once(typed: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(typed))[:MOST_WORDS]


def _filtered(filters: Filters, name: str, typed: str) -> Filters | None:
    value = typed.strip('"').strip()
    return _READERS[name](filters, value) if value else None


def _from(filters: Filters, value: str) -> Filters | None:
    asker = _id_or_name(value, "@")
    return replace(filters, askers=(*filters.askers, asker)) if asker else None


def _in(filters: Filters, value: str) -> Filters | None:
    channel = _id_or_name(value, "#")
    return replace(filters, channels=(*filters.channels, channel)) if channel else None


def _by(filters: Filters, value: str) -> Filters | None:
    kind, _, code = value.partition(":")
    if kind.lower() != "country" or not re.fullmatch(r"[A-Za-z]{2}", code):
        return None
    return replace(filters, countries=(*filters.countries, code.upper()))


def _is(filters: Filters, value: str) -> Filters | None:
    known = {"open": State.OPEN, "unanswered": State.OPEN, "answered": State.ANSWERED}
    state = known.get(value.lower())
    return None if state is None else replace(filters, state=state)


def _topic(filters: Filters, value: str) -> Filters | None:
    topic = fold(value)
    return replace(filters, topics=(*filters.topics, topic)) if topic else None


def _since(filters: Filters, value: str) -> Filters | None:
    day = _day(value)
    return None if day is None else replace(filters, since=day)


def _before(filters: Filters, value: str) -> Filters | None:
    day = _day(value)
    return None if day is None else replace(filters, before=day)


_READERS: dict[str, Callable[[Filters, str], Filters | None]] = {
    "from": _from,
    "in": _in,
    "by": _by,
    "is": _is,
    "topic": _topic,
    "since": _since,
    "before": _before,
}


def _id_or_name(value: str, sign: str) -> str:
    mention = _MENTION.fullmatch(value)
    return mention[1] if mention else value.lstrip(sign)


def _day(value: str) -> date | None:
    """The first day of a year, a month, or the day itself; None where there is no such day."""
    found = _DAY.fullmatch(value)
    if found is None or not found.group().isascii():
        return None
    year, month, day = (int(part or 1) for part in found.groups())
    try:
        return date(year, month, day)
    except ValueError:
        return None
