"""What organisers see of a published round: who gave, who owes; nudging those who owe; a table of it all."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain import calendar
from bot.domain.ids import TeamId
from bot.domain.members import Member
from bot.domain.peers import Answer, Round, RoundState, debts, round_of
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services.peers.publishing import prefix
from storage import homework, members, outbox, peers
from storage.db import Database, Delivery, Work

NUDGE = "peers.nudge"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One person in a round."""

    member: Member
    owed: int
    """How much feedback they are to give in all."""
    given: int
    got: int
    answer: Answer | None
    """What they said half-way."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """A published round over all its people, who are ordered by name."""

    round: Round
    title: str
    """Of the homework; empty where it is about none."""
    people: tuple[Line, ...]
    may_undo: bool
    is_open: bool

    @property
    def to_nudge(self) -> list[Line]:
        """Who owes feedback."""
        return [one for one in self.people if one.given < one.owed]


async def published(db: Database, *, team_id: TeamId) -> list[Round]:
    """The rounds that people know of, the newest first. Raises Refused where there is none."""
    async with db.reading() as work:
        found = await peers.rounds(work, team_id=team_id, state=RoundState.PUBLISHED)
    if not found:
        raise Refused("No round has been published yet.")
    return sorted(found, key=lambda one: (one.published_at or one.planned_at, one.id), reverse=True)


async def status(db: Database, *, team_id: TeamId, of: str = "", now: datetime) -> Status:
    """How a round stands. of: its number, or as reminders name it; empty for the newest. Raises Refused."""
    number = int(of) if of.isdecimal() and len(of) < 10 else round_of(of)
    async with db.reading() as work:
        every = await peers.rounds(work, team_id=team_id, state=RoundState.PUBLISHED)
        if not every:
            raise Refused("No round has been published yet.")
        found = [one for one in every if one.id == number] if of else every[-1:]
        if not found:
            numbers = ", ".join(str(one.id) for one in every[-10:])
            raise Refused(f"There is no round with this number. Those there are: {numbers}.")
        return await _status(work, found[0], now=now)


async def nudge(
    db: Database, *, team_id: TeamId, round_id: int, now: datetime, once: Delivery | None = None
) -> tuple[list[Member], list[Member]]:
    """Write to each who owes feedback, at most once a day and person, by the edition's calendar.

    Returns those written to now, and those who were today already.
    """
    nudged: list[Member] = []
    already: list[Member] = []
    async with db.writing(once) as work:
        of = await peers.round_(work, team_id=team_id, round_id=round_id)
        if of is None or not of.is_published or now >= of.closes_at:
            raise Refused("This round is over, so nobody is asked any more.")
        today = calendar.local_date(now, of.zone)
        for one in (await _status(work, of, now=now)).to_nudge:
            user_id = one.member.user_id
            is_new = await outbox.enqueue(
                work,
                team_id=team_id,
                key=f"{prefix(of)}n{today.isoformat()}:{user_id}",
                recipient=user_id,
                kind=NUDGE,
                body={"round_id": of.id},
                now=now,
            )
            (nudged if is_new else already).append(one.member)
    return nudged, already


async def _status(work: Work, of: Round, *, now: datetime) -> Status:
    team_id = of.team_id
    matches = (await peers.matches(work, team_id=team_id, round_ids=[of.id]))[of.id]
    sent = {
        (one.giver, one.author)
        for one in await peers.feedback(work, team_id=team_id, round_ids=[of.id])
        if one.sent_at is not None
    }
    replies = (await peers.replies(work, team_id=team_id, round_ids=[of.id]))[of.id]
    answers = {one.user_id: one.answer for one in replies}
    owed = debts(of, matches)
    involved = {member for match in matches if not match.is_ended for member in match.members}
    known = await members.members(work, team_id=team_id, user_ids=involved)
    piece = None
    if of.homework_id is not None:
        piece = await homework.homework(work, team_id=team_id, homework_id=of.homework_id)
    people = [
        Line(
            member=one,
            owed=sum(debt.giver == one.user_id for debt in owed),
            given=sum(debt.giver == one.user_id and (debt.giver, debt.author) in sent for debt in owed),
            got=sum(author == one.user_id for _, author in sent),
            answer=answers.get(one.user_id),
        )
        for one in _by_name(known)
    ]
    return Status(
        round=of,
        title=piece.title if piece else "",
        people=tuple(people),
        may_undo=of.may_undo(now),
        is_open=now < of.closes_at,
    )


def _by_name(people: Sequence[Member]) -> list[Member]:
    return sorted(people, key=lambda one: (one.name.casefold(), one.user_id))
