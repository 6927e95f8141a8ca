"""`/ask` with words: they are taken first, so that nothing of them is lost, and looked up after that.

What is taken is a draft, and beside it a message in the outbox that is to say, a minute later, what became of
it. Whoever looks it up and shows the answer before withdraws that; if nobody does, the outbox does both.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.ids import ChannelId, TeamId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services.questions import log, places, suggesting
from bot.services.questions.asking import Asked, Found, Suggested, Written, drafted, look, post
from bot.views import asking as views
from bot.views import kit
from storage import asking, inbox, outbox
from storage import questions as stored
from storage.asking import Draft
from storage.db import AlreadyDone, Database, Delivery, Work
from storage.outbox import Composed, Composer, Drop, OutboxRow, Send

TAKEN = "question.taken"
"""What became of a question, to its asker, where they could not be told at once."""

_NOT_TOLD_AFTER = timedelta(minutes=1)
"""After this whoever took it is taken to be gone."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What somebody typed after `/ask`."""

    who: Actor
    text: str
    """In Slack's markup."""
    given_in: ChannelId
    once: Delivery


async def take(
    db: Database, *, team_id: TeamId, asked: Sequence[Words], now: datetime
) -> list[str | Refused | AlreadyDone]:
    """Take what some people ask, so that it is answered whatever happens; returns their drafts' ids.

    In place of an id stands why there is none: it was taken before, or cannot be asked (see `asking.ask`).
    """
    async with db.reading() as work:
        usual = await places.question_channels(work, team_id=team_id)
        drafts = [await _draft_or_refusal(work, one, usual=usual) for one in asked]
    async with db.writing(team_id=team_id) as work:
        new = await inbox.enter(work, team_id=team_id, deliveries=[one.once for one in asked])
        taken = {one.id: one for one in drafts if isinstance(one, Draft) and one.id in new}
        await asking.put_drafts(work, list(taken.values()))
        await outbox.enqueue_all(
            work,
            team_id=team_id,
            recipients={_key(one.id): one.user_id for one in taken.values()},
            kind=TAKEN,
            body={},
            now=now,
            due_at=now + _NOT_TOLD_AFTER,
        )
    return [
        one if isinstance(one, Refused) else one.id if one.id in taken else AlreadyDone(one.id)
        for one in drafts
    ]


async def _draft_or_refusal(work: Work, one: Words, *, usual: Sequence[ChannelId]) -> Draft | Refused:
    text = await log.as_seen(work, team_id=one.who.team_id, text=one.text)
    try:
        return await drafted(
            work,
            who=one.who,
            written=Written(question=text),
            given_in=one.given_in,
            usual=usual,
            once=one.once,
        )
    except Refused as refused:
        return refused


async def look_up(db: Database, *, team_id: TeamId, draft_id: str, now: datetime) -> Suggested | Asked | None:
    """What becomes of what was taken: earlier questions that may answer it; else it is logged and posted.

    None where it was posted before, or where its asker was deleted.
    """
    async with db.searches:
        async with db.reading() as work:
            draft = await asking.draft(work, team_id=team_id, draft_id=draft_id)
            if draft is None or draft.question_id is not None:
                return None
            found = await look(work, draft)
        if found.earlier:
            return found.suggested(draft)
        async with db.writing(team_id=team_id) as work:
            # Read anew: another process may have come to it meanwhile.
            draft = await asking.draft(work, team_id=team_id, draft_id=draft_id)
            if draft is None or draft.question_id is not None:
                return None
            return await _post(work, draft, found, now=now)


async def told(db: Database, *, team_id: TeamId, draft_id: str, shown: Suggested | Asked) -> None:
    """The asker was shown what became of it: the outbox need not tell them."""
    async with db.writing(team_id=team_id) as work:
        await outbox.withdraw(work, team_id=team_id, keys=[_key(draft_id)])
        if isinstance(shown, Asked):
            # The question holds its words now, and no button names the draft.
            await asking.forget_draft(work, team_id=team_id, draft_id=draft_id)


async def have_told(db: Database, *, team_id: TeamId, draft_id: str, now: datetime) -> None:
    """The asker could not be shown what became of it: the outbox tells them now."""
    async with db.writing(team_id=team_id) as work:
        row = await outbox.row(work, team_id=team_id, key=_key(draft_id))
        if row is not None:
            await outbox.change(work, row, only_in="queued", due_at=now, not_before_at=now)


async def give_up(db: Database, *, team_id: TeamId, draft_id: str, now: datetime) -> bool:
    """Forget what was taken, as if it had never been asked, since it could not be looked up.

    False where it was posted all the same, or is being looked up elsewhere: the outbox tells its asker.
    """
    async with db.writing(team_id=team_id) as work:
        draft = await asking.draft(work, team_id=team_id, draft_id=draft_id)
        if draft is not None and draft.question_id is None:
            if not await outbox.withdraw(work, team_id=team_id, keys=[_key(draft_id)]):
                return False
            await asking.forget_draft(work, team_id=team_id, draft_id=draft_id)
            return True
    await have_told(db, team_id=team_id, draft_id=draft_id, now=now)
    return False


async def _tell(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, draft_id = TeamId(row.team_id), row.key.removeprefix(_key(""))
    draft = await asking.draft(work, team_id=team_id, draft_id=draft_id)
    if draft is None:
        return Drop("the question is forgotten")
    if draft.question_id is not None:
        question = await stored.question(work, team_id=team_id, question_id=draft.question_id)
        if question is None:
            return Drop("the question is gone")
        experts = await suggesting.experts_on(work, question=question, now=now)
        shown: Suggested | Asked = Asked(
            question=question, channel_id=draft.channel_id, experts=tuple(experts)
        )
    else:
        found = await look(work, draft)
        shown = found.suggested(draft) if found.earlier else await _post(work, draft, found, now=now)
    said = message(shown)
    return Send(said["text"], said["blocks"])


def message(of: Suggested | Asked) -> kit.Message:
    """What its asker is shown."""
    if isinstance(of, Suggested):
        return views.suggested(of.earlier, draft_id=of.draft_id, zone=of.zone)
    return views.posted(of.channel_id, of.experts, question_id=of.question.id)


COMPOSERS: dict[str, Composer] = {TAKEN: _tell}
"""By the kind of row in the outbox."""


async def _post(work: Work, draft: Draft, found: Found, *, now: datetime) -> Asked:
    asked = await post(work, draft, found.ranked, now=now)
    await asking.use_draft(work, team_id=draft.team_id, draft_id=draft.id, question_id=asked.question.id)
    return asked


def _key(draft_id: str) -> str:
    return f"{TAKEN}:{draft_id}"
