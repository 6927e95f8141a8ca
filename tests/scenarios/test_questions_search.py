"""Searching the question log, through the whole bot: `/questions`, its buttons, the Home tab's box."""

from typing import Any

import pytest

from sandbox.blocks import elements_of
from tests.scenarios import asked
from tests.scenarios.asked import question
from tests.scenarios.stage import Stage, buttons, everything, sections

PAY = "How do you get your members to pay their fee on time?"
ANSWER = "We send the invoice in January, and a member who pays the fee early gets a seat at the fair."


def titles(message: dict[str, Any]) -> list[str]:
    """The titles of what was found, in order."""
    return [
        text.partition("\n")[0].strip("*").rstrip(">").rpartition("|")[2]
        for text in sections(message)
        if " · " in text
    ]


async def search(stage: Stage, user_id: str, words: str, **where: Any) -> dict[str, Any]:
    """What `/questions words` answers."""
    person = stage.person(user_id)
    await person.command(f"/questions {words}", **where)
    answer = person.messages(where.get("channel_id") or person.direct_id())[-1]
    assert answer["is_ephemeral"]
    return answer


async def test_an_answer_shows_question_state_answer_who_when_and_thread(stage: Stage) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    made = await question(
        stage, PAY, channel_id=ask, answers=[("UEVA", ANSWER)], accepted=1, topic="membership"
    )

    answer = await search(stage, "UBEN", "late fees of members")

    assert sections(answer) == [
        "1 question for “late fees of members”",
        f"*<{made.permalink}|{PAY}>*\n"
        "✅ Answered · Dina Conti, Mon 5 June 2023 · #ask-alumni · topic: membership\n"
        "> We send the invoice in January, and a *member* who pays the *fee* early gets a seat at the fair.\n"
        "— Eva Lang, Tue 6 June 2023\n"
        f"<{made.permalink}|Open the thread>",
    ]
    assert buttons(answer) == [("Ask this instead", "late fees of members")]


async def test_an_open_question_says_so_and_how_many_replied(stage: Stage) -> None:
    await question(
        stage, "Who knows a good hydrogen consultant?", answers=[("UEVA", "Ask Ben"), ("UFAY", "?")]
    )

    answer = await search(stage, "UBEN", "hydrogen")

    assert "🟡 Open, 2 replies, none accepted yet · Dina Conti, Mon 5 June 2023" in sections(answer)[1]


async def test_more_turns_the_page_and_back_turns_it_back(stage: Stage) -> None:
    for number in range(1, 8):
        await question(stage, f"Question about funding number {number}", at=f"2023-06-0{number} 10:00")
    ben = stage.person("UBEN")
    first = await search(stage, "UBEN", "topic of funding")
    before = titles(first)

    await ben.press(first, "questions_more")
    second = ben.direct()[-1]
    heading, after = sections(second)[0], titles(second)
    await ben.press(second, "questions_back")

    assert (len(before), len(after), len({*before, *after})) == (5, 2, 7)
    assert heading == "Questions 6 to 7 for “topic of funding”, the best first"
    assert titles(ben.direct()[-1]) == before
    assert [message["ts"] for message in ben.direct() if message.get("is_ephemeral")] == [first["ts"]]


