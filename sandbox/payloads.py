"""What Slack sends when somebody gives a command, clicks, submits or closes: pure builders, no state."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.entries import Values
from sandbox.events import verification_token
from sandbox.records import App, Channel
from sandbox.workspace import Workspace


@dataclass(frozen=True)
class Place:
    """Where an interactive element stands: in a message (`channel_id`, `message`) or in a view."""

    app: App
    channel_id: str = ""
    message: dict[str, Any] | None = None
    view: dict[str, Any] | None = None

    @property
    def key(self) -> str:
        """What is entered here is kept under this: the view's id or the message's ts."""
        return str(self.view["id"]) if self.view else str(self.message and self.message["ts"])

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The blocks, with those of a message's attachments."""
        if self.view:
            return list(self.view["blocks"])
        message = self.message or {}
        attached = [block for one in message.get("attachments", []) for block in one.get("blocks", [])]
        return [*message.get("blocks", []), *attached]

    @property
    def is_ephemeral(self) -> bool:
        """Whether only one person sees it and no history keeps it."""
        return bool(self.message and self.message.get("is_ephemeral"))


def channel_name(channel: Channel) -> str:
    """A conversation's name as payloads carry it."""
    return {"im": "directmessage", "private": "privategroup"}.get(channel.kind, channel.name)


def slash_command(
    workspace: Workspace,
    app: App,
    user_id: str,
    channel: Channel,
    *,
    command: str,
    text: str,
    trigger_id: str,
    response_url: str,
) -> dict[str, Any]:
    """A slash command: flat, all texts."""
    return {
        "token": verification_token(app),
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user_id,
        "user_name": workspace.users[user_id].name,
        "command": command,
        "text": text,
        "api_app_id": app.id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def _base(workspace: Workspace, app: App, user_id: str, kind: str) -> dict[str, Any]:
    user = workspace.users[user_id]
    return {
        "type": kind,
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": workspace.team_id},
        "api_app_id": app.id,
        "token": verification_token(app),
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _located(workspace: Workspace, place: Place, state: Values) -> dict[str, Any]:
    if place.view:
        return {
            "container": {"type": "view", "view_id": place.view["id"]},
            "view": with_state(place.view, state),
        }
    message = place.message or {}
    channel = workspace.channels[place.channel_id]
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": place.is_ephemeral,
    }
    if "thread_ts" in message:
        container["thread_ts"] = message["thread_ts"]
    located: dict[str, Any] = {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "state": {"values": state},
    }
    # An ephemeral message is kept nowhere, so Slack cannot quote it.
    return located if place.is_ephemeral else {**located, "message": frozen(message)}


def block_actions(
    workspace: Workspace,
    place: Place,
    user_id: str,
    *,
    action: dict[str, Any],
    state: Values,
    trigger_id: str,
    response_url: str,
) -> dict[str, Any]:
    """A click or a choice; `response_url` is sent for messages only."""
    payload = {
        **_base(workspace, place.app, user_id, "block_actions"),
        **_located(workspace, place, state),
        "trigger_id": trigger_id,
        "actions": [{**action, "action_ts": workspace.new_ts()}],
    }
    return payload if place.view else {**payload, "response_url": response_url}


def block_suggestion(
    workspace: Workspace,
    place: Place,
    user_id: str,
    *,
    block_id: str,
    action_id: str,
    value: str,
    state: Values,
) -> dict[str, Any]:
    """What an external select asks for as one types."""
    return {
        **_base(workspace, place.app, user_id, "block_suggestion"),
        **_located(workspace, place, state),
        "block_id": block_id,
        "action_id": action_id,
        "value": value,
    }


def view_submission(
    workspace: Workspace,
    app: App,
    user_id: str,
    view: dict[str, Any],
    *,
    state: Values,
    trigger_id: str,
    response_urls: list[dict[str, str]],
) -> dict[str, Any]:
    """A modal as it is handed in."""
    return {
        **_base(workspace, app, user_id, "view_submission"),
        "trigger_id": trigger_id,
        "view": with_state(view, state),
        "response_urls": response_urls,
    }


def view_closed(
    workspace: Workspace, app: App, user_id: str, view: dict[str, Any], *, state: Values, is_cleared: bool
) -> dict[str, Any]:
    """A modal that was closed without being handed in."""
    told = {"view": with_state(view, state), "is_cleared": is_cleared}
    return {**_base(workspace, app, user_id, "view_closed"), **told}


def global_shortcut(
    workspace: Workspace, app: App, user_id: str, *, callback_id: str, trigger_id: str
) -> dict[str, Any]:
    """A shortcut that stands by itself."""
    called = {"callback_id": callback_id, "trigger_id": trigger_id, "action_ts": workspace.new_ts()}
    return {**_base(workspace, app, user_id, "shortcut"), **called}


def message_shortcut(
    workspace: Workspace,
    app: App,
    user_id: str,
    channel: Channel,
    message: dict[str, Any],
    *,
    callback_id: str,
    trigger_id: str,
    response_url: str,
) -> dict[str, Any]:
    """A shortcut on one message."""
    return {
        **_base(workspace, app, user_id, "message_action"),
        "callback_id": callback_id,
        "trigger_id": trigger_id,
        "response_url": response_url,
        "action_ts": workspace.new_ts(),
        "message_ts": message["ts"],
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "message": frozen(message),
    }


def with_state(view: dict[str, Any], state: Values) -> dict[str, Any]:
    """A view as sent to its app, with what is entered."""
    shown: dict[str, Any] = frozen({**view, "state": {"values": state}})
    return shown


def frozen(value: Any) -> Any:
    """A deep copy: what was sent must not change afterwards in the log."""
    return json.loads(json.dumps(value))
