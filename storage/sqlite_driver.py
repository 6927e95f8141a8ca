"""SQLite's driver: short statements run where they are called, all others in the connection's own thread.

What a statement means is not known here, only whether it is short.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from threading import get_ident
from typing import Any, TypeVar

import aiosqlite
from sqlalchemy import dialects
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import MissingGreenlet, OperationalError
from sqlalchemy.sql.base import Executable
from sqlalchemy.util import EMPTY_DICT
from sqlalchemy.util.concurrency import await_, in_greenlet

from storage.awaiting import AsyncConnection, AsyncEngine

_Value = TypeVar("_Value")

# Most statements take some ten microseconds. To hand each to a thread and back, several times, as aiosqlite
# does, took fifty times as long, and more where many ask at once: the threads wait for each other.
_SHORT = 50_000
"""Steps of SQLite's machine after which a query goes on in the thread: one or two milliseconds."""

_MOST_VALUES = 200
"""A statement that inserts more goes to the thread."""

_OTHERS_WAIT_S = 0.01
"""For so long transactions may follow each other before others have their turn…"""
_IN_THE_MIDDLE_S = 0.1
"""…and for so long statements of one: whoever stops in the middle keeps a connection from the others."""

_BUSY_TIMEOUT_MS = 10_000
_BEGIN = "BEGIN"
_NOT_HERE = (sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY)


class _NotHere(sqlite3.OperationalError):
    """A statement is not short, or would have to wait: it is for the thread."""


async def execute(connection: AsyncConnection, statement: Executable, parameters: Any) -> CursorResult[Any]:
    """Execute a statement of a transaction; a short one without SQLAlchemy's way around to other tasks."""
    plain = connection.sync_connection
    is_one = not isinstance(parameters, list)
    if is_one and (statement.is_select or statement.is_insert):
        of: _Connection = plain.connection.dbapi_connection  # type: ignore[assignment]  # made by Driver
        if of.driver.is_to_give_way(_IN_THE_MIDDLE_S):
            await asyncio.sleep(0)
            of.driver.gave_way()
        try:
            return plain.execute(statement, parameters)
        except OperationalError as error:
            if not isinstance(error.orig, _NotHere):
                raise
    return await connection.execute(statement, parameters)


