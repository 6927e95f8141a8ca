"""The people of a workspace as audiences ask for them."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from bot.domain import calendar
from bot.domain.announcements import Written
from bot.domain.audiences import Audience, Choice, Part, Person, Reached, reached
from bot.domain.ids import HomeworkId, TeamId, UserId
from bot.domain.members import Member
from bot.domain.values import dataclass
from storage import announcements, editions, homework, members, peer_people
from storage.db import Work


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """Who gets an announcement as things are, and everybody's record by their id."""

    reached: Reached
    members: Mapping[UserId, Member]
    zone: str
    """The academy's, for those who have none."""

    def zone_of(self, user_id: UserId) -> str:
        """The clock of somebody."""
        return calendar.zone_or(self.members[user_id].tz, self.zone)


async def evaluate(work: Work, written: Written, *, team_id: TeamId, now: datetime) -> Evaluated:
    """Who would get it now."""
    zone = await editions.academy_zone(work, team_id=team_id)
    known = {person.user_id: person for person in await members.members(work, team_id=team_id)}
    everybody = await _people(work, known, written.audience, team_id=team_id, now=now, zone=zone)
    found = reached(
        written.audience,
        everybody,
        asks_confirmation=written.asks_confirmation,
        is_necessary=written.is_necessary,
    )
    return Evaluated(reached=found, members=known, zone=zone)


async def _people(
    work: Work,
    known: Mapping[UserId, Member],
    audience: Audience,
    *,
    team_id: TeamId,
    now: datetime,
    zone: str,
) -> list[Person]:
    parts: defaultdict[UserId, list[Part]] = defaultdict(list)
    for one in await members.enrolments(work, team_id=team_id):
        part = Part(edition_key=one.edition_key, role=one.role.value, cluster=one.cluster)
        parts[one.user_id].append(part)
    handed_in: defaultdict[UserId, set[HomeworkId]] = defaultdict(set)
    for homework_id in {*audience.handed_in, *audience.missing}:
        for given in await homework.latest_submissions(work, team_id=team_id, homework_id=homework_id):
            handed_in[given.user_id].add(homework_id)
    chosen = await announcements.choices(work, team_id=team_id)
    pauses = await peer_people.pauses(work, team_id=team_id)
    return [
        Person(
            user_id=one.user_id,
            name=one.name,
            country=one.country,
            sectors=one.sectors,
            parts=tuple(parts[one.user_id]),
            handed_in=frozenset(handed_in[one.user_id]),
            is_guest=one.is_guest,
            is_deactivated=one.is_deactivated,
            is_paused=one.user_id in pauses
            and pauses[one.user_id].holds(calendar.local_date(now, calendar.zone_or(one.tz, zone))),
            choice=chosen.get(one.user_id, Choice.ALL),
        )
        for one in sorted(known.values(), key=lambda each: (each.name.casefold(), each.user_id))
        if not one.is_bot
    ]
