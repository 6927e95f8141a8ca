"""Rounds of pairs, through the whole bot: planned, published, followed, taken back."""

from tests.scenarios.peering import MANAGERS, group, hand_in, partners, plan, publish, six
from tests.scenarios.stage import Stage, buttons, everything, sections


async def test_a_draft_shows_each_match_with_its_reason_and_how_many_messages_it_sends(stage: Stage) -> None:
    await six(stage)

    ann, faults = await plan(stage)

    assert faults == {}
    view = await ann.saw_modal("Draft of round 1")
    shown = everything(view)
    assert shown.count("They have not met; ") == 3
    assert "Ben Virta · Hana Novak" in shown or "Ben Virta" in shown
    assert "Publishing sends 3 messages, one to each pair." in shown
    assert [row for row in await stage.queued("peers.match")] == []


async def test_publishing_writes_to_each_pair_in_a_group_of_their_own(stage: Stage) -> None:
    await six(stage)
    await hand_in(stage, "UBEN", "UCLEO")

    await publish(stage)

    for user_id in MANAGERS:
        messages = stage.workspace.channel(group(stage, user_id)).messages
        assert len(partners(stage, user_id)) == 1
        assert len(messages) == 1
    ben = stage.person("UBEN")
    message = everything(ben.messages(group(stage, "UBEN"))[0])
    assert "The plan of UBEN" in message
    assert "*Ben Virta*, EnergyVaasa, Finland" in message
    assert "Which of your actions would you begin with tomorrow" in message
    assert "(Helsinki)" in message
