"""Feedback is written, kept as a draft, sent, changed until the date; its author rates it and thanks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain import calendar
from bot.domain.homework import Homework, Submission
from bot.domain.ids import TeamId, UserId
from bot.domain.members import Member
from bot.domain.peers import RATINGS, Debt, Feedback, Handover, Kind, Match, Round, debts, piece_id
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services import reminders
from bot.services.homework import refresh_home
from bot.services.peers.publishing import prefix
from bot.views import words
from storage import homework, members, outbox, peers
from storage.db import Database, Delivery, Work

GIVEN = "peers.feedback"
CHANGED = "peers.feedback.changed"
THANKS = "peers.thanks"
LONGEST_ANSWER = 3000
MOST_USEFUL = 5

_RATED = range(1, len(RATINGS) + 1)


@dataclass(frozen=True, kw_only=True)
class Form:
    """All that the form to give feedback shows."""

    round: Round
    author: Member
    homework: Homework
    handed_in: Submission | None
    written: Feedback | None
    """The draft, or what was sent."""
    reader_zone: str
    may_write: bool
    """Whether it can still be given, or changed."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """One person's feedback, as its author sees it."""

    round: Round
    feedback: Feedback
    giver: Member | None
    """None where the round keeps it to itself."""
    title: str
    """Of the homework."""
    reference: str
    """What buttons carry to name this feedback without naming its giver."""


async def form(
    db: Database, *, team_id: TeamId, round_id: int, giver: UserId, author: UserId, now: datetime
) -> Form:
    """The form for somebody's feedback. Raises Refused where it is not theirs, or the round is over."""
    async with db.reading() as work:
        of, _ = await _owed(work, team_id=team_id, round_id=round_id, giver=giver, author=author)
        person = await members.member(work, team_id=team_id, user_id=author)
        if of.homework_id is None or person is None:
            raise Refused("There is no work of theirs to give feedback on.")
        piece = await homework.homework(work, team_id=team_id, homework_id=of.homework_id)
        if piece is None:
            raise Refused("This homework does not exist any more.")
        versions = await homework.versions(work, team_id=team_id, homework_id=piece.id, user_id=author)
        written = await _written(work, team_id, round_id, giver, author)
        reader = await members.member(work, team_id=team_id, user_id=giver)
    if written is None or written.sent_at is None:
        _refuse_after(of, now)
    is_sent = written is not None and written.sent_at is not None
    return Form(
        round=of,
        author=person,
        homework=piece,
        handed_in=versions[-1] if versions else None,
        written=written,
        reader_zone=calendar.zone_or(reader.tz if reader else "", of.zone),
        may_write=now < (of.ends_at if is_sent else of.closes_at),
    )


async def write(
    db: Database,
    *,
    team_id: TeamId,
    round_id: int,
    giver: UserId,
    author: UserId,
    works: str,
    change: str,
    question: str,
    ratings: Mapping[str, int],
    is_draft: bool,
    now: datetime,
    once: Delivery | None = None,
) -> Feedback:
    """Keep feedback as a draft, or send it: its author hears of it at once or at the date, as the round says.

    works, change, question: what works, what to change first, one question to think about; one of them is
    needed, each of at most 3,000 characters. ratings: 1 to 4 by line of the rubric; others are left out.
    Raises Refused, with the field's block id (`works`, `change`, `question`) where it belongs to one; and
    where it is not theirs to give, the round is over, or what was sent can no longer be changed.
    """
    async with db.writing(once) as work:
        await peers.lock(work, team_id=team_id, round_id=round_id)
        of, number = await _owed(work, team_id=team_id, round_id=round_id, giver=giver, author=author)
        before = await _written(work, team_id, round_id, giver, author)
        if before is not None and before.sent_at is not None:
            if now >= of.ends_at:
                raise Refused("The date is over: what you have sent can no longer be changed.")
            is_draft = False
        _refuse_after(of, now)
        _check(works=works, change=change, question=question)
        is_sent_before = before is not None and before.sent_at is not None
        after = Feedback(
            round_id=round_id,
            giver=giver,
            author=author,
            works=works,
            change=change,
            question=question,
            ratings={
                line: ratings[line] for line in of.rubric if ratings.get(line) in range(1, len(RATINGS) + 1)
            },
            saved_at=now,
            sent_at=None if is_draft else (before.sent_at if before and before.sent_at else now),
            version=before.version + 1 if before and is_sent_before else 1,
            useful=before.useful if before else None,
            thanked_at=before.thanked_at if before else None,
        )
        await peers.put_feedback(work, after, team_id=team_id)
        if not is_draft:
            await _tell(work, of, number, after, now=now)
            await reminders.received(
                work, team_id=team_id, homework_id=piece_id(round_id), user_id=giver, now=now
            )
        why = f"{piece_id(round_id)}:{author}:{now.isoformat()}"
        await refresh_home(work, team_id=team_id, user_id=giver, why=why, now=now)
    return after


