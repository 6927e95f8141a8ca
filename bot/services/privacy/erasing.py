"""Deletes what the bot holds on a person, at their own word or at an organiser's hand-over of it."""

import logging
from collections import Counter
from dataclasses import replace
from datetime import datetime

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import Question, QuestionState
from bot.domain.refusals import Refused
from bot.services.peers import dropouts
from bot.services.peers.dropouts import Crossed
from bot.services.questions import log, settling
from storage import audit, channels, erasure, members, outbox, peers, question_authors, questions
from storage.db import Database, Delivery, Work
from storage.erasure import Person, Request
from storage.privacy import ERASED

_log = logging.getLogger(__name__)

NOBODY = UserId(ERASED)
"""Who asked or answered, where whoever it was has been erased."""


async def ask(db: Database, asked: Request, *, once: Delivery | None = None) -> None:
    """Note that somebody is to be deleted: `carry_out` does it, which takes longer than an answer may.

    Raises AlreadyDone on a second delivery.
    """
    async with db.writing(once, team_id=asked.team_id) as work:
        await erasure.put_request(work, asked)


async def next_due_at(work: Work, *, now: datetime) -> datetime | None:
    """Now, where somebody asked to be deleted; None else."""
    return now if await erasure.requests(work) else None


async def carry_out(db: Database, *, now: datetime) -> int:
    """Delete everybody who asked for it: their rows, their words in the search index, their name in messages.

    What a crash cuts short is done at the next beat. What the bot hears of them from Slack from then on it
    ignores, until they use it again. Returns how many were deleted; where there were any, `scrub` follows.
    """
    async with db.reading() as work:
        waiting = await erasure.requests(work)
    count = 0
    for one in waiting:
        try:
            await leave_rounds(db, team_id=one.team_id, user_id=one.user_id, now=now)
        except Crossed:
            continue  # somebody works on their round at this moment: the next beat finds it as it is then
        count += await _carry_out(db, one, now=now)
    return count


async def _carry_out(db: Database, asked: Request, *, now: datetime) -> bool:
    team_id, user_id = asked.team_id, asked.user_id
    async with db.writing(team_id=team_id) as work:
        # Another beat, or another process, may have been quicker.
        still_asked = await erasure.request(work, team_id=team_id, user_id=user_id)
        if still_asked is None:
            return False
        await erased(work, team_id=team_id, user_id=user_id, keeps_answers=still_asked.keeps_answers, now=now)
        by = still_asked.handed_over_by
        if by is not None:
            # Their own wish is nobody's deed, and an entry for it would say that they were here.
            await audit.add(
                work,
                team_id=team_id,
                done_at=now,
                done_by=by if by != user_id else NOBODY,
                deed="person.erased",
                subject=f"person:{ERASED}",
                reason=still_asked.how,
            )
    return True


async def erased(
    work: Work, *, team_id: TeamId, user_id: UserId, keeps_answers: bool, now: datetime
) -> Counter[str]:
    """Delete somebody who is in no round, in an open transaction; the caller scrubs after it.

    keeps_answers: whether their accepted answers, and their questions that somebody answered, stay without a
    name; else they go, the questions with all replies. Returns how many rows of each table went or changed.
    """
    known = await members.member(work, team_id=team_id, user_id=user_id)
    rows = await take_out_of_log(work, team_id=team_id, user_id=user_id, keeps_answers=keeps_answers, now=now)
    person = Person(
        team_id=team_id,
        user_id=user_id,
        name=known.name if known else "",
        email=known.email if known else "",
    )
    rows += await erasure.erase_rows(work, person)
    await erasure.put_mark(work, team_id=team_id, user_id=user_id, now=now)
    return rows


async def leave_rounds(db: Database, *, team_id: TeamId, user_id: UserId, now: datetime) -> None:
    """Have others find a new partner while it is still known whom they lose.

    Raises Crossed where somebody changes one of their rounds at this moment.
    """
    async with db.reading() as work:
        rounds = [one.id for one in await peers.rounds(work, team_id=team_id) if one.is_published]
    for round_id in rounds:
        try:
            await dropouts.drop_out(db, team_id=team_id, round_id=round_id, user_ids=[user_id], now=now)
        except Crossed:
            raise
        except Refused:
            continue  # they are not in it, or it is over


async def scrub(db: Database) -> bool:
    """Have nothing left in the database's files of what was deleted. False where somebody still reads."""
    is_scrubbed = await db.scrub()
    if not is_scrubbed:
        _log.warning("the database's log could not be emptied after an erasure; it is tried again tonight")
    return is_scrubbed


