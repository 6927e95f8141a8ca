"""What is done about open questions and when, and when each channel's digest is due."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, select

from bot.domain.follow_up import Step, StepState
from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import SHOWN, QuestionState
from bot.domain.values import dataclass
from storage import tables
from storage.db import Work

_step = tables.question_step.c
_question = tables.question.c
_answer = tables.answer.c


# Each heartbeat asks both of these, so they are put together once. Both go by workspace, as the indexes do:
# else every question and every answer that there ever was would be looked at.
_IS_PLANNED = and_(_step.team_id == _question.team_id, _step.question_id == _question.id)
_OF_AN_ACADEMY = select(tables.academy.c.team_id)
_IS_OPEN = and_(
    _question.team_id.in_(_OF_AN_ACADEMY),
    _question.state == QuestionState.OPEN,
    _question.channel_id.is_not(None),
    _question.ts.is_not(None),
    _question.asked_at >= bindparam("asked_after", type_=_question.asked_at.type),
)
_WITHOUT_PLAN = (
    select(_question.team_id, _question.id, _question.asked_at)
    .where(_IS_OPEN, ~exists().where(_IS_PLANNED, _step.step != Step.SETTLED))
    .order_by(_question.id)
)
_IS_REPLY = and_(
    _answer.team_id == _question.team_id,
    _answer.question_id == _question.id,
    _answer.author_id != _question.asker_id,
    _answer.answered_at >= bindparam("replied_after", type_=_answer.answered_at.type),
)
_TO_SETTLE = (
    select(_question.team_id, _question.id, _question.asker_id, func.max(_answer.answered_at).label("last"))
    .select_from(tables.question.join(tables.answer, _IS_REPLY))
    .where(
        _IS_OPEN,
        _answer.team_id.in_(_OF_AN_ACADEMY),
        ~exists().where(_IS_PLANNED, _step.step == Step.SETTLED),
    )
    .group_by(_question.team_id, _question.id, _question.asker_id)
    .order_by(_question.id)
)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A step that is planned for a question, or was."""

    team_id: TeamId
    question_id: QuestionId
    step: Step
    due_at: datetime
    state: StepState = StepState.PLANNED


@dataclass(frozen=True, kw_only=True)
class DigestDue:
    """A channel's next digest."""

    team_id: TeamId
    channel_id: ChannelId
    due_at: datetime


async def without_plan(work: Work, *, asked_after: datetime) -> list[tuple[TeamId, QuestionId, datetime]]:
    """Open questions in a channel for which no follow-up is planned, and when they were asked."""
    rows = await work.execute(_WITHOUT_PLAN, {"asked_after": asked_after})
    return [(row.team_id, row.id, row.asked_at) for row in rows]


async def to_settle(
    work: Work, *, asked_after: datetime, replied_after: datetime
) -> list[tuple[TeamId, QuestionId, str, datetime]]:
    """Open questions with a reply by somebody else, whose asker was never asked about it nor is going to be.

    Each with its asker and the instant of the last such reply, which is none that is older.
    """
    after = {"asked_after": asked_after, "replied_after": replied_after}
    rows = await work.execute(_TO_SETTLE, after)
    return [(row.team_id, row.id, row.asker_id, row.last) for row in rows]


async def add(work: Work, steps: Collection[Planned]) -> None:
    """Write steps, but none that is there already, whatever became of it."""
    await work.insert_all_new(tables.question_step, [vars(one) for one in steps])


async def change(work: Work, steps: Collection[Planned]) -> None:
    """Write steps, in place of what was planned for the same question and step."""
    await work.put_all(tables.question_step, [vars(one) for one in steps])


async def steps(work: Work, *, team_id: TeamId, question_id: QuestionId) -> dict[Step, Planned]:
    """What was or is planned for a question."""
    query = select(tables.question_step).where(_step.team_id == team_id, _step.question_id == question_id)
    return {Step(row.step): _planned(row) for row in await work.execute(query)}


