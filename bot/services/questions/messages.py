"""Messages about questions, made at the instant of sending from what holds then."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.ids import ChannelId, QuestionId, TeamId
from bot.domain.messages import CHECK
from bot.domain.questions import SHOWN, Answer, LinkKind, Question, QuestionState
from bot.services.questions import suggesting
from bot.services.questions.log import BESIDE, NOT_A_QUESTION_WITHIN, POSTED, posted_key
from bot.services.questions.settling import ANSWERED, ANSWERED_EDIT, MARK, POSTED_EDIT
from bot.views import kit
from bot.views import questions as views
from bot.views.questions import Standing
from storage import channels, members, outbox, questions
from storage.db import Work
from storage.outbox import Arrival, Composed, Composer, Drop, Edit, Later, OutboxRow, React, Send, Whisper
from storage.privacy import ERASED

PROGRESS = "question.progress"
"""How far the reading of a channel is, to an organiser."""
PROGRESS_EDIT = "question.progress.edit"

_AGAIN_IN = timedelta(seconds=10)
_GONE = Drop("the question is gone")
_NO_CHANNEL = Drop("the bot is not in the channel, or the channel is archived")


async def _posted(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    question = await _question(work, row)
    if question is None or question.state not in SHOWN:
        return _GONE
    return _send(views.posted(await standing(work, question)))


async def _posted_edit(work: Work, row: OutboxRow, now: datetime) -> Composed:
    question = await _question(work, row)
    if question is None:
        return _GONE
    if not await _is_open_to_me(work, row):
        return _NO_CHANNEL
    if await _is_deleted(work, question):
        return _GONE
    message = views.posted(await standing(work, question))
    return await _edited(work, row, posted_key(question.id), message, now)


async def _mark(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    question = await _question(work, row)
    if question is None or question.channel_id is None or question.ts is None:
        return _GONE
    if not await _is_open_to_me(work, row):
        return _NO_CHANNEL
    if await _is_deleted(work, question):
        return _GONE
    is_there = question.state is QuestionState.ANSWERED
    if await _is_marked(work, row) is is_there:
        return Drop("it is so already")
    await outbox.change(work, row, body={**row.body, "is_there": is_there})
    return React(question.channel_id, question.ts, CHECK, is_there=is_there)


async def _is_marked(work: Work, row: OutboxRow) -> bool:
    """Whether the bot's check mark is there, by the last row that put it or took it away."""
    key, _, number = row.key.rpartition(":")
    for earlier in range(int(number) - 1, 0, -1):
        found = await outbox.row(work, team_id=row.team_id, key=f"{key}:{earlier}")
        if found is not None and found.state == "sent":
            return bool(found.body["is_there"])
    return False


