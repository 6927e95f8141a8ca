"""Check marks on replies: which answer they accept, and whether the one that did is still there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.ids import QuestionId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.messages import CHECK, ChannelMessage
from bot.domain.questions import Question, QuestionState
from bot.services.questions import settling
from storage import channels, members, questions
from storage.channels import Mark
from storage.db import Work

# What was checked longer ago is of a past that is read for the first time: nobody waits for news of it.
_LONG_AGO = timedelta(days=14)


async def accept_checked(
    work: Work, question: Question, thread: Sequence[ChannelMessage], *, is_past: bool, now: datetime
) -> None:
    """Accept the first answer of a thread that has the check mark of somebody who may accept it.

    is_past: it is read of in a channel's history.
    """
    if question.state is not QuestionState.OPEN:
        return
    team_id = question.team_id
    for reply in thread:
        found = await _answer_of(work, team_id, reply)
        mark = await channels.mark(work, team_id=team_id, channel_id=reply.channel_id, ts=reply.ts)
        # One that had its effect before must not undo what was decided since.
        if found is None or mark.checked_by is not None:
            continue
        by = await _who_accepts(work, question, reply)
        if by is None:
            continue
        await _remember(work, team_id, mark, by.user_id, now=now)
        await settling.accepted(
            work,
            team_id=team_id,
            question_id=question.id,
            answer_id=found[1],
            by=by,
            now=now,
            is_long_ago=is_past and now - reply.said_at > _LONG_AGO,
        )
        return


async def open_unchecked(
    work: Work, question: Question, replies: Sequence[ChannelMessage], *, now: datetime
) -> None:
    """Open a question again whose answer was accepted by a check mark that nobody told us was taken away.

    replies: all of its thread, as they are now. An answer that was accepted otherwise stays accepted.
    """
    mark = await _accepting_mark(work, question)
    reply = next((one for one in replies if mark is not None and one.ts == mark.ts), None)
    if mark is None or reply is None or reply.has_reaction(CHECK, UserId(mark.checked_by or "")):
        return
    another = await _who_accepts(work, question, reply)
    await _remember(work, question.team_id, mark, another.user_id if another else None, now=now)
    if another is None:
        await settling.opened_again(work, question, now=now)


async def is_accepted_by_check(work: Work, question: Question) -> bool:
    """Whether a check mark accepted a question's answer, so that taking it away makes it open again."""
    return await _accepting_mark(work, question) is not None


async def _accepting_mark(work: Work, question: Question) -> Mark | None:
    if question.state is not QuestionState.ANSWERED or question.channel_id is None:
        return None
    given = await questions.answers(work, team_id=question.team_id, question_ids=[question.id])
    ts = next((one.ts for one in given if one.id == question.accepted_answer_id), None)
    if ts is None:
        return None
    mark = await channels.mark(work, team_id=question.team_id, channel_id=question.channel_id, ts=ts)
    return mark if mark.checked_by else None


async def _remember(work: Work, team_id: TeamId, mark: Mark, by: UserId | None, *, now: datetime) -> None:
    changed = replace(mark, checked_ts=f"{now.timestamp():.6f}", checked_by=by)
    await channels.put_mark(work, team_id=team_id, mark=changed)


async def _who_accepts(work: Work, question: Question, reply: ChannelMessage) -> Actor | None:
    """Who gave a reply the check mark that accepts it."""
    for name, user_id in reply.reactions:
        if name == CHECK:
            by = await acting(work, team_id=question.team_id, user_id=user_id)
            if by is not None and (by.is_organiser or by.user_id == question.asker_id):
                return by
    return None


async def _answer_of(work: Work, team_id: TeamId, message: ChannelMessage) -> tuple[QuestionId, int] | None:
    return await channels.answer_of_message(
        work, team_id=team_id, channel_id=message.channel_id, ts=message.ts
    )


async def acting(work: Work, *, team_id: TeamId, user_id: UserId) -> Actor | None:
    """Somebody who did something, with what they may do; None for bots and those who left."""
    person = await members.member(work, team_id=team_id, user_id=user_id)
    if person is None or person.is_bot or person.is_deactivated:
        return None
    is_organiser = await members.is_organiser(work, team_id=team_id, user_id=user_id)
    return Actor(team_id=team_id, user_id=user_id, name=person.name, tz=person.tz, is_organiser=is_organiser)
