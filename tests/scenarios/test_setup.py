"""Setting an academy up in Slack, from a workspace in which nothing is set up."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from bot.config import Secret, Settings
from bot.domain.ids import EditionKey
from bot.manifest import manifest
from bot.services.editions import NOTHING_CHANGED
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.patience import PATIENCE_S
from sandbox.person import Person
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import audit, editions, homework
from tests.scenarios.stage import NOW, PEOPLE, Stage, everything, start_bot


@pytest.fixture
async def empty(database_url: str) -> AsyncIterator[Stage]:
    """The workspace of `stage` on the day that the bot is installed: UADA is its admin, nothing is set up."""
    workspace = Workspace(clock=Clock(NOW, ticking=False))
    everyone = [row[0] for row in PEOPLE]
    for user_id, name, zone, is_admin in PEOPLE:
        workspace.add_user(
            name.split()[0].lower(), user_id=user_id, real_name=name, tz=zone, is_admin=is_admin
        )
    app = install(workspace, manifest())
    for channel_id, is_in in (("CASK", True), ("CNEWS", False), ("CEDITION", True), ("COLD", True)):
        people = [*everyone, app.bot_user_id] if is_in else everyone
        workspace.add_channel(channel_id.lower(), members=people, channel_id=channel_id)
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        sandbox.delivery.ack_within_s = PATIENCE_S
        settings = Settings(
            bot_token=Secret(app.bot_token),
            app_token=Secret(app.app_token),
            slack_api_url=sandbox.api_url,
            database_url=database_url,
        )
        stage = Stage(sandbox, app, await start_bot(settings, workspace.clock), settings)
        await stage.settle()
        yield stage
        await stage.settle()
        await stage.bot.stop()
        assert stage.errors() == stage.expected_errors


def title(person: Person) -> str:
    """The title of the modal in front."""
    return str((person.modal or {})["title"]["text"])


def said(person: Person) -> str:
    """All that the modal in front says."""
    return everything(person.modal or {})


async def choose(person: Person, menu: str, value: str) -> None:
    """Choose in the menu beside a day or a homework, such as `remove 1`."""
    which = value.partition(" ")[2]
    await person.press("modal", menu, block_id=f"{menu}:{which}", value=value)


async def set_the_academy_up(person: Person, **more: Any) -> dict[str, str]:
    """From the hub: press *Begin* or *Change*, fill the academy's form in."""
    await person.press("modal", "setup_academy")
    return await person.submit(
        {"setup_name": "Cluster Booster Academy", "setup_timezone": "Europe/Brussels", **more}
    )


