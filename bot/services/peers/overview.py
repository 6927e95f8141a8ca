"""What one person sees of peer feedback: matches, what they owe, what they got, by round."""

from datetime import datetime

from bot.domain import calendar
from bot.domain.ids import TeamId, UserId
from bot.domain.members import Member, Role
from bot.domain.peers import Feedback, Kind, Match, Pause, Round, RoundState, debts, piece_id
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services.peers.feedback import Received, received_in
from storage import homework, members, peer_people, peers, reminders
from storage.db import Database, Work


@dataclass(frozen=True, kw_only=True)
class Owed:
    """Feedback that a person is to give, or has given."""

    author: Member
    written: Feedback | None

    @property
    def is_given(self) -> bool:
        """Whether it was sent."""
        return self.written is not None and self.written.sent_at is not None


@dataclass(frozen=True, kw_only=True)
class MyRound:
    """A round as one of its people sees it."""

    round: Round
    title: str
    """Of the homework; empty where it is about none."""
    partners: tuple[Member, ...]
    """Whom they are to meet; nobody for reviews."""
    owed: tuple[Owed, ...]
    got: tuple[Received, ...]
    is_open: bool
    """Whether feedback can still be given."""
    is_stopped: bool
    """Whether this person asked for no more reminders of it."""

    @property
    def to_give(self) -> list[Owed]:
        """What is not given yet."""
        return [one for one in self.owed if not one.is_given]


@dataclass(frozen=True, kw_only=True)
class Mine:
    """All of one person's peer feedback."""

    rounds: tuple[MyRound, ...]
    """The newest first."""
    pause: Pause | None
    """Where they are away now."""
    per_month: int
    """How many reviews they have offered to take in a month."""
    is_alumnus: bool
    is_participant: bool
    reader_zone: str


async def mine(db: Database, *, team_id: TeamId, user_id: UserId, now: datetime) -> Mine:
    """A person's matches, what they owe and what they got."""
    async with db.reading() as work:
        return await mine_in(work, team_id=team_id, user_id=user_id, now=now)


async def mine_in(work: Work, *, team_id: TeamId, user_id: UserId, now: datetime) -> Mine:
    """As `mine`, in an open transaction."""
    person = await members.member(work, team_id=team_id, user_id=user_id)
    published = await peers.rounds(work, team_id=team_id, state=RoundState.PUBLISHED)
    matches = await peers.matches(work, team_id=team_id, round_ids=[one.id for one in published])
    got = await received_in(work, team_id=team_id, author=user_id, now=now)
    given = {
        (one.round_id, one.author): one for one in await peers.feedback(work, team_id=team_id, giver=user_id)
    }
    stopped = await reminders.stops(work, team_id=team_id, user_id=user_id)
    rounds: list[MyRound] = []
    for one in reversed(published):
        own = [match for match in matches[one.id] if user_id in match.members and not match.is_ended]
        if not own:
            continue
        authors = [debt.author for debt in debts(one, own) if debt.giver == user_id]
        partners = [] if one.kind is Kind.REVIEWS else _others(own, user_id)
        known = {
            each.user_id: each
            for each in await members.members(work, team_id=team_id, user_ids={*authors, *partners})
        }
        rounds.append(
            MyRound(
                round=one,
                title=await _title(work, one),
                partners=tuple(known[each] for each in partners if each in known),
                owed=tuple(
                    Owed(author=known[each], written=given.get((one.id, each)))
                    for each in authors
                    if each in known
                ),
                got=tuple(each for each in got if each.round.id == one.id),
                is_open=now < one.closes_at,
                is_stopped=(piece_id(one.id), user_id) in stopped,
            )
        )
    pauses = await peer_people.pauses(work, team_id=team_id)
    roles = {each.role for each in await members.enrolments(work, team_id=team_id, user_id=user_id)}
    zone = calendar.zone_or(person.tz if person else "", rounds[0].round.zone if rounds else "UTC")
    pause = pauses.get(user_id)
    return Mine(
        rounds=tuple(rounds),
        pause=pause if pause and pause.holds(calendar.local_date(now, zone)) else None,
        per_month=(await peer_people.offers(work, team_id=team_id)).get(user_id, 0),
        is_alumnus=Role.ALUMNUS in roles,
        is_participant=Role.PARTICIPANT in roles,
        reader_zone=zone,
    )


async def owed_now(
    db: Database, *, team_id: TeamId, user_id: UserId, now: datetime
) -> list[tuple[Round, Owed]]:
    """What somebody can give or change now, what is not given first. Raises Refused for nothing."""
    found = await mine(db, team_id=team_id, user_id=user_id, now=now)
    every = [
        (one.round, each)
        for one in found.rounds
        for each in one.owed
        if now < (one.round.ends_at if each.is_given else one.round.closes_at)
    ]
    if not every:
        raise Refused("There is no feedback for you to give now. Your list shows what was.")
    return sorted(every, key=lambda pair: (pair[1].is_given, pair[0].give_back_at))


def _others(matches: list[Match], user_id: UserId) -> list[UserId]:
    return [member for match in matches for member in match.members if member != user_id]


async def _title(work: Work, of: Round) -> str:
    if of.homework_id is None:
        return ""
    found = await homework.homework(work, team_id=of.team_id, homework_id=of.homework_id)
    return found.title if found else ""
