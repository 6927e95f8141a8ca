"""Every column is classified, and what is derived from that takes a person out of everything."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import JSON, Boolean, Column, Date, Integer, LargeBinary, Table, Time, insert, select
from sqlalchemy.exc import IntegrityError

from bot.domain.ids import ChannelId, QuestionId, TeamId, UserId
from bot.domain.questions import NewAnswer, NewQuestion, QuestionState
from bot.services.privacy import erasing
from storage import audit, erasure, questions
from storage.db import Database, open_database
from storage.erasure import Person, Request
from storage.export import held_on
from storage.privacy import RULES, WHY, Kind
from storage.tables import metadata
from storage.types import Instant, Strings, Terms, WallTime
from tests import on_disk

TEAM = TeamId("T1")
SESSION = ("lock_timeout", "transaction_isolation", "transaction_read_only")
ZOE = UserId("U07")
NAME, EMAIL = "Zoë Plantagenet", "zoe@plantagenet.example"
PLANTED = "zzplantedzz"
NOW = datetime(2023, 6, 12, 8, tzinfo=UTC)
MADE_BY_USE_CASES = (
    *("question", "answer", "search_log", "search_document", "search_term"),
    *("search_word", "search_posting", "search_vector", "erasure"),
)


READ_BY_USE_CASES: dict[str, dict[str, Any]] = {
    "edition": {"timezone": "UTC"},
    "member": {"name": NAME, "email": EMAIL},
    "peer_round": {"kind": "pairs", "state": "draft", "who": "everybody", "handover": "at_once"},
    "erasure_request": {"keeps_answers": False},
    "question_link": {"earlier_id": 2, "kind": "answered_by"},
}
"""Values that have to mean something."""


def test_every_column_of_every_table_is_classified() -> None:
    columns = {name: {column.name for column in table.columns} for name, table in metadata.tables.items()}

    assert {name: set(rule.columns) for name, rule in RULES.items()} == columns


def test_every_heading_that_people_see_says_why() -> None:
    assert {rule.group for rule in RULES.values() if rule.group} == set(WHY)


def test_an_erased_id_is_looked_for_in_whatever_is_no_plain_column() -> None:
    """What belongs to nobody must hold nothing personal: such a row would outlive its person."""
    orphans = [
        f"{name}.{column}"
        for name, rule in RULES.items()
        for column in rule.of_kind(Kind.PERSONAL)
        if not rule.of_kind(Kind.SUBJECT, Kind.OTHER)
    ]

    assert orphans == []


def planted(column: Column[Any], kind: Kind) -> Any:
    """A value of a column that gives its person away wherever it may."""
    if isinstance(column.type, Terms):
        return None
    if kind is Kind.PERSONAL:
        return _shaped(column, PLANTED)
    if kind in (Kind.SUBJECT, Kind.OTHER, Kind.ACTOR):
        return ZOE
    if kind in (Kind.LISTED, Kind.PLACED):
        return (ZOE, "U071") if isinstance(column.type, Strings) else [ZOE, {"type": "user", "user_id": ZOE}]
    if kind in (Kind.NAMING, Kind.MENTIONING):
        return {"text": f"{NAME} says", "of": ZOE} if isinstance(column.type, JSON) else f"x:{ZOE}:y {EMAIL}"
    return _shaped(column, "x")


def _shaped(column: Column[Any], text: str) -> Any:
    shapes: list[tuple[type[Any], Any]] = [
        (Strings, (text,)),
        (JSON, [text]),
        (Boolean, False),
        (Integer, 1),
        (Instant, NOW),
        (WallTime, NOW.replace(tzinfo=None)),
        (Date, date(2023, 6, 12)),
        (Time, time(9)),
        (LargeBinary, b""),
    ]
    return next((value for kind, value in shapes if isinstance(column.type, kind)), text)


def row_of(table: Table, parents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A row of a table that holds as much of its person as its columns let it."""
    kinds = RULES[table.name].columns
    values = {column.name: planted(column, kinds[column.name]) for column in table.columns}
    values["team_id"] = TEAM
    for column in table.columns:
        for key in column.foreign_keys:
            parent = parents.get(key.column.table.name)
            if parent is not None:
                values[column.name] = parent[key.column.name]
    return values


