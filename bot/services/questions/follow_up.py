"""No question is forgotten: it goes to those who may know, then to organisers; its asker is asked once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain import calendar
from bot.domain import follow_up as domain
from bot.domain.editions import Academy
from bot.domain.follow_up import Step, StepState
from bot.domain.ids import QuestionId, TeamId, UserId
from bot.domain.members import Actor, Member
from bot.domain.questions import Answer, Question, QuestionState
from bot.domain.refusals import Refused
from bot.services.days_off import at_work_at, days_off
from bot.services.meaning import vectors_if_installed
from bot.services.questions import experts
from bot.services.questions.finding import zone_of
from bot.views import asking as views
from storage import asking, channels, editions, follow_up, members, outbox
from storage import questions as stored
from storage.db import Database, Delivery, Work
from storage.follow_up import Planned
from storage.outbox import Composed, Composer, Drop, Later, OutboxRow, Send
from storage.search import nearest

UNANSWERED = "question.unanswered"
SETTLED = "question.settled"

_WRITTEN_AT_ONCE = 500
_DONE_AT_ONCE = 20


async def next_due_at(work: Work, academies: Sequence[Academy], *, now: datetime) -> datetime | None:
    """The instant at which a follow-up is due next, now where one is to be planned; None where none is."""
    return now if await _new_steps(work, academies, now=now) else await follow_up.next_due_at(work)


async def queue_due(db: Database, *, now: datetime) -> int:
    """Plan what is new, and queue what is due. Returns the number of messages.

    Whatever way a question came into the log, it is found here; old ones, as of an import, are left alone.
    """
    async with db.reading() as work:
        new = await _new_steps(work, await editions.academies(work), now=now)
        are_due = await follow_up.are_due(work, now=now)
    for start in range(0, len(new), _WRITTEN_AT_ONCE):
        async with db.writing() as work:
            await follow_up.add(work, new[start : start + _WRITTEN_AT_ONCE])
    are_due = are_due or any(one.state is StepState.PLANNED and one.due_at <= now for one in new)
    queued = 0
    while are_due:
        # A search for each takes its time: commands get their turn in between.
        async with db.writing() as work:
            steps = await follow_up.due(work, now=now, limit=_DONE_AT_ONCE)
            for_organisers: defaultdict[TeamId, list[Question]] = defaultdict(list)
            for step in steps:
                question = await stored.question(work, team_id=step.team_id, question_id=step.question_id)
                if question is not None:
                    queued += await _do(work, step, question, for_organisers[step.team_id], now)
            for team_id, questions in for_organisers.items():
                queued += await _queue_organisers(work, team_id, questions, now)
        are_due = len(steps) == _DONE_AT_ONCE
    return queued


async def _do(
    work: Work, step: Planned, question: Question, for_organisers: list[Question], now: datetime
) -> int:
    """Do what a step is for, if it is still called for; returns the number of messages."""
    if step.step is Step.SETTLED:
        return await _queue_settled(work, step, question, now)
    if not await _is_unanswered(work, question):
        await _end(work, step, StepState.LAPSED)
        return 0
    await _end(work, step, StepState.DONE)
    if step.step is Step.ORGANISERS:
        for_organisers.append(question)
        return 0
    return await _to_experts(work, question, now)


async def still_open(
    db: Database, *, question_id: QuestionId, by: Actor, now: datetime, once: Delivery | None = None
) -> Question:
    """The asker says that no reply settled it: it goes to those who may know and to the organisers after all.

    Raises Refused for anybody but the asker, and where the question is closed.
    """
    async with db.writing(once) as work:
        question = await stored.question(work, team_id=by.team_id, question_id=question_id)
        if question is None or question.asker_id != by.user_id:
            raise Refused("Only the one who asked can say this.")
        if question.state is not QuestionState.OPEN:
            raise Refused("This question is not open any more.")
        zone = await editions.academy_zone(work, team_id=by.team_id)
        known = await follow_up.steps(work, team_id=by.team_id, question_id=question_id)
        refused = Planned(team_id=by.team_id, question_id=question_id, step=Step.SETTLED, due_at=now)
        changed = [replace(refused, state=StepState.REFUSED)]
        for step, at in ((Step.EXPERTS, domain.next_workday_at), (Step.ORGANISERS, domain.to_organisers_at)):
            before = known.get(step)
            if before is None or before.state is StepState.LAPSED:
                changed.append(replace(refused, step=step, due_at=at(now, zone)))
        await follow_up.change(work, changed)
    return question


async def _new_steps(work: Work, academies: Sequence[Academy], *, now: datetime) -> list[Planned]:
    """What is to be done about the open questions for which nothing is planned yet."""
    found: list[Planned] = []
    zones = {one.team_id: one.timezone for one in academies}
    for team_id, question_id, asked_at in await follow_up.without_plan(
        work, asked_after=now - domain.FOLLOWED_FOR
    ):
        found += [
            Planned(team_id=team_id, question_id=question_id, step=step, due_at=at(asked_at, zones[team_id]))
            for step, at in ((Step.EXPERTS, domain.to_experts_at), (Step.ORGANISERS, domain.to_organisers_at))
        ]
    replied = await follow_up.to_settle(
        work, asked_after=now - domain.SETTLED_FOR, replied_after=now - domain.REPLIED_WITHIN
    )
    askers: dict[tuple[TeamId, UserId], Member] = {}
    for team_id in {one[0] for one in replied}:
        user_ids = {UserId(one[2]) for one in replied if one[0] == team_id}
        for person in await members.members(work, team_id=team_id, user_ids=user_ids):
            askers[team_id, person.user_id] = person
    for team_id, question_id, asker_id, last_at in replied:
        due_at = _settled_at(askers.get((team_id, UserId(asker_id))), last_at, zones[team_id])
        step = Planned(team_id=team_id, question_id=question_id, step=Step.SETTLED, due_at=due_at)
        is_late = now - due_at > domain.ASKED_LATE_BY
        found.append(replace(step, state=StepState.LAPSED) if is_late else step)
    return found


async def _is_unanswered(work: Work, question: Question) -> bool:
    """Whether nobody but the asker replied, or the asker said that it did not help."""
    if question.state is not QuestionState.OPEN:
        return False
    steps = await follow_up.steps(work, team_id=question.team_id, question_id=question.id)
    if Step.SETTLED in steps and steps[Step.SETTLED].state is StepState.REFUSED:
        return True
    return not await _replies(work, question)


async def _replies(work: Work, question: Question) -> list[Answer]:
    """The replies by others than the asker, oldest first."""
    given = await stored.answers(work, team_id=question.team_id, question_ids=[question.id])
    return [one for one in given if one.author_id != question.asker_id]


async def _to_experts(work: Work, question: Question, now: datetime) -> int:
    if question.channel_id is None:
        return 0
    text = "\n".join((question.title, question.detail, question.topic))
    sight = await channels.sight(work, team_id=question.team_id, user_id=question.asker_id)
    ranked = await nearest(
        work,
        team_id=question.team_id,
        text=question.title,
        sight=sight,
        without=question.id,
        meaning=vectors_if_installed(),
    )
    found = await experts.who_may_know(
        work,
        team_id=question.team_id,
        text=text,
        asker_id=question.asker_id,
        channel_id=question.channel_id,
        ranked=ranked,
        now=now,
        without=await asking.requested(work, team_id=question.team_id, question_id=question.id),
    )
    reached = await experts.ask_directly(work, question=question, experts=found, now=now)
    others = [one for one in found if one.user_id not in reached]
    named = await experts.mention_unanswered(work, question=question, experts=others, now=now)
    return len(reached) + bool(named)


async def _queue_organisers(work: Work, team_id: TeamId, questions: Sequence[Question], now: datetime) -> int:
    queued = 0
    for user_id in await members.organisers(work, team_id=team_id):
        seen = [one.id for one in questions if await experts.may_see(work, question=one, user_id=user_id)]
        if seen:
            queued += await outbox.enqueue(
                work,
                team_id=team_id,
                key=f"question.unanswered:{seen[0]}:{user_id}:{calendar.local_date(now, 'UTC')}",
                recipient=user_id,
                kind=UNANSWERED,
                body={"question_ids": seen},
                now=now,
            )
    return queued


async def _queue_settled(work: Work, step: Planned, question: Question, now: datetime) -> int:
    replies = await _replies(work, question)
    person = await members.member(work, team_id=step.team_id, user_id=question.asker_id)
    if question.state is not QuestionState.OPEN or not replies or person is None or person.is_deactivated:
        await _end(work, step, StepState.LAPSED)
        return 0
    due_at = _settled_at(
        person, replies[-1].answered_at, await editions.academy_zone(work, team_id=step.team_id)
    )
    if due_at > now:
        # There was another reply meanwhile: people are still at it.
        await follow_up.change(work, [replace(step, due_at=due_at)])
        return 0
    await _end(work, step, StepState.DONE)
    return await outbox.enqueue(
        work,
        team_id=step.team_id,
        key=f"question.settled:{question.id}",
        recipient=question.asker_id,
        kind=SETTLED,
        body={"question_id": question.id},
        now=now,
    )


async def _end(work: Work, step: Planned, state: StepState) -> None:
    await follow_up.change(work, [replace(step, state=state)])


def _settled_at(person: Member | None, last_at: datetime, academy_zone: str) -> datetime:
    zone = calendar.zone_or(person.tz if person else "", academy_zone)
    return domain.settled_at(last_at, zone, days_off(person.country if person else ""))


# -- messages -----------------------------------------------------------------------------------------


async def _unanswered(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, reader = TeamId(row.team_id), UserId(row.recipient)
    if waiting := await _at_work(work, row, now):
        return waiting
    if reader not in await members.organisers(work, team_id=team_id):
        return Drop("not an organiser any more")
    ids = [QuestionId(one) for one in row.body["question_ids"]]
    found = [
        one
        for one in await stored.questions(work, team_id=team_id, question_ids=ids)
        if await _is_unanswered(work, one) and await experts.may_see(work, question=one, user_id=reader)
    ]
    if not found:
        return Drop("answered or taken out meanwhile")
    names = {
        one.user_id: one.name
        for one in await members.members(
            work, team_id=team_id, user_ids={one.asker_id for one in found} | {reader}
        )
    }
    asked = [(one, "Anonymous" if one.is_anonymous else names.get(one.asker_id, "Somebody")) for one in found]
    message = views.unanswered(asked, zone=await zone_of(work, team_id=team_id, user_id=reader))
    return Send(message["text"], message["blocks"])


async def _at_work(work: Work, row: OutboxRow, now: datetime) -> Later | None:
    """When a message that is late finds its reader at work; None where it goes now."""
    team_id = TeamId(row.team_id)
    person = await members.member(work, team_id=team_id, user_id=UserId(row.recipient))
    civil_at = (
        now
        if person is None
        else at_work_at(person, now, zone=await editions.academy_zone(work, team_id=team_id))
    )
    return Later(civil_at) if now < civil_at else None


async def _settled(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id = TeamId(row.team_id)
    if waiting := await _at_work(work, row, now):
        return waiting
    question = await stored.question(work, team_id=team_id, question_id=QuestionId(row.body["question_id"]))
    replies = [] if question is None else await _replies(work, question)
    if question is None or question.state is not QuestionState.OPEN or not replies:
        return Drop("answered or taken out meanwhile")
    last = replies[-1]
    replier = await members.member(work, team_id=team_id, user_id=last.author_id)
    message = views.settled_question(question, last, replier=replier.name if replier else "Somebody")
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {UNANSWERED: _unanswered, SETTLED: _settled}
"""By the kind of row in the outbox."""
