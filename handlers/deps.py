"""What a handler is handed: the database, the clock, Slack's client and the commands' prefix."""

from collections.abc import Callable
from dataclasses import field
from datetime import datetime

from slack_sdk.web.async_client import AsyncWebClient

from bot.clock import Clock
from bot.domain.ids import TeamId
from bot.domain.values import dataclass
from handlers.background import Background
from storage.db import Database


@dataclass(frozen=True, kw_only=True)
class Deps:
    """Given to each feature's `register(app, deps)`.

    A handler need not wake the dispatcher: whoever takes a delivery in does so once it is answered.
    """

    db: Database
    clock: Clock
    client_for: Callable[[TeamId], AsyncWebClient]
    """A workspace's client. It retries nothing by itself. Raises KeyError for a workspace not served here."""
    on_behind: Callable[[], None] = lambda: None
    """Told when a channel's past is to be read."""
    prefix: str = ""
    """Letters before each command's name, for workspaces where a name is taken."""
    background: Background = field(default_factory=Background)
    """For what takes longer than an acknowledgement may."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return self.clock.now()

    def command(self, name: str) -> str:
        """A command as it is registered and typed here: `homework` → `/homework`, `/cbahomework`."""
        return f"/{self.prefix}{name}"
