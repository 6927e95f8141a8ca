"""pins.*: messages that a conversation keeps at hand."""

from typing import Any

from sandbox.arguments import TEXT, Answer, method
from sandbox.calls import Request
from sandbox.errors import SlackError
from sandbox.records import Channel

_MOST_PINS = 100


def _message(request: Request) -> tuple[Channel, dict[str, Any]]:
    channel = request.channel(member=True)
    if not request.text("timestamp"):
        raise SlackError("no_item_specified")
    return channel, request.workspace.message(channel.id, request.text("timestamp"))


def _pinned(channel: Channel) -> list[dict[str, Any]]:
    return [message for message in channel.messages if channel.id in message.get("pinned_to", [])]


@method("pins.add", tier=2, scopes=("pins:write",), needs={"channel": TEXT}, takes={"timestamp": TEXT})
async def pins_add(request: Request) -> Answer:
    """Pin a message; raises `already_pinned`."""
    channel, message = _message(request)
    if channel.is_archived:
        raise SlackError("is_archived")
    if message in _pinned(channel):
        raise SlackError("already_pinned")
    if len(_pinned(channel)) >= _MOST_PINS:
        raise SlackError("too_many_pins")
    message["pinned_to"] = [channel.id]
    return {}


@method("pins.remove", tier=2, scopes=("pins:write",), needs={"channel": TEXT}, takes={"timestamp": TEXT})
async def pins_remove(request: Request) -> Answer:
    """Take a pin off; raises `no_pin`."""
    channel, message = _message(request)
    if message not in _pinned(channel):
        raise SlackError("no_pin")
    del message["pinned_to"]
    return {}


@method("pins.list", tier=2, scopes=("pins:read",), needs={"channel": TEXT})
async def pins_list(request: Request) -> Answer:
    """A conversation's pinned messages, the newest first."""
    channel = request.channel(member=True)
    items = [
        {"type": "message", "channel": channel.id, "message": message}
        for message in reversed(_pinned(channel))
    ]
    return {"items": items}
