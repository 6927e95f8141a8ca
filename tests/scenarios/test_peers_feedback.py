"""Reviews and written feedback, through the whole bot: given, kept, changed, got, rated, reminded of."""

from typing import Any

import pytest

from bot.domain.ids import UserId
from bot.domain.members import Actor
from bot.domain.peers import Debt, debts
from bot.domain.refusals import Refused
from bot.services import peers
from sandbox.person import Person
from storage import peers as stored
from tests.scenarios.peering import MANAGERS, group, hand_in, partners, plan, publish, six
from tests.scenarios.stage import Stage, buttons, everything, sections

ANSWERS = {
    "works": "The aims are clear.",
    "change": "Name <!channel> & a partner.",
    "question": "Who pays?",
    "rating-0": "4",
    "rating-1": "2",
}


async def reviews(stage: Stage, **fields: Any) -> None:
    """Six people have handed in, and each gives two reviews."""
    await six(stage)
    await hand_in(stage, *MANAGERS)
    await publish(stage, kind="reviews", size="2", **fields)


async def owed(stage: Stage, round_id: int = 1) -> list[Debt]:
    async with stage.bot.db.reading() as work:
        of = await stored.round_(work, team_id=stage.team_id, round_id=round_id)
        matches = await stored.matches(work, team_id=stage.team_id, round_ids=[round_id])
    assert of is not None
    return debts(of, matches[round_id])


async def open_form(stage: Stage, debt: Debt) -> Person:
    """Open the form from the message that asks for a review."""
    person = stage.person(debt.giver)
    name = stage.workspace.user(debt.author).real_name
    message = await person.saw("direct", f"by {name}, until")
    await person.press(message, "peers_give")
    await person.saw_modal("feedback")
    return person


async def give(stage: Stage, debt: Debt, **answers: str) -> dict[str, str]:
    person = await open_form(stage, debt)
    faults = await person.submit({**ANSWERS, **answers})
    await stage.settle()
    return faults


async def write(stage: Stage, **given: Any) -> None:
    """What the form does when it is sent, past what Slack's client would let through."""
    values = {"works": "Good.", "change": "", "question": "", "ratings": {}, "is_draft": False}
    await peers.write(
        stage.bot.db, team_id=stage.team_id, now=stage.workspace.clock.now(), **{**values, **given}
    )


async def test_each_reviewer_gets_a_message_a_review_with_the_work_and_a_button(stage: Stage) -> None:
    await reviews(stage)

    every = await owed(stage)

    assert len(await stage.queued("peers.review")) == 12
    assert sorted(debt.giver for debt in every) == sorted(MANAGERS * 2)
    assert sorted(debt.author for debt in every) == sorted(MANAGERS * 2)
    debt = every[0]
    name = stage.workspace.user(debt.author).real_name
    message = await stage.person(debt.giver).saw("direct", f"by {name}, until")
    assert f"The plan of {debt.author}" in everything(message)
    assert [label for label, _ in buttons(message)] == ["Give feedback"]


async def test_the_author_gets_feedback_at_once_with_ratings_in_words(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]
    giver = stage.workspace.user(debt.giver).real_name

    assert await give(stage, debt) == {}

    message = await stage.person(debt.author).saw("direct", "Feedback on")
    assert sections(message) == [
        f"💬 Feedback on *Action plan: first blueprint* from {giver}",
        "*What works*",
        "The aims are clear.",
        "*What to change first*",
        "Name &lt;!channel&gt; &amp; a partner.",
        "*A question to think about*",
        "Who pays?",
        "Aims are clear: *fully*\nActions are concrete: *partly*",
    ]


async def test_a_draft_is_kept_for_its_writer_alone_and_found_again(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]

    await give(stage, debt, as_draft="keep")

    person = await open_form(stage, debt)
    assert person.modal is not None
    values = {block: next(iter(entry.values())) for block, entry in person.modal["state"]["values"].items()}
    assert values["works"]["value"] == "The aims are clear."
    assert values["rating-0"]["selected_option"]["value"] == "4"
    assert await stage.queued("peers.feedback") == []


async def test_feedback_can_be_changed_until_the_date_and_its_message_with_it(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]
    await give(stage, debt)
    author = stage.person(debt.author)
    before = await author.saw("direct", "Feedback on")

    await give(stage, debt, works="The aims are very clear.")

    changed = await author.saw("direct", "The aims are very clear.")
    assert changed["ts"] == before["ts"]
    assert "(version 2)" in everything(changed)
    await stage.at("2023-07-01 08:00")
    person = await open_form(stage, debt)
    assert "it can no longer be changed" in everything(person.modal or {"blocks": []})


