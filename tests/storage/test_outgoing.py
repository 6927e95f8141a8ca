from collections import defaultdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, text
from sqlalchemy.engine import Connection

from storage import outbox, outgoing, tables
from storage.db import Database
from tests.storage.test_outbox import NOW, enqueue


async def head_keys(db: Database, *, at: datetime = NOW) -> list[str]:
    async with db.reading() as work:
        return [row.key for row in await outgoing.heads(work, now=at, limit=10)]


async def test_each_recipient_has_one_head_and_what_was_queued_first_comes_first(db: Database) -> None:
    await enqueue(db, "first", recipient="U1")
    await enqueue(db, "other", recipient="U2")
    await enqueue(db, "second", recipient="U1", due_in_s=-60)
    await enqueue(db, "not due", recipient="U3", due_in_s=1)

    assert await head_keys(db) == ["first", "other"]


async def test_what_is_one_of_very_many_lets_all_else_go_first_also_to_the_same_person(db: Database) -> None:
    await enqueue(db, "announcement 1", recipient="U1", is_bulk=True)
    await enqueue(db, "announcement 2", recipient="U2", is_bulk=True)
    await enqueue(db, "reply", recipient="U1")
    await enqueue(db, "reminder", recipient="U3")

    assert await head_keys(db) == ["reply", "reminder", "announcement 2"]


@pytest.mark.parametrize("apart", [timedelta(hours=1), timedelta(hours=-1), timedelta(days=400)])
async def test_a_clock_that_is_wrong_neither_holds_up_a_message_nor_has_it_overtake(
    db: Database, apart: timedelta
) -> None:
    await enqueue(db, "receipt 1", now=NOW)
    await enqueue(db, "receipt 2", now=NOW + apart)
    await enqueue(db, "receipt 3", now=NOW)

    came = []
    for asked_at in (NOW, NOW + apart, NOW - apart):
        came += await head_keys(db, at=asked_at)
        async with db.writing() as work:
            done = await outbox.row(work, team_id="T1", key=came[-1])
            assert done is not None
            await outbox.change(work, done, state="sent")

    assert came == ["receipt 1", "receipt 2", "receipt 3"]


HOSTS = st.integers(0, 2)
PEOPLE = st.sampled_from(("U1", "U2", "U3"))
APART = st.integers(-90_000, 90_000).map(lambda seconds: timedelta(seconds=seconds))
STEPS = st.lists(st.tuples(HOSTS, PEOPLE, st.booleans()) | HOSTS, max_size=16)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.tuples(APART, APART, APART), STEPS)
async def test_whatever_the_hosts_clocks_say_each_person_is_written_to_in_the_order_of_queuing(
    db: Database, apart: tuple[timedelta, timedelta, timedelta], steps: list[tuple[int, str, bool] | int]
) -> None:
    """A step is either a host that queues, to whom, one of very many or not; or a host that sends."""
    waiting: defaultdict[str, list[tuple[bool, str]]] = defaultdict(list)
    wanted, came = [], []
    async with db.writing() as work:
        for number, step in enumerate(steps):
            now = NOW + timedelta(seconds=number) + apart[step if isinstance(step, int) else step[0]]
            if not isinstance(step, int):
                _, recipient, is_bulk = step
                await outbox.enqueue(
                    work,
                    team_id="T1",
                    key=f"{number}",
                    recipient=recipient,
                    kind="message",
                    body={},
                    now=now,
                    is_bulk=is_bulk,
                )
                waiting[recipient].append((is_bulk, f"{number}"))
                continue
            wanted.append({first for rows in waiting.values() for first in sorted(rows, key=_is_bulk)[:1]})
            for rows in waiting.values():
                rows[:] = sorted(rows, key=_is_bulk)[1:]
            heads = await outgoing.heads(work, now=now, limit=10)
            came.append({(row.is_bulk, row.key) for row in heads})
            for row in heads:
                await outbox.change(work, row, state="sent")
        await work.execute(delete(tables.outbox))

    assert came == wanted


def _is_bulk(row: tuple[bool, str]) -> bool:
    return row[0]


