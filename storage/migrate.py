"""Brings a database to the tables of this code, by Alembic's migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import Connection

from storage.db import Database

_MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseIsNewer(Exception):
    """The database was migrated by a later version than this one; nothing was touched."""


async def migrate(db: Database) -> None:
    """Bring the database up to date; an empty one gets every table.

    Raises DatabaseIsNewer where it carries a revision that this code does not know.
    """
    async with db.writing() as work:
        await work.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    _refuse_newer(connection, ScriptDirectory.from_config(config))
    command.upgrade(config, "head")


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    for revision in MigrationContext.configure(connection).get_current_heads():
        try:
            scripts.get_revision(revision)
        except CommandError as unknown:
            raise DatabaseIsNewer(
                f"The database was made by a later version of the bot (its revision is {revision}): "
                "install that version or a later one, or name another database in DATABASE_URL."
            ) from unknown
