from datetime import UTC, datetime, timedelta

from storage import outbox
from storage.db import Database

NOW = datetime(2023, 7, 3, 7, tzinfo=UTC)


async def enqueue(
    db: Database,
    key: str,
    *,
    recipient: str = "U1",
    due_in_s: int = 0,
    is_bulk: bool = False,
    now: datetime = NOW,
) -> bool:
    async with db.writing() as work:
        return await outbox.enqueue(
            work,
            team_id="T1",
            key=key,
            recipient=recipient,
            kind="message",
            body={"text": key, "blocks": []},
            now=now,
            due_at=now + timedelta(seconds=due_in_s) if due_in_s else None,
            is_bulk=is_bulk,
        )


async def head_keys(db: Database, *, at: datetime = NOW) -> list[str]:
    async with db.reading() as work:
        return [row.key for row in await outbox.heads(work, now=at, limit=10)]


async def test_a_key_is_queued_once(db: Database) -> None:
    first = await enqueue(db, "remind:a")
    second = await enqueue(db, "remind:a")

    assert (first, second) == (True, False)
    async with db.reading() as work:
        assert [row.key for row in await outbox.rows(work, team_id="T1")] == ["remind:a"]


async def test_each_recipient_has_one_head_and_the_earliest_due_comes_first(db: Database) -> None:
    await enqueue(db, "second", recipient="U1", due_in_s=0)
    await enqueue(db, "first", recipient="U1", due_in_s=-60)
    await enqueue(db, "other", recipient="U2", due_in_s=-30)
    await enqueue(db, "not due", recipient="U3", due_in_s=1)

    assert await head_keys(db) == ["first", "other"]


async def test_what_is_one_of_very_many_lets_all_else_go_first_also_to_the_same_person(db: Database) -> None:
    await enqueue(db, "announcement 1", recipient="U1", due_in_s=-60, is_bulk=True)
    await enqueue(db, "announcement 2", recipient="U2", due_in_s=-60, is_bulk=True)
    await enqueue(db, "reply", recipient="U1")
    await enqueue(db, "reminder", recipient="U3")

    assert await head_keys(db) == ["reminder", "reply", "announcement 2"]


async def test_what_a_host_queues_whose_clock_is_behind_stands_behind_what_waits(db: Database) -> None:
    await enqueue(db, "receipt 1", now=NOW)
    await enqueue(db, "tomorrow", due_in_s=86_400)
    await enqueue(db, "receipt 2", now=NOW - timedelta(seconds=90))
    await enqueue(db, "another's", now=NOW - timedelta(seconds=90), recipient="U2")

    async with db.reading() as work:
        rows = await outbox.rows(work, team_id="T1")
    assert [row.key for row in rows] == ["another's", "receipt 1", "receipt 2", "tomorrow"]
    assert rows[2].due_at - NOW == timedelta(microseconds=1)


async def test_a_clock_that_was_far_ahead_does_not_hold_up_what_comes_after(db: Database) -> None:
    await enqueue(db, "of another hour", now=NOW + timedelta(hours=1))
    await enqueue(db, "now", now=NOW)

    assert await head_keys(db) == ["now"]


async def test_many_stand_behind_what_waits_for_any_of_them(db: Database) -> None:
    await enqueue(db, "news 1", recipient="U2", is_bulk=True)
    async with db.writing() as work:
        await outbox.enqueue_all(
            work,
            team_id="T1",
            recipients={"news 2 to U1": "U1", "news 2 to U2": "U2"},
            kind="message",
            body={"text": "News", "blocks": []},
            now=NOW - timedelta(seconds=20),
            is_bulk=True,
        )

    async with db.reading() as work:
        rows = await outbox.rows(work, team_id="T1", recipient="U2")
    assert [row.key for row in rows] == ["news 1", "news 2 to U2"]


async def test_only_what_nobody_has_claimed_is_withdrawn(db: Database) -> None:
    for key in ("claimed", "waiting", "another"):
        await enqueue(db, key, recipient=key)
    async with db.writing() as work:
        await outbox.claim(work, team_id="T1", key="claimed", now=NOW, claimed_by="me")

    async with db.writing() as work:
        withdrawn = await outbox.withdraw(work, team_id="T1", keys=["claimed", "waiting", "unknown"])

    assert withdrawn == {"waiting"}
    async with db.reading() as work:
        assert {row.key for row in await outbox.rows(work, team_id="T1")} == {"claimed", "another"}


async def test_a_row_that_waits_for_a_retry_holds_up_those_behind_it(db: Database) -> None:
    await enqueue(db, "first", due_in_s=-60)
    await enqueue(db, "second")
    async with db.writing() as work:
        first = await outbox.row(work, team_id="T1", key="first")
        assert first is not None
        await outbox.change(work, first, not_before_at=NOW + timedelta(seconds=30))

    assert await head_keys(db) == []
    assert await head_keys(db, at=NOW + timedelta(seconds=30)) == ["first"]


async def test_a_row_that_is_being_sent_holds_up_those_behind_it(db: Database) -> None:
    await enqueue(db, "first", due_in_s=-60)
    await enqueue(db, "second", due_in_s=-70)
    async with db.writing() as work:
        await outbox.claim(work, team_id="T1", key="first", now=NOW, claimed_by="me")

    assert await head_keys(db) == []


async def test_a_row_is_claimed_by_one(db: Database) -> None:
    await enqueue(db, "only")
    async with db.writing() as work:
        mine = await outbox.claim(work, team_id="T1", key="only", now=NOW, claimed_by="me")
    async with db.writing() as work:
        theirs = await outbox.claim(work, team_id="T1", key="only", now=NOW, claimed_by="them")

    assert mine is not None
    assert (mine.state, mine.attempts, mine.claimed_by, theirs) == ("sending", 1, "me", None)


async def test_the_next_due_instant_is_that_of_the_earliest_queued_row(db: Database) -> None:
    await enqueue(db, "later", due_in_s=90)
    await enqueue(db, "sooner", due_in_s=60)

    async with db.reading() as work:
        assert await outbox.next_due_at(work) == NOW + timedelta(seconds=60)
        assert await outbox.count(work) == {"queued": 2}


async def test_what_is_done_of_a_kind_is_forgotten_and_nothing_else(db: Database) -> None:
    for key in ("message:done", "message:waits", "message:new", "messages", "other:done"):
        await enqueue(db, key, due_in_s=60 if key == "message:new" else 0)
    async with db.writing() as work:
        for row in await outbox.rows(work, team_id="T1"):
            if row.key != "message:waits":
                await outbox.change(work, row, state="sent")

        gone = await outbox.forget_done(work, team_id="T1", kind="message", before=NOW + timedelta(seconds=1))

    async with db.reading() as work:
        left = {row.key for row in await outbox.rows(work, team_id="T1")}
    assert (gone, left) == (1, {"message:waits", "message:new", "messages", "other:done"})