async def test_what_was_put_off_goes_once_it_is_due_the_earlier_due_first_and_before_all_else(
    db: Database,
) -> None:
    await enqueue(db, "in two minutes", due_in_s=120)
    await enqueue(db, "in a minute", due_in_s=60)
    await enqueue(db, "now")

    assert await head_keys(db) == ["now"]
    assert await head_keys(db, at=NOW + timedelta(seconds=60)) == ["in a minute"]
    assert await head_keys(db, at=NOW + timedelta(seconds=120)) == ["in a minute"]


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=1)])
async def test_what_its_composer_puts_off_waits_also_where_the_clock_of_who_queued_it_was_ahead(
    db: Database, ahead: timedelta
) -> None:
    await enqueue(db, "not yet", now=NOW + ahead)
    await enqueue(db, "behind it")
    async with db.writing() as work:
        claimed = await outgoing.claim(work, team_id="T1", key="not yet", now=NOW, claimed_by="me")
        assert claimed is not None
        await outgoing.put_off(work, claimed, until=NOW + timedelta(seconds=15))

    assert await head_keys(db) == ["behind it"]
    assert await head_keys(db, at=NOW + timedelta(seconds=15)) == ["not yet"]


async def test_a_retry_waits_but_not_by_a_clock_that_was_an_hour_ahead(db: Database) -> None:
    for recipient, wait in (("U1", timedelta(seconds=30)), ("U2", timedelta(hours=1, seconds=30))):
        await enqueue(db, f"to {recipient}", recipient=recipient)
        async with db.writing() as work:
            row = await outbox.row(work, team_id="T1", key=f"to {recipient}")
            assert row is not None
            await outbox.change(work, row, attempts=1, not_before_at=NOW + wait)

    assert await head_keys(db) == ["to U2"]
    assert await head_keys(db, at=NOW + timedelta(seconds=30)) == ["to U1", "to U2"]


async def test_neither_what_goes_next_nor_a_place_is_looked_for_in_what_was_sent(db: Database) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, sql: str, values: Any, *_more: object) -> None:
        statements.append((sql, values))

    def plan_of(sql: str, values: Any, connection: Connection) -> str:
        explain = "EXPLAIN" if db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
        return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {sql}", values))

    async with db.writing() as work:
        many = {f"{number}": "U1" for number in range(2000)}
        await outbox.enqueue_all(
            work, team_id="T1", recipients=many, kind="message", body={"text": "News"}, now=NOW
        )
        await work.execute(tables.outbox.update().values(state="sent"))
        if work.is_postgres:  # as the server does by itself, and SQLite does not
            await work.execute(text("ANALYZE outbox"))
    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    await enqueue(db, "waits")
    await head_keys(db)
    event.remove(db.engine.sync_engine, "before_cursor_execute", note)
    async with db.reading() as work:
        plans = [await work.run_sync(partial(plan_of, *one)) for one in statements if "outbox" in one[0]]

    assert len(plans) == 2
    assert [plan for plan in plans if "Seq Scan" in plan or "SCAN outbox" in plan] == []


async def test_a_row_that_waits_for_a_retry_holds_up_those_behind_it(db: Database) -> None:
    await enqueue(db, "first")
    await enqueue(db, "second")
    async with db.writing() as work:
        first = await outbox.row(work, team_id="T1", key="first")
        assert first is not None
        await outbox.change(work, first, not_before_at=NOW + timedelta(seconds=30))

    assert await head_keys(db) == []
    assert await head_keys(db, at=NOW + timedelta(seconds=30)) == ["first"]


async def test_a_row_that_is_being_sent_holds_up_those_behind_it(db: Database) -> None:
    await enqueue(db, "first")
    await enqueue(db, "second")
    async with db.writing() as work:
        await outgoing.claim(work, team_id="T1", key="first", now=NOW, claimed_by="me")

    assert await head_keys(db) == []


async def test_a_row_is_claimed_by_one(db: Database) -> None:
    await enqueue(db, "only")
    async with db.writing() as work:
        mine = await outgoing.claim(work, team_id="T1", key="only", now=NOW, claimed_by="me")
    async with db.writing() as work:
        theirs = await outgoing.claim(work, team_id="T1", key="only", now=NOW, claimed_by="them")

    assert mine is not None
    assert (mine.state, mine.attempts, mine.claimed_by, theirs) == ("sending", 1, "me", None)
