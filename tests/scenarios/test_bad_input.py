"""What people get wrong: one clear sentence each, and nothing lost."""

import pytest

from bot.domain.homework import Submission
from bot.domain.ids import HomeworkId, UserId
from bot.services import homework
from sandbox.person import Person
from storage import homework as stored
from tests.scenarios.stage import Stage, everything, sections

PLAN = HomeworkId("cba-2/action-plan-1")
BEN = UserId("UBEN")

LONG_TEXT = "A plan & its <reasons>, over and over. " * 1026
LONG_AMPERSANDS = "&" * 40_000


def answer(person: Person) -> str:
    """What the bot said last, to this person alone."""
    message = person.direct()[-1]
    assert message["is_ephemeral"]
    return str(message["blocks"][0]["text"]["text"])


async def versions(stage: Stage) -> list[Submission]:
    async with stage.bot.db.reading() as work:
        return await stored.versions(work, team_id=stage.team_id, homework_id=PLAN, user_id=BEN)


async def test_unknown_sub_command_is_answered_with_the_nearest(stage: Stage) -> None:
    ben = stage.person("UBEN")
    answers = []

    for word in ("submti", "stats", "xyzzy", "<!x>"):
        await ben.command(f"/homework {word}")
        answers.append(answer(ben))

    assert answers == [
        "/homework does not know “submti”. Did you mean /homework submit?",
        "/homework does not know “stats”. Did you mean /homework status?",
        "/homework does not know “xyzzy”. Try /homework alone for your list.",
        "/homework does not know “<!x>”. Try /homework alone for your list.",
    ]