async def test_the_words_open_and_mine_stand_for_filters(stage: Stage) -> None:
    await question(stage, "Answered one", answers=[("UEVA", "Yes")], accepted=1)
    await question(stage, "Open one", at="2023-06-07 10:00")
    await question(stage, "Asked by Ben in secret", by="UBEN", at="2023-06-08 10:00", is_anonymous=True)

    assert titles(await search(stage, "UBEN", "open")) == ["Asked by Ben in secret", "Open one"]
    mine = await search(stage, "UBEN", "Mine")
    assert titles(mine) == ["Asked by Ben in secret"]
    assert "you, anonymously, Thu 8 June 2023" in sections(mine)[1]
    assert buttons(mine) == []


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("funding from:@dina", ["Funding of a fair"]),
        ("funding from:<@UBEN|ben>", ["Funding of a laboratory"]),
        ("funding in:#ask-alumni", ["Funding of a laboratory"]),
        ("funding by:country:fi", ["Funding of a laboratory"]),
        ("funding is:open", ["Funding of a fair"]),
        ("funding is:answered", ["Funding of a laboratory"]),
        ("funding topic:events", ["Funding of a fair"]),
        ("funding since:2023-06", ["Funding of a laboratory"]),
        ("funding before:2023-06-01", ["Funding of a fair"]),
        ('"funding of a fair"', ["Funding of a fair"]),
        ("funding -fair", ["Funding of a laboratory"]),
        ("fundng -laboratory", ["Funding of a fair"]),
        ("a laboratory, who has an idea about its fundings?", ["Funding of a laboratory"]),
        ("labor -fair", ["Funding of a laboratory"]),
    ],
)
async def test_filters_are_typed_as_people_type_them(stage: Stage, typed: str, found: list[str]) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    await question(stage, "Funding of a fair", topic="Events", at="2023-05-31 10:00")
    await question(
        stage,
        "Funding of a laboratory",
        by="UBEN",
        channel_id=ask,
        answers=[("UEVA", "From the region")],
        accepted=1,
    )

    assert titles(await search(stage, "UCLEO", typed))[:1] == found


async def test_a_word_that_the_log_does_not_know_is_read_as_the_one_that_is_meant(stage: Stage) -> None:
    await question(stage, "How do we start with hydrogen?")

    answer = await search(stage, "UBEN", "hidrogen")

    assert titles(answer) == ["How do we start with hydrogen?"]
    assert "Some words are not in the log, so I read “hidrogen” as “hydrogen”." in everything(answer)


async def test_nothing_found_says_so_and_offers_to_ask(stage: Stage) -> None:
    answer = await search(stage, "UBEN", "quantum <computers> & more")

    assert sections(answer) == [
        "Nothing in the question log fits “quantum &lt;computers&gt; &amp; more”.\n"
        "Try fewer or other words, or ask it: somebody may know."
    ]
    assert buttons(answer) == [("Ask this instead", "quantum <computers> & more")]


async def test_without_words_it_says_how_to_search(stage: Stage) -> None:
    answer = await search(stage, "UBEN", "")

    assert sections(answer)[0].startswith("*Search the question log*\n• `/questions how do members pay`")


async def test_a_private_channel_s_question_is_for_its_members_now(stage: Stage) -> None:
    board = await asked.channel(stage, "board", members=["UBEN", "UCLEO"], is_private=True)
    await question(stage, "Who follows our chairwoman?", channel_id=board, by="UCLEO")

    seen = [titles(await search(stage, who, "chairwoman")) for who in ("UBEN", "UDINA", "UANN")]
    await stage.person("UBEN").leave(board)
    await stage.settle()
    await asked.leave(stage, board, "UBEN")

    assert seen == [["Who follows our chairwoman?"], [], []]
    assert titles(await search(stage, "UBEN", "chairwoman")) == []


async def test_show_in_channel_shows_one_question_to_everybody_once(stage: Stage) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    made = await question(stage, PAY, channel_id=ask, answers=[("UEVA", ANSWER)], accepted=1)
    ben = stage.person("UBEN")
    answer = await search(stage, "UBEN", "fee", channel_id=ask)

    await ben.press(answer, "questions_show", channel_id=ask, value=f"{made.id}@{ask}")
    await stage.again(stage.last("interactive", type="block_actions"))
    await stage.settle()

    shown = [
        message for message in stage.person("UGUS").messages(ask) if "found this" in str(message["text"])
    ]
    assert [sections(message) for message in shown] == [
        [
            "Ben Virta found this in the question log:",
            f"*<{made.permalink}|{PAY}>*\n✅ Answered · Dina Conti, Mon 5 June 2023 · #ask-alumni\n"
            f"> {ANSWER}\n— Eva Lang, Tue 6 June 2023\n<{made.permalink}|Open the thread>",
        ]
    ]


