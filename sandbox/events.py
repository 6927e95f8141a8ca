"""What happens in the workspace as Slack's Events API tells it: which app hears of it, and in what words."""

import copy
import hashlib
from dataclasses import dataclass
from typing import Any

from sandbox.records import App, Change, Channel
from sandbox.shapes import user_object, usergroup_object
from sandbox.workspace import Workspace

_CHANNEL_TYPES = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}
_MESSAGE_EVENTS = {
    "public": ("message.channels", "channels:history"),
    "private": ("message.groups", "groups:history"),
    "im": ("message.im", "im:history"),
    "mpim": ("message.mpim", "mpim:history"),
}
_SCOPES = {
    "app_mention": "app_mentions:read",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "channel_created": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "channel_rename": "channels:read",
    "user_change": "users:read",
    "team_join": "users:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
    "file_shared": "files:read",
}
_MOST_MEMBERS_TOLD = 500
"""Of a group's members in one event, though it counts them all."""

# Of a public channel anyone can see these, so the bot need not be a member.
_OF_CHANNELS = frozenset({"channel_created", "channel_archive", "channel_unarchive", "channel_rename"})


@dataclass(frozen=True)
class Heard:
    """An event for one app: `name` as the manifest subscribes to it, `event` as Slack sends it."""

    app: App
    name: str
    event: dict[str, Any]


def heard(workspace: Workspace, change: Change) -> list[Heard]:
    """Who hears of a change: each app that subscribed, has the scope and may see the conversation."""
    found: list[Heard] = []
    for app in workspace.apps.values():
        for name, scope, event in _events(workspace, app, change):
            if name in app.events and (not scope or scope in app.scopes):
                found.append(Heard(app, name, copy.deepcopy(event)))
    return found


def envelope(workspace: Workspace, told: Heard) -> dict[str, Any]:
    """The whole of what an app receives: the event in Slack's outer shape, with an id of its own."""
    now_s = workspace.now_s()
    event_id = workspace.new_id("Ev")
    channel = str(told.event.get("channel", "")) if isinstance(told.event.get("channel"), str) else ""
    return {
        "token": verification_token(told.app),
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": told.app.id,
        "event": told.event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": now_s,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": workspace.team_id,
                "user_id": told.app.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{workspace.team_id}-{told.app.id}-{channel or event_id}",
    }


def rate_limited(workspace: Workspace, app: App, minute_s: int) -> dict[str, Any]:
    """What an app is told in place of events over the rate, once a minute (`minute_s`: its first second)."""
    return {
        "token": verification_token(app),
        "type": "app_rate_limited",
        "team_id": workspace.team_id,
        "minute_rate_limited": minute_s,
        "api_app_id": app.id,
    }


def verification_token(app: App) -> str:
    """The old shared token that Slack still puts into every payload."""
    return hashlib.sha256(f"{app.id}:{app.signing_secret}".encode()).hexdigest()[:24]


def _events(workspace: Workspace, app: App, change: Change) -> list[tuple[str, str, dict[str, Any]]]:
    """(name in the manifest, scope that it needs, event) of what one change may mean to one app."""
    kind = change.kind
    channel = workspace.channels.get(change.channel)
    # Who is taken out of a channel is still told so.
    has_just_left = kind == "member_left_channel" and change.user == app.bot_user_id
    is_open = channel is None or (kind in _OF_CHANNELS and channel.kind == "public")
    if not is_open and not has_just_left and not _is_member(app, channel):
        return []
    if kind in ("message", "message_changed", "message_deleted") and channel is not None:
        return _message_events(workspace, app, change, channel)
    if kind == "app_home_opened":
        if change.body.get("app_id") != app.id:
            return []
        shown = {key: value for key, value in change.body.items() if key != "app_id"}
        event = {"type": kind, "user": change.user, "channel": change.channel, **shown}
        return [(kind, "", _stamped(workspace, event))]
    other = _other_event(workspace, app, change, channel)
    if other is None:
        return []
    scope = _SCOPES.get(kind, "")
    if channel is not None and kind.startswith(("member_", "channel_")):
        scope = "groups:read" if channel.kind == "private" else "channels:read"
    return [(str(other["type"]), scope, _stamped(workspace, other))]


