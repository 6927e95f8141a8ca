"""The channels that the log follows: which they are, whose messages are questions, who is in them now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.domain.editions import Academy
from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.messages import instant_of
from bot.domain.questions import Channel
from bot.domain.values import dataclass
from storage import channels, editions, questions
from storage.channels import History
from storage.db import Database, Delivery, Work


@dataclass(frozen=True, kw_only=True)
class Before:
    """What was known of a channel before Slack was asked about it."""

    channel: Channel | None
    members: Mapping[UserId, tuple[bool, datetime]]
    """See `channels.changes`."""


async def question_channels(work: Work, *, team_id: TeamId) -> list[ChannelId]:
    """The questions channels that the bot is in and that are not archived, in the academy's order."""
    academy = await editions.academy(work, team_id=team_id)
    return [] if academy is None else await question_channels_of(work, academy)


async def question_channels_of(work: Work, academy: Academy) -> list[ChannelId]:
    """The same, for an academy that was read before."""
    team_id = academy.team_id
    home = await channels.installation(work, team_id=team_id) if academy.question_channels else None
    if home is None:
        return []
    mine = await channels.channels_of(work, team_id=team_id, user_id=home.bot_user_id)
    archived = {one.channel_id for one in await questions.channels(work, team_id=team_id) if one.is_archived}
    return [one for one in academy.question_channels if one in mine - archived]


async def is_questions_channel(work: Work, *, team_id: TeamId, channel_id: ChannelId) -> bool:
    """Whether the academy names this channel as one whose messages are questions."""
    academy = await editions.academy(work, team_id=team_id)
    return academy is not None and channel_id in academy.question_channels


async def channel_joined(
    db: Database,
    *,
    channel: Channel,
    user_ids: Sequence[UserId],
    before: Before,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """The bot became a member of a channel: who else is one is known from here on, and its past is read."""
    async with db.writing(once) as work:
        await seen(work, channel=channel, user_ids=user_ids, before=before, now=now)


async def known_before(db: Database, *, team_id: TeamId, channel_id: ChannelId) -> Before:
    """What is known of a channel, to be asked for before Slack is asked."""
    async with db.reading() as work:
        return Before(
            channel=await channels.channel(work, team_id=team_id, channel_id=channel_id),
            members=await channels.changes(work, team_id=team_id, channel_id=channel_id),
        )


async def seen(
    work: Work, *, channel: Channel, user_ids: Sequence[UserId], before: Before, now: datetime
) -> None:
    """Write a channel that the bot is in, with its members, and have its past read.

    channel, user_ids: as Slack told of them. before: as they were known when it was asked; what was heard
    since is newer, and stays.
    """
    team_id, channel_id = channel.team_id, channel.channel_id
    if await channels.channel(work, team_id=team_id, channel_id=channel_id) == before.channel:
        await questions.put_channel(work, channel)
    await channels.set_members(
        work, team_id=team_id, channel_id=channel_id, user_ids=user_ids, before=before.members, now=now
    )
    known = (await channels.histories(work, team_id=team_id)).get(channel_id, History(channel_id=channel_id))
    asked = replace(known, is_behind=True, times_asked=known.times_asked + 1)
    await channels.put_history(work, team_id=team_id, history=asked)


async def member_changed(
    db: Database,
    *,
    team_id: TeamId,
    channel_id: ChannelId,
    user_id: UserId,
    is_member: bool,
    event_ts: str,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """Somebody joined or left a channel. Once the bot is out, nobody is known to be in it any more."""
    async with db.writing(once) as work:
        home = await channels.installation(work, team_id=team_id)
        is_mine = home is not None and user_id == home.bot_user_id
        await channels.change_member(
            work,
            team_id=team_id,
            channel_id=channel_id,
            user_id=user_id,
            is_member=is_member,
            at=instant_of(event_ts),
        )
        if is_mine and not is_member:
            await channels.set_members(work, team_id=team_id, channel_id=channel_id, user_ids=(), now=now)


async def channel_changed(
    db: Database,
    *,
    team_id: TeamId,
    channel_id: ChannelId,
    name: str | None = None,
    is_archived: bool | None = None,
    is_private: bool | None = None,
    once: Delivery | None = None,
) -> None:
    """A channel got another name, was archived or opened again, or made private or public.

    Nothing happens to a channel that the log does not know.
    """
    async with db.writing(once) as work:
        known = await channels.channel(work, team_id=team_id, channel_id=channel_id)
        if known is None:
            return
        changed = replace(
            known,
            name=known.name if name is None else name,
            is_archived=known.is_archived if is_archived is None else is_archived,
            is_private=known.is_private if is_private is None else is_private,
        )
        await questions.put_channel(work, changed)


async def channel_deleted(
    db: Database, *, team_id: TeamId, channel_id: ChannelId, now: datetime, once: Delivery | None = None
) -> None:
    """A channel is gone: nobody sees its questions any more."""
    async with db.writing(once) as work:
        known = await channels.channel(work, team_id=team_id, channel_id=channel_id)
        if known is not None:
            await out_of_sight(work, known, now=now)


async def out_of_sight(work: Work, known: Channel, *, now: datetime) -> None:
    """The bot cannot know any more who may see a channel: nobody, then."""
    await questions.put_channel(work, replace(known, is_private=True, is_archived=True))
    await channels.set_members(work, team_id=known.team_id, channel_id=known.channel_id, user_ids=(), now=now)


async def made_private(work: Work, *, team_id: TeamId, channel_id: ChannelId) -> None:
    """Slack said of a message that its channel is private."""
    known = await channels.channel(work, team_id=team_id, channel_id=channel_id)
    if known is not None and not known.is_private:
        # Only ever this way: an old message that comes late must not make it public again.
        await questions.put_channel(work, replace(known, is_private=True))
