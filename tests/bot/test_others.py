from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.others import Claims, Neighbours
from storage import others, outbox, outgoing
from storage.db import Database
from storage.outbox import OutboxRow

NOW = datetime(2023, 6, 12, 8, tzinfo=UTC)
ROW = OutboxRow(
    team_id="T1",
    key="remind:a",
    recipient="U1",
    kind="message",
    body={},
    queued_at=NOW,
    due_at=NOW,
    not_before_at=NOW,
    state="sending",
    is_repeatable=False,
    is_bulk=False,
    attempts=1,
    claimed_at=NOW,
    claimed_by="other",
    sent_at=None,
    channel_id=None,
    ts=None,
    reason=None,
)


class Seconds:
    """Seconds that go by as the test says."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_another_s_claim_lasts_from_when_it_was_seen_first() -> None:
    seconds = Seconds()
    claims = Claims(me="me", last_s=15, monotonic=seconds)

    claims.watch([ROW])
    seconds.now_s += 10
    claims.watch([ROW])

    assert claims.left_s(ROW) == 5


def test_a_claim_that_was_made_anew_lasts_anew() -> None:
    seconds = Seconds()
    claims = Claims(me="me", last_s=15, monotonic=seconds)
    again = replace(ROW, attempts=2)

    claims.watch([ROW])
    seconds.now_s += 10
    claims.watch([again])

    assert claims.left_s(again) == 15


def test_one_s_own_claim_lasts_from_its_beginning_though_rows_were_read_before_it() -> None:
    seconds = Seconds()
    claims = Claims(me="me", last_s=15, monotonic=seconds)
    mine = replace(ROW, claimed_by="me")

    claims.made(mine, at_s=seconds())
    claims.watch([ROW])
    seconds.now_s += 10
    claims.watch([ROW, mine])

    assert claims.left_s(mine) == 5


async def sent(db: Database, key: str, *, at: datetime, by: str = "other") -> None:
    async with db.writing() as work:
        row = {"team_id": "T1", "key": key, "recipient": "U1", "kind": "message", "body": {}, "now": NOW}
        await outbox.enqueue(work, **row)  # type: ignore[arg-type]
        claimed = await outgoing.claim(work, team_id="T1", key=key, now=NOW, claimed_by=by)
        assert claimed is not None
        await outgoing.arrive(work, claimed, channel_id="D1", ts="1.0", now=at)


async def heard(db: Database, neighbours: Neighbours, now: datetime) -> list[str]:
    async with db.reading() as work:
        return [one.key for one in (await neighbours.hear(work, now, steady=now)).sent]


async def test_what_others_sent_counts_once_whatever_their_clocks_say(db: Database) -> None:
    neighbours = Neighbours(me="me")
    await sent(db, "long ago", at=NOW - timedelta(hours=1))
    await heard(db, neighbours, NOW)

    await sent(db, "mine", at=NOW, by="me")
    await sent(db, "in time", at=NOW + timedelta(seconds=1))
    await sent(db, "of a clock that is ahead", at=NOW + timedelta(minutes=10))
    first = await heard(db, neighbours, NOW + timedelta(seconds=2))
    again = await heard(db, neighbours, NOW + timedelta(seconds=3))
    await sent(db, "in time too", at=NOW + timedelta(seconds=4))
    third = await heard(db, neighbours, NOW + timedelta(seconds=4))

    assert (sorted(first), again, third) == (["in time", "of a clock that is ahead"], [], ["in time too"])


async def test_a_clock_that_was_set_back_makes_nothing_of_the_last_hour_count_again(db: Database) -> None:
    neighbours = Neighbours(me="me")
    await heard(db, neighbours, NOW)
    for minute in range(5):
        await sent(db, f"minute {minute}", at=NOW + timedelta(minutes=minute))
        await heard(db, neighbours, NOW + timedelta(minutes=minute))

    set_back = [await heard(db, neighbours, NOW - timedelta(hours=1)) for _ in range(2)]
    await sent(db, "since", at=NOW + timedelta(minutes=5))

    assert set_back == [[], []]
    assert await heard(db, neighbours, NOW - timedelta(minutes=59)) == ["since"]


async def test_a_pause_lasts_from_when_it_was_heard_of_whatever_the_other_s_clock_says(db: Database) -> None:
    neighbours = Neighbours(me="me")
    async with db.writing() as work:
        await outbox.enqueue(work, team_id="T1", key="told", recipient="U1", kind="message", body={}, now=NOW)
        row = await outbox.row(work, team_id="T1", key="told")
        assert row is not None
        reason = others.ratelimited("chat.update", wait_s=30)
        await outbox.change(work, row, reason=reason, not_before_at=NOW - timedelta(hours=1))

    until = []
    for seconds in (0, 10, 40):
        at = NOW + timedelta(seconds=seconds)
        async with db.reading() as work:
            until.append(dict((await neighbours.hear(work, NOW, steady=at)).pauses))

    assert until == [{"chat.update": NOW + timedelta(seconds=30)}] * 3
