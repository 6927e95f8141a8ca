"""Asking, through the whole bot: what was answered before comes first, and who may know beside it."""

from typing import Any

import pytest

from bot.domain.ids import ChannelId, QuestionId
from bot.domain.questions import LinkKind, Question, QuestionState
from storage import questions
from tests.scenarios import asked
from tests.scenarios.asked import question
from tests.scenarios.stage import NOW, ROSTER, Stage, buttons, everything, sections

FEES = "How do you get your members to pay their fee on time?"
ANSWER = "We send the invoice in January, and who pays early gets a seat at the fair."
ALUMNI = """UGUS,,,alumnus,cba-2,,BE,,en,hydrogen;funding
UEVA,,,alumnus,cba-2,,DE,energy,en,hydrogen
"""


async def prepared(stage: Stage) -> ChannelId:
    """A questions channel with everybody in it, and two alumni who know something."""
    channel_id = await asked.channel(stage, "ask-alumni")
    roster = ROSTER.replace("UEVA,,,alumnus,cba-2,,DE,,en,\n", ALUMNI)
    await stage.import_files(("cba-2.toml", asked.edition_with_questions(channel_id)), ("roster.csv", roster))
    await stage.settle()
    return channel_id


async def answered_before(stage: Stage, **where: Any) -> Question:
    """The question on fees, with its accepted answer by Eva."""
    return await question(stage, FEES, answers=[("UEVA", ANSWER)], accepted=1, **where)


async def logged(stage: Stage) -> list[Question]:
    """Every question of the log, in order."""
    async with stage.bot.db.reading() as work:
        ids = [QuestionId(number) for number in range(1, 20)]
        return await questions.questions(work, team_id=stage.team_id, question_ids=ids)


def posts(stage: Stage, channel_id: ChannelId) -> list[dict[str, Any]]:
    """What everybody sees in a channel of what was said from NOW on, but for notes of Slack's."""
    said = stage.workspace.channel(channel_id).messages
    return [one for one in said if "subtype" not in one and float(one["ts"]) >= NOW.timestamp()]


# -- with words ---------------------------------------------------------------------------------------


async def test_with_words_it_goes_on_at_once(stage: Stage) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")

    await ben.command("/ask Where do we meet in Torino & who is <there>?")
    await stage.settle()

    assert sections(ben.direct()[-1]) == [f"📨 Your question goes to <#{ask}>. Answers come in its thread."]
    (post,) = posts(stage, ask)
    assert sections(post)[0] == "❓ *Where do we meet in Torino &amp; who is &lt;there&gt;?*"
    (made,) = await logged(stage)
    assert (made.title, made.asker_id, made.channel_id, made.ts) == (
        "Where do we meet in Torino & who is <there>?",
        "UBEN",
        ask,
        post["ts"],
    )


async def test_names_in_a_question_are_not_called(stage: Stage) -> None:
    ask = await prepared(stage)

    await stage.person("UBEN").command("/ask Does @dina or <!channel> know a venue?")
    await stage.settle()

    (post,) = posts(stage, ask)
    assert sections(post)[0] == "❓ *Does @Dina Conti or &lt;!channel&gt; know a venue?*"


async def test_what_was_answered_before_comes_first_and_only_to_the_asker(stage: Stage) -> None:
    ask = await prepared(stage)
    made = await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")

    await ben.command("/ask How do you get members to pay the fee on time?", channel_id=ask)
    await stage.settle()

    shown = ben.messages(ask)[-1]
    assert shown["is_ephemeral"]
    assert sections(shown) == [
        "*This was asked before. Does it help?*",
        f"*{FEES}* · <{made.permalink}|see the thread>\n✅ Eva Lang, Tue 6 June 2023: {ANSWER}",
    ]
    assert [label for label, _ in buttons(shown)] == ["This answers it", "Ask anyway"]
    assert posts(stage, ask) == []
    assert await logged(stage) == [made]


