"""The manifest: Slack takes it, and it names what the bot listens to, no more and no less."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.app import FEATURES
from bot.cli import main
from bot.manifest import COMMANDS, EVENTS, SCOPES, SHORTCUTS, manifest
from handlers import unknown
from handlers.deps import Deps
from sandbox.clock import Clock
from sandbox.manifest import install
from sandbox.workspace import Workspace
from storage.db import Database


def installed(described: dict[str, Any]) -> Any:
    return install(Workspace(clock=Clock(datetime(2023, 6, 8, tzinfo=UTC))), described)


@pytest.mark.parametrize("http_url", [None, "https://bot.example.org/"])
def test_slack_takes_it_in_both_modes(http_url: str | None) -> None:
    app = installed(manifest(prefix="cba", http_url=http_url))

    url = "https://bot.example.org/slack/events" if http_url else ""
    assert sorted(app.commands) == ["/cbaacademy", "/cbahomework", "/cbapeers"]
    assert (app.socket_mode, app.request_url, app.interactivity_url) == (not http_url, url, url)
    assert {command.url for command in app.commands.values()} == {url}


class Listening(AsyncApp):
    """A Bolt app that notes what is listened to."""

    def __init__(self) -> None:
        super().__init__(client=AsyncWebClient(), authorize=_nobody, signing_secret="")
        self.commands: set[str] = set()
        self.shortcuts: set[str] = set()
        self.events: set[str] = set()

    def command(self, command: Any, *others: Any, **more: Any) -> Any:
        self.commands.add(command)
        return super().command(command, *others, **more)

    def shortcut(self, constraints: Any, *others: Any, **more: Any) -> Any:
        self.shortcuts.add(constraints)
        return super().shortcut(constraints, *others, **more)

    def event(self, event: Any, *others: Any, **more: Any) -> Any:
        self.events.add(event)
        return super().event(event, *others, **more)


async def _nobody() -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id=None)


def test_it_names_what_is_listened_to(db: Database) -> None:
    bolt = Listening()
    deps = Deps(db=db, clock=Clock(), client_for=lambda team_id: bolt.client)

    for feature in FEATURES:
        if feature is not unknown:
            feature.register(bolt, deps)

    assert bolt.commands == {f"/{command.name}" for command in COMMANDS}
    assert bolt.shortcuts == {shortcut.callback_id for shortcut in SHORTCUTS}
    assert bolt.events == set(EVENTS)


def test_the_command_prints_it_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["manifest", "--prefix", "cba", "--http", "https://bot.example.org"])

    assert (code, json.loads(capsys.readouterr().out)) == (
        0,
        manifest(prefix="cba", http_url="https://bot.example.org"),
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--prefix", "CBA"], "COMMAND_PREFIX must be lower-case letters"),
        (["--http", "http://bot.example.org"], "it must begin with https://"),
    ],
)
def test_a_manifest_that_slack_would_refuse_is_not_printed(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    try:
        code: Any = main(["manifest", *arguments])
    except SystemExit as ended:  # argparse ends the process by itself
        code = ended.code

    shown = capsys.readouterr()
    assert (bool(code), shown.out, said in shown.err) == (True, "", True)


def test_each_scope_has_its_reason_and_a_known_name() -> None:
    assert [
        scope for scope, reason in SCOPES.items() if not reason or not re.fullmatch(r"[a-z:.]+", scope)
    ] == []
