import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from storage import inbox
from storage.db import AlreadyDone, Database, Delivery, Look, open_database
from storage.tables import academy, edition_day
from storage.tables import inbox as inbox_table

NOW = datetime(2023, 6, 8, 9, tzinfo=UTC)
DELIVERY = Delivery(team_id="T1", key="Ev1", received_at=NOW)
REST = {"timezone": "Europe/Rome", "organisers": (), "question_channels": ()}


async def put_academy(db: Database, name: str, once: Delivery | None = None) -> None:
    async with db.writing(once) as work:
        await work.put(academy, {"team_id": "T1", "name": name, **REST})


async def academy_name(db: Database) -> str | None:
    async with db.reading() as work:
        found: str | None = (await work.execute(select(academy.c.name))).scalar_one_or_none()
        return found


async def test_a_transaction_that_fails_leaves_nothing(db: Database) -> None:
    async def fail_half_way() -> None:
        async with db.writing(DELIVERY) as work:
            await work.execute(academy.insert().values(team_id="T1", name="A", **REST))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_half_way()

    assert await academy_name(db) is None
    async with db.reading() as work:
        assert (await work.execute(select(func.count()).select_from(inbox_table))).scalar_one() == 0


async def test_a_second_delivery_has_no_effect(db: Database) -> None:
    await put_academy(db, "first", once=DELIVERY)

    with pytest.raises(AlreadyDone):
        await put_academy(db, "second", once=DELIVERY)

    assert await academy_name(db) == "first"


async def test_one_delivery_at_the_same_moment_from_many_sides_has_one_effect(db: Database) -> None:
    outcomes = await asyncio.gather(
        *(put_academy(db, "once", once=DELIVERY) for _ in range(8)), return_exceptions=True
    )

    assert [type(outcome) for outcome in outcomes].count(type(None)) == 1
    assert [type(outcome) for outcome in outcomes].count(AlreadyDone) == 7


async def test_twenty_transactions_that_read_then_write_all_count(db: Database) -> None:
    await put_academy(db, "0")

    async def add_one() -> None:
        async with db.writing() as work:
            name = (await work.execute(select(academy.c.name))).scalar_one()
            await work.execute(academy.update().values(name=str(int(name) + 1)))

    await asyncio.gather(*(add_one() for _ in range(20)))

    assert await academy_name(db) == "20"


async def test_replicas_take_turns_as_the_writers_of_one_process_do(database_url: str) -> None:
    replicas = [open_database(database_url) for _ in range(3)]
    await put_academy(replicas[0], "0")

    async def add_one(db: Database, number: int) -> None:
        # Some know that they write in one workspace only, and some do not.
        async with db.writing(team_id="T1" if number % 2 else None) as work:
            name = (await work.execute(select(academy.c.name))).scalar_one()
            await work.execute(academy.update().values(name=str(int(name) + 1)))

    await asyncio.gather(*(add_one(db, number) for number in range(8) for db in replicas))

    found = [await academy_name(db) for db in replicas]
    for db in replicas:
        await db.close()
    assert found == ["24"] * 3


@pytest.mark.postgres
async def test_workspaces_do_not_wait_for_each_other(db: Database) -> None:
    async with db.writing(team_id="T1"), db.writing(team_id="T2") as second:
        await second.put(academy, {"team_id": "T2", "name": "both are open", **REST})

    assert await academy_name(db) == "both are open"


@pytest.mark.postgres
async def test_work_of_minutes_is_done_by_one_process_and_given_up_with_it(database_url: str) -> None:
    one, other = open_database(database_url), open_database(database_url)

    async with one.alone("read C1") as first, other.alone("read C1") as second, other.alone("C2") as else_:
        at_once = (first, second, else_)
    async with other.alone("read C1") as after:
        at_last = after

    await one.close()
    await other.close()
    assert at_once == (True, False, True)
    assert at_last


async def test_who_reads_sees_one_state_throughout_and_waits_for_nobody(db: Database) -> None:
    await put_academy(db, "before")

    async with db.reading() as work:
        first = (await work.execute(select(academy.c.name))).scalar_one()
        await put_academy(db, "after")
        second = (await work.execute(select(academy.c.name))).scalar_one()

    assert (first, second) == ("before", "before")
    assert await academy_name(db) == "after"


async def test_a_function_of_many_statements_sees_its_transaction_and_no_other(db: Database) -> None:
    await put_academy(db, "before")

    def names(look: Look) -> list[str]:
        some = select(academy.c.name).where(look.among(academy.c.team_id, ["T1", "T2", "NUL \0"]))
        return sorted(look.execute(some.order_by(academy.c.name)).scalars())

    async with db.writing() as work:
        await work.put(academy, {"team_id": "T2", "name": "mine", **REST})
        async with db.reading() as other:
            outside = await other.at_once(names)
        inside = await work.at_once(names)

    assert (inside, outside) == (["before", "mine"], ["before"])


async def test_characters_that_a_database_refuses_are_replaced(db: Database) -> None:
    await put_academy(db, "NUL \0, half a pair \ud83d, a whole one \U0001f600")

    assert await academy_name(db) == "NUL \ufffd, half a pair \ufffd, a whole one \U0001f600"


async def test_foreign_keys_hold(db: Database) -> None:
    with pytest.raises(IntegrityError):
        async with db.writing() as work:
            await work.execute(
                edition_day.insert().values(
                    team_id="T1",
                    edition_key="none",
                    position=0,
                    on=NOW.date(),
                    kind="online",
                    title="",
                    place="",
                )
            )


async def test_an_instant_without_its_zone_is_refused(db: Database) -> None:
    with pytest.raises(Exception, match="an instant needs its zone"):
        async with db.writing(Delivery(team_id="T1", key="Ev1", received_at=datetime(2023, 6, 8))):  # noqa: DTZ001
            pass


async def test_old_deliveries_are_forgotten_and_new_ones_kept(db: Database) -> None:
    for hour in (1, 2, 3):
        async with db.writing(Delivery(team_id="T1", key=f"Ev{hour}", received_at=NOW.replace(hour=hour))):
            pass

    async with db.writing() as work:
        forgotten = await inbox.forget_before(work, instant=NOW.replace(hour=3))

    assert forgotten == 2
    with pytest.raises(AlreadyDone):
        async with db.writing(Delivery(team_id="T1", key="Ev3", received_at=NOW)):
            pass
