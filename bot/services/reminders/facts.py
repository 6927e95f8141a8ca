"""All that reminders depend on, read at once: who takes part, until when, and what is handed in.

A round of peer feedback is a piece like a homework here: due on a date, and handed in once all is given.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime

from bot.domain import calendar, workdays
from bot.domain.editions import Edition
from bot.domain.homework import Extension, Homework, revision_for
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.members import Enrolment, Member, Role
from bot.domain.peers import Round, as_piece, debts, piece_id, round_of
from bot.domain.reminders import Schedule, window
from bot.domain.standing import effective_due
from bot.domain.values import dataclass
from bot.domain.workdays import IsDayOff
from bot.services.days_off import days_off
from storage import editions, homework, members, peers, reminders
from storage.db import Work


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known of a workspace's homework and of those who are to hand it in."""

    academy_zone: str | None
    editions: Mapping[EditionKey, Edition]
    homeworks: Mapping[HomeworkId, Homework]
    """By due date; rounds of feedback after them."""
    enrolled: Mapping[tuple[EditionKey, UserId], Enrolment]
    """The participants, of whom the deactivated are left out."""
    people: Mapping[UserId, Member]
    """The active ones."""
    extensions: Mapping[tuple[HomeworkId, UserId], Extension]
    handed_in: frozenset[tuple[HomeworkId, UserId]]
    stopped: frozenset[tuple[HomeworkId, UserId]]
    givers: Mapping[HomeworkId, frozenset[UserId]] = field(default_factory=dict)
    """For each round of feedback who has any to give, given or not; nobody where it was taken back."""
    owed: Mapping[tuple[HomeworkId, UserId], tuple[Member, ...]] = field(default_factory=dict)
    """For rounds: whose work somebody still is to give feedback on."""

    def participants(self, piece: Homework) -> list[UserId]:
        """Who is to hand a piece in, ordered by id."""
        if piece.id in self.givers:
            return sorted(self.givers[piece.id])
        return sorted(user_id for key, user_id in self.enrolled if key == piece.edition_key)

    def has_to(self, piece: Homework, user_id: UserId) -> bool:
        """Whether a piece is for this person."""
        if piece.id in self.givers:
            return user_id in self.givers[piece.id]
        return (piece.edition_key, user_id) in self.enrolled

    def is_wanted(self, piece: Homework, user_id: UserId) -> bool:
        """Whether a person is to be reminded of a homework at all."""
        pair = (piece.id, user_id)
        return self.has_to(piece, user_id) and pair not in self.handed_in and pair not in self.stopped

    def cluster(self, piece: Homework, user_id: UserId) -> str:
        """A participant's cluster; empty for those who stand in for one."""
        enrolled = self.enrolled.get((piece.edition_key, user_id))
        return enrolled.cluster if enrolled else ""

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
    rounds = await _rounds(work, team_id=team_id, edition_key=edition_key, homework_id=homework_id)
    if homework_id is not None and rounds:
        pieces = []
    elif homework_id is not None:
        found = await homework.homework(work, team_id=team_id, homework_id=homework_id)
        pieces = [found] if found is not None else []
    else:
        pieces = await homework.homeworks(work, team_id=team_id, edition_key=edition_key)
    every = await homework.homeworks(work, team_id=team_id) if rounds else []
    feedback = await _feedback(work, rounds, team_id=team_id)
    academy = await editions.academy(work, team_id=team_id)
    enrolled = await members.enrolments(
        work, team_id=team_id, edition_key=edition_key, user_id=user_id, role=Role.PARTICIPANT
    )
    user_ids = {one.user_id for one in enrolled} | ({user_id} if user_id is not None else set())
    concerned = {who for owes in feedback.values() for pair in owes for who in pair}
    known = {
        person.user_id: person
        for person in await members.members(work, team_id=team_id, user_ids=user_ids | concerned)
        if not person.is_deactivated
    }
    people = {one: person for one, person in known.items() if one in user_ids or user_id is None}
    submissions = await homework.latest_submissions(
        work, team_id=team_id, homework_id=homework_id, user_id=user_id
    )
    extensions = await homework.extensions(work, team_id=team_id, homework_id=homework_id)
    stopped = await reminders.stops(work, team_id=team_id, homework_id=homework_id, user_id=user_id)
    return Facts(
        academy_zone=academy.timezone if academy is not None else None,
        editions={edition.key: edition for edition in await editions.editions(work, team_id=team_id)},
        homeworks={
            piece.id: piece
            for piece in [*pieces, *_as_pieces(rounds, {piece.id: piece.title for piece in every})]
        },
        enrolled={(one.edition_key, one.user_id): one for one in enrolled if one.user_id in people},
        people=people,
        extensions={(one.homework_id, one.user_id): one for one in extensions},
        handed_in=frozenset((one.homework_id, one.user_id) for one in submissions)
        | {(of, giver) for of, owes in feedback.items() for giver in _who_gave_all(owes)},
        stopped=frozenset(stopped),
        givers={of: frozenset(one for one, _ in owes if one in known) for of, owes in feedback.items()},
        owed=_owed(feedback, known),
    )


