"""What only a question's asker is shown: earlier ones that may answer it, and who may know."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.ids import QuestionId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.questions import LinkKind, Question, QuestionState
from bot.domain.search.ranking import Ranked
from bot.domain.search.suggestions import near_enough
from bot.services.meaning import vectors_if_installed
from bot.services.questions import experts, log
from bot.services.questions.finding import zone_of
from bot.views import asking as views
from bot.views import kit
from bot.views.asking import Earlier, Expert
from storage import asking, channels, members
from storage import questions as stored
from storage.db import Database, Work
from storage.search import nearest


async def beside(work: Work, *, question: Question, now: datetime) -> list[kit.Block]:
    """What only its asker sees beside a question that was just asked in a channel; empty for nothing.

    Those who may know and let the bot ask them get a direct message, once its author had time to take it out.
    """
    if question.state is not QuestionState.OPEN or question.channel_id is None:
        return []
    near = await _near(work, question)
    known = await earlier(work, team_id=question.team_id, reader_id=question.asker_id, near=near)
    ask_at = question.asked_at + log.NOT_A_QUESTION_WITHIN
    found = await experts_among(work, question, near, now=now, ask_at=ask_at)
    zone = await zone_of(work, team_id=question.team_id, user_id=question.asker_id)
    return views.beside(known, found, question_id=question.id, zone=zone)


async def who_may_know(db: Database, *, question_id: QuestionId, who: Actor, now: datetime) -> list[Expert]:
    """Who may know, as a question's asker is shown them; empty for anybody else, and where it is closed."""
    async with db.reading() as work:
        question = await stored.question(work, team_id=who.team_id, question_id=question_id)
        if question is None or question.asker_id != who.user_id:
            return []
        return await experts_on(work, question=question, now=now)


async def experts_on(work: Work, *, question: Question, now: datetime) -> list[Expert]:
    """The same in an open transaction, for the question's asker."""
    if question.state is not QuestionState.OPEN:
        return []
    return await experts_among(work, question, await _near(work, question), now=now)


async def nearest_to(
    work: Work, text: str, *, team_id: TeamId, asker_id: UserId, without: QuestionId | None = None
) -> list[Ranked]:
    """Questions of the log that somebody may see, by how near they are to a text."""
    sight = await channels.sight(work, team_id=team_id, user_id=asker_id)
    return await nearest(
        work, team_id=team_id, text=text, sight=sight, without=without, meaning=vectors_if_installed()
    )


async def _near(work: Work, question: Question) -> list[Ranked]:
    """The others by how near they are to a question that is in the log."""
    return await nearest_to(
        work,
        question.title,
        team_id=question.team_id,
        asker_id=question.asker_id,
        without=question.id,
    )


async def earlier(work: Work, *, team_id: TeamId, reader_id: UserId, near: Sequence[Ranked]) -> list[Earlier]:
    """Those near enough that they may answer it, nearest first."""
    ids = [QuestionId(one.id) for one in near_enough(near)]
    by_id = {one.id: one for one in await stored.questions(work, team_id=team_id, question_ids=ids)}
    found = [by_id[question_id] for question_id in ids if question_id in by_id]
    return [await described(work, one, reader_id) for one in found]


async def described(work: Work, question: Question, reader_id: UserId) -> Earlier:
    """A question with its accepted answer: its own, or that of the earlier one that closed it."""
    team_id = question.team_id
    source = question
    if question.state is QuestionState.ANSWERED and question.accepted_answer_id is None:
        for kind, earlier_id in await stored.linked(work, team_id=team_id, question_id=question.id):
            earlier = await stored.question(work, team_id=team_id, question_id=earlier_id)
            if (
                kind is LinkKind.ANSWERED_BY
                and earlier is not None
                and await experts.may_see(work, question=earlier, user_id=reader_id)
            ):
                source = earlier
    given = await stored.answers(work, team_id=team_id, question_ids=[source.id])
    accepted = next((one for one in given if one.id == source.accepted_answer_id), None)
    author = await members.member(work, team_id=team_id, user_id=accepted.author_id) if accepted else None
    return Earlier(
        question=question, answer=accepted, answerer=author.name if author else "Somebody who has left"
    )


async def experts_among(
    work: Work,
    question: Question,
    near: Sequence[Ranked],
    *,
    now: datetime,
    ask_at: datetime | None = None,
) -> list[Expert]:
    """Who may know, by what they answered before.

    ask_at: when those of them are asked who agreed to it; None to ask nobody.
    """
    if question.channel_id is None:
        return []
    found = await experts.who_may_know(
        work,
        team_id=question.team_id,
        text=_text(question),
        asker_id=question.asker_id,
        channel_id=question.channel_id,
        ranked=near,
        now=now,
    )
    if ask_at is not None:
        await experts.ask_directly(work, question=question, experts=found, now=now, due_at=ask_at)
    asked = await asking.requested(work, team_id=question.team_id, question_id=question.id)
    present = await channels.members_of(work, team_id=question.team_id, channel_id=question.channel_id)
    return [replace(one, is_asked=one.user_id in asked, is_present=one.user_id in present) for one in found]


def _text(of: Question) -> str:
    return "\n".join(part for part in (of.title, of.detail, of.topic) if part)
