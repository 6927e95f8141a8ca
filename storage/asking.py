"""Drafts of questions, who lets the bot ask them, and whom it asked about what."""

from collections.abc import Collection, Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import delete, func, select, update

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import storable
from bot.domain.values import dataclass
from storage import tables
from storage.db import Work

DIRECT = "direct"
MENTION = "mention"
BY_ASKER = "by_asker"


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A question that was written and not asked yet, since earlier ones were shown first."""

    team_id: TeamId
    id: str
    user_id: UserId
    channel_id: ChannelId
    """Where it goes if it is asked."""
    title: str
    detail: str
    topic: str
    is_anonymous: bool
    made_at: datetime
    question_id: QuestionId | None = None
    """What became of it; None while nothing did."""


_FIELDS = [one.name for one in fields(Draft)]


async def put_drafts(work: Work, drafts: Sequence[Draft]) -> None:
    """Keep drafts, each in place of an earlier one of that id."""
    clean = [
        replace(one, title=storable(one.title), detail=storable(one.detail), topic=storable(one.topic))
        for one in drafts
    ]
    await work.put_all(tables.question_draft, [vars(one) for one in clean])


async def draft(work: Work, *, team_id: TeamId, draft_id: str) -> Draft | None:
    """The draft of that id."""
    table = tables.question_draft
    query = select(table).where(table.c.team_id == team_id, table.c.id == draft_id)
    row = (await work.execute(query)).one_or_none()
    return None if row is None else Draft(**{name: row._mapping[name] for name in _FIELDS})


async def use_draft(work: Work, *, team_id: TeamId, draft_id: str, question_id: QuestionId) -> None:
    """Enter what became of a draft."""
    table = tables.question_draft
    await work.execute(
        update(table)
        .where(table.c.team_id == team_id, table.c.id == draft_id)
        .values(question_id=question_id)
    )


async def forget_draft(work: Work, *, team_id: TeamId, draft_id: str) -> None:
    """Delete a draft, if it is there."""
    table = tables.question_draft
    await work.execute(delete(table).where(table.c.team_id == team_id, table.c.id == draft_id))


async def forget_drafts_before(work: Work, *, instant: datetime) -> None:
    """Delete the drafts made before an instant, in every workspace."""
    await work.execute(delete(tables.question_draft).where(tables.question_draft.c.made_at < instant))


async def put_consent(
    work: Work, *, team_id: TeamId, user_id: UserId, may_be_asked: bool, decided_at: datetime
) -> None:
    """Enter whether a person lets the bot ask them by direct message."""
    await work.put(
        tables.question_consent,
        {"team_id": team_id, "user_id": user_id, "may_be_asked": may_be_asked, "decided_at": decided_at},
    )


async def consents(
    work: Work, *, team_id: TeamId, user_ids: Collection[UserId] | None = None
) -> dict[UserId, bool]:
    """Who decided, and how; those who never did are left out."""
    table = tables.question_consent
    query = select(table.c.user_id, table.c.may_be_asked).where(table.c.team_id == team_id)
    if user_ids is not None:
        query = query.where(table.c.user_id.in_(user_ids))
    return {UserId(row.user_id): row.may_be_asked for row in await work.execute(query)}


async def add_request(
    work: Work, *, team_id: TeamId, question_id: QuestionId, user_id: UserId, how: str, asked_at: datetime
) -> bool:
    """Enter that somebody is asked: DIRECT, MENTION, BY_ASKER. False where they were, for this question."""
    return await work.insert_new(
        tables.question_request,
        {
            "team_id": team_id,
            "question_id": question_id,
            "user_id": user_id,
            "how": how,
            "asked_at": asked_at,
        },
    )


async def move_request(
    work: Work, *, team_id: TeamId, question_id: QuestionId, user_id: UserId, asked_at: datetime
) -> None:
    """Enter when somebody was in fact asked, which may be long after it was decided."""
    table = tables.question_request
    await work.execute(
        update(table)
        .where(table.c.team_id == team_id, table.c.question_id == question_id, table.c.user_id == user_id)
        .values(asked_at=asked_at)
    )


async def remove_request(work: Work, *, team_id: TeamId, question_id: QuestionId, user_id: UserId) -> None:
    """Undo `add_request`: it did not come to it."""
    table = tables.question_request
    await work.execute(
        delete(table).where(
            table.c.team_id == team_id, table.c.question_id == question_id, table.c.user_id == user_id
        )
    )


async def requested(work: Work, *, team_id: TeamId, question_id: QuestionId) -> set[UserId]:
    """Whom the bot asked about a question."""
    table = tables.question_request
    query = select(table.c.user_id).where(table.c.team_id == team_id, table.c.question_id == question_id)
    return {UserId(found) for (found,) in await work.execute(query)}


async def last_requests(
    work: Work, *, team_id: TeamId, without: QuestionId | None = None
) -> dict[UserId, datetime]:
    """When the bot asked each person last, of its own accord. without: a question that does not count."""
    table = tables.question_request
    query = select(table.c.user_id, func.max(table.c.asked_at).label("at")).where(
        table.c.team_id == team_id, table.c.how != BY_ASKER
    )
    if without is not None:
        query = query.where(table.c.question_id != without)
    rows = await work.execute(query.group_by(table.c.user_id))
    return {UserId(row.user_id): row.at for row in rows}