async def rate(
    db: Database,
    *,
    team_id: TeamId,
    author: UserId,
    reference: str,
    useful: int,
    once: Delivery | None = None,
) -> Feedback:
    """Enter how useful feedback was to its author, 1 to 5. Raises Refused where it is not theirs."""
    if not 1 <= useful <= MOST_USEFUL:
        raise Refused(f"Choose a number from 1 to {MOST_USEFUL}.")
    async with db.writing(once) as work:
        _, found = await _mine(work, team_id=team_id, author=author, reference=reference)
        rated = replace(found, useful=useful)
        await peers.put_feedback(work, rated, team_id=team_id)
    return rated


async def thank(
    db: Database,
    *,
    team_id: TeamId,
    author: UserId,
    reference: str,
    now: datetime,
    once: Delivery | None = None,
) -> bool:
    """Tell the giver that their feedback was welcome. False where they were told before."""
    async with db.writing(once) as work:
        of, found = await _mine(work, team_id=team_id, author=author, reference=reference)
        if found.thanked_at is not None:
            return False
        await peers.put_feedback(work, replace(found, thanked_at=now), team_id=team_id)
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"{prefix(of)}t{found.giver}:{author}",
            recipient=found.giver,
            kind=THANKS,
            body={"round_id": of.id, "giver": found.giver, "author": author},
            now=now,
        )
    return True


async def received(db: Database, *, team_id: TeamId, author: UserId, now: datetime) -> list[Received]:
    """All feedback that an author has got, the newest first."""
    async with db.reading() as work:
        return await received_in(work, team_id=team_id, author=author, now=now)


async def received_in(work: Work, *, team_id: TeamId, author: UserId, now: datetime) -> list[Received]:
    """As `received`, in an open transaction."""
    found: list[Received] = []
    for one in await peers.feedback(work, team_id=team_id, author=author):
        of = await peers.round_(work, team_id=team_id, round_id=one.round_id)
        if of is None or not of.is_published or not is_shown(of, one, now):
            continue
        found.append(await shown(work, of, one))
    return sorted(found, key=lambda one: (one.feedback.sent_at or now, one.reference), reverse=True)


def is_shown(of: Round, one: Feedback, now: datetime) -> bool:
    """Whether the author may see it by now."""
    return one.sent_at is not None and (of.handover is Handover.AT_ONCE or now >= of.ends_at)


async def shown(work: Work, of: Round, one: Feedback) -> Received:
    """Feedback as its author sees it."""
    giver = None
    if not of.is_anonymous:
        giver = await members.member(work, team_id=of.team_id, user_id=one.giver)
    piece = None
    if of.homework_id is not None:
        piece = await homework.homework(work, team_id=of.team_id, homework_id=of.homework_id)
    matches = (await peers.matches(work, team_id=of.team_id, round_ids=[of.id]))[of.id]
    number = number_of(of, matches, one.giver, one.author)
    return Received(
        round=of,
        feedback=one,
        giver=giver,
        title=piece.title if piece else "homework",
        reference=_reference(of, number, one.giver),
    )


