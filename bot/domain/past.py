"""Questions of an older group, as files tell of them."""

from datetime import datetime

from bot.domain.ids import ChannelId
from bot.domain.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Someone:
    """Who asked or answered, as far as a file tells."""

    name: str
    email: str = ""
    user_id: str = ""
    """In the workspace that the file comes from."""


@dataclass(frozen=True, kw_only=True)
class PastAnswer:
    """An answer of an older group."""

    by: Someone
    text: str
    answered_at: datetime
    """Instant, UTC."""
    ts: str | None = None
    """Its message, in an export."""
    is_accepted: bool = False


@dataclass(frozen=True, kw_only=True)
class PastQuestion:
    """A question of an older group, with its answers."""

    source: str
    """Names it in the file it comes from, the same each time that it is read."""
    by: Someone
    asked_at: datetime
    """Instant, UTC."""
    title: str
    detail: str = ""
    topic: str = ""
    channel_id: ChannelId | None = None
    """Where it was asked, in an export."""
    ts: str | None = None
    """Its message there."""
    answers: tuple[PastAnswer, ...] = ()
    """Oldest first."""
