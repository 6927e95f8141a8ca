"""Questions and answers go into the log, are accepted, reopened, taken out; and their messages show it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.consents import Purpose
from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.messages import ChannelMessage, mentioned, readable
from bot.domain.questions import (
    SHOWN,
    Answer,
    LinkKind,
    NewAnswer,
    NewQuestion,
    Question,
    QuestionState,
    Sight,
    titled,
)
from bot.domain.refusals import Refused
from storage import channels, consents, editions, erasure, members, outbox, questions
from storage.db import Database, Delivery, Work

POSTED = "question"
"""A question that the bot posts for its asker. Its row's key is `question:{id}`."""
POSTED_EDIT = "question.edit"
BESIDE = "question.beside"
"""What its asker alone is shown beside a question that was just asked in a channel."""
MARK = "question.mark"
"""The check mark at a question that a person posted."""
ANSWERED = "question.answered"
"""The reply in such a question's thread that names the accepted answer. Its row's key is `answered:{id}`."""
ANSWERED_EDIT = "question.answered.edit"

NOT_A_QUESTION_WITHIN = timedelta(minutes=10)
"""How long after asking its author may take a question out again."""

_GONE = "This question is no longer in the log."
_MAY_NOT = "Only the one who asked, or an organiser, can do this."


async def log_message(
    db: Database,
    *,
    team_id: TeamId,
    channel_id: ChannelId,
    ts: str,
    author_id: UserId,
    text: str,
    file_names: Iterable[str] = (),
    permalink: str = "",
    now: datetime,
    once: Delivery | None = None,
) -> Question | None:
    """Make a channel's message a question.

    text: in Slack's markup. permalink: found from channel and ts where it is not given.
    Returns None where it is none: it is in the log already, was deleted, says nothing, or an app wrote it.
    """
    message = ChannelMessage(
        channel_id=channel_id, ts=ts, author_id=author_id, text=text, file_names=tuple(file_names)
    )
    async with db.writing(once) as work:
        return await log_found(work, team_id=team_id, message=message, permalink=permalink, now=now)


async def log_found(
    work: Work, *, team_id: TeamId, message: ChannelMessage, permalink: str = "", now: datetime
) -> Question | None:
    """As `log_message`, in an open transaction."""
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
    open_to_me = await question_channels(work, team_id=team_id)
    if not open_to_me:
        raise Refused(
            "There is no questions channel that I can post in. "
            "Please ask an organiser to invite me to one that the academy's file names under “questions”."
        )
    return open_to_me[0]


async def question_channels(work: Work, *, team_id: TeamId) -> list[ChannelId]:
    """The questions channels that the bot is in and that are not archived, in the academy's order."""
    academy = await editions.academy(work, team_id=team_id)
    home = await channels.installation(work, team_id=team_id)
    if academy is None or home is None:
        return []
    mine = await channels.channels_of(work, team_id=team_id, user_id=home.bot_user_id)
    archived = {one.channel_id for one in await questions.channels(work, team_id=team_id) if one.is_archived}
    return [one for one in academy.question_channels if one in mine - archived]


async def accept(
    db: Database,
    *,
    team_id: TeamId,
    question_id: QuestionId,
    answer_id: int,
    by: Actor,
    now: datetime,
    once: Delivery | None = None,
) -> Question:
    """Accept an answer, in place of another where one was accepted; one's own may be.

    Raises Refused for anybody but the asker and organisers, and where question or answer are not there.
    """
    async with db.writing(once) as work:
        return await accepted(
            work, team_id=team_id, question_id=question_id, answer_id=answer_id, by=by, now=now
        )


async def accepted(
    work: Work, *, team_id: TeamId, question_id: QuestionId, answer_id: int, by: Actor, now: datetime
) -> Question:
    """As `accept`, in an open transaction."""
    question = await _shown(work, team_id=team_id, question_id=question_id)
    _require_asker_or_organiser(question, by)
    given = await questions.answers(work, team_id=team_id, question_ids=[question_id])
    if answer_id not in [one.id for one in given]:
        raise Refused("This answer is no longer in the log.")
    if question.accepted_answer_id == answer_id and question.state is QuestionState.ANSWERED:
        return question
    await _unlink(work, question)
    settled = replace(question, state=QuestionState.ANSWERED, answered_at=now, accepted_answer_id=answer_id)
    await questions.change_question(work, settled)
    await refresh(work, team_id=team_id, question_id=question_id, now=now)
    return settled


async def answered_by_earlier(
    db: Database,
    *,
    team_id: TeamId,
    question_id: QuestionId,
    earlier_id: QuestionId,
    by: Actor,
    now: datetime,
    once: Delivery | None = None,
) -> Question:
    """Close a question by an earlier one that answers it, and tie the two.

    Raises Refused for anybody but the asker and organisers, where one of the two is not there, or where they
    are the same.
    """
    async with db.writing(once) as work:
        return await closed_by_earlier(
            work, team_id=team_id, question_id=question_id, earlier_id=earlier_id, by=by, now=now
        )


