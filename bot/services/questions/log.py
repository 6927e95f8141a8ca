"""Questions and answers go into the log: in words as people saw them, each message once."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.consents import Purpose
from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.messages import ChannelMessage, mentioned, readable
from bot.domain.questions import Answer, NewAnswer, NewQuestion, Question, Sight, titled
from bot.domain.refusals import Refused
from bot.services.questions import places
from storage import channels, consents, erasure, members, outbox, questions
from storage.db import Work

POSTED = "question"
"""A question that the bot posts for its asker. Its row's key is `question:{id}`."""
BESIDE = "question.beside"
"""What its asker alone is shown beside a question that was just asked in a channel."""

NOT_A_QUESTION_WITHIN = timedelta(minutes=10)
"""How long after asking its author may take a question out again."""


async def log_found(
    work: Work, *, team_id: TeamId, message: ChannelMessage, permalink: str = "", now: datetime
) -> Question | None:
    """Make a channel's message a question, in an open transaction.

    permalink: found from channel and ts where it is not given.
    Returns None where it is none: it is in the log already, was deleted, says nothing, or an app wrote it.
    """
    place: dict[str, Any] = {"channel_id": message.channel_id, "ts": message.ts}
    if not message.is_said_by_a_person or message.author_id is None:
        return None
    if (await channels.mark(work, team_id=team_id, **place)).is_gone:
        return None
    if await questions.question_of_message(work, team_id=team_id, **place) is not None:
        return None
    if await keeps_out(work, team_id=team_id, user_id=message.author_id):
        return None
    author = await members.member(work, team_id=team_id, user_id=message.author_id)
    title, detail = await worded(work, team_id=team_id, message=message)
    if not title or (author is not None and author.is_bot):
        return None
    home = await channels.installation(work, team_id=team_id)
    if not permalink and home is not None:
        permalink = home.permalink(message.channel_id, message.ts)
    asked = NewQuestion(
        title=title,
        detail=detail,
        asker_id=message.author_id,
        asked_at=message.said_at,
        permalink=permalink,
        **place,
    )
    logged = await questions.add_question(work, team_id=team_id, asked=asked)
    if now - logged.asked_at < NOT_A_QUESTION_WITHIN:
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"beside:{logged.id}",
            recipient=message.channel_id,
            kind=BESIDE,
            body={"question_id": logged.id},
            now=now,
        )
    return logged


async def keeps_out(work: Work, *, team_id: TeamId, user_id: UserId) -> bool:
    """Whether a person does not want what they say in the log: they withdrew, or had everything deleted."""
    who: dict[str, Any] = {"team_id": team_id, "user_id": user_id}
    is_withdrawn = await consents.is_withdrawn(work, **who, purpose=Purpose.QUESTION_LOG)
    return is_withdrawn or await erasure.is_erased(work, **who)


async def log_asked(work: Work, *, team_id: TeamId, asked: NewQuestion, now: datetime) -> Question:
    """Log what was asked with `/ask`, and queue its message.

    It goes to `asked.channel_id` or, where that is None, to the questions channel. Its ts and permalink are
    entered once it is there. Raises Refused where there is no channel that it can go to.
    """
    if await keeps_out(work, team_id=team_id, user_id=asked.asker_id):
        raise Refused(
            "You chose that the question log keeps nothing of yours. Change this under “Privacy” first."
        )
    channel_id = asked.channel_id or await questions_channel(work, team_id=team_id)
    asked = replace(asked, channel_id=channel_id, ts=None, permalink="")
    logged = await questions.add_question(work, team_id=team_id, asked=asked)
    await outbox.enqueue(
        work,
        team_id=team_id,
        key=posted_key(logged.id),
        recipient=channel_id,
        kind=POSTED,
        body={"question_id": logged.id},
        now=now,
    )
    return logged


def posted_key(question_id: QuestionId) -> str:
    """The outbox row of a question that the bot posted for its asker."""
    return f"question:{question_id}"


async def questions_channel(work: Work, *, team_id: TeamId) -> ChannelId:
    """Where questions go that were asked with `/ask`: the first questions channel that the bot is in.

    Raises Refused where there is none.
    """
    open_to_me = await places.question_channels(work, team_id=team_id)
    if not open_to_me:
        raise Refused(
            "There is no questions channel that I can post in. "
            "Please ask an organiser to invite me to one that the academy's file names under “questions”."
        )
    return open_to_me[0]


async def sight(work: Work, *, team_id: TeamId, user_id: UserId) -> Sight:
    """What a person may see now."""
    return await channels.sight(work, team_id=team_id, user_id=user_id)


async def worded(work: Work, *, team_id: TeamId, message: ChannelMessage) -> tuple[str, str]:
    """Title and detail of a message; both empty where it says nothing. Files are told by their names."""
    text = await as_seen(work, team_id=team_id, text=message.text)
    files = ", ".join(message.file_names)
    if not text.strip():
        return titled(files)[0], ""
    title, detail = titled(text)
    if not files:
        return title, detail
    return title, f"{detail}\n\n{files}" if detail else files


async def as_seen(work: Work, *, team_id: TeamId, text: str) -> str:
    """A text in Slack's markup as people saw it."""
    people = await members.members(work, team_id=team_id, user_ids=mentioned(text)) if "<" in text else []
    names = {one.user_id: one.name for one in people}
    return readable(text, lambda user_id: names.get(user_id, ""))


async def answer_given(work: Work, question: Question, message: ChannelMessage) -> Answer | None:
    """Write a reply as an answer; None where it is in the log already, was deleted, or says nothing."""
    place: dict[str, Any] = {"team_id": question.team_id, "channel_id": message.channel_id, "ts": message.ts}
    if not message.is_said_by_a_person or message.author_id is None:
        return None
    author = await members.member(work, team_id=question.team_id, user_id=message.author_id)
    is_known = await channels.answer_of_message(work, **place) is not None
    if is_known or (author is not None and author.is_bot) or (await channels.mark(work, **place)).is_gone:
        return None
    if await keeps_out(work, team_id=question.team_id, user_id=message.author_id):
        return None
    text = await answer_text(work, team_id=question.team_id, message=message)
    if not text:
        return None
    given = NewAnswer(author_id=message.author_id, text=text, answered_at=message.said_at, ts=message.ts)
    return await questions.add_answer(work, team_id=question.team_id, question_id=question.id, given=given)


async def answer_text(work: Work, *, team_id: TeamId, message: ChannelMessage) -> str:
    """What a reply says, with its files' names."""
    text = await as_seen(work, team_id=team_id, text=message.text)
    return "\n\n".join(part for part in (text.strip(), ", ".join(message.file_names)) if part)
