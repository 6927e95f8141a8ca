"""Installing an app from its manifest, with every fault of the manifest named at once."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.records import App, Shortcut, SlashCommand
from sandbox.workspace import Workspace

Check = Callable[[Any], str]
"""What is wrong with a value; empty if nothing is."""
Shape = dict[str, "Check | Shape"]

SCOPES_OF_EVENTS: dict[str, tuple[str, ...]] = {
    "app_home_opened": (),
    "app_mention": ("app_mentions:read",),
    "app_uninstalled": (),
    "channel_archive": ("channels:read",),
    "channel_created": ("channels:read",),
    "channel_deleted": ("channels:read",),
    "channel_rename": ("channels:read",),
    "channel_unarchive": ("channels:read",),
    "file_shared": ("files:read",),
    "group_archive": ("groups:read",),
    "group_rename": ("groups:read",),
    "group_unarchive": ("groups:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "message.mpim": ("mpim:history",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "subteam_created": ("usergroups:read",),
    "subteam_members_changed": ("usergroups:read",),
    "subteam_updated": ("usergroups:read",),
    "team_join": ("users:read",),
    "tokens_revoked": (),
    "user_change": ("users:read",),
}
"""The bot events there are, each with the scopes of which the app needs one."""

BOT_SCOPES = frozenset(
    {scope for scopes in SCOPES_OF_EVENTS.values() for scope in scopes}
    | {
        f"{group}:{verb}"
        for group in ("channels", "groups", "im", "mpim")
        for verb in ("read", "history", "write", "write.invites", "write.topic")
        if (group, verb) != ("channels", "write") and not (group.endswith("im") and verb == "write.invites")
    }
    | {
        "bookmarks:read",
        "bookmarks:write",
        "channels:join",
        "channels:manage",
        "chat:write",
        "chat:write.customize",
        "chat:write.public",
        "commands",
        "dnd:read",
        "emoji:read",
        "files:read",
        "files:write",
        "links:read",
        "links:write",
        "metadata.message:read",
        "pins:read",
        "pins:write",
        "reactions:write",
        "reminders:read",
        "reminders:write",
        "team:read",
        "usergroups:write",
        "users.profile:read",
        "users:read.email",
        "users:write",
    }
)


class ManifestError(ValueError):
    """A manifest that Slack would not take.

    faults: one sentence each, beginning with the place as a JSON pointer.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def install(workspace: Workspace, manifest: dict[str, Any]) -> App:
    """Install an app as its manifest describes it, with a bot user of its own.

    manifest: of Slack's schema: display_information, features, oauth_config, settings.
    Returns the app with its tokens. Raises ManifestError; nothing is changed then.
    """
    if faults := faults_of(manifest):
        raise ManifestError(faults)
    features, settings = manifest.get("features", {}), manifest.get("settings", {})
    subscriptions = settings.get("event_subscriptions", {})
    interactivity = settings.get("interactivity", {})
    home = features.get("app_home", {})
    app_id, bot_id = workspace.new_id("A"), workspace.new_id("B")
    name = manifest["display_information"]["name"]
    shown = features.get("bot_user", {}).get("display_name", name)
    user = workspace.add_user(
        re.sub(r"[^a-z0-9]+", "", shown.lower()) or "bot",
        real_name=shown,
        is_bot=True,
        app_id=app_id,
        bot_id=bot_id,
    )
    app = App(
        id=app_id,
        name=name,
        bot_user_id=user.id,
        bot_id=bot_id,
        bot_token=f"xoxb-{_digits(workspace, 12)}-{_digits(workspace, 13)}-{workspace.new_secret(24)}",
        app_token=f"xapp-1-{app_id}-{_digits(workspace, 13)}-{workspace.new_secret(64)}",
        signing_secret=workspace.new_secret(32),
        client_id=f"{_digits(workspace, 12)}.{_digits(workspace, 13)}",
        scopes=list(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
        events=list(subscriptions.get("bot_events", [])),
        commands={one["command"]: SlashCommand(**one) for one in features.get("slash_commands", [])},
        shortcuts=[Shortcut(**one) for one in features.get("shortcuts", [])],
        socket_mode=settings.get("socket_mode_enabled", False),
        home_tab=home.get("home_tab_enabled", False),
        messages_tab=home.get("messages_tab_enabled", True),
        interactivity=interactivity.get("is_enabled", False),
        request_url=subscriptions.get("request_url", ""),
        interactivity_url=interactivity.get("request_url", ""),
        manifest=manifest,
    )
    workspace.apps[app.id] = app
    return app


def _digits(workspace: Workspace, length: int) -> str:
    return str(int(workspace.new_secret(length), 16) % 10**length).zfill(length)


def faults_of(manifest: Any) -> list[str]:
    """All that is wrong with a manifest, a sentence each; empty if Slack would take it."""
    faults: list[str] = []
    _against(_SCHEMA, manifest, "", faults)
    if not faults:
        faults = _between_parts(manifest)
    return faults


def _against(shape: Shape, value: Any, pointer: str, faults: list[str]) -> None:
    if not isinstance(value, dict):
        faults.append(f"{pointer or '/'}: must be an object")
        return
    for key in value:
        if key not in shape and f"{key}!" not in shape:
            faults.append(f"{pointer}/{key}: unknown property; known: {', '.join(_names(shape))}")
    for declared, rule in shape.items():
        key, is_needed = declared.rstrip("!"), declared.endswith("!")
        if key not in value:
            if is_needed:
                faults.append(f"{pointer}/{key}: missing")
        elif isinstance(rule, dict):
            _against(rule, value[key], f"{pointer}/{key}", faults)
        elif wrong := rule(value[key]):
            faults.append(f"{pointer}/{key}: {wrong}")


def _names(shape: Shape) -> list[str]:
    return sorted(name.rstrip("!") for name in shape)


def _text(most: int, *, least: int = 1, like: str = "", means: str = "") -> Check:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            return "must be a text"
        if not least <= len(value) <= most:
            return f"must have {least} to {most} characters, has {len(value)}"
        return f"must be {means}" if like and not re.fullmatch(like, value) else ""

    return check


def _truth(value: Any) -> str:
    return "" if isinstance(value, bool) else "must be true or false"


def _one_of(*allowed: Any) -> Check:
    return lambda value: "" if value in allowed else f"must be one of {', '.join(map(str, allowed))}"


def _each(rule: Check | Shape, *, most: int, unique: str = "") -> Check:
    """A list of at most `most`; unique: the field that must not repeat (`.`: the entries themselves)."""

    def check(value: Any) -> str:
        if not isinstance(value, list):
            return "must be a list"
        found: list[str] = [f"at most {most} entries, has {len(value)}"] if len(value) > most else []
        for index, entry in enumerate(value):
            if isinstance(rule, dict):
                _against(rule, entry, f"/{index}", found)
            elif wrong := rule(entry):
                found.append(f"/{index}: {wrong}")
        if unique and not found:
            keys = [entry if unique == "." else entry[unique] for entry in value]
            found += [f"{key} is there twice" for key in sorted({k for k in keys if keys.count(k) > 1})]
        return "; ".join(found)

    return check


_URL = _text(3000, like=r"https?://\S+", means="an http(s) address")
_SCHEMA: Shape = {
    "_metadata": {"major_version": _one_of(1, 2), "minor_version": _one_of(0, 1)},
    "display_information!": {
        "name!": _text(35),
        "description": _text(140),
        "long_description": _text(4000, least=174),
        "background_color": _text(7, like=r"#([0-9A-Fa-f]{3}){1,2}", means="a colour such as #0a7aff"),
    },
    "features": {
        "app_home": {
            "home_tab_enabled": _truth,
            "messages_tab_enabled": _truth,
            "messages_tab_read_only_enabled": _truth,
        },
        "bot_user": {
            "display_name!": _text(
                80, like=r"[A-Za-z0-9 ._-]+", means="of letters, digits, ' ', '.', '_', '-'"
            ),
            "always_online": _truth,
        },
        "slash_commands": _each(
            {
                "command!": _text(
                    32, like=r"/[^\sA-Z/]+", means="a slash and a name without capitals or spaces"
                ),
                "description!": _text(2000),
                "usage_hint": _text(1000),
                "should_escape": _truth,
                "url": _URL,
            },
            most=50,
            unique="command",
        ),
        "shortcuts": _each(
            {
                "name!": _text(24),
                "callback_id!": _text(255),
                "description!": _text(150),
                "type!": _one_of("global", "message"),
            },
            most=10,
            unique="callback_id",
        ),
        "unfurl_domains": _each(_text(255), most=5, unique="."),
    },
    "oauth_config": {
        "redirect_urls": _each(_URL, most=1000),
        "scopes": {"bot": _each(_one_of(*sorted(BOT_SCOPES)), most=255, unique=".")},
        "token_management_enabled": _truth,
    },
    "settings": {
        "allowed_ip_address_ranges": _each(_text(43), most=10),
        "event_subscriptions": {
            "request_url": _URL,
            "bot_events": _each(_one_of(*sorted(SCOPES_OF_EVENTS)), most=100, unique="."),
        },
        "interactivity": {"is_enabled!": _truth, "request_url": _URL, "message_menu_options_url": _URL},
        "org_deploy_enabled": _truth,
        "socket_mode_enabled": _truth,
        "token_rotation_enabled": _one_of(False),
        "is_hosted": _one_of(False),
    },
}


def _between_parts(manifest: dict[str, Any]) -> list[str]:
    faults = []
    features, settings = manifest.get("features", {}), manifest.get("settings", {})
    scopes = set(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []))
    subscriptions = settings.get("event_subscriptions", {})
    interactivity = settings.get("interactivity", {})
    by_socket = settings.get("socket_mode_enabled", False)
    if scopes and "bot_user" not in features:
        faults.append("/features/bot_user: missing, and there are bot scopes")
    for command in features.get("slash_commands", []):
        if not by_socket and "url" not in command:
            faults.append(f"/features/slash_commands: {command['command']} needs a url without Socket Mode")
    if (features.get("slash_commands") or features.get("shortcuts")) and "commands" not in scopes:
        faults.append("/oauth_config/scopes/bot: slash commands and shortcuts need the scope commands")
    if features.get("shortcuts") and not interactivity.get("is_enabled"):
        faults.append("/settings/interactivity: shortcuts need interactivity")
    if subscriptions.get("bot_events") and not by_socket and "request_url" not in subscriptions:
        faults.append("/settings/event_subscriptions: needs a request_url or Socket Mode")
    if interactivity.get("is_enabled") and not by_socket and "request_url" not in interactivity:
        faults.append("/settings/interactivity: needs a request_url or Socket Mode")
    for event in subscriptions.get("bot_events", []):
        needed = SCOPES_OF_EVENTS[event]
        if needed and not scopes & set(needed):
            faults.append(f"/settings/event_subscriptions/bot_events: {event} needs {' or '.join(needed)}")
    return faults
