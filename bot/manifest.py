"""The Slack app manifest: the commands, shortcuts, events and scopes in use, and no others."""

from typing import Any

from bot.domain.values import dataclass

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
        "next | profile | privacy | setup | report | help",
        "`help` (also with no word, and for a word it does not know) · `next`: the next day of your edition"
        " · `profile`: what others see of you · `privacy`: what is kept on you; take it away, delete it",
        "`setup`: all that an edition's file says, in forms; what is ready and what is missing"
        " · `report`: the edition at a glance, what organisers did"
        " · `privacy @name`: pass on what a person asked for",
    ),
    CommandEntry(
        "homework",
        "Your homework: what is due, handing in",
        "submit [key] | status [key] | new | extend",
        "the list of your homework · `submit [key]`: hand in, or change what you handed in",
        "`status [key]`: who handed in, who is late or missing · `new` · `extend`: one person's later date",
    ),
    CommandEntry(
        "ask",
        "Ask the alumni; see first what was answered before",
        "[question]",
        "a form · `question`: asks it, after showing what was answered before",
        "",
    ),
    CommandEntry(
        "questions",
        "Search what was asked and answered",
        "words | open | mine | stats",
        "`words`: the five best answers, only for you · `open` · `mine` · alone: how to search",
        "`stats`: the log in numbers, a chart, a table, what organisers did",
    ),
    CommandEntry(
        "peers",
        "Peer feedback: your matches, what you owe and got",
        "feedback | pause [until] | resume | plan | status [round]",
        "your matches, what you owe and got · `feedback`: give it · `pause [until]` · `resume`",
        "`plan`: draw a round, correct it, publish it · `status [round]`: who gave, who owes",
    ),
    CommandEntry(
        "announce",
        "For organisers: write to everybody concerned, and see who got it",
        "list",
        "",
        "writes an announcement · `list`: drafts, scheduled, being sent, sent, and what became of each",
    ),
    CommandEntry(
        "directory",
        "Find people: by what they know, where they are, what they speak",
        "words",
        "`words`: people who fit, such as `hydrogen funding finland` · alone: how to search, and your card",
        "",
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
    ShortcutEntry("ask", "Ask the alumni", "global", "Ask a question, after seeing what was answered before"),
    ShortcutEntry(
        "submit_homework", "Hand in homework", "global", "Hand in homework, or change what is there"
    ),
    ShortcutEntry("log_question", "Log as question", "message", "Put this message into the question log"),
    ShortcutEntry("accept_answer", "This answers it", "message", "Accept this reply as the answer"),
)

EVENTS = {
    "app_home_opened": "shows the Home tab",
    "channel_archive": "a questions channel was archived",
    "channel_deleted": "nobody sees the questions of a channel that is gone",
    "channel_rename": "searches can name a channel",
    "channel_unarchive": "as `channel_archive`",
    "group_archive": "as `channel_archive`, for private channels",
    "group_rename": "as `channel_rename`, for private channels",
    "group_unarchive": "as `channel_archive`, for private channels",
    "member_joined_channel": (
        "who may see a private channel's questions; a channel's past, once the bot is in; "
        "a welcome to who joins an edition's channel"
    ),
    "member_left_channel": "as `member_joined_channel`",
    "message.channels": "questions and their answers",
    "message.groups": "as `message.channels`, in private channels",
    "reaction_added": "❓ makes a message a question, ✅ accepts an answer",
    "reaction_removed": "✅ taken away makes the question open again",
    "subteam_created": "user groups can name the organisers",
    "subteam_members_changed": "as `subteam_created`",
    "subteam_updated": "as `subteam_created`",
    "team_join": "a newcomer's name and time zone; their welcome",
    "user_change": "a changed name, time zone or role, and people who leave",
}
"""Event → why."""

SCOPES = {
    "channels:history": "questions and answers; after a lost connection, whether a message was posted",
    "channels:read": "the channels that an edition's file names, and who is in those of the question log",
    "chat:write": "reminders, receipts and lists",
    "commands": "the slash commands and the shortcuts",
    "files:read": "files that are handed in, and those that go with an announcement",
    "files:write": "an announcement's files; a person's own data; charts and tables for organisers",
    "groups:history": "as `channels:history`, in private channels",
    "groups:read": "as `channels:read`, for private channels",
    "im:history": "as `channels:history`, in direct messages with the bot",
    "im:write": "opens the direct message with a person",
    "mpim:history": "as `channels:history`, in the messages to a pair or group",
    "mpim:write": "opens the group direct message of a pair or group",
    "reactions:read": "❓ and ✅, which make and settle questions",
    "reactions:write": "a ✅ at a question that was answered",
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
