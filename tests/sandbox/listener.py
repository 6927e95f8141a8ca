"""A bare Socket Mode client for tests: it says exactly what a test has it say."""

import asyncio
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.patience import PATIENCE_S
from sandbox.records import App
from sandbox.server import Sandbox


class Listener:
    """One open socket of one app.

    heard: every message that arrived, the hello and disconnects too.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, session: aiohttp.ClientSession) -> None:
        self.socket = socket
        self.heard: list[dict[str, Any]] = []
        self._session = session

    async def next(self, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """The next message; raises TimeoutError if none comes, ConnectionError if the socket ends."""
        frame = await self.socket.receive(timeout=timeout_s)
        if frame.type is not aiohttp.WSMsgType.TEXT:
            raise ConnectionError(str(frame.type))
        message: dict[str, Any] = frame.json()
        self.heard.append(message)
        return message

    async def answer(self, envelope: dict[str, Any], payload: Any = None) -> None:
        """Acknowledge an envelope, with an answer where one is given."""
        said = {"envelope_id": envelope["envelope_id"]}
        await self.socket.send_json(said if payload is None else {**said, "payload": payload})

    async def take(self, payload: Any = None, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait for the next envelope, acknowledge it, return it."""
        envelope = await self.next(timeout_s)
        await self.answer(envelope, payload)
        return envelope

    async def close(self) -> None:
        """Say goodbye."""
        await self.socket.close()
        await self._session.close()


async def listen(sandbox: Sandbox, app: App) -> Listener:
    """Open a socket as apps do, by way of apps.connections.open, and hear the hello."""
    client = AsyncWebClient(base_url=sandbox.api_url, retry_handlers=[])
    opened = await client.apps_connections_open(app_token=app.app_token)
    session = aiohttp.ClientSession()
    listener = Listener(await session.ws_connect(opened["url"]), session)
    async with asyncio.timeout(PATIENCE_S):
        await listener.next()
    return listener
