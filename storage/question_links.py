"""Queries for how questions are tied to one another; the ties themselves are written with the questions."""

from sqlalchemy import select

from bot.domain.ids import QuestionId, TeamId
from bot.domain.questions import LinkKind
from storage.db import Work
from storage.tables import question_link


async def merged_into(work: Work, *, team_id: TeamId, question_id: QuestionId) -> list[QuestionId]:
    """The questions that were merged into this one, by id."""
    query = (
        select(question_link.c.question_id)
        .where(
            question_link.c.team_id == team_id,
            question_link.c.earlier_id == question_id,
            question_link.c.kind == LinkKind.MERGED_INTO,
        )
        .order_by(question_link.c.question_id)
    )
    return list((await work.execute(query)).scalars())