async def test_feedback_for_the_date_comes_on_the_first_morning_after_it(stage: Stage) -> None:
    await reviews(stage, handover="at_date")
    debt = (await owed(stage))[0]
    await give(stage, debt)
    author = stage.person(debt.author)
    assert not any("Feedback on" in message["text"] for message in author.direct())

    await stage.at("2023-06-30 22:00")  # midnight of a Friday in Rome
    at_midnight = [message["text"] for message in author.direct()]
    await stage.at("2023-07-03 07:00")

    assert not any("Feedback on" in text for text in at_midnight)
    await author.saw("direct", "Feedback on")


async def test_the_reviewer_s_name_stays_with_the_round_where_it_is_without_names(stage: Stage) -> None:
    await reviews(stage, rules=["anonymous"])
    debt = (await owed(stage))[0]
    giver = str(stage.workspace.user(debt.giver).real_name)
    await give(stage, debt)
    author = stage.person(debt.author)

    message = await author.saw("direct", "Feedback on")
    await author.command("/peers")

    assert "from one of your reviewers" in everything(message)
    assert debt.giver not in str(message)
    assert giver not in everything(message)
    listed = author.direct()[-1]
    # Whose work the author is to review is shown, who reviews theirs is not.
    assert [
        value for label, value in buttons(listed) if label.startswith("Read") and debt.giver in value
    ] == []


async def test_the_author_rates_it_and_thanks_once(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]
    await give(stage, debt)
    author = stage.person(debt.author)
    message = await author.saw("direct", "Feedback on")

    await author.choose(message, "peers_rate", "5 of 5")
    await author.press(message, "peers_thank")
    await author.press(message, "peers_thank")
    await stage.settle()

    name = stage.workspace.user(debt.author).real_name
    thanks = await stage.person(debt.giver).saw("direct", "thanks you for your feedback")
    assert sections(thanks) == [
        f"💛 {name} thanks you for your feedback on *Action plan: first blueprint*, "
        "and found it useful: 5 of 5."
    ]
    assert len(await stage.queued("peers.thanks")) == 1
    await author.saw("direct", "You have thanked for this already.")


async def test_three_answers_of_3000_characters_reach_the_author_whole(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]
    long = {
        name: letter * 2999 + "." for name, letter in (("works", "a"), ("change", "b"), ("question", "c"))
    }

    assert await give(stage, debt, **long) == {}

    shown = everything(await stage.person(debt.author).saw("direct", "Feedback on"))
    for text in long.values():
        assert text in shown


async def test_answers_that_escaping_makes_longer_are_whole_behind_the_button(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]

    assert await give(stage, debt, works="&" * 3000, change="<" * 3000, question=">" * 3000) == {}

    author = stage.person(debt.author)
    message = await author.saw("direct", "Feedback on")
    await author.press(message, "peers_read")
    shown = everything(await author.saw_modal("Feedback"))
    assert shown.count("&amp;") == 3000
    assert shown.count("&lt;") == 3000


async def test_an_empty_form_is_refused_at_its_first_field(stage: Stage) -> None:
    await reviews(stage)
    person = await open_form(stage, (await owed(stage))[0])

    faults = await person.submit({"works": " ", "change": "\u200b", "rating-0": "4"})

    assert faults == {"works": "The form is empty. Write at least what works, or what to change."}


async def test_more_than_3000_characters_are_refused(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]

    with pytest.raises(Refused, match="At most 3,000 characters") as refused:
        await write(stage, round_id=1, giver=debt.giver, author=debt.author, works="a" * 3001)

    assert refused.value.block_id == "works"


async def test_after_the_round_no_feedback_is_taken(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]
    person = await open_form(stage, debt)

    await stage.at("2023-07-08 08:00")

    assert list((await person.submit(ANSWERS)).values()) == [
        "This round ended on Fri 30 June 2023, and feedback can no longer be given."
    ]


async def test_what_is_owed_can_still_be_given_in_the_week_after_the_date(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]
    await stage.at("2023-07-05 08:00")

    assert await give(stage, debt) == {}

    await stage.person(debt.author).saw("direct", "Feedback on")


