"""Questions, answers and channels in the database; each change is in the search index at once."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import (
    Answer,
    Channel,
    LinkKind,
    NewAnswer,
    NewQuestion,
    Question,
    QuestionState,
    storable,
)
from storage import postings, tables
from storage.db import Work, by

_QUESTION_FIELDS = [one.name for one in fields(Question)]
_ANSWER_FIELDS = [one.name for one in fields(Answer)]


async def put_channel(work: Work, known: Channel) -> None:
    """Write a channel in place of what was known of it. What may be seen changes with it at once."""
    await work.put(
        tables.channel,
        {
            "team_id": known.team_id,
            "channel_id": known.channel_id,
            "name": known.name,
            "is_private": known.is_private,
            "is_archived": known.is_archived,
        },
    )


_CHANNELS = (
    select(tables.channel)
    .where(*by(tables.channel, ("team_id",)))
    .order_by(tables.channel.c.name, tables.channel.c.channel_id)
)


async def channels(work: Work, *, team_id: TeamId) -> list[Channel]:
    """The channels that the log knows, by name."""
    return [
        Channel(
            team_id=row.team_id,
            channel_id=row.channel_id,
            name=row.name,
            is_private=row.is_private,
            is_archived=row.is_archived,
        )
        for row in await work.execute(_CHANNELS, {"team_id": team_id})
    ]


async def question(work: Work, *, team_id: TeamId, question_id: QuestionId) -> Question | None:
    """The question of that id, in whatever state."""
    table = tables.question
    query = select(table).where(table.c.team_id == team_id, table.c.id == question_id)
    row = (await work.execute(query)).one_or_none()
    return None if row is None else _to_question(row)


async def question_of_message(
    work: Work, *, team_id: TeamId, channel_id: ChannelId, ts: str
) -> Question | None:
    """The question whose message that is."""
    table = tables.question
    query = select(table).where(
        table.c.team_id == team_id, table.c.channel_id == channel_id, table.c.ts == ts
    )
    row = (await work.execute(query)).one_or_none()
    return None if row is None else _to_question(row)


async def questions(work: Work, *, team_id: TeamId, question_ids: Collection[QuestionId]) -> list[Question]:
    """The questions of those ids, by id; those that are not there are left out."""
    table = tables.question
    query = select(table).where(table.c.team_id == team_id, table.c.id.in_(question_ids)).order_by(table.c.id)
    return [_to_question(row) for row in await work.execute(query)]


async def answers(work: Work, *, team_id: TeamId, question_ids: Collection[QuestionId]) -> list[Answer]:
    """The answers to those questions, by question, oldest first."""
    table = tables.answer
    query = (
        select(table)
        .where(table.c.team_id == team_id, table.c.question_id.in_(question_ids))
        .order_by(table.c.question_id, table.c.answered_at, table.c.id)
    )
    return [_to_answer(row) for row in await work.execute(query)]


async def add_question(work: Work, *, team_id: TeamId, asked: NewQuestion) -> Question:
    """Write a new question, open. Raises IntegrityError where its message is in the log already."""
    return (await add_questions(work, team_id=team_id, asked=[(asked, [])]))[0]


async def add_questions(
    work: Work, *, team_id: TeamId, asked: Sequence[tuple[NewQuestion, Sequence[NewAnswer]]]
) -> list[Question]:
    """Write new questions with their answers, such as an import's; none is accepted.

    Returns them in the same order. Raises IntegrityError where a message is in the log already.
    """
    if not asked:
        return []
    await postings.lock(work, team_id=team_id)
    table = tables.question
    last = select(func.coalesce(func.max(table.c.id), 0)).where(table.c.team_id == team_id)
    first = (await work.execute(last)).scalar_one() + 1
    new = [
        Question(team_id=team_id, id=QuestionId(first + place), **_clean(one))
        for place, (one, _) in enumerate(asked)
    ]
    await work.execute(table.insert(), [{**vars(one), "text_revision": 1} for one in new])
    rows = [
        {"team_id": team_id, "question_id": one.id, "id": place, **_clean(answer)}
        for one, (_, given) in zip(new, asked, strict=True)
        for place, answer in enumerate(given, start=1)
    ]
    if rows:
        await work.execute(tables.answer.insert(), rows)
    await postings.index(work, team_id=team_id, question_ids=[one.id for one in new])
    return new


async def change_question(work: Work, changed: Question) -> None:
    """Write a question in place of what it was; its answers stay."""
    table = tables.question
    values = _clean(changed)
    await work.execute(
        update(table)
        .where(table.c.team_id == changed.team_id, table.c.id == changed.id)
        .values(**values, text_revision=table.c.text_revision + 1)
    )
    await postings.index(work, team_id=changed.team_id, question_ids=[changed.id])


async def add_answer(work: Work, *, team_id: TeamId, question_id: QuestionId, given: NewAnswer) -> Answer:
    """Write a new answer. Raises IntegrityError where its message is an answer to this question already."""
    await postings.lock(work, team_id=team_id)
    table = tables.answer
    last = select(func.coalesce(func.max(table.c.id), 0)).where(
        table.c.team_id == team_id, table.c.question_id == question_id
    )
    place = (await work.execute(last)).scalar_one() + 1
    answer = Answer(team_id=team_id, question_id=question_id, id=place, **_clean(given))
    await work.execute(table.insert().values(**vars(answer)))
    await _reindex(work, team_id, question_id)
    return answer


async def change_answer(work: Work, changed: Answer) -> None:
    """Write an answer in place of what it was."""
    await work.put(tables.answer, _clean(changed))
    await _reindex(work, changed.team_id, changed.question_id)


async def remove_answer(work: Work, *, team_id: TeamId, question_id: QuestionId, answer_id: int) -> None:
    """Take an answer out; the question is open again where it was the accepted one."""
    table = tables.answer
    await work.execute(
        table.delete().where(
            table.c.team_id == team_id, table.c.question_id == question_id, table.c.id == answer_id
        )
    )
    one = tables.question
    await work.execute(
        update(one)
        .where(one.c.team_id == team_id, one.c.id == question_id, one.c.accepted_answer_id == answer_id)
        .values(accepted_answer_id=None, answered_at=None)
    )
    await work.execute(
        update(one)
        .where(
            one.c.team_id == team_id,
            one.c.id == question_id,
            one.c.accepted_answer_id.is_(None),
            one.c.state == QuestionState.ANSWERED,
            ~_is_answered_by_another(),
        )
        .values(state=QuestionState.OPEN)
    )
    await _reindex(work, team_id, question_id)


async def link(
    work: Work,
    *,
    team_id: TeamId,
    question_id: QuestionId,
    earlier_id: QuestionId,
    kind: LinkKind,
    linked_by: UserId,
    linked_at: datetime,
) -> None:
    """Tie a question to an earlier one, both of which must be there, in place of the tie they had.

    A question that is merged helps to find the earlier one by its wording; its own state is the caller's.
    """
    await work.put(
        tables.question_link,
        {
            "team_id": team_id,
            "question_id": question_id,
            "earlier_id": earlier_id,
            "kind": kind,
            "linked_by": linked_by,
            "linked_at": linked_at,
        },
    )
    await _reindex(work, team_id, earlier_id)


async def unlink(work: Work, *, team_id: TeamId, question_id: QuestionId, earlier_id: QuestionId) -> None:
    """Undo a tie; nothing happens where there is none."""
    table = tables.question_link
    await work.execute(
        table.delete().where(
            table.c.team_id == team_id, table.c.question_id == question_id, table.c.earlier_id == earlier_id
        )
    )
    await _reindex(work, team_id, earlier_id)


async def linked(
    work: Work, *, team_id: TeamId, question_id: QuestionId
) -> list[tuple[LinkKind, QuestionId]]:
    """The earlier questions that this one is tied to, by id."""
    found = await links(work, team_id=team_id, question_ids=[question_id])
    return found.get(question_id, [])


async def links(
    work: Work, *, team_id: TeamId, question_ids: Collection[QuestionId]
) -> dict[QuestionId, list[tuple[LinkKind, QuestionId]]]:
    """The same of each of these questions that is tied to any."""
    table = tables.question_link
    query = (
        select(table.c.question_id, table.c.kind, table.c.earlier_id)
        .where(table.c.team_id == team_id, table.c.question_id.in_(question_ids))
        .order_by(table.c.question_id, table.c.earlier_id)
    )
    found: dict[QuestionId, list[tuple[LinkKind, QuestionId]]] = {}
    for row in await work.execute(query):
        found.setdefault(row.question_id, []).append((LinkKind(row.kind), row.earlier_id))
    return found


async def _reindex(work: Work, team_id: TeamId, question_id: QuestionId) -> None:
    table = tables.question
    await work.execute(
        update(table)
        .where(table.c.team_id == team_id, table.c.id == question_id)
        .values(text_revision=table.c.text_revision + 1)
    )
    await postings.index(work, team_id=team_id, question_ids=[question_id])


def _is_answered_by_another() -> Any:
    tie, one = tables.question_link.c, tables.question.c
    return (
        select(tie.earlier_id)
        .where(tie.team_id == one.team_id, tie.question_id == one.id, tie.kind == LinkKind.ANSWERED_BY)
        .exists()
    )


def _clean(value: NewQuestion | NewAnswer) -> dict[str, Any]:
    return {name: storable(kept) if isinstance(kept, str) else kept for name, kept in vars(value).items()}


def _to_question(row: Row[Any]) -> Question:
    values = {name: getattr(row, name) for name in _QUESTION_FIELDS}
    return Question(**{**values, "state": QuestionState(row.state)})


def _to_answer(row: Row[Any]) -> Answer:
    return Answer(**{name: getattr(row, name) for name in _ANSWER_FIELDS})
