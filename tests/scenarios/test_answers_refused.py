"""Slack takes no answer by the response url, or its reply to one is lost: the answer comes all the same."""

from typing import Any

import pytest

from sandbox.faults import RESPONSE_URL
from sandbox.person import Person
from tests.scenarios.announcing import announcement, send
from tests.scenarios.stage import Stage, everything
from tests.scenarios.test_asking import FEES, answered_before, prepared

CHANNEL = "CGENERAL"
REFUSED: list[dict[str, Any]] = [
    {"kind": "ratelimited", "retry_after_s": 30},
    {"kind": "server_error"},
    {"kind": "error", "error": "used_url"},
]
LOST: list[dict[str, Any]] = [{"kind": "server_error", "executed": True}, {"kind": "lost_reply"}]


def faults(*which: dict[str, Any]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", which, ids=["-".join(map(str, one.values())) for one in which])


def only_for(person: Person, part: str) -> int:
    """How many messages of the channel, seen by nobody else, say this."""
    seen = [one for one in person.messages(CHANNEL) if one.get("is_ephemeral")]
    return sum(part in everything(one) for one in seen)


def by_message(person: Person, part: str) -> int:
    """How many direct messages that others could see, and that stay, say this."""
    return sum(part in everything(one) for one in person.direct() if not one.get("is_ephemeral"))


@faults(*REFUSED, *LOST)
async def test_an_answer_to_a_command_comes_by_direct_message_where_slack_did_not_say_that_it_took_it(
    stage: Stage, fault: dict[str, Any]
) -> None:
    await prepared(stage)
    await answered_before(stage)
    ben = stage.person("UBEN")
    rule = stage.sandbox.faults.add(**fault, method=RESPONSE_URL)

    await ben.command("/questions fee", channel_id=CHANNEL)
    await stage.settle()

    assert (only_for(ben, "question for “fee”"), by_message(ben, "question for “fee”")) == (fault in LOST, 1)
    assert rule.hits == 1


@faults(*REFUSED, *LOST)
async def test_an_answer_to_a_button_comes_by_direct_message_and_what_it_did_is_done_once(
    stage: Stage, fault: dict[str, Any]
) -> None:
    ben = stage.person("UBEN")
    await stage.at("2023-06-28 06:00")
    reminder = await ben.saw("direct", "Action plan: first blueprint")
    rule = stage.sandbox.faults.add(**fault, method=RESPONSE_URL)

    await ben.press(reminder, "reminder_stop", value="cba-2/action-plan-1")
    await stage.settle()

    said = [one for one in ben.direct() if "No more reminders" in one["text"]]
    assert [bool(one.get("is_ephemeral")) for one in said] == [True] * (fault in LOST) + [False]
    assert rule.hits == 1


async def suggested(stage: Stage) -> tuple[str, Person, dict[str, Any]]:
    """Ben asks what was asked before; the questions channel, Ben, and what he is shown."""
    ask = await prepared(stage)
    await answered_before(stage)
    ben = stage.person("UBEN")
    await ben.command(f"/ask {FEES}", channel_id=CHANNEL)
    return ask, ben, await ben.saw(CHANNEL, "This was asked before")


@faults(*LOST)
async def test_an_answer_that_replaces_is_put_there_again_where_slack_did_not_say_that_it_took_it(
    stage: Stage, fault: dict[str, Any]
) -> None:
    ask, ben, shown = await suggested(stage)
    rule = stage.sandbox.faults.add(**fault, method=RESPONSE_URL, times=1)

    await ben.press(shown, "ask_anyway", channel_id=CHANNEL)
    await stage.settle()

    told = f"Your question goes to <#{ask}>"
    assert (only_for(ben, told), only_for(ben, "This was asked before"), by_message(ben, told)) == (1, 0, 0)
    assert rule.hits == 1


@faults(*REFUSED)
async def test_an_answer_that_may_not_replace_comes_by_direct_message(
    stage: Stage, fault: dict[str, Any]
) -> None:
    ask, ben, shown = await suggested(stage)
    stage.sandbox.faults.add(**fault, method=RESPONSE_URL)

    await ben.press(shown, "ask_anyway", channel_id=CHANNEL)
    await stage.settle()

    told = f"Your question goes to <#{ask}>"
    assert (only_for(ben, told), by_message(ben, told)) == (0, 1)


@faults(*REFUSED, *LOST)
async def test_what_replaces_a_message_that_stays_is_edited_in_and_comes_no_second_time(
    stage: Stage, fault: dict[str, Any]
) -> None:
    await send(stage, announce_options=["confirm"])
    await stage.settle()
    ben = stage.person("UBEN")
    announced = announcement(stage, "UBEN")
    rule = stage.sandbox.faults.add(**fault, method=RESPONSE_URL, times=2)

    await ben.press(announced, "announce_got_it")
    await stage.settle()

    shown = ben.direct()
    assert [everything(one).count("✅ You confirmed this") for one in shown] == [1]
    assert (shown[0]["ts"], rule.hits) == (announced["ts"], 1 if fault in REFUSED[::2] else 2)
