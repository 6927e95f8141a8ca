"""A homework that opens is told on the edition's channel, once."""

from datetime import datetime

import pytest

from bot.domain.homework import Homework
from bot.services import homework
from bot.services.homework import Written
from storage import outbox
from storage.db import Database
from storage.outbox import Composed, Drop, OutboxRow, Send
from tests.reminding import CHANNEL, EDITION, TEAM, academy, utc, wall

NOW = utc("2023-06-12 08:00")


def written(opens: str) -> Written:
    """A plan due on 5 July, 18:00 in Rome, that opens at a wall time."""
    return Written(
        edition_key=EDITION,
        key="plan",
        title="Plan <b>",
        brief="One page.",
        opens=wall(opens),
        due=wall("2023-07-05 18:00"),
        remind=("1d",),
        remind_at=wall("2023-06-01 09:00").time(),
    )


async def create(db: Database, *, opens: str) -> Homework:
    """Make it as an organiser does, on NOW."""
    return await homework.create(db, team_id=TEAM, written=written(opens), now=NOW)


async def openings(db: Database) -> list[OutboxRow]:
    """What is queued for the channel."""
    async with db.reading() as work:
        return await outbox.rows(work, team_id=TEAM, states={"queued"}, recipient=CHANNEL)


async def composed(db: Database, row: OutboxRow, *, now: datetime) -> Composed:
    """What would be sent."""
    async with db.writing() as work:
        return await homework.COMPOSERS[row.kind](work, row, now)


@pytest.mark.parametrize(
    ("opens", "told_at"),
    [("2023-06-20 09:00", utc("2023-06-20 07:00")), ("2023-06-12 09:00", NOW)],
)
async def test_the_channel_is_told_when_homework_opens_or_at_once_where_it_is_open(
    db: Database, opens: str, told_at: datetime
) -> None:
    await academy(db, channel=CHANNEL)
    await create(db, opens=opens)

    (row,) = await openings(db)
    sent = await composed(db, row, now=told_at)

    assert row.due_at == told_at
    assert isinstance(sent, Send)
    assert sent.text.startswith("Plan &lt;b&gt; is open. Due Wed 5 July 2023, 18:00 (Rome)")
    assert [block["type"] for block in sent.blocks] == ["section", "section", "actions"]


async def test_another_opening_replaces_the_one_that_was_to_be_told(db: Database) -> None:
    await academy(db, channel=CHANNEL)
    made = await create(db, opens="2023-06-20 09:00")

    await homework.edit(
        db,
        team_id=TEAM,
        homework_id=made.id,
        revision=made.revision,
        written=written("2023-06-21 09:00"),
        now=NOW,
    )

    first, second = await openings(db)
    assert isinstance(await composed(db, first, now=first.due_at), Drop)
    assert isinstance(await composed(db, second, now=second.due_at), Send)


async def test_an_edition_without_a_channel_is_told_nothing(db: Database) -> None:
    await academy(db, channel=None)
    await create(db, opens="2023-06-20 09:00")

    assert await openings(db) == []
