"""A workspace as JSON and back, so that a local workspace can go on where it stopped.

What belongs to a moment is left out: open modals, and the addresses that apps may answer to for half an hour.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sandbox.clock import Clock
from sandbox.records import App, Channel, File, Scheduled, Shortcut, SlashCommand, User, UserGroup
from sandbox.workspace import Workspace

FORMAT = 1
"""Rises when what is written here changes its shape."""


class OtherFormat(ValueError):
    """It was written by another version of this module."""


def as_json(workspace: Workspace) -> dict[str, Any]:
    """Everything that the workspace holds, as what `json.dumps` takes."""
    return {
        "format": FORMAT,
        "now": workspace.clock.now().isoformat(),
        "name": workspace.name,
        "domain": workspace.domain,
        "team_id": workspace.team_id,
        **workspace.counters(),
        "users": [asdict(one) for one in workspace.users.values()],
        "apps": [asdict(one) for one in workspace.apps.values()],
        "channels": [asdict(one) for one in workspace.channels.values()],
        "usergroups": [asdict(one) for one in workspace.usergroups.values()],
        "files": [
            asdict(one) | {"content": b64encode(one.content).decode()} for one in workspace.files.values()
        ],
        "scheduled": [asdict(one) for one in workspace.scheduled.values()],
        "homes": [[*key, view] for key, view in workspace.homes.items()],
        "read_to": [[*key, ts] for key, ts in workspace.read_to.items()],
        "thread_read_to": [[*key, ts] for key, ts in workspace.thread_read_to.items()],
        "ephemerals": [[*key, shown] for key, shown in workspace.ephemerals.items()],
    }


def from_json(kept: Mapping[str, Any], *, ticking: bool = True) -> Workspace:
    """The workspace again, its clock at the instant at which it was written.

    Raises OtherFormat.
    """
    if kept.get("format") != FORMAT:
        raise OtherFormat(f"format {kept.get('format')}, not {FORMAT}")
    clock = Clock(datetime.fromisoformat(kept["now"]), ticking=ticking)
    workspace = Workspace(clock=clock, name=kept["name"], domain=kept["domain"])
    workspace.team_id = kept["team_id"]
    workspace.set_counters(kept)
    workspace.users = {one["id"]: User(**one) for one in kept["users"]}
    workspace.apps = {one["id"]: _app(one) for one in kept["apps"]}
    workspace.channels = {one["id"]: Channel(**one) for one in kept["channels"]}
    workspace.usergroups = {one["id"]: UserGroup(**one) for one in kept["usergroups"]}
    workspace.files = {
        one["id"]: File(**{**one, "content": b64decode(one["content"])}) for one in kept["files"]
    }
    workspace.scheduled = {one["id"]: Scheduled(**one) for one in kept["scheduled"]}
    workspace.homes = {(app, user): view for app, user, view in kept["homes"]}
    # What was kept before reading was noted has none of it.
    workspace.read_to = {(channel, user): ts for channel, user, ts in kept.get("read_to", [])}
    workspace.thread_read_to = {
        (channel, thread, user): ts for channel, thread, user, ts in kept.get("thread_read_to", [])
    }
    workspace.ephemerals = {(channel, user): shown for channel, user, shown in kept["ephemerals"]}
    return workspace


def _app(kept: Mapping[str, Any]) -> App:
    commands = {name: SlashCommand(**one) for name, one in kept["commands"].items()}
    shortcuts = [Shortcut(**one) for one in kept["shortcuts"]]
    return App(**{**kept, "commands": commands, "shortcuts": shortcuts})
