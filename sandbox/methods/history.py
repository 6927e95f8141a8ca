"""conversations.history and conversations.replies: what was said, newest first, or thread by thread."""

from typing import Any

from sandbox.arguments import TEXT, TRUTH, WHOLE, Answer, method
from sandbox.calls import Request, every, read_cursor, write_cursor
from sandbox.errors import SlackError

_SPAN = {
    "cursor": TEXT,
    "limit": WHOLE,
    "latest": TEXT,
    "oldest": TEXT,
    "inclusive": TRUTH,
    "include_all_metadata": TRUTH,
}
_END_OF_TIME_US = 10**17
_MOST = 999

Message = dict[str, Any]


def micros(ts: str) -> int:
    """The microseconds since 1970 in a `ts`, exactly; raises ValueError."""
    seconds, _, rest = ts.partition(".")
    if not seconds.isdecimal() or (rest and not rest.isdecimal()):
        raise ValueError(f"no ts: {ts!r}")
    return int(seconds) * 1_000_000 + int(rest.ljust(6, "0")[:6] or "0")


def shown(message: Message, *, all_metadata: bool) -> Message:
    """A message as an app reads it: of its metadata only the type, unless it asked for all."""
    if all_metadata or "metadata" not in message:
        return message
    return {**message, "metadata": {"event_type": message["metadata"]["event_type"]}}


def _instant_us(request: Request, name: str, default_us: int) -> int:
    given = request.text(name)
    if given in {"", "now"}:
        return default_us
    try:
        return micros(given)
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _within(request: Request, messages: list[Message]) -> list[Message]:
    oldest_us = _instant_us(request, "oldest", -1)
    latest_us = _instant_us(request, "latest", _END_OF_TIME_US)
    if request.truth("inclusive"):
        oldest_us, latest_us = oldest_us - 1, latest_us + 1
    return [message for message in messages if oldest_us < micros(message["ts"]) < latest_us]


@method(
    "conversations.history",
    tier=3,
    scopes=every("history"),
    needs={"channel": TEXT},
    takes=_SPAN,
)
async def conversations_history(request: Request) -> Answer:
    """A conversation's messages, newest first; of threads the roots, and replies sent to the channel too."""
    channel = request.channel(verb="history", member=True)
    limit = request.limit(default=100, most=_MOST)
    top = [message for message in channel.messages if _in_channel(message)]
    found = sorted(_within(request, top), key=lambda message: micros(message["ts"]), reverse=True)
    if cursor := request.text("cursor"):
        before_us = read_cursor(cursor, "next_ts")
        found = [message for message in found if micros(message["ts"]) <= before_us]
    page, rest = found[:limit], found[limit:]
    answer = _answer(request, page, rest)
    if request.text("latest"):
        answer["latest"] = request.text("latest")
    if request.text("oldest"):
        answer["oldest"] = request.text("oldest")
    pins = sum("pinned_to" in message for message in channel.messages)
    return {**answer, "pin_count": pins}


def _in_channel(message: Message) -> bool:
    thread_ts = message.get("thread_ts")
    return thread_ts in {None, message["ts"]} or message.get("subtype") == "thread_broadcast"


def _answer(request: Request, page: list[Message], rest: list[Message]) -> Answer:
    all_metadata = request.truth("include_all_metadata")
    answer: Answer = {
        "messages": [shown(message, all_metadata=all_metadata) for message in page],
        "has_more": bool(rest),
    }
    if rest:
        answer["response_metadata"] = {"next_cursor": write_cursor("next_ts", micros(rest[0]["ts"]))}
    return answer


@method(
    "conversations.replies",
    tier=3,
    scopes=every("history"),
    needs={"channel": TEXT, "ts": TEXT},
    takes=_SPAN,
)
async def conversations_replies(request: Request) -> Answer:
    """A thread: its root first, on every page, then the replies, oldest first."""
    channel = request.channel(verb="history", member=True)
    limit = request.limit(default=1000, most=1000)
    root = next((m for m in channel.messages if m["ts"] == request.text("ts")), None)
    if root is None:
        raise SlackError("thread_not_found")
    replies = [
        message
        for message in channel.messages
        if message is not root and message.get("thread_ts") == root["ts"]
    ]
    found = _within(request, replies)
    if cursor := request.text("cursor"):
        from_us = read_cursor(cursor, "next_ts")
        found = [message for message in found if micros(message["ts"]) >= from_us]
    return _answer(request, [root, *found[:limit]], found[limit:])
