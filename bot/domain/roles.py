"""How a person's part in an edition changes: applicant, participant, alumnus; beside it coach, organiser."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.domain import calendar
from bot.domain.editions import DayKind, Edition
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Enrolment, Member, Role
from bot.domain.roster_file import cluster_name
from bot.domain.search.text import words
from bot.domain.values import dataclass

LIFE = (Role.APPLICANT, Role.PARTICIPANT, Role.ALUMNUS)
"""One of these at a time, in this order."""
BESIDE = (Role.COACH, Role.ORGANISER)
"""What somebody may be as well."""

_ASKED_AT = time(9)


class Deed(StrEnum):
    """What an organiser does to people's parts in an edition."""

    APPLICANT = "applicant"
    PARTICIPANT = "participant"
    ALUMNUS = "alumnus"
    COACH = "coach"
    ORGANISER = "organiser"
    NO_COACH = "no-coach"
    NO_ORGANISER = "no-organiser"
    NOTHING = "nothing"


_BECOMES = {Deed.APPLICANT: Role.APPLICANT, Deed.PARTICIPANT: Role.PARTICIPANT, Deed.ALUMNUS: Role.ALUMNUS}
_ADDS = {Deed.COACH: Role.COACH, Deed.ORGANISER: Role.ORGANISER}
_TAKES = {Deed.NO_COACH: Role.COACH, Deed.NO_ORGANISER: Role.ORGANISER}


@dataclass(frozen=True, kw_only=True, order=True)
class Part:
    """One role in an edition, with the cluster that it stands for."""

    role: Role
    cluster: str = ""


Parts = tuple[Part, ...]
"""All of a person's parts in one edition, in order."""


@dataclass(frozen=True, kw_only=True)
class RoleChange:
    """What an organiser changed of one person's parts in one edition."""

    team_id: TeamId
    id: int
    """1, 2, … in its workspace."""
    batch: int
    """What was changed at once has one number."""
    edition_key: EditionKey
    user_id: UserId
    before: Parts
    after: Parts
    changed_at: datetime
    changed_by: UserId
    undone_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Clash:
    """A cluster that would send a second participant."""

    cluster: str
    user_id: UserId
    """Who would be the second."""
    holder_id: UserId
    """Who is the participant."""


class Anybody(StrEnum):
    """Whom a list is narrowed to, beside the roles."""

    ANYBODY = "anybody"
    WITHOUT_PART = "without"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whom an organiser wants to see."""

    edition_key: EditionKey | None = None
    """None is all of them."""
    role: Role | Anybody = Anybody.ANYBODY
    words: str = ""
    """Beginnings of words of the name, the address or the cluster; all must fit."""


def fits(wanted: Wanted, person: Member, parts: Collection[Parts]) -> bool:
    """Whether a person is wanted. parts: theirs in each edition that the list is about."""
    held = [part for one in parts for part in one]
    if wanted.role is Anybody.WITHOUT_PART and held:
        return False
    if wanted.role is Anybody.DEACTIVATED and not person.is_deactivated:
        return False
    if isinstance(wanted.role, Role) and wanted.role not in {part.role for part in held}:
        return False
    known = words(" ".join([person.name, person.email, *(part.cluster for part in held)]))
    return all(any(one.startswith(asked) for one in known) for asked in words(wanted.words))


def parts_of(enrolments: Iterable[Enrolment]) -> Parts:
    """The parts that a person's enrolments in one edition tell."""
    return ordered(Part(role=one.role, cluster=one.cluster) for one in enrolments)


def ordered(parts: Iterable[Part]) -> Parts:
    """Parts in the order in which they are kept: by role as people go through them."""
    places = {role: place for place, role in enumerate((*LIFE, *BESIDE))}
    return tuple(sorted(set(parts), key=lambda part: (places[part.role], part.cluster)))


def changed(before: Parts, deed: Deed, *, cluster: str = "") -> Parts:
    """A person's parts after a deed; a new part stands for the cluster of the others where none is given."""
    named = cluster or next((part.cluster for part in before if part.cluster), "")
    if deed is Deed.NOTHING:
        return ()
    if deed in _TAKES:
        return ordered(part for part in before if part.role is not _TAKES[deed])
    new = Part(role=_BECOMES.get(deed) or _ADDS[deed], cluster=named)
    gone = set(LIFE) if deed in _BECOMES else {new.role}
    return ordered([*(part for part in before if part.role not in gone), new])


def gains(before: Parts, after: Parts) -> set[Role]:
    """The roles that somebody has after a change and had not before it."""
    return {part.role for part in after} - {part.role for part in before}


def clashes(after: Sequence[Enrolment], changing: Collection[UserId]) -> list[Clash]:
    """The clusters with two participants in one edition, one of whom is just becoming it; by cluster.

    after: everybody's enrolments in the edition as they would be. Case and blanks do not tell clusters apart.
    """
    holders: dict[str, UserId] = {}
    found: list[Clash] = []
    participants = [one for one in after if one.role is Role.PARTICIPANT and one.cluster]
    for one in sorted(participants, key=lambda each: (each.user_id in changing, each.user_id)):
        holder = holders.setdefault(cluster_name(one.cluster), one.user_id)
        if holder != one.user_id and one.user_id in changing:
            found.append(Clash(cluster=one.cluster, user_id=one.user_id, holder_id=holder))
    return sorted(found, key=lambda clash: cluster_name(clash.cluster))


def goes_back(before: Iterable[Role], role: Role) -> bool:
    """Whether a role of the life lies before the one that somebody has reached."""
    reached = [LIFE.index(one) for one in before if one in LIFE]
    return role in LIFE and bool(reached) and LIFE.index(role) < max(reached)


def asks_about_alumni_at(edition: Edition) -> datetime | None:
    """The instant at which organisers are asked who has become an alumnus: the morning after the last day
    in person; None for an edition without one."""
    in_person = [day.on for day in edition.days if day.kind is DayKind.IN_PERSON]
    if not in_person:
        return None
    return calendar.instant_on(max(in_person) + timedelta(days=1), _ASKED_AT, edition.timezone)


def told(parts: Parts) -> str:
    """Parts in words, such as `participant (EnergyVaasa), coach`; `no part` for none."""
    return (
        ", ".join(f"{part.role} ({part.cluster})" if part.cluster else part.role for part in parts)
        or "no part"
    )
