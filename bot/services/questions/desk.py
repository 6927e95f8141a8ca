"""What organisers do to single questions: retitle, merge, re-open, hide; each deed is in the audit log."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.questions import SHOWN, Channel, LinkKind, Question, QuestionState, Sight
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services.questions import settling
from bot.services.questions.finding import described, may_see, reader_zone
from bot.views import questions_desk as views
from bot.views import words
from bot.views.questions_search import Result
from storage import audit, channels, members, outbox, question_links
from storage import questions as stored
from storage.db import Database, Delivery, Work
from storage.outbox import Composed, Composer, Drop, OutboxRow, Send
from storage.search import nearest

MERGED = "question.merged"
"""Tells the asker of a question that it is one with an earlier one now."""

_SUBJECT = "question:"
_NEAR = 20
_DEEDS = 50
_GONE = "This question is not in the log any more."
_MESSAGE_LINK = re.compile(r"/archives/([A-Z0-9]+)/p(\d{10})(\d{6})")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A question on an organiser's desk."""

    result: Result
    deeds: tuple[views.Deed, ...]
    """What was done to it, newest first."""
    zone: str
    """The organiser's."""


async def on_desk(db: Database, *, who: Actor, question_id: QuestionId) -> Desk:
    """A question in whatever state, with what was done to it. Raises Refused where it may not be seen."""
    async with db.reading() as work:
        sight = await channels.sight(work, team_id=who.team_id, user_id=who.user_id)
        await _seen(work, who, question_id)
        (result,) = await described(work, team_id=who.team_id, sight=sight, question_ids=[question_id])
        return Desk(
            result=result,
            deeds=tuple(await _deeds(work, who, sight, subject=f"{_SUBJECT}{question_id}")),
            zone=await reader_zone(work, team_id=who.team_id, tz=who.tz),
        )


async def question_of(db: Database, *, who: Actor, question_id: QuestionId) -> Question:
    """A question that is shown, for a form about it. Raises Refused where it is not, or may not be seen."""
    async with db.reading() as work:
        return await _listed(work, who, question_id)


async def near(db: Database, *, who: Actor, question_id: QuestionId) -> tuple[Question, list[Question]]:
    """A question, and those most like it that it can be merged into, the likest first. Raises Refused."""
    async with db.reading() as work:
        question = await _listed(work, who, question_id)
        sight = await channels.sight(work, team_id=who.team_id, user_id=who.user_id)
        known = await _channels(work, who.team_id)
        text = f"{question.title}\n{question.detail}"
        ranked = await nearest(work, team_id=who.team_id, text=text, sight=sight, without=question.id)
        ids = [QuestionId(one.id) for one in ranked[:_NEAR]]
        by_id = {
            one.id: one
            for one in await stored.questions(work, team_id=who.team_id, question_ids=ids)
            if _have_same_readers(question, one, known)
        }
        return question, [by_id[key] for key in ids if key in by_id]


async def audited(db: Database, *, who: Actor) -> tuple[list[views.Deed], str]:
    """The newest deeds of organisers to questions, newest first, and the reader's zone."""
    async with db.reading() as work:
        sight = await channels.sight(work, team_id=who.team_id, user_id=who.user_id)
        zone = await reader_zone(work, team_id=who.team_id, tz=who.tz)
        return await _deeds(work, who, sight, subject=None), zone


async def retitle(
    db: Database,
    *,
    who: Actor,
    question_id: QuestionId,
    title: str,
    topic: str,
    now: datetime,
    once: Delivery | None = None,
) -> Question:
    """Give a question a better title and a topic. Raises Refused, with the field's block id."""
    title, topic = " ".join(title.split()), " ".join(topic.split())
    if words.is_blank(title):
        raise Refused("Give the question a title.", block_id=views.TITLE_BLOCK)
    async with db.writing(once) as work:
        before = await _listed(work, who, question_id)
        after = replace(before, title=title, topic=topic)
        if after == before:
            return before
        # What was asked stays readable where the title was all of it.
        after = replace(after, detail=before.detail or (before.title if title != before.title else ""))
        await stored.change_question(work, after)
        await _enter(work, who, after, "retitled", now, before=_named(before), after=_named(after))
        await settling.refresh(work, team_id=who.team_id, question_id=question_id, now=now)
    return after


async def hide(
    db: Database,
    *,
    who: Actor,
    question_id: QuestionId,
    reason: str,
    now: datetime,
    once: Delivery | None = None,
) -> Question:
    """Take a question from everybody's eyes, with a reason for the audit log. Raises Refused."""
    if words.is_blank(reason):
        raise Refused("Give a reason: other organisers read it.", block_id=views.REASON_BLOCK)
    async with db.writing(once) as work:
        before = await _listed(work, who, question_id)
        after = replace(before, state=QuestionState.HIDDEN)
        await stored.change_question(work, after)
        await _enter(work, who, after, "hidden", now, reason=reason.strip())
        await settling.refresh(work, team_id=who.team_id, question_id=question_id, now=now)
    return after