async def test_this_answers_it_closes_credits_and_links_without_a_post(stage: Stage) -> None:
    ask = await prepared(stage)
    made = await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")
    await ben.command("/ask How do you get members to pay the fee on time?")
    shown = ben.direct()[-1]

    await ben.press(shown, "ask_answers_it")
    await stage.settle()

    assert sections(ben.direct()[-1])[0] == "✅ Glad that it helps. Eva Lang is credited with the answer."
    assert posts(stage, ask) == []
    closed = (await logged(stage))[-1]
    assert (closed.state, closed.asker_id, closed.permalink) == (
        QuestionState.ANSWERED,
        "UBEN",
        made.permalink,
    )
    async with stage.bot.db.reading() as work:
        linked = await questions.linked(work, team_id=stage.team_id, question_id=closed.id)
    assert linked == [(LinkKind.ANSWERED_BY, made.id)]


async def test_ask_anyway_posts_it_once_however_often_it_is_pressed(stage: Stage) -> None:
    ask = await prepared(stage)
    await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")
    await ben.command("/ask How do you get members to pay the fee on time?")
    shown = ben.direct()[-1]

    await ben.press(shown, "ask_anyway")
    pressed = stage.last("interactive", type="block_actions")
    await stage.again(pressed)
    again = {**pressed.payload, "actions": [{**pressed.payload["actions"][0], "action_ts": "1.1"}]}
    await stage.sandbox.delivery.deliver(stage.app, "interactive", again)
    await stage.settle()

    assert len(posts(stage, ask)) == 1
    assert [one.state for one in await logged(stage)] == [QuestionState.ANSWERED, QuestionState.OPEN]
    texts = [message["text"] for message in ben.direct()]
    assert texts[0].startswith("📨 Your question goes to")
    assert "This was done already." in texts


async def test_nothing_is_shown_when_nothing_is_near(stage: Stage) -> None:
    ask = await prepared(stage)
    await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")

    await ben.command("/ask How do you find speakers for a fair?")
    await stage.settle()

    assert ben.direct()[-1]["text"].startswith("📨 Your question goes to")
    assert len(posts(stage, ask)) == 1


@pytest.mark.parametrize(("asker", "is_shown"), [("UBEN", True), ("UCLEO", False), ("UDINA", False)])
async def test_an_earlier_question_of_a_private_channel_is_for_its_members_now(
    stage: Stage, asker: str, is_shown: bool
) -> None:
    await prepared(stage)
    board = await asked.channel(stage, "board", members=("UBEN", "UCLEO"), is_private=True)
    await answered_before(stage, channel_id=board)
    await asked.leave(stage, board, "UCLEO")
    person = stage.person(asker)

    await person.command("/ask How do you get members to pay the fee on time?")

    assert person.direct()[-1]["text"].startswith("This was asked before") is is_shown


async def test_closing_by_a_private_answer_tells_the_channel_nothing_of_it(stage: Stage) -> None:
    ask = await prepared(stage)
    board = await asked.channel(stage, "board", members=("UBEN",), is_private=True)
    await answered_before(stage, channel_id=board)
    ben = stage.person("UBEN")
    ts = await ben.say(ask, "How do you get members to pay the fee on time?")
    await stage.settle()

    await ben.press(ben.messages(ask)[-1], "ask_answers_it")
    await stage.settle()

    told = [
        message for message in posts(stage, ask) if message.get("thread_ts") == ts and "blocks" in message
    ]
    assert [everything(message) for message in told] == ["✅ Answered by an earlier question"]


# -- the form -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["/ask", "/ask   ", "/ask \u200b"])
async def test_without_words_a_form_opens(stage: Stage, typed: str) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")

    await ben.command(typed)
    faults = await ben.submit(
        {
            "question": "Where do we meet?",
            "detail": "On Thursday.",
            "topic": "  Torino  ",
            "anonymous": ["yes"],
        }
    )
    await stage.settle()

    assert faults == {}
    assert sections(ben.modal or {}) == [f"📨 Your question goes to <#{ask}>. Answers come in its thread."]
    (made,) = await logged(stage)
    assert (made.title, made.detail, made.topic, made.is_anonymous) == (
        "Where do we meet?",
        "On Thursday.",
        "Torino",
        True,
    )
    (post,) = posts(stage, ask)
    assert "Ben" not in str(post)
    assert "UBEN" not in str(post)


async def test_the_shortcut_opens_the_form_and_earlier_answers_come_in_its_place(stage: Stage) -> None:
    ask = await prepared(stage)
    await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")
    await ben.shortcut("ask")

    await ben.submit({"question": "How do you get members to pay the fee on time?"})
    view = await ben.saw_modal("Asked before")
    assert posts(stage, ask) == []
    await ben.submit()
    await stage.settle()

    assert [label for label, _ in buttons(view)] == ["This answers it"]
    assert (ben.modal or {})["title"]["text"] == "Asked"
    assert len(posts(stage, ask)) == 1


