"""A backup holds every row of every table, goes into either kind of database, and is taken whole or not."""

import gzip
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Select, Table, delete, select, text, type_coerce

from bot.backup import back_up, restore
from bot.domain.ids import UserId
from storage import backup, erasure, outbox, postings
from storage.backup import CannotRestore, NothingThere
from storage.db import Database, open_database
from storage.migrate import DatabaseIsNewer, migrate, revisions
from storage.privacy import RULES, Kind
from storage.tables import metadata
from tests import postgres
from tests.storage.log import found, log, with_people_and_channels
from tests.storage.test_privacy import NOW, TEAM, fill

Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def other_url(database_kind: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a database of the other kind, with nothing in it."""
    if database_kind == "postgres":
        yield f"sqlite+aiosqlite:///{tmp_path / 'other.db'}"
        return
    try:
        url = postgres.without_tables()
    except postgres.CannotStart as reason:
        pytest.skip(str(reason))
    yield url
    postgres.drop(url)


async def rows_of(db: Database) -> Rows:
    """Every row of every table that is not made from others, as it lies there."""
    async with db.reading() as work:
        return {
            table.name: [tuple(row) for row in await work.execute(_as_they_lie(table))]
            for table in backup.held()
        }


def _as_they_lie(table: Table) -> Select[Any]:
    columns = [
        type_coerce(column, JSON()) if backup.kind_of(column) == "json" else column
        for column in table.columns
    ]
    return select(*columns).order_by(*table.primary_key.columns)


def url_of(db: Database) -> str:
    return db.engine.url.render_as_string(hide_password=False)


async def in_lines(db: Database) -> list[str]:
    async with db.reading() as work:
        return [line async for line in backup.lines(work, now=NOW)]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def packed(path: Path, lines: Sequence[str]) -> Path:
    """A backup with these lines."""
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode()))
    return path


async def test_moving_to_the_other_kind_and_back_keeps_every_row(
    db: Database, bare_database_url: str, other_url: str, tmp_path: Path
) -> None:
    await fill(db)
    async with db.writing() as work:
        await erasure.put_mark(work, team_id=TEAM, user_id=UserId("U1"), now=NOW)
    before = await rows_of(db)
    there, back = tmp_path / "there.backup", tmp_path / "back.backup"

    await back_up(url_of(db), there, now=NOW)
    count = await restore(other_url, there, now=NOW)
    await back_up(other_url, back, now=NOW)
    await restore(bare_database_url, back, now=NOW)

    other, again = open_database(other_url), open_database(bare_database_url)
    moved, returned = await rows_of(other), await rows_of(again)
    await other.close()
    await again.close()
    assert [name for name, rows in before.items() if not rows] == []
    assert moved == before
    assert returned == before
    assert count == sum(map(len, before.values()))


async def test_what_is_queued_after_a_restore_stands_behind_what_was_in_the_backup(
    db: Database, other_url: str, tmp_path: Path
) -> None:
    await queue(db, "first", "second")
    await back_up(url_of(db), tmp_path / "a.backup", now=NOW)
    await restore(other_url, tmp_path / "a.backup", now=NOW)
    other = open_database(other_url)
    await queue(other, "third")

    async with other.reading() as work:
        keys = [row.key for row in await outbox.rows(work, team_id=TEAM)]
    await other.close()
    assert keys == ["first", "second", "third"]


async def queue(db: Database, *keys: str) -> None:
    async with db.writing() as work:
        for key in keys:
            await outbox.enqueue(
                work, team_id=TEAM, key=key, recipient="U07", kind="welcome", body={}, now=NOW
            )


async def test_search_finds_the_same_once_the_bot_has_indexed_what_was_restored(
    db: Database, other_url: str, tmp_path: Path
) -> None:
    await with_people_and_channels(db)
    await log(db, "How do you win members for hydrogen?", "By visiting each once a year.")
    await log(db, "Who may sign the consortium's agreement?", "The board.", "Whoever it names.")
    typed = ("hydrogen membres", '"once a year"', "board", "zebra")
    before = [await found(db, words) for words in typed]

    await back_up(url_of(db), tmp_path / "a.backup", now=NOW)
    await restore(other_url, tmp_path / "a.backup", now=NOW)

    other = open_database(other_url)
    await postings.catch_up(other)
    after = [await found(other, words) for words in typed]
    await other.close()
    assert before == [[1], [1], [2], []]
    assert after == before


async def test_a_portable_backup_says_what_it_is_in_its_first_line_and_ends_with_a_count(
    db: Database,
) -> None:
    await fill(db)

    first, *others, last = map(json.loads, await in_lines(db))

    assert first == {
        "format": "alumni-bot backup",
        "version": 1,
        "revision": revisions()[-1],
        "made_at": "2023-06-12T08:00:00+00:00",
    }
    counts: dict[str, int] = {}
    for line in others:
        if isinstance(line, dict):
            counts[line["table"]] = 0
        else:
            counts[list(counts)[-1]] += 1
    assert last == {"rows": counts}


async def test_every_table_is_backed_up_but_what_search_makes_from_the_questions() -> None:
    left_out = set(metadata.tables) - {table.name for table in backup.held()}

    made = {name for name, rule in RULES.items() if rule.of_kind(Kind.DERIVED)}
    assert left_out == made | {"search_log"}


async def test_a_backup_is_for_its_owner_alone_and_nothing_else_is_left_beside_it(
    db: Database, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()

    await back_up(url_of(db), folder / "a.backup", now=NOW)
    with pytest.raises(FileExistsError):
        await back_up(url_of(db), folder / "a.backup", now=NOW)

    assert [(path.name, path.stat().st_mode & 0o777) for path in folder.iterdir()] == [("a.backup", 0o600)]


async def test_a_backup_of_an_earlier_version_is_brought_up_to_date(db: Database, tmp_path: Path) -> None:
    columns = {"team_id": "text", "key": "text", "recipient": "text", "kind": "text", "body": "json"}
    columns |= {"queued_at": "instant", "due_at": "instant", "not_before_at": "instant", "state": "text"}
    columns |= {"is_repeatable": "boolean", "attempts": "integer"}
    at = "2023-06-12T08:00:00+00:00"
    sooner = "2023-06-12T07:00:00+00:00"
    lines: list[Any] = [
        {"format": "alumni-bot backup", "version": 1, "revision": "0009", "made_at": at},
        {"table": "outbox", "columns": columns},
        [TEAM, "welcome:U07", "U07", "welcome", {"a": [1, None]}, at, at, at, "sent", False, 1],
        [TEAM, "welcome:U08", "U07", "welcome", {}, sooner, sooner, sooner, "queued", False, 0],
        {"rows": {"outbox": 2}},
    ]

    await restore(url_of(db), packed(tmp_path / "old.backup", [*map(json.dumps, lines)]), now=NOW)

    await migrate(db)  # which finds nothing to do
    async with db.reading() as work:
        sooner_due, held = await outbox.rows(work, team_id=TEAM)
        revision = await backup.revision(work)
    assert sooner_due.key == "welcome:U08"
    assert (held.key, held.body, held.due_at, held.is_bulk) == ("welcome:U07", {"a": [1, None]}, NOW, False)
    assert revision == revisions()[-1]


async def test_a_database_with_anything_in_it_is_left_alone(db: Database, tmp_path: Path) -> None:
    await fill(db)
    await back_up(url_of(db), tmp_path / "a.backup", now=NOW)
    before = await in_lines(db)

    with pytest.raises(CannotRestore) as refused:
        await restore(url_of(db), tmp_path / "a.backup", now=NOW)

    assert str(refused.value) == (
        "The database that DATABASE_URL names is not empty: name a new one. Nothing was changed."
    )
    assert await in_lines(db) == before


LATER = "install that version or a later one."


def _line_of(lines: list[str], table: str) -> int:
    return next(place for place, line in enumerate(lines) if line.startswith(f'{{"table":"{table}"')) + 1


def _changed(at: str, change: Callable[[Any], Any]) -> Callable[[list[str]], list[str]]:
    def changed(lines: list[str]) -> list[str]:
        place = _line_of(lines, at)
        return [*lines[:place], json.dumps(change(json.loads(lines[place]))), *lines[place + 1 :]]

    return changed


def _with_number(row: list[Any], number: int) -> list[Any]:
    """The row with another number in the first column that holds one."""
    place = next(place for place, value in enumerate(row) if type(value) is int)
    return [*row[:place], number, *row[place + 1 :]]


def _other_first_line(**values: Any) -> Callable[[list[str]], list[str]]:
    return lambda lines: [json.dumps(json.loads(lines[0]) | values), *lines[1:]]


def _second(line: str) -> Callable[[list[str]], list[str]]:
    return lambda lines: [lines[0], line, *lines[1:]]


def _without_a_consent(lines: list[str]) -> list[str]:
    place = _line_of(lines, "consent")
    return [*lines[:place], *lines[place + 1 :]]


DAMAGED = "damaged at line"
BROKEN: dict[str, tuple[Callable[[list[str]], list[str]], str]] = {
    "later": (_other_first_line(revision="9999"), f"(its revision is 9999): {LATER}"),
    "other format": (_other_first_line(version=2), f"in another format): {LATER}"),
    "other file": (lambda lines: ["[1, 2]", *lines], "The file is no backup of the bot."),
    "no JSON": (lambda lines: ["hello", *lines], "The file is no backup of the bot."),
    "nothing": (lambda lines: [], "cut short"),
    "cut": (lambda lines: lines[:-1], "cut short"),
    "deep": (_second("[" * 100_000), f"{DAMAGED} 2"),
    "row before any table": (_second("[1]"), f"{DAMAGED} 2"),
    "no such table": (_second('{"table":"nobody","columns":{}}'), f"{DAMAGED} 2"),
    "table of another type": (_second('{"table":[],"columns":{}}'), f"{DAMAGED} 2"),
    "no such column": (_second('{"table":"member","columns":{"x":"text"}}'), f"{DAMAGED} 2"),
    "no such kind": (_second('{"table":"member","columns":{"name":"x"}}'), f"{DAMAGED} 2"),
    "kind of another type": (_second('{"table":"member","columns":{"name":[]}}'), f"{DAMAGED} 2"),
    "row missing": (_without_a_consent, DAMAGED),
    "row twice": (lambda lines: [*lines[:3], lines[2], *lines[3:]], DAMAGED),
    "too short a row": (_changed("member", lambda row: row[:-1]), DAMAGED),
    "text for a truth": (_changed("member", lambda row: [*row[:-1], "yes"]), DAMAGED),
    "number for a text": (_changed("member", lambda row: [1, *row[1:]]), DAMAGED),
    "no key": (_changed("member", lambda row: [None, *row[1:]]), DAMAGED),
    "too large a number": (_changed("outbox", lambda row: _with_number(row, 1 << 31)), f"{DAMAGED} "),
    "far too large a number": (_changed("outbox", lambda row: _with_number(row, 10**30)), f"{DAMAGED} "),
    "no such instant": (
        _changed("inbox", lambda row: [*row[:-1], "0001-01-01T00:00:00+14:00"]),
        f"{DAMAGED} ",
    ),
    "no zone": (_changed("inbox", lambda row: [*row[:-1], "2023-06-12T08:00:00"]), DAMAGED),
}


async def test_a_backup_that_is_not_right_leaves_the_database_empty(
    db: Database, tmp_path: Path, sound: list[str]
) -> None:
    wrong: dict[str, str] = {}
    for what, (change, says) in BROKEN.items():
        with pytest.raises(CannotRestore) as refused:
            await restore(url_of(db), packed(tmp_path / "broken.backup", change(sound)), now=NOW)
        if says not in str(refused.value):
            wrong[what] = str(refused.value)

    assert wrong == {}
    assert [name for name, rows in (await rows_of(db)).items() if rows] == []


@pytest.fixture
async def sound(tmp_path: Path, migrated_file: Path) -> list[str]:
    """The lines of a backup with a row in every table."""
    path = tmp_path / "sound.db"
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite+aiosqlite:///{path}")
    await fill(database)
    lines = await in_lines(database)
    await database.close()
    return lines


async def test_a_file_that_is_cut_short_or_altered_is_refused(
    db: Database, tmp_path: Path, sound: list[str]
) -> None:
    content = packed(tmp_path / "a.backup", sound).read_bytes()
    files = {"a": content[:-1], "b": content[:-100], "c": content[:200] + bytes(50) + content[250:]}
    said: dict[str, str] = {}

    for name, altered in files.items():
        (tmp_path / name).write_bytes(altered)
        with pytest.raises(CannotRestore) as refused:
            await restore(url_of(db), tmp_path / name, now=NOW)
        said[name] = str(refused.value).partition(":")[0].partition(" at ")[0]

    assert said == {
        "a": "The backup is cut short",
        "b": "The backup is cut short",
        "c": "The backup is damaged",
    }


async def test_a_database_of_a_later_version_is_neither_backed_up_nor_filled(
    db: Database, tmp_path: Path, sound: list[str]
) -> None:
    async with db.writing() as work:
        await work.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(DatabaseIsNewer):
        await back_up(url_of(db), tmp_path / "a.backup", now=NOW)
    with pytest.raises(DatabaseIsNewer):
        await restore(url_of(db), packed(tmp_path / "b.backup", sound), now=NOW)

    assert not (tmp_path / "a.backup").exists()


async def test_a_database_that_was_never_the_bot_s_gives_no_backup(
    bare_database_url: str, tmp_path: Path
) -> None:
    with pytest.raises(NothingThere):
        await back_up(bare_database_url, tmp_path / "a.backup", now=NOW)

    assert names_in(tmp_path) == []


# -- copies of SQLite's file


async def test_a_copy_of_sqlite_s_file_is_whole_while_somebody_writes_and_keeps_nothing_deleted(
    file_db: Database, other_url: str, tmp_path: Path
) -> None:
    await fill(file_db)
    async with file_db.writing() as work:
        await work.execute(delete(metadata.tables["profile"]))
    before = await rows_of(file_db)

    async with file_db.writing() as writer:
        await writer.execute(delete(metadata.tables["usergroup_member"]))
        await back_up(url_of(file_db), tmp_path / "copy.db", now=NOW)
    await restore(other_url, tmp_path / "copy.db", now=NOW)

    other = open_database(other_url)
    moved = await rows_of(other)
    await other.close()
    assert moved == before
    assert moved["usergroup_member"] != []
    assert [name for name in names_in(tmp_path) if name.startswith("copy")] == ["copy.db"]
    assert (tmp_path / "copy.db").stat().st_mode & 0o777 == 0o600


async def test_what_is_no_sound_copy_of_the_bot_s_file_is_refused(
    file_db: Database, bare_database_url: str, tmp_path: Path
) -> None:
    await back_up(url_of(file_db), tmp_path / "copy.db", now=NOW)
    content = (tmp_path / "copy.db").read_bytes()
    (tmp_path / "half.db").write_bytes(content[: len(content) // 2])
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("CREATE TABLE recipe (name)")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as later, later:
        later.execute("UPDATE alembic_version SET version_num = '9999'")
    (tmp_path / "empty.db").touch()

    said = []
    for name in ("half.db", "foreign.db", "copy.db", "empty.db"):
        with pytest.raises(CannotRestore) as refused:
            await restore(bare_database_url, tmp_path / name, now=NOW)
        said.append(str(refused.value))

    assert said == [
        "The backup is damaged: take another copy of it. Nothing was changed.",
        "The file is no backup of the bot.",
        "The backup was made by a later version of the bot (its revision is 9999): "
        "install that version or a later one.",
        "The file is no backup of the bot.",
    ]


@pytest.fixture
async def file_db(migrated_file: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """A SQLite database with every table and no row."""
    path = tmp_path / "alumni.db"
    shutil.copy(migrated_file, path)
    database = open_database(f"sqlite+aiosqlite:///{path}")
    yield database
    await database.close()


@pytest.mark.postgres
async def test_a_copy_of_a_file_is_made_of_sqlite_only(db: Database, tmp_path: Path) -> None:
    with pytest.raises(NothingThere) as refused:
        await back_up(url_of(db), tmp_path / "copy.db", now=NOW)

    assert str(refused.value) == (
        "A copy whose name ends with .db is made of SQLite only: "
        "with another ending, the file becomes a portable backup."
    )
