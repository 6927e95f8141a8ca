import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

import storage
from bot.domain.ids import QuestionId, TeamId
from bot.domain.questions import Answer, NewAnswer, NewQuestion, QuestionState
from storage import postings, questions, tables
from storage.db import Database, open_database
from tests.storage.log import ANA, BEN, PUBLIC, TEAM, found, log, with_people_and_channels

INDEX = (
    tables.search_log,
    tables.search_document,
    tables.search_term,
    tables.search_word,
    tables.search_posting,
    tables.search_vector,
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WORDS = ["grant", "grants", "travel", "café", "visa", "letter", "budget", "Kraków", "the", "of", "for"]


async def contents(db: Database) -> dict[str, list[tuple[object, ...]]]:
    async with db.reading() as work:
        return {
            table.name: sorted(tuple(row) for row in await work.execute(select(table))) for table in INDEX
        }


async def forget_the_index(db: Database) -> None:
    async with db.writing() as work:
        for table in INDEX:
            await work.execute(table.delete())


def moved(connection: Connection, move: Callable[[Config, str], None], revision: str) -> None:
    """Bring a database to another revision of its tables."""
    config = Config()
    config.set_main_option("script_location", str(Path(storage.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    move(config, revision)


def some_words(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(0, 8)))


async def change_something(db: Database, rng: random.Random) -> None:
    async with db.writing() as work:
        ids = [QuestionId(rng.randint(1, 12))]
        known = await questions.questions(work, team_id=TEAM, question_ids=ids)
        given = await questions.answers(work, team_id=TEAM, question_ids=ids)
        for one in known:
            match rng.randint(0, 4):
                case 0:
                    await questions.change_question(work, replace(one, title=some_words(rng)))
                case 1:
                    await questions.change_question(work, replace(one, state=rng.choice(list(QuestionState))))
                case 2:
                    new = NewAnswer(author_id=BEN, text=some_words(rng), answered_at=one.asked_at)
                    await questions.add_answer(work, team_id=TEAM, question_id=one.id, given=new)
                case 3 if given:
                    changed = Answer(**vars(rng.choice(given)) | {"text": some_words(rng)})
                    await questions.change_answer(work, changed)
                case 4 if given:
                    lost = rng.choice(given).id
                    await questions.remove_answer(work, team_id=TEAM, question_id=one.id, answer_id=lost)


@pytest.mark.parametrize("seed", range(8))
async def test_the_index_after_any_changes_is_the_one_made_anew(db: Database, seed: int) -> None:
    rng = random.Random(seed)
    await with_people_and_channels(db)
    for _ in range(12):
        await log(db, some_words(rng), some_words(rng), by=ANA)
    for _ in range(40):
        await change_something(db, rng)
    kept = await contents(db)

    await forget_the_index(db)
    await postings.catch_up(db, batch=rng.randint(1, 20))

    made = await contents(db)
    assert [name for name in made if made[name] != kept[name]] == []


async def test_nothing_is_done_where_the_index_is_in_step(db: Database) -> None:
    await log(db, "grant")

    assert await postings.catch_up(db) == 0


async def test_what_was_written_past_the_index_is_found_after_catching_up(db: Database) -> None:
    old = await log(db, "grant", channel_id=None)
    hidden = await log(db, "visa", channel_id=None)
    async with db.writing() as work:
        one = tables.question
        changed = {"title": "budget", "text_revision": 2}
        await work.execute(update(one).where(one.c.id == old.id).values(**changed))
        await work.execute(update(one).where(one.c.id == hidden.id).values(state=QuestionState.HIDDEN))

    assert await postings.catch_up(db) == 2

    assert [await found(db, word) for word in ("budget", "grant", "visa")] == [[old.id], [], []]


async def test_an_index_of_another_analysis_is_made_anew(db: Database) -> None:
    await log(db, "grant", channel_id=None)
    await log(db, "grant", channel_id=None, team_id=TeamId("T2"))
    kept = await contents(db)
    async with db.writing() as work:
        log_row = tables.search_log
        await work.execute(update(log_row).where(log_row.c.team_id == TEAM).values(analysis=0))
        await work.execute(update(tables.search_term).values(questions=99))

    assert await postings.catch_up(db) == 1

    made = await contents(db)
    assert made["search_log"] == kept["search_log"]
    assert [row for row in made["search_term"] if row[0] == TEAM] == [
        row for row in kept["search_term"] if row[0] == TEAM
    ]


async def test_a_question_that_is_rolled_back_is_in_no_index(db: Database) -> None:
    new = NewQuestion(title="grant", asker_id=ANA, asked_at=NOW, channel_id=PUBLIC, ts="1.0")
    with pytest.raises(IntegrityError):  # noqa: PT012 - the transaction is what is tested
        async with db.writing() as work:
            await questions.add_question(work, team_id=TEAM, asked=new)
            await questions.add_question(work, team_id=TEAM, asked=new)

    assert all(rows == [] for rows in (await contents(db)).values())


@pytest.mark.postgres
async def test_on_postgresql_its_own_text_search_is_the_index(db: Database) -> None:
    asked = await log(db, "Cluster's grants, and a grant", "O'Brien\\Co pays travel", channel_id=None)

    kept = await contents(db)

    assert kept["search_posting"] == []
    assert [row[:2] for row in kept["search_vector"]] == [(TEAM, asked.id)]
    assert [await found(db, typed) for typed in ("granted", "o'brien\\co", "visa")] == [
        [asked.id],
        [asked.id],
        [],
    ]


@pytest.mark.postgres
async def test_a_log_that_came_from_sqlite_is_indexed_anew(db: Database) -> None:
    asked = await log(db, "grant", channel_id=None)
    async with db.writing() as work:
        await work.execute(tables.search_vector.delete())

    assert await postings.catch_up(db) == 1

    assert await found(db, "grant") == [asked.id]


@pytest.mark.postgres
async def test_an_index_of_an_earlier_version_is_brought_up_to_date(db: Database) -> None:
    await log(db, "Cluster's grants, and a grant", "O'Brien\\Co pays travel", channel_id=None)
    await log(db, "😀", channel_id=None)
    kept = await contents(db)

    async with db.writing() as work:
        await work.run_sync(lambda connection: moved(connection, command.downgrade, "0015"))
    before = await contents(db)
    async with db.writing() as work:
        await work.run_sync(lambda connection: moved(connection, command.upgrade, "head"))

    assert (before == kept, await contents(db) == kept) == (False, True)


@pytest.mark.postgres
@pytest.mark.parametrize("seed", range(3))
async def test_both_databases_find_the_same_in_the_same_order(
    db: Database, migrated_file: Path, tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    shutil.copy(migrated_file, tmp_path / "other.db")
    other = open_database(f"sqlite+aiosqlite:///{tmp_path / 'other.db'}")
    texts = [(some_words(rng), some_words(rng)) for _ in range(30)]
    for one in (db, other):
        await with_people_and_channels(one)
        for title, answer in texts:
            await log(one, title, answer)
    typed = [some_words(rng) for _ in range(20)] + ['"travel grant"', "visa -letter", "is:open caf", "budgte"]

    here, there = [[await found(one, words) for words in typed] for one in (db, other)]

    await other.close()
    assert here == there
