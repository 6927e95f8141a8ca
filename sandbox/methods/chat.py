"""chat.*: what an app says, changes and takes back."""

from typing import Any

from sandbox.arguments import BLOCKS, JSON, METADATA, NAMES, TEXT, TRUTH, Answer, Argument, method
from sandbox.calls import Request
from sandbox.content import LONGEST_MARKDOWN, authorship, content, cut_warning, metadata
from sandbox.errors import SlackError
from sandbox.records import Channel

WRITE = ("chat:write",)
_ATTACHMENTS = Argument("json", malformed="invalid_attachments")
CONTENT = {"text": TEXT, "blocks": BLOCKS, "attachments": _ATTACHMENTS, "markdown_text": TEXT}
STYLE = {"link_names": TRUTH, "parse": TEXT, "as_user": TRUTH}
_GUISE = {"username": TEXT, "icon_emoji": TEXT, "icon_url": TEXT}
UNFURL = {"unfurl_links": TRUTH, "unfurl_media": TRUTH}
_LONGEST_UPDATE = 4_000
"""Characters: chat.update refuses where chat.postMessage cuts."""


def destination(request: Request) -> Channel:
    """Where a message goes: a conversation's id, a public channel's name, or a person's id for their DM.

    Raises SlackError `channel_not_found`, `not_in_channel`, `is_archived`, `messages_tab_disabled`,
    `cannot_dm_bot`.
    """
    named = request.text("channel")
    workspace, bot = request.workspace, request.app.bot_user_id
    if named in workspace.users:
        if workspace.users[named].is_bot:
            raise SlackError("cannot_dm_bot")
        channel = workspace.direct(named, bot)
    else:
        by_name = {c.name: c for c in workspace.channels.values() if c.kind == "public"}
        channel = by_name.get(named.removeprefix("#")) or workspace.channel(named)
    if not request.may_see(channel):
        raise SlackError("channel_not_found")
    if bot not in channel.members and "chat:write.public" not in request.app.scopes:
        raise SlackError("not_in_channel")
    if channel.is_archived or _partner_is_gone(request, channel):
        raise SlackError("is_archived")
    if channel.kind == "im" and not request.app.messages_tab:
        raise SlackError("messages_tab_disabled")
    return channel


def _partner_is_gone(request: Request, channel: Channel) -> bool:
    users = request.workspace.users
    return channel.kind == "im" and any(
        member in users and users[member].deleted for member in channel.members
    )


def message_of(request: Request, channel: Channel) -> dict[str, Any]:
    """The message that the arguments describe, ready to be posted; raises what Slack would."""
    if "as_user" in request.args:
        raise SlackError("as_user_not_supported")
    if request.text("parse") not in {"", "none", "full"}:
        raise SlackError("invalid_arguments", "[ERROR] must be one of: none, full [json-pointer:/parse]")
    message = {**authorship(request.workspace, request.app), **content(request.workspace, request.args)}
    if guise := {name: request.text(name) for name in _GUISE if request.text(name)}:
        request.require("chat:write.customize")
        message["subtype"] = "bot_message"
        message["username"] = guise.get("username", request.app.name)
        message["icons"] = {key.removeprefix("icon_"): value for key, value in guise.items() if "icon" in key}
    if "metadata" in request.args and (said := metadata(request.args["metadata"])):
        message["metadata"] = said
    if thread_ts := request.text("thread_ts"):
        check_root(channel, thread_ts)
        message["thread_ts"] = thread_ts
        if request.truth("reply_broadcast"):
            message["subtype"] = "thread_broadcast"
    return message


def check_root(channel: Channel, thread_ts: str) -> None:
    """Raises SlackError `thread_not_found` and `cannot_reply_to_message` (a reply has no replies)."""
    root = next((message for message in channel.messages if message["ts"] == thread_ts), None)
    if root is None:
        raise SlackError("thread_not_found")
    if root.get("thread_ts", thread_ts) != thread_ts:
        raise SlackError("cannot_reply_to_message")


