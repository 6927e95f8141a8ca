"""The Slack app manifest: the commands, shortcuts, events and scopes in use, and no others."""

from dataclasses import dataclass
from typing import Any

_NAME = "Alumni Bot"
_EVENTS_PATH = "/slack/events"


@dataclass(frozen=True)
class CommandEntry:
    """A slash command, as Slack lists it and as the README's table shows it."""

    name: str
    """Without slash and prefix."""
    description: str
    usage: str
    everyone: str
    organisers: str


COMMANDS = (
    CommandEntry(
        "academy",
        "The academy: next day, help",
        "next | help",
        "`help` (also with no word, and for a word it does not know) · `next`: the next day of your edition",
        "",
    ),
    CommandEntry(
        "homework",
        "Your homework: what is due, handing in",
        "submit [key] | status [key] | new | extend",
        "the list of your homework · `submit [key]`: hand in, or change what you handed in",
        "`status [key]`: who handed in, who is late or missing · `new` · `extend`: one person's later date",
    ),
    CommandEntry(
        "peers",
        "Peer feedback: your matches, what you owe and got",
        "feedback | pause [until] | resume | plan | status [round]",
        "your matches, what you owe and got · `feedback`: give it · `pause [until]` · `resume`",
        "`plan`: draw a round, correct it, publish it · `status [round]`: who gave, who owes",
    ),
)


@dataclass(frozen=True)
class ShortcutEntry:
    """A shortcut, as Slack lists it."""

    callback_id: str
    name: str
    kind: str
    """`global` or `message`."""
    description: str


SHORTCUTS = (
    ShortcutEntry(
        "submit_homework", "Hand in homework", "global", "Hand in homework, or change what is there"
    ),
)

EVENTS = {
    "app_home_opened": "shows the Home tab",
    "subteam_created": "user groups can name the organisers",
    "subteam_members_changed": "as `subteam_created`",
    "subteam_updated": "as `subteam_created`",
    "team_join": "a newcomer's name and time zone",
    "user_change": "a changed name, time zone or role, and people who leave",
}
"""Event → why."""

SCOPES = {
    "channels:history": "after a lost connection, to see whether a message was posted already",
    "channels:read": "checks that the channels which an edition's file names are there",
    "chat:write": "reminders, receipts and lists",
    "commands": "the slash commands and the shortcut",
    "files:read": "files that are handed in",
    "files:write": "the table of a round of feedback, for organisers",
    "groups:history": "as `channels:history`, where the edition's channel is private",
    "groups:read": "as `channels:read`, where the edition's channel is private",
    "im:history": "as `channels:history`, in direct messages with the bot",
    "im:write": "opens the direct message with a person",
    "mpim:history": "as `channels:history`, in the messages to a pair or group",
    "mpim:write": "opens the group direct message of a pair or group",
    "usergroups:read": "who is in a user group that is named as organisers",
    "users:read": "names and time zones, who is an admin, who has left",
    "users:read.email": "rosters that name people by e-mail address",
}
"""Scope → why."""


def manifest(*, prefix: str = "", http_url: str | None = None) -> dict[str, Any]:
    """The manifest as Slack takes it, in JSON's types.

    prefix: letters before each command's name, as in COMMAND_PREFIX.
    http_url: the bot's public address for HTTP mode, such as `https://bot.example.org`; None is Socket Mode.
    """
    url = f"{http_url.rstrip('/')}{_EVENTS_PATH}" if http_url else None
    request_url = {"request_url": url} if url else {}
    return {
        "display_information": {
            "name": _NAME,
            "description": "Homework, reminders and the network of an academy and its alumni.",
            "background_color": "#1d4e6b",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": _NAME, "always_online": True},
            "shortcuts": [
                {
                    "name": shortcut.name,
                    "type": shortcut.kind,
                    "callback_id": shortcut.callback_id,
                    "description": shortcut.description,
                }
                for shortcut in SHORTCUTS
            ],
            "slash_commands": [
                {
                    "command": f"/{prefix}{command.name}",
                    **({"url": url} if url else {}),
                    "description": command.description,
                    "usage_hint": command.usage,
                    # Names come with their ids: `/homework extend @name`.
                    "should_escape": True,
                }
                for command in COMMANDS
            ],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**request_url, "bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True, **request_url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": url is None,
            "token_rotation_enabled": False,
        },
    }
