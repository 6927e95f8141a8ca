"""users.*: people, their profiles, the conversations they are in."""

from typing import Any

from sandbox.arguments import NAMES, TEXT, TRUTH, WHOLE, Answer, method
from sandbox.calls import Request, every
from sandbox.errors import SlackError
from sandbox.methods.conversations import of_kinds
from sandbox.records import User
from sandbox.shapes import channel_object, profile_object, user_object

_PAGED = {"cursor": TEXT, "limit": WHOLE, "team_id": TEXT}


def _shown(request: Request, user: User) -> Any:
    return user_object(
        request.workspace,
        user,
        with_email="users:read.email" in request.app.scopes,
        with_locale=request.truth("include_locale"),
    )


@method("users.info", tier=4, scopes=("users:read",), needs={"user": TEXT}, takes={"include_locale": TRUTH})
async def users_info(request: Request) -> Answer:
    """One person or bot; raises `user_not_found`."""
    return {"user": _shown(request, request.workspace.user(request.text("user")))}


@method("users.list", tier=2, scopes=("users:read",), takes={**_PAGED, "include_locale": TRUTH})
async def users_list(request: Request) -> Answer:
    """Everybody, the deactivated and the bots too, in the order they came."""
    # Without a limit Slack tries to send all, and refuses where that is too much.
    found = list(request.workspace.users.values())
    if "limit" not in request.args and len(found) > 1000:
        raise SlackError("limit_required")
    people, following = request.page(found, default=1000)
    return {
        "members": [_shown(request, user) for user in people],
        "cache_ts": request.workspace.now_s(),
        "response_metadata": {"next_cursor": following},
    }


@method("users.lookupByEmail", tier=3, scopes=("users:read.email",), needs={"email": TEXT})
async def users_lookup_by_email(request: Request) -> Answer:
    """The active person with this address, whatever its case; raises `users_not_found`."""
    email = request.text("email").strip().lower()
    for user in request.workspace.users.values():
        if user.email.lower() == email and not user.deleted and not user.is_bot:
            return {"user": _shown(request, user)}
    raise SlackError("users_not_found")


@method(
    "users.profile.get",
    tier=4,
    scopes=("users.profile:read",),
    takes={"user": TEXT, "include_labels": TRUTH},
)
async def users_profile_get(request: Request) -> Answer:
    """One person's profile; the bot's own by default."""
    user = request.workspace.user(request.text("user") or request.app.bot_user_id)
    with_email = "users:read.email" in request.app.scopes
    return {"profile": profile_object(request.workspace, user, with_email=with_email)}


@method("users.getPresence", tier=3, scopes=("users:read",), takes={"user": TEXT})
async def users_get_presence(request: Request) -> Answer:
    """Whether somebody is there: in this workspace everybody who is not deactivated is."""
    user = request.workspace.user(request.text("user") or request.app.bot_user_id)
    return {"presence": "away" if user.deleted else "active"}


@method(
    "users.conversations",
    tier=3,
    scopes=every("read"),
    takes={**_PAGED, "user": TEXT, "types": NAMES, "exclude_archived": TRUTH},
)
async def users_conversations(request: Request) -> Answer:
    """The conversations that somebody is in, as far as the app may see them; the bot's own by default."""
    user = request.workspace.user(request.text("user") or request.app.bot_user_id)
    found = [channel for channel in of_kinds(request) if user.id in channel.members]
    channels, following = request.page(found)
    return {
        "channels": [channel_object(request.workspace, c, request.app.bot_user_id) for c in channels],
        "response_metadata": {"next_cursor": following},
    }
