"""The bot asks for the scopes that the methods and events of its code need, and for no other."""

import ast
import re
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.manifest import EVENTS, SCOPES

ROOT = Path(__file__).parents[2]

_HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history"}
_CHANNELS = {"channels:read", "groups:read"}  # of direct messages nothing is asked

METHODS: dict[str, set[str]] = {
    "apps_connections_open": set(),  # by the app-level token
    "auth_test": set(),
    "chat_delete": {"chat:write"},
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_history": _HISTORY,
    "conversations_info": _CHANNELS,
    "conversations_list": _CHANNELS,
    "conversations_members": _CHANNELS,
    "conversations_open": {"im:write", "mpim:write"},
    "conversations_replies": _HISTORY,
    "files_completeUploadExternal": {"files:write"},
    "files_upload_v2": {"files:write"},
    "reactions_add": {"reactions:write"},
    "reactions_remove": {"reactions:write"},
    "usergroups_list": {"usergroups:read"},
    "usergroups_users_list": {"usergroups:read"},
    "users_info": {"users:read"},
    "users_list": {"users:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_push": set(),
    "views_update": set(),
}
"""Method → scopes, for the kinds of conversation that the bot asks about; from Slack's reference."""

OF_EVENTS: dict[str, set[str]] = {
    "app_home_opened": set(),
    "channel_archive": {"channels:read"},
    "channel_deleted": {"channels:read"},
    "channel_rename": {"channels:read"},
    "channel_unarchive": {"channels:read"},
    "group_archive": {"groups:read"},
    "group_rename": {"groups:read"},
    "group_unarchive": {"groups:read"},
    "member_joined_channel": _CHANNELS,
    "member_left_channel": _CHANNELS,
    "message.channels": {"channels:history"},
    "message.groups": {"groups:history"},
    "reaction_added": {"reactions:read"},
    "reaction_removed": {"reactions:read"},
    "subteam_created": {"usergroups:read"},
    "subteam_members_changed": {"usergroups:read"},
    "subteam_updated": {"usergroups:read"},
    "team_join": {"users:read"},
    "user_change": {"users:read"},
}

BESIDE = {
    "commands",  # slash commands and shortcuts
    "files:read",  # inputs for files in forms, and the files in messages
    "users:read.email",  # the address in a person's profile
}
"""Scopes that no method or event by itself needs."""


def used() -> set[str]:
    """The methods of Slack's that the code calls, by the name of the client's function."""
    known = {name for name in dir(AsyncWebClient) if re.fullmatch(r"[a-z]+(_[A-Za-z0-9]+)+", name)}
    known -= {"api_call"}
    found = set()
    for folder in ("bot", "handlers"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in known:
                    found.add(node.attr)
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and "." in node.value:
                    found |= {node.value.replace(".", "_")} & known
    return found


def test_each_method_that_the_code_calls_has_its_scopes_here() -> None:
    assert used() == set(METHODS)


def test_each_event_has_its_scopes_here() -> None:
    assert set(OF_EVENTS) == set(EVENTS)


def test_the_scopes_are_those_that_methods_and_events_need_and_no_others() -> None:
    needed = set().union(*METHODS.values(), *OF_EVENTS.values()) | BESIDE

    assert set(SCOPES) == needed
