"""One call of a Web API method: what it asks, for which app, what that app may see; and how it is logged."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.errors import SlackError
from sandbox.records import App, Channel
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Item = TypeVar("Item")

SCOPE_GROUPS = {"public": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
"""A conversation's kind → the first half of the scopes that it needs."""


def every(verb: str) -> tuple[str, ...]:
    """The scopes of all kinds of conversation for one verb: `channels:history`, `groups:history`, …"""
    return tuple(f"{group}:{verb}" for group in SCOPE_GROUPS.values())


@dataclass(frozen=True)
class Call:
    """One call as the log keeps it.

    args: as given, without the token. answer: the body sent; empty if none was.
    status: of HTTP; 0 where the connection was closed without an answer. at: instant in UTC.
    app_id: empty where the token named none. agent: who called, as its `User-Agent` says.
    retry_after_s: with a 429, how long the caller was asked to wait.
    """

    method: str
    args: dict[str, Any]
    answer: dict[str, Any]
    status: int
    at: datetime
    app_id: str = ""
    agent: str = ""
    retry_after_s: int = 0


@dataclass
class Request:
    """A call that may run: its app, and its arguments by name, read as declared."""

    sandbox: "Sandbox"
    app: App
    args: dict[str, Any]

    @property
    def workspace(self) -> Workspace:
        """The workspace it is about."""
        return self.sandbox.workspace

    def text(self, name: str) -> str:
        """A text argument; empty where it was not given."""
        return str(self.args.get(name, ""))

    def truth(self, name: str, *, default: bool = False) -> bool:
        """A boolean argument."""
        return bool(self.args.get(name, default))

    def require(self, *scopes: str) -> None:
        """Raises SlackError `missing_scope` unless the app has one of `scopes`."""
        require_scope(self.app, scopes)

    def may_see(self, channel: Channel) -> bool:
        """Whether the app's bot can know of a conversation: a public one, or one that it is in."""
        return channel.kind == "public" or self.app.bot_user_id in channel.members

    def channel(self, name: str = "channel", *, verb: str = "", member: bool = False) -> Channel:
        """The conversation that an argument names.

        verb: `read`, `history`, `write`: the app needs this scope for its kind.
        member: the bot must be in it.
        Raises SlackError `channel_not_found`, `missing_scope`, `not_in_channel`.
        """
        channel = self.workspace.channel(self.text(name))
        if not self.may_see(channel):
            raise SlackError("channel_not_found")
        if verb:
            self.require(f"{SCOPE_GROUPS[channel.kind]}:{verb}")
        if member and self.app.bot_user_id not in channel.members:
            raise SlackError("not_in_channel")
        return channel

    def page(self, items: list[Item], *, default: int = 100, most: int = 1000) -> tuple[list[Item], str]:
        """The part of a list that `cursor` and `limit` ask for, and the next cursor (empty at the end).

        Raises SlackError `invalid_limit` and `invalid_cursor`.
        """
        limit = self.limit(default=default, most=most)
        start = 0
        if cursor := self.text("cursor"):
            start = read_cursor(cursor, "offset")
        following = start + limit
        return items[start:following], write_cursor("offset", following) if following < len(items) else ""

    def limit(self, *, default: int, most: int) -> int:
        """The `limit` argument, at most `most`; raises SlackError `invalid_limit`."""
        limit = int(self.args.get("limit", default)) or default
        if limit < 0:
            raise SlackError("invalid_limit")
        return min(limit, most)


def require_scope(app: App, scopes: tuple[str, ...]) -> None:
    """Raises SlackError `missing_scope` unless the app has one of `scopes` (or none is named)."""
    if scopes and not set(scopes) & set(app.scopes):
        raise SlackError("missing_scope", needed=",".join(scopes), provided=",".join(app.scopes))


def write_cursor(kind: str, position: int) -> str:
    """An opaque cursor, as Slack gives them out."""
    return base64.b64encode(f"{kind}:{position}".encode()).decode()


def read_cursor(cursor: str, kind: str) -> int:
    """The position in a cursor of this kind; raises SlackError `invalid_cursor`."""
    try:
        found, _, position = base64.b64decode(cursor, validate=True).decode().partition(":")
        if found == kind:
            return int(position)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise SlackError("invalid_cursor")
