"""SQLite's driver: one trip to a connection's thread for each statement, or for a function of many.

aiosqlite makes four for each. Where others are at work, a trip takes longer than most statements do.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from threading import get_ident
from typing import Any, TypeVar, cast

import aiosqlite
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

_FIRST = 500
"""Rows that come along with the statement; more are fetched only when they are asked for."""

_BEGIN = "BEGIN"
"""Of a transaction that only reads: neither it nor its end touches the disk, so both are done on the spot."""

_Value = TypeVar("_Value")


async def at_once(connection: AsyncConnection, read: Callable[[Connection], _Value]) -> _Value:
    """Run a function of many statements in the connection's thread, with one trip to it.

    read: touches nothing that another thread changes.
    """
    driver = (await connection.get_raw_connection()).driver_connection
    return await cast(Driver, driver).run(lambda: connection.run_sync(read))


class Driver(aiosqlite.Connection):
    """A connection with a thread of its own, as SQLAlchemy's adapter of aiosqlite uses it."""

    only_reads = False
    """Whether the transaction that is open is one that only reads."""

    @property
    def sqlite(self) -> sqlite3.Connection:
        """The connection itself, for what waits for nothing."""
        return self._conn

    async def run(self, begin: Callable[[], Coroutine[Any, Any, _Value]]) -> _Value:
        """Run in the connection's thread a coroutine that awaits nothing but this connection."""
        ended: _Value = await self._execute(_finished, begin)
        return ended

    def cursor(self) -> Any:
        """A cursor that is there at once."""
        return _Cursor(self)

    async def commit(self) -> None:
        """Commit, where there is what to commit."""
        if self.in_transaction and self.only_reads:
            self.sqlite.commit()
        elif self.in_transaction:
            await super().commit()

    async def rollback(self) -> None:
        """Roll back, where there is what to: the pool asks for it after every transaction, to be sure."""
        if self.in_transaction and self.only_reads:
            self.sqlite.rollback()
        elif self.in_transaction:
            await super().rollback()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if get_ident() == self._thread.ident:
            return fn(*args, **kwargs)
        if not self._running or self._connection is None:
            raise ValueError("Connection closed")
        future = asyncio.get_running_loop().create_future()
        self._tx.put_nowait((future, partial(fn, *args, **kwargs)))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            # The thread goes on with it: until it is done, nobody else may use what it uses.
            await asyncio.wait([future])
            future.exception()
            raise


class _Cursor(aiosqlite.Cursor):
    def __init__(self, connection: Driver) -> None:
        super().__init__(connection, connection.sqlite.cursor())
        self._its = connection
        self._first: list[Any] = []

    async def __aenter__(self) -> "_Cursor":
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] | None = None) -> "_Cursor":
        if not self._its.in_transaction:
            self._its.only_reads = sql == _BEGIN
            if self._its.only_reads:
                self._cursor.execute(sql)
                return self
        self._first = await self._its._execute(self._begin, sql, parameters or ())
        return self

    def _begin(self, sql: str, parameters: Any) -> list[Any]:
        return self._cursor.execute(sql, parameters).fetchmany(_FIRST)

    async def fetchone(self) -> Any:
        return self._first.pop(0) if self._first else await super().fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        wanted = self.arraysize if size is None else size
        given, self._first = self._first[:wanted], self._first[wanted:]
        return given or list(await super().fetchmany(wanted))

    async def fetchall(self) -> list[Any]:
        given, self._first = self._first, []
        # Fewer than were asked for are all that there are.
        return given if len(given) < _FIRST else [*given, *await super().fetchall()]

    async def close(self) -> None:
        # Lets go of the rows that nobody fetched; that waits for nothing.
        self._cursor.close()


def connect(file: str, **options: Any) -> Driver:
    """A connection, open once it was awaited, with the options of `sqlite3.connect`."""
    opened = partial(sqlite3.connect, file, **{**options, "check_same_thread": False})
    connection = Driver(cast(Any, opened), iter_chunk_size=_FIRST)
    # A process that ends waits for nobody who forgot to close it: as SQLAlchemy has it with aiosqlite's own.
    connection._thread.daemon = True
    return connection


def _finished(begin: Callable[[], Coroutine[Any, Any, _Value]]) -> _Value:
    coroutine = begin()
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return cast(_Value, ended.value)
    coroutine.close()
    raise RuntimeError("a function that runs in the thread of SQLite awaits something else")
