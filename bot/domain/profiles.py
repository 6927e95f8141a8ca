"""What a person says of themselves, and who may see it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.domain import country_names, language_names
from bot.domain.ids import TeamId, UserId
from bot.domain.members import Member
from bot.domain.questions import storable
from bot.domain.refusals import Refused
from bot.domain.roster_file import cluster_name
from bot.domain.values import dataclass

MOST_ENTRIES = 20
LONGEST_ENTRY = 60
LONGEST_CLUSTER = 120
LONGEST_TEXT = 1000

_SEPARATOR = re.compile(r"[,;\n]")


class Field(StrEnum):
    """What the directory shows of a person beside their name and their editions."""

    CLUSTER = "cluster"
    COUNTRY = "country"
    SECTORS = "sectors"
    LANGUAGES = "languages"
    EXPERTISE = "expertise"
    LOOKS_FOR = "looks_for"


class Visibility(StrEnum):
    """Who may see a field, and find its person by it."""

    EVERYONE = "everyone"
    EDITION = "edition"
    NOBODY = "nobody"


OF_ROSTER = (Field.COUNTRY, Field.SECTORS, Field.LANGUAGES, Field.EXPERTISE)
"""The fields that a roster tells of a person."""


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What the bot keeps of a person's own word, beside what it keeps of every member."""

    team_id: TeamId
    user_id: UserId
    cluster: str = ""
    looks_for: str = ""
    own: frozenset[Field] = frozenset()
    """What the person said themselves: a roster does not change it any more."""
    visibility: Mapping[Field, Visibility] = field(default_factory=dict)
    """A field that is not named is seen by everyone."""
    is_listed: bool = True
    """Whether the directory shows the person at all: they may withdraw from it."""
    saved_at: datetime | None = None
    """Instant, UTC; None for who never saved one."""

    def seen_by(self, one: Field) -> Visibility:
        """Who may see a field."""
        return self.visibility.get(one, Visibility.EVERYONE)


@dataclass(frozen=True, kw_only=True)
class Written:
    """A profile as its person fills it in; lists are separated by commas, semicolons or lines."""

    cluster: str = ""
    country: str = ""
    """As a name or a code, in whatever language it is known in."""
    sectors: str = ""
    languages: str = ""
    expertise: str = ""
    looks_for: str = ""
    visibility: Mapping[Field, Visibility] = field(default_factory=dict)
    is_listed: bool = True


def saved(
    written: Written, *, person: Member, profile: Profile, cluster: str, now: datetime
) -> tuple[Member, Profile]:
    """The person and their profile after they filled it in.

    cluster: what the roster says, as the form showed it where they had said nothing. A field is their own
    word once they fill it in or empty it; one that was empty and stays so is left to the roster.
    Raises Refused with the field's block id for an unknown country and for what is too long.
    """
    country = _country(written.country)
    after = replace(
        person,
        country=country,
        sectors=_entries(written.sectors, Field.SECTORS),
        languages=tuple(
            dict.fromkeys(map(language_names.as_kept, _entries(written.languages, Field.LANGUAGES)))
        ),
        expertise=_entries(written.expertise, Field.EXPERTISE),
    )
    named = _line(written.cluster)
    if len(named) > LONGEST_CLUSTER:
        raise Refused(_too_long(len(named), LONGEST_CLUSTER), block_id=Field.CLUSTER)
    looks_for = storable(written.looks_for.strip())
    if len(looks_for) > LONGEST_TEXT:
        raise Refused(_too_long(len(looks_for), LONGEST_TEXT), block_id=Field.LOOKS_FOR)
    said = {one for one in OF_ROSTER if getattr(after, one) or getattr(person, one)}
    if named or cluster:
        said.add(Field.CLUSTER)
    return after, replace(
        profile,
        cluster=named,
        looks_for=looks_for,
        own=profile.own | said,
        visibility={one: written.visibility.get(one, profile.seen_by(one)) for one in Field},
        is_listed=written.is_listed,
        saved_at=now,
    )


def with_roster(person: Member, told: Mapping[Field, object], *, own: Iterable[Field]) -> Member:
    """A person after a roster told of them: what is empty in it stays, and so does their own word."""
    kept = set(own)
    changes: dict[str, Any] = {one.value: value for one, value in told.items() if value and one not in kept}
    return replace(person, **changes)


def kept_against_roster(
    person: Member, told: Mapping[Field, object], *, cluster: str, profile: Profile
) -> list[Field]:
    """The fields in which a roster says something else than the person, whose word stays.

    cluster: what the roster says of it.
    """
    kept = [
        one for one, value in told.items() if value and one in profile.own and getattr(person, one) != value
    ]
    is_other = cluster_name(cluster) != cluster_name(profile.cluster)
    if cluster and Field.CLUSTER in profile.own and is_other:
        kept.append(Field.CLUSTER)
    return kept


def _country(written: str) -> str:
    if not written.strip():
        return ""
    code = country_names.code_of(written)
    if code is None:
        meant = country_names.meant(written)
        remedy = f"Did you mean {meant}?" if meant else "Write its English name, or two letters such as FI."
        raise Refused(f"There is no country “{_line(written)[:60]}”. {remedy}", block_id=Field.COUNTRY)
    return code


def _entries(written: str, of: Field) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for entry in (_line(one) for one in _SEPARATOR.split(written)):
        if entry:
            found.setdefault(entry.casefold(), entry)
    for entry in found.values():
        if len(entry) > LONGEST_ENTRY:
            problem = f"“{entry[:20]}…” has {len(entry)} characters; {LONGEST_ENTRY} is the most."
            raise Refused(f"{problem} Put commas between the entries.", block_id=of)
    if len(found) > MOST_ENTRIES:
        raise Refused(f"These are {len(found)} entries; {MOST_ENTRIES} is the most.", block_id=of)
    return tuple(found.values())


def _line(written: str) -> str:
    return " ".join(storable(written).split())


def _too_long(length: int, most: int) -> str:
    return f"This has {length} characters; {most} is the most."
