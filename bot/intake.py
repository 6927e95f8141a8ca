"""The two ways in, Socket Mode and HTTP: both hand what Slack delivers to the same Bolt app."""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.async_base_handler import AsyncBaseSocketModeHandler
from slack_bolt.adapter.socket_mode.async_internals import send_async_response
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.health import Health
from handlers.shapes import misfit

_log = logging.getLogger(__name__)

EVENTS_PATH = "/slack/events"
_FINISH_WITHIN_S = 10.0
_SIGNED_BY = {
    "X-Slack-Request-Timestamp": re.compile(r"[0-9]{1,12}"),
    "X-Slack-Signature": re.compile(r"v0=[0-9a-f]{64}"),
}
_LARGEST = 4 * 1024 * 1024
"""Bytes of a body. The largest that Slack sends is a form: a view of 250 kB and what was typed, escaped."""

_READ_WITHIN_S = 10.0
"""Slack waits three seconds for an answer: whoever takes longer to ask is not Slack."""

_SSL_CHECK = "ssl_check=1"
_NOT_OF_SLACK = "not a payload of Slack"
_NO_HTTP = (HttpProcessingError, web.RequestPayloadError)
# No JSON, or none that can be walked; or no object where Bolt looks for one.
_UNREADABLE = (ValueError, LookupError, AttributeError, TypeError, RecursionError)


class NoPayload(Exception):
    """What was delivered is nothing that Slack would send; says what is wrong, without what it says."""


class Intake:
    """Counts what is in hand and times its answers; takes nothing more once it is stopping."""

    def __init__(self, *, health: Health, after_each: Callable[[], None]) -> None:
        """after_each: called when a delivery was answered, as it may have queued messages."""
        self._health = health
        self._after_each = after_each
        self._in_hand = 0
        self.is_empty = asyncio.Event()
        """Set while nothing is in hand."""
        self.is_empty.set()
        self.is_stopping = False

    async def take(self, kind: str, answer: Callable[[], Any]) -> BoltResponse:
        """Have one delivery answered by `answer()`, which runs the Bolt app."""
        started_s = time.monotonic()
        self._in_hand += 1
        self.is_empty.clear()
        outcome = "error"
        try:
            response: BoltResponse = await answer()
            outcome = "ok" if response.status == 200 else "error"
            return response
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self.is_empty.set()
            self._health.delivery_answered(kind, outcome, time.monotonic() - started_s)
            self._after_each()

    async def finish(self) -> None:
        """Take nothing more, and return once what is in hand is answered."""
        patience_s = 0.0 if self.is_stopping else _FINISH_WITHIN_S  # asked again, it has waited
        self.is_stopping = True
        try:
            async with asyncio.timeout(patience_s):
                await self.is_empty.wait()
        except TimeoutError:
            _log.warning("stopping with %d deliveries unanswered; Slack delivers events again", self._in_hand)


class Socket(SocketModeClient):
    """Slack's client, which here tells of each pong and does not hold on to an address that fails."""

    on_pong: Callable[[], None] = staticmethod(lambda: None)
    _last_pong: float | None = None

    address_good_for_s: float = 20.0
    """How long to try one address before another is asked for, in seconds."""

    async def connect(self) -> None:
        """Connect, however long it takes."""
        while not self.closed:
            try:
                async with asyncio.timeout(self.address_good_for_s):
                    await super().connect()  # type: ignore[no-untyped-call]  # slack_sdk leaves it bare
                return
            except TimeoutError:
                # Left alone it tries the same address for ever, and each is good for one connection and
                # for a short time: after an outage it would never come back.
                self.wss_uri = None

    @property
    def last_ping_pong_time(self) -> float | None:
        return self._last_pong

    @last_ping_pong_time.setter
    def last_ping_pong_time(self, sent_at: float | None) -> None:
        self._last_pong = sent_at
        if sent_at is not None:
            self.on_pong()


