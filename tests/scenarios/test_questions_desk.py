"""Organisers and the question log, through the whole bot: numbers, chart, table, merge, re-open, hide."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from PIL import Image

from bot.domain.questions import LinkKind, Question, QuestionState
from sandbox.person import Person
from storage import audit, questions
from tests.scenarios import asked
from tests.scenarios.asked import question
from tests.scenarios.stage import Stage, buttons, everything, sections

NOT_ALLOWED = "Only organisers of the academy can do this. Ask one of them if it is needed."


async def managed(stage: Stage, made: Question, user_id: str = "UANN") -> Person:
    """An organiser who has found a question and has it on their desk."""
    person = stage.person(user_id)
    await person.command(f"/questions {made.title}")
    await person.press(person.direct()[-1], "questions_manage", value=str(made.id))
    await person.saw_modal(f"Question {made.id}")
    return person


async def deeds(stage: Stage) -> list[tuple[str, str, str]]:
    """Who did what to what, oldest first."""
    async with stage.bot.db.reading() as work:
        entries = await audit.entries(work, team_id=stage.team_id, kind="question:")
    return [(one.done_by, one.deed, one.subject) for one in reversed(entries)]


async def some_questions(stage: Stage) -> None:
    """Four questions of two topics, two of them answered, one by a member of a private channel."""
    await question(
        stage,
        "Fees?",
        at="2023-06-08 10:00",
        answers=[("UDINA", "I mean late ones"), ("UEVA", "Invoice early")],
        accepted=2,
        answered_at="2023-06-08 13:00",
        topic="Members",
    )
    await question(
        stage,
        "A hall?",
        at="2023-02-01 10:00",
        answers=[("UBEN", "Ours"), ("UEVA", "Or ours")],
        accepted=2,
        answered_at="2023-02-03 10:00",
        topic="members",
    )
    await question(stage, "Hydrogen?", at="2023-06-11 10:00", by="UBEN", is_anonymous=True)
    await question(stage, "Old and open?", at="2023-01-05 10:00", topic="Events")


async def test_stats_count_what_is_asked_answered_open_and_who_answers(stage: Stage) -> None:
    await some_questions(stage)
    ann = stage.person("UANN")

    await ann.command("/questions stats")

    answer = ann.direct()[-1]
    assert answer["is_ephemeral"]
    assert sections(answer) == [
        "*Last 7 days:* 2 asked, 1 answered. "
        "Time to the first answer: median 3 hours 1 minute, nine in ten within 3 hours 1 minute\n"
        "*Last 12 months:* 4 asked, 2 answered. "
        "Time to the first answer: median 1 day 1 hour, nine in ten within 2 days\n"
        "*Open: 2* (1 up to 2 days, 1 older)\n"
        "*Topics:* Members 2 · without topic 1 (1 open) · Events 1 (1 open)\n"
        "*Who answers:* Eva Lang 2 (2 accepted) · Ben Virta 1"
    ]
    assert [label for label, _ in buttons(answer)] == ["Chart", "Table (CSV)", "What organisers did"]


async def test_stats_of_an_empty_log(stage: Stage) -> None:
    ann = stage.person("UANN")

    await ann.command("/questions stats")

    assert sections(ann.direct()[-1]) == [
        "*Last 7 days:* nothing was asked\n*Last 12 months:* nothing was asked\n*Open: 0*"
    ]


async def test_stats_are_for_organisers(stage: Stage) -> None:
    ben = stage.person("UBEN")

    await ben.command("/questions stats")

    assert everything(ben.direct()[-1]) == NOT_ALLOWED


async def test_a_private_channel_s_questions_are_counted_for_its_members_only(stage: Stage) -> None:
    board = await asked.channel(stage, "board", members=["UADA", "UBEN"], is_private=True)
    await question(stage, "Chairwoman?", channel_id=board, by="UBEN", answers=[("UADA", "Me")], accepted=1)
    said = []

    for organiser in (stage.person("UADA"), stage.person("UANN")):
        await organiser.command("/questions stats")
        said.append(sections(organiser.direct()[-1])[0])

    assert ["1 asked" in one for one in said] == [True, False]
    assert ["Ada Admin 1" in one for one in said] == [True, False]


async def test_home_shows_organisers_the_numbers_and_nobody_else(stage: Stage) -> None:
    await some_questions(stage)

    homes = [everything(await stage.person(who).open_home()) for who in ("UANN", "UBEN")]

    assert ["*Open: 2*" in said for said in homes] == [True, False]


def files(person: Person, name_end: str) -> list[dict[str, Any]]:
    """The files that the bot shared with a person, by their names' end."""
    return [
        file
        for message in person.direct()
        for file in message.get("files", ())
        if file["name"].endswith(name_end)
    ]


