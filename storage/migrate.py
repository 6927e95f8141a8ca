"""Brings a database to the tables of this code, by Alembic's migrations."""

import sqlite3
from collections import defaultdict
from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from storage.db import Database
from storage.tables import metadata

_MIGRATIONS = Path(__file__).parent / "migrations"


class NotInUnicode(Exception):
    """The database keeps its texts in an encoding that lacks most characters; nothing was touched."""


class DatabaseIsNewer(Exception):
    """The database was migrated by a later version than this one; nothing was touched."""


async def migrate(db: Database) -> None:
    """Bring the database up to date; an empty one gets every table. Of several replicas the first does it.

    Raises Unreachable, NotInUnicode; DatabaseIsNewer where it carries a revision that this code does not
    know; sqlite3.OperationalError where its file cannot be opened.
    """
    see_that_it_opens(db)
    async with db.writing() as work:
        await work.run_sync(upgrade)


async def see_that_it_takes_changes(db: Database) -> None:
    """Raises SQLAlchemyError where it can be read alone, as a server that only follows another."""
    async with db.writing() as work:
        await work.execute(text("DELETE FROM alembic_version WHERE version_num = ''"))


def see_that_it_opens(db: Database) -> None:
    """Raises sqlite3.OperationalError where it is SQLite and its file cannot be opened; makes the file."""
    if db.engine.dialect.name == "sqlite" and db.engine.url.database:
        # The driver's own thread, where it cannot open the file, outlives the loop and
        # then tells of it by a traceback. So it is only started on a file that opens.
        sqlite3.connect(db.engine.url.database).close()


def revisions() -> list[str]:
    """The revisions of this code's migrations, first to last: their files' names begin with them."""
    return sorted(path.stem[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def upgrade(connection: Connection) -> None:
    """Bring the database of a transaction up to date. Raises what `migrate` does."""
    found = refuse_what_is_foreign(connection)
    if found != revisions()[-1]:
        _alembic(connection, to="head")


def make_anew(connection: Connection, *, revision: str) -> None:
    """Bring a database that holds no row to a revision, an earlier one too. Raises what `migrate` does."""
    found = refuse_what_is_foreign(connection)
    if found == revision:
        return
    if found is not None:
        metadata.drop_all(connection)
        connection.execute(text("DROP TABLE alembic_version"))
    _alembic(connection, to=revision)


def refuse_what_is_foreign(connection: Connection) -> str | None:
    """The revision of a database that this code may bring up to date; None where it has no tables yet.

    Raises NotInUnicode, DatabaseIsNewer.
    """
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar()
        if encoding != "UTF8":
            raise NotInUnicode(
                f"The database keeps texts as {encoding}: "
                "create one with ENCODING 'UTF8' and TEMPLATE template0, and name it in DATABASE_URL."
            )
    found = revision_of(connection)
    if found is not None and found not in revisions():
        raise DatabaseIsNewer(
            f"The database was made by a later version of the bot (its revision is {found}): "
            "install that version or a later one, or name another database in DATABASE_URL."
        )
    return found


def _alembic(connection: Connection, *, to: str) -> None:
    # Alembic takes longer to import than everything else of the bot together,
    # and a start is nearly always one that has nothing to migrate.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    if connection.dialect.name == "postgresql":
        _compare_texts_as_sqlite_does(connection)


def _compare_texts_as_sqlite_does(connection: Connection) -> None:
    # By their characters' numbers, whatever language the server was set up in: pages and lists come in
    # one order everywhere, and a range of an index is all that begins alike.
    others = connection.execute(
        text(
            "SELECT table_name, column_name, data_type FROM information_schema.columns "
            "WHERE table_schema = current_schema() AND data_type IN ('text', 'character varying') "
            "AND collation_name IS DISTINCT FROM 'C' ORDER BY table_name"
        )
    )
    quoted = connection.dialect.identifier_preparer.quote
    changes: defaultdict[str, list[str]] = defaultdict(list)
    for table, column, kind in others.all():
        changes[table].append(f'ALTER COLUMN {quoted(column)} TYPE {kind} COLLATE "C"')
    for table, of_table in changes.items():
        connection.execute(text(f"ALTER TABLE {quoted(table)} {', '.join(of_table)}"))


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is at; None where it has no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found
