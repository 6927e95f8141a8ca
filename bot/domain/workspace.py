"""What the bot knows of the Slack workspace besides its people."""

from bot.domain.ids import ChannelId, UserId
from bot.domain.values import dataclass


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


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The workspace that the bot is installed in, and who it is there."""

    url: str
    """With a final slash: `https://alumni.slack.com/`."""
    bot_user_id: UserId

    def permalink(self, channel_id: ChannelId, ts: str) -> str:
        """The address of a message."""
        return f"{self.url}archives/{channel_id}/p{ts.replace('.', '')}"
