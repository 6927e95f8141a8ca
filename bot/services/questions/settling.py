"""What becomes of a question in the log: accepted, closed, reopened, taken out; and its message shows it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.ids import QuestionId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.questions import SHOWN, LinkKind, Question, QuestionState
from bot.domain.refusals import Refused
from bot.services.questions.log import NOT_A_QUESTION_WITHIN, posted_key
from storage import channels, outbox, question_links, questions
from storage.db import Database, Delivery, Work

POSTED_EDIT = "question.edit"
MARK = "question.mark"
"""The check mark at a question that a person posted."""
ANSWERED = "question.answered"
"""The reply in such a question's thread that names the accepted answer. Its row's key is `answered:{id}`."""
ANSWERED_EDIT = "question.answered.edit"
THANKS = "question.thanks"
"""Thanks to somebody whose answer helped; what came together on a day is one message."""
ANSWERED_TOO = "question.answered_too"
"""Tells the asker of a question that was merged into another that the other is answered."""

_GONE = "This question is no longer in the log."
_MAY_NOT = "Only the one who asked, or an organiser, can do this."


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
    work: Work,
    *,
    team_id: TeamId,
    question_id: QuestionId,
    answer_id: int,
    by: Actor,
    now: datetime,
    is_long_ago: bool = False,
) -> Question:
    """As `accept`, in an open transaction.

    is_long_ago: it is read of in a channel's past: the answer's own time counts, and nobody is told.
    """
    question = await _shown(work, team_id=team_id, question_id=question_id)
    _require_asker_or_organiser(question, by)
    given = await questions.answers(work, team_id=team_id, question_ids=[question_id])
    answer = next((one for one in given if one.id == answer_id), None)
    if answer is None:
        raise Refused("This answer is no longer in the log.")
    if question.accepted_answer_id == answer_id and question.state is QuestionState.ANSWERED:
        return question
    await _unlink(work, question)
    answered_at = answer.answered_at if is_long_ago else now
    settled = replace(
        question, state=QuestionState.ANSWERED, answered_at=answered_at, accepted_answer_id=answer_id
    )
    await questions.change_question(work, settled)
    if not is_long_ago:
        await refresh(work, team_id=team_id, question_id=question_id, now=now)
        await _tell_of_answer(work, settled, by=by, now=now)
    return settled


async def closed_by_earlier(
    work: Work,
    *,
    team_id: TeamId,
    question_id: QuestionId,
    earlier_id: QuestionId,
    by: Actor,
    now: datetime,
) -> Question:
    """Close a question by an earlier one that answers it, and tie the two, in an open transaction.

    Raises Refused for anybody but the asker and organisers, where one of the two is not there, or where they
    are the same.
    """
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
    await _tell_of_answer(work, settled, by=by, now=now)
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
    return await opened_again(work, question, now=now)


async def opened_again(work: Work, question: Question, *, now: datetime) -> Question:
    """Make a question open again, whoever wants it; nothing happens where it is."""
    if question.state is QuestionState.OPEN:
        return question
    await _unlink(work, question)
    again = replace(question, state=QuestionState.OPEN, answered_at=None, accepted_answer_id=None)
    await questions.change_question(work, again)
    await refresh(work, team_id=question.team_id, question_id=question.id, now=now)
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


async def answered_by(work: Work, question: Question) -> UserId | None:
    """Whose answer answers a question: its own accepted one, or that of the earlier one that closed it."""
    source: Question | None = question
    if question.accepted_answer_id is None:
        linked = await questions.linked(work, team_id=question.team_id, question_id=question.id)
        earlier = [one for kind, one in linked if kind is LinkKind.ANSWERED_BY]
        source = None
        if earlier:
            source = await questions.question(work, team_id=question.team_id, question_id=earlier[0])
    if source is None or question.state is not QuestionState.ANSWERED:
        return None
    given = await questions.answers(work, team_id=source.team_id, question_ids=[source.id])
    return next((one.author_id for one in given if one.id == source.accepted_answer_id), None)


async def _tell_of_answer(work: Work, question: Question, *, by: Actor, now: datetime) -> None:
    """Thank whoever answered a question, and tell those whose questions were merged into it."""
    answerer_id = await answered_by(work, question)
    body = {"question_id": question.id}
    # Who accepts what they wrote themselves knows of it.
    if answerer_id is not None and answerer_id not in (question.asker_id, by.user_id):
        key = f"thanks:{question.id}:{answerer_id}"
        await _queue_once(work, question, key=key, recipient=answerer_id, kind=THANKS, body=body, now=now)
    merged = await question_links.merged_into(work, team_id=question.team_id, question_id=question.id)
    for one in await questions.questions(work, team_id=question.team_id, question_ids=merged):
        if one.asker_id not in (question.asker_id, answerer_id, by.user_id):
            key = f"answered_too:{one.id}:{question.id}"
            about = {**body, "merged_id": one.id}
            await _queue_once(
                work, question, key=key, recipient=one.asker_id, kind=ANSWERED_TOO, body=about, now=now
            )


async def _queue_once(
    work: Work, of: Question, *, key: str, recipient: UserId, kind: str, body: dict[str, Any], now: datetime
) -> None:
    row: dict[str, Any] = {"recipient": recipient, "kind": kind, "body": body}
    if await outbox.enqueue(work, team_id=of.team_id, key=key, now=now, **row):
        return
    before = await outbox.row(work, team_id=of.team_id, key=key)
    if before is not None and before.state == "dropped":
        # It was open again before anybody was told.
        again: dict[str, Any] = {
            "state": "queued",
            "queued_at": now,
            "due_at": now,
            "not_before_at": now,
            "reason": None,
        }
        await outbox.change(work, before, **again)


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
