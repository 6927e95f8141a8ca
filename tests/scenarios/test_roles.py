"""People and roles, and how participants become alumni, through the whole bot."""

from typing import Any

from bot.domain.ids import EditionKey, UserId
from bot.views import roles as views
from sandbox.person import Person
from storage import audit, members
from tests.scenarios.stage import EDITION, ROSTER, Stage, buttons, everything, sections

CBA_2 = EditionKey("cba-2")
SOON = ("cba-2.toml", EDITION.replace("2023-09-21", "2023-06-13"))
"""The edition, its day in person tomorrow."""
ASKED_AT = "2023-06-14 07:00"
"""Nine in the morning in Rome, the day after it."""


async def roles(stage: Stage, user_id: str) -> list[tuple[str, str]]:
    """What somebody is in the second academy, with the cluster."""
    async with stage.bot.db.reading() as work:
        found = await members.enrolments(work, team_id=stage.team_id, user_id=UserId(user_id))
    return [(one.role.value, one.cluster) for one in found]


async def deeds(stage: Stage) -> list[tuple[str, str, str, str, str]]:
    """What organisers did to people in Slack, newest first."""
    async with stage.bot.db.reading() as work:
        found = await audit.entries(work, team_id=stage.team_id, kind="member:")
    found = [one for one in found if one.done_by != "import"]
    return [(one.done_by, one.deed, one.subject, one.before, one.after) for one in found]


async def list_of_people(stage: Stage, user_id: str = "UANN") -> dict[str, Any]:
    """The list, opened from a message with its button, as Home and setup have one."""
    channel = stage.workspace.direct(user_id, stage.app.bot_user_id).id
    blocks = [
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": views.PEOPLE,
                    "value": "all",
                    "text": {"type": "plain_text", "text": "People"},
                }
            ],
        }
    ]
    await stage.bot.client.chat_postMessage(channel=channel, text="People", blocks=blocks)
    person = stage.person(user_id)
    await person.press(person.direct()[-1], views.PEOPLE)
    return await person.saw_modal("People and roles")


def again(person: Person, message: dict[str, Any]) -> dict[str, Any]:
    """A message as it is now."""
    return next(one for one in person.direct() if one["ts"] == message["ts"])


def listed(view: dict[str, Any]) -> list[str]:
    """The lines of the people in a list."""
    return [text.replace("*", "").replace("\n", ", ") for text in sections(view)]


async def test_an_organiser_finds_people_and_changes_one_and_takes_it_back(stage: Stage) -> None:
    ann = stage.person("UANN")
    everybody = await list_of_people(stage)

    await ann.submit({"edition": "cba-2", "role": "participant", "words": "energyv"})
    found = await ann.saw_modal("People and roles")
    await ann.press("modal", "roles_one_UBEN")
    faults = await ann.submit({"deed": "coach"})
    changed = await ann.saw_modal("People and roles")
    as_coach = await roles(stage, "UBEN")
    await ann.press("modal", "roles_undo")
    taken_back = await ann.saw_modal("People and roles")
    await ann.close_modal()
    await ann.command("/academy report")
    report = everything(await ann.saw_modal("Report")).splitlines()

    assert [text.partition(",")[0] for text in listed(everybody)] == [
        name for _, name in sorted((one.real_name.casefold(), one.real_name) for one in people(stage))
    ]
    assert listed(found) == ["Ben Virta, 2nd Cluster Booster Academy: participant (EnergyVaasa)"]
    assert faults == {}
    assert listed(changed)[0] == (
        "✅ 1 person changed in 2nd Cluster Booster Academy, "
        "Ben Virta: participant (EnergyVaasa) → participant (EnergyVaasa), coach (EnergyVaasa)"
    )
    assert as_coach == [("coach", "EnergyVaasa"), ("participant", "EnergyVaasa")]
    assert "*Ann Organ* took back a change of the roles of member Ben Virta" in report
    assert "*An import* changed the roles of member Eva Lang" in report
    assert listed(taken_back)[0] == "↩️ Taken back for 1 person: Ben Virta."
    assert await roles(stage, "UBEN") == [("participant", "EnergyVaasa")]
    assert await deeds(stage) == [
        (
            "UANN",
            "roles.undone",
            "member:UBEN",
            "cba-2: participant (EnergyVaasa), coach (EnergyVaasa)",
            "cba-2: participant (EnergyVaasa)",
        ),
        (
            "UANN",
            "roles.changed",
            "member:UBEN",
            "cba-2: participant (EnergyVaasa)",
            "cba-2: participant (EnergyVaasa), coach (EnergyVaasa)",
        ),
    ]


def people(stage: Stage) -> list[Any]:
    """Everybody in the workspace who is no app."""
    return [one for one in stage.workspace.users.values() if not one.is_bot]


