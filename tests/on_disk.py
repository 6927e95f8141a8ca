"""What a database's files hold, whatever its tables say."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sandbox.patience import PATIENCE_S
from storage.awaiting import AsyncConnection
from storage.db import Database


async def scrub(db: Database) -> None:
    """Have a database scrubbed as the bot does: again and again, where others on its server hold it up.

    A scrub waits for whoever has written in any database of the server since before the deletion, and other
    tests write there. Where there is more to do than the processors can, one transaction of theirs, such as
    an erasure's of many statements, takes many seconds.
    """
    async with asyncio.timeout(3 * PATIENCE_S):
        while not await db.scrub(patience_s=PATIENCE_S / 6):
            pass


async def files(db: Database, folder: Path) -> dict[str, bytes]:
    """Name and content of each: those of SQLite in that folder, or those of PostgreSQL's tables and notes."""
    if db.file is not None:
        return _contents(folder, "*.db*")
    async with outside_of_transactions(db) as connection:
        await connection.exec_driver_sql("CHECKPOINT")
        where = await connection.exec_driver_sql(
            "SELECT current_setting('data_directory') || '/base/' || oid "
            "FROM pg_database WHERE datname = current_database()"
        )
        return _contents(Path(where.scalar_one()), "*")


@asynccontextmanager
async def outside_of_transactions(db: Database) -> AsyncIterator[AsyncConnection]:
    """A connection whose every statement is committed at once."""
    async with db.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection


def _contents(folder: Path, pattern: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in folder.glob(pattern):
        with suppress(FileNotFoundError):  # a server makes and removes files of its own meanwhile
            found[path.name] = path.read_bytes()
    return found
