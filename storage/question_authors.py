"""What one person asked and answered, for when they want it gone."""

from sqlalchemy import delete, select

from bot.domain.ids import QuestionId, TeamId, UserId
from bot.domain.questions import Question
from storage import questions
from storage.db import Work
from storage.tables import answer, question, question_link


async def asked_by(work: Work, *, team_id: TeamId, user_id: UserId) -> list[Question]:
    """Every question of a person in whatever state, by id."""
    query = select(question.c.id).where(question.c.team_id == team_id, question.c.asker_id == user_id)
    ids = [QuestionId(found) for found in (await work.execute(query)).scalars()]
    found = [await questions.question(work, team_id=team_id, question_id=one) for one in sorted(ids)]
    return [one for one in found if one is not None]


async def answered_by(work: Work, *, team_id: TeamId, user_id: UserId) -> list[tuple[QuestionId, int]]:
    """Question and number of every answer that a person gave, in order."""
    query = select(answer.c.question_id, answer.c.id).where(
        answer.c.team_id == team_id, answer.c.author_id == user_id
    )
    rows = await work.execute(query.order_by(answer.c.question_id, answer.c.id))
    return [(QuestionId(row.question_id), row.id) for row in rows]


async def tied_to(work: Work, *, team_id: TeamId, question_id: QuestionId) -> list[QuestionId]:
    """The later questions that this one answers, or that were merged into it, by id."""
    query = select(question_link.c.question_id).where(
        question_link.c.team_id == team_id, question_link.c.earlier_id == question_id
    )
    return [
        QuestionId(found)
        for found in (await work.execute(query.order_by(question_link.c.question_id))).scalars()
    ]


async def forget_answers(work: Work, *, team_id: TeamId, question_id: QuestionId) -> None:
    """Delete every answer to a question; the caller writes the question anew, and the search index so."""
    await work.execute(delete(answer).where(answer.c.team_id == team_id, answer.c.question_id == question_id))
