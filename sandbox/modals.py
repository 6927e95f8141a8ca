"""The views that people have before them: the stack of modals and the Home; no check of what is in them."""

from typing import Any

from sandbox.blocks import with_ids
from sandbox.errors import SlackError
from sandbox.records import App, Change
from sandbox.workspace import Workspace

DEEPEST_STACK = 3
"""As many modals lie on one another at most."""


def open_modal(workspace: Workspace, app: App, user_id: str, view: dict[str, Any]) -> dict[str, Any]:
    """Put a first modal before somebody, in place of what was open; returns it as Slack shows it."""
    shown = _new_view(workspace, app, view)
    shown["root_view_id"] = shown["id"]
    workspace.modals[user_id] = [shown]
    workspace.tell(Change("view_opened", user=user_id, body=shown))
    return shown


def push_modal(workspace: Workspace, app: App, user_id: str, view: dict[str, Any]) -> dict[str, Any]:
    """Put a modal on top of the open ones; raises SlackError `not_found` and `push_limit_reached`."""
    stack = workspace.modals.get(user_id, [])
    if not stack or stack[-1]["app_id"] != app.id:
        raise SlackError("not_found")
    if len(stack) >= DEEPEST_STACK:
        raise SlackError("push_limit_reached")
    shown = _new_view(workspace, app, view)
    shown["root_view_id"] = stack[0]["id"]
    shown["previous_view_id"] = stack[-1]["id"]
    stack.append(shown)
    workspace.tell(Change("view_opened", user=user_id, body=shown))
    return shown


def update_modal(
    workspace: Workspace,
    app: App,
    view: dict[str, Any],
    *,
    view_id: str = "",
    external_id: str = "",
    view_hash: str = "",
) -> dict[str, Any]:
    """Change an open modal in place; it keeps its id and gets a new hash.

    view_id, external_id: either names the modal.
    view_hash: the hash that the app believes it to have; empty: not compared.
    Raises SlackError `not_found` (closed, or another app's) and `hash_conflict`.
    """
    for user_id, stack in workspace.modals.items():
        for shown in stack:
            if shown["app_id"] != app.id:
                continue
            if shown["id"] == view_id or (external_id and shown["external_id"] == external_id):
                return _replace(workspace, user_id, shown, view, view_hash=view_hash)
    raise SlackError("not_found")


def close_modal(workspace: Workspace, user_id: str, *, whole_stack: bool = False) -> list[dict[str, Any]]:
    """Take the modal in front away, or all of them; returns those taken, the one in front first."""
    stack = workspace.modals.get(user_id, [])
    closed = [stack.pop() for _ in range(len(stack) if whole_stack else min(1, len(stack)))]
    for view in closed:
        workspace.tell(Change("view_closed", user=user_id, body=view))
    return closed


def publish_home(
    workspace: Workspace, app: App, user_id: str, view: dict[str, Any], *, view_hash: str = ""
) -> dict[str, Any]:
    """Set what somebody sees in the app's Home; raises SlackError `hash_conflict`."""
    before = workspace.homes.get((app.id, user_id))
    if before is not None:
        return _replace(workspace, user_id, before, view, view_hash=view_hash)
    if view_hash:
        raise SlackError("hash_conflict")
    shown = _new_view(workspace, app, view)
    shown["root_view_id"] = shown["id"]
    workspace.homes[app.id, user_id] = shown
    workspace.tell(Change("home_published", user=user_id, body=shown))
    return shown


def _new_view(workspace: Workspace, app: App, view: dict[str, Any]) -> dict[str, Any]:
    external_id = view.get("external_id", "")
    if external_id and any(
        shown["external_id"] == external_id and shown["app_id"] == app.id
        for stack in workspace.modals.values()
        for shown in stack
    ):
        raise SlackError("duplicate_external_id")
    return {
        "id": workspace.new_id("V"),
        "team_id": workspace.team_id,
        "app_id": app.id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": app.bot_id,
        "root_view_id": None,
        "previous_view_id": None,
        **_content(workspace, view),
    }


def _content(workspace: Workspace, view: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": view.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "submit": view.get("submit"),
        "close": view.get("close"),
        "private_metadata": view.get("private_metadata", ""),
        "callback_id": view.get("callback_id", ""),
        "external_id": view.get("external_id", ""),
        "clear_on_close": view.get("clear_on_close", False),
        "notify_on_close": view.get("notify_on_close", False),
        "submit_disabled": view.get("submit_disabled", False),
        "type": view["type"],
        "blocks": with_ids(view["blocks"], lambda: workspace.new_secret(5)),
        "state": {"values": {}},
        "hash": f"{workspace.now_s()}.{workspace.new_secret(8)}",
    }


def _replace(
    workspace: Workspace, user_id: str, shown: dict[str, Any], view: dict[str, Any], *, view_hash: str
) -> dict[str, Any]:
    if view_hash and view_hash != shown["hash"]:
        raise SlackError("hash_conflict")
    shown.update(_content(workspace, view))
    kind = "home_published" if shown["type"] == "home" else "view_updated"
    workspace.tell(Change(kind, user=user_id, body=shown))
    return shown