async def test_nobody_gives_feedback_on_their_own_work(stage: Stage) -> None:
    await reviews(stage)

    with pytest.raises(Refused, match="This is your own work"):
        await write(stage, round_id=1, giver=UserId("UBEN"), author=UserId("UBEN"))


async def test_who_is_not_matched_with_somebody_gives_them_no_feedback(stage: Stage) -> None:
    await reviews(stage)
    taken = {debt.author for debt in await owed(stage) if debt.giver == "UBEN"}
    other = next(user for user in MANAGERS if user not in taken | {"UBEN"})

    with pytest.raises(Refused, match="You are not matched with this person"):
        await write(stage, round_id=1, giver=UserId("UBEN"), author=UserId(other))


async def test_pairs_give_each_other_feedback_from_their_group(stage: Stage) -> None:
    await six(stage)
    await hand_in(stage, *MANAGERS)
    await publish(stage)
    ben, partner = stage.person("UBEN"), partners(stage, "UBEN")[0]
    message = ben.messages(group(stage, "UBEN"))[0]
    value = f"1 {partner}"
    action = next(
        element["action_id"]
        for block in message["blocks"]
        for element in block.get("elements", ())
        if element.get("value") == value
    )

    await ben.press(message, action, channel_id=group(stage, "UBEN"))
    assert await ben.submit(ANSWERS) == {}
    await stage.settle()

    await stage.person(partner).saw("direct", "from Ben Virta")


async def test_the_command_offers_whose_work_to_write_about(stage: Stage) -> None:
    await reviews(stage)
    debt = next(debt for debt in await owed(stage) if debt.giver == "UBEN")
    ben = stage.person("UBEN")

    await ben.command("/peers feedback")
    await ben.saw_modal("Give feedback")
    assert await ben.submit({"author": f"1 {debt.author}"}) == {}

    assert str(stage.workspace.user(debt.author).real_name) in everything(ben.modal or {"blocks": []})


