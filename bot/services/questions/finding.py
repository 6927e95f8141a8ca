"""Searching the question log with somebody's eyes, and showing one of its questions to a channel."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from datetime import datetime

from bot.domain import calendar
from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.questions import SHOWN, Answer, Channel, LinkKind, Question, Sight
from bot.domain.refusals import Refused
from bot.domain.search.query import parse
from bot.domain.values import dataclass
from bot.services.meaning import vectors_if_installed
from bot.views import questions_search as views
from storage import channels, editions, members, outbox
from storage import questions as stored
from storage.db import Database, Delivery, Work
from storage.outbox import Composed, Composer, Drop, OutboxRow, Send
from storage.search import search

SHOWN_IN_CHANNEL = "question.shown"

_IN_OTHER_WORDS = {"open": "is:open", "mine": "from:me"}


@dataclass(frozen=True, kw_only=True)
class Search:
    """A page of what a search found, and all that showing it needs."""

    text: str
    """As typed."""
    offset: int
    has_words: bool = True
    """Whether there are words to find, beside filters."""
    results: tuple[views.Result, ...] = ()
    is_more: bool = False
    stems: frozenset[str] = frozenset()
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    zone: str = "UTC"
    """The reader's."""


async def find(db: Database, *, who: Actor, text: str, offset: int = 0) -> Search:
    """A page of the questions that this person may see and that fit what they typed.

    text: words and filters as typed; `open` and `mine` alone stand for the filters that they name. Nothing is
    found for an empty one.
    """
    query = parse(_IN_OTHER_WORDS.get(text.strip().casefold(), text))
    async with db.searches, db.reading() as work:
        zone = await reader_zone(work, team_id=who.team_id, tz=who.tz)
        sight = await channels.sight(work, team_id=who.team_id, user_id=who.user_id)
        found = await search(
            work,
            team_id=who.team_id,
            query=query,
            sight=sight,
            zone=zone,
            limit=views.PAGE,
            offset=offset,
            meaning=vectors_if_installed(),
        )
        ids = [hit.question_id for hit in found.hits]
        results = await described(work, team_id=who.team_id, sight=sight, question_ids=ids)
    return Search(
        text=text,
        offset=offset,
        has_words=bool(query.words),
        results=tuple(results),
        is_more=found.is_more,
        stems=found.stems,
        meant=found.meant,
        zone=zone,
    )


async def newest_open(
    work: Work, *, team_id: TeamId, sight: Sight, limit: int
) -> tuple[list[views.Result], bool]:
    """The newest open questions that this person may see, and whether there are more."""
    found = await search(work, team_id=team_id, query=parse("is:open"), sight=sight, limit=limit)
    ids = [hit.question_id for hit in found.hits]
    return await described(work, team_id=team_id, sight=sight, question_ids=ids), found.is_more


async def described(
    work: Work, *, team_id: TeamId, sight: Sight, question_ids: Sequence[QuestionId]
) -> list[views.Result]:
    """What is shown of these questions, in the same order; the caller knows that they may be seen."""
    found = {one.id: one for one in await stored.questions(work, team_id=team_id, question_ids=question_ids)}
    known = {one.channel_id: one for one in await stored.channels(work, team_id=team_id)}
    answers = await _answers(work, team_id, question_ids)
    earlier = await _answered_by(work, team_id, sight, known, found.values())
    borrowed = await _answers(work, team_id, [one.id for one in earlier.values()])
    accepted: dict[QuestionId, Answer] = {}
    for one in found.values():
        source = one if one.accepted_answer_id is not None else earlier.get(one.id)
        if source is not None:
            accepted.update(
                (one.id, answer)
                for answer in (answers | borrowed).get(source.id, ())
                if answer.id == source.accepted_answer_id
            )
    authors = {one.asker_id for one in found.values()} | {one.author_id for one in accepted.values()}
    name_of = {
        one.user_id: one.name for one in await members.members(work, team_id=team_id, user_ids=authors)
    }
    return [
        views.Result(
            question=one,
            asker=name_of.get(one.asker_id, "somebody"),
            is_own=one.asker_id == sight.user_id,
            channel=known[one.channel_id].name if one.channel_id in known else "",
            is_private=one.channel_id is not None
            and (one.channel_id not in known or known[one.channel_id].is_private),
            replies=sum(answer.author_id != one.asker_id for answer in answers.get(one.id, ())),
            accepted=accepted.get(one.id),
            answerer=name_of.get(accepted[one.id].author_id, "somebody") if one.id in accepted else "",
            answered_by=earlier.get(one.id),
        )
        for one in (found[key] for key in question_ids if key in found)
    ]


def may_see(question: Question, sight: Sight, known: Mapping[ChannelId, Channel]) -> bool:
    """Whether a person may see a question, whatever its state."""
    if question.channel_id is None:
        return not sight.is_guest
    if question.channel_id in sight.channels:
        return True
    channel = known.get(question.channel_id)
    return channel is not None and not channel.is_private and not sight.is_guest


async def reader_zone(work: Work, *, team_id: TeamId, tz: str) -> str:
    """A reader's own zone where Slack knows it, else the academy's."""
    return calendar.zone_or(tz, await editions.academy_zone(work, team_id=team_id))


