"""Everything as lines of JSON, out of a database of either kind and into an empty one of either kind.

The README's part on backup describes the lines. Files, and how they are packed: see bot/backup.py.
"""

import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Integer,
    MetaData,
    String,
    Table,
    Time,
    insert,
    inspect,
    select,
    type_coerce,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.types import TypeEngine

from bot.domain.values import dataclass
from storage import places, tables
from storage.db import Database, Work
from storage.dump import MADE_FROM_OTHERS
from storage.migrate import (
    make_anew,
    refuse_what_is_foreign,
    revision_of,
    revisions,
    see_that_it_opens,
    upgrade,
)
from storage.types import Instant, Strings, Terms, WallTime

FORMAT = "alumni-bot backup"
VERSION = 1
NO_BACKUP = "The file is no backup of the bot."
CUT_SHORT = "The backup is cut short: take another copy of it. Nothing was changed."
DAMAGED = "The backup is damaged{where}: take another copy of it. Nothing was changed."

_BATCH = 500


class NothingThere(Exception):
    """There is no database of the bot to be backed up."""


class CannotRestore(Exception):
    """The backup or the database does not allow it; says why. Nothing was changed."""


@dataclass(frozen=True)
class _Kind:
    """What a column holds, and how it stands in a line."""

    type: TypeEngine[Any]
    read: Callable[[Any], Any]
    """Out of a line. Raises TypeError, ValueError or OverflowError."""
    write: Callable[[Any], Any] = lambda value: value


def _of(*types: type) -> Callable[[Any], Any]:
    def checked(value: Any) -> Any:
        # A bool is an int to Python, and to SQLite as well.
        if type(value) not in types:
            raise TypeError
        return value

    return checked


def _whole(bits: int) -> Callable[[Any], int]:
    # What PostgreSQL takes.
    def checked(value: Any) -> int:
        number: int = _of(int)(value)
        if not -(1 << bits - 1) <= number < 1 << bits - 1:
            raise ValueError
        return number

    return checked


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(UTC)


