from datetime import UTC, datetime, timedelta

from storage import outbox, outgoing
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


async def test_a_key_is_queued_once(db: Database) -> None:
    first = await enqueue(db, "remind:a")
    second = await enqueue(db, "remind:a")

    assert (first, second) == (True, False)
    async with db.reading() as work:
        assert [row.key for row in await outbox.rows(work, team_id="T1")] == ["remind:a"]


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
        await outgoing.claim(work, team_id="T1", key="claimed", now=NOW, claimed_by="me")

    async with db.writing() as work:
        withdrawn = await outbox.withdraw(work, team_id="T1", keys=["claimed", "waiting", "unknown"])

    assert withdrawn == {"waiting"}
    async with db.reading() as work:
        assert {row.key for row in await outbox.rows(work, team_id="T1")} == {"claimed", "another"}


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