async def test_this_answers_it_in_the_form_says_so_there(stage: Stage) -> None:
    ask = await prepared(stage)
    await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")
    await ben.command("/ask")
    await ben.submit({"question": "How do you get members to pay the fee on time?"})

    await ben.press("modal", "ask_answers_it")

    view = await ben.saw_modal("Answered")
    assert sections(view)[0] == "✅ Glad that it helps. Eva Lang is credited with the answer."
    assert (await logged(stage))[-1].state is QuestionState.ANSWERED


async def test_a_form_delivered_again_asks_once(stage: Stage) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")
    await ben.command("/ask")
    await ben.submit({"question": "Where do we meet?"})
    submission = stage.last("interactive", type="view_submission")

    answers = await stage.again(submission, times=2)
    await stage.restart()
    answers += await stage.again(submission, times=1)
    await stage.settle()

    assert [(ack.ok, ack.body) for ack in answers] == [(True, None)] * 3
    assert len(posts(stage, ask)) == 1
    assert len(await logged(stage)) == 1


async def test_a_form_sent_again_shows_once_more_what_was_answered_before(stage: Stage) -> None:
    """The first answer to it was lost on the way: what was written must not go with it."""
    ask = await prepared(stage)
    await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")
    await ben.command("/ask")
    await ben.submit({"question": "How do you get members to pay the fee on time?"})
    submission = stage.last("interactive", type="view_submission")

    (again,) = await stage.again(submission, times=1)
    await ben.submit()
    (after,) = await stage.again(submission, times=1)
    await stage.settle()

    assert again.body["view"]["title"]["text"] == "Asked before"
    assert after.body is None
    assert len(posts(stage, ask)) == 1


# -- beside a question in a channel -------------------------------------------------------------------


async def test_beside_a_question_in_a_channel_only_its_asker_sees_the_earlier_ones(stage: Stage) -> None:
    ask = await prepared(stage)
    made = await answered_before(stage, channel_id=ask)
    ben, dina = stage.person("UBEN"), stage.person("UDINA")

    ts = await ben.say(ask, "How do you get members to pay the fee on time?")
    await stage.settle()

    shown = ben.messages(ask)[-1]
    assert shown["is_ephemeral"]
    assert [label for label, _ in buttons(shown)] == [
        "This answers it",
        "Ask anyway",
        "Mention in the thread",
        "Not a question",
    ]
    assert dina.messages(ask)[-1]["ts"] == ts
    await ben.press(shown, "ask_answers_it")
    await stage.settle()
    closed = (await logged(stage))[-1]
    assert (closed.ts, closed.state) == (ts, QuestionState.ANSWERED)
    async with stage.bot.db.reading() as work:
        linked = await questions.linked(work, team_id=stage.team_id, question_id=closed.id)
    assert linked == [(LinkKind.ANSWERED_BY, made.id)]


async def test_ask_anyway_beside_a_question_leaves_it_open(stage: Stage) -> None:
    ask = await prepared(stage)
    await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")
    await ben.say(ask, "How do you get members to pay the fee on time?")
    await stage.settle()

    await ben.press(ben.messages(ask)[-1], "ask_anyway")
    await stage.settle()

    assert sections(ben.messages(ask)[-1]) == [
        "👍 All right, it stays open.",
        "*Who may know*",
        "• <@UEVA>: 1 accepted answer to similar questions",
    ]
    assert (await logged(stage))[-1].state is QuestionState.OPEN


async def test_beside_a_question_nothing_is_shown_when_nothing_is_near(stage: Stage) -> None:
    ask = await prepared(stage)
    await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")

    await ben.say(ask, "How do you find speakers for a fair?")
    await stage.settle()

    assert [label for label, _ in buttons(ben.messages(ask)[-1])] == ["Not a question"]


# -- bad input ----------------------------------------------------------------------------------------


async def test_in_a_channel_without_the_bot_it_goes_to_the_questions_channel(stage: Stage) -> None:
    ask = await prepared(stage)
    stage.workspace.add_channel("garden", members=["UBEN"], channel_id="CGARDEN")
    ben = stage.person("UBEN")

    await ben.command("/ask Where do we meet?", channel_id="CGARDEN")
    await stage.settle()

    assert (
        ben.messages("CGARDEN")[-1]["text"]
        == f"📨 Your question goes to <#{ask}>. Answers come in its thread."
    )
    assert len(posts(stage, ask)) == 1


