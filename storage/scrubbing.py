"""Leaves nothing in a database's files of what was deleted: each kind of database in its own way."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage import tables
from storage.awaiting import AsyncConnection

_LOOKED_EVERY_S = 0.1
_LOCK_NOT_AVAILABLE = "55P03"

_NOW = text("SELECT CAST(pg_current_xact_id() AS text)")
# Who began before may still see what was deleted since, and PostgreSQL keeps it for them. A reader counts in
# our database alone (a standby, which names none, in every one); but whoever writes in any database of the
# server makes the rewriting transaction itself one that began before the deletion.
_WHO_BEGAN_BEFORE = text(
    "SELECT count(*) FROM pg_stat_activity, "
    "LATERAL (SELECT age(CAST(CAST(CAST(:now AS text) AS xid8) AS xid)) AS ours) AS since "
    "WHERE pid <> pg_backend_pid() AND (age(backend_xid) > since.ours "
    "OR (age(backend_xmin) > since.ours AND coalesce(datname, current_database()) = current_database()))"
)

OUTSIDE: Mapping[str, Mapping[str, Any]] = {
    # Neither may run inside of a transaction. SQLite's driver begins none by itself here, and
    # would do so again in this connection if it were told to stop once more.
    "sqlite": {"alumni_scrubbing": True},
    "postgresql": {"isolation_level": "AUTOCOMMIT"},
}
"""By dialect: the execution options of a connection for `sqlite` and `postgres`."""


async def sqlite(connection: AsyncConnection) -> bool:
    """Write the file anew and empty its log. False where somebody who still reads kept the log."""
    await connection.exec_driver_sql("VACUUM")
    checkpoint = await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return bool(checkpoint.one()[0] == 0)


async def postgres(connection: AsyncConnection, *, patience_s: float) -> bool:
    """Write the files of our tables anew, and of what the server noted on their values.

    patience_s: for so long a table's readers, and those who see an old state, are waited for. Whoever comes
    meanwhile waits behind us, so it is to be short. False where one of them took longer.
    """
    await connection.execute(_set("lock_timeout", f"{round(patience_s * 1000)}ms"))
    try:
        # The planner's notes quote the values of columns until a table is looked at again.
        every = [_quoted(connection, name) for name in sorted(tables.metadata.tables)]
        done = [await _is_done(connection, f"ANALYZE {table}") for table in every]
        done.append(await _nobody_sees_an_old_state(connection, patience_s=patience_s))
        # One by one: who holds more than one table at a time can wait for a reader who waits for it. Without
        # FULL what was deleted stays in its pages until others need them.
        done += [await _is_done(connection, f"VACUUM FULL {table}") for table in (*every, "pg_statistic")]
        return all(done)
    finally:
        await connection.execute(text("RESET lock_timeout"))


async def _nobody_sees_an_old_state(connection: AsyncConnection, *, patience_s: float) -> bool:
    now = (await connection.execute(_NOW)).scalar_one()
    for _ in range(round(patience_s / _LOOKED_EVERY_S)):
        if not (await connection.execute(_WHO_BEGAN_BEFORE, {"now": now})).scalar_one():
            return True
        await asyncio.sleep(_LOOKED_EVERY_S)
    return not (await connection.execute(_WHO_BEGAN_BEFORE, {"now": now})).scalar_one()


async def _is_done(connection: AsyncConnection, statement: str) -> bool:
    """Whether a table could be had for itself in time."""
    try:
        await connection.exec_driver_sql(statement)
    except DBAPIError as failed:
        if getattr(failed.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def _set(name: str, value: str) -> Any:
    return text("SELECT set_config(:name, :value, false)").bindparams(name=name, value=value)


def _quoted(connection: AsyncConnection, table: str) -> str:
    return connection.dialect.identifier_preparer.quote(table)
