"""Answers that do not come with the acknowledgement: by the response url, or by direct message."""

import logging

import aiohttp
from slack_sdk.webhook.async_client import AsyncWebhookClient

from handlers import payloads
from handlers.deps import Deps
from handlers.payloads import Payload
from storage import outbox

_log = logging.getLogger(__name__)

_TIMEOUT_S = 10


async def reply(deps: Deps, body: Payload, message: Payload, *, key: str = "answer") -> None:
    """Show a message to whoever sent this payload, and to nobody else.

    Where Slack does not take it by the response url, whatever the reason, it goes by direct message: there it
    is tried until it arrives. Of a reply that was lost they may so see the message twice.
    """
    if not await responded(deps, body, message):
        await write_to(deps, body, message, key=key)


async def responded(deps: Deps, body: Payload, message: Payload) -> bool:
    """Whether a message was shown by the response url to whoever sent this payload, and to nobody else."""
    if not body.get("response_url"):
        return False
    # Its connections are kept open: to make one takes Slack longer than to take the message.
    session = deps.client_for(payloads.team_id(body)).session
    url = AsyncWebhookClient(body["response_url"], session=session, timeout=_TIMEOUT_S, retry_handlers=[])
    try:
        answer = await url.send_dict({"response_type": "ephemeral", "replace_original": False, **message})
    except (aiohttp.ClientError, TimeoutError, OSError) as lost:
        _log.warning("no answer could be given: %r", lost)
        return False
    if answer.status_code != 200:
        _log.warning("Slack does not take an answer: %s", answer.status_code)
    return answer.status_code == 200


async def write_to(deps: Deps, body: Payload, message: Payload, *, key: str = "answer") -> None:
    """Queue a direct message to whoever sent this payload, one of each key."""
    user_id = payloads.user_id(body)
    if user_id is None:
        return
    now = deps.now()
    team_id = payloads.team_id(body)
    async with deps.db.writing(team_id=team_id) as work:
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"{key}:{payloads.delivery(body, now=now).key}",
            recipient=user_id,
            kind="message",
            body=message,
            now=now,
        )