async def test_the_chart_comes_as_an_image_once(stage: Stage) -> None:
    await some_questions(stage)
    ann = stage.person("UANN")
    await ann.command("/questions stats")

    await ann.press(ann.direct()[-1], "questions_chart")
    await stage.again(stage.last("interactive", type="block_actions"))
    await stage.settle()

    (file,) = files(ann, ".png")
    image = Image.open(BytesIO(stage.workspace.files[file["id"]].content))
    assert (image.format, image.size) == ("PNG", (1200, 560))
    assert "Thu 8 June 2023: 1 asked, 1 answered" in file["alt_txt"]
    assert "The chart comes to you by direct message in a moment." in [
        message["text"] for message in ann.direct()
    ]


async def test_the_table_opens_in_a_spreadsheet_and_runs_nothing_there(stage: Stage) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    made = await question(
        stage,
        '=HYPERLINK("x"), "quoted"',
        channel_id=ask,
        at="2023-06-08 10:00",
        answers=[("UEVA", "Invoice early")],
        accepted=1,
        answered_at="2023-06-08 13:00",
        topic="Members",
    )
    await question(stage, "Ich frage für Łódź, €?", at="2023-06-11 10:00", by="UBEN", is_anonymous=True)
    ann = stage.person("UANN")
    await ann.open_home()

    await ann.press("home", "questions_table")
    await stage.settle()

    (file,) = files(ann, ".csv")
    content = stage.workspace.files[file["id"]].content
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(StringIO(content.decode("utf-8-sig")))) == [
        [
            *("number", "asked", "asked_by", "channel", "question", "topic", "state", "replies"),
            *("hours_to_first_reply", "answered", "answered_by", "link"),
        ],
        [
            *("1", "2023-06-08 12:00", "Dina Conti", "ask-alumni", '\'=HYPERLINK("x"), "quoted"'),
            *("Members", "answered", "1", "3.0", "2023-06-08 15:00", "Eva Lang", made.permalink),
        ],
        [
            *("2", "2023-06-11 12:00", "", "", "Ich frage für Łódź, €?"),
            *("", "open", "0", "", "", "", ""),
        ],
    ]


async def test_who_is_no_organiser_any_more_gets_no_table(stage: Stage) -> None:
    ada = stage.person("UADA")
    await ada.command("/questions stats")
    answer = ada.direct()[-1]
    stage.workspace.change_user("UADA", is_admin=False)
    await stage.settle()

    await ada.press(answer, "questions_table")
    await stage.settle()

    assert files(ada, ".csv") == []
    assert await stage.queued("questions.table") == []


# -- one question -------------------------------------------------------------------------------------


async def test_manage_is_for_organisers(stage: Stage) -> None:
    await question(stage, "Fees?")
    ben = stage.person("UBEN")

    await ben.command("/questions fees")

    assert "Manage" not in [label for label, _ in buttons(ben.direct()[-1])]


async def test_a_better_title_and_a_topic_are_found_and_the_old_words_too(stage: Stage) -> None:
    made = await question(stage, "Urgent!! pls help with invoices")
    ann = await managed(stage, made)

    await ann.press("modal", "questions_retitle")
    faults = await ann.submit({"title": "How do we bill members?", "topic": "Membership"})

    assert faults == {}
    desk = await ann.saw_modal(f"Question {made.id}")
    assert sections(desk)[:2] == [
        "✅ Saved.",
        "*How do we bill members?*\n🟡 Open · Dina Conti, Mon 5 June 2023 · topic: Membership\n"
        "> Urgent!! pls help with invoices",
    ]
    assert (
        "Ann Organ changed it, Mon 12 June 2023, 10:00. Before: Urgent!! pls help with invoices. "
        "After: How do we bill members? [Membership]."
    ) in everything(desk)
    for words in ("bill", "invoices"):
        await ann.command(f"/questions {words}")
        assert "How do we bill members?" in everything(ann.direct()[-1])


async def test_an_edit_in_slack_leaves_an_organiser_s_title_and_is_found_beside_it(stage: Stage) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    made = await question(stage, "Urgent!! pls help with invoices", channel_id=ask)
    ann = await managed(stage, made)
    await ann.press("modal", "questions_retitle")
    await ann.submit({"title": "How do we bill members?"})

    await stage.person("UDINA").edit(ask, str(made.ts), "Urgent!! pls help with receipts")
    await stage.settle()

    now = await asked.of(stage, made)
    assert (now.title, now.detail) == ("How do we bill members?", "Urgent!! pls help with receipts")