def number_of(of: Round, matches: list[Match], giver: UserId, author: UserId) -> int:
    """The match in which somebody gives feedback to somebody. 0 where there is none."""
    for match in matches:
        if of.kind is Kind.REVIEWS and match.members == (giver, author):
            return match.number
        if of.kind is not Kind.REVIEWS and {giver, author} <= set(match.members):
            return match.number
    return 0


def _reference(of: Round, number: int, giver: UserId) -> str:
    # A match of reviews has one giver, whom the author may not be told of: not even where only a
    # program would look.
    return f"{of.id} {number}" if of.kind is Kind.REVIEWS else f"{of.id} {number} {giver}"


def message_key(of: Round, number: int, one: Feedback) -> str:
    """The key of the message that brings feedback to its author; other programs can read it there."""
    return f"{prefix(of)}f{number}" + ("" if of.kind is Kind.REVIEWS else f":{one.giver}")


async def _tell(work: Work, of: Round, number: int, one: Feedback, *, now: datetime) -> None:
    key = message_key(of, number, one)
    body = {"round_id": of.id, "giver": one.giver, "author": one.author}
    due_at = of.ends_at if of.handover is Handover.AT_DATE and now < of.ends_at else now
    common: dict[str, Any] = {"team_id": of.team_id, "recipient": one.author, "now": now}
    if await outbox.enqueue(work, key=key, kind=GIVEN, body=body, due_at=due_at, **common):
        return
    first = await outbox.row(work, team_id=of.team_id, key=key)
    if first is not None and first.state != "queued":
        await outbox.enqueue(
            work, key=f"{key}:v{one.version}", kind=CHANGED, body={**body, "target_key": key}, **common
        )


async def _owed(
    work: Work, *, team_id: TeamId, round_id: int, giver: UserId, author: UserId
) -> tuple[Round, int]:
    of = await peers.round_(work, team_id=team_id, round_id=round_id)
    if of is None or not of.is_published:
        raise Refused("This round was taken back. See your matches with the command for them.")
    if giver == author:
        raise Refused("This is your own work: feedback on it comes from others.")
    matches = (await peers.matches(work, team_id=team_id, round_ids=[round_id]))[round_id]
    if Debt(giver, author) not in debts(of, matches):
        raise Refused("You are not matched with this person in this round, so there is no feedback to give.")
    return of, number_of(of, [match for match in matches if not match.is_ended], giver, author)


async def _mine(work: Work, *, team_id: TeamId, author: UserId, reference: str) -> tuple[Round, Feedback]:
    round_id, number, *giver = reference.split()
    of = await peers.round_(work, team_id=team_id, round_id=int(round_id))
    if of is None or not of.is_published:
        raise Refused("This round was taken back.")
    matches = (await peers.matches(work, team_id=team_id, round_ids=[of.id]))[of.id]
    found = next((match for match in matches if match.number == int(number)), None)
    wanted = UserId(giver[0]) if giver else (found.members[0] if found else UserId(""))
    one = await _written(work, team_id, of.id, wanted, author)
    if one is None or one.sent_at is None:
        raise Refused("This feedback is not there any more.")
    return of, one


async def _written(
    work: Work, team_id: TeamId, round_id: int, giver: UserId, author: UserId
) -> Feedback | None:
    found = await peers.feedback(work, team_id=team_id, round_ids=[round_id], giver=giver, author=author)
    return found[0] if found else None


def _refuse_after(of: Round, now: datetime) -> None:
    if now >= of.closes_at:
        raise Refused(
            f"This round ended on {words.day(of.give_back.date())}, and feedback can no longer be given."
        )


def _check(**answers: str) -> None:
    for block_id, text in answers.items():
        if len(text) > LONGEST_ANSWER:
            raise Refused(f"At most {LONGEST_ANSWER:,} characters, please.", block_id=block_id)
    if all(words.is_blank(text) for text in answers.values()):
        raise Refused("The form is empty. Write at least what works, or what to change.", block_id="works")