async def test_several_people_change_at_once_and_a_clash_is_explained(stage: Stage) -> None:
    ann = stage.person("UANN")
    await list_of_people(stage)
    await ann.press("modal", "roles_several")

    second = await ann.submit(
        {"people": ["UGUS"], "edition": "cba-2", "deed": "participant", "cluster": "energyvaasa"}
    )
    of_two = await ann.submit({"people": ["UGUS", "UEVA"], "cluster": "Other"})
    an_app = await ann.submit({"people": [stage.app.bot_user_id], "cluster": ""})
    nothing = await ann.submit({"people": ["UEVA"], "deed": "alumnus"})
    accepted = await ann.submit({"people": ["UGUS", "UEVA", "UFAY"], "deed": "applicant"})
    await stage.again(stage.last("interactive", type="view_submission"))
    await ann.press("modal", "roles_latest")
    latest = await ann.saw_modal("Latest changes")

    remedy = "A cluster sends one: change that person first, or name another cluster."
    assert second == {
        "cluster": "energyvaasa has a participant in “2nd Cluster Booster Academy” already: Ben Virta. "
        + remedy
    }
    assert of_two == {"cluster": "A cluster can be named for one person at a time."}
    assert an_app == {"people": "Alumni Bot is an app, no person."}
    assert nothing == {
        "deed": "Nothing changes: that is what they are in “2nd Cluster Booster Academy” already."
    }
    assert accepted == {}
    assert [await roles(stage, one) for one in ("UGUS", "UEVA", "UFAY")] == [
        [("applicant", "")],
        [("applicant", "")],
        [("applicant", ""), ("coach", "")],
    ]
    assert "3 people changed" in everything(latest)
    assert len(await deeds(stage)) == 3
    assert [label for label, _ in buttons(latest)] == ["Take it back"]


async def test_a_deactivated_account_is_named_so_and_gets_no_new_role(stage: Stage) -> None:
    ann = stage.person("UANN")
    stage.workspace.change_user("UBEN", deleted=True)
    await stage.settle()
    await list_of_people(stage)

    await ann.submit({"role": "deactivated"})
    found = await ann.saw_modal("People and roles")
    await ann.press("modal", "roles_several")
    new_role = await ann.submit({"people": ["UBEN"], "deed": "coach"})
    clash = await ann.submit({"people": ["UGUS"], "deed": "participant", "cluster": "EnergyVaasa"})
    taken = await ann.submit({"people": ["UBEN"], "deed": "nothing", "cluster": ""})

    assert listed(found) == [
        "Ben Virta (deactivated), 2nd Cluster Booster Academy: participant (EnergyVaasa)"
    ]
    assert new_role == {
        "people": "The account of Ben Virta is deactivated: it can lose a role, or become an alumnus, "
        "but not be given another."
    }
    assert clash == {
        "cluster": "EnergyVaasa has a participant in “2nd Cluster Booster Academy” already: "
        "Ben Virta, whose account is deactivated. "
        "A cluster sends one: change that person first, or name another cluster."
    }
    assert (taken, await roles(stage, "UBEN")) == ({}, [])


async def test_what_changed_again_since_is_not_taken_back(stage: Stage) -> None:
    ann = stage.person("UANN")
    await list_of_people(stage)
    await ann.press("modal", "roles_several")
    await ann.submit({"people": ["UBEN", "UCLEO"], "deed": "alumnus"})
    await ann.press("modal", "roles_several")
    await ann.submit({"people": ["UBEN"], "deed": "coach"})
    await ann.press("modal", "roles_latest")
    latest = await ann.saw_modal("Latest changes")
    first = buttons(latest)[-1][1]

    await ann.press("modal", "roles_undo", value=first)
    await ann.saw_modal("Latest changes")

    assert await roles(stage, "UBEN") == [("alumnus", "EnergyVaasa"), ("coach", "EnergyVaasa")]
    assert await roles(stage, "UCLEO") == [("participant", "MedValley")]


async def test_a_long_list_is_paged_and_nobody_but_organisers_sees_or_changes_it(stage: Stage) -> None:
    for number in range(10):
        stage.workspace.add_user(f"p{number}", user_id=f"UP{number}", real_name=f"Pat {number}")
    await stage.settle()
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    first = await list_of_people(stage)
    await ann.press("modal", "roles_page_next")
    second = await ann.saw_modal("People and roles")

    await ann.press("modal", "roles_several")
    await stage.import_files(("cba-2.toml", EDITION.replace('["UANN"]', '["UFAY"]')))
    no_more = await ann.submit({"people": ["UBEN"], "deed": "coach"})
    await ann.close_modal(whole_stack=True)
    channel = stage.workspace.direct("UBEN", stage.app.bot_user_id).id
    button = {"type": "button", "action_id": views.PEOPLE, "text": {"type": "plain_text", "text": "People"}}
    await stage.bot.client.chat_postMessage(
        channel=channel, text="People", blocks=[{"type": "actions", "elements": [button]}]
    )
    await ben.press(ben.direct()[-1], views.PEOPLE)

    assert len(listed(first)) == 12
    assert len(listed(second)) == len(people(stage)) - 12
    only = "Only organisers of the academy can do this. Ask one of them if it is needed."
    assert no_more == {"people": only}
    assert everything(ben.direct()[-1]) == only
    assert await roles(stage, "UBEN") == [("participant", "EnergyVaasa")]