async def pieces_by_id(work: Work, *, team_id: TeamId) -> dict[HomeworkId, Homework]:
    """Every homework and every round of a workspace."""
    found = await homework.homeworks(work, team_id=team_id)
    rounds = await _rounds(work, team_id=team_id, edition_key=None, homework_id=None)
    rounds_too = _as_pieces(rounds, {piece.id: piece.title for piece in found})
    return {piece.id: piece for piece in [*found, *rounds_too]}


async def _rounds(
    work: Work, *, team_id: TeamId, edition_key: EditionKey | None, homework_id: HomeworkId | None
) -> list[Round]:
    # Also those that were taken back: what is planned for them has to go.
    every = await peers.rounds(work, team_id=team_id, edition_key=edition_key)
    number = round_of(homework_id) if homework_id is not None else None
    if homework_id is not None:
        every = [one for one in every if one.id == number]
    return [one for one in every if one.publication and one.owes_feedback]


_Owes = Mapping[tuple[UserId, UserId], bool]
"""By giver and author: whether it was given."""


async def _feedback(work: Work, rounds: Iterable[Round], *, team_id: TeamId) -> dict[HomeworkId, _Owes]:
    round_ids = [one.id for one in rounds]
    if not round_ids:
        return {}
    matches = await peers.matches(work, team_id=team_id, round_ids=round_ids)
    given = {
        (one.round_id, one.giver, one.author)
        for one in await peers.feedback(work, team_id=team_id, round_ids=round_ids)
        if one.sent_at is not None
    }
    return {
        piece_id(one.id): {
            (debt.giver, debt.author): (one.id, debt.giver, debt.author) in given
            for debt in (debts(one, matches[one.id]) if one.is_published else ())
        }
        for one in rounds
    }


def _as_pieces(rounds: Iterable[Round], titles: Mapping[HomeworkId, str]) -> list[Homework]:
    return [as_piece(one, title=titles.get(one.homework_id or HomeworkId(""), "homework")) for one in rounds]


def _who_gave_all(owes: _Owes) -> set[UserId]:
    return {giver for giver, _ in owes} - {giver for (giver, _), is_given in owes.items() if not is_given}


def _owed(
    feedback: Mapping[HomeworkId, _Owes], known: Mapping[UserId, Member]
) -> dict[tuple[HomeworkId, UserId], tuple[Member, ...]]:
    found: dict[tuple[HomeworkId, UserId], tuple[Member, ...]] = {}
    for of, owes in feedback.items():
        for (giver, author), is_given in owes.items():
            if not is_given and author in known:
                found[of, giver] = (*found.get((of, giver), ()), known[author])
    return found
