"""Rounds of pairs, through the whole bot: planned, corrected, published, followed, taken back."""

import asyncio
from typing import Any

import pytest

from bot.domain.peers import Answer
from bot.domain.refusals import Refused
from bot.services import peers
from handlers import peers_plan
from sandbox.person import Person
from storage import peer_people
from tests.scenarios.peering import MANAGERS, group, hand_in, partners, plan, publish, six
from tests.scenarios.stage import Stage, buttons, everything, hit

NOT_ALLOWED = "Only organisers of the academy can do this. Ask one of them if it is needed."


def pairs_of(view: dict[str, Any]) -> list[str]:
    """Who is matched with whom in a draft, as it is shown."""
    lines = everything(view).splitlines()
    return sorted(
        line.replace("🔒 ", "").strip("*") for line in lines if " · " in line and line.endswith("*")
    )


def drafted(person: Person) -> list[str]:
    return pairs_of(person.modal or {"blocks": []})


async def met(stage: Stage) -> list[tuple[str, str, int]]:
    async with stage.bot.db.reading() as work:
        return [(one.a, one.b, one.round) for one in await peers.all_history(work, team_id=stage.team_id)]


async def test_a_draft_shows_each_match_with_its_reason_and_how_many_messages_it_sends(stage: Stage) -> None:
    await six(stage)

    ann, faults = await plan(stage)

    assert faults == {}
    view = await ann.saw_modal("Draft of round 1")
    shown = everything(view)
    assert len(pairs_of(view)) == 3
    assert shown.count("They have not met; ") == 3
    assert "Nothing is less than ideal." in shown
    assert "Publishing sends 3 messages, one to each pair." in shown
    assert await stage.queued("peers.match") == []


async def test_publishing_writes_to_each_pair_in_a_group_of_their_own(stage: Stage) -> None:
    await six(stage)
    await hand_in(stage, "UBEN", "UCLEO")

    await publish(stage)

    for user_id in MANAGERS:
        assert len(partners(stage, user_id)) == 1
        assert len(stage.workspace.channel(group(stage, user_id)).messages) == 1
    ben = stage.person("UBEN")
    message = ben.messages(group(stage, "UBEN"))[0]
    shown = everything(message)
    assert "The plan of UBEN" in shown
    assert "*Ben Virta*, EnergyVaasa, Finland\nSectors: energy and hydrogen\nKnows about: hydrogen" in shown
    assert "Which of your actions would you begin with tomorrow, and what keeps you from it?" in shown
    assert "(Helsinki)" in shown
    assert len([label for label, _ in buttons(message) if label.startswith("Feedback for")]) == 2


async def test_with_an_odd_number_three_are_together(stage: Stage) -> None:
    await publish(stage)  # three participants: Ben, Cleo, Dina

    assert partners(stage, "UBEN") == ["UCLEO", "UDINA"]


async def test_a_locked_match_stays_when_the_rest_is_drawn_again(stage: Stage) -> None:
    await six(stage)
    ann, _ = await plan(stage)
    first = drafted(ann)

    await ann.press("modal", "peers_lock_1")
    assert (await ann.saw_modal("Draft"))["blocks"] != []
    locked = [line for line in everything(ann.modal or {}).splitlines() if line.startswith("🔒")]
    await ann.press("modal", "peers_draw_again")

    assert len(locked) == 1
    assert locked[0].removeprefix("🔒 ").strip("*") in first
    assert locked[0].removeprefix("🔒 ").strip("*") in drafted(ann)


async def test_two_people_swap_places_and_both_matches_are_locked(stage: Stage) -> None:
    await six(stage)
    ann, _ = await plan(stage)
    before = drafted(ann)
    (mine,) = [pair for pair in before if "Ben Virta" in pair]
    (other,) = [pair for pair in before if "Dina Conti" in pair and pair != mine] or [before[0]]
    swapped = next(user for user in MANAGERS if name_of(stage, user) in other)
    partner = mine.replace("Ben Virta", "").replace(" · ", "")

    await ann.press("modal", "peers_swap")
    faults = await ann.submit({"one": "UBEN", "other": swapped})

    assert faults == {}
    after = drafted(ann)
    assert sorted([partner, name_of(stage, swapped)]) in [sorted(pair.split(" · ")) for pair in after]
    assert everything(ann.modal or {}).count("🔒") == 2


