from dataclasses import replace
from datetime import UTC, datetime

from bot.others import Claims
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
