"""Gets what happens to the apps: events with retries, commands and interactions without; keeps a log of it.

How a payload travels is in socket_mode.py and http_delivery.py; what an event says is in events.py.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from sandbox.delivered import Ack, Answer, Delivered, Kind
from sandbox.events import envelope, heard, rate_limited
from sandbox.http_delivery import HttpSender
from sandbox.records import App, Change
from sandbox.socket_mode import SocketSender
from sandbox.workspace import Workspace

RETRIES_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
"""When an unacknowledged event is sent again, counted from the first attempt, on the workspace's clock."""


MOST_EVENTS_AN_HOUR = 30_000
"""Of one workspace to one app; beyond, an app is told only that it missed some (`app_rate_limited`)."""


class Delivery:
    """The way from the workspace to the apps."""

    def __init__(
        self, workspace: Workspace, *, base_url: Callable[[], str], ack_within_s: float = 3.0
    ) -> None:
        """base_url: where the sandbox is served, asked when needed. ack_within_s: of real time."""
        self.workspace = workspace
        self.ack_within_s = ack_within_s
        self.most_events_an_hour = MOST_EVENTS_AN_HOUR
        self.log: deque[Delivered] = deque(maxlen=20_000)
        self.on_logged: list[Callable[[Delivered], None]] = []
        """Told of each entry of the log when it is made and whenever it changes; must not block."""
        self.sockets = SocketSender(workspace, base_url=base_url)
        self.http = HttpSender(workspace)
        self._told_at: dict[str, deque[datetime]] = {}
        self._limited_in: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._idle = asyncio.Event()
        workspace.subscribe(self._on_change)

    def routes(self) -> list[web.RouteDef]:
        """What the sandbox's server must serve for delivery."""
        return [web.get("/socket", self.sockets.serve)]

    def open_ticket(self, app: App) -> str:
        """An address for one web socket of this app, as `apps.connections.open` hands it out."""
        return self.sockets.open_ticket(app)

    async def deliver(
        self, app: App, kind: Kind, payload: dict[str, Any], *, accepts_response: bool = True
    ) -> Ack:
        """Send a payload once and wait for the acknowledgement, at most `ack_within_s`."""
        delivered = self._logged(app, kind, payload)
        return await self._attempt(app, delivered, accepts_response=accepts_response)

    def note_problem(self, payload: dict[str, Any], problem: str) -> None:
        """Write into the log what was wrong with the answer to a payload, though it came in time."""
        for delivered in reversed(self.log):
            if delivered.payload is payload:
                delivered.problem = problem
                self._tell_of(delivered)
                return

    async def redeliver(self, event_id: str) -> Ack:
        """Send an event of the log once more, as Slack does when an acknowledgement is lost.

        Raises KeyError if there is no such event.
        """
        for delivered in reversed(self.log):
            if delivered.event_id == event_id:
                app = self.workspace.apps[delivered.app_id]
                retry = max(1, min(delivered.attempts, len(RETRIES_AFTER)))
                return await self._attempt(app, delivered, accepts_response=False, retry=retry)
        raise KeyError(event_id)

    async def set_request_url(self, app: App, url: str) -> None:
        """Make an app receive over HTTP at `url`, once it has answered Slack's challenge there.

        Raises SlackError `url_verification_failed` and leaves the app as it was.
        """
        await self.http.verify(app, url, within_s=self.ack_within_s)
        app.request_url = url
        app.socket_mode = False

    async def quiet(self) -> None:
        """Return once nothing is on its way. Retries that wait for the clock do not count."""
        while True:
            # A task that a moved clock has woken runs a turn or two later.
            for _ in range(5):
                await asyncio.sleep(0)
            if not self._busy:
                return
            await self._idle.wait()

    async def stop(self) -> None:
        """Close every socket, forget every retry."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.close()
        await self.http.close()

    # -- faults ---------------------------------------------------------------------------------------

    def cut_sockets(self) -> int:
        """Drop every socket without a goodbye, as a network does; returns how many."""
        return self.sockets.cut()

    def mute_sockets(self) -> None:
        """Keep every socket open, but say nothing on it and hear nothing, until `unmute_sockets`."""
        self.sockets.mute()

    def unmute_sockets(self) -> None:
        """Speak and listen again."""
        self.sockets.muted = False

    async def refresh_sockets(self, reason: str = "refresh_requested") -> None:
        """Ask every app for a new connection (`disconnect`), as Slack does every few hours."""
        await self.sockets.refresh(reason)

    # -- events ---------------------------------------------------------------------------------------

    def _on_change(self, change: Change) -> None:
        if not self.workspace.url:
            # People who are there before the doors open: nobody is told of them.
            return
        for told in heard(self.workspace, change):
            if not told.app.socket_mode and not told.app.request_url:
                continue
            if self._is_within_rate(told.app):
                self._begin(told.app, envelope(self.workspace, told))
            elif self._limited_in.get(told.app.id) != (minute := self.workspace.now_s() // 60 * 60):
                self._limited_in[told.app.id] = minute
                self._begin(told.app, rate_limited(self.workspace, told.app, minute))

    def _is_within_rate(self, app: App) -> bool:
        now = self.workspace.clock.now()
        told_at = self._told_at.setdefault(app.id, deque())
        # A clock that was moved back leaves instants of the future behind: they count no more.
        while told_at and not now - timedelta(hours=1) < told_at[0] <= now:
            told_at.popleft()
        if len(told_at) >= self.most_events_an_hour:
            return False
        told_at.append(now)
        return True

    def _begin(self, app: App, payload: dict[str, Any]) -> None:
        delivered = self._logged(app, "events_api", payload)
        self._enter()
        self._spawn(self._tell(app, delivered))

    async def _tell(self, app: App, delivered: Delivered) -> None:
        """One event, until it is acknowledged or Slack gives up. Runs with `_busy` already counted."""
        try:
            ack = await self._attempt(app, delivered, accepts_response=False)
        finally:
            self._leave()
        for retry, after in enumerate(RETRIES_AFTER, start=1):
            if ack.ok or not ack.may_retry:
                return
            due = delivered.at + after
            if not after:
                # A socket that has just died is replaced in a moment: "at once" waits for it.
                due = delivered.at + RETRIES_AFTER[1]
                await self._until_reachable(app, due)
            else:
                await self.workspace.clock.sleep_until(due)
            ack = await self._attempt(app, delivered, accepts_response=False, retry=retry)

    async def _until_reachable(self, app: App, due: datetime) -> None:
        if not app.socket_mode or self.sockets.is_open(app):
            return
        opened = asyncio.ensure_future(self.sockets.opened(app))
        given_up = asyncio.ensure_future(self.workspace.clock.sleep_until(due))
        try:
            await asyncio.wait([opened, given_up], return_when=asyncio.FIRST_COMPLETED)
        finally:
            opened.cancel()
            given_up.cancel()

    # -- one attempt ----------------------------------------------------------------------------------

    async def _attempt(
        self, app: App, delivered: Delivered, *, accepts_response: bool, retry: int = 0
    ) -> Ack:
        started_s = time.monotonic()
        reason = delivered.error if retry else ""
        kind, payload = delivered.kind, delivered.payload
        cut = asyncio.Event()
        self._enter()
        try:
            async with asyncio.timeout(self.ack_within_s):
                if app.socket_mode:
                    answer = await self.sockets.send(
                        app,
                        kind,
                        payload,
                        cut=cut,
                        accepts_response=accepts_response,
                        retry=retry,
                        reason=reason,
                    )
                else:
                    answer = await self.http.send(app, kind, payload, retry=retry, reason=reason)
        except TimeoutError:
            answer = Answer(error="operation_timeout")
        finally:
            self._leave()
        ack = Ack(**answer._asdict(), took_s=time.monotonic() - started_s, was_cut=cut.is_set())
        delivered.acks.append(ack)
        self._tell_of(delivered)
        return ack

    def _enter(self) -> None:
        self._busy += 1
        self._idle.clear()

    def _leave(self) -> None:
        self._busy -= 1
        if not self._busy:
            self._idle.set()

    def _logged(self, app: App, kind: Kind, payload: dict[str, Any]) -> Delivered:
        delivered = Delivered(app_id=app.id, kind=kind, payload=payload, at=self.workspace.clock.now())
        self.log.append(delivered)
        self._tell_of(delivered)
        return delivered

    def _tell_of(self, delivered: Delivered) -> None:
        for listener in self.on_logged:
            listener(delivered)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
