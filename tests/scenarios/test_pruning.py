"""Weeks of the same days leave the bot no larger: neither its machinery's tables nor its memory."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import func, select

from storage.tables import inbox, outbox
from tests.memory import held
from tests.scenarios.stage import EDITION, Stage

FOR_GOOD = EDITION.replace("[edition]", "[retention]\nmessages = 0\n\n[edition]")


async def a_day(stage: Stage) -> None:
    """What people do four days later: look, hand in a new version, ask what is next."""
    ben = stage.person("UBEN")
    stage.workspace.clock.move_to(stage.workspace.clock.now() + timedelta(days=4))
    await ben.open_home()
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": "One page."})
    await stage.person("UCLEO").command("/academy next")
    await stage.settle()


async def rows_of(stage: Stage) -> Counter[str]:
    """How many rows the machinery has, the outbox by kind."""
    async with stage.bot.db.reading() as work:
        deliveries = (await work.execute(select(func.count()).select_from(inbox))).scalar_one()
        by_kind = await work.execute(
            select(outbox.c.kind, func.count().label("number")).group_by(outbox.c.kind)
        )
        return Counter({"inbox": deliveries}) + Counter({row.kind: int(row.number) for row in by_kind})


async def more_than(objects: Counter[str], stage: Stage) -> dict[str, tuple[int, int]]:
    """What there is more of than there was, and stays.

    A heartbeat may be at work at this very moment, and who just got a message is known until they may get
    the next.
    """
    for _ in range(5):
        later = held()
        more = {name: (objects[name], later[name]) for name in later if later[name] > objects[name]}
        if not more:
            break
        stage.workspace.clock.move_to(stage.workspace.clock.now() + timedelta(minutes=1))
        await stage.settle()
    return more


async def test_after_weeks_the_machinery_has_the_rows_and_the_process_the_objects_that_it_had(
    stage: Stage,
) -> None:
    await stage.import_files(("cba-2.toml", FOR_GOOD))
    stage.workspace.clock.move_to(stage.workspace.clock.now() + timedelta(days=100))  # the edition is over
    for _ in range(3):
        await a_day(stage)
    rows, objects = await rows_of(stage), held()

    for _ in range(3):
        await a_day(stage)

    more = await more_than(objects, stage)
    assert rows["inbox"] > 0
    assert rows["home"] > 0
    assert (await rows_of(stage)) - rows == Counter({"homework.receipt": 3})  # which are kept for good
    assert more == {}
