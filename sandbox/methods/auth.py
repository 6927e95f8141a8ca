"""auth.*, api.*, team.*, apps.*, emoji.*: who an app is, in which workspace, and how it is reached."""

from sandbox.arguments import TEXT, TRUTH, Answer, method
from sandbox.calls import Request
from sandbox.errors import SlackError


@method("api.test", tier=4, bearer="anyone", takes={"error": TEXT, "foo": TEXT})
async def api_test(request: Request) -> Answer:
    """Answers with the arguments, or fails as asked."""
    if error := request.text("error"):
        raise SlackError(error, args=request.args)
    return {"args": request.args}


@method("auth.test", tier=5, bearer="either", takes={"team_id": TEXT})
async def auth_test(request: Request) -> Answer:
    """Who the token belongs to."""
    workspace, app = request.workspace, request.app
    return {
        "url": f"{workspace.url}/",
        "team": workspace.name,
        "user": workspace.users[app.bot_user_id].name,
        "team_id": workspace.team_id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


@method(
    "team.info",
    tier=3,
    scopes=("team:read",),
    takes={"team": TEXT, "domain": TEXT, "include_slackbot_availability": TRUTH},
)
async def team_info(request: Request) -> Answer:
    """The workspace."""
    workspace = request.workspace
    if request.text("team") not in {"", workspace.team_id}:
        raise SlackError("team_not_found")
    return {
        "team": {
            "id": workspace.team_id,
            "name": workspace.name,
            "domain": workspace.domain,
            "url": f"{workspace.url}/",
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


@method("apps.connections.open", tier=1, bearer="app")
async def connections_open(request: Request) -> Answer:
    """A web socket address for Socket Mode, good for one connection."""
    if not request.app.socket_mode:
        raise SlackError("socket_mode_not_enabled")
    return {"url": request.sandbox.delivery.open_ticket(request.app)}


@method("emoji.list", tier=2, scopes=("emoji:read",), takes={"include_categories": TRUTH})
async def emoji_list(request: Request) -> Answer:
    """The workspace's own emoji: there are none."""
    return {"emoji": {}, "cache_ts": f"{request.workspace.now_s()}.000000"}