async def test_a_private_question_is_not_offered_to_another_channel(stage: Stage) -> None:
    board = await asked.channel(stage, "board", members=["UBEN"], is_private=True)
    made = await question(stage, "Who follows our chairwoman?", channel_id=board, by="UBEN")
    ben = stage.person("UBEN")

    outside = await search(stage, "UBEN", "chairwoman", channel_id="CGENERAL")
    inside = await search(stage, "UBEN", "chairwoman", channel_id=board)
    await ben.press(inside, "questions_show", channel_id=board, value=f"{made.id}@{board}")
    await stage.settle()

    assert buttons(outside) == [("Ask this instead", "chairwoman")]
    assert "Ben Virta found this" in ben.messages(board)[-1]["text"]


async def test_show_in_a_channel_without_the_bot_says_what_to_do(stage: Stage) -> None:
    await question(stage, PAY)
    ben = stage.person("UBEN")
    answer = await search(stage, "UBEN", "fee", channel_id="CGENERAL")

    await ben.press(answer, "questions_show", channel_id="CGENERAL")

    said = await ben.saw("CGENERAL", "I am not in this channel, so I cannot write here.")
    assert said["is_ephemeral"]
    assert await stage.queued("question.shown") == []


async def test_what_came_by_direct_message_is_shown_where_it_was_searched_for(stage: Stage) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    for number in range(6):
        await question(stage, f"{number}: {PAY}", channel_id=ask)
    ben = stage.person("UBEN")
    stage.sandbox.faults.add("ratelimited", method="response_url", times=1)
    await ben.command("/questions fee", channel_id=ask)
    page = await ben.saw("direct", "for “fee”")

    await ben.press(page, "questions_more")
    await ben.press(ben.direct()[-1], "questions_show")
    await stage.settle()

    assert ben.direct()[-1]["text"] == f"📣 Everybody in <#{ask}> sees it now."
    assert "Ben Virta found this" in stage.person("UGUS").messages(ask)[-1]["text"]


async def test_what_came_by_direct_message_is_not_shown_where_the_bot_or_the_person_is_not(
    stage: Stage,
) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    await question(stage, PAY, channel_id=ask)
    ben = stage.person("UBEN")
    stage.sandbox.faults.add("ratelimited", method="response_url", times=2)
    await ben.command("/questions fee", channel_id=ask)
    await ben.command("/questions members", channel_id="CGENERAL")
    for_ask, for_general = await ben.saw("direct", "“fee”"), await ben.saw("direct", "“members”")
    stage.workspace.leave(ask, "UBEN")
    await stage.settle()

    await ben.press(for_ask, "questions_show")
    after_leaving = ben.direct()[-1]["text"]
    await ben.press(for_general, "questions_show")
    without_the_bot = ben.direct()[-1]["text"]

    assert after_leaving == (
        "You are not in #ask-alumni any more, so I do not write there for you. "
        "Search in a channel that you are in, and press the button there."
    )
    assert without_the_bot == (
        "I am not in the channel where you searched, so I cannot write there. "
        "Invite me there with /invite, then press the button again."
    )
    assert await stage.queued("question.shown") == []


async def test_ask_this_instead_opens_the_form_with_what_was_typed(stage: Stage) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    await stage.import_files(("cba-2.toml", asked.edition_with_questions(ask)))
    answer = await search(stage, "UBEN", "Who rents out a stand at the fair?")
    ben = stage.person("UBEN")

    await ben.press(answer, "questions_ask")

    form = await ben.saw_modal("Ask")
    filled = [element.get("initial_value") for block in form["blocks"] for _, element in elements_of(block)]
    assert "Who rents out a stand at the fair?" in filled


