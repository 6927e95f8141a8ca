"""All that reminders depend on, read at once: who takes part, until when, and what is handed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.domain import calendar, workdays
from bot.domain.editions import Edition
from bot.domain.homework import Extension, Homework, revision_for
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.members import Enrolment, Member, Role
from bot.domain.reminders import Schedule, window
from bot.domain.standing import effective_due
from bot.domain.workdays import IsDayOff
from bot.services.days_off import days_off
from storage import editions, homework, members, reminders
from storage.db import Work


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a workspace's homework and of those who are to hand it in."""

    academy_zone: str | None
    editions: Mapping[EditionKey, Edition]
    homeworks: Mapping[HomeworkId, Homework]
    """By due date."""
    enrolled: Mapping[tuple[EditionKey, UserId], Enrolment]
    """The participants, of whom the deactivated are left out."""
    people: Mapping[UserId, Member]
    """The active ones."""
    extensions: Mapping[tuple[HomeworkId, UserId], Extension]
    handed_in: frozenset[tuple[HomeworkId, UserId]]
    stopped: frozenset[tuple[HomeworkId, UserId]]

    def participants(self, edition_key: EditionKey) -> list[UserId]:
        """Who takes part in an edition, ordered by id."""
        return sorted(user_id for key, user_id in self.enrolled if key == edition_key)

    def is_wanted(self, piece: Homework, user_id: UserId) -> bool:
        """Whether a person is to be reminded of a homework at all."""
        pair = (piece.id, user_id)
        is_enrolled = (piece.edition_key, user_id) in self.enrolled
        return is_enrolled and pair not in self.handed_in and pair not in self.stopped

    def due(self, piece: Homework, user_id: UserId) -> datetime:
        """The wall time, in the edition's zone, until which a person may hand in."""
        return effective_due(piece, self.extensions.get((piece.id, user_id)))

    def revision(self, piece: Homework, user_id: UserId) -> int:
        """The revision of a person's dates."""
        return revision_for(piece, self.extensions.get((piece.id, user_id)))

    def is_overdue(self, piece: Homework, user_id: UserId, now: datetime) -> bool:
        """Whether what a person hands in now is late."""
        return now >= calendar.closes_at(self.due(piece, user_id), piece.zone)

    def zone(self, piece: Homework, user_id: UserId) -> str:
        """The zone of a person's clock; the edition's where Slack names none that we know."""
        person = self.people.get(user_id)
        return calendar.zone_or(person.tz if person else "", piece.zone)

    def is_day_off(self, user_id: UserId) -> IsDayOff:
        """A person's days off; weekends where the country is unknown."""
        person = self.people.get(user_id)
        return days_off(person.country) if person else workdays.is_weekend

    def schedule(self, piece: Homework, user_id: UserId) -> Schedule:
        """What a homework asks of a person's reminders."""
        due_at = calendar.instant(self.due(piece, user_id), piece.zone)
        return self._schedule(piece, zone=self.zone(piece, user_id), due_at=due_at)

    def channel_schedule(self, piece: Homework) -> Schedule:
        """What a homework asks of the reminders on the edition's channel."""
        return self._schedule(piece, zone=piece.zone, due_at=calendar.instant(piece.due, piece.zone))

    def _schedule(self, piece: Homework, *, zone: str, due_at: datetime) -> Schedule:
        first_on, last_on = window(piece, self.editions[piece.edition_key])
        return Schedule(
            slots=piece.remind,
            at=piece.remind_at,
            zone=zone,
            opens_at=calendar.instant(piece.opens, piece.zone),
            due_at=due_at,
            first_on=first_on,
            last_on=last_on,
        )


async def read(
    work: Work,
    *,
    team_id: TeamId,
    edition_key: EditionKey | None = None,
    homework_id: HomeworkId | None = None,
    user_id: UserId | None = None,
) -> Facts:
    """The facts of a workspace, narrowed to an edition, a homework or a person.

    With a person, enrolments, submissions and stops are theirs alone; extensions are everybody's, since the
    organisers' list depends on them.
    """
    if homework_id is not None:
        found = await homework.homework(work, team_id=team_id, homework_id=homework_id)
        pieces = [found] if found is not None else []
    else:
        pieces = await homework.homeworks(work, team_id=team_id, edition_key=edition_key)
    academy = await editions.academy(work, team_id=team_id)
    enrolled = await members.enrolments(
        work, team_id=team_id, edition_key=edition_key, user_id=user_id, role=Role.PARTICIPANT
    )
    user_ids = {one.user_id for one in enrolled} | ({user_id} if user_id is not None else set())
    people = {
        person.user_id: person
        for person in await members.members(work, team_id=team_id, user_ids=user_ids)
        if not person.is_deactivated
    }
    submissions = await homework.latest_submissions(
        work, team_id=team_id, homework_id=homework_id, user_id=user_id
    )
    extensions = await homework.extensions(work, team_id=team_id, homework_id=homework_id)
    stopped = await reminders.stops(work, team_id=team_id, homework_id=homework_id, user_id=user_id)
    return Facts(
        academy_zone=academy.timezone if academy is not None else None,
        editions={edition.key: edition for edition in await editions.editions(work, team_id=team_id)},
        homeworks={piece.id: piece for piece in pieces},
        enrolled={(one.edition_key, one.user_id): one for one in enrolled if one.user_id in people},
        people=people,
        extensions={(one.homework_id, one.user_id): one for one in extensions},
        handed_in=frozenset((one.homework_id, one.user_id) for one in submissions),
        stopped=frozenset(stopped),
    )
