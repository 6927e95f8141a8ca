"""What people say and do in channels, taken into the log: whatever its order, however often it is told.

A message is said, edited, deleted; a check mark or a question mark is given.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.messages import ASKING, ChannelMessage
from bot.domain.questions import SHOWN, Answer, Channel, Question, QuestionState
from bot.domain.refusals import Refused
from bot.services.questions import check_marks, log, places, settling
from storage import channels, questions
from storage.db import Database, Delivery, Work


async def is_of_unknown_thread(db: Database, *, team_id: TeamId, message: ChannelMessage) -> bool:
    """Whether a reply came before the question that it answers: its thread is then to be looked up."""
    if message.thread_ts is None or not message.is_reply:
        return False
    async with db.reading() as work:
        if not await places.is_questions_channel(work, team_id=team_id, channel_id=message.channel_id):
            return False
        known = await questions.question_of_message(
            work, team_id=team_id, channel_id=message.channel_id, ts=message.thread_ts
        )
        mark = await channels.mark(work, team_id=team_id, channel_id=message.channel_id, ts=message.thread_ts)
        return known is None and not mark.is_gone


async def said(
    db: Database,
    *,
    team_id: TeamId,
    message: ChannelMessage,
    thread: Sequence[ChannelMessage] = (),
    is_private: bool = False,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """Somebody said something in a channel: a question, an answer, or neither.

    thread: its root and replies, where `is_of_unknown_thread` told to look them up.
    is_private: whether Slack said that it was said in a private channel.
    """
    async with db.writing(once) as work:
        if is_private:
            await places.made_private(work, team_id=team_id, channel_id=message.channel_id)
        await take_in(work, team_id=team_id, thread=thread or [message], now=now)


async def take_in(
    work: Work,
    *,
    team_id: TeamId,
    thread: Sequence[ChannelMessage],
    is_wanted: bool = False,
    is_past: bool = False,
    now: datetime,
) -> Question | None:
    """Take a message and the replies to it into the log, where they belong there.

    thread: a root with its replies, or replies alone. is_wanted: it is a question whatever the channel.
    is_past: it is read of in the channel's history.
    Returns the question where it was not in the log before.
    """
    first, new = thread[0], None
    if not first.is_reply:
        is_wanted = is_wanted or is_asking(first)
        is_wanted = is_wanted or await places.is_questions_channel(
            work, team_id=team_id, channel_id=first.channel_id
        )
        new = await log.log_found(work, team_id=team_id, message=first, now=now) if is_wanted else None
        if new is not None and first.edited_ts:
            await _remember_edit(work, team_id=team_id, message=first)
    root_ts = first.thread_ts or first.ts
    question = await questions.question_of_message(
        work, team_id=team_id, channel_id=first.channel_id, ts=root_ts
    )
    if question is None or question.state is QuestionState.REMOVED:
        return new
    for reply in thread:
        if reply.is_reply and await log.answer_given(work, question, reply) is not None and reply.edited_ts:
            await _remember_edit(work, team_id=team_id, message=reply)
    await check_marks.accept_checked(work, question, thread, is_past=is_past, now=now)
    return new


def is_asking(message: ChannelMessage) -> bool:
    """Whether its author made it a question, with a ❓."""
    author = message.author_id
    return author is not None and any(message.has_reaction(name, author) for name in ASKING)


async def edited(
    db: Database,
    *,
    team_id: TeamId,
    message: ChannelMessage,
    before: ChannelMessage | None = None,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """A message reads otherwise now. before: as it was, where Slack told.

    Nothing happens where it was deleted, or where a newer edit is known. One that came before the message
    itself brings it into the log.
    """
    async with db.writing(once) as work:
        await reworded(work, team_id=team_id, message=message, before=before, now=now)


async def reworded(
    work: Work,
    *,
    team_id: TeamId,
    message: ChannelMessage,
    before: ChannelMessage | None = None,
    now: datetime,
) -> None:
    """As `edited`, in an open transaction."""
    channel_id, ts = message.channel_id, message.ts
    mark = await channels.mark(work, team_id=team_id, channel_id=channel_id, ts=ts)
    if mark.is_gone or (mark.edited_ts or "") > (message.edited_ts or ""):
        return
    question = await questions.question_of_message(work, team_id=team_id, channel_id=channel_id, ts=ts)
    found = await channels.answer_of_message(work, team_id=team_id, channel_id=channel_id, ts=ts)
    if question is not None:
        await _reword_question(work, question, message, before)
    elif found is not None:
        await _reword_answer(work, team_id, found, message)
    else:
        await take_in(work, team_id=team_id, thread=[message], now=now)
    if question is not None or found is not None:
        await _remember_edit(work, team_id=team_id, message=message)


async def _reword_question(
    work: Work, question: Question, message: ChannelMessage, before: ChannelMessage | None
) -> None:
    if not message.is_said_by_a_person:
        return  # the bot's own edits of what it posts for an asker
    title, detail = await log.worded(work, team_id=question.team_id, message=message)
    if before is not None:
        was, _ = await log.worded(work, team_id=question.team_id, message=before)
        if question.title != was:
            # An organiser gave it another title: what the message says now stays beside that.
            title, detail = question.title, detail or title
    if title and (title, detail) != (question.title, question.detail):
        await questions.change_question(work, replace(question, title=title, detail=detail))


async def _reword_answer(
    work: Work, team_id: TeamId, found: tuple[QuestionId, int], message: ChannelMessage
) -> None:
    answer = await _answer(work, team_id, found)
    text = await log.answer_text(work, team_id=team_id, message=message)
    if answer is not None and text and text != answer.text:
        await questions.change_answer(work, replace(answer, text=text))


async def _answer(work: Work, team_id: TeamId, found: tuple[QuestionId, int]) -> Answer | None:
    given = await questions.answers(work, team_id=team_id, question_ids=[found[0]])
    return next((one for one in given if one.id == found[1]), None)


async def _remember_edit(work: Work, *, team_id: TeamId, message: ChannelMessage) -> None:
    if message.edited_ts is None:
        return
    mark = await channels.mark(work, team_id=team_id, channel_id=message.channel_id, ts=message.ts)
    await channels.put_mark(work, team_id=team_id, mark=replace(mark, edited_ts=message.edited_ts))


async def deleted(
    db: Database,
    *,
    team_id: TeamId,
    channel_id: ChannelId,
    ts: str,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """A message was deleted: the question is taken out, or the answer. Late news of it changes nothing."""
    async with db.writing(once) as work:
        await gone(work, team_id=team_id, channel_id=channel_id, ts=ts, now=now)


async def gone(work: Work, *, team_id: TeamId, channel_id: ChannelId, ts: str, now: datetime) -> None:
    """As `deleted`, in an open transaction."""
    question = await questions.question_of_message(work, team_id=team_id, channel_id=channel_id, ts=ts)
    found = await channels.answer_of_message(work, team_id=team_id, channel_id=channel_id, ts=ts)
    is_ours = question is not None or found is not None
    if is_ours or await places.is_questions_channel(work, team_id=team_id, channel_id=channel_id):
        mark = await channels.mark(work, team_id=team_id, channel_id=channel_id, ts=ts)
        await channels.put_mark(work, team_id=team_id, mark=replace(mark, is_gone=True))
    if question is not None:
        await settling.removed(work, question, now=now)
    if found is not None:
        question_id, answer_id = found
        before = await questions.question(work, team_id=team_id, question_id=question_id)
        await questions.remove_answer(work, team_id=team_id, question_id=question_id, answer_id=answer_id)
        if before is not None and before.accepted_answer_id == answer_id:
            await settling.refresh(work, team_id=team_id, question_id=question_id, now=now)


async def checked(
    db: Database,
    *,
    team_id: TeamId,
    channel_id: ChannelId,
    ts: str,
    by: Actor,
    is_there: bool,
    event_ts: str,
    thread: Sequence[ChannelMessage] = (),
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """A ✅ was given to a message, or taken away: it accepts an answer, or makes its question open again.

    Nothing happens where it is no answer, where it is by a stranger, or where newer news of it is known.
    thread: the message's, where the log does not know it yet.
    """
    async with db.writing(once) as work:
        if thread:
            await take_in(work, team_id=team_id, thread=thread, now=now)
        found = await channels.answer_of_message(work, team_id=team_id, channel_id=channel_id, ts=ts)
        question = found and await questions.question(work, team_id=team_id, question_id=found[0])
        mark = await channels.mark(work, team_id=team_id, channel_id=channel_id, ts=ts)
        if found is None or not question or question.state not in SHOWN:
            return
        if not (by.is_organiser or by.user_id == question.asker_id):
            return
        if (mark.checked_ts or "") > event_ts:
            return
        await channels.put_mark(
            work,
            team_id=team_id,
            mark=replace(mark, checked_ts=event_ts, checked_by=by.user_id if is_there else None),
        )
        question_id, answer_id = found
        if is_there:
            await settling.accepted(
                work, team_id=team_id, question_id=question_id, answer_id=answer_id, by=by, now=now
            )
        elif question.accepted_answer_id == answer_id:
            await settling.reopened(work, team_id=team_id, question_id=question_id, by=by, now=now)


async def is_answer_unknown(
    db: Database, *, team_id: TeamId, channel_id: ChannelId, ts: str, item_user: UserId | None
) -> bool:
    """Whether a message that got a ✅ may be an answer that the log has not heard of yet."""
    async with db.reading() as work:
        home = await channels.installation(work, team_id=team_id)
        if home is not None and item_user == home.bot_user_id:
            return False
        if await channels.answer_of_message(work, team_id=team_id, channel_id=channel_id, ts=ts):
            return False
        if await questions.question_of_message(work, team_id=team_id, channel_id=channel_id, ts=ts):
            return False
        return await places.is_questions_channel(work, team_id=team_id, channel_id=channel_id)


async def question_at(db: Database, *, team_id: TeamId, channel_id: ChannelId, ts: str) -> Question | None:
    """The question whose message that is, in whatever state."""
    async with db.reading() as work:
        return await questions.question_of_message(work, team_id=team_id, channel_id=channel_id, ts=ts)


async def made_question(
    db: Database,
    *,
    team_id: TeamId,
    thread: Sequence[ChannelMessage],
    by: Actor,
    channel: Channel | None = None,
    now: datetime,
    once: Delivery | None = None,
) -> tuple[Question, bool]:
    """Make a message a question, with the replies that it has: by the shortcut, or by its author's ❓.

    thread: root first. channel: where it is, where the log may not know that yet.
    Returns the question, and whether it is new in the log, or back in it.
    Raises Refused where it cannot be one: a reply, an app's message, one without words.
    """
    root = thread[0]
    if root.is_reply:
        raise Refused("This is a reply. Log the message that began the thread, or ask anew.")
    async with db.writing(once) as work:
        if channel is not None:
            await questions.put_channel(work, channel)
        new = await take_in(work, team_id=team_id, thread=thread, is_wanted=True, now=now)
        if new is not None:
            return new, True
        known = await questions.question_of_message(
            work, team_id=team_id, channel_id=root.channel_id, ts=root.ts
        )
        if known is None:
            raise Refused("Only what a person wrote, in words or with a file, can be a question.")
        if known.state is not QuestionState.REMOVED:
            return known, False
        again = await settling.reopened(work, team_id=team_id, question_id=known.id, by=by, now=now)
        await take_in(work, team_id=team_id, thread=thread, is_wanted=True, now=now)
        return again, True


async def accepted_by_shortcut(
    db: Database,
    *,
    team_id: TeamId,
    message: ChannelMessage,
    thread: Sequence[ChannelMessage],
    by: Actor,
    now: datetime,
    once: Delivery | None = None,
) -> tuple[Question, bool]:
    """Accept the answer whose message that is. thread: where the log does not know its question yet.

    Returns the question, and whether the answer is by the one who accepts it.
    Raises Refused where it is no answer to a question of the log, or `by` may not accept it.
    """
    async with db.writing(once) as work:
        # Whoever accepts it may be quicker than the news of it.
        await take_in(work, team_id=team_id, thread=thread or [message], now=now)
        found = await channels.answer_of_message(
            work, team_id=team_id, channel_id=message.channel_id, ts=message.ts
        )
        if found is None:
            raise Refused(
                "This is no answer to a question of the log. "
                "Use “Log as question” on the message that began the thread first."
            )
        settled = await settling.accepted(
            work, team_id=team_id, question_id=found[0], answer_id=found[1], by=by, now=now
        )
        return settled, message.author_id == by.user_id
