"""What is answered after its acknowledgement: nothing that somebody asked is lost in between."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.ids import TeamId, UserId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.services.questions import taking
from bot.services.questions.asking import LONGEST_QUESTION, Asked, Suggested
from bot.services.questions.taking import Words
from sandbox.delivered import Delivered
from storage import asking, outbox
from storage.db import AlreadyDone, Delivery
from tests.scenarios.stage import NOW, Stage, sections
from tests.scenarios.test_asking import FEES, answered_before, logged, posts, prepared

TORINO = "Where do we meet in Torino?"
REFERENCE = re.compile(r"reference: [A-Z2-9]{8}$")


def asks(stage: Stage, words: str, *, user_id: str = "UBEN", number: int = 1) -> Words:
    """As a command brings it."""
    who = Actor(
        team_id=TeamId(stage.team_id),
        user_id=UserId(user_id),
        name="",
        tz="Europe/Helsinki",
        is_organiser=False,
    )
    once = Delivery(team_id=stage.team_id, key=f"command:{number}", received_at=NOW)
    channel_id = stage.workspace.channel(stage.person(user_id).direct_id()).id
    return Words(who=who, text=words, given_in=channel_id, once=once)  # type: ignore[arg-type]


async def taken(stage: Stage, *asked: Words) -> list[str | Refused | AlreadyDone]:
    """Taken by a process that goes no further."""
    return await taking.take(
        stage.bot.db, team_id=stage.team_id, asked=asked, now=stage.workspace.clock.now()
    )


async def left(stage: Stage) -> list[str]:
    """The keys of what the outbox is still to say of what was asked."""
    return [row.key for row in await stage.queued(taking.TAKEN) if row.state == "queued"]


def expiring(stage: Stage) -> None:
    """Have every response url expire before it is used, as after half an hour."""

    def later(delivered: Delivered) -> None:
        if delivered.kind == "slash_commands" and not delivered.acks:
            stage.workspace.clock.move_to(stage.workspace.clock.now() + timedelta(minutes=31))

    stage.sandbox.delivery.on_logged.append(later)


@asynccontextmanager
async def without(stage: Stage, table: str) -> AsyncIterator[None]:
    """The database has no such table meanwhile."""
    async with stage.bot.db.writing() as work:
        await work.execute(text(f"ALTER TABLE {table} RENAME TO {table}_away"))
    yield
    async with stage.bot.db.writing() as work:
        await work.execute(text(f"ALTER TABLE {table}_away RENAME TO {table}"))


async def test_a_question_is_acknowledged_before_it_is_looked_up_and_leaves_nothing_behind(
    stage: Stage,
) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")

    await ben.command(f"/ask {TORINO}")

    delivered = stage.last("slash_commands", command="/ask")
    assert [(ack.ok, ack.body) for ack in delivered.acks] == [(True, None)]
    assert sections(ben.direct()[-1]) == [f"📨 Your question goes to <#{ask}>. Answers come in its thread."]
    assert await stage.queued(taking.TAKEN) == []
    async with stage.bot.db.reading() as work:
        draft_id = f"command:{delivered.payload['trigger_id']}"
        assert await asking.draft(work, team_id=stage.team_id, draft_id=draft_id) is None


async def test_what_was_taken_before_a_crash_is_posted_once_and_its_asker_told(stage: Stage) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")
    await taken(stage, asks(stage, TORINO))

    await stage.restart()
    await stage.at("2023-06-12 08:02")
    await stage.at("2023-06-12 08:10")

    assert [one.title for one in await logged(stage)] == [TORINO]
    assert len(posts(stage, ask)) == 1
    assert [sections(one)[0] for one in ben.direct()] == [
        f"📨 Your question goes to <#{ask}>. Answers come in its thread."
    ]


async def test_what_was_answered_before_is_shown_after_a_crash_and_can_be_asked_from_there(
    stage: Stage,
) -> None:
    ask = await prepared(stage)
    await answered_before(stage)
    ben = stage.person("UBEN")
    await taken(stage, asks(stage, FEES))

    await stage.at("2023-06-12 08:02")
    told = await ben.saw("direct", "This was asked before")
    await ben.press(told, "ask_anyway")
    await stage.settle()

    assert len(posts(stage, ask)) == 1
    assert [one.title for one in await logged(stage)] == [FEES, FEES]


async def test_a_crash_after_it_was_posted_has_its_asker_told_all_the_same(stage: Stage) -> None:
    ask = await prepared(stage)
    (draft_id,) = await taken(stage, asks(stage, TORINO))
    shown = await taking.look_up(stage.bot.db, team_id=stage.team_id, draft_id=str(draft_id), now=NOW)

    await stage.at("2023-06-12 08:02")

    assert isinstance(shown, Asked)
    assert (len(posts(stage, ask)), len(await logged(stage))) == (1, 1)
    await stage.person("UBEN").saw("direct", "Your question goes to")


async def test_two_who_come_to_it_at_once_post_it_once(stage: Stage) -> None:
    ask = await prepared(stage)
    (draft_id,) = await taken(stage, asks(stage, TORINO))

    both = await asyncio.gather(
        *(
            taking.look_up(stage.bot.db, team_id=stage.team_id, draft_id=str(draft_id), now=NOW)
            for _ in range(2)
        )
    )
    await stage.settle()

    assert sorted(isinstance(one, Asked) for one in both) == [False, True]
    assert (len(posts(stage, ask)), len(await logged(stage))) == (1, 1)


async def test_of_many_taken_together_each_has_their_own_and_a_second_delivery_none(stage: Stage) -> None:
    await prepared(stage)
    await answered_before(stage)
    await taken(stage, asks(stage, TORINO, number=1))

    given = await taken(
        stage,
        asks(stage, TORINO, number=1),
        asks(stage, "?!", number=2),
        asks(stage, "Where @dina & <@UCLEO> eat?", number=3),
        asks(stage, "x" * (LONGEST_QUESTION + 1), number=4),
        asks(stage, FEES, user_id="UCLEO", number=5),
    )

    assert [type(one) for one in given] == [AlreadyDone, Refused, str, Refused, str]
    assert sorted(await left(stage)) == [f"{taking.TAKEN}:command:{number}" for number in (1, 3, 5)]
    (_, _, eat, _, fees) = map(str, given)
    third = await taking.look_up(stage.bot.db, team_id=stage.team_id, draft_id=eat, now=NOW)
    fifth = await taking.look_up(stage.bot.db, team_id=stage.team_id, draft_id=fees, now=NOW)
    assert isinstance(third, Asked)
    assert (third.question.title, third.question.asker_id) == ("Where @dina & @Cleo Matos eat?", "UBEN")
    assert isinstance(fifth, Suggested)


async def test_what_cannot_be_asked_is_refused_with_the_acknowledgement(stage: Stage) -> None:
    await prepared(stage)
    ben = stage.person("UBEN")

    await ben.command("/ask ?!")

    answer = stage.last("slash_commands", command="/ask").acks[-1].body
    assert answer["text"] == "Please write your question in words."
    assert await stage.queued(taking.TAKEN) == []


async def test_an_answer_that_slack_no_longer_takes_comes_as_a_direct_message(stage: Stage) -> None:
    ask = await prepared(stage)
    await answered_before(stage)
    ben = stage.person("UBEN")
    expiring(stage)

    await ben.command(f"/ask {TORINO}", channel_id="CGENERAL")
    await ben.command("/questions fee", channel_id="CGENERAL")
    await stage.settle()

    assert [one for one in ben.messages("CGENERAL") if one.get("is_ephemeral")] == []
    told = [one["text"] for one in ben.direct()]
    assert told[0] == f"📨 Your question goes to <#{ask}>. Answers come in its thread."
    assert "fee" in told[1]
    assert len(posts(stage, ask)) == 1


@pytest.mark.parametrize("command", [f"/ask {TORINO}", "/questions fee"])
async def test_what_fails_after_the_acknowledgement_is_told_with_its_reference_and_undone(
    stage: Stage, command: str, caplog: pytest.LogCaptureFixture
) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")

    async with without(stage, "search_log"):
        await ben.command(command)
    await stage.at("2023-06-12 08:10")

    (answer,) = ben.direct()
    assert REFERENCE.search(answer["text"])
    assert [answer["text"].endswith(record.__dict__.get("reference", "?")) for record in caplog.records] == [
        True
    ]
    assert (await logged(stage), posts(stage, ask), await left(stage)) == ([], [], [])
    async with stage.bot.db.reading() as work:
        rows = await outbox.rows(work, team_id=stage.team_id, recipient="UBEN")
    assert [row.key for row in rows] == []
