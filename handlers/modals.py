"""Opening modals in the three seconds that a trigger lives, and what they carry along."""

import json

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.refusals import Refused
from handlers.payloads import Payload, Pressed

_TOO_SLOW = (
    *("expired_trigger_id", "trigger_expired", "exchanged_trigger_id", "trigger_exchanged"),
    "invalid_trigger_id",
)
_BUSY = ("ratelimited", "rate_limited")


async def open_modal(client: AsyncWebClient, trigger_id: str, view: Payload) -> None:
    """Show a modal to whoever gave a command or pressed a button outside of a modal.

    Raises Refused where Slack would not wait; nothing has been changed then.
    """
    await _show(client, "views.open", trigger_id, view)


async def open_from(client: AsyncWebClient, pressed: Pressed, view: Payload) -> None:
    """Show a modal, on top of the one that the button is in where it is in one. Raises as `open_modal`."""
    in_modal = pressed.view is not None and pressed.view.get("type") == "modal"
    await _show(client, "views.push" if in_modal else "views.open", pressed.trigger_id, view)


async def update_open(client: AsyncWebClient, view_id: str, view: Payload) -> None:
    """Show something else in a modal, unless it was closed meanwhile."""
    try:
        await client.views_update(view_id=view_id, view=view)
    except SlackApiError as failed:
        if failed.response.get("error") != "not_found":
            raise


async def show_from(client: AsyncWebClient, pressed: Pressed, view: Payload) -> None:
    """In place of the modal that the button is in; where it is in none, as a modal of its own."""
    if pressed.view is not None and pressed.view.get("type") == "modal":
        await update_open(client, pressed.view["id"], view)
    else:
        await open_from(client, pressed, view)


def metadata(view: Payload) -> dict[str, str]:
    """What the bot gave a modal to carry along; empty where it gave nothing."""
    carried: dict[str, str] = json.loads(view.get("private_metadata") or "{}")
    return carried


async def _show(client: AsyncWebClient, method: str, trigger_id: str, view: Payload) -> None:
    try:
        await client.api_call(method, json={"trigger_id": trigger_id, "view": view})
    except SlackApiError as failed:
        error = failed.response.get("error")
        if error in _TOO_SLOW:
            raise Refused(
                "This took too long, and Slack no longer opens the form. Please try again."
            ) from failed
        if error in _BUSY:
            raise Refused("Slack is busy at this moment. Please try again in a minute.") from failed
        raise
