"""A message of a channel as the log reads it, and its text as people saw it."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.domain.ids import ChannelId, UserId
from bot.domain.values import dataclass

CHECK = "white_check_mark"
"""The emoji that accepts an answer."""
ASKING = frozenset({"question", "grey_question"})
"""The emoji that make a message a question."""

_MARKED_UP = re.compile(r"<([^<>\n]*)>")
_SAID_BY_PEOPLE = frozenset({"", "file_share", "me_message", "thread_broadcast"})


@dataclass(frozen=True, kw_only=True)
class ChannelMessage:
    """A message of a channel, as Slack tells of it."""

    channel_id: ChannelId
    ts: str
    author_id: UserId | None
    text: str
    """In Slack's markup."""
    thread_ts: str | None = None
    """The root of the thread that it is in; its own ts where it is the root of one."""
    subtype: str = ""
    is_from_app: bool = False
    file_names: tuple[str, ...] = ()
    edited_ts: str | None = None
    reactions: tuple[tuple[str, UserId], ...] = ()
    """Each emoji's name with somebody who gave it."""
    has_replies: bool = False

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread, below another message."""
        return self.thread_ts not in (None, self.ts)

    @property
    def is_said_by_a_person(self) -> bool:
        """Whether somebody wrote it: no app, no note of Slack's such as that somebody joined."""
        return self.author_id is not None and not self.is_from_app and self.subtype in _SAID_BY_PEOPLE

    @property
    def said_at(self) -> datetime:
        """The instant of its ts, UTC."""
        return instant_of(self.ts)

    def has_reaction(self, name: str, user_id: UserId) -> bool:
        """Whether that person gave it that emoji."""
        return (name, user_id) in self.reactions


def read_message(given: Mapping[str, Any], *, channel_id: ChannelId) -> ChannelMessage:
    """A message from Slack's message object, as events, histories and exports have it."""
    author = given.get("user")
    edited = given.get("edited") or {}
    return ChannelMessage(
        channel_id=channel_id,
        ts=str(given["ts"]),
        author_id=UserId(author) if isinstance(author, str) and author else None,
        text=str(given.get("text") or ""),
        thread_ts=given.get("thread_ts"),
        subtype=given.get("subtype") or "",
        is_from_app=bool(given.get("bot_id")) or author == "USLACKBOT",
        file_names=tuple(
            str(file.get("name") or file.get("title") or "a file")
            for file in given.get("files") or ()
            if file.get("mode") != "tombstone"
        ),
        edited_ts=edited.get("ts"),
        reactions=tuple(
            (str(one["name"]).partition("::")[0], UserId(user_id))
            for one in given.get("reactions") or ()
            for user_id in one.get("users") or ()
        ),
        has_replies=bool(given.get("reply_count")),
    )


def instant_of(ts: str) -> datetime:
    """The instant in UTC that a message's ts names. Raises ValueError where it names none."""
    return datetime.fromtimestamp(float(ts), UTC)


def mentioned(text: str) -> set[UserId]:
    """Whom a text in Slack's markup mentions."""
    inner = (found.group(1) for found in _MARKED_UP.finditer(text))
    return {UserId(one[1:].partition("|")[0]) for one in inner if one[:2] in ("@U", "@W")}


def readable(text: str, name_of: Callable[[UserId], str] = str) -> str:
    """A text in Slack's markup as people saw it: names for ids, addresses as they are, nothing escaped.

    name_of: somebody's name by their id.
    """

    def seen(found: re.Match[str]) -> str:
        target, _, label = found.group(1).partition("|")
        if target.startswith("@"):
            return f"@{name_of(UserId(target[1:])) or label}"
        if target.startswith("#"):
            return f"#{label or target[1:]}"
        if target.startswith("!"):
            return label or f"@{target[1:].partition('^')[0]}"
        return f"{label} ({target})" if label and label not in target else target

    plain = _MARKED_UP.sub(seen, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
