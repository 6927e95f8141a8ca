"""The records a workspace is made of: people, conversations, apps, groups, files; no behaviour here."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class User:
    """A member of the workspace, or an app's bot user."""

    id: str
    name: str
    real_name: str
    title: str = ""
    """What they do, as their profile says it."""
    email: str = ""
    tz: str = "Europe/Brussels"
    is_admin: bool = False
    is_owner: bool = False
    is_bot: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    deleted: bool = False
    app_id: str = ""
    bot_id: str = ""
    locale: str = "en-GB"
    updated: int = 0


@dataclass
class Channel:
    """A conversation: `kind` is one of public, private, im, mpim."""

    id: str
    name: str
    kind: str
    created: int
    creator: str
    members: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    is_archived: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)
    """As the Web API shows them, oldest first; replies too, told apart by `thread_ts`."""


@dataclass
class SlashCommand:
    """A command as an app's manifest declares it; `command` begins with `/`."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False
    url: str = ""


@dataclass
class Shortcut:
    """A shortcut as the manifest declares it; `type` is `global` or `message`."""

    name: str
    callback_id: str
    description: str
    type: str


@dataclass
class App:
    """An app installed in the workspace, as its manifest describes it."""

    id: str
    name: str
    bot_user_id: str
    bot_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    client_id: str
    scopes: list[str]
    events: list[str]
    commands: dict[str, SlashCommand]
    shortcuts: list[Shortcut]
    socket_mode: bool
    home_tab: bool
    messages_tab: bool
    interactivity: bool
    request_url: str = ""
    """Where events go in HTTP mode; commands and interactivity go to their own urls, or here."""
    interactivity_url: str = ""
    manifest: dict[str, Any] = field(default_factory=dict)


@dataclass
class UserGroup:
    """A user group such as @organisers."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)
    is_enabled: bool = True


@dataclass
class File:
    """A file that a person or an app put into the workspace."""

    id: str
    name: str
    title: str
    mimetype: str
    user: str
    created: int
    content: bytes = b""
    channels: list[str] = field(default_factory=list)
    is_complete: bool = True
    alt_txt: str = ""


@dataclass(frozen=True)
class Scheduled:
    """A message that the workspace itself posts at `post_at_s` (seconds since 1970)."""

    id: str
    app_id: str
    channel: str
    post_at_s: int
    created: int
    message: dict[str, Any]


@dataclass(frozen=True)
class Change:
    """Something that happened in the workspace: delivery turns it into Slack's events, the page redraws.

    kind: `message`, `message_changed`, `message_deleted`, `ephemeral`, `ephemeral_changed`,
        `ephemeral_deleted`, `reaction_added`, `reaction_removed`,
        `member_joined_channel`, `member_left_channel`, `channel_created`, `channel_archive`,
        `channel_unarchive`, `channel_rename`, `user_change`, `team_join`, `subteam_updated`,
        `subteam_members_changed`, `file_shared`, `view_opened`, `view_updated`, `view_closed`,
        `home_published`, `app_home_opened`, `channel_marked`, `thread_marked`,
        `im_created`.
    channel: the conversation's id, where there is one.
    user: the person it happened to or who did it; for `ephemeral` and the views the one who sees it.
    body: what the kind needs, as Slack's event carries it.
    """

    kind: str
    channel: str = ""
    user: str = ""
    body: dict[str, Any] = field(default_factory=dict)
