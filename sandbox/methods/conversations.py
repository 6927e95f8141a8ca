"""conversations.*: channels and direct messages, who is in them; what was said there is in history.py."""

import re

from sandbox.arguments import NAMES, TEXT, TRUTH, WHOLE, Answer, method
from sandbox.calls import SCOPE_GROUPS, Request, every
from sandbox.errors import SlackError
from sandbox.records import Channel
from sandbox.shapes import channel_object

_TYPES = {"public_channel": "public", "private_channel": "private", "mpim": "mpim", "im": "im"}
_NAME = re.compile(r"[^\s.,A-Z!\"#$%&'()*+/:;<=>?@\[\\\]^`{|}~]{1,80}")
_MOST_IN_GROUP_DM = 8
"""People beside the bot."""
_CHANNEL = {"channel": TEXT}
_MANAGE = ("channels:manage", "groups:write", "channels:write", "im:write", "mpim:write")


def of_kinds(request: Request) -> list[Channel]:
    """The conversations of the `types` asked for that the app may see; without archived ones if asked."""
    types = request.args.get("types") or ["public_channel"]
    if unknown := [one for one in types if one not in _TYPES]:
        raise SlackError("invalid_types", *(f"[ERROR] unknown type: {one}" for one in unknown))
    kinds = [_TYPES[one] for one in types]
    for kind in kinds:
        request.require(f"{SCOPE_GROUPS[kind]}:read")
    return [
        channel
        for channel in request.workspace.channels.values()
        if channel.kind in kinds
        and request.may_see(channel)
        and not (channel.is_archived and request.truth("exclude_archived"))
    ]


def manageable(request: Request, *, archived_too: bool = False) -> Channel:
    """The channel named, where the app may change it; raises what Slack would."""
    channel = request.channel()
    if channel.kind in {"im", "mpim"}:
        raise SlackError("method_not_supported_for_channel_type")
    request.require(*_writing(channel))
    if channel.is_archived and not archived_too:
        raise SlackError("is_archived")
    return channel


def _writing(channel: Channel) -> tuple[str, ...]:
    return ("channels:manage", "channels:write") if channel.kind == "public" else ("groups:write",)


def _as_member(request: Request, channel: Channel) -> Channel:
    if request.app.bot_user_id not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _shown(request: Request, channel: Channel, *, counted: bool = False) -> Answer:
    return {"channel": channel_object(request.workspace, channel, request.app.bot_user_id, counted=counted)}


@method(
    "conversations.list",
    tier=2,
    scopes=every("read"),
    takes={"cursor": TEXT, "limit": WHOLE, "types": NAMES, "exclude_archived": TRUTH, "team_id": TEXT},
)
async def conversations_list(request: Request) -> Answer:
    """The conversations of the kinds asked for; private ones only where the bot is a member."""
    channels, following = request.page(of_kinds(request), most=999)
    bot = request.app.bot_user_id
    return {
        "channels": [channel_object(request.workspace, c, bot, counted=True) for c in channels],
        "response_metadata": {"next_cursor": following},
    }


@method(
    "conversations.info",
    tier=3,
    scopes=every("read"),
    needs=_CHANNEL,
    takes={"include_locale": TRUTH, "include_num_members": TRUTH},
)
async def conversations_info(request: Request) -> Answer:
    """One conversation."""
    channel = request.channel(verb="read")
    shown = _shown(request, channel, counted=request.truth("include_num_members"))
    if request.truth("include_locale"):
        shown["channel"]["locale"] = "en-GB"
    return shown


@method(
    "conversations.members",
    tier=4,
    scopes=every("read"),
    needs=_CHANNEL,
    takes={"cursor": TEXT, "limit": WHOLE},
)
async def conversations_members(request: Request) -> Answer:
    """The ids of those who are in it."""
    members, following = request.page(request.channel(verb="read").members)
    return {"members": members, "response_metadata": {"next_cursor": following}}


@method(
    "conversations.open",
    tier=3,
    scopes=("im:write", "mpim:write"),
    takes={"channel": TEXT, "users": NAMES, "return_im": TRUTH, "prevent_creation": TRUTH},
)
async def conversations_open(request: Request) -> Answer:
    """The direct message, or group direct message, with these people; made if there is none."""
    if request.text("channel"):
        channel = request.channel()
        if channel.kind not in {"im", "mpim"}:
            raise SlackError("method_not_supported_for_channel_type")
    else:
        channel = _direct_with(request, list(dict.fromkeys(request.args.get("users") or [])))
    if request.truth("return_im"):
        return {**_shown(request, channel), "no_op": True, "already_open": True}
    return {"channel": {"id": channel.id}}