async def test_who_owes_nothing_is_told_so(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/peers feedback")

    assert ben.direct()[-1]["text"] == "There is no feedback for you to give now. Your list shows what was."


async def test_owed_feedback_joins_the_one_reminder_of_the_day(stage: Stage) -> None:
    await reviews(stage)
    mine = [debt for debt in await owed(stage) if debt.giver == "UBEN"]
    await give(stage, mine[0])
    name = stage.workspace.user(mine[1].author).real_name

    # Two days before Friday: the map of the members is due on that Friday as well.
    await stage.at("2023-06-28 06:00")

    ben = stage.person("UBEN")
    (reminder,) = [message for message in ben.direct() if "wait for you" in message["text"]]
    assert sections(reminder)[0] == "⏰ 2 things wait for you: 2 due soon."
    assert any(
        f"Your feedback for {name} on *Action plan: first blueprint*" in one for one in sections(reminder)
    )
    assert any("*Map of your members*" in one for one in sections(reminder))
    await ben.press(reminder, "peers_give")
    assert await ben.submit(ANSWERS) == {}
    await stage.settle()
    assert "Your feedback on *Action plan: first blueprint* is given." in everything(
        await ben.saw("direct", lambda message: message["ts"] == reminder["ts"])
    )


async def test_reminders_of_a_round_can_be_put_off_stopped_and_begun_again(stage: Stage) -> None:
    await reviews(stage)
    await stage.at("2023-06-22 06:00")  # the Friday before midsummer is a holiday in Finland
    ben = stage.person("UBEN")
    reminder = await ben.saw("direct", "Your feedback for")

    await ben.press(reminder, "reminder_snooze", value="peers:1")
    await ben.saw("direct", "again on Mon 26 June 2023, 08:00 (Rome) · 09:00 your time (Helsinki)")
    await ben.press(reminder, "reminder_stop", value="peers:1")
    await ben.saw("direct", "No more reminders of")
    await ben.command("/peers")
    await ben.press(ben.direct()[-1], "reminder_resume")

    await ben.saw("direct", "I will remind you of *Action plan: first blueprint* again.")


async def test_the_status_says_who_gave_and_who_owes_and_nudges_only_those(stage: Stage) -> None:
    await reviews(stage)
    for debt in await owed(stage):
        if debt.giver == "UBEN":
            await give(stage, debt)
    ann = stage.person("UANN")

    await ann.command("/peers status")
    status = ann.direct()[-1]
    await ann.press(status, "peers_nudge")
    await ann.press(status, "peers_nudge")
    await stage.settle()

    shown = everything(status)
    assert "2 of 12 given, 5 people owe feedback" in shown
    assert "Ben Virta: gave 2 of 2" in shown
    nudged = {row.recipient for row in await stage.queued("peers.nudge")}
    assert nudged == set(MANAGERS) - {"UBEN"}
    await ann.saw("direct", "Nobody was nudged. 5 people had a nudge today already.")


async def test_the_table_of_a_round_reaches_the_organiser_as_a_file(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]
    await give(stage, debt, works="=1+1")
    ann = stage.person("UANN")
    await ann.command("/peers status")

    status = ann.direct()[-1]

    await ann.press(status, "peers_export")
    await stage.again(stage.last("interactive", type="block_actions"))
    await stage.settle()

    shared = [one for one in ann.direct() if one.get("files")]
    assert [one["files"][0]["name"] for one in shared] == ["peers-round-1-2023-06-12-080000.csv"]
    (file,) = [one for one in stage.workspace.files.values() if one.name.endswith(".csv")]
    content = file.content.decode("utf-8-sig")
    assert content == await peers.table(stage.bot.db, team_id=stage.team_id, round_id=1)
    rows = content.splitlines()
    assert len(rows) == 13
    assert sum(",given," in row for row in rows) == 1
    assert "'=1+1" in content


async def test_who_is_no_organiser_any_more_gets_no_table_of_a_round(stage: Stage) -> None:
    await reviews(stage)
    ada = stage.person("UADA")
    who = Actor(team_id=stage.team_id, user_id=UserId("UADA"), name="Ada", tz="", is_organiser=True)
    stage.workspace.change_user("UADA", is_admin=False)
    await stage.settle()

    await peers.send_table(stage.bot.db, who=who, round_id=1, now=stage.workspace.clock.now())
    await stage.settle()

    (row,) = await stage.queued("peers.table")
    assert (row.state, row.reason) == ("dropped", "not an organiser any more")
    assert [one for one in ada.direct() if one.get("files")] == []


async def test_what_a_person_owes_and_got_is_on_their_home_tab(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]
    await give(stage, debt)

    home = everything(await stage.person(debt.author).open_home())

    assert "Peer feedback" in home
    assert "🟡 to give: feedback for" in home
    assert "You got 1 feedback." in home


async def test_a_pause_from_the_home_tab_is_seen_there(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.open_home()

    await ben.press("home", "peers_pause")
    assert await ben.submit({"until": "2023-07-01"}) == {}
    await stage.settle()

    assert "You pause until Sat 1 July 2023." in everything(await ben.open_home())
    await ben.press("home", "peers_resume")
    await stage.settle()
    assert "You pause" not in everything(await ben.open_home())


async def test_who_drops_out_of_reviews_is_replaced_and_nobody_carries_more_than_one_more(
    stage: Stage,
) -> None:
    await reviews(stage)
    before = await owed(stage)
    ann = stage.person("UANN")
    await ann.command("/peers status")
    await ann.press(ann.direct()[-1], "peers_somebody_out")

    faults = await ann.submit({"person": "UBEN"})
    await stage.settle()

    assert faults == {}
    after = await owed(stage)
    stayed = [debt for debt in before if "UBEN" not in (debt.giver, debt.author)]
    assert set(stayed) <= set(after)
    assert "UBEN" not in {user for debt in after for user in (debt.giver, debt.author)}
    others = [user for user in MANAGERS if user != "UBEN"]
    assert [sum(debt.author == user for debt in after) for user in others] == [2] * 5
    assert max(sum(debt.giver == user for debt in after) for user in others) <= 3


async def test_an_alumna_who_offered_it_stands_in(stage: Stage) -> None:
    eva = stage.person("UEVA")
    await eva.command("/peers")
    await eva.press(eva.direct()[-1], "peers_offer")
    assert await eva.submit({"per_month": "2"}) == {}
    await reviews(stage)
    ben = stage.person("UBEN")
    await ben.command("/peers")

    await ben.press(ben.direct()[-1], "peers_drop_out")
    await stage.settle()

    assert sum(debt.giver == "UEVA" for debt in await owed(stage)) == 2
    await eva.saw("direct", "Please give feedback on")


async def test_a_participant_cannot_offer_what_alumni_offer(stage: Stage) -> None:
    with pytest.raises(Refused, match="Only alumni can offer this"):
        await peers.offer(
            stage.bot.db,
            team_id=stage.team_id,
            user_id=UserId("UBEN"),
            per_month=2,
            now=stage.workspace.clock.now(),
        )


async def test_a_deactivated_author_gets_nothing_and_nobody_owes_them(stage: Stage) -> None:
    await reviews(stage)

    stage.workspace.change_user("UDINA", deleted=True)
    await stage.settle()
    await stage.settle()

    assert "UDINA" not in {user for debt in await owed(stage) for user in (debt.giver, debt.author)}


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        (
            {"kind": "reviews", "homework": "None"},
            {"homework": "Reviews are about homework: choose which."},
        ),
        (
            {"kind": "reviews", "size": "2"},
            {"homework": "Nobody has handed in “Action plan: first blueprint” yet."},
        ),
        ({"kind": "groups", "size": "2"}, {"size": "A group has 3 to 6 people."}),
        ({"date": "2023-06-11"}, {"date": "This date is past. Choose one that is still ahead."}),
        (
            {"without": ["UBEN", "UCLEO"]},
            {
                "who": "Only Dina Conti could take part: a round needs two people. "
                "Some may be paused, left out or without a hand-in."
            },
        ),
        (
            {"rubric": "\n".join("abcdefg")},
            {"rubric": "At most 6 lines of at most 75 characters each."},
        ),
    ],
)
async def test_what_cannot_be_a_round_is_said_at_its_field(
    stage: Stage, fields: dict[str, Any], faults: dict[str, str]
) -> None:
    _, shown = await plan(stage, **fields)

    assert shown == faults


