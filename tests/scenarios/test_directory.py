"""Profiles and the directory, through the whole bot."""

from sandbox.blocks import elements_of
from tests.scenarios.stage import ROSTER, Stage, buttons, everything, sections


def cards(message: dict[str, object]) -> list[str]:
    """The names on a page of the directory, in order."""
    return [text.partition("*")[2].partition("*")[0] for text in sections(message)[1:]]


async def test_a_profile_is_prefilled_saved_shown_and_stronger_than_a_later_roster(stage: Stage) -> None:
    ben, gus = stage.person("UBEN"), stage.person("UGUS")
    await ben.command("/academy profile")
    shown = {
        element["action_id"]: element.get("initial_value")
        for block in (await ben.saw_modal("My profile"))["blocks"]
        for _, element in elements_of(block)
        if element["type"] == "plain_text_input"
    }

    faults = await ben.submit(
        {
            "cluster": "Vaasa Energy & Friends",
            "country": "Suomi",
            "sectors": "wind <!channel>",
            "languages": "Swedish, English",
            "expertise": "hydrogen, EU funding",
            "looks_for": "<https://x|y> partners",
            "sectors_seen_by": "edition",
        }
    )
    saved = everything(await ben.saw_modal("My profile"))
    changed = await stage.import_files(("roster.csv", ROSTER.replace("EnergyVaasa,FI", "EnergyVaasa,SE")))
    await gus.command("/directory hydrogn finland")

    assert shown == {
        "cluster": "EnergyVaasa",
        "country": "Finland",
        "sectors": "energy",
        "languages": "English, Finnish",
        "expertise": "hydrogen",
        "looks_for": None,
    }
    assert faults == {}
    assert "wind &lt;!channel&gt;" in saved
    assert changed == [
        "nothing changed",
        "note: Ben Virta (UBEN) says otherwise in their profile, and it stays: "
        "country, sectors, languages, expertise, cluster",
    ]
    answer = gus.direct()[-1]
    assert sections(answer) == [
        "*1 person for “hydrogn finland”*",
        "*Ben Virta* · Vaasa Energy &amp; Friends · Finland\n"
        "Participant, 2nd Cluster Booster Academy (2023)\n"
        "Languages: Swedish, English\n"
        "*Can help with*: hydrogen, EU funding\n"
        "*Looks for*: &lt;https://x|y&gt; partners",
    ]
    assert buttons(answer) == [("Say hello", "UBEN"), ("Edit mine", "directory")]


async def test_say_hello_opens_a_message_and_edit_mine_the_form(stage: Stage) -> None:
    eva = stage.person("UEVA")
    await eva.command("/directory hydrogen")
    answer = eva.direct()[-1]

    links = [
        element["url"] for block in answer["blocks"] for _, element in elements_of(block) if "url" in element
    ]
    await eva.press(answer, "directory_hello")
    await eva.press(answer, "profile_open", value="directory")

    assert links == [f"slack://user?team={stage.team_id}&id=UBEN"]
    assert "Guessed from your Slack" not in everything(await eva.saw_modal("My profile"))


async def test_what_somebody_hides_finds_them_no_more(stage: Stage) -> None:
    ben, cleo, gus = stage.person("UBEN"), stage.person("UCLEO"), stage.person("UGUS")
    await ben.command("/academy profile")
    await ben.submit({"expertise_seen_by": "nobody", "cluster_seen_by": "edition"})

    found: dict[str, list[str]] = {}
    for who, person in (("Cleo", cleo), ("Gus", gus), ("Ben", ben)):
        for words in ("hydrogen", "energyvaasa", "virta"):
            await person.command(f"/directory {words}")
            found[f"{who}: {words}"] = cards(person.direct()[-1])[:1]

    assert found == {
        "Cleo: hydrogen": [],
        "Cleo: energyvaasa": ["Ben Virta"],
        "Cleo: virta": ["Ben Virta"],
        "Gus: hydrogen": [],
        "Gus: energyvaasa": [],
        "Gus: virta": ["Ben Virta"],
        "Ben: hydrogen": ["Ben Virta"],
        "Ben: energyvaasa": ["Ben Virta"],
        "Ben: virta": ["Ben Virta"],
    }


async def test_who_leaves_the_directory_or_the_workspace_is_not_in_it(stage: Stage) -> None:
    ben, gus = stage.person("UBEN"), stage.person("UGUS")
    await ben.command("/academy profile")
    await ben.submit({"listed": []})
    stage.workspace.change_user("UDINA", deleted=True)
    applies = f"{ROSTER.splitlines()[0]}\nUGUS,,,applicant,cba-2,HydroHub,NO,,no,\n"
    imported = await stage.import_files(("applicants.csv", applies))
    await stage.settle()

    await gus.command("/directory cba-2")
    everybody = cards(gus.direct()[-1])
    await ben.command("/directory")

    assert imported[:1] == ["Gus Newman (UGUS): country NO; languages no"]
    assert everybody == ["Cleo Matos", "Eva Lang", "Fay Maes"]  # nor who has only applied
    said = everything(ben.direct()[-1])
    assert "The directory does not show you to anybody" in said
    assert "4 people are listed" in said  # with oneself


async def test_the_directory_s_bad_input_is_answered_with_one_sentence(stage: Stage) -> None:
    stage.workspace.add_user("gil", user_id="UGIL", real_name="Gil Guest", is_restricted=True)
    gus, guest = stage.person("UGUS"), stage.person("UGIL")
    await stage.settle()

    await gus.command("/academy profile")
    unknown = await gus.submit({"country": "Atlantis"})
    too_long = await gus.submit({"country": "", "expertise": "x" * 61})
    await gus.command(f"/directory {'x' * 201}")
    await gus.command("/directory <!channel>")
    await guest.command("/directory hydrogen")

    assert unknown == {
        "country": "There is no country “Atlantis”. Write its English name, or two letters such as FI."
    }
    assert too_long == {
        "expertise": "“xxxxxxxxxxxxxxxxxxxx…” has 61 characters; 60 is the most. "
        "Put commas between the entries."
    }
    assert sections(gus.direct()[-2]) == ["This has 201 characters; 200 is the most. Try a few words."]
    assert sections(gus.direct()[-1]) == ["Nobody in the directory fits “&lt;!channel&gt;”."]
    assert sections(guest.direct()[-1]) == [
        "The directory is for the academy's people. If you are one of them, tell an organiser."
    ]


async def test_a_long_list_is_shown_page_by_page(stage: Stage) -> None:
    rows = []
    for number in range(14):
        stage.workspace.add_user(f"p{number:02}", user_id=f"UP{number:02}", real_name=f"Pat {number:02}")
        rows.append(f"UP{number:02},,,coach,cba-2,,FI,wind,,\n")
    await stage.settle()
    await stage.import_files(("more.csv", ROSTER.splitlines()[0] + "\n" + "".join(rows)))
    eva = stage.person("UEVA")

    await eva.command("/directory wind")
    first = eva.direct()[-1]
    await eva.press(first, "directory_more")
    second = eva.direct()[-1]

    assert cards(first) == [f"Pat {number:02}" for number in range(6)]
    assert cards(second) == [f"Pat {number:02}" for number in range(6, 12)]
    assert sections(second)[0] == "*14 people for “wind”, 7 to 12*"
    assert ("Show more (2)", "12 wind") in buttons(second)
