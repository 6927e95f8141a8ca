"""Answers that do not come with the acknowledgement: by the response url, or by direct message."""

import logging
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncRespond
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.views import kit
from handlers import payloads
from handlers.deps import Deps
from handlers.payloads import Payload
from storage import outbox

_log = logging.getLogger(__name__)

_TIMEOUT_S = 10
_LOST = 0
"""For a status, where no answer came."""


class Respond(AsyncRespond):
    """What listeners get as `respond`: `reply` to their payload.

    Bolt's own posts a second time where Slack's reply was lost, and takes a refusal for an answer.
    """

    def __init__(self, deps: Deps, body: Payload) -> None:
        super().__init__(response_url=body.get("response_url"))
        self._deps = deps
        self._body = body

    async def __call__(self, **message: Any) -> None:  # type: ignore[override]  # all of it has a name
        await reply(self._deps, self._body, message)


async def reply(deps: Deps, body: Payload, message: Payload, *, key: str = "answer") -> None:
    """Show a message to whoever sent this payload, and to nobody else.

    message: may say `replace_original`, and takes the place of the message with the button then.
    Where Slack does not take it by the response url, whatever the reason, it goes another way, on which it is
    tried until it arrives: as an edit where it replaces a message that stays, else by direct message. Nobody
    can look up whether Slack took what its reply to was lost: they may see the message twice then, which is
    better than never.
    """
    if await responded(deps, body, message):
        return
    place = payloads.lasting(body) if message.get("replace_original") else None
    if place is None:
        await write_to(deps, body, message, key=key)
    else:
        channel_id, ts = place
        where = {"channel_id": channel_id, "ts": ts}
        await _queue(deps, body, message, key=key, kind=outbox.REWRITTEN, where=where)


async def responded(deps: Deps, body: Payload, message: Payload) -> bool:
    """Whether a message was shown by the response url to whoever sent this payload, and to nobody else."""
    if not body.get("response_url"):
        return False
    # Its connections are kept open: to make one takes Slack longer than to take the message.
    session = deps.client_for(payloads.team_id(body)).session
    url = AsyncWebhookClient(body["response_url"], session=session, timeout=_TIMEOUT_S, retry_handlers=[])
    if not message.get("replace_original"):
        only_theirs = {"response_type": "ephemeral", "replace_original": False, **message}
        return await _post(url, only_theirs) == 200
    status = await _post(url, message)
    if status == _LOST or status >= 500:
        # Nobody knows whether it is there; to put the same in the same place once more does no harm.
        status = await _post(url, message)
    return status == 200


async def _post(url: AsyncWebhookClient, message: Payload) -> int:
    """The status of Slack's answer."""
    try:
        answer = await url.send_dict(message)
    except (aiohttp.ClientError, TimeoutError, OSError) as lost:
        _log.warning("no answer could be given: %r", lost)
        return _LOST
    if answer.status_code != 200:
        _log.warning("Slack does not take an answer: %s", answer.status_code)
    return int(answer.status_code)


async def write_to(deps: Deps, body: Payload, message: Payload, *, key: str = "answer") -> None:
    """Queue a direct message to whoever sent this payload, one of each key."""
    await _queue(deps, body, message, key=key, kind=outbox.WRITTEN, where={})


async def _queue(
    deps: Deps, body: Payload, message: Payload, *, key: str, kind: str, where: dict[str, str]
) -> None:
    user_id = payloads.user_id(body)
    if user_id is None:
        return
    now = deps.now()
    team_id = payloads.team_id(body)
    text = message["text"]
    async with deps.db.writing(team_id=team_id) as work:
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"{key}:{payloads.delivery(body, now=now).key}",
            recipient=user_id,
            kind=kind,
            body={"text": text, "blocks": message.get("blocks") or [kit.section(text)], **where},
            now=now,
        )