async def test_admin_is_greeted_once_and_sets_everything_up(empty: Stage) -> None:
    ada, ann = empty.person("UADA"), empty.person("UANN")
    await empty.restart()
    await empty.settle()
    (greeting,) = ada.direct()
    assert ann.direct() == []

    # The academy.
    await ada.press(greeting["ts"], "setup_open")
    assert "❌ Missing: the academy's name and time zone" in said(ada)
    faults = await set_the_academy_up(
        ada,
        setup_organisers=["UADA", "UANN"],
        setup_questions=["CASK"],
        setup_announcements="CNEWS",
        setup_approval=["approval"],
    )
    assert faults == {}
    assert "✅ Ready: the academy, Cluster Booster Academy" in said(ada)
    assert "❌ Missing: announcements: invite me to <#CNEWS>" in said(ada)
    empty.workspace.join("CNEWS", empty.app.bot_user_id)
    await empty.settle()
    await ada.press("modal", "setup_open")
    assert "✅ Ready: announcements, with their channel" in said(ada)
    await ada.press("modal", "setup_keep")
    assert await ada.submit({"setup_keep_messages": "90"}) == {}

    # An edition, its days, its homework.
    await ada.press("modal", "setup_edition_new")
    edition = {"setup_key": "cba-3", "setup_name": "Third", "setup_timezone": "Europe/Rome"}
    assert await ada.submit(edition | {"setup_channel": "CEDITION"}) == {}
    assert title(ada) == "Edition"
    for on, name, kind in (("2023-10-05", "Day 2", "in-person"), ("2023-10-04", "Day 1", "online")):
        await ada.press("modal", "setup_day_new")
        day = {"setup_date": on, "setup_title": name, "setup_kind": kind, "setup_starts": "09:30"}
        assert await ada.submit(day) == {}
    await ada.press("modal", "setup_homework_new")
    piece = {"key": "plan", "title": "Plan", "brief": "One page.", "date": "2023-10-20", "time": "18:00"}
    assert await ada.submit(piece) == {}

    assert "*Day 1*\nWed 4 October 2023 · 09:30 · online" in said(ada)
    assert said(ada).index("Day 1") < said(ada).index("Day 2")
    assert "*Plan* (`plan`)\nOpens Mon 12 June 2023, 09:00 · due Fri 20 October 2023, 18:00" in said(ada)
    await ada.press("modal", "setup_file")
    await ada.close_modal()
    assert title(ada) == "Set up"
    assert "1 homework" in said(ada)
    await ada.press("modal", "setup_test")
    await empty.settle()

    # The test message and the file came; the file changes nothing.
    *_, file, test = ada.direct()
    if not file.get("files"):
        file, test = test, file
    assert "One thing is still missing before the academy can begin." in everything(test)
    (shared,) = file["files"]
    text = empty.workspace.files[shared["id"]].content.decode()
    assert (await empty.import_files(("cba-3.toml", text)))[0] == NOTHING_CHANGED
    async with empty.bot.db.reading() as work:
        academy = await editions.academy(work, team_id=empty.team_id)
        deeds = [one.deed for one in await audit.entries(work, team_id=empty.team_id)]
    assert academy is not None
    assert (academy.organisers, academy.second_approval, academy.retention.messages) == (
        ("UADA", "UANN"),
        True,
        90,
    )
    assert sorted(deeds) == ["setup.academy"] * 2 + ["setup.edition"] * 3