async def closed_by_earlier(
    work: Work,
    *,
    team_id: TeamId,
    question_id: QuestionId,
    earlier_id: QuestionId,
    by: Actor,
    now: datetime,
) -> Question:
    """As `answered_by_earlier`, in an open transaction."""
    question = await _shown(work, team_id=team_id, question_id=question_id)
    _require_asker_or_organiser(question, by)
    await _shown(work, team_id=team_id, question_id=earlier_id)
    if earlier_id == question_id:
        raise Refused("A question cannot answer itself.")
    await _unlink(work, question)
    await questions.link(
        work,
        team_id=team_id,
        question_id=question_id,
        earlier_id=earlier_id,
        kind=LinkKind.ANSWERED_BY,
        linked_by=by.user_id,
        linked_at=now,
    )
    settled = replace(question, state=QuestionState.ANSWERED, answered_at=now, accepted_answer_id=None)
    await questions.change_question(work, settled)
    await refresh(work, team_id=team_id, question_id=question_id, now=now)
    return settled


async def reopen(
    db: Database,
    *,
    team_id: TeamId,
    question_id: QuestionId,
    by: Actor,
    now: datetime,
    once: Delivery | None = None,
) -> Question:
    """Make a question open again; its asker may where it is answered, organisers whatever it is.

    Raises Refused for anybody else, where it is not there, or where its message was deleted.
    """
    async with db.writing(once) as work:
        return await reopened(work, team_id=team_id, question_id=question_id, by=by, now=now)


async def reopened(
    work: Work, *, team_id: TeamId, question_id: QuestionId, by: Actor, now: datetime
) -> Question:
    """As `reopen`, in an open transaction."""
    question = await questions.question(work, team_id=team_id, question_id=question_id)
    if question is None or await _is_deleted(work, question):
        raise Refused(_GONE)
    if question.state in SHOWN or question.state is QuestionState.REMOVED:
        _require_asker_or_organiser(question, by)
    elif not by.is_organiser:
        raise Refused("Only an organiser can do this.")
    if question.state is QuestionState.OPEN:
        return question
    await _unlink(work, question)
    again = replace(question, state=QuestionState.OPEN, answered_at=None, accepted_answer_id=None)
    await questions.change_question(work, again)
    await refresh(work, team_id=team_id, question_id=question_id, now=now)
    return again


async def take_out(
    db: Database,
    *,
    team_id: TeamId,
    question_id: QuestionId,
    by: Actor,
    now: datetime,
    once: Delivery | None = None,
) -> Question:
    """Take a question out of the log because it is none; nothing happens where it is out already.

    Its author may within NOT_A_QUESTION_WITHIN, an organiser always. Raises Refused for anybody else.
    """
    async with db.writing(once) as work:
        question = await questions.question(work, team_id=team_id, question_id=question_id)
        if question is None:
            raise Refused(_GONE)
        _require_asker_or_organiser(question, by)
        if not by.is_organiser and now - question.asked_at > NOT_A_QUESTION_WITHIN:
            raise Refused("This can be done within ten minutes only. Please ask an organiser to take it out.")
        return await removed(work, question, now=now)


async def removed(work: Work, question: Question, *, now: datetime) -> Question:
    """Take a question out of the log, whoever wants it."""
    if question.state is QuestionState.REMOVED:
        return question
    out = replace(question, state=QuestionState.REMOVED)
    await questions.change_question(work, out)
    await refresh(work, team_id=question.team_id, question_id=question.id, now=now)
    return out


async def refresh(work: Work, *, team_id: TeamId, question_id: QuestionId, now: datetime) -> None:
    """Have a question's message show how it stands: the bot's own is rewritten, a person's is marked.

    To a person's the bot adds a check mark and one reply in its thread. Nothing is queued for a question
    that is in no channel, or not posted yet: it is written at the instant of sending anyway.
    """
    question = await questions.question(work, team_id=team_id, question_id=question_id)
    if question is None or question.channel_id is None or question.ts is None:
        return
    row: dict[str, Any] = {"team_id": team_id, "recipient": question.channel_id, "now": now}
    body = {"question_id": question_id}
    posted = posted_key(question_id)
    if await outbox.row(work, team_id=team_id, key=posted) is not None:
        await outbox.enqueue_again(work, key=f"{posted}:edit", kind=POSTED_EDIT, body=body, **row)
        return
    told = f"answered:{question_id}"
    was_told = await outbox.row(work, team_id=team_id, key=told) is not None
    is_settled = question.state in (QuestionState.ANSWERED, QuestionState.MERGED)
    if is_settled or was_told:
        await outbox.enqueue_again(work, key=f"mark:{question_id}", kind=MARK, body=body, **row)
    if was_told:
        await outbox.enqueue_again(work, key=f"{told}:edit", kind=ANSWERED_EDIT, body=body, **row)
    elif is_settled:
        thread = {**body, "thread_ts": question.ts}
        await outbox.enqueue(work, key=told, kind=ANSWERED, body=thread, **row)


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


def _require_asker_or_organiser(question: Question, by: Actor) -> None:
    if by.user_id != question.asker_id and not by.is_organiser:
        raise Refused(_MAY_NOT)


async def _shown(work: Work, *, team_id: TeamId, question_id: QuestionId) -> Question:
    question = await questions.question(work, team_id=team_id, question_id=question_id)
    if question is None or question.state not in SHOWN:
        raise Refused(_GONE)
    return question


async def _unlink(work: Work, question: Question) -> None:
    place: dict[str, Any] = {"team_id": question.team_id, "question_id": question.id}
    for _, earlier_id in await questions.linked(work, **place):
        await questions.unlink(work, earlier_id=earlier_id, **place)


async def _is_deleted(work: Work, question: Question) -> bool:
    if question.channel_id is None or question.ts is None:
        return False
    mark = await channels.mark(work, team_id=question.team_id, channel_id=question.channel_id, ts=question.ts)
    return mark.is_gone
