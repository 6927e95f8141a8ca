"""How the Web API shows people, conversations, groups, bots and files: records in, JSON objects out."""

from pathlib import PurePath
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sandbox.records import App, Channel, File, User, UserGroup
from sandbox.workspace import Workspace


def user_object(workspace: Workspace, user: User, *, with_email: bool, with_locale: bool = False) -> Any:
    """A person as `users.info` and the `user_change` event show them."""
    now = workspace.clock.now().astimezone(ZoneInfo(user.tz))
    offset = now.utcoffset()
    shown = {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "color": "9f69e7",
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": now.tzname() or user.tz,
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "profile": profile_object(workspace, user, with_email=with_email),
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
        "is_email_confirmed": not user.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }
    if with_locale:
        shown["locale"] = user.locale
    return shown


def profile_object(workspace: Workspace, user: User, *, with_email: bool) -> dict[str, Any]:
    """A person's profile; the address only for an app that may read it."""
    first, _, last = user.real_name.partition(" ")
    profile: dict[str, Any] = {
        "title": user.title,
        "phone": "",
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": "" if user.is_bot else user.name,
        "display_name_normalized": "" if user.is_bot else user.name,
        "fields": {},
        "status_text": "",
        "status_emoji": "",
        "status_expiration": 0,
        "avatar_hash": user.id.lower(),
        "first_name": first,
        "last_name": last,
        "team": workspace.team_id,
    }
    if user.is_bot:
        profile |= {"api_app_id": user.app_id, "bot_id": user.bot_id, "always_active": True}
    elif with_email and user.email:
        profile["email"] = user.email
    return profile


def channel_object(workspace: Workspace, channel: Channel, viewer_id: str, *, counted: bool = False) -> Any:
    """A conversation as `conversations.info` shows it to `viewer_id`; counted: with `num_members`."""
    base = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": channel.kind == "im",
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "updated": channel.created * 1000,
    }
    if channel.kind == "im":
        other = next((m for m in channel.members if m != viewer_id), viewer_id)
        deleted = other in workspace.users and workspace.users[other].deleted
        return {**base, "user": other, "is_user_deleted": deleted, "is_open": True, "priority": 0}
    shown = {
        **base,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "public",
        "is_general": channel.name == "general",
        "is_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "parent_conversation": None,
        "creator": channel.creator,
        "unlinked": 0,
        "is_member": viewer_id in channel.members,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
    }
    if counted:
        shown["num_members"] = len(channel.members)
    return shown


def usergroup_object(workspace: Workspace, group: UserGroup, *, with_users: bool, with_count: bool) -> Any:
    """A user group as `usergroups.list` shows it."""
    shown: dict[str, Any] = {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "is_external": False,
        "name": group.name,
        "description": "",
        "handle": group.handle,
        "date_create": 0,
        "date_update": 0,
        "date_delete": 0 if group.is_enabled else workspace.now_s(),
        "auto_type": None,
        "prefs": {"channels": [], "groups": []},
    }
    if with_users:
        shown["users"] = list(group.users)
    if with_count:
        shown["user_count"] = len(group.users)
    return shown


def bot_object(workspace: Workspace, app: App) -> dict[str, Any]:
    """An app's bot as `bots.info` and a message's `bot_profile` show it."""
    return {
        "id": app.bot_id,
        "app_id": app.id,
        "name": app.name,
        "user_id": app.bot_user_id,
        "deleted": False,
        "updated": workspace.users[app.bot_user_id].updated,
        "icons": {},
        "team_id": workspace.team_id,
    }


def file_object(workspace: Workspace, file: File) -> dict[str, Any]:
    """A file as `files.info`, messages and a modal's `file_input` show it."""
    kind = PurePath(file.name).suffix.lstrip(".").lower() or "binary"
    place = f"{workspace.url}/files/{file.id}/{quote(PurePath(file.name).name)}"
    kinds = {cid: workspace.channels[cid].kind for cid in file.channels if cid in workspace.channels}
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": file.user,
        "user_team": workspace.team_id,
        "editable": False,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": "public" in kinds.values(),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": place,
        "url_private_download": place,
        "permalink": f"{workspace.url}/page/files/{file.id}",
        "channels": [cid for cid, of in kinds.items() if of == "public"],
        "groups": [cid for cid, of in kinds.items() if of in {"private", "mpim"}],
        "ims": [cid for cid, of in kinds.items() if of == "im"],
        "has_rich_preview": False,
        "file_access": "visible",
        **({"alt_txt": file.alt_txt} if file.alt_txt else {}),
    }