def _wall(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None:
        raise ValueError
    return found


_KINDS: Mapping[str, _Kind] = {
    "text": _Kind(String(), _of(str)),
    "integer": _Kind(Integer(), _whole(32)),
    "long": _Kind(BigInteger(), _whole(64)),
    "boolean": _Kind(Boolean(), _of(bool)),
    "instant": _Kind(Instant(), _instant, datetime.isoformat),
    "wall": _Kind(WallTime(), _wall, datetime.isoformat),
    "date": _Kind(Date(), date.fromisoformat, date.isoformat),
    "time": _Kind(Time(), time.fromisoformat, time.isoformat),
    # As it lies in the table: what a type makes of it may change with the code.
    "json": _Kind(JSON(none_as_null=True), lambda value: value),
}
_NAMES: Mapping[type[TypeEngine[Any]], str] = {
    Strings: "json",
    Terms: "json",
    JSON: "json",
    Instant: "instant",
    WallTime: "wall",
    Boolean: "boolean",
    BigInteger: "long",  # an Integer, too
    Integer: "integer",
    Date: "date",
    Time: "time",
    String: "text",
}


def kind_of(column: Column[Any]) -> str:
    """What a column holds, as a line names it. Raises LookupError for a type that none stands for."""
    for known, name in _NAMES.items():
        if isinstance(column.type, known):
            return name
    raise LookupError(f"{column}: {column.type!r}")


def held() -> list[Table]:
    """The tables of which backups are made, each behind those that its rows refer to.

    The search's index is made from the questions: it is another on each kind of database.
    """
    return [table for table in tables.metadata.sorted_tables if table.name not in MADE_FROM_OTHERS]


async def revision(work: Work) -> str | None:
    """The revision that a database is at; None where it has no tables of ours."""
    return await work.run_sync(revision_of)


async def lines(work: Work, *, now: datetime) -> AsyncIterator[str]:
    """The lines of a database that is up to date, all of one state, without line ends.

    now: instant in UTC, written into the first line for whoever finds the file.
    """
    at = await revision(work)
    yield _json({"format": FORMAT, "version": VERSION, "revision": at, "made_at": now.isoformat()})
    rows: Counter[str] = Counter()
    for table in held():
        kinds = {column.name: kind_of(column) for column in table.columns}
        yield _json({"table": table.name, "columns": kinds})
        columns = [
            type_coerce(column, _KINDS["json"].type) if kinds[column.name] == "json" else column
            for column in table.columns
        ]
        write = [_KINDS[kind].write for kind in kinds.values()]
        async for row in work.stream(select(*columns).order_by(*table.primary_key.columns)):
            yield _json(
                [None if one is None else as_text(one) for as_text, one in zip(write, row, strict=True)]
            )
            rows[table.name] += 1
    yield _json({"rows": {table.name: rows[table.name] for table in held()}})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def see_that_it_is_known(revision: str | None) -> None:
    """Raises CannotRestore for the revision of a backup that this code cannot bring up to date."""
    if revision is None:
        raise CannotRestore(NO_BACKUP)
    if revision not in revisions():
        raise CannotRestore(
            f"The backup was made by a later version of the bot (its revision is {revision}): "
            "install that version or a later one."
        )


async def restore(db: Database, source: AsyncIterator[str]) -> dict[str, int]:
    """Fill an empty database from lines, in one transaction; returns how many rows each table got.

    What an earlier version backed up is brought up to date on the way.
    Raises CannotRestore, and what `migrate` raises.
    """
    reading = _Reading(source)
    at = await reading.header()
    see_that_it_opens(db)
    async with db.writing() as work:
        await work.run_sync(_refuse_what_is_not_empty)
        await work.run_sync(partial(make_anew, revision=at))
        await reading.rows_into(work)
        await work.run_sync(upgrade)
        await work.run_sync(partial(places.go_on_behind, places=tables.outbox.c.place))
    return dict(reading.rows)


def _refuse_what_is_not_empty(connection: Connection) -> None:
    refuse_what_is_foreign(connection)
    there = set(inspect(connection).get_table_names())
    for table in tables.metadata.sorted_tables:
        if table.name in there and connection.execute(select(table.c.team_id).limit(1)).first():
            raise CannotRestore(
                "The database that DATABASE_URL names is not empty: name a new one. Nothing was changed."
            )


@dataclass(frozen=True)
class _Into:
    table: Table
    kinds: Sequence[_Kind]


class _Reading:
    """A backup on its way into a database."""

    def __init__(self, source: AsyncIterator[str]) -> None:
        self._source = source
        self._number = 0
        self.rows: dict[str, int] = {}

    async def header(self) -> str:
        """The revision that the backup was made at."""
        line = await self._next()
        if not isinstance(line, dict) or line.get("format") != FORMAT:
            raise CannotRestore(NO_BACKUP)
        at = str(line.get("revision"))
        see_that_it_is_known(at if line.get("version") == VERSION else f"{at} in another format")
        return at

    async def rows_into(self, work: Work) -> None:
        """Insert every row, and see that none is missing."""
        into: _Into | None = None
        batch: list[dict[str, Any]] = []
        while isinstance(line := await self._next(), list) or "table" in line:
            if isinstance(line, dict) or len(batch) >= _BATCH:
                await self._insert(work, into, batch)
                batch = []
            if isinstance(line, dict):
                into = await work.run_sync(partial(self._into, line))
                self.rows[into.table.name] = 0
            elif into is None:
                raise self._damaged()
            else:
                batch.append(self._row(into, line))
                self.rows[into.table.name] += 1
        await self._insert(work, into, batch)
        # To its end: only there a packed file shows whether it is whole.
        if line.get("rows") != self.rows or await anext(self._source, None) is not None:
            raise self._damaged()

    def _into(self, line: dict[str, Any], connection: Connection) -> _Into:
        name, kinds, found = str(line["table"]), line.get("columns"), inspect(connection)
        if not isinstance(kinds, dict) or name in self.rows or not found.has_table(name):
            raise self._damaged()
        may_be_null = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        if not kinds.keys() <= may_be_null.keys() or not all(
            kind in _KINDS for kind in map(str, kinds.values())
        ):
            raise self._damaged()
        columns = [
            # Where a column has to hold something, JSON's own null is something.
            Column(column, JSON() if kind == "json" and not may_be_null[column] else _KINDS[kind].type)
            for column, kind in kinds.items()
        ]
        return _Into(Table(name, MetaData(), *columns), [_KINDS[kind] for kind in kinds.values()])

    async def _insert(self, work: Work, into: _Into | None, batch: list[dict[str, Any]]) -> None:
        if into is None or not batch:
            return
        try:
            await work.execute(insert(into.table), batch)
        except (DataError, IntegrityError):
            raise self._damaged() from None

    def _row(self, into: _Into, line: list[Any]) -> dict[str, Any]:
        try:
            values = [
                None if one is None else kind.read(one) for kind, one in zip(into.kinds, line, strict=True)
            ]
        except (TypeError, ValueError, OverflowError):
            raise self._damaged() from None
        return dict(zip(into.table.columns.keys(), values, strict=True))

    async def _next(self) -> Any:
        line = await anext(self._source, None)
        if line is None:
            raise CannotRestore(CUT_SHORT)
        self._number += 1
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict | list):
            if self._number == 1:
                raise CannotRestore(NO_BACKUP)
            raise self._damaged()
        return found

    def _damaged(self) -> CannotRestore:
        return CannotRestore(DAMAGED.format(where=f" at line {self._number}"))