@pytest.mark.parametrize("typed", ["/ask Where do we meet?", "/ask"])
async def test_where_there_is_no_channel_with_the_bot_it_says_so_and_asks_nothing(
    stage: Stage, typed: str
) -> None:
    ben = stage.person("UBEN")

    await ben.command(typed, channel_id="CGENERAL")

    assert ben.messages("CGENERAL")[-1]["text"] == (
        "There is no questions channel that I am in, so nobody would see your question. "
        "Ask an organiser to invite me to one, or use this in a channel that I am in."
    )
    assert ben.modal is None
    assert await logged(stage) == []


async def test_a_channel_that_the_bot_was_removed_from_is_no_place_to_ask(stage: Stage) -> None:
    ask = await prepared(stage)
    stage.workspace.leave(ask, stage.app.bot_user_id)
    await stage.settle()
    ben = stage.person("UBEN")

    await ben.command("/ask Where do we meet?", channel_id=ask)

    assert ben.messages(ask)[-1]["text"].startswith("There is no questions channel that I am in")
    assert await logged(stage) == []


async def test_a_private_questions_channel_is_not_for_those_outside(stage: Stage) -> None:
    board = await asked.channel(stage, "board", members=("UBEN",), is_private=True)
    await stage.import_files(("cba-2.toml", asked.edition_with_questions(board)))
    ben, dina = stage.person("UBEN"), stage.person("UDINA")

    await ben.command("/ask Where do we meet?")
    await dina.command("/ask Where do we eat?")
    await stage.settle()

    assert [one.asker_id for one in await logged(stage)] == ["UBEN"]
    assert dina.direct()[-1]["text"].startswith("There is no questions channel")


@pytest.mark.parametrize("typed", ["🤔", "???", ":::", "…\u200b"])
async def test_a_question_without_words_is_refused(stage: Stage, typed: str) -> None:
    await prepared(stage)
    ben = stage.person("UBEN")
    await ben.command("/ask")

    faults = await ben.submit({"question": typed})
    await ben.command(f"/ask {typed}")

    assert faults == {"question": "Please write your question in words."}
    assert ben.direct()[-1]["text"] == "Please write your question in words."
    assert await logged(stage) == []


async def test_a_question_that_is_too_long_is_refused(stage: Stage) -> None:
    await prepared(stage)
    ben = stage.person("UBEN")

    await ben.command("/ask Why? " + "so " * 4_000)

    assert ben.direct()[-1]["text"] == "This is longer than 10,000 characters. Please ask in fewer words."
    assert await logged(stage) == []


async def test_a_long_question_is_posted_whole(stage: Stage) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")
    await ben.command("/ask")

    faults = await ben.submit({"question": "Why? " + "so " * 900, "detail": "& <" * 900})
    await stage.settle()

    assert faults == {}
    (post,) = posts(stage, ask)
    assert sections(post)[0] == "❓ *Why?*"


async def test_buttons_of_somebody_else_do_nothing(stage: Stage) -> None:
    ask = await prepared(stage)
    made = await answered_before(stage, channel_id=ask)
    ben = stage.person("UBEN")
    await ben.command("/ask How do you get members to pay the fee on time?")
    await ben.press(ben.direct()[-1], "ask_anyway")
    pressed = stage.last("interactive", type="block_actions")
    await stage.settle()
    before = await logged(stage)

    action = pressed.payload["actions"][0]
    for value, action_id in (
        (action["value"], "ask_anyway"),
        (f"{action['value']}:{made.id}", "ask_answers_it"),
        (f"q:{before[-1].id}:{made.id}", "ask_answers_it"),
        (f"{before[-1].id}:UEVA", "ask_mention"),
        (str(before[-1].id), "ask_not_settled"),
    ):
        forged = {**action, "value": value, "action_id": action_id, "action_ts": "1.1"}
        payload = {**pressed.payload, "user": {"id": "UCLEO"}, "actions": [forged]}
        assert (await stage.sandbox.delivery.deliver(stage.app, "interactive", payload)).ok
    await stage.settle()

    assert await logged(stage) == before