def name_of(stage: Stage, user_id: str) -> str:
    return str(stage.workspace.user(user_id).real_name)


async def test_swapping_within_a_match_is_refused_at_the_field(stage: Stage) -> None:
    await six(stage)
    ann, _ = await plan(stage)
    mine = next(pair for pair in drafted(ann) if "Ben Virta" in pair)
    partner = next(user for user in MANAGERS if user != "UBEN" and name_of(stage, user) in mine)

    await ann.press("modal", "peers_swap")

    assert await ann.submit({"one": "UBEN", "other": partner}) == {
        "other": "These two are in one match already."
    }


async def test_who_is_left_out_of_a_draft_is_in_none_of_its_matches(stage: Stage) -> None:
    await six(stage)
    ann, _ = await plan(stage)

    await ann.press("modal", "peers_leave_out")
    faults = await ann.submit({"people": ["UBEN"]})

    assert faults == {}
    shown = " ".join(drafted(ann))
    assert "Ben Virta" not in shown
    assert len(drafted(ann)) == 2  # a pair and a trio


async def test_undo_deletes_every_message_and_who_has_met_is_as_before(stage: Stage) -> None:
    await six(stage)
    ann = await publish(stage)
    await stage.at("2023-07-10 10:00")
    before = await met(stage)
    await ann.command("/peers plan")
    await ann.submit({"kind": "pairs", "homework": "None", "date": "2023-07-28"})
    await ann.press("modal", "peers_publish")
    await stage.settle()
    published = await met(stage)
    groups = {group(stage, user_id) for user_id in MANAGERS}
    await stage.at("2023-07-10 10:40")

    await ann.command("/peers status")
    await ann.press(ann.direct()[-1], "peers_undo")
    await stage.settle()

    assert len(published) == len(before) + 3
    assert await met(stage) == before
    seen = [message for channel_id in groups for message in stage.workspace.channel(channel_id).messages]
    assert [message["text"] for message in seen if "round 2" in message["text"]] == []
    await ann.saw("direct", "Round 2 is taken back")


async def test_what_was_taken_back_can_be_published_again(stage: Stage) -> None:
    await six(stage)
    ann = await publish(stage)
    await ann.press("modal", "peers_undo")
    await stage.settle()
    assert stage.workspace.channel(group_or_none(stage, "UBEN") or "CGENERAL").messages == []

    await ann.press("modal", "peers_open_draft")
    await ann.press("modal", "peers_publish")
    await stage.settle()

    assert len(stage.workspace.channel(group(stage, "UBEN")).messages) == 1


def group_or_none(stage: Stage, user_id: str) -> str | None:
    return next(
        (
            one.id
            for one in stage.workspace.channels.values()
            if one.kind == "mpim" and user_id in one.members
        ),
        None,
    )


async def test_after_the_hour_nothing_is_taken_back(stage: Stage) -> None:
    await six(stage)
    ann = await publish(stage)
    await ann.command("/peers status")
    status = ann.direct()[-1]
    await stage.at("2023-06-12 09:01")

    await ann.press(status, "peers_undo")
    await stage.settle()

    await ann.saw("direct", "The hour in which this round could be taken back is over.")
    assert len(await met(stage)) == 3


async def test_two_organisers_who_plan_at_once_do_not_undo_each_other_s_draft(stage: Stage) -> None:
    await six(stage)
    ann, ada = stage.person("UANN"), stage.person("UADA")
    await ann.command("/peers plan")
    await ada.command("/peers plan")
    await ann.submit({"kind": "pairs", "date": "2023-06-30"})

    faults = await ada.submit({"kind": "groups", "size": "3", "date": "2023-06-28"})

    assert list(faults.values()) == [
        "Ann Organ has planned a round of this edition meanwhile. "
        "Close this form and give the command again to see it."
    ]
    await ada.close_modal()
    await ada.command("/peers plan")
    assert "Ann Organ has a draft of round 1 (pairs)." in everything(await ada.saw_modal("Plan a round"))


async def test_a_draft_that_another_organiser_changed_is_not_changed_by_an_older_look_at_it(
    stage: Stage,
) -> None:
    await six(stage)
    ann, _ = await plan(stage)
    ada = stage.person("UADA")
    await ada.command("/peers plan")
    await ada.press("modal", "peers_open_draft")
    await ada.press("modal", "peers_lock_2")

    await ann.press("modal", "peers_publish")
    await stage.settle()

    assert "Someone changed this draft meanwhile." in everything(ann.modal or {"blocks": []})
    assert await stage.queued("peers.match") == []


