import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, select, text
from sqlalchemy.engine import Connection

import storage
from storage.db import Database, open_database
from storage.migrate import DatabaseIsNewer, migrate, revisions
from storage.tables import metadata, usergroup_member

_OTHER_COLLATIONS = text(
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
    "AND data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'"
)


async def schema(db: Database) -> list[str]:
    names: list[str] = []
    async with db.reading() as work:
        await work.run_sync(lambda connection: names.extend(inspect(connection).get_table_names()))
    return sorted(names)


def is_postgres(db: Database) -> bool:
    return db.engine.dialect.name == "postgresql"


async def test_migrating_an_empty_database_gives_exactly_the_tables_of_the_code(
    bare_database_url: str,
) -> None:
    database = open_database(bare_database_url)
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
    before = await schema(db)

    await migrate(db)

    assert await schema(db) == before


async def test_replicas_that_start_at_once_migrate_once(bare_database_url: str) -> None:
    replicas = [open_database(bare_database_url) for _ in range(3)]

    await asyncio.gather(*(migrate(one) for one in replicas))

    found = [await schema(one) for one in replicas]
    for one in replicas:
        await one.close()
    assert found == [sorted([*metadata.tables, "alembic_version"])] * 3


async def test_texts_are_compared_by_their_characters_numbers(db: Database) -> None:
    names = ["Zeta", "alpha", "Äpfel", "a b", "a-b", "ab", "😀", "￮"]
    async with db.writing() as work:
        for name in names:
            await work.execute(usergroup_member.insert().values(team_id="T1", group_id=name, user_id="U1"))

    async with db.reading() as work:
        query = select(usergroup_member.c.group_id).order_by(usergroup_member.c.group_id)
        found = list((await work.execute(query)).scalars())
        collations = await work.execute(_OTHER_COLLATIONS) if is_postgres(db) else ()
        others = [tuple(row) for row in collations]

    assert found == sorted(names)
    assert others == []


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