class SocketMode(AsyncBaseSocketModeHandler):
    """Slack comes in over a web socket that the bot opens: no public address is needed."""

    def __init__(self, app: AsyncApp, *, intake: Intake, health: Health, app_token: str) -> None:
        self.app = self._app = app
        self._intake = intake
        self._health = health
        self.client: Socket = Socket(app_token=app_token, web_client=app.client)
        self.client.on_pong = health.socket_heard
        self.client.on_message_listeners.append(self._heard)
        self.client.socket_mode_request_listeners.append(self.handle)

    async def start(self, reader: AsyncWebClient) -> None:
        """Connect. Raises SlackApiError where the app-level token is refused: later that is only logged.

        reader: asked for the first address; may retry.
        """
        opened = await reader.apps_connections_open(app_token=self.client.app_token)
        self.client.wss_uri = str(opened["url"])
        # The watch on silence begins here, whether or not anything comes.
        self._health.socket_heard()
        await self.client.connect()

    async def stop(self) -> None:
        """Answer what is in hand, then close."""
        await self._intake.finish()
        socket = self.client
        await socket.close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it bare
        tasks = (socket.message_processor, socket.current_session_monitor, socket.message_receiver)
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)

    async def handle(self, client: AsyncBaseSocketModeClient, req: SocketModeRequest) -> None:
        """One envelope; acknowledged once the app answered it well."""
        if self._intake.is_stopping:
            return  # not acknowledged: Slack gives it to another connection, or to the next start
        started_s = time.time()
        try:
            delivered = bolt_request(req.payload, headers=build_headers(req), mode="socket_mode")
        except NoPayload as wrong:
            _log.warning("refused what came over the socket: %s", wrong)
            return  # not acknowledged, which Slack shows to whoever waits
        response = await self._intake.take(req.type, lambda: self._app.async_dispatch(delivered))
        await send_async_response(client, req, response, started_s)

    async def _heard(self, _message: object) -> None:
        self._health.socket_heard()


def bolt_request(
    body: str | dict[str, Any], *, headers: Mapping[str, Any] | None, mode: str
) -> AsyncBoltRequest:
    """What Slack delivered, as Bolt takes it. Raises NoPayload where no listener could read it.

    body: as it came by HTTP, or a Socket Mode envelope's payload. mode: `http` or `socket_mode`.
    """
    try:
        request = AsyncBoltRequest(body=body, headers=dict(headers or {}), mode=mode)
    except _UNREADABLE as wrong:
        raise NoPayload(f"it cannot be read ({type(wrong).__name__})") from None
    if (wrong_at := misfit(request.body)) is not None:
        raise NoPayload(f"not as Slack writes it: {wrong_at}")
    return request


def tell_briefly(record: logging.LogRecord) -> bool:
    """A filter of the HTTP server's log: what came there and is no HTTP is a line, and no fault of ours."""
    wrong = record.exc_info[1] if record.exc_info else None
    if isinstance(wrong, _NO_HTTP):
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg, record.args = "refused what came by HTTP: %s", (type(wrong).__name__,)
        record.exc_info = None
    return True


def http_route(app: AsyncApp, intake: Intake, *, signing_secret: str) -> web.RouteDef:
    """Slack comes in by HTTP, signed."""
    verifier = SignatureVerifier(signing_secret)

    async def events(request: web.Request) -> web.Response:
        if intake.is_stopping:
            return web.Response(status=503, text="stopping")
        # Before anything is made of it: who is not Slack has nothing of theirs parsed, logged or answered.
        signed = _signature(request)
        try:
            async with asyncio.timeout(_READ_WITHIN_S):
                body = (await request.clone(client_max_size=_LARGEST).read()).decode()
        except TimeoutError:
            return web.Response(status=408, text="took too long")
        except (UnicodeDecodeError, web.RequestPayloadError, ConnectionError):
            return web.Response(status=400, text=_NOT_OF_SLACK)
        if _SSL_CHECK in body.split("&"):
            return web.Response()  # a look at the certificate, which asks for nothing
        if signed is None or not verifier.is_valid(body, *signed):
            return web.Response(status=401, text="not signed by Slack")
        try:
            delivered = bolt_request(body, headers=request.headers, mode="http")
        except NoPayload as wrong:
            _log.warning("refused what came by HTTP: %s", wrong)
            return web.Response(status=400, text=_NOT_OF_SLACK)
        response = await intake.take(_kind(delivered), lambda: app.async_dispatch(delivered))
        return await to_aiohttp_response(response)

    return web.post(EVENTS_PATH, events)


def _signature(request: web.Request) -> tuple[str, str] | None:
    """The second and the signature; None where they are not there once each, and readable."""
    given = [request.headers.getall(header, []) for header in _SIGNED_BY]
    shapes = _SIGNED_BY.values()
    if any(len(one) != 1 or not shape.fullmatch(one[0]) for one, shape in zip(given, shapes, strict=True)):
        return None
    ((timestamp,), (signature,)) = given
    return timestamp, signature


def _kind(request: AsyncBoltRequest) -> str:
    # The names of Socket Mode's envelopes, so that both ways are counted alike.
    if "command" in request.body:
        return "slash_commands"
    return "events_api" if "event" in request.body else "interactive"
