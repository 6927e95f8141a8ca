"""Check marks on replies: which answer they accept, and whether the one that did is still there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.ids import QuestionId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.messages import CHECK, ChannelMessage
from bot.domain.questions import Question, QuestionState
from bot.services.questions import settling
from storage import channels, members
from storage.db import Work


async def accept_checked(
    work: Work, question: Question, thread: Sequence[ChannelMessage], *, now: datetime
) -> None:
    if question.state is not QuestionState.OPEN:
        return
    team_id = question.team_id
    for reply in thread:
        found = await _answer_of(work, team_id, reply)
        mark = await channels.mark(work, team_id=team_id, channel_id=reply.channel_id, ts=reply.ts)
        # One that had its effect before must not undo what was decided since.
        if found is None or mark.checked_ts is not None:
            continue
        by = await _who_accepts(work, question, reply)
        if by is None:
            continue
        await channels.put_mark(
            work, team_id=team_id, mark=replace(mark, checked_ts=f"{now.timestamp():.6f}")
        )
        await settling.accepted(
            work, team_id=team_id, question_id=question.id, answer_id=found[1], by=by, now=now
        )
        return


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
