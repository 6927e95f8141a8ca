"""Several processes of the bot on one database, in either mode; for HTTP a balancer that goes round them."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import aiohttp
from aiohttp import web

from sandbox.records import App
from sandbox.server import Sandbox

ROOT = Path(__file__).parents[2]
_STARTS_WITHIN_S = 60


@dataclass
class Balancer:
    """Hands each request to the next replica; to another one where nobody listens there any more."""

    ports: list[int]
    url: str = ""
    found_nobody: int = 0
    """How often it went on to the next, as nobody listened."""
    failed: int = 0
    """How many requests got no answer, or one that says that it failed."""
    _turn: int = 0
    _runner: web.AppRunner = field(init=False)
    _session: aiohttp.ClientSession = field(init=False)

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.add_routes([web.post("/slack/events", self._forward)])
        self._runner = web.AppRunner(application, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        self._session = aiohttp.ClientSession()
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def _forward(self, request: web.Request) -> web.Response:
        body = await request.read()
        kept = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        for _ in self.ports:
            self._turn += 1
            port = self.ports[self._turn % len(self.ports)]
            try:
                async with self._session.post(
                    f"http://127.0.0.1:{port}/slack/events", data=body, headers=kept
                ) as answer:
                    text, content_type = await answer.text(), answer.content_type
                    self.failed += answer.status >= 500
                    return web.Response(status=answer.status, text=text, content_type=content_type)
            except aiohttp.ClientConnectorError:
                self.found_nobody += 1
                continue
            except aiohttp.ClientError:
                break  # it may have had its effect: that is for whoever sent it to find out
        self.failed += 1
        return web.Response(status=502)


class Replicas:
    """The processes. Leaving it ends those that still run."""

    def __init__(
        self, environment: Mapping[str, str], folder: Path, *, ports: list[int] | None = None
    ) -> None:
        """ports: one for each in HTTP mode; none is Socket Mode, where three are started."""
        self._environment = environment
        self._folder = folder
        self._ports: list[int | None] = list(ports) if ports else [None] * 3
        self.processes: list[asyncio.subprocess.Process] = []

    async def __aenter__(self) -> Self:
        for port in self._ports:
            more = {} if port is None else {"HTTP_PORT": str(port)}
            with (self._folder / "bots.log").open("ab") as log:
                self.processes.append(
                    await asyncio.create_subprocess_exec(
                        *(sys.executable, "-m", "tests.chaos.process"),
                        env={**self._environment, **more},
                        cwd=self._folder,
                        stderr=log,
                    )
                )
        return self

    async def __aexit__(self, *_exception: object) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def ready(self, sandbox: Sandbox, app: App) -> None:
        """Return once each takes in what Slack delivers."""
        async with asyncio.timeout(_STARTS_WITHIN_S), aiohttp.ClientSession() as session:
            for port in self._ports:
                while port is not None and not await is_listening(session, port):
                    await asyncio.sleep(0.1)
            while None in self._ports and sandbox.delivery.sockets.count(app) < len(self._ports):
                await asyncio.sleep(0.1)

    async def kill(self, pid: int) -> None:
        """SIGKILL one of them. Raises LookupError where it is none of them."""
        for process in self.processes:
            if process.pid == pid:
                process.kill()
                await process.wait()
                return
        raise LookupError(f"no replica has the id {pid}")

    def log(self) -> str:
        """What they said."""
        return (self._folder / "bots.log").read_text(encoding="utf-8")


def environment(sandbox: Sandbox, app: App, database_url: str, *, ahead_s: float) -> dict[str, str]:
    """What each process is told, but for its way in. ahead_s: of its clock before the host's."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SLACK_")},
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_API_URL": sandbox.api_url,
        "DATABASE_URL": database_url,
        "LOG_LEVEL": "WARNING",
        "TEST_CLOCK_AHEAD_S": str(ahead_s),
    }


async def is_listening(session: aiohttp.ClientSession, port: int) -> bool:
    """Whether a replica is ready on that port."""
    try:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