async def take_out_of_log(
    work: Work, *, team_id: TeamId, user_id: UserId, keeps_answers: bool, now: datetime
) -> Counter[str]:
    """Take a person's questions and answers out of the question log and its search, in an open transaction.

    keeps_answers: as in `erased`. Returns how many went or lost their name.
    """
    count: Counter[str] = Counter()
    subjects: list[str] = []
    for question in await question_authors.asked_by(work, team_id=team_id, user_id=user_id):
        count["question"] += 1
        subjects.append(f"question:{question.id}")
        given = await questions.answers(work, team_id=team_id, question_ids=[question.id])
        is_useful = question.state is QuestionState.ANSWERED and any(
            one.id == question.accepted_answer_id and one.author_id != user_id for one in given
        )
        if keeps_answers and is_useful:
            nameless = replace(question, asker_id=NOBODY, is_anonymous=True)
            await questions.change_question(work, nameless)
            await settling.refresh(work, team_id=team_id, question_id=question.id, now=now)
        else:
            await forget_question(work, question, now=now)
    for question_id, answer_id in await question_authors.answered_by(work, team_id=team_id, user_id=user_id):
        count["answer"] += 1
        of = await questions.question(work, team_id=team_id, question_id=question_id)
        is_accepted = of is not None and of.accepted_answer_id == answer_id
        if keeps_answers and is_accepted:
            await _forget_author(work, team_id=team_id, question_id=question_id, answer_id=answer_id)
        else:
            await _forget_answer(work, of, team_id=team_id, answer_id=answer_id, now=now)
    await erasure.blank_audit(work, team_id=team_id, subjects=subjects)
    return count


async def forget_question(work: Work, question: Question, *, now: datetime) -> None:
    """Take a question out with all that was said to it. Its number stays: it is never logged anew."""
    team_id, question_id = question.team_id, question.id
    for one in await question_authors.tied_to(work, team_id=team_id, question_id=question_id):
        await questions.unlink(work, team_id=team_id, question_id=one, earlier_id=question_id)
        other = await questions.question(work, team_id=team_id, question_id=one)
        if other is not None and other.state in (QuestionState.ANSWERED, QuestionState.MERGED):
            again = replace(other, state=QuestionState.OPEN, answered_at=None, accepted_answer_id=None)
            await questions.change_question(work, again)
            await settling.refresh(work, team_id=team_id, question_id=one, now=now)
    for _, earlier_id in await questions.linked(work, team_id=team_id, question_id=question_id):
        await questions.unlink(work, team_id=team_id, question_id=question_id, earlier_id=earlier_id)
    await question_authors.forget_answers(work, team_id=team_id, question_id=question_id)
    out = replace(
        question,
        state=QuestionState.REMOVED,
        asker_id=NOBODY,
        is_anonymous=True,
        title="",
        detail="",
        topic="",
        permalink="",
        answered_at=None,
        accepted_answer_id=None,
    )
    await questions.change_question(work, out)
    await settling.refresh(work, team_id=team_id, question_id=question_id, now=now)
    is_posted_by_the_bot = (
        await outbox.row(work, team_id=team_id, key=log.posted_key(question_id)) is not None
    )
    if question.channel_id is not None and question.ts is not None and not is_posted_by_the_bot:
        # Their own message stays in Slack, where only they can delete it: no ❓ brings it back here.
        await _is_gone(work, team_id=team_id, channel_id=question.channel_id, ts=question.ts)


async def _forget_author(work: Work, *, team_id: TeamId, question_id: QuestionId, answer_id: int) -> None:
    given = await questions.answers(work, team_id=team_id, question_ids=[question_id])
    for one in given:
        if one.id == answer_id:
            await questions.change_answer(work, replace(one, author_id=NOBODY))


async def _forget_answer(
    work: Work, question: Question | None, *, team_id: TeamId, answer_id: int, now: datetime
) -> None:
    if question is None:
        return
    given = await questions.answers(work, team_id=team_id, question_ids=[question.id])
    ts = next((one.ts for one in given if one.id == answer_id), None)
    if question.channel_id is not None and ts is not None:
        # A thread that is read again must not bring it back.
        await _is_gone(work, team_id=team_id, channel_id=question.channel_id, ts=ts)
    await questions.remove_answer(work, team_id=team_id, question_id=question.id, answer_id=answer_id)
    if question.accepted_answer_id == answer_id:
        await settling.refresh(work, team_id=team_id, question_id=question.id, now=now)


async def _is_gone(work: Work, *, team_id: TeamId, channel_id: ChannelId, ts: str) -> None:
    mark = await channels.mark(work, team_id=team_id, channel_id=channel_id, ts=ts)
    await channels.put_mark(work, team_id=team_id, mark=replace(mark, is_gone=True))