async def show_again(
    db: Database, *, who: Actor, question_id: QuestionId, now: datetime, once: Delivery | None = None
) -> Question:
    """Undo hiding or merging: the question is as open or answered as it was before. Raises Refused."""
    async with db.writing(once) as work:
        before = await _seen(work, who, question_id)
        if before.state not in (QuestionState.HIDDEN, QuestionState.MERGED):
            raise Refused("This question is neither hidden nor merged.")
        kept = []
        for kind, earlier_id in await stored.linked(work, team_id=who.team_id, question_id=question_id):
            if kind is LinkKind.MERGED_INTO:
                await stored.unlink(work, team_id=who.team_id, question_id=question_id, earlier_id=earlier_id)
            else:
                kept.append(earlier_id)
        is_answered = before.accepted_answer_id is not None or bool(kept)
        after = replace(before, state=QuestionState.ANSWERED if is_answered else QuestionState.OPEN)
        await stored.change_question(work, after)
        await _enter(work, who, after, "shown", now)
        await settling.refresh(work, team_id=who.team_id, question_id=question_id, now=now)
    return after


async def reopen(
    db: Database, *, who: Actor, question_id: QuestionId, now: datetime, once: Delivery | None = None
) -> Question:
    """Make an answered question open again; its answers stay. Raises Refused where it is open already."""
    async with db.writing(once) as work:
        before = await _listed(work, who, question_id)
        if before.state is QuestionState.OPEN:
            raise Refused("This question is open already.")
        after = await settling.reopened(work, team_id=who.team_id, question_id=question_id, by=who, now=now)
        await _enter(work, who, after, "reopened", now)
    return after


async def merge(
    db: Database,
    *,
    who: Actor,
    question_id: QuestionId,
    chosen: str | None,
    typed: str,
    now: datetime,
    once: Delivery | None = None,
) -> Question:
    """Make a question one with another, which stays; its asker is told. Returns the one that stays.

    chosen: an id from the menu. typed: a number, or the link to a message; it goes before what is chosen.
    Raises Refused, with the field's block id, where no other is named, where not the same people may see
    both, and where the answered one of the two would go.
    """
    async with db.writing(once) as work:
        question = await _listed(work, who, question_id)
        into, block_id = await _other(work, who, chosen, typed)
        if into.id == question.id:
            raise Refused("This is the same question. Choose another.", block_id=block_id)
        if not _have_same_readers(question, into, await _channels(work, who.team_id)):
            raise Refused("Not the same people can see the two, so they stay apart.", block_id=block_id)
        if question.state is QuestionState.ANSWERED and into.state is QuestionState.OPEN:
            raise Refused(
                "That one has no accepted answer, and this one has. Merge that one into this one instead.",
                block_id=block_id,
            )
        for kind, earlier_id in await stored.linked(work, team_id=who.team_id, question_id=into.id):
            if kind is LinkKind.ANSWERED_BY and earlier_id == question.id:
                raise Refused("That one is answered by this one. Merge that one instead.", block_id=block_id)
        gone = replace(question, state=QuestionState.MERGED)
        await stored.change_question(work, gone)
        # What was merged into it before would otherwise be found by nobody's wording.
        followers = await question_links.merged_into(work, team_id=who.team_id, question_id=question.id)
        for follower in followers:
            await stored.unlink(work, team_id=who.team_id, question_id=follower, earlier_id=question.id)
        for one in (question.id, *followers):
            await stored.link(
                work,
                team_id=who.team_id,
                question_id=one,
                earlier_id=into.id,
                kind=LinkKind.MERGED_INTO,
                linked_by=who.user_id,
                linked_at=now,
            )
        await _enter(work, who, gone, "merged", now, after=f"{into.id}: {into.title}")
        await settling.refresh(work, team_id=who.team_id, question_id=question.id, now=now)
        await outbox.enqueue(
            work,
            team_id=who.team_id,
            key=f"{MERGED}:{question.id}:{into.id}:{now.isoformat()}",
            recipient=question.asker_id,
            kind=MERGED,
            body={"question_id": question.id, "into_id": into.id},
            now=now,
        )
    return into