async def zone_of(work: Work, *, team_id: TeamId, user_id: UserId) -> str:
    """The same of somebody who has to be looked up; the academy's for who is not known."""
    person = await members.member(work, team_id=team_id, user_id=user_id)
    return await reader_zone(work, team_id=team_id, tz=person.tz if person else "")


async def show_in_channel(
    db: Database,
    *,
    who: Actor,
    question_id: QuestionId,
    channel_id: ChannelId,
    pressed_in: ChannelId | None,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """Queue a message that shows a question to everybody in a channel.

    channel_id: where it was searched for. pressed_in: where its button was pressed: in the direct messages
    where Slack took no answer in the channel.
    Raises Refused where the question is not there any more, where not everybody in that channel may see it,
    and where the bot or, by now, the person is not in it.
    """
    async with db.writing(once) as work:
        sight = await channels.sight(work, team_id=who.team_id, user_id=who.user_id)
        found = await stored.question(work, team_id=who.team_id, question_id=question_id)
        known = {one.channel_id: one for one in await stored.channels(work, team_id=who.team_id)}
        if found is None or found.state not in SHOWN or not may_see(found, sight, known):
            raise Refused("This question is not in the log any more.")
        is_here = pressed_in == channel_id
        named = f"#{known[channel_id].name}" if channel_id in known else "the channel where you searched"
        if not _is_for_all_in(channel_id, found, known):
            where = "here" if is_here else f"in {named}"
            raise Refused(f"This question was asked in a private channel, so it cannot be shown {where}.")
        if not await _is_bot_in(work, who.team_id, channel_id):
            raise Refused(
                "I am not in this channel, so I cannot write here. "
                "Invite me with /invite, then search again and press the button."
                if is_here
                else f"I am not in {named}, so I cannot write there. "
                "Invite me there with /invite, then press the button again."
            )
        if not is_here and channel_id not in sight.channels:
            raise Refused(
                f"You are not in {named} any more, so I do not write there for you. "
                "Search in a channel that you are in, and press the button there."
            )
        await outbox.enqueue(
            work,
            team_id=who.team_id,
            key=f"{SHOWN_IN_CHANNEL}:{question_id}:{channel_id}:{who.user_id}:{now.isoformat()}",
            recipient=channel_id,
            kind=SHOWN_IN_CHANNEL,
            body={"question_id": question_id, "shown_by": who.user_id},
            now=now,
        )


async def _shown(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    team_id, channel_id = TeamId(row.team_id), ChannelId(row.recipient)
    found = await stored.question(work, team_id=team_id, question_id=row.body["question_id"])
    known = {one.channel_id: one for one in await stored.channels(work, team_id=team_id)}
    if found is None or found.state not in SHOWN or not _is_for_all_in(channel_id, found, known):
        return Drop("the question is not in the log any more, or not for this channel")
    # What a member of this channel and of no other sees: an earlier question, too, only if all may see it.
    sight = Sight(user_id=UserId(""), channels=frozenset({channel_id}))
    (result,) = await described(work, team_id=team_id, sight=sight, question_ids=[found.id])
    by = await members.member(work, team_id=team_id, user_id=row.body["shown_by"])
    zone = await reader_zone(work, team_id=team_id, tz="")
    message = views.shown(result, by=by.name if by else "Somebody", zone=zone)
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {SHOWN_IN_CHANNEL: _shown}
"""By the kind of row in the outbox."""


def _is_for_all_in(channel_id: ChannelId, question: Question, known: Mapping[ChannelId, Channel]) -> bool:
    sight = Sight(user_id=UserId(""), channels=frozenset({channel_id}))
    return may_see(question, sight, known)


async def _is_bot_in(work: Work, team_id: TeamId, channel_id: ChannelId) -> bool:
    installed = await channels.installation(work, team_id=team_id)
    if installed is None:
        return False
    return channel_id in await channels.channels_of(work, team_id=team_id, user_id=installed.bot_user_id)


async def _answers(
    work: Work, team_id: TeamId, question_ids: Collection[QuestionId]
) -> dict[QuestionId, list[Answer]]:
    found: dict[QuestionId, list[Answer]] = {}
    if question_ids:
        for one in await stored.answers(work, team_id=team_id, question_ids=question_ids):
            found.setdefault(one.question_id, []).append(one)
    return found


async def _answered_by(
    work: Work,
    team_id: TeamId,
    sight: Sight,
    known: Mapping[ChannelId, Channel],
    questions: Collection[Question],
) -> dict[QuestionId, Question]:
    """The earlier questions that answer these, as far as this person may see them."""
    found: dict[QuestionId, Question] = {}
    unanswered = [one for one in questions if one.accepted_answer_id is None]
    links = await stored.links(work, team_id=team_id, question_ids=[one.id for one in unanswered])
    for one in unanswered:
        for kind, earlier_id in links.get(one.id, ()):
            earlier = await stored.question(work, team_id=team_id, question_id=earlier_id)
            if (
                kind is LinkKind.ANSWERED_BY
                and earlier is not None
                and earlier.state in SHOWN
                and may_see(earlier, sight, known)
            ):
                found[one.id] = earlier
    return found
