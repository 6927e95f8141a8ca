"""The clients of Slack's Web API: one that posts and never tries again itself, one that reads and waits."""

import asyncio
import os
from typing import Any

import aiohttp
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.config import Settings
from bot.pace import Pauses, asked_to_wait_s

REQUEST_TIMEOUT_S = 10
_MOST_RETRIES = 5
_TOO_MANY = 429


def web_client(settings: Settings, *, session: aiohttp.ClientSession | None = None) -> AsyncWebClient:
    """A client with the bot's token, which does not retry: where a reply is lost, a second try posts twice.

    session: kept open between calls, whose handshakes it saves; without one each call opens its own.
    """
    return AsyncWebClient(**_common(settings), session=session, retry_handlers=[])


class PatientClient(AsyncWebClient):
    """For what may be asked twice: waits out rate limits, failures of Slack and lost connections."""

    def __init__(self, settings: Settings) -> None:
        handlers = (
            AsyncRateLimitErrorRetryHandler(max_retry_count=_MOST_RETRIES),
            AsyncServerErrorRetryHandler(max_retry_count=_MOST_RETRIES),
            AsyncConnectionErrorRetryHandler(max_retry_count=_MOST_RETRIES),
        )
        super().__init__(**_common(settings), retry_handlers=[_Considerate(self, one) for one in handlers])
        self.pauses: Pauses | None = None
        """Shared with who else calls Slack here: one is not to ask what the other was told to wait with."""

    async def api_call(self, api_method: str, **options: Any) -> AsyncSlackResponse:
        """Call a method, once Slack wants it called."""
        if self.pauses is not None:
            await asyncio.sleep(self.pauses.left_s(api_method))
        return await super().api_call(api_method, **options)


class _Considerate(AsyncRetryHandler):
    """Another handler, which tells the others here how long Slack wants it to wait, and waits for them."""

    def __init__(self, client: PatientClient, handler: AsyncRetryHandler) -> None:
        super().__init__(max_retry_count=handler.max_retry_count)
        self._client = client
        self._handler = handler

    async def can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        return await self._handler.can_retry_async(
            state=state, request=request, response=response, error=error
        )

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        pauses, method = self._client.pauses, request.url.rstrip("/").rpartition("/")[2]
        if pauses is not None and response is not None and response.status_code == _TOO_MANY:
            pauses.told(method, wait_s=asked_to_wait_s(response.headers))
        await self._handler.prepare_for_next_attempt_async(
            state=state, request=request, response=response, error=error
        )
        if pauses is not None:
            # Meanwhile another may have been told to wait for longer.
            await asyncio.sleep(pauses.left_s(method))


def _common(settings: Settings) -> dict[str, Any]:
    return {
        "token": settings.bot_token.reveal(),
        "base_url": settings.slack_api_url,
        "timeout": REQUEST_TIMEOUT_S,
        # Tells the replicas apart in the log of a proxy.
        "user_agent_suffix": f"alumni-bot/{os.getpid()}",
    }
