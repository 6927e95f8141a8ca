"""What organisers do with homework, through the whole bot."""

from typing import Any

from sandbox.person import Person
from tests.scenarios.stage import EDITION, Stage, buttons, everything, sections

PLAN = "cba-2/action-plan-1"
NOT_ALLOWED = "Only organisers of the academy can do this. Ask one of them if it is needed."
EXTENSION = {
    "person": "UBEN",
    "homework": PLAN,
    "date": "2023-07-10",
    "time": "18:00",
    "reason": "You were ill.",
}


async def hand_in(person: Person, key: str, text: str = "Done") -> None:
    await person.command(f"/homework submit {key}")
    assert await person.submit({"text": text}) == {}


def chosen(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What a modal shows filled in: block id → its entry."""
    return {block_id: next(iter(entries.values())) for block_id, entries in view["state"]["values"].items()}


async def test_status_names_who_handed_in_who_is_late_and_who_is_missing(stage: Stage) -> None:
    await hand_in(stage.person("UBEN"), "action-plan-1")
    await stage.at("2023-07-05 18:00")
    await hand_in(stage.person("UCLEO"), "action-plan-1")
    ann = stage.person("UANN")

    await ann.command("/homework status action-plan-1")

    status = ann.direct()[-1]
    assert status["is_ephemeral"]
    assert sections(status) == [
        "*Action plan: first blueprint*\nDue Wed 5 July 2023, 18:00 (Rome)\n"
        "2 of 3 handed in, 1 of them late, 1 missing",
        "🔴 *Missing* (1)\nDina Conti (AgroPole)",
        "Ben Virta (EnergyVaasa): ✅ handed in, version 1",
        "Cleo Matos (MedValley): 🟠 late by 2 hours, version 1",
    ]
    assert [label for label, _ in buttons(status)] == [
        "Read",
        "Read",
        "Nudge the missing (1)",
        "Change homework",
        "Give more time",
    ]


async def test_status_without_a_key_offers_each_piece(stage: Stage) -> None:
    ann = stage.person("UANN")

    await ann.command("/homework status")
    await ann.press(ann.direct()[-1], "homework_status", value=PLAN)

    view = await ann.saw_modal("Who handed in")
    assert sections(view) == [
        "*Action plan: first blueprint*\nDue Wed 5 July 2023, 18:00 (Rome)\n"
        "0 of 3 handed in, 3 still have time",
        "🟡 *Not handed in yet* (3)\nBen Virta (EnergyVaasa)\nCleo Matos (MedValley)\nDina Conti (AgroPole)",
    ]


async def test_nudge_reaches_only_the_missing_and_once_a_day(stage: Stage) -> None:
    await hand_in(stage.person("UBEN"), "action-plan-1")
    await stage.at("2023-07-05 18:00")
    ann = stage.person("UANN")
    await ann.command("/homework status action-plan-1")
    status = ann.direct()[-1]

    await ann.press(status, "homework_nudge")
    first = await ann.saw("direct", "Nudged")
    await ann.press(status, "homework_nudge")
    second = await ann.saw("direct", "Nobody was nudged")
    await stage.settle()

    assert first["text"] == "Nudged 2 people."
    assert second["text"] == "Nobody was nudged. 2 people had a nudge today already."
    nudged = [
        user for user in ("UBEN", "UCLEO", "UDINA") if "have not received" in said_to(stage.person(user))
    ]
    assert nudged == ["UCLEO", "UDINA"]
    assert sorted(row.recipient for row in await stage.queued("homework.nudge")) == ["UCLEO", "UDINA"]


async def test_nudge_in_the_modal_says_there_what_it_did(stage: Stage) -> None:
    await stage.at("2023-07-05 18:00")
    ann = stage.person("UANN")
    await ann.command("/homework status")
    await ann.press(ann.direct()[-1], "homework_status", value=PLAN)

    await ann.press("modal", "homework_nudge")
    await stage.settle()

    assert sections(ann.modal or {})[0] == "Nudged 3 people."


async def test_nudge_is_dropped_for_whom_hands_in_before_it_goes_out(stage: Stage) -> None:
    await stage.at("2023-07-05 18:00")
    ann = stage.person("UANN")
    stage.sandbox.faults.add("ratelimited", method="chat.postMessage", retry_after_s=60)
    await ann.command("/homework status action-plan-1")
    await ann.press(ann.direct()[-1], "homework_nudge")
    await hand_in(stage.person("UDINA"), "action-plan-1")
    stage.sandbox.faults.clear()

    await stage.at("2023-07-05 18:10")

    states = {row.recipient: row.state for row in await stage.queued("homework.nudge")}
    assert states == {"UBEN": "sent", "UCLEO": "sent", "UDINA": "dropped"}
    stage.expected_errors = stage.errors()
    assert set(stage.expected_errors) == {"chat.postMessage: ratelimited"}


async def test_extension_holds_for_one_person_and_tells_only_them(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ann.command("/homework extend")

    faults = await ann.submit(EXTENSION)
    await stage.settle()

    assert faults == {}
    assert sections(ann.modal or {}) == [
        "✅ <@UBEN> has until Mon 10 July 2023, 18:00 (Rome) for *Action plan: first blueprint*, "
        "and is told so."
    ]
    told = await ben.saw("direct", "more time")
    assert sections(told) == [
        "🗓️ You have more time for *Action plan: first blueprint*.\n"
        "Due Mon 10 July 2023, 18:00 (Rome) · 19:00 your time (Helsinki) (in 28 days), extended for you\n"
        "From Ann Organ: You were ill."
    ]
    assert [row.recipient for row in await stage.queued("homework.extended")] == ["UBEN"]
    await stage.at("2023-07-06 12:00")
    await hand_in(ben, "action-plan-1")
    await ben.saw("direct", "Received, on time")


async def test_extension_opens_again_what_was_handed_in(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await hand_in(ben, "action-plan-1", "First")
    await stage.at("2023-07-06 12:00")
    await ann.command("/homework extend")
    await ann.submit(EXTENSION)

    await hand_in(ben, "action-plan-1", "Second")

    await ben.saw("direct", "Received, on time: Action plan: first blueprint, version 2")


async def test_extend_begins_with_what_was_typed(stage: Stage) -> None:
    ann = stage.person("UANN")

    await ann.command("/homework extend @ben action-plan-1 12 July 18:30")

    values = chosen(await ann.saw_modal("Give more time"))
    assert values["person"]["selected_user"] == "UBEN"
    assert values["homework"]["selected_option"]["value"] == PLAN
    assert values["date"]["selected_date"] == "2023-07-12"
    assert values["time"]["selected_time"] == "18:30"


async def test_new_homework_is_there_for_its_participants(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ann.command("/homework new")

    faults = await ann.submit(
        {
            "key": "pitch",
            "title": "Pitch <your> cluster",
            "brief": "Three minutes.",
            "opens_date": "2023-06-12",
            "date": "2023-06-20",
            "time": "23:59",
            "remind": ["1d", "0d"],
            "remind_at": "10:00",
        }
    )

    assert faults == {}
    assert sections(ann.modal or {}) == [
        "✅ *Pitch &lt;your&gt; cluster* is saved.\n"
        "Opens Mon 12 June 2023, 09:00 (Rome)\n"
        "Due Tue 20 June 2023, 23:59 (Rome)"
    ]
    await hand_in(ben, "pitch")
    await ben.saw("direct", "Received, on time: Pitch &lt;your&gt; cluster")
    await stage.at("2023-06-19 08:00")
    cleo = stage.person("UCLEO")
    assert "Pitch &lt;your&gt; cluster" not in said_to(cleo)
    await stage.at("2023-06-19 09:00")
    assert "Pitch &lt;your&gt; cluster" in said_to(cleo)


async def test_change_begins_with_what_is_there_and_tells_each_participant_once(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ann.command("/homework status action-plan-1")
    await ann.press(ann.direct()[-1], "homework_edit")
    form = chosen(await ann.saw_modal("Change homework"))

    faults = await ann.submit({"brief": "Two pages.", "date": "2023-07-07"})
    await stage.settle()

    assert faults == {}
    assert form["title"]["value"] == "Action plan: first blueprint"
    assert form["date"]["selected_date"] == "2023-07-05"
    assert [one["value"] for one in form["remind"]["selected_options"]] == ["7d", "2d", "1d", "0d"]
    told = await ben.saw("direct", "has changed")
    assert sections(told) == [
        "📌 *Action plan: first blueprint* has changed.",
        "*New date:* Due Fri 7 July 2023, 18:00 (Rome) · 19:00 your time (Helsinki) (in 25 days)\n"
        "Before, it was Wed 5 July 2023, 18:00 (Rome) · 19:00 your time (Helsinki).",
        "*New brief:*\nTwo pages.",
    ]
    changed = await stage.queued("homework.changed")
    assert sorted((row.recipient, row.state) for row in changed) == [
        ("UBEN", "sent"),
        ("UCLEO", "sent"),
        ("UDINA", "sent"),
    ]


async def test_moved_date_is_no_news_to_whom_has_a_later_one(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.command("/homework extend")
    await ann.submit(EXTENSION)
    await ann.close_modal()
    await ann.command("/homework status action-plan-1")
    await ann.press(ann.direct()[-1], "homework_edit")

    await ann.submit({"date": "2023-07-07"})
    await stage.settle()

    states = {row.recipient: row.state for row in await stage.queued("homework.changed")}
    assert states == {"UBEN": "dropped", "UCLEO": "sent", "UDINA": "sent"}


async def test_two_organisers_do_not_overwrite_one_another(stage: Stage) -> None:
    ann, ada = stage.person("UANN"), stage.person("UADA")
    for organiser in (ann, ada):
        await organiser.command("/homework status action-plan-1")
        await organiser.press(organiser.direct()[-1], "homework_edit")

    first = await ann.submit({"title": "By Ann"})
    second = await ada.submit({"title": "By Ada"})

    assert first == {}
    assert list(second.values()) == ["Someone changed this homework meanwhile. Close this and open it again."]


async def test_commands_of_organisers_are_refused_to_others(stage: Stage) -> None:
    ben = stage.person("UBEN")

    for words in ("status action-plan-1", "new", "extend"):
        await ben.command(f"/homework {words}")

    assert [message["text"] for message in ben.direct()[-3:]] == [NOT_ALLOWED] * 3
    assert ben.modal is None


async def test_forms_are_refused_to_whom_is_no_organiser_any_more(stage: Stage) -> None:
    ada = stage.person("UADA")
    await ada.command("/homework extend")
    stage.workspace.change_user("UADA", is_admin=False)
    await stage.settle()

    extended = await ada.submit(EXTENSION)
    await ada.close_modal()

    assert extended == {"person": NOT_ALLOWED}
    assert await stage.queued("homework.extended") == []


async def test_new_homework_is_refused_to_whom_is_no_organiser_any_more(stage: Stage) -> None:
    ada = stage.person("UADA")
    await ada.command("/homework new")
    stage.workspace.change_user("UADA", is_admin=False)
    await stage.settle()

    faults = await ada.submit({"key": "pitch", "title": "Pitch", "date": "2023-06-20"})

    assert faults == {"key": NOT_ALLOWED}


async def test_buttons_are_refused_to_whom_is_no_organiser_any_more(stage: Stage) -> None:
    ada = stage.person("UADA")
    await ada.command("/homework status action-plan-1")
    status = ada.direct()[-1]
    stage.workspace.change_user("UADA", is_admin=False)
    await stage.settle()

    for button in ("homework_nudge", "homework_edit", "homework_extend"):
        await ada.press(status, button)

    assert [message["text"] for message in ada.direct()[-3:]] == [NOT_ALLOWED] * 3
    assert ada.modal is None
    assert await stage.queued("homework.nudge") == []


async def test_power_follows_the_user_group_that_the_edition_names(stage: Stage) -> None:
    fay, gus = stage.person("UFAY"), stage.person("UGUS")
    group = stage.workspace.add_usergroup("organisers", users=["UFAY"])
    await stage.import_files(("cba-2.toml", EDITION.replace('"UANN"', f'"{group.id}"')))
    await fay.command("/homework status action-plan-1")
    while_in = fay.direct()[-1]["text"]

    stage.workspace.set_usergroup_members(group.id, ["UGUS"])
    await stage.settle()
    await fay.command("/homework status action-plan-1")
    await gus.command("/homework status action-plan-1")

    status = "Action plan: first blueprint: 0 of 3 handed in, 3 still have time"
    assert (while_in, fay.direct()[-1]["text"], gus.direct()[-1]["text"]) == (status, NOT_ALLOWED, status)


async def test_a_group_too_large_for_an_event_keeps_those_whom_the_event_leaves_out(stage: Stage) -> None:
    fay = stage.person("UFAY")
    many = [f"U{number:03}" for number in range(500)]
    group = stage.workspace.add_usergroup("organisers", users=[*many, "UFAY"])
    await stage.import_files(("cba-2.toml", EDITION.replace('"UANN"', f'"{group.id}"')))

    stage.workspace.tell_usergroup(group)
    await stage.settle()
    await fay.command("/homework status action-plan-1")
    while_in = fay.direct()[-1]["text"]
    group.users[-1] = "UGUS"
    stage.workspace.tell_usergroup(group)
    await stage.settle()
    await fay.command("/homework status action-plan-1")
    after = fay.direct()[-1]["text"]
    group.is_enabled = False
    stage.workspace.tell_usergroup(group)
    await stage.settle()
    gus = stage.person("UGUS")
    await gus.command("/homework status action-plan-1")

    told = stage.last("events_api").payload["event"]["subteam"]
    status = "Action plan: first blueprint: 0 of 3 handed in, 3 still have time"
    assert (len(told["users"]), told["user_count"]) == (500, 501)
    assert (while_in, after, gus.direct()[-1]["text"]) == (status, NOT_ALLOWED, NOT_ALLOWED)


def said_to(person: Person) -> str:
    """All that the bot said to a person, a line each."""
    return "\n".join(everything(message) for message in person.direct())


async def test_another_zone_of_the_edition_is_a_new_date_told_once(stage: Stage) -> None:
    ben = stage.person("UBEN")
    elsewhere = EDITION.replace('timezone = "Europe/Rome"', 'timezone = "Europe/Lisbon"')

    for _ in range(2):
        await stage.import_files(("cba-2.toml", elsewhere))
        await stage.settle()

    assert len(ben.direct()) == 3
    assert sections(ben.direct()[0]) == [
        "📌 *Action plan: first blueprint* has changed.",
        "*New date:* Due Wed 5 July 2023, 18:00 (Lisbon) · 20:00 your time (Helsinki) (in 23 days)\n"
        "Before, it was Wed 5 July 2023, 18:00 (Rome) · 19:00 your time (Helsinki).",
    ]


async def test_other_reminders_alone_are_no_news_and_none_is_promised(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.command("/homework status action-plan-1")

    await ann.press(ann.direct()[-1], "homework_edit")
    faults = await ann.submit({"remind": ["2d"]})
    await stage.settle()

    assert faults == {}
    assert "Participants are told once where the title, the brief or a date is another." in everything(
        ann.modal or {}
    )
    assert stage.person("UBEN").direct() == []
