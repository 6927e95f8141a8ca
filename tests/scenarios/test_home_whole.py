"""The whole Home tab: questions of one's own and for one, decisions, and the ways from it."""

from tests.scenarios.stage import ROSTER, Stage, buttons, everything, sections

KNOWS = ROSTER.replace("UEVA,,,alumnus,cba-2,,DE,,en,", "UEVA,,,alumnus,cba-2,,DE,,en,funding")


async def test_people_see_their_questions_and_alumni_those_that_wait_for_them(stage: Stage) -> None:
    ben, eva, fay = stage.person("UBEN"), stage.person("UEVA"), stage.person("UFAY")
    await stage.import_files(("roster.csv", KNOWS))
    stage.workspace.join("CGENERAL", stage.bot.bot_user_id)
    await stage.settle()
    ts = await ben.say("CGENERAL", "Who knows about funding for hydrogen valleys?")
    await ben.react("CGENERAL", ts, "question")
    await stage.settle()

    at_ben_s, at_eva_s, at_fay_s = [everything(await one.open_home()) for one in (ben, eva, fay)]

    assert "Your questions\n• 🟡 Open: " in at_ben_s
    assert "Who knows about funding for hydrogen valleys?> (today)" in at_ben_s
    assert "Waiting for someone like you" not in at_ben_s
    assert "Waiting for someone like you" in at_eva_s
    assert "(Ben Virta, today): you know about funding" in at_eva_s
    assert "Waiting for someone like you" not in at_fay_s
    assert "Your questions" not in at_fay_s


async def test_organisers_see_what_needs_a_decision_and_go_on_from_there(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ben.command("/homework submit members-map")
    await ben.submit({"text": "Done"})
    calm = await ann.open_home()
    await stage.at("2023-07-06 08:00")

    home = await ann.open_home()

    assert "Nothing waits for you." in sections(calm)
    waiting = [text for text in sections(home) if "not handed it in" in text]
    assert waiting == [
        "*Map of your members*: 2 participants have not handed it in.",
        "*Action plan: first blueprint*: 3 participants have not handed it in.",
    ]
    titles = []
    for button in ("announce_new", "people_roles", "home_report", "setup_open"):
        await ann.press("home", button)
        titles.append((await ann.saw_modal())["title"]["text"])
        await ann.close_modal(whole_stack=True)
    assert len(set(titles)) == 4
    assert titles[-1] == "Set up"
    assert ("Set up", "ways") in buttons(home)


async def test_once_the_edition_is_over_the_next_one_is_asked_for(stage: Stage) -> None:
    ann = stage.person("UANN")
    await stage.at("2023-10-02 08:00")

    home = await ann.open_home()

    assert "*One thing is still missing* before the academy can begin." in sections(home)
    await ann.press("home", "setup_open", value="home")
    assert "❌ Missing: an edition that is ahead: begin one, or copy an earlier one" in everything(
        ann.modal or {"blocks": []}
    )
