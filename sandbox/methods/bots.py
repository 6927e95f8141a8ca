"""bots.*: what is known of an app's bot."""

from sandbox.arguments import TEXT, Answer, method
from sandbox.calls import Request
from sandbox.errors import SlackError
from sandbox.shapes import bot_object


@method("bots.info", tier=3, scopes=("users:read",), takes={"bot": TEXT, "team_id": TEXT})
async def bots_info(request: Request) -> Answer:
    """The bot called `bot` (a B… id)."""
    for app in request.workspace.apps.values():
        if app.bot_id == request.text("bot"):
            return {"bot": bot_object(request.workspace, app)}
    raise SlackError("bot_not_found")