async def test_as_many_reviews_as_there_are_reviewers_are_too_many(stage: Stage) -> None:
    await hand_in(stage, "UBEN", "UCLEO", "UDINA")

    _, faults = await plan(stage, kind="reviews", size="3")

    assert faults == {"size": "3 people can take part, so a hand-in can get at most 2 reviews."}


async def test_groups_of_three_hear_of_it_together(stage: Stage) -> None:
    await six(stage)

    await publish(stage, kind="groups", size="3", homework="None")

    assert {len(partners(stage, user)) for user in MANAGERS} == {2}
    assert len(await stage.queued("peers.match")) == 2


async def test_a_review_that_was_given_stays_when_its_reviewer_leaves(stage: Stage) -> None:
    await reviews(stage)
    debt = (await owed(stage))[0]
    await give(stage, debt)

    stage.workspace.change_user(debt.giver, deleted=True)
    await stage.settle()
    await stage.settle()
    placed = await owed(stage)
    await stage.settle()

    assert debt in placed
    assert sum(one.giver == debt.giver for one in placed) == 1
    assert await owed(stage) == placed
    async with stage.bot.db.reading() as work:
        of = await stored.round_(work, team_id=stage.team_id, round_id=1)
    assert of is not None
    assert of.revision == 3  # drawn, published, placed anew once


async def test_two_reviewers_swap_whose_work_they_review(stage: Stage) -> None:
    await six(stage)
    await hand_in(stage, *MANAGERS)
    ann, _ = await plan(stage, kind="reviews", size="1")
    drawn = await owed(stage)
    first = next(debt for debt in drawn if debt.giver == "UBEN")
    second = next(
        debt for debt in drawn if "UBEN" not in (debt.giver, debt.author) and debt.giver != first.author
    )
    swapped = {
        "one": first.giver,
        "one_author": first.author,
        "other": second.giver,
        "other_author": second.author,
    }

    await ann.press("modal", "peers_swap")
    faults = await ann.submit(swapped)

    assert faults == {}
    after = await owed(stage)
    assert Debt(UserId("UBEN"), second.author) in after
    assert Debt(second.giver, first.author) in after
    assert len(set(after)) == 6


async def test_a_swap_that_gives_somebody_their_own_work_is_refused(stage: Stage) -> None:
    await six(stage)
    await hand_in(stage, *MANAGERS)
    ann, _ = await plan(stage, kind="reviews", size="1")
    drawn = await owed(stage)
    first = next(debt for debt in drawn if debt.giver == "UBEN")
    second = next(debt for debt in drawn if debt.author == "UBEN")

    await ann.press("modal", "peers_swap")
    faults = await ann.submit(
        {
            "one": first.giver,
            "one_author": first.author,
            "other": second.giver,
            "other_author": second.author,
        }
    )

    assert list(faults.values()) == [
        "This would have somebody review their own work, or the same work twice."
    ]