@method(
    "chat.postMessage",
    tier=5,
    scopes=WRITE,
    needs={"channel": TEXT},
    takes={
        **CONTENT,
        **STYLE,
        **_GUISE,
        **UNFURL,
        "metadata": METADATA,
        "mrkdwn": TRUTH,
        "reply_broadcast": TRUTH,
        "thread_ts": TEXT,
        "container_id": TEXT,
    },
)
async def post_message(request: Request) -> Answer:
    """Say something in a channel, a direct message, a thread."""
    channel = destination(request)
    message = message_of(request, channel)
    request.sandbox.rates.post(request.workspace.clock, app_id=request.app.id, channel_id=channel.id)
    posted = request.workspace.post(channel.id, message)
    return {"channel": channel.id, "ts": posted["ts"], "message": posted, **cut_warning(request.args)}


@method("chat.meMessage", tier=3, scopes=WRITE, needs={"channel": TEXT, "text": TEXT})
async def me_message(request: Request) -> Answer:
    """Say something of oneself, in italics."""
    channel = destination(request)
    message = {**message_of(request, channel), "subtype": "me_message"}
    request.sandbox.rates.post(request.workspace.clock, app_id=request.app.id, channel_id=channel.id)
    posted = request.workspace.post(channel.id, message)
    return {"channel": channel.id, "ts": posted["ts"]}


@method(
    "chat.postEphemeral",
    tier=4,
    scopes=WRITE,
    needs={"channel": TEXT, "user": TEXT},
    takes={**CONTENT, **STYLE, **_GUISE, "thread_ts": TEXT},
)
async def post_ephemeral(request: Request) -> Answer:
    """Say something that only one person sees, and only until they load the conversation again."""
    channel = destination(request)
    user_id = request.text("user")
    if user_id not in request.workspace.users or user_id not in channel.members:
        raise SlackError("user_not_in_channel")
    message = message_of(request, channel)
    shown = request.workspace.show_only_to(channel.id, user_id, message)
    return {"message_ts": shown["ts"]}


def _own_message(request: Request, refusal: str) -> tuple[Channel, dict[str, Any]]:
    channel = request.channel()
    message = request.workspace.message(channel.id, request.text("ts"))
    if message.get("bot_id") != request.app.bot_id:
        raise SlackError(refusal)
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel, message


@method(
    "chat.update",
    tier=3,
    scopes=WRITE,
    needs={"channel": TEXT, "ts": TEXT},
    takes={
        **CONTENT,
        **STYLE,
        "metadata": METADATA,
        "file_ids": NAMES,
        "reply_broadcast": TRUTH,
        "unfurled_attachments": JSON,
    },
)
async def update(request: Request) -> Answer:
    """Change a message of the app's own. Blocks, attachments and metadata that are not given stay."""
    channel, message = _own_message(request, "cant_update_message")
    if len(request.text("text")) > _LONGEST_UPDATE or len(request.text("markdown_text")) > LONGEST_MARKDOWN:
        raise SlackError("msg_too_long")
    changes: dict[str, Any] = dict(content(request.workspace, request.args))
    if "blocks" in request.args:
        changes.setdefault("blocks", None)
    if "attachments" in request.args:
        changes.setdefault("attachments", None)
    if "metadata" in request.args:
        changes["metadata"] = metadata(request.args["metadata"]) or None
    if request.truth("reply_broadcast") and message.get("thread_ts"):
        changes["subtype"] = "thread_broadcast"
    changes["edited"] = {"user": request.app.bot_user_id, "ts": f"{request.workspace.now_s()}.000000"}
    changed = request.workspace.edit(channel.id, message["ts"], changes)
    return {"channel": channel.id, "ts": changed["ts"], "text": changed["text"], "message": changed}


@method("chat.delete", tier=3, scopes=WRITE, needs={"channel": TEXT, "ts": TEXT}, takes={"as_user": TRUTH})
async def delete(request: Request) -> Answer:
    """Take back a message of the app's own."""
    channel, message = _own_message(request, "cant_delete_message")
    request.workspace.delete(channel.id, message["ts"])
    return {"channel": channel.id, "ts": message["ts"]}


@method("chat.getPermalink", tier=5, needs={"channel": TEXT, "message_ts": TEXT})
async def get_permalink(request: Request) -> Answer:
    """The address of a message."""
    channel = request.channel()
    message = request.workspace.message(channel.id, request.text("message_ts"))
    place = f"{request.workspace.url}/archives/{channel.id}/p{message['ts'].replace('.', '')}"
    if message.get("thread_ts", message["ts"]) != message["ts"]:
        place += f"?thread_ts={message['thread_ts']}&cid={channel.id}"
    return {"channel": channel.id, "permalink": place}