async def test_the_day_after_the_last_day_in_person_the_list_is_confirmed_and_happens(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    stage.workspace.change_user("UDINA", deleted=True)
    await stage.import_files(SOON)
    await stage.at("2023-06-14 06:59")
    before = await stage.queued("roles.alumni")
    await stage.at(ASKED_AT)
    (asked,) = [one for one in ann.direct() if "alumni_confirm" in str(one.get("blocks"))]

    question, notes = sections(asked), everything(asked)
    await ann.press(asked, "alumni_confirm")
    await stage.settle()
    decided = again(ann, asked)
    as_alumni = [await roles(stage, one) for one in ("UBEN", "UCLEO", "UDINA")]
    reimported = await stage.import_files(("roster.csv", ROSTER))
    await stage.at("2023-06-14 07:11")

    assert before == []
    assert question == [
        "*The last day in person of 2nd Cluster Booster Academy is over.* "
        "Are these 2 participants alumni now?",
        "Ben Virta, Cleo Matos",
    ]
    assert notes.splitlines()[3] == (
        "⚠️ Not due yet, and alumni are not asked for it any more: "
        "“Map of your members”, “Action plan: first blueprint” and “Action plan: refined”"
    )
    assert "They stay as they are, their accounts are deactivated: Dina Conti" in notes
    assert sections(decided) == [
        "✅ *2 participants of 2nd Cluster Booster Academy became alumni.* Ann Organ confirmed it.",
        "Ben Virta, Cleo Matos",
    ]
    assert as_alumni == [
        [("alumnus", "EnergyVaasa")],
        [("alumnus", "MedValley")],
        [("participant", "AgroPole")],
    ]
    assert reimported == [
        "nothing changed",
        "note: Ben Virta (UBEN) became an alumnus of cba-2 in Slack, and stays one",
        "note: Cleo Matos (UCLEO) became an alumnus of cba-2 in Slack, and stays one",
        "warning: Dina Conti (UDINA) is deactivated in Slack and will hear nothing",
    ]
    assert sections(ben.direct()[-1])[0].startswith(
        "🎓 *You are an alumna or alumnus of 2nd Cluster Booster Academy now.*"
    )
    assert [row.recipient for row in await stage.queued("roles.alumni")] == ["UANN"]


async def test_some_are_chosen_it_is_taken_back_and_nobody_hears_of_it(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await stage.import_files(SOON)
    await stage.at(ASKED_AT)
    (asked,) = [one for one in ann.direct() if "alumni_confirm" in str(one.get("blocks"))]
    heard, question = len(ben.direct()), sections(asked)

    await ann.press(asked, "alumni_choose")
    none_chosen = await ann.submit({"people": []})
    chosen = await ann.submit({"people": ["UBEN", "UDINA"]})
    await stage.settle()
    decided = sections(again(ann, asked))
    some = [await roles(stage, one) for one in ("UBEN", "UCLEO", "UDINA")]
    await ann.press(again(ann, asked), "roles_undo")
    await stage.settle()
    await stage.at("2023-06-14 08:00")

    assert list(none_chosen) == ["people"]
    assert chosen == {}
    assert [one[0][0] for one in some] == ["alumnus", "participant", "alumnus"]
    assert await roles(stage, "UBEN") == [("participant", "EnergyVaasa")]
    assert decided[1] == "Ben Virta, Dina Conti"
    assert sections(again(ann, asked)) == question
    assert len(ben.direct()) == heard


async def test_where_the_days_are_moved_ahead_the_question_comes_again_after_them(stage: Stage) -> None:
    ann = stage.person("UANN")
    await stage.import_files(SOON)
    await stage.at(ASKED_AT)
    await stage.import_files(("cba-2.toml", EDITION.replace("2023-09-21", "2023-06-20")))
    await stage.settle()
    (asked,) = [one for one in ann.direct() if "alumni_confirm" in str(one.get("blocks"))]

    await ann.press(asked, "alumni_confirm")
    refused = everything(ann.direct()[-1])
    await stage.at("2023-06-21 07:00")

    assert refused == "The last day in person has been moved, so you will be asked again after it."
    assert await roles(stage, "UBEN") == [("participant", "EnergyVaasa")]
    assert [row.state for row in await stage.queued("roles.alumni")] == ["sent", "sent"]