async def _answered(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    question = await _question(work, row)
    if question is None or question.state not in (QuestionState.ANSWERED, QuestionState.MERGED):
        return Drop("not answered any more")
    if not await _is_open_to_me(work, row):
        return _NO_CHANNEL
    if await _is_deleted(work, question):
        return _GONE
    return _send(views.answered(await standing(work, question)))


async def _answered_edit(work: Work, row: OutboxRow, now: datetime) -> Composed:
    question = await _question(work, row)
    if question is None:
        return _GONE
    if not await _is_open_to_me(work, row):
        return _NO_CHANNEL
    told = f"answered:{question.id}"
    target = await outbox.row(work, team_id=row.team_id, key=told)
    is_settled = question.state in (QuestionState.ANSWERED, QuestionState.MERGED)
    if target is not None and target.state == "dropped" and is_settled:
        # It was open again before it was ever told of.
        await outbox.change(work, target, state="queued", due_at=now, not_before_at=now, reason=None)
        return Drop("the reply was never sent, and is now")
    return await _edited(work, row, told, views.answered(await standing(work, question)), now)


async def _beside(work: Work, row: OutboxRow, now: datetime) -> Composed:
    question = await _question(work, row)
    if question is None or question.state is not QuestionState.OPEN or question.channel_id is None:
        return _GONE
    if now - question.asked_at >= NOT_A_QUESTION_WITHIN:
        return Drop("too late to be of use")
    if not await _is_open_to_me(work, row):
        return _NO_CHANNEL
    # With the first question: its patterns take longer to be made than all others together.
    from bot.domain.search.asking import asks

    seems_to_ask = asks(f"{question.title}\n{question.detail}")
    found = await suggesting.beside(work, question=question, now=now)
    message = views.whispered([*found, *views.beside(question.id, seems_to_ask=seems_to_ask)])
    return Whisper(question.channel_id, question.asker_id, message["text"], message["blocks"])


async def _progress(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    return _send(await _read_so_far(work, row))


async def _progress_edit(work: Work, row: OutboxRow, now: datetime) -> Composed:
    return await _edited(work, row, row.body["target_key"], await _read_so_far(work, row), now)


async def _read_so_far(work: Work, row: OutboxRow) -> kit.Message:
    team_id, channel_id = TeamId(row.team_id), ChannelId(row.body["channel_id"])
    history = (await channels.histories(work, team_id=team_id))[channel_id]
    return views.catching_up(
        channel=f"<#{channel_id}>",
        messages=history.messages,
        questions=history.questions,
        is_done=not history.is_behind,
    )


async def standing(work: Work, question: Question) -> Standing:
    """How a question stands, as its channel may see it."""
    team_id = question.team_id
    asker = await members.member(work, team_id=team_id, user_id=question.asker_id)
    given = await questions.answers(work, team_id=team_id, question_ids=[question.id])
    answer = next((one for one in given if one.id == question.accepted_answer_id), None)
    earlier = await _earlier(work, question)
    if earlier is not None and not await _may_be_named(work, earlier, question):
        earlier = None
    # Of two who had themselves deleted nobody knows whether they were one.
    is_own_answer = answer is not None and answer.author_id == question.asker_id != ERASED
    answerer = await members.member(work, team_id=team_id, user_id=answer.author_id) if answer else None
    return Standing(
        question=question,
        asker="" if question.is_anonymous else views.person(asker),
        answer=answer,
        # Their own answer would name them.
        answerer="the one who asked" if is_own_answer and question.is_anonymous else views.person(answerer),
        answer_link=await _link(work, question, answer) if answer else "",
        earlier=earlier.title if earlier else "",
        earlier_link=earlier.permalink if earlier else "",
        is_own_answer=is_own_answer and not question.is_anonymous,
    )


async def _earlier(work: Work, question: Question) -> Question | None:
    wanted = {QuestionState.ANSWERED: LinkKind.ANSWERED_BY, QuestionState.MERGED: LinkKind.MERGED_INTO}
    linked = await questions.linked(work, team_id=question.team_id, question_id=question.id)
    ids = [earlier_id for kind, earlier_id in linked if kind is wanted.get(question.state)]
    found = await questions.questions(work, team_id=question.team_id, question_ids=ids)
    return found[0] if found else None


async def _may_be_named(work: Work, earlier: Question, question: Question) -> bool:
    """Whether everybody in the question's channel may see the earlier one."""
    if earlier.state not in SHOWN:
        return False
    if earlier.channel_id in (None, question.channel_id):
        return True
    where = await channels.channel(
        work, team_id=question.team_id, channel_id=ChannelId(str(earlier.channel_id))
    )
    return where is not None and not where.is_private


async def _link(work: Work, question: Question, answer: Answer) -> str:
    home = await channels.installation(work, team_id=question.team_id)
    if home is None or question.channel_id is None or answer.ts is None:
        return ""
    at = home.permalink(question.channel_id, answer.ts)
    return f"{at}?thread_ts={question.ts}&cid={question.channel_id}"


async def _question(work: Work, row: OutboxRow) -> Question | None:
    question_id = QuestionId(row.body["question_id"])
    return await questions.question(work, team_id=TeamId(row.team_id), question_id=question_id)


async def _is_open_to_me(work: Work, row: OutboxRow) -> bool:
    team_id, channel_id = TeamId(row.team_id), ChannelId(row.recipient)
    home = await channels.installation(work, team_id=team_id)
    where = await channels.channel(work, team_id=team_id, channel_id=channel_id)
    if home is None or where is None or where.is_archived:
        return False
    return channel_id in await channels.channels_of(work, team_id=team_id, user_id=home.bot_user_id)


async def _is_deleted(work: Work, question: Question) -> bool:
    mark = await channels.mark(
        work,
        team_id=question.team_id,
        channel_id=ChannelId(str(question.channel_id)),
        ts=str(question.ts),
    )
    return mark.is_gone


async def _edited(
    work: Work, row: OutboxRow, target_key: str, message: kit.Message, now: datetime
) -> Composed:
    target = await outbox.row(work, team_id=row.team_id, key=target_key)
    if target is None or target.state in ("dropped", "failed"):
        return Drop("the message never went out")
    if target.channel_id is None or target.ts is None:
        return Later(now + _AGAIN_IN)
    return Edit(target.channel_id, target.ts, message["text"], message["blocks"])


def _send(message: kit.Message) -> Send:
    return Send(message["text"], message["blocks"])


async def _enter_posted(work: Work, row: OutboxRow) -> None:
    """Tie a question to its message, so that replies there are its answers."""
    team_id, channel_id, ts = TeamId(row.team_id), ChannelId(str(row.channel_id)), str(row.ts)
    question = await _question(work, row)
    home = await channels.installation(work, team_id=team_id)
    if question is not None:
        permalink = home.permalink(channel_id, ts) if home else ""
        posted = replace(question, channel_id=channel_id, ts=ts, permalink=permalink)
        await questions.change_question(work, posted)


COMPOSERS: dict[str, Composer] = {
    POSTED: _posted,
    POSTED_EDIT: _posted_edit,
    MARK: _mark,
    ANSWERED: _answered,
    ANSWERED_EDIT: _answered_edit,
    BESIDE: _beside,
    PROGRESS: _progress,
    PROGRESS_EDIT: _progress_edit,
}
"""By the kind of row in the outbox."""
ARRIVALS: dict[str, Arrival] = {POSTED: _enter_posted}
"""By the kind of row in the outbox."""