def _direct_with(request: Request, user_ids: list[str]) -> Channel:
    workspace, bot = request.workspace, request.app.bot_user_id
    if not user_ids:
        raise SlackError("users_list_not_supplied")
    if bot in user_ids and len(user_ids) == 1:
        raise SlackError("cannot_dm_bot")
    if len(user_ids) > _MOST_IN_GROUP_DM:
        raise SlackError("too_many_users")
    for user_id in user_ids:
        if user_id not in workspace.users:
            raise SlackError("user_not_found")
        user = workspace.users[user_id]
        if user.deleted:
            raise SlackError("user_disabled")
        if user.is_bot and user_id != bot:
            raise SlackError("cannot_dm_bot")
    request.require("im:write" if len(user_ids) == 1 else "mpim:write")
    return workspace.direct(bot, *user_ids)


@method("conversations.close", tier=2, scopes=("im:write", "mpim:write"), needs=_CHANNEL)
async def conversations_close(request: Request) -> Answer:
    """Put a direct message out of sight: it stays as it is, so nothing changes here."""
    channel = request.channel()
    if channel.kind not in {"im", "mpim"}:
        raise SlackError("method_not_supported_for_channel_type")
    return {"no_op": True, "already_closed": True}


@method("conversations.join", tier=3, scopes=("channels:join",), needs=_CHANNEL)
async def conversations_join(request: Request) -> Answer:
    """The bot becomes a member of a public channel."""
    channel = request.channel()
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    answer: Answer = {}
    if request.app.bot_user_id in channel.members:
        warnings = {"warnings": ["already_in_channel"]}
        answer = {"warning": "already_in_channel", "response_metadata": warnings}
    request.workspace.join(channel.id, request.app.bot_user_id)
    return {**_shown(request, channel), **answer}


@method("conversations.leave", tier=3, scopes=_MANAGE, needs=_CHANNEL)
async def conversations_leave(request: Request) -> Answer:
    """The bot stops being a member."""
    channel = manageable(request)
    if channel.name == "general":
        raise SlackError("cant_leave_general")
    if request.app.bot_user_id not in channel.members:
        return {"not_in_channel": True}
    request.workspace.leave(channel.id, request.app.bot_user_id)
    return {}


@method(
    "conversations.invite",
    tier=3,
    scopes=(*_MANAGE, "channels:write.invites", "groups:write.invites"),
    needs={"channel": TEXT, "users": NAMES},
    takes={"force": TRUTH},
)
async def conversations_invite(request: Request) -> Answer:
    """Make people members; nothing changes where one of them cannot be, unless `force`."""
    channel = request.channel()
    if channel.kind in {"im", "mpim"}:
        raise SlackError("method_not_supported_for_channel_type")
    invites = "channels:write.invites" if channel.kind == "public" else "groups:write.invites"
    request.require(*_writing(channel), invites)
    _as_member(request, channel)
    if channel.is_archived:
        raise SlackError("is_archived")
    wrong = []
    for user_id in request.args["users"]:
        if user_id not in request.workspace.users:
            wrong.append({"user": user_id, "ok": False, "error": "user_not_found"})
        elif user_id == request.app.bot_user_id:
            wrong.append({"user": user_id, "ok": False, "error": "cant_invite_self"})
        elif user_id in channel.members:
            wrong.append({"user": user_id, "ok": False, "error": "already_in_channel"})
    if wrong and not request.truth("force"):
        raise SlackError(str(wrong[0]["error"]), errors=wrong)
    refused = {one["user"] for one in wrong}
    for user_id in request.args["users"]:
        if user_id not in refused:
            request.workspace.join(channel.id, user_id, inviter=request.app.bot_user_id)
    return {**_shown(request, channel), **({"errors": wrong} if wrong else {})}


@method("conversations.kick", tier=3, scopes=_MANAGE, needs={"channel": TEXT, "user": TEXT})
async def conversations_kick(request: Request) -> Answer:
    """Take somebody out of a channel."""
    channel = _as_member(request, manageable(request))
    user_id = request.workspace.user(request.text("user")).id
    if user_id == request.app.bot_user_id:
        raise SlackError("cant_kick_self")
    if channel.name == "general":
        raise SlackError("cant_kick_from_general")
    if user_id not in channel.members:
        raise SlackError("not_in_channel")
    request.workspace.leave(channel.id, user_id)
    return {"errors": {}}


