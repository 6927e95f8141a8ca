"""A bot whose database vanishes without a word: it stops all the same when it is told to."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot import app as bot_app
from bot.config import read_values, settings_from
from sandbox.server import Sandbox
from tests.chaos.scene import BEGINS_AT, build, rates, surroundings

_STOPS_WITHIN_S = 40


class Way:
    """The way to a database's socket; it can be blocked, which neither end is told of."""

    def __init__(self, folder: Path, target: str) -> None:
        self.folder = folder
        self._target = target
        self._is_open = asyncio.Event()
        self._is_open.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.reached = asyncio.Event()
        """Somebody has said something on a way that is blocked."""

    async def open(self) -> asyncio.Server:
        """Let connections come."""
        return await asyncio.start_unix_server(self._serve, self.folder / ".s.PGSQL.5432")

    def block(self) -> None:
        """Nothing more comes through."""
        self._is_open.clear()

    async def close(self) -> None:
        """End what still goes through."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_unix_connection(f"{self._target}/.s.PGSQL.5432")
        for source, target in ((reader, there[1]), (there[0], writer)):
            task = asyncio.create_task(self._carry(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while said := await source.read(65_536):
                if not self._is_open.is_set():
                    self.reached.set()
                await self._is_open.wait()
                target.write(said)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            target.close()


@pytest.fixture
async def way(database_url: str, tmp_path: Path) -> AsyncIterator[Way]:
    host = make_url(database_url).query["host"]
    assert isinstance(host, str)
    way = Way(tmp_path, host)
    async with await way.open():
        yield way
        await way.close()


@pytest.mark.long
@pytest.mark.postgres
async def test_it_stops_in_time_though_its_postgresql_has_vanished(
    database_url: str, way: Way, tmp_path: Path
) -> None:
    workspace, app, people = build(2, speed=1, seed=1)
    url = make_url(database_url).update_query_dict({"host": str(way.folder)})
    async with Sandbox(workspace, rates=rates()) as sandbox:
        told = surroundings(sandbox, app, url.render_as_string(hide_password=False))
        bot = await bot_app.start(settings_from(read_values(told, tmp_path)), clock=workspace.clock)
        await bot.settle()

        way.block()
        asked = asyncio.create_task(sandbox.person(people[0]).command("/homework"))
        await way.reached.wait()
        async with asyncio.timeout(_STOPS_WITHIN_S):
            await bot.stop()
        await asked

    assert sandbox.person(people[0]).notices == ['/homework failed with the error "operation_timeout"']
    assert workspace.clock.now() > BEGINS_AT
