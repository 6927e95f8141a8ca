from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

import storage
from storage.db import Database, open_database
from storage.migrate import DatabaseIsNewer, migrate, revisions
from storage.tables import metadata


async def test_migrating_an_empty_database_gives_exactly_the_tables_of_the_code(tmp_path: Path) -> None:
    database = open_database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    differences: list[object] = []

    def compare(connection: Connection) -> None:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences.extend(compare_metadata(context, metadata))

    await migrate(database)

    async with database.writing() as work:
        await work.run_sync(compare)
    await database.close()
    assert differences == []


def test_the_files_names_tell_the_revisions_in_order() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    walked = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]

    assert revisions() == walked[::-1]


async def test_migrating_again_changes_nothing(db: Database) -> None:
    async def schema() -> list[str]:
        async with db.reading() as work:
            found = await work.execute(text("SELECT sql FROM sqlite_master ORDER BY name"))
            return [str(row.sql) for row in found]

    before = await schema()
    await migrate(db)

    assert await schema() == before


async def test_a_database_of_a_later_version_is_refused_in_one_sentence_and_left_alone(db: Database) -> None:
    async with db.writing() as work:
        await work.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseIsNewer) as refused:
        await migrate(db)

    async with db.reading() as work:
        kept = (await work.execute(text("SELECT version_num FROM alembic_version"))).scalar_one()
    assert kept == "9999"
    assert str(refused.value) == (
        "The database was made by a later version of the bot (its revision is 9999): "
        "install that version or a later one, or name another database in DATABASE_URL."
    )
