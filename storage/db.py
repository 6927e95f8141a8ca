"""The database and its unit of work: one `async with` is one transaction."""

import asyncio
import errno
import os
import sqlite3
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    URL,
    BindParameter,
    ColumnElement,
    Insert,
    Row,
    any_,
    bindparam,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection, CursorResult
from sqlalchemy.exc import ArgumentError, OperationalError, SQLAlchemyError
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.schema import Table
from sqlalchemy.types import TypeEngine

from bot.domain.values import dataclass
from storage import engines, scrubbing, sqlite_driver, tables
from storage.awaiting import AsyncConnection, AsyncEngine
from storage.types import Listed

_Value = TypeVar("_Value")

_PORTION = 500  # rows
_SEARCHES_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery of something that Slack may deliver again: the same key means the same thing."""

    team_id: str
    key: str
    received_at: datetime


class AlreadyDone(Exception):
    """This delivery had its effect before; the transaction was rolled back and nothing is to be done."""


class Unreachable(SQLAlchemyError):
    """The server of the database does not answer; says which, and what to do."""


class Look:
    """An open transaction, for a function that runs to its end in one go; see `Work.at_once`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement in this transaction."""
        return self._connection.execute(statement, parameters)

    @property
    def is_postgres(self) -> bool:
        """Whether this is PostgreSQL; else it is SQLite."""
        return self._connection.dialect.name == "postgresql"

    def among(
        self, column: ColumnElement[Any], values: Collection[str] | Collection[int]
    ) -> ColumnElement[bool]:
        """The condition that a column holds one of many values: quicker than `in_` from some fifty on."""
        return _among(column, values, is_postgres=self.is_postgres)


class Work:
    """An open transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self.is_postgres = connection.dialect.name == "postgresql"
        """Whether this is PostgreSQL; else it is SQLite."""

    @property
    def database(self) -> str:
        """Names the database, without secrets."""
        return self._connection.engine.url.render_as_string(hide_password=True)

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement in this transaction."""
        if self.is_postgres:
            return await self._connection.execute(statement, parameters)
        return await sqlite_driver.execute(self._connection, statement, parameters)

    async def stream(self, statement: Executable) -> AsyncGenerator[Row[Any], None]:
        """The rows of a statement, a portion in memory at a time."""
        async with aclosing(self._connection.portions(statement, _PORTION)) as portions:
            async for portion in portions:
                for row in portion:
                    yield row

    def among(
        self, column: ColumnElement[Any], values: Collection[str] | Collection[int]
    ) -> ColumnElement[bool]:
        """The condition that a column holds one of many values: quicker than `in_` from some fifty on."""
        return _among(column, values, is_postgres=self.is_postgres)

    async def at_once(self, read: Callable[[Look], _Value]) -> _Value:
        """Run a function of several statements in this transaction, on SQLite with one trip to its thread.

        It runs in that thread, and may touch nothing that another one changes.
        """

        def run(connection: Connection) -> _Value:
            return read(Look(connection))

        if self.is_postgres:
            return await self._connection.run_sync(run)
        return await sqlite_driver.at_once(self._connection, run)

    async def run_sync(self, change: Callable[[Connection], _Value]) -> _Value:
        """Run a function that needs a synchronous connection, such as a migration, in this transaction."""
        return await self._connection.run_sync(change)

    async def insert_new(self, table: Table, values: dict[str, Any]) -> bool:
        """Insert a row unless its key is there. True where it was inserted."""
        return (await self.execute(self._insert_new(table), values)).rowcount == 1

    async def insert_all_new(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert the rows whose keys are not there; all rows name the same columns."""
        if rows:
            await self.execute(self._insert_new(table), rows)

    def _insert_new(self, table: Table) -> Insert:
        return _inserting(table, is_postgres=self.is_postgres).on_conflict_do_nothing()

    async def put(self, table: Table, values: dict[str, Any]) -> None:
        """Insert a row, or update the columns in `values` of the one that has its key."""
        await self.put_all(table, [values])

    async def put_all(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """The same for many rows, all with the same columns."""
        if not rows:
            return
        keys = [column.name for column in table.primary_key.columns]
        statement = _inserting(table, is_postgres=self.is_postgres)
        changes = {name: statement.excluded[name] for name in rows[0] if name not in keys}
        if changes:
            statement = statement.on_conflict_do_update(index_elements=keys, set_=changes)
        else:
            statement = statement.on_conflict_do_nothing()
        await self.execute(statement, list(rows) if len(rows) > 1 else rows[0])


def given(**values: Any) -> dict[str, Any]:
    """The values that are not None, by column: the parameters of a statement made `by` these columns."""
    return {name: value for name, value in values.items() if value is not None}


def by(table: Table, columns: Collection[str]) -> list[ColumnElement[bool]]:
    """The conditions that these columns are what the parameters of their names say.

    For statements that are made once and kept: to build one takes as long as to execute it.
    """
    return [table.c[name] == bindparam(name) for name in columns]


class Database:
    """One database, whatever its kind; opened with `open_database`, closed with `close`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._is_postgres = engine.dialect.name == "postgresql"
        # SQLite needs none of these options; where some are set, each statement asks for them.
        options = engines.READING[engine.dialect.name]
        self._readers = engine.execution_options(**options) if options else engine
        self.searches = asyncio.Semaphore(_SEARCHES_AT_ONCE)
        """Entered by who searches: of many at once, the first would be answered as late as the last."""
        # Writers wait in a queue of this process first. SQLite lets those who wait sleep and look again;
        # and on PostgreSQL each of them would hold a connection, until none is left to read by.
        self._turns: defaultdict[str | None, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def writing(
        self, once: Delivery | None = None, *, team_id: str | None = None
    ) -> AsyncIterator[Work]:
        """A transaction that may write: commits on leaving, rolls back on an exception.

        What it read stays true until it ends: no other writes meanwhile, in this process or in another.
        once: the delivery that asks for it; it is entered in the inbox in the same transaction.
        team_id: the only workspace that it reads and writes, as that of `once` is, so that on PostgreSQL
            the others need not wait for it. Without either, all of them do.
        Raises AlreadyDone where that delivery is in the inbox.
        """
        if once is not None:
            team_id = once.team_id
        turn = self._turns[team_id if self._is_postgres else None]
        async with turn, _connected(self.engine) as connection:
            await connection.execution_options(alumni_writing=True)
            async with connection.begin():
                if self._is_postgres:
                    await connection.execute(*engines.turn(team_id))
                work = Work(connection)
                if once is not None:
                    received = {"event_id": once.key, "received_at": once.received_at}
                    if not await work.insert_new(tables.inbox, {"team_id": once.team_id, **received}):
                        raise AlreadyDone(once.key)
                yield work

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Work]:
        """A transaction that only reads, and sees one state throughout."""
        if self._is_postgres:
            async with _connected(self._readers) as connection, connection.begin():
                yield Work(connection)
        else:
            async with sqlite_driver.reading(self._readers) as connection:
                yield Work(connection)

    @asynccontextmanager
    async def alone(self, work_of_minutes: str) -> AsyncIterator[bool]:
        """Whether no other process is at this; none begins with it then until it is left.

        For what takes longer than a transaction may, such as reading a channel. It is given up with the
        process or its connection, so that somebody else may begin. On SQLite there is one process.
        """
        if not self._is_postgres:
            yield True
            return
        async with _connected(self.engine) as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            is_mine = bool((await connection.execute(*engines.begin_alone(work_of_minutes))).scalar_one())
            try:
                yield is_mine
            finally:
                if is_mine:
                    await connection.execute(*engines.end_alone(work_of_minutes))

    @property
    def server(self) -> str:
        """The kind and version of the server that is connected to; empty for SQLite, which has none."""
        version = getattr(self.engine.dialect, "server_version_info", None) if self._is_postgres else None
        return f"PostgreSQL {'.'.join(map(str, version))}" if version else ""

    async def scrub(self, *, patience_s: float = 3.0) -> bool:
        """Have nothing left in the database's files of what was deleted, its write-ahead log included.

        Nobody else writes meanwhile: a second for each hundred megabytes. On PostgreSQL it is a table at a
        time that nobody else reads or writes. patience_s: for so long those who read there are waited for.
        False where somebody who still reads kept something; all else is done then. A server's own log,
        archives and replicas are beyond its reach.
        """
        async with self._turns[None], _connected(self.engine) as connection:
            await connection.execution_options(**scrubbing.OUTSIDE[self.engine.dialect.name])
            if self._is_postgres:
                return await scrubbing.postgres(connection, patience_s=patience_s)
            return await scrubbing.sqlite(connection)

    @property
    def file(self) -> str | None:
        """The path of SQLite's file; None for PostgreSQL."""
        return None if self._is_postgres else self.engine.url.database

    async def copy_to(self, path: str) -> None:
        """Copy SQLite's whole state into another file, new or empty, while others read and write.

        Nothing of what was deleted is in the copy, and it needs no write-ahead log beside it.
        Raises OSError where the disk is full.
        """
        async with _connected(self.engine) as connection:
            await connection.execution_options(alumni_scrubbing=True)
            try:
                await connection.exec_driver_sql("VACUUM INTO ?", (path,))
            except OperationalError as wrong:
                if getattr(wrong.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_FULL:
                    raise
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path) from wrong

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def open_database(url: str | URL) -> Database:
    """A database by its SQLAlchemy URL; nothing is connected or created yet.

    Raises ImportError where its driver is not installed, sqlalchemy.exc.ArgumentError where it is no URL.
    """
    try:
        parsed = make_url(url)
    except ValueError:
        raise ArgumentError("the port is no number") from None
    if (parsed.port or 0) > 65535:
        raise ArgumentError("the port is above 65535")
    return Database(engines.engine(parsed))


def whose(table: Table, *, is_postgres: bool) -> list[ColumnElement[bool]]:
    """The conditions that a row is of `team_id` and of one of `user_ids`, as those parameters say."""
    return [*by(table, ("team_id",)), among_named(table.c.user_id, "user_ids", is_postgres=is_postgres)]


def among_named(column: ColumnElement[Any], name: str, *, is_postgres: bool) -> ColumnElement[bool]:
    """The same for values that are given by this name with a statement that is made once."""
    return _is_one_of(column, bindparam(name, type_=_many(column, is_postgres=is_postgres)))


def _among(
    column: ColumnElement[Any], values: Collection[str] | Collection[int], *, is_postgres: bool
) -> ColumnElement[bool]:
    return _is_one_of(column, bindparam(None, list(values), type_=_many(column, is_postgres=is_postgres)))


def _many(column: ColumnElement[Any], *, is_postgres: bool) -> TypeEngine[Any]:
    return ARRAY(column.type) if is_postgres else Listed()


def _inserting(table: Table, *, is_postgres: bool) -> sqlite.Insert:
    if not is_postgres:
        return sqlite.insert(table)
    # Loaded with PostgreSQL's driver, and of no use without it.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)  # type: ignore[return-value]  # it is used in the same way


def _is_one_of(column: ColumnElement[Any], every: BindParameter[Any]) -> ColumnElement[bool]:
    if isinstance(every.type, Listed):
        each = func.json_each(every).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(every)


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    async with AsyncExitStack() as leaving:
        try:
            connection = await leaving.enter_async_context(engine.connect())
        except (OSError, TimeoutError) as lost:
            # The driver lets these through; to everybody above it is the database that fails.
            raise Unreachable(engines.unreachable(engine.url, lost)) from lost
        yield connection
