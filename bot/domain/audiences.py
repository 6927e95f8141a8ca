"""Whom an announcement is meant for, who of them gets it, and why others do not."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Any

from bot.domain.ids import EditionKey, HomeworkId, UserId
from bot.domain.values import dataclass

EVERYBODY = "everybody"
"""In place of a role: whoever is in the workspace."""


class Choice(StrEnum):
    """What somebody wants by direct message."""

    ALL = "all"
    CONFIRMATION = "confirmation"
    CHANNEL = "channel"


class Out(StrEnum):
    """Why somebody who is meant gets no direct message."""

    DEACTIVATED = "deactivated"
    GUEST = "guest"
    PAUSED = "paused"
    CONFIRMATION_ONLY = "confirmation_only"
    CHANNEL_ONLY = "channel_only"
    IN_CHANNEL = "in_channel"
    """It goes to channels alone."""

    @property
    def is_asked(self) -> bool:
        """Whether they are asked to confirm all the same, since they can read it in a channel."""
        return self not in (Out.DEACTIVATED, Out.GUEST)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A person's part in an edition."""

    edition_key: EditionKey
    role: str
    cluster: str = ""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the workspace, as far as audiences ask."""

    user_id: UserId
    name: str
    country: str = ""
    sectors: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    handed_in: frozenset[HomeworkId] = frozenset()
    is_guest: bool = False
    is_deactivated: bool = False
    is_paused: bool = False
    choice: Choice = Choice.ALL


@dataclass(frozen=True, kw_only=True)
class Audience:
    """Whom an announcement is meant for: who has all that is asked for, or is named; but for those taken out.

    Within one field any value will do; a field that is empty asks for nothing. Role, edition and cluster
    must come together in one part of the person's. Where nothing is asked for, only those named are meant.
    """

    roles: tuple[str, ...] = ()
    editions: tuple[EditionKey, ...] = ()
    countries: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    handed_in: tuple[HomeworkId, ...] = ()
    missing: tuple[HomeworkId, ...] = ()
    """Of these, participants of its edition who have not handed in."""
    people: tuple[UserId, ...] = ()
    minus: tuple[UserId, ...] = ()

    @property
    def asks_for_something(self) -> bool:
        """Whether it has a condition, beside the people it names."""
        return any(getattr(self, name) for name in _CONDITIONS)

    @property
    def is_empty(self) -> bool:
        """Whether it can mean nobody, whoever there is."""
        return not self.asks_for_something and not set(self.people) - set(self.minus)

    def means(self, person: Person) -> bool:
        """Whether this person is meant; whether they get it is another question."""
        if person.user_id in self.minus:
            return False
        return person.user_id in self.people or (self.asks_for_something and self._fits(person))

    def _fits(self, person: Person) -> bool:
        return (
            self._has_part(person)
            and (not self.countries or person.country in self.countries)
            and (not self.sectors or _share(self.sectors, person.sectors))
            and (not self.handed_in or not person.handed_in.isdisjoint(self.handed_in))
            and (not self.missing or any(_owes(person, one) for one in self.missing))
        )

    def _has_part(self, person: Person) -> bool:
        roles = set(self.roles) - {EVERYBODY}
        if not (roles or self.editions or self.clusters) or (
            EVERYBODY in self.roles and not (self.editions or self.clusters)
        ):
            return True
        return any(
            (EVERYBODY in self.roles or not roles or part.role in roles)
            and (not self.editions or part.edition_key in self.editions)
            and (not self.clusters or _folded(part.cluster) in map(_folded, self.clusters))
            for part in person.parts
        )


_CONDITIONS = ("roles", "editions", "countries", "sectors", "clusters", "handed_in", "missing")


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Who gets an announcement, and who of those meant does not. Each person is in one of the two."""

    people: tuple[Person, ...]
    left_out: tuple[tuple[Person, Out], ...]


def reached(
    audience: Audience, everybody: Iterable[Person], *, asks_confirmation: bool, is_necessary: bool
) -> Reached:
    """Who gets it by direct message, in the order of the people given.

    is_necessary: it goes also to those who asked for less; not to those who cannot read it.
    """
    people: list[Person] = []
    left_out: list[tuple[Person, Out]] = []
    for person in everybody:
        if not audience.means(person):
            continue
        out = why_out(
            person,
            is_named=person.user_id in audience.people,
            asks_confirmation=asks_confirmation,
            is_necessary=is_necessary,
        )
        if out is None:
            people.append(person)
        else:
            left_out.append((person, out))
    return Reached(people=tuple(people), left_out=tuple(left_out))


def why_out(person: Person, *, is_named: bool, asks_confirmation: bool, is_necessary: bool) -> Out | None:
    """Why somebody who is meant gets no direct message; None where they get one.

    is_named: by an organiser, one by one: so a guest who is named gets it.
    """
    if person.is_deactivated:
        return Out.DEACTIVATED
    if person.is_guest and not is_named:
        return Out.GUEST
    if is_necessary:
        return None
    if person.is_paused:
        return Out.PAUSED
    if person.choice is Choice.CHANNEL:
        return Out.CHANNEL_ONLY
    if person.choice is Choice.CONFIRMATION and not asks_confirmation:
        return Out.CONFIRMATION_ONLY
    return None


def in_json(audience: Audience) -> dict[str, list[str]]:
    """An audience as it is kept."""
    return {name: list(getattr(audience, name)) for name in Audience.__dataclass_fields__}


def from_json(kept: Mapping[str, Any]) -> Audience:
    """An audience as it was kept; what it does not name is empty."""
    return Audience(**{name: tuple(kept.get(name) or ()) for name in Audience.__dataclass_fields__})


def _owes(person: Person, homework_id: HomeworkId) -> bool:
    edition_key = homework_id.partition("/")[0]
    participates = any(
        part.role == "participant" and part.edition_key == edition_key for part in person.parts
    )
    return participates and homework_id not in person.handed_in


def _share(wanted: Collection[str], had: Collection[str]) -> bool:
    return not {_folded(one) for one in wanted}.isdisjoint(_folded(one) for one in had)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