@pytest.mark.parametrize("blank", ["\u200b", "\u200b \ufeff"])
async def test_a_title_that_shows_nothing_is_refused_at_its_field(stage: Stage, blank: str) -> None:
    made = await question(stage, "Fees?")
    ann = await managed(stage, made)
    await ann.press("modal", "questions_retitle")

    faults = await ann.submit({"title": blank})

    assert faults == {"title": "Give the question a title."}
    assert await deeds(stage) == []


async def test_a_hidden_question_is_found_by_nobody_and_comes_back_as_it_was(stage: Stage) -> None:
    made = await question(stage, "Fees?", answers=[("UEVA", "Invoice early")], accepted=1)
    ann = await managed(stage, made)
    await ann.press("modal", "questions_hide")
    faults = await ann.submit({"reason": "It names a member."})
    hidden = await asked.of(stage, made)
    await ann.command("/questions fees")
    found = everything(ann.direct()[-1])
    await ann.close_modal(whole_stack=True)

    await ann.open_home()
    await ann.press("home", "questions_audit")
    log = await ann.saw_modal("What organisers did")
    await ann.press("modal", "questions_look", value=str(made.id))
    await ann.press("modal", "questions_show_again")

    assert (faults, hidden.state) == ({}, QuestionState.HIDDEN)
    assert found.startswith("Nothing in the question log fits")
    assert sections(log) == ["Ann Organ hid “Fees?”, Mon 12 June 2023, 10:00. Reason: It names a member."]
    assert await asked.of(stage, made) == made
    assert await deeds(stage) == [
        ("UANN", "question.hidden", f"question:{made.id}"),
        ("UANN", "question.shown", f"question:{made.id}"),
    ]


async def test_hiding_needs_a_reason(stage: Stage) -> None:
    made = await question(stage, "Fees?")
    ann = await managed(stage, made)
    await ann.press("modal", "questions_hide")

    faults = await ann.submit({"reason": "\u200b"})

    assert faults == {"reason": "Give a reason: other organisers read it."}
    assert await asked.of(stage, made) == made


async def test_a_reopened_question_keeps_its_answers_and_accepts_none(stage: Stage) -> None:
    made = await question(stage, "Fees?", answers=[("UEVA", "Invoice early")], accepted=1)
    ann = await managed(stage, made)

    await ann.press("modal", "questions_reopen")

    desk = await ann.saw_modal(f"Question {made.id}")
    assert sections(desk)[0] == "✅ It is open again."
    assert "🟡 Open, 1 reply, none accepted yet" in sections(desk)[1]
    again = await asked.of(stage, made)
    assert (again.state, again.accepted_answer_id, again.answered_at) == (QuestionState.OPEN, None, None)
    assert await deeds(stage) == [("UANN", "question.reopened", f"question:{made.id}")]


async def test_merging_leaves_one_question_found_by_both_wordings_and_tells_the_asker(stage: Stage) -> None:
    kept = await question(
        stage, "How do members pay their fee?", by="UCLEO", answers=[("UEVA", "Invoice early")], accepted=1
    )
    double = await question(stage, "How do members pay the subscription?", by="UBEN", at="2023-06-09 10:00")
    ann = await managed(stage, double)
    await ann.press("modal", "questions_merge")
    offered = [option["value"] for block in (ann.modal or {})["blocks"] for option in options(block)]

    faults = await ann.submit({"near": str(kept.id)})
    await stage.settle()

    assert (offered, faults) == ([str(kept.id)], {})
    assert sections(ann.modal or {})[0] == "✅ It is one with question 1 now. Who asked it is told."
    assert (await asked.of(stage, double)).state is QuestionState.MERGED
    async with stage.bot.db.reading() as work:
        assert await questions.linked(work, team_id=stage.team_id, question_id=double.id) == [
            (LinkKind.MERGED_INTO, kept.id)
        ]
    told = stage.person("UBEN").direct()[-1]
    assert sections(told) == [
        "Your question “How do members pay the subscription?” was asked before, so the two are one now.",
        "*How do members pay their fee?*\n✅ Answered · Cleo Matos, Mon 5 June 2023\n"
        "> Invoice early\n— Eva Lang, Tue 6 June 2023",
    ]
    await ann.command("/questions subscription")
    assert "*How do members pay their fee?*" in sections(ann.direct()[-1])[1]


def options(block: dict[str, Any]) -> list[dict[str, Any]]:
    """The options of a block's menu."""
    found: list[dict[str, Any]] = block.get("element", {}).get("options", [])
    return found


async def test_a_merged_question_that_is_shown_again_stands_by_itself(stage: Stage) -> None:
    kept = await question(stage, "How do members pay their fee?")
    double = await question(stage, "How do members pay the subscription?", by="UBEN")
    ann = await managed(stage, double)
    await ann.press("modal", "questions_merge")
    await ann.submit({"near": str(kept.id)})

    await ann.press("modal", "questions_show_again")

    assert await asked.of(stage, double) == double
    async with stage.bot.db.reading() as work:
        assert await questions.linked(work, team_id=stage.team_id, question_id=double.id) == []


