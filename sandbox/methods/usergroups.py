"""usergroups.*: groups such as @organisers and who is in them."""

from typing import Any

from sandbox.arguments import NAMES, TEXT, TRUTH, Answer, method
from sandbox.calls import Request
from sandbox.errors import SlackError
from sandbox.records import UserGroup
from sandbox.shapes import usergroup_object

_READ, _WRITE = ("usergroups:read",), ("usergroups:write",)
_DESCRIBED = {
    "name": TEXT,
    "handle": TEXT,
    "description": TEXT,
    "channels": NAMES,
    "include_count": TRUTH,
    "team_id": TEXT,
}


def _group(request: Request) -> UserGroup:
    group = request.workspace.usergroups.get(request.text("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return group


def _shown(request: Request, group: UserGroup) -> Any:
    with_users = request.truth("include_users", default="include_users" not in request.args)
    return usergroup_object(
        request.workspace, group, with_users=with_users, with_count=request.truth("include_count")
    )


@method(
    "usergroups.list",
    tier=2,
    scopes=_READ,
    takes={"include_users": TRUTH, "include_count": TRUTH, "include_disabled": TRUTH, "team_id": TEXT},
)
async def usergroups_list(request: Request) -> Answer:
    """All groups; with their members and the disabled ones only if asked."""
    request.args.setdefault("include_users", False)
    groups = [
        group
        for group in request.workspace.usergroups.values()
        if group.is_enabled or request.truth("include_disabled")
    ]
    return {"usergroups": [_shown(request, group) for group in groups]}


@method(
    "usergroups.users.list",
    tier=2,
    scopes=_READ,
    needs={"usergroup": TEXT},
    takes={"include_disabled": TRUTH, "team_id": TEXT},
)
async def usergroups_users_list(request: Request) -> Answer:
    """The ids of a group's members."""
    group = _group(request)
    if not group.is_enabled and not request.truth("include_disabled"):
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


@method("usergroups.create", tier=2, scopes=_WRITE, needs={"name": TEXT}, takes=_DESCRIBED)
async def usergroups_create(request: Request) -> Answer:
    """A new, empty group; raises `name_already_exists` and `handle_already_exists`."""
    handle = request.text("handle") or request.text("name").lower().replace(" ", "-")
    _check_free(request, handle, but="")
    group = request.workspace.add_usergroup(handle, [], name=request.text("name"))
    return {"usergroup": _shown(request, group)}


@method("usergroups.update", tier=2, scopes=_WRITE, needs={"usergroup": TEXT}, takes=_DESCRIBED)
async def usergroups_update(request: Request) -> Answer:
    """Another name or handle for a group."""
    group = _group(request)
    handle = request.text("handle") or group.handle
    _check_free(request, handle, but=group.id)
    group.name, group.handle = request.text("name") or group.name, handle
    request.workspace.tell_usergroup(group)
    return {"usergroup": _shown(request, group)}


def _check_free(request: Request, handle: str, *, but: str) -> None:
    for group in request.workspace.usergroups.values():
        if group.id != but and group.handle == handle:
            raise SlackError("handle_already_exists")
        if group.id != but and group.name == request.text("name"):
            raise SlackError("name_already_exists")


@method(
    "usergroups.users.update",
    tier=2,
    scopes=_WRITE,
    needs={"usergroup": TEXT, "users": NAMES},
    takes={
        "include_count": TRUTH,
        "team_id": TEXT,
        "additional_channels": NAMES,
        "is_shared": TRUTH,
    },
)
async def usergroups_users_update(request: Request) -> Answer:
    """Replace a group's members; raises `no_users_provided` and `invalid_users`."""
    group = _group(request)
    users = list(dict.fromkeys(request.args["users"]))
    if not users:
        raise SlackError("no_users_provided")
    if any(user not in request.workspace.users for user in users):
        raise SlackError("invalid_users")
    request.workspace.set_usergroup_members(group.id, users)
    return {"usergroup": _shown(request, group)}


_ONE = {"include_count": TRUTH, "team_id": TEXT}


@method("usergroups.enable", tier=2, scopes=_WRITE, needs={"usergroup": TEXT}, takes=_ONE)
async def usergroups_enable(request: Request) -> Answer:
    """Bring a disabled group back."""
    return _switch(request, enabled=True)


@method("usergroups.disable", tier=2, scopes=_WRITE, needs={"usergroup": TEXT}, takes=_ONE)
async def usergroups_disable(request: Request) -> Answer:
    """Put a group out of use."""
    return _switch(request, enabled=False)


def _switch(request: Request, *, enabled: bool) -> Answer:
    group = _group(request)
    group.is_enabled = enabled
    request.workspace.tell_usergroup(group)
    return {"usergroup": _shown(request, group)}
