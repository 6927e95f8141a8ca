"""The one error handler: a refusal is shown where it was asked, anything unexpected gets a reference."""

import logging
import traceback
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.refusals import Refused
from bot.log import new_reference
from bot.views import notices
from handlers import payloads, replies
from handlers.deps import Deps
from storage.db import AlreadyDone

_log = logging.getLogger(__name__)

_REFUSED = "refused"
_UNEXPECTED = (
    "Sorry, something went wrong on our side and nothing was changed. Please try again. "
    "If it happens again, tell an organiser this reference: {reference}"
)


def register(app: AsyncApp, deps: Deps) -> None:
    """Make this the app's error handler, for its middleware and its listeners alike."""

    @app.error
    async def on_error(error: Exception, body: dict[str, Any], client: AsyncWebClient) -> BoltResponse:
        if isinstance(error, AlreadyDone):
            return _empty()
        sentence = _logged(error, body)
        if isinstance(error, Refused):
            return await _tell(body, sentence, client=client, deps=deps, block_id=error.block_id)
        if _is_event(body):
            # Not acknowledged: the transaction was rolled back, so Slack may well send it again.
            return BoltResponse(status=500, body="")
        return await _tell(body, sentence, client=client, deps=deps)


async def tell_later(error: Exception, body: dict[str, Any], *, deps: Deps) -> None:
    """The same for what failed after a command, a button or a shortcut was acknowledged."""
    if not isinstance(error, AlreadyDone):
        await replies.reply(deps, body, notices.message(_logged(error, body)), key=_REFUSED)


def _logged(error: Exception, body: dict[str, Any]) -> str:
    """The sentence for the person, once the error is in the log."""
    if isinstance(error, Refused):
        # Not the sentence: it may repeat what somebody wrote, and the log is no place for that.
        _log.info("refused by %s", _origin(error), extra=_where(body))
        return str(error)
    reference = new_reference()
    _log.error("unexpected error", exc_info=error, extra={"reference": reference, **_where(body)})
    return _UNEXPECTED.format(reference=reference)


def _origin(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).stem}.{frames[-1].name}" if frames else "nobody"


def _where(body: dict[str, Any]) -> dict[str, Any]:
    event = body.get("event") or {}
    actions = body.get("actions") or [{}]
    view = body.get("view") or {}
    return {
        "team_id": payloads.found_team_id(body),
        "user_id": payloads.user_id(body),
        "payload": body.get("command") or event.get("type") or body.get("type"),
        "callback_id": actions[0].get("action_id") or body.get("callback_id") or view.get("callback_id"),
    }


def _is_event(body: dict[str, Any]) -> bool:
    return "event" in body


async def _tell(
    body: dict[str, Any], sentence: str, *, client: AsyncWebClient, deps: Deps, block_id: str | None = None
) -> BoltResponse:
    if _is_event(body):
        return _empty()  # nobody waits for an answer to an event
    if "command" in body:
        return _json({"response_type": "ephemeral", **notices.message(sentence)})
    if body.get("type") == "view_submission":
        if field := block_id or payloads.first_input(body["view"]):
            return _json({"response_action": "errors", "errors": {field: sentence}})
        return _json({"response_action": "update", "view": notices.modal(sentence)})
    if body.get("response_url"):
        await replies.reply(deps, body, notices.message(sentence), key=_REFUSED)
    elif not await _opened_modal(body, sentence, client):
        await replies.write_to(deps, body, notices.message(sentence), key=_REFUSED)
    return _empty()


async def _opened_modal(body: dict[str, Any], sentence: str, client: AsyncWebClient) -> bool:
    trigger_id = body.get("trigger_id")
    if not trigger_id:
        return False
    in_modal = (body.get("view") or {}).get("type") == "modal"
    show = client.views_push if in_modal else client.views_open
    try:
        await show(trigger_id=trigger_id, view=notices.modal(sentence))
    except (SlackApiError, aiohttp.ClientError, TimeoutError) as failed:
        # The handler may have used the trigger before it failed, or three seconds went by.
        _log.info("no modal could be opened for an answer: %r", failed)
        return False
    return True


def _empty() -> BoltResponse:
    return BoltResponse(status=200, body="")


def _json(answer: dict[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=answer)