@asynccontextmanager
async def reading(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection in a transaction that only reads, and is rolled back."""
    driver: Any = engine.dialect.dbapi
    if driver.is_to_give_way(_OTHERS_WAIT_S):
        await asyncio.sleep(0)
        driver.gave_way()
    try:
        plain = engine.sync_engine.connect()
    except MissingGreenlet:
        # None is open and free: others are waited for.
        async with engine.connect() as connection, connection.begin():
            yield connection
        return
    connection = AsyncConnection(engine, plain)
    of: _Connection = plain.connection.dbapi_connection  # type: ignore[assignment]  # made by Driver
    try:
        plain.begin()
        yield connection
    finally:
        # One more than are kept open is closed where it comes back, which has to be waited for: else it
        # stays for good, with its thread and its pages.
        is_kept = engine.sync_engine.pool.overflow() <= 0  # type: ignore[attr-defined]
        if of.ends_at_once and is_kept and not plain.invalidated:
            plain.close()
        else:
            await connection.close()


async def at_once(connection: AsyncConnection, read: Callable[[Connection], _Value]) -> _Value:
    """Run a function of many statements in the connection's thread, with one trip to it.

    read: touches nothing that another thread changes.
    """

    def run(plain: Connection) -> _Value:
        of: _Connection = plain.connection.dbapi_connection  # type: ignore[assignment]  # made by Driver
        return of.in_thread(lambda: read(plain))

    return await connection.run_sync(run)


class Driver(AsyncAdapt_aiosqlite_dbapi):
    """What SQLAlchemy takes for the driver's module."""

    def __init__(self) -> None:
        super().__init__(aiosqlite, sqlite3)
        self._gave_way_s = 0.0

    def connect(self, *arguments: Any, **options: Any) -> "_Connection":
        """A connection; the options are those of `sqlite3.connect`."""
        made = super().connect(*arguments, **options)
        return _Connection(self, made._connection)

    def is_to_give_way(self, after_s: float) -> bool:
        """Whether others had no turn for so long."""
        return time.monotonic() - self._gave_way_s > after_s

    def gave_way(self) -> None:
        """Others had their turn now."""
        self._gave_way_s = time.monotonic()


class Dialect(SQLiteDialect_aiosqlite):
    """SQLAlchemy's own with this driver; says by which statement a transaction begins."""

    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Driver:
        """The driver."""
        return Driver()

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin as the connection's options have it."""
        dbapi_connection.begin()

    def set_connection_execution_options(self, connection: Connection, opts: Any) -> None:
        """Keep what is said of the next transaction."""
        super().set_connection_execution_options(connection, opts)
        of: _Connection = connection.connection.dbapi_connection  # type: ignore[assignment]
        if opts.get("alumni_writing"):
            # A transaction that reads before it writes must take the write lock at once: to upgrade a
            # deferred one fails with "database is locked" whatever the timeout.
            of.begins_by = "BEGIN IMMEDIATE"
        elif opts.get("alumni_scrubbing"):
            of.begins_by = ""


def register() -> None:
    """Make SQLAlchemy open `sqlite+aiosqlite` by this module."""
    dialects.registry.register("sqlite.aiosqlite", __name__, Dialect.__name__)


class _Cursor(AsyncAdapt_aiosqlite_cursor):
    """One statement; its rows are all there once it ran."""

    __slots__ = ()

    _adapt_connection: "_Connection"
    _cursor: Any

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._cursor = adapt_connection.plain.cursor()
        self._soft_closed_memoized = EMPTY_DICT
        self._rows = deque()

    def execute(self, operation: str, parameters: Any = None) -> None:
        given = () if parameters is None else parameters

        def run() -> list[Any]:
            self._cursor.execute(operation, given)
            return self._cursor.fetchall() if self._cursor.description else []

        self._rows = deque(self._adapt_connection.ran(operation, len(given), run))

    def executemany(self, operation: str, seq_of_parameters: Any) -> None:
        values = sum(map(len, seq_of_parameters))
        run = partial(self._cursor.executemany, operation, seq_of_parameters)
        self._adapt_connection.ran(operation, values, run)

    async def _async_soft_close(self) -> None:
        """Nothing is held once all rows are fetched."""

    def close(self) -> None:
        self._rows.clear()


class _Connection(AsyncAdapt_aiosqlite_connection):
    """A connection that is used by one task at a time, and by its thread where that has something to do."""

    __slots__ = (
        "_asked",
        "_done",
        "_has_written",
        "_may_be_stopped",
        "_thread",
        "begins_by",
        "driver",
        "plain",
    )

    _cursor_cls = _Cursor

    def __init__(self, driver: Driver, connection: Any) -> None:
        super().__init__(driver, connection)
        self.plain: sqlite3.Connection = connection._conn
        self.driver = driver
        # Each is counted by one side alone: where a task was cancelled, its thread may be at it still.
        self._asked = self._done = 0
        self._has_written = False
        self._may_be_stopped = False
        self._thread = 0
        self.begins_by = _BEGIN
        self.plain.set_progress_handler(lambda: self._may_be_stopped, _SHORT)
        # Who waits for another process does it in the thread.
        self.plain.execute("PRAGMA busy_timeout = 0")

    def ran(self, operation: str, values: int, run: Callable[[], _Value]) -> _Value:
        """What `run` returns, which executes this statement with so many values."""
        is_query, begins = operation.startswith("SELECT"), operation.startswith("BEGIN")
        self._has_written = not begins and (self._has_written or not is_query)
        if get_ident() == self._thread:
            return run()
        is_short = is_query or begins or (_inserts(operation) and values <= _MOST_VALUES)
        if not is_short or self.is_at_work:
            return self.in_thread(run)
        # A change that is stopped takes its whole transaction with it; a query can be asked again.
        self._may_be_stopped = is_query
        try:
            return run()
        except sqlite3.OperationalError as stopped:
            if stopped.sqlite_errorcode & 0xFF not in _NOT_HERE:
                raise
        finally:
            self._may_be_stopped = False
        return self.in_thread(run)

    @property
    def is_at_work(self) -> bool:
        """Whether its thread has something to do."""
        return self._asked != self._done

    @property
    def ends_at_once(self) -> bool:
        """Whether its transaction has nothing to wait for at its end."""
        return not self._has_written and not self.is_at_work

    def in_thread(self, run: Callable[[], _Value]) -> _Value:
        """What `run` returns in the connection's thread, where others are waited for."""
        if get_ident() == self._thread:
            return run()
        if not in_greenlet():
            raise _NotHere

        # The thread holds on to what it ran last, and to what that returned, until it is asked for more.
        waiting, returned = [run], list[_Value]()

        def patiently() -> None:
            self._thread = get_ident()
            try:
                with self._patience():
                    returned.append(waiting.pop()())
            finally:
                self._done += 1

        self._asked += 1
        try:
            # aiosqlite has no public way to run more than one call in its thread at a time.
            await_(self._connection._execute(patiently))
        except ValueError as error:
            self._handle_exception(error)  # aiosqlite's word for a connection that is closed
        self.driver.gave_way()
        return returned.pop()

    @contextmanager
    def _patience(self) -> Iterator[None]:
        self.plain.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        try:
            yield
        finally:
            self.plain.execute("PRAGMA busy_timeout = 0")

    def begin(self) -> None:
        """Begin a transaction, unless the connection is to have none."""
        if self.begins_by:
            self.ran(self.begins_by, 0, lambda: self.plain.execute(self.begins_by))

    def commit(self) -> None:
        self._end(self.plain.commit)

    def rollback(self) -> None:
        self._end(self.plain.rollback)

    def _end(self, end: Callable[[], None]) -> None:
        if not self.ends_at_once:
            # What was written waits for the disk.
            self.in_thread(end)
        elif self.plain.in_transaction:
            end()
        self._has_written = False
        self.begins_by = _BEGIN

    async def _terminate_graceful_close(self) -> None:
        # A task was cancelled. What it began is stopped, and given up: a connection that is closed with a
        # statement left keeps its transaction, and with it everybody's turn to write.
        self.plain.interrupt()
        await self._connection.rollback()
        await super()._terminate_graceful_close()


def _inserts(operation: str) -> bool:
    return operation.startswith("INSERT") and " SELECT " not in operation
