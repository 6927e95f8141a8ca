"""Queries for the question log in numbers and as a table, always through somebody's eyes."""

from collections.abc import AsyncIterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.question_numbers import Asked, Helper
from bot.domain.questions import QuestionState, Sight
from bot.domain.values import dataclass
from storage import tables
from storage.db import Work
from storage.search_limits import may_be_seen

_PORTION = 1_000


@dataclass(frozen=True, kw_only=True)
class Line:
    """A question as the table of all of them shows it."""

    id: QuestionId
    asked_at: datetime
    asker_id: UserId
    is_anonymous: bool
    channel_id: ChannelId | None
    title: str
    topic: str
    state: QuestionState
    answers: int
    """Messages of others than the asker in its thread."""
    first_answer_at: datetime | None
    answered_at: datetime | None
    accepted_by: UserId | None
    """Whose answer was accepted."""
    permalink: str


@dataclass(frozen=True)
class Version:
    """What changes whenever a question of a log does, or an answer."""

    questions: int
    changes: int


async def version(work: Work, *, team_id: TeamId) -> Version:
    """The log's version now; much cheaper to ask for than its numbers."""
    one = tables.question.c
    query = select(
        func.count().label("questions"), func.coalesce(func.sum(one.text_revision), 0).label("changes")
    ).where(one.team_id == team_id)
    row = (await work.execute(query)).one()
    return Version(questions=row.questions, changes=row.changes)


async def count_open(work: Work, *, team_id: TeamId, sight: Sight) -> int:
    """How many questions that this person may see are open."""
    one = tables.question.c
    query = select(func.count()).where(may_be_seen(team_id, sight), one.state == QuestionState.OPEN)
    return int((await work.execute(query)).scalar_one())


async def asked(work: Work, *, team_id: TeamId, sight: Sight, since: datetime) -> list[Asked]:
    """The questions that this person may see and that were asked, or answered, since; and all open ones."""
    one = tables.question.c
    query = (
        select(one.id, one.asked_at, one.topic, one.state, one.answered_at, _first_answer_at())
        .where(
            may_be_seen(team_id, sight),
            or_(one.asked_at >= since, one.answered_at >= since, one.state == QuestionState.OPEN),
        )
        .order_by(one.id)
    )
    return [
        Asked(
            id=row.id,
            asked_at=row.asked_at,
            topic=row.topic,
            is_open=row.state == QuestionState.OPEN,
            first_answer_at=row.first_answer_at,
            answered_at=None if row.state == QuestionState.OPEN else row.answered_at,
        )
        for row in await work.execute(query)
    ]


async def helpers(work: Work, *, team_id: TeamId, sight: Sight, since: datetime, limit: int) -> list[Helper]:
    """Who answered questions of others since, of those that this person may see: the most helpful first."""
    one, given = tables.question.c, tables.answer.c
    is_accepted = case((one.accepted_answer_id == given.id, given.question_id))
    helped = func.count(given.question_id.distinct()).label("helped")
    accepted = func.count(is_accepted.distinct()).label("accepted")
    query = (
        select(given.author_id, helped, accepted)
        .select_from(tables.answer.join(tables.question, _is_of(one.id)))
        .where(may_be_seen(team_id, sight), given.answered_at >= since, given.author_id != one.asker_id)
        .group_by(given.author_id)
        .order_by(accepted.desc(), helped.desc(), given.author_id)
        .limit(limit)
    )
    return [
        Helper(user_id=row.author_id, helped=row.helped, accepted=row.accepted)
        for row in await work.execute(query)
    ]


async def lines(work: Work, *, team_id: TeamId, sight: Sight) -> AsyncIterator[Line]:
    """Every question that this person may see, oldest first."""
    one, given = tables.question.c, tables.answer.c
    replies = (
        select(func.count())
        .where(given.team_id == one.team_id, given.question_id == one.id, given.author_id != one.asker_id)
        .scalar_subquery()
        .label("answers")
    )
    accepted_by = (
        select(given.author_id)
        .where(given.team_id == one.team_id, given.question_id == one.id, given.id == one.accepted_answer_id)
        .scalar_subquery()
        .label("accepted_by")
    )
    wanted = select(
        one.id,
        one.asked_at,
        one.asker_id,
        one.is_anonymous,
        one.channel_id,
        one.title,
        one.topic,
        one.state,
        one.answered_at,
        one.permalink,
        replies,
        accepted_by,
        _first_answer_at(),
    ).where(may_be_seen(team_id, sight))
    last = 0
    while True:
        rows = list(await work.execute(wanted.where(one.id > last).order_by(one.id).limit(_PORTION)))
        for row in rows:
            kept = {name: row._mapping[name] for name in Line.__dataclass_fields__}
            yield Line(**kept | {"state": QuestionState(row.state)})
        if len(rows) < _PORTION:
            return
        last = rows[-1].id


def _first_answer_at() -> ColumnElement[datetime | None]:
    one, given = tables.question.c, tables.answer.c
    return (
        select(func.min(given.answered_at))
        .where(given.team_id == one.team_id, given.question_id == one.id, given.author_id != one.asker_id)
        .scalar_subquery()
        .label("first_answer_at")
    )


def _is_of(question_id: ColumnElement[int]) -> ColumnElement[bool]:
    given = tables.answer.c
    return and_(given.team_id == tables.question.c.team_id, given.question_id == question_id)
