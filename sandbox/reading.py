"""Reading the workspace's messages: their words, whom they mention, what is unread, what a search finds."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.records import Channel
from sandbox.workspace import Workspace

MOST_UNREAD = 100
"""Beyond this many, unread messages are not counted on."""
MOST_FOUND = 30
MOST_THREADS = 50
"""So many of the threads that somebody follows are listed, the latest first."""
_TO_ALL = ("<!channel", "<!here", "<!everyone")
_SKIPPED = frozenset({"type", "block_id", "action_id", "url", "image_url", "value", "style", "metadata"})


@dataclass(frozen=True)
class Unread:
    """How much of a conversation somebody has not read: messages, and those of them that mention them."""

    count: int = 0
    mentions: int = 0


@dataclass(frozen=True, kw_only=True)
class Thread:
    """A thread that somebody follows: they began it, replied in it, or are called by name in it."""

    channel_id: str
    ts: str
    """Of its first message."""
    text: str
    """The first message's; empty where that was deleted."""
    latest: str
    """The `ts` of the last reply."""
    unread: Unread


def is_top_level(message: dict[str, Any]) -> bool:
    """Whether a message stands in the conversation itself, not only in a thread."""
    thread_ts = message.get("thread_ts")
    return not thread_ts or thread_ts == message["ts"] or message.get("subtype") == "thread_broadcast"


def sees(channel: Channel, user_id: str) -> bool:
    """Whether a conversation is open to somebody."""
    return channel.kind == "public" or user_id in channel.members


def words(message: dict[str, Any]) -> Iterator[str]:
    """Every text of a message: its own, its blocks', its attachments', the names of its files."""
    yield str(message.get("text") or "")
    for part in ("blocks", "attachments"):
        yield from _texts(message.get(part))
    for file in message.get("files") or ():
        yield str(file.get("name") or "")


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        if value.get("type") == "user":
            yield f"<@{value.get('user_id')}>"
        for key, one in value.items():
            if isinstance(one, str) and key not in _SKIPPED:
                yield one
            elif not isinstance(one, str):
                yield from _texts(one)


def mentions(message: dict[str, Any], user_id: str) -> bool:
    """Whether a message calls somebody by name, or everybody in the conversation."""
    return _names(message, user_id) or any(sign in text for text in words(message) for sign in _TO_ALL)


def _names(message: dict[str, Any], user_id: str) -> bool:
    return any(f"<@{user_id}" in text for text in words(message))


def counts(message: dict[str, Any], user_id: str) -> bool:
    """Whether a message is news in its conversation for somebody: somebody else's, and no mere reply."""
    return message.get("user") != user_id and is_top_level(message)


def unread(workspace: Workspace, channel: Channel, user_id: str) -> Unread:
    """What is new to a member since they last looked; who looks in from outside has nothing unread."""
    if user_id not in channel.members:
        return Unread()
    read_to = workspace.read_to.get((channel.id, user_id), "")
    # Replies are read, and count, in their threads.
    return _since(filter(is_top_level, reversed(channel.messages)), user_id, read_to)


def _since(latest_first: Iterable[dict[str, Any]], user_id: str, read_to: str) -> Unread:
    count = called = 0
    for message in latest_first:
        # Whoever writes has read what was there.
        if message["ts"] <= read_to or message.get("user") == user_id or count == MOST_UNREAD:
            break
        count += 1
        called += mentions(message, user_id)
    return Unread(count, called)


def thread_of(workspace: Workspace, channel: Channel, thread_ts: str, user_id: str) -> Thread | None:
    """A thread as somebody follows it; None for one that they do not follow, or that has no reply."""
    said = [one for one in channel.messages if thread_ts in (one["ts"], one.get("thread_ts"))]
    return _followed(workspace, channel, said, user_id)


def followed(workspace: Workspace, user_id: str) -> list[Thread]:
    """The threads that somebody follows, the latest first."""
    threads: list[Thread] = []
    for channel in workspace.channels.values():
        if user_id not in channel.members:
            continue
        said: dict[str, list[dict[str, Any]]] = {}
        for message in channel.messages:
            said.setdefault(message.get("thread_ts") or message["ts"], []).append(message)
        own = (_followed(workspace, channel, of_one, user_id) for of_one in said.values() if len(of_one) > 1)
        threads += [thread for thread in own if thread]
    return sorted(threads, key=lambda one: one.latest, reverse=True)[:MOST_THREADS]


def _followed(
    workspace: Workspace, channel: Channel, said: list[dict[str, Any]], user_id: str
) -> Thread | None:
    """said: the thread's messages, in order; its first is missing where that was deleted."""
    replies = [one for one in said if one.get("thread_ts") not in (None, one["ts"])]
    if not replies or user_id not in channel.members:
        return None
    if not any(one.get("user") == user_id or _names(one, user_id) for one in said):
        return None
    ts = replies[0]["thread_ts"]
    read_to = workspace.thread_read_to.get((channel.id, ts, user_id), "")
    return Thread(
        channel_id=channel.id,
        ts=ts,
        text=said[0].get("text", "") if said[0]["ts"] == ts else "",
        latest=replies[-1]["ts"],
        unread=_since(reversed(replies), user_id, read_to),
    )


def found(workspace: Workspace, user_id: str, sought: str) -> list[dict[str, Any]]:
    """The messages that somebody may see and that have every word of `sought`, the newest first."""
    parts = _folded(sought).split()
    if not parts:
        return []
    hits: list[dict[str, Any]] = []
    for channel in workspace.channels.values():
        if not sees(channel, user_id):
            continue
        here = 0
        for message in reversed(channel.messages):
            text = _folded(" ".join(words(message)))
            if all(part in text for part in parts):
                hits.append({"channel": channel.id, "message": message})
                here += 1
                if here == MOST_FOUND:
                    break
    hits.sort(key=lambda hit: str(hit["message"]["ts"]), reverse=True)
    return hits[:MOST_FOUND]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
