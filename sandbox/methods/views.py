"""views.*: modals and the Home, opened and changed by an app."""

from typing import Any

from sandbox.arguments import JSON, TEXT, Answer, method
from sandbox.calls import Request
from sandbox.errors import SlackError
from sandbox.modals import open_modal, publish_home, push_modal, update_modal
from sandbox.views import validate_view

_TRIGGER = {"trigger_id": TEXT, "interactivity_pointer": TEXT}


def _view(request: Request, kind: str) -> dict[str, Any]:
    view = request.args["view"]
    validate_view(view, "home" if kind == "home" else "modal")
    assert isinstance(view, dict)  # noqa: S101 (validate_view has seen to it; this is for the type checker)
    return view


def _user_of_trigger(request: Request) -> str:
    trigger_id = request.text("trigger_id") or request.text("interactivity_pointer")
    if not trigger_id:
        raise SlackError("invalid_arguments", "[ERROR] missing required field: trigger_id")
    return request.sandbox.interactions.use_trigger(trigger_id, request.app)


@method("views.open", tier=4, needs={"view": JSON}, takes=_TRIGGER)
async def views_open(request: Request) -> Answer:
    """Put a modal before the person whose action gave the trigger id."""
    view = _view(request, "modal")
    return {"view": open_modal(request.workspace, request.app, _user_of_trigger(request), view)}


@method("views.push", tier=4, needs={"view": JSON}, takes=_TRIGGER)
async def views_push(request: Request) -> Answer:
    """Put a modal on top of the one that is open, at most three on one another."""
    view = _view(request, "modal")
    return {"view": push_modal(request.workspace, request.app, _user_of_trigger(request), view)}


@method(
    "views.update",
    tier=4,
    needs={"view": JSON},
    takes={"view_id": TEXT, "external_id": TEXT, "hash": TEXT},
)
async def views_update(request: Request) -> Answer:
    """Change an open modal, named by its id or its external id."""
    view_id, external_id = request.text("view_id"), request.text("external_id")
    if bool(view_id) == bool(external_id):
        raise SlackError("invalid_arguments", "[ERROR] give exactly one of view_id and external_id")
    view = _view(request, "modal")
    shown = update_modal(
        request.workspace,
        request.app,
        view,
        view_id=view_id,
        external_id=external_id,
        view_hash=request.text("hash"),
    )
    return {"view": shown}


@method("views.publish", tier=4, needs={"user_id": TEXT, "view": JSON}, takes={"hash": TEXT})
async def views_publish(request: Request) -> Answer:
    """Set what one person sees in the app's Home."""
    if not request.app.home_tab:
        raise SlackError("not_enabled")
    user = request.workspace.user(request.text("user_id"))
    if user.is_bot:
        raise SlackError("invalid_arguments", "[ERROR] bots have no Home [json-pointer:/user_id]")
    view = _view(request, "home")
    shown = publish_home(request.workspace, request.app, user.id, view, view_hash=request.text("hash"))
    return {"view": shown}
