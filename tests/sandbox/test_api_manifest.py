"""Installing an app from its manifest, and the manifests that Slack would not take."""

import copy
from typing import Any

import pytest

from sandbox.manifest import ManifestError, faults_of, install
from sandbox.records import App, SlashCommand
from sandbox.workspace import Workspace


@pytest.fixture
def manifest(app: App) -> dict[str, Any]:
    """A copy of a manifest that is in order."""
    return copy.deepcopy(app.manifest)


def put(manifest: dict[str, Any], place: str, value: Any) -> None:
    """Sets the value at `a/b/c`; None takes it away."""
    *path, last = place.split("/")
    for key in path:
        manifest = manifest.setdefault(key, {})
    if value is None:
        manifest.pop(last)
    else:
        manifest[last] = value


def test_an_app_is_what_its_manifest_says(app: App, workspace: Workspace) -> None:
    bot = workspace.users[app.bot_user_id]

    assert (app.name, bot.name, bot.is_bot, bot.bot_id) == ("Almanac", "almanac", True, app.bot_id)
    assert app.commands["/form"] == SlashCommand("/form", "Opens a form", "[title]")
    assert [shortcut.callback_id for shortcut in app.shortcuts] == ["new_note", "keep"]
    assert (app.socket_mode, app.interactivity, app.home_tab, app.messages_tab) == (True, True, True, True)
    assert "message.im" in app.events
    assert app.bot_token.startswith("xoxb-")
    assert app.app_token.startswith(f"xapp-1-{app.id}-")
    assert len(app.signing_secret) == 32


def test_two_apps_share_no_secret(app: App, workspace: Workspace, manifest: dict[str, Any]) -> None:
    other = install(workspace, manifest)

    secrets = {app.bot_token, app.app_token, app.signing_secret, app.id, app.bot_id, app.bot_user_id}
    theirs = {
        other.bot_token,
        other.app_token,
        other.signing_secret,
        other.id,
        other.bot_id,
        other.bot_user_id,
    }
    assert secrets & theirs == set()


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        (
            "display_information/name",
            "x" * 36,
            "/display_information/name: must have 1 to 35 characters, has 36",
        ),
        ("display_information/name", None, "/display_information/name: missing"),
        ("display_information/description", "x" * 141, "must have 1 to 140 characters, has 141"),
        ("display_information/long_description", "short", "must have 174 to 4000 characters, has 5"),
        ("display_information/background_color", "blue", "must be a colour such as #0a7aff"),
        ("display_info", {}, "/display_info: unknown property; known: _metadata, display_information, "),
        ("features/bot_user/display_name", "söme", "must be of letters, digits, ' ', '.', '_', '-'"),
        ("features/bot_user/always_online", "yes", "must be true or false"),
        ("features/app_home/home_tab", True, "/features/app_home/home_tab: unknown property; known: "),
        ("features/bot_user", None, "/features/bot_user: missing, and there are bot scopes"),
        (
            "features/slash_commands",
            [{"command": "form", "description": "d"}],
            "/features/slash_commands: /0/command: must be a slash and a name without capitals or spaces",
        ),
        ("features/slash_commands", [{"command": "/form"}], "/0/description: missing"),
        (
            "features/slash_commands",
            [{"command": "/form", "description": "d"}] * 2,
            "/features/slash_commands: /form is there twice",
        ),
        (
            "features/shortcuts",
            [{"name": "n", "callback_id": "c", "description": "d", "type": "channel"}],
            "/0/type: must be one of global, message",
        ),
        (
            "features/shortcuts",
            [
                {"name": "n", "callback_id": f"c{number}", "description": "d", "type": "global"}
                for number in range(11)
            ],
            "at most 10 entries, has 11",
        ),
        ("oauth_config/scopes/bot", ["commands", "chat:writ"], "/1: must be one of app_mentions:read, "),
        (
            "settings/event_subscriptions/bot_events",
            ["message.app_home"],
            "/0: must be one of app_home_opened, ",
        ),
        (
            "settings/event_subscriptions/bot_events",
            ["message.im", "message.im"],
            "message.im is there twice",
        ),
        ("settings/interactivity/is_enabled", False, "/settings/interactivity: shortcuts need interactivity"),
        ("settings/interactivity/request_url", "example.org", "must be an http(s) address"),
        ("settings/token_rotation_enabled", True, "must be one of False"),
        ("settings", [], "/settings: must be an object"),
    ],
)
def test_a_fault_is_named_with_its_place(
    manifest: dict[str, Any], place: str, value: Any, fault: str
) -> None:
    put(manifest, place, value)

    (sentence,) = faults_of(manifest)

    assert fault in sentence


def test_an_event_needs_its_scope(manifest: dict[str, Any]) -> None:
    manifest["oauth_config"]["scopes"]["bot"].remove("im:history")

    assert faults_of(manifest) == ["/settings/event_subscriptions/bot_events: message.im needs im:history"]


def test_commands_need_their_scope(manifest: dict[str, Any]) -> None:
    manifest["oauth_config"]["scopes"]["bot"].remove("commands")

    assert faults_of(manifest) == [
        "/oauth_config/scopes/bot: slash commands and shortcuts need the scope commands"
    ]


def test_without_socket_mode_everything_needs_an_address(manifest: dict[str, Any]) -> None:
    manifest["settings"]["socket_mode_enabled"] = False

    assert faults_of(manifest) == [
        "/features/slash_commands: /hello needs a url without Socket Mode",
        "/features/slash_commands: /form needs a url without Socket Mode",
        "/settings/event_subscriptions: needs a request_url or Socket Mode",
        "/settings/interactivity: needs a request_url or Socket Mode",
    ]


def test_all_faults_are_named_at_once_and_nothing_is_installed(
    workspace: Workspace, app: App, manifest: dict[str, Any]
) -> None:
    put(manifest, "display_information/name", "")
    put(manifest, "features/bot_user/always_online", 1)
    put(manifest, "settings/socket_mode", True)

    with pytest.raises(ManifestError) as refused:
        install(workspace, manifest)

    places = [fault.partition(":")[0] for fault in refused.value.faults]
    assert places == [
        "/display_information/name",
        "/features/bot_user/always_online",
        "/settings/socket_mode",
    ]
    assert list(workspace.apps) == [app.id]


@pytest.mark.parametrize("manifest", [None, [], "name", {}])
def test_what_is_no_manifest_is_refused(workspace: Workspace, manifest: Any) -> None:
    with pytest.raises(ManifestError):
        install(workspace, manifest)