async def test_edition_is_copied_with_its_dates_shown_first_and_may_be_changed(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.command("/academy setup")
    await ann.press("modal", "setup_edition_copy")
    proposed = (ann.modal or {})["state"]["values"]

    # 2024-06-03 is a Monday; the first day was a Tuesday.
    asked = {"setup_key": "cba-3", "setup_name": "3rd Academy", "setup_date": "2024-06-03"}
    assert await ann.submit(asked) == {}
    shown = said(ann)
    assert await ann.submit() == {}

    assert proposed["setup_key"]["setup_key"]["value"] == "cba-3"
    assert proposed["setup_date"]["setup_date"]["selected_date"] == "2024-06-04"
    assert "All dates move by 52 weeks." in shown
    assert "• Tue 6 June 2023 → *Tue 4 June 2024*: Day 1: strategy development" in shown
    assert "• Wed 5 July 2023 → *Wed 3 July 2024*: Action plan: first blueprint, due 18:00" in shown
    assert title(ann) == "Edition"
    async with stage.bot.db.reading() as work:
        made = await editions.edition(work, team_id=stage.team_id, edition_key=EditionKey("cba-3"))
        pieces = await homework.homeworks(work, team_id=stage.team_id, edition_key=EditionKey("cba-3"))
    assert made is not None
    assert [day.on.isoformat() for day in made.days] == ["2024-06-04", "2024-06-05", "2024-09-19"]
    assert [piece.key for piece in pieces] == ["members-map", "action-plan-1", "action-plan-2"]

    # The new edition lies open: a day and a homework go, another day moves.
    await choose(ann, "setup_day", "remove 1")
    assert await ann.submit() == {}
    await ann.press(
        "modal",
        "setup_homework",
        block_id="setup_homework:cba-3/members-map",
        value="remove cba-3/members-map",
    )
    assert await ann.submit() == {}
    await choose(ann, "setup_day", "change 1")
    assert await ann.submit({"setup_date": "2024-09-20", "setup_place": "Torino"}) == {}
    await ann.press(
        "modal",
        "setup_homework",
        block_id="setup_homework:cba-3/action-plan-1",
        value="change cba-3/action-plan-1",
    )
    assert await ann.submit({"remind_until": "2024-07-01"}) == {}
    await ann.press("modal", "setup_edition_change")
    assert await ann.submit({"setup_name": "Third"}) == {}
    await ann.close_modal()
    await ann.press("modal", "people_roles")
    people = title(ann)
    await ann.close_modal(whole_stack=True)
    await ann.command("/academy report")
    report = said(ann)

    async with stage.bot.db.reading() as work:
        made = await editions.edition(work, team_id=stage.team_id, edition_key=EditionKey("cba-3"))
        pieces = await homework.homeworks(work, team_id=stage.team_id, edition_key=EditionKey("cba-3"))
    assert made is not None
    assert people == "People and roles"
    assert made.name == "Third"
    assert [(day.on.isoformat(), day.place) for day in made.days] == [
        ("2024-06-04", "Zoom"),
        ("2024-09-20", "Torino"),
    ]
    assert "*Ann Organ* changed the edition cba-3\nafter: edition cba-3: name 3rd Academy → Third" in report
    assert "*Ann Organ* removed the homework cba-3/members-map" in report
    assert [(piece.key, piece.remind_until) for piece in pieces] == [
        ("action-plan-1", date(2024, 7, 1)),
        ("action-plan-2", None),
    ]


async def test_deadlines_move_with_the_edition_s_zone_and_participants_are_told(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ann.command("/academy setup")
    await ann.press("modal", "setup_edition", value="cba-2")
    await ann.press("modal", "setup_edition_change")

    faults = await ann.submit({"setup_timezone": "Atlantic/Azores"})
    await stage.settle()

    assert faults == {}
    assert sum("Azores" in everything(message) for message in ben.direct()) == 3


async def test_what_cannot_be_is_refused_at_its_field_and_nothing_changes(empty: Stage) -> None:
    ada = empty.person("UADA")
    empty.workspace.add_channel("cellar", channel_id="CHIDDEN", members=["UADA"], private=True)
    empty.workspace.channels["COLD"].is_archived = True
    await ada.command("/academy setup")

    await ada.press("modal", "setup_academy")
    academy = {"setup_name": "Academy", "setup_timezone": "Europe/Brussels"}
    refused = [
        await ada.submit(academy | {"setup_name": "\u200b"}),
        await ada.submit({"setup_name": "Academy", "setup_announcements": "CHIDDEN"}),
        await ada.submit({"setup_announcements": None, "setup_questions": ["COLD"]}),
        await ada.submit({"setup_questions": [], "setup_organisers": [empty.app.bot_user_id]}),
    ]
    assert await ada.submit({"setup_organisers": ["UANN"]}) == {}
    await ada.press("modal", "setup_edition_new")
    edition = {"setup_key": "cba 3", "setup_name": "Third", "setup_timezone": "Europe/Rome"}
    refused.append(await ada.submit(edition))
    assert await ada.submit({"setup_key": "cba-3"}) == {}
    await ada.press("modal", "setup_day_new")
    day = {"setup_date": "2023-10-04", "setup_title": "Day 1", "setup_starts": "10:00", "setup_ends": "09:00"}
    refused.append(await ada.submit(day))
    assert await ada.submit({"setup_ends": "17:00"}) == {}
    await ada.press("modal", "setup_day_new")
    refused.append(await ada.submit(day | {"setup_ends": "17:00"}))
    refused.append(await ada.submit({"setup_date": "0203-10-04"}))
    await ada.close_modal()
    await ada.close_modal()
    await ada.press("modal", "setup_edition_new")
    refused.append(await ada.submit(edition | {"setup_key": "CBA-3"}))
    await ada.close_modal()
    await ada.press("modal", "setup_edition_copy")
    refused.append(await ada.submit({"setup_date": "2023-06-01"}))
    refused.append(await ada.submit({"setup_date": "2300-06-01"}))

    assert [(field, fault.partition(".")[0]) for one in refused for field, fault in one.items()] == [
        ("setup_name", "Give the academy a name"),
        ("setup_announcements", "I cannot see this channel: it is private and I am not in it"),
        ("setup_questions", "#cold is archived"),
        ("setup_organisers", "Alumni Bot is an app"),
        ("setup_key", "A key has letters, digits, hyphens and dots only, and no blank: such as cba-3"),
        ("setup_ends", "It must end after it starts"),
        ("setup_date", "This edition has the very same day already"),
        ("setup_date", "The year is 203"),
        ("setup_key", "Another edition has this key already"),
        ("setup_date", "This date is past"),
        ("setup_date", "This date is too far away"),
    ]
    refusals = ["conversations.info: channel_not_found"]
    empty.expected_errors = refusals


async def test_two_organisers_at_once_and_one_who_is_none_any_more(stage: Stage) -> None:
    ann, ada, ben = stage.person("UANN"), stage.person("UADA"), stage.person("UBEN")
    await ben.command("/academy setup")
    for person in (ann, ada):
        await person.command("/academy setup")
        await person.press("modal", "setup_academy")
    assert await ada.submit({"setup_name": "Ada's Academy", "setup_organisers": ["UADA"]}) == {}

    late = await ann.submit({"setup_name": "Ann's Academy"})

    assert ben.modal is None
    assert everything(ben.direct()[-1]) == (
        "Only organisers of the academy can do this. Ask one of them if it is needed."
    )
    # Not an organiser any more: that is told before anything else.
    assert list(late.values()) == [
        "Only organisers of the academy can do this. Ask one of them if it is needed."
    ]
    assert await stage_name(stage) == "Ada's Academy"

    await ada.press("modal", "setup_academy")
    assert await ada.submit({"setup_organisers": ["UADA", "UANN"]}) == {}
    await ann.close_modal()
    await ann.press("modal", "setup_academy")
    await ada.press("modal", "setup_keep")
    assert await ada.submit({"setup_keep_audit": "10"}) == {}
    assert list((await ann.submit({"setup_name": "Ann's Academy"})).values()) == [
        "Someone changed this meanwhile. Close this and open it again."
    ]
    await ann.close_modal()
    await ann.press("modal", "setup_academy")
    (locked_out,) = (await ann.submit({"setup_organisers": ["UADA"]})).values()
    assert locked_out.startswith("Without you on this list you could not open this page again.")
    assert await stage_name(stage) == "Ada's Academy"


async def test_groups_organise_and_private_channels_of_others_stay(empty: Stage) -> None:
    ada, ann = empty.person("UADA"), empty.person("UANN")
    empty.workspace.add_usergroup("organisers", group_id="SORG", users=["UANN"])
    bot = empty.app.bot_user_id
    empty.workspace.add_channel("cellar", channel_id="CCELLAR", members=["UADA", bot], private=True)
    await empty.restart()
    await empty.settle()
    await ada.command("/academy setup")
    asked = {"setup_groups": ["SORG"], "setup_organisers": [], "setup_questions": ["CASK", "CCELLAR"]}
    assert await set_the_academy_up(ada, **asked, setup_announcements="CCELLAR") == {}
    await ann.command("/academy setup")
    await ann.press("modal", "setup_academy")
    shown = (ann.modal or {})["state"]["values"]

    assert await ann.submit({"setup_questions": []}) == {}

    assert shown["setup_questions"]["setup_questions"]["selected_conversations"] == ["CASK"]
    assert shown["setup_announcements"]["setup_announcements"]["selected_conversation"] is None
    async with empty.bot.db.reading() as work:
        academy = await editions.academy(work, team_id=empty.team_id)
    assert academy is not None
    assert (academy.organisers, academy.question_channels, academy.announcements_channel) == (
        ("SORG",),
        ("CCELLAR",),
        "CCELLAR",
    )


async def stage_name(stage: Stage) -> str:
    async with stage.bot.db.reading() as work:
        academy = await editions.academy(work, team_id=stage.team_id)
    return academy.name if academy else ""


async def test_what_was_handed_in_stays(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": "Done"})
    await ann.command("/academy setup")
    await ann.press("modal", "setup_edition", value="cba-2")
    await ann.press(
        "modal",
        "setup_homework",
        block_id="setup_homework:cba-2/action-plan-1",
        value="remove cba-2/action-plan-1",
    )

    await ann.submit()

    assert "1 person handed this in already, so it stays. You can move its date instead." in said(ann)


async def test_who_becomes_an_admin_later_is_greeted_too_until_it_is_set_up(empty: Stage) -> None:
    ada, ann, gus = empty.person("UADA"), empty.person("UANN"), empty.person("UGUS")
    empty.workspace.change_user("UANN", is_admin=True)
    await empty.settle()
    await ada.command("/academy setup")
    await set_the_academy_up(ada)
    empty.workspace.change_user("UGUS", is_admin=True)

    await empty.settle()

    assert [len(one.direct()) for one in (ada, ann, gus)] == [1, 1, 0]