async def test_homework_that_does_not_exist_is_answered_with_the_nearest(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/homework submit acton-plan-1")
    near = answer(ben)
    await ben.command("/homework submit xyzzy")

    assert near == "There is no homework called “acton-plan-1”. Did you mean “action-plan-1”?"
    assert answer(ben) == "There is no homework called “xyzzy”."
    assert ben.modal is None


async def test_homework_that_is_not_open_yet_is_answered_with_its_date(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/homework submit action-plan-2")

    assert ben.modal is None
    assert answer(ben) == (
        "This homework is not open yet: “Action plan: refined” opens on "
        "Tue 1 August 2023, 09:00 (Rome) · 10:00 your time (Helsinki)."
    )


async def test_word_of_40_000_characters_is_answered_in_one_sentence(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command(f"/homework {'x' * 40_000}")
    unknown_word = answer(ben)
    await ben.command(f"/homework submit {'x' * 40_000}")

    assert unknown_word == (f"/homework does not know “{'x' * 99}…”. Try /homework alone for your list.")
    assert answer(ben) == f"There is no homework called “{'x' * 99}…”."


async def test_whoever_is_not_enrolled_cannot_hand_in(stage: Stage) -> None:
    answers = set()

    for user_id in ("UEVA", "UFAY", "UGUS", "UANN"):
        person = stage.person(user_id)
        for words in ("submit action-plan-1", "submit"):
            await person.command(f"/homework {words}")
            answers.add((words, answer(person)))

    assert answers == {
        (
            "submit action-plan-1",
            "“Action plan: first blueprint” is homework of an edition that you are not enrolled in.",
        ),
        ("submit", "You are not enrolled in an edition of the academy, so there is no homework for you."),
    }


async def test_whoever_is_removed_while_the_form_is_open_cannot_hand_in(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    stage.workspace.change_user("UBEN", deleted=True)
    await stage.settle()
    # Whoever is deactivated can hand nothing in. This one can again, of which the bot has not heard.
    stage.workspace.user("UBEN").deleted = False

    faults = await ben.submit({"text": "Still here?"})

    assert list(faults) == ["text"]
    assert await versions(stage) == []


async def test_empty_submission_is_refused_at_the_text(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")

    faults = [await ben.submit({"text": text}) for text in ("", "   \n ", "\u200b\u200d\u2060")]

    sentence = "Nothing is handed in yet: write a text, give a link, or add a file."
    assert faults == [{"text": sentence}] * 3
    assert await versions(stage) == []


async def test_link_that_is_no_web_address_is_refused_and_the_text_kept(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    links = ("ftp://example.org/plan", "https://", "http:///plan", "https://exa\u200bmple.org")

    faults = [await ben.submit({"text": "My plan", "link": link}) for link in links]
    corrected = await ben.submit({"link": "https://example.org/plan"})

    assert [list(fault) for fault in faults] == [["link"]] * 4
    assert faults[3] == {
        "link": "This is not a web address: give the whole link, beginning with https:// or http://."
    }
    assert corrected == {}
    assert [(one.text, one.link) for one in await versions(stage)] == [
        ("My plan", "https://example.org/plan")
    ]


async def test_more_than_ten_files_with_those_kept_are_refused(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"files": [(f"{number}.txt", b"x") for number in range(6)]})
    await ben.command("/homework submit action-plan-1")

    faults = await ben.submit({"files": [(f"more-{number}.txt", b"x") for number in range(5)]})

    assert faults == {"files": "At most 10 files can be handed in, those kept from before included."}


async def test_submission_after_the_extension_is_taken_late_and_a_change_refused(stage: Stage) -> None:
    ann, ben, cleo = stage.person("UANN"), stage.person("UBEN"), stage.person("UCLEO")
    for user_id in ("UBEN", "UCLEO"):
        await ann.command("/homework extend")
        extension = {"homework": PLAN, "date": "2023-07-10", "time": "18:00", "reason": "Holidays"}
        assert await ann.submit({"person": user_id, **extension}) == {}
        await ann.close_modal()
    await stage.at("2023-07-10 16:00")
    await ben.command("/homework submit action-plan-1")
    assert await ben.submit({"text": "At the instant"}) == {}
    await stage.at("2023-07-10 16:30")

    await cleo.command("/homework submit action-plan-1")
    late = await cleo.submit({"text": "After it"})
    await ben.command("/homework submit action-plan-1")

    assert late == {}
    await cleo.saw("direct", "Received, late by 30 minutes")
    assert (ben.modal or {}).get("submit") is None


async def test_homework_with_dates_in_the_past_is_refused_at_the_date(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.command("/homework new")
    await ann.submit({"key": "pitch", "title": "Pitch", "date": "2023-06-11"})

    yesterday = await ann.submit({"date": "2023-06-11"})
    this_instant = await ann.submit({"date": "2023-06-12", "time": "10:00"})
    opens_yesterday = await ann.submit({"date": "2023-06-20", "opens_date": "2023-06-11"})
    opens_after_due = await ann.submit({"date": "2023-06-20", "opens_date": "2023-06-21"})
    corrected = await ann.submit({"opens_date": "2023-06-12"})

    past = {"date": "This date is past. Choose one that is still ahead."}
    assert [yesterday, this_instant] == [past, past]
    assert opens_yesterday == {"opens_date": "This date is past. Choose today to open it at once."}
    assert opens_after_due == {"date": "It must be due after it opens."}
    assert corrected == {}


async def test_homework_due_at_midnight_is_refused_with_both_ends_of_day(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.command("/homework new")

    faults = await ann.submit({"key": "pitch", "title": "Pitch", "date": "2023-06-20", "time": "00:00"})

    assert faults == {
        "time": "Midnight is read in two ways. Choose Mon 19 June 2023, 23:59, or Tue 20 June 2023, 23:59."
    }


async def test_homework_with_a_key_that_is_there_or_cannot_be_is_refused(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.command("/homework new")

    known = await ann.submit({"key": "action-plan-1", "title": "Pitch", "date": "2023-06-20"})
    odd = await ann.submit({"key": "My plan/1"})
    blank = await ann.submit({"key": "pitch", "title": "\u200b"})

    assert known == {"key": "“2nd Cluster Booster Academy” has homework with this key already."}
    assert odd == {"key": "A key has small letters, digits and hyphens only, such as action-plan-1."}
    assert blank == {"title": "Give the homework a title."}
    async with stage.bot.db.reading() as work:
        keys = [one.key for one in await stored.homeworks(work, team_id=stage.team_id)]
    assert keys == ["members-map", "action-plan-1", "action-plan-2"]


async def test_wrong_extension_is_refused_at_its_field(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.command("/homework extend")
    right = {"person": "UBEN", "homework": PLAN, "date": "2023-07-10", "time": "18:00", "reason": "Ill"}
    wrong: list[dict[str, str]] = [
        {"date": "2023-06-11"},
        {"date": "2023-07-05", "time": "18:00"},
        {"time": "00:00"},
        {"person": "UEVA"},
        {"reason": "\u200b"},
    ]

    faults = [await ann.submit(right | values) for values in wrong]

    assert faults == [
        {"date": "This date is past. Choose one that is still ahead."},
        {"date": "This is not later than the date that holds now: Wed 5 July 2023, 18:00 (Rome)."},
        {"time": "Midnight is read in two ways. Choose Sun 9 July 2023, 23:59, or Mon 10 July 2023, 23:59."},
        {"person": "This person is no participant of “cba-2”."},
        {"reason": "Give a reason: this person reads it."},
    ]
    assert await stage.queued("homework.extended") == []


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("@ben action-plan-1 midnight Friday", "Midnight ends one day"),
        ("@ben action-plan-1 2023-06-01", "Thu 1 June 2023, 23:59 is in the past: choose a later date."),
        ("@ben acton-plan-1", "There is no homework called “acton-plan-1”. Did you mean “action-plan-1”?"),
    ],
)
async def test_wrong_words_after_extend_are_answered_at_once(stage: Stage, typed: str, sentence: str) -> None:
    ann = stage.person("UANN")

    await ann.command(f"/homework extend {typed}")

    assert answer(ann).startswith(sentence)
    assert ann.modal is None


async def test_text_over_the_box_is_refused_by_slack_and_stays_in_the_form(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")

    faults = await ben.submit({"text": "x" * 3001})

    assert list(faults) == ["text"]
    assert (ben.modal or {})["state"]["values"]["text"]["text"]["value"] == "x" * 3001


@pytest.mark.parametrize("text", [LONG_TEXT, LONG_AMPERSANDS], ids=["sentences", "ampersands"])
async def test_text_of_40_000_characters_is_kept_shown_and_changed_whole(stage: Stage, text: str) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await homework.hand_in(
        stage.bot.db,
        team_id=stage.team_id,
        user_id=BEN,
        homework_id=PLAN,
        text=text,
        link="",
        files=(),
        now=stage.workspace.clock.now(),
    )
    await stage.settle()
    receipt = await ben.saw("direct", "Received")
    await ann.command("/homework status action-plan-1")
    await ann.press(ann.direct()[-1], "homework_read")
    read = sections(await ann.saw_modal("Handed in"))[1:]

    await ben.press(receipt, "homework_hand_in")
    faults = await ben.submit({"link": "https://example.org"})

    assert "… the rest is behind the button." in everything(receipt)
    assert "".join("".join(read).split()) == "".join(text.split()).replace("&", "&amp;").replace(
        "<", "&lt;"
    ).replace(">", "&gt;")
    assert faults == {}
    first, second = await versions(stage)
    assert first.text == text
    assert second.text == text.strip()


async def test_brief_of_40_000_characters_is_shown_in_messages_and_forms(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ann.command("/homework status action-plan-1")
    await ann.press(ann.direct()[-1], "homework_edit")
    async with stage.bot.db.writing() as work:
        plan = await stored.homework(work, team_id=stage.team_id, homework_id=PLAN)
        assert plan is not None
        await stored.put_homework(work, type(plan)(**{**vars(plan), "brief": LONG_TEXT}))
    await ann.close_modal()
    await ann.press(ann.direct()[-1], "homework_edit")

    faults = await ann.submit({"title": "The plan"})
    await stage.settle()
    await ben.command("/homework submit action-plan-1")

    assert faults == {}
    async with stage.bot.db.reading() as work:
        changed = await stored.homework(work, team_id=stage.team_id, homework_id=PLAN)
    assert changed is not None
    assert changed.brief == LONG_TEXT.strip()
    assert "A plan &amp; its &lt;reasons&gt;" in everything(ben.modal or {})
    await ben.saw("direct", "has changed")


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> <!here> <@UANN> <#CGENERAL> <https://evil.example|bank>",
        "مرحبا \u202egnp.exe\u202c \u200b\u200dzero \ufeff\u2066width",
        "😀" * 300,
        "*bold* _not_ ~this~ `code` &amp; &lt;!channel&gt;",
    ],
    ids=["mentions", "directions", "emoji", "markup"],
)
async def test_unusual_text_is_kept_as_it_was_and_calls_nobody(stage: Stage, text: str) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")

    faults = await ben.submit({"text": text})

    receipt = await ben.saw("direct", "Received")
    await ann.command("/homework status action-plan-1")
    await ann.press(ann.direct()[-1], "homework_read")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert faults == {}
    assert [one.text for one in await versions(stage)] == [text]
    assert sections(receipt)[1] == escaped
    assert sections(await ann.saw_modal("Handed in"))[1] == escaped


async def test_form_that_slack_would_not_wait_for_is_answered_in_one_sentence(stage: Stage) -> None:
    ben = stage.person("UBEN")
    stage.sandbox.faults.add("error", method="views.open", times=1, error="expired_trigger_id")
    stage.sandbox.faults.add("ratelimited", method="views.open", times=1)

    await ben.command("/homework submit action-plan-1")
    answers = [answer(ben)]
    await ben.command("/homework submit action-plan-1")
    answers.append(answer(ben))

    assert set(answers) == {
        "This took too long, and Slack no longer opens the form. Please try again.",
        "Slack is busy at this moment. Please try again in a minute.",
    }
    stage.expected_errors = stage.errors()
    assert len(stage.expected_errors) == 2
