"""What a database's files hold, whatever its tables say."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage.awaiting import AsyncConnection
from storage.db import Database


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
    return {path.name: path.read_bytes() for path in folder.glob(pattern)}