async def test_the_home_tab_has_a_search_box_and_what_is_open(stage: Stage) -> None:
    made = await question(stage, PAY, answers=[("UEVA", ANSWER)])
    ben = stage.person("UBEN")

    home = await ben.open_home()
    await ben.choose("home", "questions_search", "fee")
    found = await ben.saw_modal("Questions")

    assert f"• {PAY} (Dina Conti, 7 days ago, 1 reply)" in sections(home)
    assert titles(found) == [made.title]


async def test_pages_of_a_search_from_home_turn_in_the_modal(stage: Stage) -> None:
    for number in range(6):
        await question(stage, f"Question about funding number {number}")
    ben = stage.person("UBEN")
    await ben.open_home()
    await ben.choose("home", "questions_search", "funding")

    await ben.press("modal", "questions_more")

    assert len(titles(ben.modal or {})) == 1


async def test_an_empty_search_box_does_nothing(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.open_home()

    await ben.choose("home", "questions_search", "   ")

    assert ben.modal is None
    assert ben.notices == []


async def test_home_shows_no_question_of_a_private_channel_to_others(stage: Stage) -> None:
    board = await asked.channel(stage, "board", members=["UBEN"], is_private=True)
    await question(stage, "Who follows our chairwoman?", channel_id=board, by="UBEN")

    homes = [everything(await stage.person(who).open_home()) for who in ("UBEN", "UANN")]

    assert ["chairwoman" in said for said in homes] == [True, False]


async def test_marks_in_people_s_words_format_nothing(stage: Stage) -> None:
    text = "Write *never* `code` or <!channel> & <@UBEN> into a fee reminder_"
    await question(stage, "What about *bold* and <!here>?", answers=[("UEVA", text)], accepted=1)

    answer = await search(stage, "UBEN", "fee bold")

    shown = sections(answer)[1].replace("\u200b", "¦")
    assert shown.splitlines()[0] == "*What about *¦bold*¦ and &lt;!here&gt;?*"
    assert shown.splitlines()[2] == (
        "> Write *¦never*¦ `¦code`¦ or &lt;!channel&gt; &amp; &lt;@UBEN&gt; into a *fee* reminder_¦"
    )


HOSTILE = {
    "quotes": '"""\'\'"',
    "star": "*",
    "near": "NEAR(fee, pay)",
    "parentheses": "((((fee",
    "lone minus": "-",
    "nul": "fee\x00pay",
    "blanks": "\u00a0 \u3000 \u200b",
    "emoji": "🤷 🦄",
    "filters only": "from: in: by: is: since:",
    "impossible date": "since:2023-02-31 before:0000",
    "ten thousand letters": "f" * 10_000,
    "a long message": "how do members pay their fee, " * 400,
    "operators": "fee AND OR NOT {title}:x ^fee",
    "an injection": "'; DROP TABLE question; --",
    "a backslash": "\\ % _ fee",
}


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE.keys())
async def test_whatever_is_typed_is_answered(stage: Stage, typed: str) -> None:
    await question(stage, PAY, answers=[("UEVA", ANSWER)], accepted=1)
    ben = stage.person("UBEN")

    await ben.command(f"/questions {typed}")

    assert ben.notices == []
    said = sections(ben.direct()[-1])[0]
    assert said.startswith(
        ("Nothing in the question log fits", "1 question for", "*Search the question log*")
    )


async def test_five_long_answers_of_nothing_but_signs_fit_into_one_message(stage: Stage) -> None:
    for number in range(6):
        await question(
            stage,
            "fee " + "&*" * 150,
            detail="&<>" * 3000,
            at=f"2023-06-05 10:0{number}",
            answers=[("UEVA", "fee " + "&*<>_`" * 5000)],
            accepted=1,
        )

    answer = await search(stage, "UANN", "fee", channel_id="CGENERAL")

    assert len(titles(answer)) == 5