async def test_merging_by_the_link_to_a_message_or_by_number(stage: Stage) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    kept = await question(stage, "Entirely other words", channel_id=ask)
    for number, name in enumerate((kept.permalink, f"#{kept.id}")):
        double = await question(stage, f"Fees {number}?", channel_id=ask)
        ann = await managed(stage, double)
        await ann.press("modal", "questions_merge")

        assert await ann.submit({"other": name}) == {}

        assert (await asked.of(stage, double)).state is QuestionState.MERGED
        await ann.close_modal(whole_stack=True)


async def test_what_was_merged_before_goes_along(stage: Stage) -> None:
    first = await question(stage, "Membership fee")
    second = await question(stage, "Membership subscription")
    third = await question(stage, "Membership dues")
    for gone, into in ((first, second), (second, third)):
        ann = await managed(stage, gone)
        await ann.press("modal", "questions_merge")
        assert await ann.submit({"other": str(into.id)}) == {}
        await ann.close_modal(whole_stack=True)

    await ann.command("/questions fee")

    assert "*Membership dues*" in sections(ann.direct()[-1])[1]


@pytest.mark.parametrize(
    ("named", "sentence"),
    [
        ({}, "Choose a question, or name one."),
        ({"other": "99"}, "There is no such question in the log."),
        ({"other": "9" * 40}, "There is no such question in the log."),
        ({"other": "²"}, "There is no such question in the log."),
        (
            {"other": "https://x.slack.com/archives/CX/p1686564000000000"},
            "There is no such question in the log.",
        ),
        ({"other": "1"}, "This is the same question. Choose another."),
        (
            {"other": "2"},
            "That one has no accepted answer, and this one has. Merge that one into this one instead.",
        ),
        ({"other": "3"}, "Not the same people can see the two, so they stay apart."),
    ],
)
async def test_what_cannot_be_merged_is_said_at_its_field(
    stage: Stage, named: dict[str, str], sentence: str
) -> None:
    board = await asked.channel(stage, "board", members=["UANN"], is_private=True)
    made = await question(stage, "Fees?", answers=[("UEVA", "Invoice early")], accepted=1)
    await question(stage, "Entirely other words")
    await question(stage, "Of the board alone", channel_id=board, by="UANN")
    ann = await managed(stage, made)
    await ann.press("modal", "questions_merge")

    faults = await ann.submit(named)

    assert faults == {"other": sentence}
    assert await asked.of(stage, made) == made


async def test_a_question_of_a_private_channel_is_on_no_stranger_s_desk(stage: Stage) -> None:
    board = await asked.channel(stage, "board", members=["UADA"], is_private=True)
    made = await question(stage, "Chairwoman?", channel_id=board, by="UADA")
    ada = await managed(stage, made, "UADA")
    await ada.press("modal", "questions_hide")
    await ada.submit({"reason": "Secret"})
    ann = stage.person("UANN")
    await ann.open_home()

    await ann.press("home", "questions_audit")

    assert sections(await ann.saw_modal("What organisers did")) == [
        "No organiser changed anything in the question log so far."
    ]


async def test_an_anonymous_asker_is_known_to_organisers_at_the_desk_only(stage: Stage) -> None:
    made = await question(stage, "Fees?", by="UBEN", is_anonymous=True)
    ann = await managed(stage, made)

    desk = everything(ann.modal or {})
    await stage.person("UCLEO").command("/questions fees")

    assert "Asked anonymously; only organisers see that it was Ben Virta." in desk
    assert "Ben" not in everything(stage.person("UCLEO").direct()[-1])
    assert "Ben" not in everything(ann.direct()[-1])


async def test_two_organisers_at_once_do_not_undo_one_another(stage: Stage) -> None:
    made = await question(stage, "Fees?")
    ann, ada = await managed(stage, made), await managed(stage, made, "UADA")
    for organiser in (ann, ada):
        await organiser.press("modal", "questions_hide")

    faults = [await one.submit({"reason": "It names a member."}) for one in (ann, ada)]

    assert faults == [{}, {"reason": "This question is not in the log any more."}]
    assert await deeds(stage) == [("UANN", "question.hidden", f"question:{made.id}")]


async def test_a_second_delivery_of_a_form_does_nothing(stage: Stage) -> None:
    made = await question(stage, "Fees?")
    ann = await managed(stage, made)
    await ann.press("modal", "questions_hide")
    await ann.submit({"reason": "It names a member."})

    await stage.again(stage.last("interactive", type="view_submission"))

    assert len(await deeds(stage)) == 1
