"""Asking with `/ask`: earlier questions that may answer it come first, then it is logged and posted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.ids import ChannelId, QuestionId
from bot.domain.members import Actor
from bot.domain.questions import NewQuestion, Question, QuestionState, titled
from bot.domain.refusals import Refused
from bot.domain.search.ranking import Ranked
from bot.domain.values import dataclass
from bot.services.questions import experts, log, places, settling, suggesting
from bot.services.questions.finding import zone_of
from bot.views import asking as views
from bot.views.asking import Earlier, Expert
from storage import asking, channels
from storage import questions as stored
from storage.asking import Draft
from storage.db import AlreadyDone, Database, Delivery, Work

LONGEST_QUESTION = 10_000
"""Characters of a question with its detail; what is longer belongs into a file."""

_DRAFTS_KEPT = timedelta(days=7)
# Until then the question stands in its channel, so that its thread can be linked.
_POSTED_WITHIN = timedelta(minutes=1)
_NO_WORDS = "Please write your question in words."
_TOO_LONG = f"This is longer than {LONGEST_QUESTION:,} characters. Please ask in fewer words."
_DONE = "This was done already."


@dataclass(frozen=True, kw_only=True)
class Written:
    """A question as somebody wrote it."""

    question: str
    detail: str = ""
    topic: str = ""
    is_anonymous: bool = False
    """To everybody but the asker and the organisers."""


@dataclass(frozen=True, kw_only=True)
class Suggested:
    """Nothing is asked yet: earlier questions may answer it."""

    draft_id: str
    earlier: tuple[Earlier, ...]
    """Nearest first; at least one."""
    zone: str
    """The asker's."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question is in the log and on its way to its channel."""

    question: Question
    channel_id: ChannelId
    experts: tuple[Expert, ...]


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the log has for a draft."""

    ranked: Sequence[Ranked]
    """By how near they are; for finding who may know."""
    earlier: tuple[Earlier, ...]
    """Those near enough to be shown."""
    zone: str

    def suggested(self, draft: Draft) -> Suggested:
        """What the asker is shown of it."""
        return Suggested(draft_id=draft.id, earlier=self.earlier, zone=self.zone)


async def look(work: Work, draft: Draft) -> Found:
    """Search the log for what may answer a draft."""
    ranked = await suggesting.nearest_to(work, draft.title, team_id=draft.team_id, asker_id=draft.user_id)
    earlier = await suggesting.earlier(work, team_id=draft.team_id, reader_id=draft.user_id, near=ranked)
    zone = await zone_of(work, team_id=draft.team_id, user_id=draft.user_id)
    return Found(ranked=ranked, earlier=tuple(earlier), zone=zone)


async def where_to(db: Database, *, who: Actor, given_in: ChannelId | None = None) -> ChannelId:
    """The channel that a question goes to; see `ask`. Raises Refused where there is none."""
    async with db.reading() as work:
        return await _where_to(work, who=who, given_in=given_in)


async def ask(
    db: Database,
    *,
    who: Actor,
    written: Written,
    given_in: ChannelId | None,
    now: datetime,
    once: Delivery,
) -> Suggested | Asked:
    """Log and post a question, unless earlier ones may answer it: then those come first.

    given_in: where it was asked. It is posted there if that is a questions channel with the bot; else in the
    first such channel that the asker can see; else there after all, if the bot is there.
    Raises Refused where there is no such channel, for a question without words, and for one that is too long.
    """
    async with db.searches:
        return await _ask(db, who=who, written=written, given_in=given_in, now=now, once=once)


async def _ask(
    db: Database,
    *,
    who: Actor,
    written: Written,
    given_in: ChannelId | None,
    now: datetime,
    once: Delivery,
) -> Suggested | Asked:
    # Found before anything is locked: a search in a large log takes longer than the rest together.
    async with db.reading() as work:
        draft = await drafted(work, who=who, written=written, given_in=given_in, once=once)
        found = await look(work, draft)
    try:
        async with db.writing(once) as work:
            return await _begin(work, draft, found, now=now)
    except AlreadyDone:
        # Its form was sent again, since the answer was lost on the way: is there something left to ask?
        async with db.writing(team_id=who.team_id) as work:
            known = await asking.draft(work, team_id=who.team_id, draft_id=draft.id)
            if known is None or known.question_id is not None:
                raise
            begun = await _begin(work, draft, found, now=now)
            if isinstance(begun, Asked):
                await asking.forget_draft(work, team_id=who.team_id, draft_id=draft.id)
            return begun


async def _begin(work: Work, draft: Draft, found: Found, *, now: datetime) -> Suggested | Asked:
    if not found.earlier:
        return await post(work, draft, found.ranked, now=now)
    await asking.forget_drafts_before(work, instant=now - _DRAFTS_KEPT)
    await asking.put_drafts(work, [draft])
    return found.suggested(draft)


async def ask_anyway(
    db: Database, *, draft_id: str, who: Actor, now: datetime, once: Delivery | None = None
) -> Asked:
    """Log and post what was written, since the earlier ones did not help.

    Raises Refused where that was done, where it is somebody else's, and where it is forgotten by now.
    """
    async with db.reading() as work:
        known = await asking.draft(work, team_id=who.team_id, draft_id=draft_id)
        title = known.title if known else ""
        ranked = await suggesting.nearest_to(work, title, team_id=who.team_id, asker_id=who.user_id)
    async with db.writing(once) as work:
        draft = await _unused(work, who=who, draft_id=draft_id)
        asked = await post(work, draft, ranked, now=now)
        await asking.use_draft(work, team_id=who.team_id, draft_id=draft_id, question_id=asked.question.id)
    return asked


async def found_before(
    db: Database,
    *,
    earlier_id: QuestionId,
    draft_id: str | None = None,
    question_id: QuestionId | None = None,
    who: Actor,
    now: datetime,
    once: Delivery | None = None,
) -> Earlier:
    """An earlier question answers it: close it, and tie the two, so that its answerer is credited.

    draft_id: of what was not asked yet; it goes into the log closed, and nothing is posted.
    question_id: or of what was asked. One of the two is given.
    Raises Refused where it was done already, is not this person's, or the earlier one is out of sight.
    """
    team_id = who.team_id
    async with db.writing(once) as work:
        earlier = await stored.question(work, team_id=team_id, question_id=earlier_id)
        if earlier is None or not await experts.may_see(work, question=earlier, user_id=who.user_id):
            raise Refused("This earlier question is no longer in the log.")
        if draft_id is not None:
            draft = await _unused(work, who=who, draft_id=draft_id)
            is_seen = await experts.is_seen_in(work, question=earlier, channel_id=draft.channel_id)
            asked = replace(_asked(draft, now=now), permalink=earlier.permalink if is_seen else "")
            question_id = (await stored.add_question(work, team_id=team_id, asked=asked)).id
            await asking.use_draft(work, team_id=team_id, draft_id=draft_id, question_id=question_id)
        elif question_id is None:
            raise ValueError("neither a draft nor a question is given")
        else:
            question = await stored.question(work, team_id=team_id, question_id=question_id)
            if question is not None and question.state is QuestionState.ANSWERED:
                raise Refused(_DONE)
        await settling.closed_by_earlier(
            work, team_id=team_id, question_id=question_id, earlier_id=earlier_id, by=who, now=now
        )
        return await suggesting.described(work, earlier, who.user_id)


# -- drafts -------------------------------------------------------------------------------------------


async def drafted(
    work: Work,
    *,
    who: Actor,
    written: Written,
    given_in: ChannelId | None,
    usual: Sequence[ChannelId] | None = None,
    once: Delivery,
) -> Draft:
    """What somebody wrote, as it is asked. Raises Refused as `ask` does.

    usual: the questions channels that the bot is in, where they were read before.
    """
    question, detail, topic = (text.strip() for text in (written.question, written.detail, written.topic))
    if not any(character.isalnum() for character in question):
        raise Refused(_NO_WORDS, block_id=views.QUESTION_BLOCK)
    if len(question) + len(detail) > LONGEST_QUESTION:
        raise Refused(_TOO_LONG, block_id=views.QUESTION_BLOCK)
    title, rest = titled(question)
    return Draft(
        team_id=who.team_id,
        id=once.key,
        user_id=who.user_id,
        channel_id=await _where_to(work, who=who, given_in=given_in, usual=usual),
        title=title,
        detail="\n\n".join(part for part in (rest, detail) if part),
        topic=" ".join(topic.split())[: views.LONGEST_TOPIC],
        is_anonymous=written.is_anonymous,
        made_at=once.received_at,
    )


async def _unused(work: Work, *, who: Actor, draft_id: str) -> Draft:
    draft = await asking.draft(work, team_id=who.team_id, draft_id=draft_id)
    if draft is None or draft.user_id != who.user_id:
        raise Refused("This is too old by now. Please ask again.")
    if draft.question_id is not None:
        raise Refused(_DONE)
    return draft


def _asked(draft: Draft, *, now: datetime) -> NewQuestion:
    return NewQuestion(
        title=draft.title,
        detail=draft.detail,
        topic=draft.topic,
        asker_id=draft.user_id,
        asked_at=now,
        channel_id=draft.channel_id,
        is_anonymous=draft.is_anonymous,
    )


async def post(work: Work, draft: Draft, ranked: Sequence[Ranked], *, now: datetime) -> Asked:
    """Log a question, have it posted, and those asked who may know and let the bot ask them."""
    question = await log.log_asked(work, team_id=draft.team_id, asked=_asked(draft, now=now), now=now)
    found = await suggesting.experts_among(work, question, ranked, now=now, ask_at=now + _POSTED_WITHIN)
    return Asked(question=question, channel_id=draft.channel_id, experts=tuple(found))


async def _where_to(
    work: Work, *, who: Actor, given_in: ChannelId | None, usual: Sequence[ChannelId] | None = None
) -> ChannelId:
    if usual is None:
        usual = await places.question_channels(work, team_id=who.team_id)
    if given_in is not None and given_in in usual:
        return given_in
    known = {one.channel_id: one for one in await stored.channels(work, team_id=who.team_id)}
    sight = await channels.sight(work, team_id=who.team_id, user_id=who.user_id)
    for channel_id in usual:
        is_public = channel_id in known and not known[channel_id].is_private
        if channel_id in sight.channels or (is_public and not sight.is_guest):
            return channel_id
    home = await channels.installation(work, team_id=who.team_id)
    if given_in in known and home is not None and not known[given_in].is_archived:
        present = await channels.members_of(work, team_id=who.team_id, channel_id=given_in)
        if {home.bot_user_id, who.user_id} <= present:
            return given_in
    raise Refused(
        "There is no questions channel that I am in, so nobody would see your question. "
        "Ask an organiser to invite me to one, or use this in a channel that I am in."
    )
