"""How a homework stands over all its participants, who is missing, and the nudge."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from bot.domain import calendar
from bot.domain.editions import Edition
from bot.domain.homework import Extension, Homework, Submission
from bot.domain.ids import HomeworkId, TeamId, UserId
from bot.domain.members import Member, Role
from bot.domain.programme import current_edition, is_over
from bot.domain.refusals import Refused
from bot.domain.standing import Standing, State, standing
from bot.domain.values import dataclass
from bot.services.homework import desk
from bot.services.homework.handing_in import (
    participants,
)
from storage import editions, members, outbox
from storage import homework as stored
from storage.db import Database, Delivery, Work

NUDGE = "homework.nudge"


@dataclass(frozen=True, kw_only=True)
class Participant:
    """A participant and how a homework stands for them."""

    member: Member
    cluster: str
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class Status:
    """A homework over all its active participants, who are ordered by name."""

    homework: Homework
    edition_name: str
    people: tuple[Participant, ...]

    def those(self, *states: State) -> list[Participant]:
        """The participants in one of these states."""
        return [one for one in self.people if one.standing.state in states]

    def counts(self) -> Counter[State]:
        """How many participants are in each state."""
        return Counter(one.standing.state for one in self.people)

    @property
    def to_nudge(self) -> list[Participant]:
        """Who has not handed in and has no later date than the others' that is still ahead."""
        is_over = any(one.standing.state is State.MISSING for one in self.people)
        return [
            one
            for one in self.those(State.OPEN, State.MISSING)
            if one.standing.state is State.MISSING or not (is_over and one.standing.is_extended)
        ]


async def status(db: Database, *, team_id: TeamId, key: str, now: datetime) -> Status:
    """Who handed in, who is late, who is missing. key: a homework's key or id. Raises Refused."""
    async with db.reading() as work:
        asked = await desk.named(work, team_id=team_id, key=key)
        edition = await editions.edition(work, team_id=team_id, edition_key=asked.edition_key)
        return await _status(work, asked, edition_name=edition.name if edition else "", now=now)


async def at_a_glance(work: Work, *, team_id: TeamId, now: datetime) -> tuple[Edition | None, list[Status]]:
    """The edition that runs, or comes next, or ended last, and its homework by due date.

    Then follows the homework of every other edition that is not over.
    """
    known = await editions.editions(work, team_id=team_id)
    edition = current_edition(known, now=now)
    if edition is None:
        return None, []
    others = [one for one in known if one.key != edition.key and not is_over(one, now=now)]
    found: list[Status] = []
    for shown in (edition, *others):
        for one in await stored.homeworks(work, team_id=team_id, edition_key=shown.key):
            found.append(await _status(work, one, edition_name=shown.name, now=now))
    return edition, found


async def overview(db: Database, *, team_id: TeamId, now: datetime) -> tuple[Edition | None, list[Status]]:
    """As `at_a_glance`, in a transaction of its own."""
    async with db.reading() as work:
        return await at_a_glance(work, team_id=team_id, now=now)


async def nudge_missing(
    db: Database,
    *,
    team_id: TeamId,
    homework_id: HomeworkId,
    now: datetime,
    once: Delivery | None = None,
) -> tuple[list[Member], list[Member]]:
    """Queue a direct message to each who has not handed in, at most one a day and person.

    The day is that of the edition's zone. Returns those nudged, and those who were nudged today already.
    """
    nudged: list[Member] = []
    already: list[Member] = []
    async with db.writing(once) as work:
        asked = await desk.existing(work, team_id=team_id, homework_id=homework_id)
        today = calendar.local_date(now, asked.zone)
        found = await _status(work, asked, edition_name="", now=now)
        for one in found.to_nudge:
            is_new = await outbox.enqueue(
                work,
                team_id=team_id,
                key=f"nudge:{one.member.user_id}:{today.isoformat()}",
                recipient=one.member.user_id,
                kind=NUDGE,
                body={"homework_id": asked.id},
                now=now,
            )
            (nudged if is_new else already).append(one.member)
    return nudged, already


async def handed_in(
    db: Database, *, team_id: TeamId, homework_id: HomeworkId, user_id: UserId
) -> tuple[Homework, Member, list[Submission]]:
    """All versions of what a person handed in, first version first. Raises Refused where there is none."""
    async with db.reading() as work:
        asked = await desk.existing(work, team_id=team_id, homework_id=homework_id)
        person = await members.member(work, team_id=team_id, user_id=user_id)
        versions = await stored.versions(work, team_id=team_id, homework_id=asked.id, user_id=user_id)
    if person is None or not versions:
        raise Refused("This person has not handed in anything for this homework.")
    return asked, person, versions


async def _status(work: Work, asked: Homework, *, edition_name: str, now: datetime) -> Status:
    team_id = asked.team_id
    clusters = {
        one.user_id: one.cluster
        for one in await members.enrolments(
            work, team_id=team_id, edition_key=asked.edition_key, role=Role.PARTICIPANT
        )
    }
    extensions: Mapping[UserId, Extension] = {
        one.user_id: one for one in await stored.extensions(work, team_id=team_id, homework_id=asked.id)
    }
    latest = {
        one.user_id: one
        for one in await stored.latest_submissions(work, team_id=team_id, homework_id=asked.id)
    }
    people = tuple(
        Participant(
            member=person,
            cluster=clusters[person.user_id],
            standing=standing(
                asked,
                extension=extensions.get(person.user_id),
                handed_in=latest.get(person.user_id),
                now=now,
            ),
        )
        for person in await participants(work, team_id=team_id, edition_key=asked.edition_key)
    )
    return Status(homework=asked, edition_name=edition_name, people=people)
