"""A workspace in this process: a clock that stands still, five people, three channels, one app, real HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.patience import PATIENCE_S
from sandbox.records import App, Channel
from sandbox.server import Sandbox
from sandbox.workspace import Workspace

START = datetime(2023, 6, 6, 9, 0, tzinfo=UTC)

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Almanac"},
    "features": {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
        "bot_user": {"display_name": "almanac", "always_online": True},
        "slash_commands": [
            {"command": "/hello", "description": "Says hello", "should_escape": False},
            {"command": "/form", "description": "Opens a form", "usage_hint": "[title]"},
        ],
        "shortcuts": [
            {"name": "New note", "callback_id": "new_note", "description": "Note", "type": "global"},
            {"name": "Keep", "callback_id": "keep", "description": "Keep it", "type": "message"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "app_mentions:read",
                "channels:history",
                "channels:join",
                "channels:manage",
                "channels:read",
                "chat:write",
                "commands",
                "emoji:read",
                "files:read",
                "files:write",
                "groups:history",
                "groups:read",
                "groups:write",
                "im:history",
                "im:read",
                "im:write",
                "mpim:history",
                "mpim:read",
                "mpim:write",
                "reactions:read",
                "reactions:write",
                "team:read",
                "usergroups:read",
                "usergroups:write",
                "users.profile:read",
                "users:read",
                "users:read.email",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                "app_home_opened",
                "app_mention",
                "member_joined_channel",
                "message.channels",
                "message.groups",
                "message.im",
                "reaction_added",
                "reaction_removed",
                "team_join",
                "user_change",
            ]
        },
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


@pytest.fixture
def clock() -> Clock:
    """Stands still at 6 June 2023, 9:00 UTC, until a test moves it."""
    return Clock(START, ticking=False)


@pytest.fixture
def workspace(clock: Clock) -> Workspace:
    """UANN (owner), UBEN, UCLEO, UDINA and the deactivated UEGON; no app yet.

    #general (CGENERAL): the active ones; #quiet (CQUIET): Ann; private #council (CCOUNCIL): Ann, Ben.
    """
    workspace = Workspace(clock=clock)
    for name, zone in (
        ("Ann", "Europe/Rome"),
        ("Ben", "Europe/Lisbon"),
        ("Cleo", "Asia/Kolkata"),
        ("Dina", "America/New_York"),
        ("Egon", "Europe/Berlin"),
    ):
        workspace.add_user(
            name.lower(),
            user_id=f"U{name.upper()}",
            real_name=f"{name} Example",
            email=f"{name.lower()}@example.org",
            tz=zone,
            is_owner=name == "Ann",
            is_admin=name == "Ann",
            deleted=name == "Egon",
        )
    everyone = ["UANN", "UBEN", "UCLEO", "UDINA"]
    workspace.add_channel("general", members=everyone, channel_id="CGENERAL")
    workspace.add_channel("quiet", members=["UANN"], channel_id="CQUIET")
    workspace.add_channel("council", members=["UANN", "UBEN"], channel_id="CCOUNCIL", private=True)
    return workspace


@pytest.fixture
def app(workspace: Workspace) -> App:
    """The app of MANIFEST, in Socket Mode; its bot is a member of #general."""
    app = install(workspace, MANIFEST)
    workspace.join("CGENERAL", app.bot_user_id)
    return app


@pytest.fixture
def general(workspace: Workspace, app: App) -> Channel:
    """#general, with the bot in it."""
    return workspace.channel("CGENERAL")


@pytest.fixture
async def sandbox(workspace: Workspace, app: App) -> AsyncIterator[Sandbox]:
    """The workspace served on a free port, without rate limits, for apps that may take their time."""
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        sandbox.delivery.ack_within_s = PATIENCE_S
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox, app: App) -> AsyncWebClient:
    """slack_sdk's client with the bot token, which tries nothing twice by itself."""
    return AsyncWebClient(token=app.bot_token, base_url=sandbox.api_url, retry_handlers=[])


Refused = Callable[[Awaitable[Any]], Awaitable[str]]


@pytest.fixture
def refused() -> Refused:
    """Awaits a call of the client that Slack refuses; gives the error's name."""

    async def error_of(call: Awaitable[Any]) -> str:
        with pytest.raises(SlackApiError) as error:
            await call
        return str(error.value.response["error"])

    return error_of
