"""What an import must know of the Slack workspace besides its people."""

from dataclasses import dataclass

from bot.domain.ids import ChannelId, UserId


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A public or private channel that the bot can see; private ones only where it is a member."""

    id: ChannelId
    name: str
    is_member: bool
    """Whether the bot is in it, and so can post there."""
    is_archived: bool = False


@dataclass(frozen=True, kw_only=True)
class UserGroup:
    """A user group that is not disabled, such as @organisers."""

    id: str
    handle: str
    user_ids: tuple[UserId, ...]
