"""reactions.*: emoji that bots and people put to messages."""

import re
from typing import Any

from sandbox.arguments import TEXT, TRUTH, WHOLE, Answer, method
from sandbox.calls import Request
from sandbox.errors import SlackError
from sandbox.methods.history import micros
from sandbox.records import Channel

_NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
_MOST_EMOJI = 23
"""Different emoji on one message."""
_ITEM = {"channel": TEXT, "timestamp": TEXT}


def _message(request: Request) -> tuple[Channel, dict[str, Any]]:
    if not request.text("channel") or not request.text("timestamp"):
        raise SlackError("no_item_specified")
    channel = request.channel(member=True)
    try:
        micros(request.text("timestamp"))
    except ValueError:
        raise SlackError("bad_timestamp") from None
    return channel, request.workspace.message(channel.id, request.text("timestamp"))


def _emoji(request: Request) -> str:
    name = request.text("name").strip(":")
    if not _NAME.fullmatch(name):
        raise SlackError("invalid_name")
    return name


@method("reactions.add", tier=3, scopes=("reactions:write",), needs={"name": TEXT}, takes=_ITEM)
async def reactions_add(request: Request) -> Answer:
    """Put an emoji to a message; raises `already_reacted`."""
    name = _emoji(request)
    channel, message = _message(request)
    if channel.is_archived:
        raise SlackError("is_archived")
    names = {reaction["name"] for reaction in message.get("reactions", [])}
    if name not in names and len(names) >= _MOST_EMOJI:
        raise SlackError("too_many_emoji")
    request.workspace.react(channel.id, message["ts"], request.app.bot_user_id, name)
    return {}


@method(
    "reactions.remove",
    tier=2,
    scopes=("reactions:write",),
    needs={"name": TEXT},
    takes={**_ITEM, "file": TEXT, "file_comment": TEXT},
)
async def reactions_remove(request: Request) -> Answer:
    """Take the bot's own emoji away; raises `no_reaction`."""
    name = _emoji(request)
    channel, message = _message(request)
    request.workspace.unreact(channel.id, message["ts"], request.app.bot_user_id, name)
    return {}


@method(
    "reactions.get",
    tier=3,
    scopes=("reactions:read",),
    takes={**_ITEM, "full": TRUTH, "file": TEXT, "file_comment": TEXT},
)
async def reactions_get(request: Request) -> Answer:
    """A message with its reactions."""
    channel, message = _message(request)
    return {"type": "message", "channel": channel.id, "message": message}


@method(
    "reactions.list",
    tier=2,
    scopes=("reactions:read",),
    takes={
        "user": TEXT,
        "full": TRUTH,
        "count": WHOLE,
        "page": WHOLE,
        "cursor": TEXT,
        "limit": WHOLE,
        "team_id": TEXT,
    },
)
async def reactions_list(request: Request) -> Answer:
    """What somebody reacted to, the newest first; the bot itself by default."""
    user_id = request.workspace.user(request.text("user") or request.app.bot_user_id).id
    found: list[dict[str, Any]] = [
        {"type": "message", "channel": channel.id, "message": message}
        for channel in request.workspace.channels.values()
        if request.may_see(channel)
        for message in channel.messages
        if any(user_id in reaction["users"] for reaction in message.get("reactions", []))
    ]
    found.sort(key=lambda item: micros(item["message"]["ts"]), reverse=True)
    items, following = request.page(found)
    return {"items": items, "response_metadata": {"next_cursor": following}}