def _is_member(app: App, channel: Channel | None) -> bool:
    return channel is not None and app.bot_user_id in channel.members


def _stamped(workspace: Workspace, event: dict[str, Any]) -> dict[str, Any]:
    return {**event, "event_ts": workspace.new_ts()}


def _message_events(
    workspace: Workspace, app: App, change: Change, channel: Channel
) -> list[tuple[str, str, dict[str, Any]]]:
    name, scope = _MESSAGE_EVENTS[channel.kind]
    where = {"channel": channel.id, "channel_type": _CHANNEL_TYPES[channel.kind]}
    if change.kind != "message":
        ts = workspace.new_ts()
        told = {"type": "message", "subtype": change.kind, "hidden": True, "ts": ts, "event_ts": ts}
        return [(name, scope, {**told, **change.body, **where})]
    message = {**change.body, **where, "event_ts": change.body["ts"]}
    if change.body.get("files") and "subtype" not in message:
        message["subtype"] = "file_share"
    events = [(name, scope, message)]
    mentioned = f"<@{app.bot_user_id}" in str(change.body.get("text", ""))
    if mentioned and channel.kind != "im" and change.user != app.bot_user_id:
        mention = {key: value for key, value in message.items() if key not in ("channel_type", "subtype")}
        events.append(("app_mention", _SCOPES["app_mention"], {**mention, "type": "app_mention"}))
    return events


def _other_event(
    workspace: Workspace, app: App, change: Change, channel: Channel | None
) -> dict[str, Any] | None:
    kind, body = change.kind, change.body
    if kind in ("reaction_added", "reaction_removed"):
        return {"type": kind, "user": change.user, **body}
    if kind in ("member_joined_channel", "member_left_channel") and channel is not None:
        letter = "G" if channel.kind == "private" else "C"
        where = {"channel": channel.id, "channel_type": letter, "team": workspace.team_id}
        return {"type": kind, "user": change.user, **where, **body}
    if kind in _OF_CHANNELS and channel is not None:
        return _channel_event(workspace, change, channel)
    if kind in ("user_change", "team_join"):
        with_email = "users:read.email" in app.scopes
        user = user_object(workspace, workspace.users[change.user], with_email=with_email)
        return {"type": kind, "user": user, "cache_ts": workspace.now_s()}
    if kind == "subteam_members_changed":
        counts = {f"{which}_count": len(body[which]) for which in ("added_users", "removed_users")}
        now_s = workspace.now_s()
        stamps = {"team_id": workspace.team_id, "date_previous_update": now_s, "date_update": now_s}
        return {"type": kind, **body, **counts, **stamps}
    if kind == "subteam_updated":
        group = workspace.usergroups[body["subteam_id"]]
        subteam = usergroup_object(workspace, group, with_users=True, with_count=True)
        return {"type": kind, "subteam": subteam | {"users": subteam["users"][:_MOST_MEMBERS_TOLD]}}
    if kind == "file_shared":
        return {"type": kind, "channel_id": change.channel, "user_id": change.user, **body}
    return None


def _channel_event(workspace: Workspace, change: Change, channel: Channel) -> dict[str, Any] | None:
    kind = change.kind
    if channel.kind == "private":
        kind = kind.replace("channel_", "group_")
    elif channel.kind != "public":
        return None
    if kind == "group_created":
        return None
    if kind == "channel_created":
        named = {
            "id": channel.id,
            "name": channel.name,
            "created": channel.created,
            "creator": channel.creator,
        }
        return {"type": kind, "channel": {**named, "context_team_id": workspace.team_id}}
    if change.kind == "channel_rename":
        return {"type": kind, **change.body}
    return {"type": kind, "channel": channel.id, "user": change.user}