async def fill(db: Database) -> None:
    """A row in every table; a question and an answer by their use cases, so that search knows them."""
    rows: dict[str, dict[str, Any]] = {"question": {"team_id": TEAM, "id": 1}}
    async with db.writing() as work:
        asked = NewQuestion(
            channel_id=ChannelId("CASK"),
            ts="1.000001",
            permalink="https://example.org/1",
            asker_id=ZOE,
            title=PLANTED,
            detail=f"Of {PLANTED}",
            asked_at=NOW,
        )
        another = NewQuestion(
            channel_id=ChannelId("CASK"),
            ts="2.000001",
            permalink="https://example.org/2",
            asker_id=UserId("U071"),
            title="Fees?",
            detail="",
            asked_at=NOW,
        )
        given = NewAnswer(author_id=ZOE, text=f"Ask {PLANTED}", answered_at=NOW, ts="2.000002")
        await questions.add_questions(work, team_id=TEAM, asked=[(asked, []), (another, [given])])
        for table in metadata.sorted_tables:
            if table.name in MADE_BY_USE_CASES:
                continue
            rows[table.name] = row_of(table, rows) | READ_BY_USE_CASES.get(table.name, {})
            await work.execute(insert(table).values(**rows[table.name]))
        await audit.add(
            work,
            team_id=TEAM,
            done_at=NOW,
            done_by=UserId("U071"),
            deed="question.retitled",
            subject="question:1",
            before=PLANTED,
        )


async def erase(db: Database) -> None:
    """Have Zoe deleted at her own word."""
    await erasing.ask(db, Request(team_id=TEAM, user_id=ZOE, asked_at=NOW, keeps_answers=False))
    await erasing.carry_out(db, now=NOW)


@asynccontextmanager
async def writing_elsewhere(db: Database) -> AsyncIterator[None]:
    """Somebody who has written something in another database of the same server, and has not committed."""
    other = open_database(db.engine.url.set(database="postgres"))
    try:
        async with other.engine.connect() as connection, connection.begin():
            await connection.exec_driver_sql("SELECT pg_current_xact_id()")
            yield
    finally:
        await other.close()


async def everything(db: Database) -> str:
    """All that the tables hold."""
    async with db.reading() as work:
        rows = [
            f"{table.name}: {tuple(row)}"
            for table in metadata.sorted_tables
            for row in (await work.execute(select(table))).all()
        ]
    return "\n".join(rows)


async def test_nothing_of_an_erased_person_is_left_in_tables_files_or_the_write_ahead_log(
    db: Database, tmp_path: Path
) -> None:
    await fill(db)
    if db.engine.dialect.name == "postgresql":
        async with on_disk.outside_of_transactions(db) as connection:
            await connection.exec_driver_sql("ANALYZE")
    before = await everything(db)
    files_before = await on_disk.files(db, tmp_path)

    await erase(db)
    await on_disk.scrub(db)

    left = await everything(db)
    person = Person(team_id=TEAM, user_id=ZOE, name=NAME, email=EMAIL)
    assert person.is_named_in(before)
    assert PLANTED in before
    assert [line for line in left.splitlines() if person.is_named_in(line) or PLANTED in line] == []
    assert "U071" in left  # whose id begins like theirs stays
    needles = [PLANTED.encode(), EMAIL.encode(), NAME.encode(), b'"U07"', b"x:U07:y"]
    assert [needle for needle in needles if not any(needle in held for held in files_before.values())] == []
    files = await on_disk.files(db, tmp_path)
    assert [name for name, held in files.items() if any(needle in held for needle in needles)] == []


async def test_a_connection_is_after_a_scrub_as_it_was_before(db: Database) -> None:
    before = await ways_of(db)

    await db.scrub()

    assert await ways_of(db) == before


async def ways_of(db: Database) -> list[Any]:
    """How the next connection that is used waits, and whether it begins transactions by itself."""
    async with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            driver = connection.sync_connection.connection.driver_connection
            return [driver.isolation_level] if driver else []
        shown = [await connection.exec_driver_sql(f"SHOW {name}") for name in SESSION]
        return [one.scalar_one() for one in shown]


@pytest.mark.postgres
async def test_a_scrub_gives_way_to_a_reader_who_takes_long(db: Database) -> None:
    await fill(db)
    await erase(db)

    async with db.reading() as reader:
        read = await questions.questions(reader, team_id=TEAM, question_ids=[QuestionId(2)])
        is_scrubbed = await db.scrub(patience_s=0.05)
        again = await questions.questions(reader, team_id=TEAM, question_ids=[QuestionId(2)])
        answers = await questions.answers(reader, team_id=TEAM, question_ids=[QuestionId(2)])

    assert (is_scrubbed, read, answers) == (False, again, [])
    await on_disk.scrub(db)


