"""What a program that embeds the sandbox may add: a calendar of what comes, and how time is moved through it.

The sandbox knows nothing of the program. Where it is given a director, the page shows its calendar above the
conversations, and every move of the clock goes through it; without one the clock is simply set.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

Kind = Literal["milestone", "deadline", "planned", "happened"]
"""A fixed point, a date by which something is due, something to come, something that came."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something at an instant, in the calendar of one person."""

    at: datetime
    """Aware."""
    kind: Kind
    title: str
    """A few words, plain text."""


@dataclass(frozen=True, kw_only=True)
class Switch:
    """Something that the page lets one turn on and off."""

    name: str
    label: str
    is_on: bool


class Director(Protocol):
    """Supplied by the program that embeds the sandbox, as `Sandbox.director`."""

    @property
    def zone(self) -> str:
        """The IANA zone in which the program's dates are meant."""
        ...

    @property
    def begins_at(self) -> datetime:
        """The first instant that one can move to."""
        ...

    @property
    def ends_at(self) -> datetime:
        """Where playing stops."""
        ...

    async def move_to(self, instant: datetime) -> None:
        """Bring everything on the way to `instant` about, in order; an earlier one begins again."""
        ...

    async def next_at(self) -> datetime | None:
        """The next instant at which something happens; None where nothing is planned."""
        ...

    async def entries(self, user_id: str) -> Sequence[Entry]:
        """The calendar of one person, in order."""
        ...

    def switches(self) -> Sequence[Switch]:
        """What can be turned on and off."""
        ...

    def turn(self, name: str, *, on: bool) -> None:
        """Turn a switch; raises KeyError for one that is not there."""
        ...


def strip(director: Director, entries: Sequence[Entry], next_at: datetime | None) -> dict[str, Any]:
    """The calendar as the page takes it; instants in milliseconds since 1970."""
    return {
        "zone": director.zone,
        "begins_ms": _ms(director.begins_at),
        "ends_ms": _ms(director.ends_at),
        "next_ms": None if next_at is None else _ms(next_at),
        "entries": [{"at_ms": _ms(one.at), "kind": one.kind, "title": one.title} for one in entries],
        "switches": [
            {"name": one.name, "label": one.label, "is_on": one.is_on} for one in director.switches()
        ],
    }


def _ms(instant: datetime) -> float:
    return instant.timestamp() * 1000
