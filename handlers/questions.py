"""The question log follows its channels: messages, emoji, members, shortcuts, a way out for the author."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.messages import ASKING, CHECK, ChannelMessage, read_message
from bot.domain.questions import Channel, QuestionState
from bot.domain.refusals import Refused
from bot.services import welcome
from bot.services.questions import following, heard, places, settling
from bot.views import questions as views
from handlers import payloads
from handlers.deps import Deps
from handlers.middleware import actor, known_actor
from handlers.payloads import Payload

LOG_SHORTCUT = "log_question"
ACCEPT_SHORTCUT = "accept_answer"

_NOT_HERE = "I am not in this channel, so I cannot know who may see it. Invite me first, then try again."


def register(app: AsyncApp, deps: Deps) -> None:
    """Listen to what happens in channels, and to the log's shortcuts and button."""
    _register_messages(app, deps)
    _register_emoji(app, deps)
    _register_channels(app, deps)
    _register_shortcuts(app, deps)


def _register_messages(app: AsyncApp, deps: Deps) -> None:
    @app.event("message")
    async def message(ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        event, team_id, now = body["event"], payloads.team_id(body), deps.now()
        once = payloads.delivery(body, now=now)
        channel_id = ChannelId(event["channel"])
        match event.get("subtype"):
            case "message_deleted":
                await following.deleted(
                    deps.db,
                    team_id=team_id,
                    channel_id=channel_id,
                    ts=event["deleted_ts"],
                    now=now,
                    once=once,
                )
            case "message_changed":
                await _changed(deps, team_id, channel_id, event, once)
            case "channel_convert_to_private" | "channel_convert_to_public":
                # An old event that comes late must not decide who may see: Slack is asked.
                found = await heard.fetch_channel(client, channel_id)
                is_private = found is None or heard.channel(found, team_id=team_id).is_private
                await places.channel_changed(
                    deps.db, team_id=team_id, channel_id=channel_id, is_private=is_private, once=once
                )
            case _:
                said = read_message(event, channel_id=channel_id)
                await following.said(
                    deps.db,
                    team_id=team_id,
                    message=said,
                    thread=await _thread_if_unknown(deps, client, team_id, said),
                    is_private=event.get("channel_type") == "group",
                    now=now,
                    once=once,
                )
        await ack()


async def _changed(deps: Deps, team_id: TeamId, channel_id: ChannelId, event: Payload, once: Any) -> None:
    now, given, before = deps.now(), event["message"], event.get("previous_message")
    if given.get("subtype") == "tombstone":
        # The root of a thread was deleted; its replies stay.
        await following.deleted(
            deps.db, team_id=team_id, channel_id=channel_id, ts=given["ts"], now=now, once=once
        )
        return
    await following.edited(
        deps.db,
        team_id=team_id,
        message=read_message(given, channel_id=channel_id),
        before=read_message(before, channel_id=channel_id) if before else None,
        now=now,
        once=once,
    )


async def _thread_if_unknown(
    deps: Deps, client: AsyncWebClient, team_id: TeamId, said: ChannelMessage
) -> Sequence[ChannelMessage]:
    if not await following.is_of_unknown_thread(deps.db, team_id=team_id, message=said):
        return ()
    return await heard.fetch_thread(client, said.channel_id, str(said.thread_ts))


def _register_emoji(app: AsyncApp, deps: Deps) -> None:
    @app.event("reaction_added")
    @app.event("reaction_removed")
    async def reaction(
        ack: AsyncAck, body: Payload, context: AsyncBoltContext, client: AsyncWebClient
    ) -> None:
        event, who = body["event"], known_actor(context)
        name = str(event["reaction"]).partition("::")[0]
        if who is not None and event["item"].get("type") == "message":
            if name == CHECK:
                await _checked(deps, client, body, who)
            elif name in ASKING and event["type"] == "reaction_added":
                await _asked_by_emoji(deps, client, body, who)
        await ack()


async def _checked(deps: Deps, client: AsyncWebClient, body: Payload, who: Actor) -> None:
    event, now = body["event"], deps.now()
    channel_id, ts = ChannelId(event["item"]["channel"]), str(event["item"]["ts"])
    item_user = UserId(event["item_user"]) if event.get("item_user") else None
    thread: Sequence[ChannelMessage] = ()
    if await following.is_answer_unknown(
        deps.db, team_id=who.team_id, channel_id=channel_id, ts=ts, item_user=item_user
    ):
        thread = await _whole_thread(client, channel_id, ts)
    await following.checked(
        deps.db,
        team_id=who.team_id,
        channel_id=channel_id,
        ts=ts,
        by=who,
        is_there=event["type"] == "reaction_added",
        event_ts=str(event["event_ts"]),
        thread=thread,
        now=now,
        once=payloads.delivery(body, now=now),
    )


async def _whole_thread(client: AsyncWebClient, channel_id: ChannelId, ts: str) -> list[ChannelMessage]:
    """The thread that a message stands in, from its root."""
    found = await heard.fetch_thread(client, channel_id, ts)
    root_ts = next((one.thread_ts for one in found if one.ts == ts), None)
    return await heard.fetch_thread(client, channel_id, root_ts) if root_ts not in (None, ts) else found


async def _asked_by_emoji(deps: Deps, client: AsyncWebClient, body: Payload, who: Actor) -> None:
    event, now = body["event"], deps.now()
    channel_id, ts = ChannelId(event["item"]["channel"]), str(event["item"]["ts"])
    if event.get("item_user") not in (None, who.user_id):
        return
    known = await following.question_at(deps.db, team_id=who.team_id, channel_id=channel_id, ts=ts)
    if known is not None and known.state is not QuestionState.REMOVED:
        return
    thread = await heard.fetch_thread(client, channel_id, ts)
    if thread and thread[0].author_id == who.user_id and thread[0].ts == ts:
        await following.made_question(
            deps.db,
            team_id=who.team_id,
            thread=thread,
            by=who,
            now=now,
            once=payloads.delivery(body, now=now),
        )


def _register_channels(app: AsyncApp, deps: Deps) -> None:
    @app.event("member_joined_channel")
    @app.event("member_left_channel")
    async def member(ack: AsyncAck, body: Payload, context: AsyncBoltContext, client: AsyncWebClient) -> None:
        event, team_id, now = body["event"], payloads.team_id(body), deps.now()
        once, channel_id = payloads.delivery(body, now=now), ChannelId(event["channel"])
        joined = event["type"] == "member_joined_channel"
        if joined and event["user"] == context.bot_user_id:
            await _bot_joined(deps, client, team_id, channel_id, once)
        else:
            if joined:
                # First, since it may be done twice and the rest is done once.
                await welcome.channel_joined(
                    deps.db, team_id=team_id, channel_id=channel_id, user_id=UserId(event["user"]), now=now
                )
            await places.member_changed(
                deps.db,
                team_id=team_id,
                channel_id=channel_id,
                user_id=UserId(event["user"]),
                is_member=joined,
                event_ts=str(event["event_ts"]),
                now=now,
                once=once,
            )
        await ack()

    @app.event("channel_archive")
    @app.event("channel_unarchive")
    @app.event("group_archive")
    @app.event("group_unarchive")
    async def archived(ack: AsyncAck, body: Payload, client: AsyncWebClient) -> None:
        team_id, channel_id = payloads.team_id(body), ChannelId(body["event"]["channel"])
        # Archived and opened again in a minute, the two events may come in any order.
        found = await heard.fetch_channel(client, channel_id)
        is_archived = bool(found and found.get("is_archived")) or found is None
        await places.channel_changed(
            deps.db,
            team_id=team_id,
            channel_id=channel_id,
            is_archived=is_archived,
            once=payloads.delivery(body, now=deps.now()),
        )
        await ack()

    @app.event("channel_rename")
    @app.event("group_rename")
    async def renamed(ack: AsyncAck, body: Payload) -> None:
        channel = body["event"]["channel"]
        await places.channel_changed(
            deps.db,
            team_id=payloads.team_id(body),
            channel_id=ChannelId(channel["id"]),
            name=channel["name"],
            once=payloads.delivery(body, now=deps.now()),
        )
        await ack()

    @app.event("channel_deleted")
    async def channel_deleted(ack: AsyncAck, body: Payload) -> None:
        now = deps.now()
        await places.channel_deleted(
            deps.db,
            team_id=payloads.team_id(body),
            channel_id=ChannelId(body["event"]["channel"]),
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await ack()


async def _bot_joined(
    deps: Deps, client: AsyncWebClient, team_id: TeamId, channel_id: ChannelId, once: Any
) -> None:
    before = await places.known_before(deps.db, team_id=team_id, channel_id=channel_id)
    found = await heard.fetch_channel(client, channel_id)
    if found is not None and found.get("is_member"):
        await places.channel_joined(
            deps.db,
            channel=heard.channel(found, team_id=team_id),
            user_ids=await heard.fetch_members(client, channel_id),
            before=before,
            now=deps.now(),
            once=once,
        )
        deps.on_behind()


def _register_shortcuts(app: AsyncApp, deps: Deps) -> None:
    @app.shortcut(LOG_SHORTCUT)
    async def log_question(
        ack: AsyncAck,
        body: Payload,
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, now = actor(context), deps.now()
        message, channel, is_mine = await _chosen(client, body, who.team_id)
        thread: Sequence[ChannelMessage] = [message]
        if is_mine and not message.is_reply:
            thread = await heard.fetch_thread(client, message.channel_id, message.ts) or thread
        question, is_new = await following.made_question(
            deps.db,
            team_id=who.team_id,
            thread=thread,
            by=who,
            channel=channel,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        said = views.logged(question, link=question.permalink) if is_new else views.logged_before(question)
        text = said if is_mine else f"{said} {views.cannot_follow()}"
        await respond(text=text, response_type="ephemeral", replace_original=False)
        await ack()

    @app.shortcut(ACCEPT_SHORTCUT)
    async def accept_answer(
        ack: AsyncAck,
        body: Payload,
        context: AsyncBoltContext,
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        who, now = actor(context), deps.now()
        message = read_message(body["message"], channel_id=ChannelId(body["channel"]["id"]))
        thread: Sequence[ChannelMessage] = ()
        if await following.is_of_unknown_thread(deps.db, team_id=who.team_id, message=message):
            thread = await heard.fetch_thread(client, message.channel_id, str(message.thread_ts))
        _, is_own = await following.accepted_by_shortcut(
            deps.db,
            team_id=who.team_id,
            message=message,
            thread=thread,
            by=who,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await respond(text=views.accepted(is_own=is_own), response_type="ephemeral", replace_original=False)
        await ack()

    @app.action(views.NOT_A_QUESTION)
    async def not_a_question(
        ack: AsyncAck, body: Payload, context: AsyncBoltContext, respond: AsyncRespond
    ) -> None:
        who, now = actor(context), deps.now()
        await settling.take_out(
            deps.db,
            team_id=who.team_id,
            question_id=QuestionId(int(payloads.pressed(body).value)),
            by=who,
            now=now,
            once=payloads.delivery(body, now=now),
        )
        await respond(text=views.taken_out(), response_type="ephemeral", replace_original=True)
        await ack()


async def _chosen(
    client: AsyncWebClient, body: Payload, team_id: TeamId
) -> tuple[ChannelMessage, Channel, bool]:
    """The message that a shortcut was used on, its channel, and whether the bot is in it."""
    channel_id = ChannelId(body["channel"]["id"])
    if channel_id.startswith("D"):
        raise Refused("Direct messages are not logged. Ask in a channel, so that others can find it.")
    found = await heard.fetch_channel(client, channel_id)
    if found is None or found.get("is_mpim") or (found.get("is_private") and not found.get("is_member")):
        raise Refused(_NOT_HERE)
    channel = heard.channel(found, team_id=team_id)
    return read_message(body["message"], channel_id=channel_id), channel, bool(found.get("is_member"))