async def test_a_draft_whose_people_have_changed_since_is_not_published(stage: Stage) -> None:
    await six(stage)
    ann, _ = await plan(stage)
    await stage.person("UBEN").command("/peers pause until 1 July")

    await ann.press("modal", "peers_publish")
    await stage.settle()

    assert everything(ann.modal or {"blocks": []}) == (
        "The people have changed since the draw: Ben Virta can no longer take part. Draw again, then publish."
    )
    assert await stage.queued("peers.match") == []


async def test_who_pauses_is_left_out_until_they_come_back(stage: Stage) -> None:
    await six(stage)
    ben = stage.person("UBEN")

    await ben.command("/peers pause")
    ann, _ = await plan(stage)
    without = drafted(ann)
    await ben.command("/peers resume")
    await ann.press("modal", "peers_draw_again")

    assert "Ben Virta" not in " ".join(without)
    assert "Ben Virta" in " ".join(drafted(ann))
    await ben.saw("direct", "You take no part in new rounds until you come back")
    await ben.saw("direct", "Welcome back")


async def test_a_pause_until_a_day_that_is_past_is_refused(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/peers pause until 1 June 2023")

    assert "past" in ben.direct()[-1]["text"]


async def test_whom_somebody_does_not_want_to_meet_is_nobody_else_s_business(stage: Stage) -> None:
    ben, ann = stage.person("UBEN"), stage.person("UANN")
    await ben.command("/peers")
    await ben.press(ben.direct()[-1], "peers_not_to_meet")
    assert await ben.submit({"people": ["UCLEO", "UDINA"]}) == {}

    _, faults = await plan(stage)

    assert list(faults) == ["who"]
    assert faults["who"].startswith("There is no match for Ben Virta")
    assert "Cleo" not in faults["who"]
    shown = [*map(everything, (one for one in ann.direct() if one.get("blocks")))]
    assert not any("Cleo" in text for text in shown)


async def test_people_whom_an_organiser_keeps_apart_are_not_matched(stage: Stage) -> None:
    await six(stage)
    ann, _ = await plan(stage)
    mine = next(pair for pair in drafted(ann) if "Ben Virta" in pair)
    partner = next(user for user in MANAGERS if user != "UBEN" and name_of(stage, user) in mine)

    await ann.press("modal", "peers_keep_apart")
    assert await ann.submit({"people": ["UBEN", partner]}) == {}
    await ann.close_modal()
    await ann.press("modal", "peers_draw_again")

    assert mine not in drafted(ann)


async def test_whom_organisers_keep_apart_is_listed_and_can_be_lifted(stage: Stage) -> None:
    await six(stage)
    ben, ann, ada = stage.person("UBEN"), stage.person("UANN"), stage.person("UADA")
    await ben.command("/peers")
    await ben.press(ben.direct()[-1], "peers_not_to_meet")
    await ben.submit({"people": ["UCLEO"]})
    await plan(stage)
    await ann.press("modal", "peers_keep_apart")
    first = everything(ann.modal or {})
    await ann.submit({"people": ["UBEN", "UCLEO", "UDINA"]})
    await ann.close_modal(whole_stack=True)
    await ada.command("/peers plan")
    await ada.press("modal", "peers_open_draft")
    await ada.press("modal", "peers_keep_apart")
    listed = everything(ada.modal or {})
    async with stage.bot.db.reading() as work:
        before = await peer_people.apart(work, team_id=stage.team_id)

    await ada.press("modal", "peers_let_meet_0", value="UBEN UCLEO")
    left = everything(await ada.saw_modal("Keep people apart"))

    async with stage.bot.db.reading() as work:
        after = await peer_people.apart(work, team_id=stage.team_id)
    assert "Cleo" not in first  # Ben's own wish is nobody's business
    assert listed.count("are kept apart, by Ann Organ") == 3
    assert left.count("are kept apart, by Ann Organ") == 2
    assert "Ben Virta and Cleo Matos" not in left
    assert [(one.one, one.other, one.asked_by) for one in before if one not in after] == [
        ("UBEN", "UCLEO", "UANN")
    ]


async def test_whom_somebody_does_not_want_to_meet_is_seen_and_lifted_by_them(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/peers")
    command = ben.direct()[-1]
    await ben.press(command, "peers_not_to_meet")
    await ben.submit({"people": ["UCLEO", "UDINA"]})

    await ben.press(command, "peers_not_to_meet")
    (field,) = [block["element"] for block in (ben.modal or {})["blocks"] if block["type"] == "input"]
    await ben.submit({"people": []})
    _, faults = await plan(stage)

    assert sorted(field["initial_users"]) == ["UCLEO", "UDINA"]
    assert faults == {}
    async with stage.bot.db.reading() as work:
        assert await peer_people.apart(work, team_id=stage.team_id) == []


async def test_half_way_each_pair_is_asked_and_sees_what_was_answered(stage: Stage) -> None:
    await six(stage)
    await publish(stage)

    await stage.at("2023-06-22 07:00")

    ben = stage.person("UBEN")
    channel = group(stage, "UBEN")
    question = await ben.saw(channel, "How far are you?")
    await ben.press(question, "peers_answer_date", channel_id=channel)
    await stage.settle()
    assert "Ben Virta: 📅 We have a date" in everything(await ben.saw(channel, "How far are you?"))
    assert len(await stage.queued("peers.check_in")) == 3


async def test_those_who_did_not_meet_may_be_matched_again(stage: Stage) -> None:
    await six(stage)
    await publish(stage)
    await stage.at("2023-06-22 07:00")
    ben, channel = stage.person("UBEN"), group(stage, "UBEN")
    partner = partners(stage, "UBEN")[0]
    pair = sorted(["UBEN", partner])
    assert [*pair, 1] in [list(one) for one in await met(stage)]

    question = await ben.saw(channel, "How far are you?")
    await ben.press(question, "peers_answer_unreachable", channel_id=channel)
    await stage.settle()
    freed = await met(stage)
    await ben.press(question, "peers_answer_met", channel_id=channel)
    await stage.settle()

    assert [*pair, 1] not in [list(one) for one in freed]
    assert [*pair, 1] in [list(one) for one in await met(stage)]


async def test_a_stranger_cannot_answer_for_a_pair(stage: Stage) -> None:
    await six(stage)
    await publish(stage)
    await stage.at("2023-06-22 07:00")

    with pytest.raises(Refused, match="This question is for the people of the match"):
        await peers.answer(
            stage.bot.db,
            team_id=stage.team_id,
            round_id=1,
            number=1,
            user_id=stage.bot.bot_user_id,
            answer=Answer.MET,
            now=stage.workspace.clock.now(),
        )


async def test_two_rounds_without_a_word_leave_somebody_out_and_tell_the_organisers(stage: Stage) -> None:
    await six(stage)
    ann = stage.person("UANN")
    for date, half_way, over in (
        ("2023-06-16", "2023-06-14 16:00", "2023-06-17 08:00"),
        ("2023-06-30", "2023-06-26 12:00", "2023-07-03 08:00"),
    ):
        await publish(stage, date=date, homework="None")
        await ann.close_modal(whole_stack=True)
        await stage.at(half_way)
        for user_id in MANAGERS:
            if user_id == "UBEN":
                continue
            person, channel = stage.person(user_id), group(stage, user_id)
            question = await person.saw(channel, "How far are you?")
            await person.press(question, "peers_answer_not_yet", channel_id=channel)
        await stage.at(over)

    told = await ann.saw("direct", "Nothing heard in the last two rounds from Ben Virta.")
    assert "Cleo" not in everything(told)
    ben = stage.person("UBEN")
    message = await ben.saw("direct", "I am here again")
    _, faults = await plan(stage, date="2023-07-28", homework="None")
    assert faults == {}
    assert "Ben Virta" not in " ".join(drafted(ann))
    await ben.press(message, "peers_here")
    await ann.press("modal", "peers_draw_again")
    assert "Ben Virta" in " ".join(drafted(ann))


async def test_who_leaves_the_workspace_is_replaced_and_nobody_else_s_match_moves(stage: Stage) -> None:
    await six(stage)
    await publish(stage)
    partner = partners(stage, "UBEN")[0]
    others = {user: partners(stage, user) for user in MANAGERS if user not in ("UBEN", partner)}

    stage.workspace.change_user("UBEN", deleted=True)
    await stage.settle()
    await stage.settle()

    joined = partners(stage, partner)
    assert len(joined) == 2
    for user, before in others.items():
        if user not in joined:
            assert partners(stage, user) == before


async def test_only_organisers_plan_see_the_status_and_publish(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/peers plan")
    await ben.command("/peers status")

    assert [message["text"] for message in ben.direct()[-2:]] == [NOT_ALLOWED, NOT_ALLOWED]


async def test_an_organiser_s_power_is_checked_again_when_the_form_is_sent(stage: Stage) -> None:
    ada = stage.person("UADA")
    await ada.command("/peers plan")
    stage.workspace.change_user("UADA", is_admin=False)
    await stage.settle()

    faults = await ada.submit({"kind": "pairs", "date": "2023-06-30"})

    assert list(faults.values()) == [NOT_ALLOWED]


async def test_an_unknown_word_names_the_nearest(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/peers paus")

    assert ben.direct()[-1]["text"] == "/peers does not know “paus”. Did you mean /peers pause?"


async def test_publishing_that_slack_delivers_again_has_one_effect(stage: Stage) -> None:
    await six(stage)
    await publish(stage)

    await stage.again(stage.last("interactive", type="block_actions"))
    await stage.settle()

    assert len(await stage.queued("peers.match")) == 3
    assert [len(stage.workspace.channel(group(stage, user)).messages) for user in MANAGERS] == [1] * 6


async def test_a_lost_answer_neither_doubles_a_pair_s_message_nor_leaves_one_that_was_taken_back(
    stage: Stage,
) -> None:
    await six(stage)
    lost = stage.sandbox.faults.add("lost_reply", method="chat.postMessage", times=1)
    ann, _ = await plan(stage)
    await ann.press("modal", "peers_publish")
    await hit(lost)
    await stage.at("2023-06-12 08:10")
    await stage.at("2023-06-12 08:15")
    posted = [len(stage.workspace.channel(group(stage, user)).messages) for user in MANAGERS]
    lost = stage.sandbox.faults.add("lost_reply", method="chat.delete", times=1)

    await ann.press("modal", "peers_undo")
    await hit(lost)
    await stage.at("2023-06-12 08:20")
    await stage.at("2023-06-12 08:25")

    assert posted == [1] * 6
    rows = await stage.queued("peers.take_back")
    assert {row.state for row in rows if row.recipient.count(",")} == {"sent"}
    left = [channel for channel in stage.workspace.channels.values() if channel.kind == "mpim"]
    assert [message for channel in left for message in channel.messages] == []
    stage.expected_errors = stage.errors()
    assert stage.expected_errors == [
        "chat.postMessage: 0",
        "chat.delete: 0",
        "chat.delete: message_not_found",
    ]


async def test_a_round_that_takes_long_to_draw_is_shown_once_it_is_drawn(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await six(stage)
    monkeypatch.setattr(peers_plan, "ANSWER_WITHIN_S", 0.0)

    ann, faults = await plan(stage)

    assert faults == {}
    assert len(pairs_of(await ann.saw_modal("Draft of round 1"))) == 3


async def test_a_draft_that_is_closed_while_it_is_published_is_published_all_the_same(stage: Stage) -> None:
    await six(stage)
    ann, _ = await plan(stage)

    pressed = asyncio.create_task(ann.press("modal", "peers_publish"))
    while not pressed.done() and not stage.sandbox.delivery.log[-1].payload.get("actions"):
        await asyncio.sleep(0)
    await ann.close_modal(whole_stack=True)
    await pressed
    await stage.settle()

    assert {row.state for row in await stage.queued("peers.match")} == {"sent"}
    assert ann.direct() == []
    stage.expected_errors = stage.errors()
    assert stage.expected_errors == ["views.update: not_found"]


async def test_an_alumna_who_offered_it_meets_whoever_is_left_alone(stage: Stage) -> None:
    eva = stage.person("UEVA")
    await eva.command("/peers")
    await eva.press(eva.direct()[-1], "peers_offer")
    assert await eva.submit({"per_month": "1"}) == {}
    await six(stage)
    await publish(stage)
    partner = partners(stage, "UBEN")[0]
    ben = stage.person("UBEN")
    await ben.command("/peers")

    await ben.press(ben.direct()[-1], "peers_drop_out")
    await stage.settle()

    assert partners(stage, partner) == ["UEVA"]
    await stage.person(partner).saw("direct", "Ben Virta can no longer take part in round 1.")
