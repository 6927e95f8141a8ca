"""The Home tab and `/academy`, through the whole bot."""

from storage import outbox
from tests.scenarios.stage import EDITION, Stage, buttons, everything, sections

PLAN = "cba-2/action-plan-1"
PEERS = [("Pause", "pause"), ("Whom not to meet", "people")]
"""What the part on peer feedback offers while no round is on."""
ME = [("My profile", "home"), ("What reaches me", "home"), ("My data", "home")]
"""What everybody's Home tab ends with."""
NEXT_DAY = (
    "*Next: Day 3: action plans*\n"
    "Thu 21 September 2023, 09:00 (Rome) · 10:00 your time (Helsinki) (in 101 days)\n"
    "In person, Environment Park, Torino"
)


async def test_participant_sees_the_next_day_and_what_is_due(stage: Stage) -> None:
    ben = stage.person("UBEN")

    home = await ben.open_home()

    assert sections(home)[0] == NEXT_DAY
    assert "*Map of your members*\nDue Fri 30 June 2023, 23:59 (Rome)" in sections(home)[1]
    assert buttons(home) == [("Hand in", "cba-2/members-map"), ("Hand in", PLAN), *PEERS, *ME]


async def test_home_hands_in_and_shows_it_without_being_opened_again(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.open_home()

    await ben.press("home", "homework_hand_in", value=PLAN)
    faults = await ben.submit({"text": "From Home"})
    await stage.settle()

    assert faults == {}
    home = ben.home() or {}
    assert "✅ Handed in: version 1, Mon 12 June 2023, 10:00 (Rome)" in everything(home)
    assert buttons(home) == [("Hand in", "cba-2/members-map"), ("See or change", PLAN), *PEERS, *ME]


async def test_organiser_sees_the_edition_at_a_glance_and_opens_a_status(stage: Stage) -> None:
    ben, ann = stage.person("UBEN"), stage.person("UANN")
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": "Done"})

    home = await ann.open_home()
    await ann.press("home", "homework_status", value=PLAN)

    assert (
        "*Action plan: first blueprint*\nDue Wed 5 July 2023, 18:00 (Rome)\n"
        "1 of 3 handed in, 2 still have time"
    ) in sections(home)
    assert "Every message so far could be delivered." in everything(home)
    assert sections(await ann.saw_modal("Who handed in"))[1].startswith("🟡 *Not handed in yet* (2)")


async def test_organiser_writes_homework_from_home(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.open_home()

    await ann.press("home", "homework_new")
    faults = await ann.submit({"key": "pitch", "title": "Pitch", "date": "2023-06-20"})

    assert faults == {}
    assert "*Pitch*" in everything(await ann.open_home())


async def test_organiser_sees_what_could_not_be_delivered_and_why(stage: Stage) -> None:
    ben, ann = stage.person("UBEN"), stage.person("UANN")
    stage.sandbox.faults.add("error", method="chat.postMessage", times=1, error="restricted_action")
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": "Done"})
    await stage.settle()

    home = await ann.open_home()

    said = everything(home)
    assert "⚠️ *1 message could not be delivered*" in said
    assert "<@UBEN>: a receipt, Mon 12 June 2023, 10:00 (Brussels). Reason: restricted_action" in said
    async with stage.bot.db.reading() as work:
        assert await outbox.count(work, team_id=stage.team_id) == {"failed": 1, "sent": 1}
    stage.expected_errors = ["chat.postMessage: restricted_action"]


async def test_others_see_a_friendly_home(stage: Stage) -> None:
    said = []

    for user_id in ("UEVA", "UFAY", "UGUS"):
        home = await stage.person(user_id).open_home()
        (welcome,) = [text for text in sections(home) if text.startswith("Welcome")]
        said.append(welcome.partition(" you ")[0])

    assert said == [
        "Welcome back. As an alumna or alumnus",
        "Welcome, coach. Participants hand in their homework with this app.",
        "Welcome. You are not enrolled in an edition of the academy; if",
    ]


async def test_academy_next_names_the_day_and_what_is_due_next(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/academy next")

    answer = ben.direct()[-1]
    assert sections(answer)[0] == NEXT_DAY
    assert sections(answer)[1].startswith("*Map of your members*")
    assert buttons(answer) == [("Hand in", "cba-2/members-map")]


async def test_academy_next_during_and_after_the_days(stage: Stage) -> None:
    eva = stage.person("UEVA")
    await stage.at("2023-09-21 08:00")
    await eva.command("/academy next")
    during = eva.direct()[-1]
    await stage.at("2023-09-21 15:00")

    await eva.command("/academy next")

    assert "(it has begun)" in sections(during)[0]
    assert sections(eva.direct()[-1]) == [
        "All days of this edition are over. Thank you for being part of it."
    ]


async def test_academy_help_names_every_command_that_one_may_use(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")

    for words in ("", " help"):
        await ann.command(f"/academy{words}")
        await ben.command(f"/academy{words}")

    for_ben = [everything(message) for message in ben.direct()]
    for_ann = [everything(message) for message in ann.direct()]
    assert for_ben[0] == for_ben[1]
    assert for_ann[0] == for_ann[1]
    assert "`/homework submit`" in for_ben[0]
    assert "`/homework status`" not in for_ben[0]
    assert "`/homework status`" in for_ann[0]


async def test_academy_answers_an_unknown_word_with_the_nearest_and_help(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/academy nxt")

    answer = ben.direct()[-1]
    assert sections(answer)[0] == "`/academy` does not know “nxt”. Did you mean `/academy next`?"
    assert "`/academy help`" in everything(answer)


async def test_two_editions_at_once_are_told_apart(stage: Stage) -> None:
    ben, ann = stage.person("UBEN"), stage.person("UANN")
    pilot = EDITION.replace('key = "cba-2"', 'key = "pilot"').replace("2023-09-21", "2023-10-05")
    pilot = pilot[: pilot.index('[[homework]]\nkey = "members-map"')]
    roster = "slack_id,role,edition,cluster\nUBEN,participant,pilot,EnergyVaasa\n"
    await stage.import_files(("pilot.toml", pilot), ("pilot.csv", roster))

    home = await ben.open_home()
    await ben.command("/homework")
    await ben.command("/homework submit")
    glance = await ann.open_home()
    await ann.command("/homework status")

    titles = [text.partition("\n")[0] for text in sections(home)[1:]]
    assert titles == [
        "*Map of your members* (cba-2)",
        "*Action plan: first blueprint* (cba-2)",
        "*Action plan: first blueprint* (pilot)",
        "*Action plan: refined* (cba-2)",
    ]
    assert [text.partition("\n")[0] for text in sections(ben.direct()[-1])] == titles
    (menu,) = [block["element"] for block in (ben.modal or {})["blocks"]]
    assert [option["description"]["text"] for option in menu["options"]] == [
        "cba-2, open, due Fri 30 June 2023, 23:59",
        "cba-2, open, due Wed 5 July 2023, 18:00",
        "pilot, open, due Wed 5 July 2023, 18:00",
    ]
    for shown in (glance, ann.direct()[-1]):
        assert [value for label, value in buttons(shown) if label == "Status"] == [
            "cba-2/members-map",
            PLAN,
            "cba-2/action-plan-2",
            "pilot/action-plan-1",
        ]
    assert "(`pilot/action-plan-1`)" in everything(ann.direct()[-1])


async def test_edition_without_days_is_not_over(stage: Stage) -> None:
    ben = stage.person("UBEN")
    without_days = EDITION[: EDITION.index("[[day]]")] + EDITION[EDITION.index("[[homework]]") :]
    await stage.import_files(("cba-2.toml", without_days))

    home = await ben.open_home()
    await ben.command("/academy next")

    assert sections(home)[0] == "The days of this edition are not known yet."
    assert sections(ben.direct()[-1])[0] == "The days of this edition are not known yet."
