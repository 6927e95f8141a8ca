"""The sandbox as a server: puts the workspace, the Web API, delivery, interactions and the page together."""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox.calls import Call
from sandbox.control import Control
from sandbox.delivery import Delivery
from sandbox.director import Director
from sandbox.faults import Faults
from sandbox.interactions import Interactions
from sandbox.limits import Rates
from sandbox.page import Page
from sandbox.patience import PATIENCE_S
from sandbox.person import Person
from sandbox.uploads import MOST_BYTES, Uploads
from sandbox.web_api import WebApi
from sandbox.workspace import Workspace


class Sandbox:
    """A workspace that apps reach over HTTP and web sockets, and people in a browser, on loopback only.

    calls: every call of the Web API, the oldest dropped beyond 20,000.
    on_call: told of each call as it is answered; must not block.
    faults, rates: what goes wrong on demand, and what is too much; both can be changed while it runs.
    director: moves the clock and knows the calendar, where whoever embeds the sandbox gave one.
    """

    def __init__(self, workspace: Workspace, *, rates: Rates | None = None, seed: int = 0) -> None:
        """rates: Slack's own where none are given. seed: of the faults."""
        self.workspace = workspace
        self.clock = workspace.clock
        self.rates = rates or Rates()
        self.faults = Faults(seed)
        self.calls: deque[Call] = deque(maxlen=20_000)
        self.on_call: list[Callable[[Call], None]] = []
        self.uploads = Uploads(workspace)
        self.delivery = Delivery(workspace, base_url=lambda: self.url)
        self.interactions = Interactions(workspace, self.delivery, self.faults)
        self.director: Director | None = None
        self._runner: web.AppRunner | None = None
        self.page = Page(self)
        self._people: dict[str, Person] = {}
        self._poster: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it is served, such as `http://127.0.0.1:43121`; empty while it is not."""
        return self.workspace.url

    @property
    def api_url(self) -> str:
        """The base of the Web API, with its final slash: `base_url` of slack_sdk's clients."""
        return f"{self.url}/api/"

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Serve; port 0 takes a free one. Raises ValueError for a host that is not loopback.

        Its secrets come from a seed and anyone may be anyone, so it is never served to a network.
        """
        if host != "localhost" and not ip_address(host).is_loopback:
            raise ValueError(f"the sandbox is served on loopback only, not on {host}")
        app = web.Application(client_max_size=MOST_BYTES)
        for part in (WebApi(self), self.uploads, self.delivery, self.interactions, Control(self), self.page):
            app.add_routes(part.routes())
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        bound = self._runner.addresses[0]
        self.workspace.url = f"http://{host}:{bound[1]}"
        self._poster = asyncio.create_task(self._post_scheduled())

    async def stop(self) -> None:
        """Stop serving; deliveries that wait are dropped, and the state stays."""
        if self._poster is not None:
            self._poster.cancel()
            await asyncio.gather(self._poster, return_exceptions=True)
        await self.delivery.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        self._runner = self._poster = None
        self.workspace.url = ""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def person(self, user_id: str) -> Person:
        """A member of the workspace at their Slack client, the same one each time.

        Raises SlackError `user_not_found`.
        """
        if user_id not in self._people:
            self._people[user_id] = Person(self, self.workspace.user(user_id).id)
        return self._people[user_id]

    def log_call(self, call: Call) -> None:
        """Keep a call in `calls`, and tell of it."""
        self.calls.append(call)
        for listener in self.on_call:
            listener(call)

    async def quiet(self, timeout_s: float = PATIENCE_S) -> None:
        """Return once no delivery is on its way; raises TimeoutError after `timeout_s` of real time."""
        async with asyncio.timeout(timeout_s):
            await self.delivery.quiet()

    async def move_clock(self, instant: datetime) -> None:
        """Set the clock, by way of the director where there is one."""
        if self.director is not None:
            await self.director.move_to(instant)
        else:
            self.clock.move_to(instant)

    async def _post_scheduled(self) -> None:
        scheduled = asyncio.Event()
        self.workspace.on_schedule(scheduled.set)
        while True:
            scheduled.clear()
            due = self.workspace.post_due()
            waits: list[asyncio.Task[Any]] = [asyncio.create_task(scheduled.wait())]
            if due is not None:
                waits.append(asyncio.create_task(self.clock.sleep_until(due)))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
                await asyncio.gather(*waits, return_exceptions=True)