async def are_due(work: Work, *, now: datetime) -> bool:
    """Whether the instant of a planned step has come, in any workspace."""
    query = select(_step.step).where(_step.state == StepState.PLANNED, _step.due_at <= now).limit(1)
    return (await work.execute(query)).first() is not None


async def due(work: Work, *, now: datetime, limit: int) -> list[Planned]:
    """Planned steps whose instant has come, over all workspaces, the earliest first; at most so many."""
    query = (
        select(tables.question_step)
        .where(_step.state == StepState.PLANNED, _step.due_at <= now)
        .order_by(_step.due_at, _step.team_id, _step.question_id, _step.step)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_planned(row) for row in await work.execute(query)]


async def put_digest(work: Work, digest: DigestDue) -> None:
    """Enter when a channel's next digest is due."""
    await work.put(tables.question_digest, vars(digest))


async def digests(work: Work) -> list[DigestDue]:
    """Each channel's next digest, in every workspace."""
    table = tables.question_digest
    rows = await work.execute(select(table).order_by(table.c.team_id, table.c.channel_id))
    return [DigestDue(team_id=row.team_id, channel_id=row.channel_id, due_at=row.due_at) for row in rows]


async def remove_digest(work: Work, digest: DigestDue) -> None:
    """A channel gets no more digests."""
    table = tables.question_digest
    await work.execute(
        delete(table).where(table.c.team_id == digest.team_id, table.c.channel_id == digest.channel_id)
    )


async def next_due_at(work: Work) -> datetime | None:
    """When the next step is due, over all workspaces; None where none is planned."""
    query = select(func.min(_step.due_at)).where(_step.state == StepState.PLANNED)
    found: datetime | None = (await work.execute(query)).scalar_one()
    return found


async def open_questions(
    work: Work, *, team_id: TeamId, channel_ids: Collection[ChannelId], limit: int
) -> tuple[list[QuestionId], int]:
    """The open questions of some channels, the newest `limit` of them, and how many there are."""
    where = (
        _question.team_id == team_id,
        _question.channel_id.in_(channel_ids),
        _question.state == QuestionState.OPEN,
    )
    query = select(_question.id).where(*where).order_by(_question.asked_at.desc(), _question.id.desc())
    count = (await work.execute(select(func.count()).select_from(tables.question).where(*where))).scalar_one()
    return [QuestionId(found) for (found,) in await work.execute(query.limit(limit))], count


async def answered_questions(
    work: Work, *, team_id: TeamId, channel_ids: Collection[ChannelId], since: datetime, until: datetime
) -> list[QuestionId]:
    """The questions of some channels that were answered from `since` on and before `until`, in that order."""
    query = (
        select(_question.id)
        .where(
            _question.team_id == team_id,
            _question.channel_id.in_(channel_ids),
            _question.state == QuestionState.ANSWERED,
            _question.answered_at >= since,
            _question.answered_at < until,
        )
        .order_by(_question.answered_at, _question.id)
    )
    return [QuestionId(found) for (found,) in await work.execute(query)]


async def repliers(
    work: Work, *, team_id: TeamId, channel_ids: Collection[ChannelId], since: datetime, until: datetime
) -> list[UserId]:
    """Who replied to others' questions in some channels in that time: who helped with most of them first."""
    query = (
        select(_answer.author_id, func.count(_answer.question_id.distinct()).label("number"))
        .select_from(
            tables.answer.join(
                tables.question,
                and_(_answer.team_id == _question.team_id, _answer.question_id == _question.id),
            )
        )
        .where(
            _question.team_id == team_id,
            _question.channel_id.in_(channel_ids),
            _question.state.in_(SHOWN),
            _answer.author_id != _question.asker_id,
            _answer.answered_at >= since,
            _answer.answered_at < until,
        )
        .group_by(_answer.author_id)
        .order_by(func.count(_answer.question_id.distinct()).desc(), _answer.author_id)
    )
    return [UserId(row.author_id) for row in await work.execute(query)]


def _planned(row: Any) -> Planned:
    return Planned(
        team_id=row.team_id,
        question_id=row.question_id,
        step=Step(row.step),
        due_at=row.due_at,
        state=StepState(row.state),
    )