@pytest.mark.postgres
async def test_a_scrub_tells_of_a_reader_who_still_sees_what_was_deleted(
    db: Database, tmp_path: Path
) -> None:
    """Whoever reads elsewhere does not hold a table up; what they may look at yet stays in its file."""
    await fill(db)

    async with db.reading() as reader:
        await questions.questions(reader, team_id=TEAM, question_ids=[QuestionId(2)])
        await erase(db)
        is_scrubbed = await db.scrub(patience_s=0.05)
        held = b"".join((await on_disk.files(db, tmp_path)).values())

    assert (is_scrubbed, PLANTED.encode() in held) == (False, True)
    await on_disk.scrub(db)
    assert PLANTED.encode() not in b"".join((await on_disk.files(db, tmp_path)).values())


@pytest.mark.postgres
async def test_a_scrub_tells_of_a_writer_in_another_database_of_the_server(
    db: Database, tmp_path: Path
) -> None:
    """The server then takes the rewriting for as old as that writer, and keeps what was there for it."""
    await fill(db)

    async with writing_elsewhere(db):
        await erase(db)
        is_scrubbed = await db.scrub(patience_s=0.05)
        held = b"".join((await on_disk.files(db, tmp_path)).values())

    assert (is_scrubbed, PLANTED.encode() in held) == (False, True)
    await on_disk.scrub(db)
    assert PLANTED.encode() not in b"".join((await on_disk.files(db, tmp_path)).values())


async def test_the_search_forgets_what_an_erased_person_asked_and_answered(db: Database) -> None:
    await fill(db)

    await erase(db)

    async with db.reading() as work:
        kept = await questions.questions(work, team_id=TEAM, question_ids=[QuestionId(1), QuestionId(2)])
        answers = await questions.answers(work, team_id=TEAM, question_ids=[QuestionId(2)])
    assert [(one.state, one.title) for one in kept] == [
        (QuestionState.REMOVED, ""),
        (QuestionState.OPEN, "Fees?"),
    ]
    assert answers == []


async def test_erasing_twice_changes_nothing_more(db: Database) -> None:
    await fill(db)
    await erase(db)
    once = await everything(db)

    await erase(db)

    assert await everything(db) == once


async def test_the_export_holds_whatever_is_theirs_and_no_id_of_anybody_else(db: Database) -> None:
    await fill(db)
    person = Person(team_id=TEAM, user_id=ZOE)

    async with db.reading() as work:
        found = await held_on(work, person)

    theirs = {name for name, rule in RULES.items() if rule.group and rule.of_kind(Kind.SUBJECT)}
    assert theirs - {one.table for one in found} == set()
    assert [one.table for one in found if "U071" in str(one.rows)] == []
    with_text = {
        name for name, rule in RULES.items() if rule.of_kind(Kind.SUBJECT) and rule.of_kind(Kind.PERSONAL)
    }
    assert {one.table for one in found if PLANTED in str(one.rows)} == with_text


@pytest.mark.parametrize(
    ("text", "blotted"),
    [
        ("remind:U07:2d", "remind:erased:2d"),
        ("remind:U071:2d", "remind:U071:2d"),
        ("TU07", "TU07"),
        (f"{NAME} left", "somebody left"),
        (f"mail {EMAIL}", "mail somebody"),
    ],
)
def test_a_person_is_told_from_those_whose_id_is_longer(text: str, blotted: str) -> None:
    person = Person(team_id=TEAM, user_id=ZOE, name=NAME, email=EMAIL)

    assert person.blotted(text) == blotted


async def test_who_was_erased_is_remembered_by_a_digest_until_they_come_back(db: Database) -> None:
    async with db.writing() as work:
        await erasure.put_mark(work, team_id=TEAM, user_id=ZOE, now=NOW)
        marked = await erasure.erased_among(work, team_id=TEAM, user_ids=[ZOE, UserId("U071")])
        await erasure.take_mark_away(work, team_id=TEAM, user_id=ZOE)
        after = await erasure.is_erased(work, team_id=TEAM, user_id=ZOE)

    assert (marked, after) == ({ZOE}, False)


async def test_a_statement_that_fails_repeats_nothing_of_what_people_wrote(db: Database) -> None:
    async def twice() -> None:
        async with db.writing() as work:
            values = {"team_id": TEAM, "group_id": "S1", "user_id": PLANTED}
            await work.execute(insert(metadata.tables["usergroup_member"]), [values, values])

    with pytest.raises(IntegrityError) as failed:
        await twice()

    assert PLANTED not in str(failed.value)