@method(
    "conversations.create",
    tier=2,
    scopes=("channels:manage", "groups:write", "channels:write"),
    needs={"name": TEXT},
    takes={"is_private": TRUTH, "team_id": TEXT},
)
async def conversations_create(request: Request) -> Answer:
    """A new channel with the bot as its member."""
    private = request.truth("is_private")
    request.require(*(("groups:write",) if private else ("channels:manage", "channels:write")))
    name = _new_name(request)
    bot = request.app.bot_user_id
    channel = request.workspace.add_channel(name, members=[bot], private=private, creator=bot)
    return _shown(request, channel)


def _new_name(request: Request) -> str:
    name = request.text("name").lstrip("#")
    if not name.strip():
        raise SlackError("invalid_name_required")
    if len(name) > 80:
        raise SlackError("invalid_name_maxlength")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name_specials")
    if any(channel.name == name for channel in request.workspace.channels.values()):
        raise SlackError("name_taken")
    return name


@method("conversations.rename", tier=2, scopes=_MANAGE, needs={"channel": TEXT, "name": TEXT})
async def conversations_rename(request: Request) -> Answer:
    """Another name for a channel; Slack lets only the one who made it do that."""
    channel = _as_member(request, manageable(request))
    if channel.creator != request.app.bot_user_id:
        raise SlackError("not_authorized")
    request.workspace.rename(channel.id, _new_name(request), user_id=request.app.bot_user_id)
    return _shown(request, channel)


@method("conversations.archive", tier=2, scopes=_MANAGE, needs=_CHANNEL)
async def conversations_archive(request: Request) -> Answer:
    """Close a channel for new messages."""
    channel = manageable(request, archived_too=True)
    if channel.is_archived:
        raise SlackError("already_archived")
    _as_member(request, channel)
    if channel.name == "general":
        raise SlackError("cant_archive_general")
    request.workspace.archive(channel.id, request.app.bot_user_id)
    return {}


@method("conversations.unarchive", tier=2, scopes=_MANAGE, needs=_CHANNEL)
async def conversations_unarchive(request: Request) -> Answer:
    """Open an archived channel again."""
    channel = manageable(request, archived_too=True)
    if not channel.is_archived:
        raise SlackError("not_archived")
    request.workspace.archive(channel.id, request.app.bot_user_id, archived=False)
    return {}


@method(
    "conversations.setTopic",
    tier=2,
    scopes=(*_MANAGE, "channels:write.topic", "groups:write.topic"),
    needs={"channel": TEXT},
    takes={"topic": TEXT},
)
async def conversations_set_topic(request: Request) -> Answer:
    """A channel's topic, at most 250 characters."""
    channel = _describable(request, "topic")
    request.workspace.describe(channel.id, user_id=request.app.bot_user_id, topic=request.text("topic"))
    return _shown(request, channel)


@method(
    "conversations.setPurpose",
    tier=2,
    scopes=(*_MANAGE, "channels:write.topic", "groups:write.topic"),
    needs={"channel": TEXT},
    takes={"purpose": TEXT},
)
async def conversations_set_purpose(request: Request) -> Answer:
    """A channel's description, at most 250 characters."""
    channel = _describable(request, "purpose")
    request.workspace.describe(channel.id, user_id=request.app.bot_user_id, purpose=request.text("purpose"))
    return {**_shown(request, channel), "purpose": channel.purpose}


def _describable(request: Request, what: str) -> Channel:
    channel = request.channel(member=True)
    if channel.kind == "im":
        raise SlackError("method_not_supported_for_channel_type")
    group = "channels" if channel.kind == "public" else "groups"
    request.require(*_writing(channel), f"{group}:write.topic")
    if channel.is_archived:
        raise SlackError("is_archived")
    if len(request.text(what)) > 250:
        raise SlackError("too_long")
    return channel


@method(
    "conversations.mark",
    tier=3,
    scopes=(*every("write"), "channels:manage"),
    needs={"channel": TEXT, "ts": TEXT},
)
async def conversations_mark(request: Request) -> Answer:
    """Read up to here: bots have no unread messages, so nothing changes."""
    channel = request.channel(member=True)
    if not any(message["ts"] == request.text("ts") for message in channel.messages):
        raise SlackError("invalid_timestamp")
    return {}
