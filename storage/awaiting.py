"""SQLAlchemy's engine, connection and transaction for those who await them.

The same as `sqlalchemy.ext.asyncio`, as far as this bot needs it. Importing that brings SQLAlchemy's whole
object mapper, which nobody here uses: a tenth of a start, and of the memory at rest.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import URL, create_engine
from sqlalchemy.engine import Connection, CursorResult, Dialect, Engine, Row
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql.base import Executable
from sqlalchemy.util.concurrency import greenlet_spawn

_Value = TypeVar("_Value")


class AsyncConnection:
    """One connection, in use until `close`."""

    __slots__ = ("engine", "sync_connection")

    def __init__(self, engine: "AsyncEngine", sync_connection: Connection) -> None:
        self.engine = engine
        self.sync_connection = sync_connection

    @property
    def dialect(self) -> Dialect:
        """Which database it is, and what it understands."""
        return self.sync_connection.dialect

    async def execution_options(self, **options: Any) -> None:
        """Keep what is said of all that follows; before the transaction begins."""
        await greenlet_spawn(self.sync_connection.execution_options, **options)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        """A transaction: commits on leaving, rolls back on an exception."""
        transaction = await greenlet_spawn(self.sync_connection.begin)
        try:
            yield
        except BaseException as thrown:
            await greenlet_spawn(transaction.__exit__, type(thrown), thrown, thrown.__traceback__)
            raise
        await greenlet_spawn(transaction.__exit__, None, None, None)

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement; its rows are all there then."""
        return await greenlet_spawn(self.sync_connection.execute, statement, parameters)

    async def exec_driver_sql(self, statement: str, parameters: Any = None) -> CursorResult[Any]:
        """The same for what is handed to the driver as it is."""
        return await greenlet_spawn(self.sync_connection.exec_driver_sql, statement, parameters)

    async def portions(self, statement: Executable, size: int) -> AsyncGenerator[Sequence[Row[Any]], None]:
        """The rows of a statement, so many at most in memory at a time."""
        streamed = {"stream_results": True}
        found = await greenlet_spawn(self.sync_connection.execute, statement, execution_options=streamed)
        try:
            while portion := await greenlet_spawn(found.fetchmany, size):
                yield portion
        finally:
            await _to_its_end(greenlet_spawn(found.close))

    async def run_sync(self, run: Callable[[Connection], _Value]) -> _Value:
        """Run a function that needs SQLAlchemy's own connection."""
        return await greenlet_spawn(run, self.sync_connection)

    async def close(self) -> None:
        """Give it back; a transaction that is still open is rolled back."""
        await _to_its_end(greenlet_spawn(self.sync_connection.close))


class AsyncEngine:
    """The connections to one database."""

    __slots__ = ("sync_engine",)

    def __init__(self, sync_engine: Engine) -> None:
        self.sync_engine = sync_engine

    @property
    def dialect(self) -> Dialect:
        """Which database it is, and what it understands."""
        return self.sync_engine.dialect

    @property
    def url(self) -> URL:
        """Where it is."""
        return self.sync_engine.url

    def execution_options(self, **options: Any) -> "AsyncEngine":
        """The same connections, with what is said of all that they do."""
        return AsyncEngine(self.sync_engine.execution_options(**options))

    @asynccontextmanager
    async def connect(self) -> AsyncIterator[AsyncConnection]:
        """A connection, given back on leaving."""
        connection = AsyncConnection(self, await greenlet_spawn(self.sync_engine.connect))
        try:
            yield connection
        finally:
            await connection.close()

    async def dispose(self) -> None:
        """Close every connection that is not in use."""
        await greenlet_spawn(self.sync_engine.dispose)


def create_async_engine(url: URL, **options: Any) -> AsyncEngine:
    """An engine for a database; nothing is connected yet. options: those of SQLAlchemy's `create_engine`.

    Raises ImportError without the URL's driver, ArgumentError where that is none that can be awaited.
    """
    made = create_engine(url, **options)
    if not made.dialect.is_async:
        raise ArgumentError(f"the driver {made.dialect.driver} cannot be awaited")
    return AsyncEngine(made)


async def _to_its_end(ending: Coroutine[Any, Any, None]) -> None:
    # Whoever is cancelled meanwhile still waits: the connection would come back to a pool that is closed.
    task = asyncio.create_task(ending)
    cancelled = None
    while True:
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as again:
            if task.done():
                raise
            cancelled = again
        else:
            break
    if cancelled is not None:
        raise cancelled
