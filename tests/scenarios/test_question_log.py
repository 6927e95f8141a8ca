"""The question log follows its channel: asked, answered, accepted, edited, deleted, taken out."""

import pytest

from bot.domain.ids import ChannelId, QuestionId
from bot.domain.questions import Answer, Question, QuestionState
from storage import channels, questions
from tests.scenarios.stage import EDITION, Stage, buttons, everything

ASK = "CASK"


async def open_questions_channel(stage: Stage, *, private: bool = False, channel_id: str = ASK) -> None:
    """A questions channel with everybody and the bot in it, named by the academy's file."""
    people = [user.id for user in stage.workspace.users.values() if not user.is_bot]
    stage.workspace.add_channel("ask-alumni", members=people, channel_id=channel_id, private=private)
    stage.workspace.join(channel_id, stage.app.bot_user_id)
    await stage.settle()
    await name_questions_channels(stage, channel_id)
    await stage.settle()


async def name_questions_channels(stage: Stage, *channel_ids: str) -> None:
    """The academy's file names these channels as those in which messages are questions."""
    named = ", ".join(f'"{one}"' for one in channel_ids)
    edition = EDITION.replace('organisers = ["UANN"]', f'organisers = ["UANN"]\nquestions = [{named}]')
    await stage.import_files(("cba-2.toml", edition))


@pytest.fixture
async def asking(stage: Stage) -> Stage:
    """The stage with a questions channel."""
    await open_questions_channel(stage)
    return stage


async def logged(stage: Stage) -> list[Question]:
    """Every question of the log."""
    async with stage.bot.db.reading() as work:
        ids = [QuestionId(number) for number in range(1, 50)]
        return await questions.questions(work, team_id=stage.team_id, question_ids=ids)


async def answers(stage: Stage, question: Question) -> list[Answer]:
    """A question's answers."""
    async with stage.bot.db.reading() as work:
        return await questions.answers(work, team_id=stage.team_id, question_ids=[question.id])


async def test_a_message_in_the_questions_channel_is_a_question_and_its_replies_are_answers(
    asking: Stage,
) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")

    ts = await ben.say(ASK, "How do you keep members engaged?")
    reply = await eva.say(ASK, "We call each of them twice a year.", thread_ts=ts)
    await asking.settle()

    (question,) = await logged(asking)
    assert (question.title, question.asker_id, question.ts) == (
        "How do you keep members engaged?",
        "UBEN",
        ts,
    )
    assert question.permalink.endswith(f"/archives/{ASK}/p{ts.replace('.', '')}")
    assert [(one.author_id, one.text, one.ts) for one in await answers(asking, question)] == [
        ("UEVA", "We call each of them twice a year.", reply)
    ]


async def test_a_check_mark_by_the_asker_accepts_and_the_message_shows_it(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members engaged?")
    reply = await eva.say(ASK, "We call each of them twice a year.", thread_ts=ts)
    await asking.settle()

    await ben.react(ASK, reply, "white_check_mark")
    await asking.settle()

    (question,) = await logged(asking)
    assert question.state is QuestionState.ANSWERED
    root = asking.workspace.message(ASK, ts)
    assert root["reactions"] == [{"name": "white_check_mark", "users": [asking.app.bot_user_id], "count": 1}]
    told = asking.workspace.channels[ASK].messages[-1]
    assert told["thread_ts"] == ts
    assert "Answered by <@UEVA>: We call each of them twice a year." in everything(told)
    assert [one.author_id for one in await answers(asking, question)] == ["UEVA"]


async def test_the_check_mark_taken_away_opens_the_question_again(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members engaged?")
    reply = await eva.say(ASK, "We call each of them twice a year.", thread_ts=ts)
    await asking.settle()
    await ben.react(ASK, reply, "white_check_mark")
    await asking.settle()

    await ben.unreact(ASK, reply, "white_check_mark")
    await asking.settle()

    (question,) = await logged(asking)
    assert (question.state, question.accepted_answer_id) == (QuestionState.OPEN, None)
    assert "reactions" not in asking.workspace.message(ASK, ts)
    assert "open again" in everything(asking.workspace.channels[ASK].messages[-1])


async def test_not_a_question_takes_it_out_within_ten_minutes(asking: Stage) -> None:
    ben = asking.person("UBEN")
    await ben.say(ASK, "Good morning everybody")
    await asking.settle()
    whisper = await ben.saw(ASK, "Is it a question?")
    assert [label for label, _ in buttons(whisper)] == ["Not a question"]

    await ben.press(whisper, "question_not_one", channel_id=ASK)
    await asking.settle()

    assert [one.state for one in await logged(asking)] == [QuestionState.REMOVED]
    assert asking.person("UEVA").messages(ASK)[-1].get("is_ephemeral") is None
    await ben.saw(ASK, "Taken out of the question log")


async def test_what_happened_while_the_bot_was_away_is_caught_up(asking: Stage) -> None:
    ben, eva, ann = asking.person("UBEN"), asking.person("UEVA"), asking.person("UANN")
    kept = await ben.say(ASK, "How do you keep members engaged?")
    await asking.settle()
    lost = await ben.say(ASK, "Does anybody have a budget template?")
    await asking.settle()
    await asking.bot.stop()

    reply = await eva.say(ASK, "We call each of them twice a year.", thread_ts=kept)
    await ann.react(ASK, reply, "white_check_mark")
    await ben.edit(ASK, kept, "How do you keep your members engaged?")
    await ben.delete(ASK, lost)
    await eva.say(ASK, "Who runs a mentoring programme?")
    await asking.sandbox.quiet()
    asking.expected_errors = ["dispatch_failed"] * 5  # nobody there to hear of the five
    await asking.restart()
    await asking.settle()

    found = await logged(asking)
    assert [(one.title, one.state) for one in found] == [
        ("How do you keep your members engaged?", QuestionState.ANSWERED),
        ("Does anybody have a budget template?", QuestionState.REMOVED),
        ("Who runs a mentoring programme?", QuestionState.OPEN),
    ]


async def test_joining_a_channel_reads_what_was_said_before(stage: Stage) -> None:
    people = [user.id for user in stage.workspace.users.values() if not user.is_bot]
    stage.workspace.add_channel("ask-alumni", members=people, channel_id=ASK)
    ben, eva = stage.person("UBEN"), stage.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members engaged?")
    await eva.say(ASK, "We call each of them twice a year.", thread_ts=ts)
    await name_questions_channels(stage, ASK)
    await stage.settle()
    assert await logged(stage) == []

    stage.workspace.join(ASK, stage.app.bot_user_id)
    await stage.settle()

    (question,) = await logged(stage)
    assert [one.author_id for one in await answers(stage, question)] == ["UEVA"]
    async with stage.bot.db.reading() as work:
        sight = await channels.sight(work, team_id=stage.team_id, user_id=ben.user_id)
    assert ChannelId(ASK) in sight.channels
