"""How each kind of database is opened, and how those who write on PostgreSQL take turns."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

from sqlalchemy import URL, String, TextClause, event, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from storage import sqlite_driver
from storage.awaiting import AsyncEngine, create_async_engine

READING: Mapping[str, Mapping[str, Any]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}
"""By dialect: the execution options of a transaction that only reads, and sees one state throughout."""

_CONNECTIONS = 6
"""Of SQLite, kept open, each with a thread, pages and statements. Few need one for long: who writes takes
turns, and four search at once. Others are opened in a rush and closed after it."""
_PAGES_KB = 500
"""Of the file in each one's memory: the host's own cache has the others, one read away."""
_NEVER_STORED = re.compile("[\x00\ud800-\udfff]")

# Keys of PostgreSQL's advisory locks: for all workspaces together, for single ones, for work of minutes.
_ALL, _ONE, _WORK = 0x616C756D, 0x616C756E, 0x616C756F
_EVERYBODYS_TURN = text(f"SELECT pg_advisory_xact_lock({_ALL}, 0)")
_TURN = text(f"SELECT pg_advisory_xact_lock_shared({_ALL}, 0), pg_advisory_xact_lock({_ONE}, :team)")
_BEGIN_ALONE = text(f"SELECT pg_try_advisory_lock({_WORK}, :what)")
_END_ALONE = text(f"SELECT pg_advisory_unlock({_WORK}, :what)")

_SERVER_SETTINGS = {
    "application_name": "alumni-bot",
    # A transaction awaits nothing but the database. One that stands still is of a host that is gone
    # without a word, and would hold up every other until TCP gives it up, hours later.
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "20",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    # To compile a query takes longer than any of ours runs.
    "jit": "off",
}
_CONNECT_WITHIN_S = 10
_KNOWN_IN_URL = {"host", "port", "ssl", "sslmode"}


def engine(url: URL) -> AsyncEngine:
    """An engine for a database; nothing is connected yet.

    Raises ImportError without the URL's driver, ArgumentError for a URL that it does not understand.
    """
    # A failed statement tells of itself without its values: those are what people wrote.
    if url.get_backend_name() == "sqlite":
        _refuse_what_names_no_file(url)
        sqlite_driver.register()
        try:
            made = create_async_engine(url, hide_parameters=True, pool_size=_CONNECTIONS, pool_use_lifo=True)
        except ValueError:
            raise ArgumentError("what stands after the ? cannot be read") from None
        event.listen(made.sync_engine, "connect", _prepare_sqlite)
        _have_texts_cleaned(made.dialect)
        return made
    from storage.tables import postgres  # noqa: F401  # completes the tables, and is of no use to SQLite

    url, ssl = _without_sslmode(url)
    made = create_async_engine(
        url,
        hide_parameters=True,
        # A server that was restarted, or a connection that was cut, is noticed before anything is asked.
        pool_pre_ping=True,
        connect_args={"timeout": _CONNECT_WITHIN_S, "server_settings": _SERVER_SETTINGS, **ssl},
    )
    _have_texts_cleaned(made.dialect)
    return made


def unreachable(url: URL, lost: BaseException) -> str:
    """What is wrong and what to do, in a sentence without the password."""
    where = url.query.get("host") or f"{url.host or 'localhost'}:{url.port or 5432}"
    why = "it does not answer in time" if isinstance(lost, TimeoutError) else str(lost)
    return f"PostgreSQL at {where} cannot be reached ({why}). See that it runs, and look at DATABASE_URL."


def turn(team_id: str | None) -> tuple[TextClause, dict[str, int]]:
    """The statement that waits for one's turn to write, with its parameters; a turn lasts a transaction.

    Who writes in one workspace waits for those who write there or everywhere. Each statement after it sees
    all that was committed by then: PostgreSQL's default isolation.
    """
    if team_id is None:
        return _EVERYBODYS_TURN, {}
    # Two workspaces with the same number only wait for each other.
    return _TURN, {"team": _number(team_id)}


def begin_alone(what: str) -> tuple[TextClause, dict[str, int]]:
    """The statement that says whether nobody else is at it; it lasts as long as the connection."""
    return _BEGIN_ALONE, {"what": _number(what)}


def end_alone(what: str) -> tuple[TextClause, dict[str, int]]:
    """The statement that lets others begin."""
    return _END_ALONE, {"what": _number(what)}


def _number(name: str) -> int:
    number = crc32(name.encode(errors="replace"))
    return number - (1 << 32) if number >> 31 else number


def _refuse_what_names_no_file(url: URL) -> None:
    # One in memory would be another for each connection, and gone with the process.
    in_memory = not url.database or ":memory:" in url.database or url.query.get("mode") == "memory"
    if in_memory or url.host or url.username:
        raise ArgumentError(
            "it names no file of SQLite, which stands behind three slashes, "
            "or four where its path begins with /"
        )


def _without_sslmode(url: URL) -> tuple[URL, dict[str, Any]]:
    """The URL, and how the connection is to be encrypted, which most providers write as libpq has it."""
    if unknown := url.query.keys() - _KNOWN_IN_URL:
        allowed = " or ".join(sorted(_KNOWN_IN_URL))
        raise ArgumentError(f"after the ? there may be {allowed}, not {', '.join(sorted(unknown))}")
    mode = url.query.get("sslmode", url.query.get("ssl"))
    return url.difference_update_query(["sslmode", "ssl"]), {} if mode is None else {"ssl": mode}


def _prepare_sqlite(dbapi_connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver's own transactions begin late and silently: with twenty concurrent
    # read-then-write transactions all but one of the writes were lost.
    dbapi_connection.isolation_level = None
    cursor = dbapi_connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{_PAGES_KB}")
    cursor.close()


# PostgreSQL takes no NUL in a text, and neither database half of a surrogate pair. Nobody types either,
# but JSON can carry both, and one of them must not fail a whole delivery, time and again.


def _clean(value: Any) -> Any:
    if not isinstance(value, str) or (value.isascii() and "\0" not in value):
        return value
    return _NEVER_STORED.sub("\ufffd", value)


def _have_texts_cleaned(dialect: Dialect) -> None:
    class Text(dialect.colspecs.get(String, String)):  # type: ignore[misc]  # each driver has its own
        def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
            return _clean

    dialect.colspecs = {**dialect.colspecs, String: Text}