async def _merged(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    team_id, asker_id = TeamId(row.team_id), UserId(row.recipient)
    asker = await members.member(work, team_id=team_id, user_id=asker_id)
    if asker is None or asker.is_deactivated or asker.is_bot:
        return Drop("nobody who asked is here any more")
    question = await stored.question(work, team_id=team_id, question_id=row.body["question_id"])
    into = await stored.question(work, team_id=team_id, question_id=row.body["into_id"])
    sight = await channels.sight(work, team_id=team_id, user_id=asker_id)
    if question is None or into is None or question.state is not QuestionState.MERGED:
        return Drop("it is not merged any more")
    if into.state not in SHOWN or not may_see(into, sight, await _channels(work, team_id)):
        return Drop("the other question is not for these eyes")
    (result,) = await described(work, team_id=team_id, sight=sight, question_ids=[into.id])
    zone = await reader_zone(work, team_id=team_id, tz=asker.tz)
    message = views.merged(question, result, zone=zone)
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {MERGED: _merged}
"""By the kind of row in the outbox."""


async def _other(work: Work, who: Actor, chosen: str | None, typed: str) -> tuple[Question, str]:
    """The question that was named, and the block that named it."""
    if not typed and chosen is None:
        raise Refused("Choose a question, or name one.", block_id=views.OTHER_BLOCK)
    block_id = views.OTHER_BLOCK if typed else views.NEAR_BLOCK
    found = await _by_name(work, who, typed or chosen or "")
    sight = await channels.sight(work, team_id=who.team_id, user_id=who.user_id)
    if found is None or found.state not in SHOWN:
        raise Refused("There is no such question in the log.", block_id=block_id)
    if not may_see(found, sight, await _channels(work, who.team_id)):
        raise Refused("There is no such question in the log.", block_id=block_id)
    return found, block_id


async def _by_name(work: Work, who: Actor, typed: str) -> Question | None:
    if link := _MESSAGE_LINK.search(typed):
        channel_id, ts = ChannelId(link[1]), f"{link[2]}.{link[3]}"
        return await stored.question_of_message(work, team_id=who.team_id, channel_id=channel_id, ts=ts)
    number = typed.strip().lstrip("#")
    # Longer ones are more than the database's integers hold.
    if not (number.isascii() and number.isdecimal() and len(number) <= 9):
        return None
    return await stored.question(work, team_id=who.team_id, question_id=QuestionId(int(number)))


async def _seen(work: Work, who: Actor, question_id: QuestionId) -> Question:
    found = await stored.question(work, team_id=who.team_id, question_id=question_id)
    sight = await channels.sight(work, team_id=who.team_id, user_id=who.user_id)
    if found is None or not may_see(found, sight, await _channels(work, who.team_id)):
        raise Refused(_GONE)
    return found


async def _listed(work: Work, who: Actor, question_id: QuestionId) -> Question:
    found = await _seen(work, who, question_id)
    if found.state not in SHOWN:
        raise Refused(_GONE)
    return found


async def _channels(work: Work, team_id: TeamId) -> Mapping[ChannelId, Channel]:
    return {one.channel_id: one for one in await stored.channels(work, team_id=team_id)}


def _have_same_readers(one: Question, other: Question, known: Mapping[ChannelId, Channel]) -> bool:
    if one.channel_id == other.channel_id:
        return True
    anybody = Sight(user_id=UserId(""))
    return may_see(one, anybody, known) and may_see(other, anybody, known)


async def _enter(
    work: Work,
    who: Actor,
    question: Question,
    deed: str,
    now: datetime,
    *,
    reason: str = "",
    before: str = "",
    after: str = "",
) -> None:
    await audit.add(
        work,
        team_id=who.team_id,
        done_at=now,
        done_by=who.user_id,
        deed=f"question.{deed}",
        subject=f"{_SUBJECT}{question.id}",
        reason=reason,
        before=before,
        after=after,
    )


async def _deeds(work: Work, who: Actor, sight: Sight, *, subject: str | None) -> list[views.Deed]:
    """Deeds to questions that this person may see."""
    entries = await audit.entries(work, team_id=who.team_id, subject=subject, kind=_SUBJECT, limit=_DEEDS)
    ids = {one.id: _question_id(one.subject) for one in entries}
    wanted = {key for key in ids.values() if key is not None}
    known = await _channels(work, who.team_id)
    questions = {
        one.id: one
        for one in await stored.questions(work, team_id=who.team_id, question_ids=wanted)
        if may_see(one, sight, known)
    }
    people = await members.members(work, team_id=who.team_id, user_ids=[one.done_by for one in entries])
    name_of = {one.user_id: one.name for one in people}
    return [
        views.Deed(
            entry=one,
            by=name_of.get(one.done_by, "Somebody"),
            question_id=question.id,
            title=question.title,
        )
        for one in entries
        if (question := questions.get(ids[one.id] or QuestionId(0))) is not None
    ]


def _question_id(subject: str) -> QuestionId | None:
    number = subject.removeprefix(_SUBJECT)
    return QuestionId(int(number)) if number.isdecimal() else None


def _named(question: Question) -> str:
    return f"{question.title} [{question.topic}]" if question.topic else question.title
