"""The numbers of a large log: counted once, and anew once anything has changed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.ids import UserId
from bot.domain.question_numbers import Numbers
from bot.services.questions import stats
from storage.db import Database
from tests.storage.log import ANA, TEAM, log, with_people_and_channels

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


async def counted(db: Database, *, now: datetime = NOW, may_be_old: timedelta = timedelta(0)) -> Numbers:
    async with db.reading() as work:
        found = await stats.overviewed(work, team_id=TEAM, user_id=ANA, now=now, may_be_old=may_be_old)
    return found.numbers


async def test_numbers_of_a_large_log_are_counted_anew_once_it_has_changed(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stats, "_LARGE", 1)
    await with_people_and_channels(db)
    await log(db, "Who funds hydrogen?")
    first = await counted(db)
    again = await counted(db)
    await log(db, "Who mentors?", "We do")

    old = await counted(db, may_be_old=timedelta(hours=1))
    new = await counted(db)

    assert (first.week.asked, new.week.asked) == (1, 2)
    assert again is first
    assert old is first


async def test_ages_move_on_though_nothing_changes(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "_LARGE", 1)
    await with_people_and_channels(db)
    await log(db, "Who funds hydrogen?", asked_at=NOW - timedelta(days=2) + timedelta(minutes=10))
    young = await counted(db)

    later = await counted(db, now=NOW + timedelta(minutes=20))

    assert dict(young.open_by_age)["up to 2 days"] == 1
    assert dict(later.open_by_age)["up to a week"] == 1


async def test_what_one_may_not_see_is_in_nobody_else_s_numbers(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stats, "_LARGE", 1)
    await with_people_and_channels(db)
    await log(db, "Who funds hydrogen?")
    mine = await counted(db)

    async with db.reading() as work:
        strangers = await stats.overviewed(work, team_id=TEAM, user_id=UserId("UNOBODY"), now=NOW)

    assert (mine.week.asked, strangers.numbers.week.asked) == (1, 0)
