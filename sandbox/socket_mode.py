"""Socket Mode: an app's web sockets, the envelopes that go down them, the acknowledgements that come back."""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.delivered import Answer, Kind
from sandbox.errors import SlackError
from sandbox.records import App
from sandbox.workspace import Workspace

MOST_CONNECTIONS = 10
PING_EVERY_S = 10.0
DRAIN_S = 10.0
"""A connection that was asked to make way is closed after this, in real seconds."""


@dataclass(eq=False)
class _Connection:
    app_id: str
    socket: web.WebSocketResponse
    request: web.Request
    leaving: bool = False


@dataclass(eq=False)
class _Waiting:
    kind: Kind
    connection: _Connection
    answer: asyncio.Future[Answer]
    cut: asyncio.Event


class SocketSender:
    """Every app's open sockets. Each envelope goes to one of them, in turn."""

    def __init__(self, workspace: Workspace, *, base_url: Callable[[], str]) -> None:
        """base_url: where the sandbox is served (`http://…`), asked when needed."""
        self.muted = False
        self._workspace = workspace
        self._base_url = base_url
        self._tickets: dict[str, str] = {}
        self._connections: dict[str, list[_Connection]] = {}
        self._turn = 0
        self._waiting: dict[str, _Waiting] = {}
        self._opened = asyncio.Event()
        self._closing: set[asyncio.Task[None]] = set()

    def open_ticket(self, app: App) -> str:
        """An address good for one connection; raises SlackError `too_many_websockets` over ten."""
        if len(self._connections.get(app.id, [])) >= MOST_CONNECTIONS:
            raise SlackError("too_many_websockets")
        ticket = uuid.uuid4().hex
        self._tickets[ticket] = app.id
        return f"{self._base_url().replace('http', 'ws', 1)}/socket?ticket={ticket}&app_id={app.id}"

    def is_open(self, app: App) -> bool:
        """Whether a connection of the app is there to take an envelope."""
        return any(not connection.leaving for connection in self._connections.get(app.id, []))

    def count(self, app: App) -> int:
        """How many connections the app has open."""
        return len(self._connections.get(app.id, []))

    async def opened(self, app: App) -> None:
        """Return once the app has a connection."""
        while not self.is_open(app):
            await self._opened.wait()

    async def send(
        self,
        app: App,
        kind: Kind,
        payload: dict[str, Any],
        *,
        cut: asyncio.Event,
        accepts_response: bool,
        retry: int = 0,
        reason: str = "",
    ) -> Answer:
        """Put a payload into an envelope, send it down one connection, wait for the acknowledgement.

        cut: set where that connection dies or falls mute before.
        """
        connection = self._next(app)
        if connection is None:
            return Answer(error="dispatch_failed")
        envelope_id = str(uuid.uuid4())
        envelope: dict[str, Any] = {
            "envelope_id": envelope_id,
            "payload": payload,
            "type": kind,
            "accepts_response_payload": accepts_response,
        }
        if kind == "events_api":
            # Whatever went wrong, Slack's socket calls it a timeout.
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout" if reason else ""}
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = _Waiting(kind, connection, answer, cut)
        if self.muted:
            cut.set()
        try:
            await self._say(connection, envelope)
            return await answer
        finally:
            del self._waiting[envelope_id]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The route that a ticket's address leads to: one connection, until either side ends it."""
        app_id = self._tickets.pop(request.query.get("ticket", ""), None)
        if app_id is None:
            return web.Response(status=401, text="invalid ticket")
        # Pings are answered by hand: a mute socket must not.
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        connection = _Connection(app_id, socket, request)
        connections = self._connections.setdefault(app_id, [])
        connections.append(connection)
        try:
            await self._say(connection, _hello(app_id, len(connections)))
            opened, self._opened = self._opened, asyncio.Event()
            opened.set()
            await self._listen(connection)
        finally:
            connections.remove(connection)
            self._give_up(connection)
        return socket

    async def refresh(self, reason: str) -> None:
        """Ask every connection to make way for a new one."""
        for connection in self._all():
            connection.leaving = True
            debug = {"host": "sandbox"}
            await self._say(connection, {"type": "disconnect", "reason": reason, "debug_info": debug})
            task = asyncio.get_running_loop().create_task(self._close_later(connection))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def cut(self) -> int:
        """Drop every connection as a broken network does; returns how many there were."""
        connections = self._all()
        for connection in connections:
            connection.leaving = True
            if connection.request.transport is not None:
                connection.request.transport.abort()
        return len(connections)

    def mute(self) -> None:
        """Say nothing on any connection and hear nothing, until `muted` is taken back."""
        self.muted = True
        for waiting in self._waiting.values():
            waiting.cut.set()

    async def close(self) -> None:
        """End every connection."""
        for task in self._closing:
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)
        for connection in self._all():
            # Without a wait for the other side: it may be gone, or mute.
            if connection.request.transport is not None:
                connection.request.transport.close()

    def _all(self) -> list[_Connection]:
        return [connection for connections in self._connections.values() for connection in connections]

    def _next(self, app: App) -> _Connection | None:
        connections = self._connections.get(app.id, [])
        # One that makes way still takes what comes while there is no other.
        usable = [c for c in connections if not c.leaving] or connections
        if not usable:
            return None
        self._turn += 1
        return usable[self._turn % len(usable)]

    async def _say(self, connection: _Connection, message: dict[str, Any]) -> None:
        if self.muted or connection.socket.closed:
            return
        try:
            await connection.socket.send_str(json.dumps(message))
        except ConnectionError:
            # The listener finds it out too and gives up what is waiting.
            return

    async def _listen(self, connection: _Connection) -> None:
        silent_s = 0.0
        while not connection.socket.closed:
            try:
                frame = await connection.socket.receive(timeout=PING_EVERY_S)
            except TimeoutError:
                silent_s += PING_EVERY_S
                if silent_s > 3 * PING_EVERY_S:
                    return
                if not self.muted:
                    await connection.socket.ping()
                continue
            silent_s = 0.0
            if frame.type in (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR):
                return
            if self.muted:
                continue
            if frame.type is WSMsgType.PING:
                await connection.socket.pong(frame.data)
            elif frame.type is WSMsgType.TEXT:
                self._acknowledge(connection, frame.data)

    def _acknowledge(self, connection: _Connection, text: str) -> None:
        try:
            said = json.loads(text)
        except ValueError:
            return
        waiting = self._waiting.get(str(said.get("envelope_id", ""))) if isinstance(said, dict) else None
        # The client may have changed over to a new connection since: any one of its app's will do.
        if waiting and waiting.connection.app_id == connection.app_id and not waiting.answer.done():
            waiting.answer.set_result(Answer(body=said.get("payload")))

    def _give_up(self, connection: _Connection) -> None:
        for waiting in self._waiting.values():
            if waiting.connection is connection:
                waiting.cut.set()
            # A person's click is not sent again, but may be answered by another connection in time.
            is_event = waiting.kind == "events_api"
            if waiting.connection is connection and is_event and not waiting.answer.done():
                waiting.answer.set_result(Answer(error="connection_lost"))

    async def _close_later(self, connection: _Connection) -> None:
        await asyncio.sleep(DRAIN_S)
        await connection.socket.close()


def _hello(app_id: str, number: int) -> dict[str, Any]:
    return {
        "type": "hello",
        "num_connections": number,
        "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18_060},
        "connection_info": {"app_id": app_id},
    }
