"""The question log follows its channel: asked, answered, accepted, edited, deleted, taken out."""

from dataclasses import replace

import pytest

from bot.domain.ids import ChannelId, UserId
from bot.domain.members import Actor
from bot.domain.questions import QuestionState
from bot.services.questions import settling
from storage import channels, questions
from tests.scenarios.asking import ASK, answers, logged, name_questions_channels, open_questions_channel
from tests.scenarios.stage import Stage, buttons, everything


@pytest.fixture
async def asking(stage: Stage) -> Stage:
    """The stage with a questions channel."""
    await open_questions_channel(stage)
    return stage


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


async def test_a_check_mark_taken_away_while_the_bot_was_away_opens_the_question_again(asking: Stage) -> None:
    ben, eva, ann = asking.person("UBEN"), asking.person("UEVA"), asking.person("UANN")
    replies = []
    for text in ("Who funds hydrogen?", "Who runs a mentoring programme?", "Where are budgets kept?"):
        ts = await ben.say(ASK, text)
        replies.append(await eva.say(ASK, f"I know: {text}", thread_ts=ts))
        await asking.settle()
    unchecked, kept, otherwise = replies
    for reply in (unchecked, kept, otherwise):
        await ben.react(ASK, reply, "white_check_mark")
    await ann.react(ASK, kept, "white_check_mark")
    await ben.unreact(ASK, otherwise, "white_check_mark")
    await asking.settle()
    await ben.message_shortcut("accept_answer", ASK, otherwise)
    await asking.at("2023-06-28 08:00")
    await asking.bot.stop()

    await ben.unreact(ASK, unchecked, "white_check_mark")
    await ben.unreact(ASK, kept, "white_check_mark")
    await asking.sandbox.quiet()
    asking.expected_errors = ["dispatch_failed"] * 2  # nobody there to hear of it
    await asking.restart()
    await asking.settle()

    assert [one.state for one in await logged(asking)] == [
        QuestionState.OPEN,
        QuestionState.ANSWERED,  # an organiser's mark is still there
        QuestionState.ANSWERED,  # it was accepted otherwise
    ]


async def test_what_was_accepted_long_before_the_bot_came_is_told_to_nobody(stage: Stage) -> None:
    people = [user.id for user in stage.workspace.users.values() if not user.is_bot]
    stage.workspace.add_channel("ask-alumni", members=people, channel_id=ASK)
    ben, eva = stage.person("UBEN"), stage.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members engaged?")
    reply = await eva.say(ASK, "We call each of them twice a year.", thread_ts=ts)
    await ben.react(ASK, reply, "white_check_mark")
    await name_questions_channels(stage, ASK)
    await stage.at("2023-07-03 08:00")

    stage.workspace.join(ASK, stage.app.bot_user_id)
    await stage.settle()
    await stage.at("2023-07-04 15:00")

    (question,) = await logged(stage)
    assert question.state is QuestionState.ANSWERED
    assert question.answered_at == (await answers(stage, question))[0].answered_at
    assert [one["user"] for one in stage.workspace.channels[ASK].messages if "subtype" not in one] == [
        "UBEN",
        "UEVA",
    ]
    assert await stage.queued("question.thanks") == []


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
        sight = await channels.sight(work, team_id=stage.team_id, user_id=UserId("UBEN"))
    assert ChannelId(ASK) in sight.channels


async def test_an_edit_is_followed_and_a_title_by_an_organiser_stays(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you kepe members?")
    reply = await eva.say(ASK, "We cal them.", thread_ts=ts)
    await asking.settle()

    await ben.edit(ASK, ts, "How do you keep members?")
    await eva.edit(ASK, reply, "We call them.")
    await asking.settle()
    (followed,) = await logged(asking)
    async with asking.bot.db.writing() as work:
        await questions.change_question(work, replace(followed, title="Keeping members"))
    await ben.edit(ASK, ts, "How do you keep your members?")
    await asking.settle()
    await asking.restart()
    await asking.settle()
    (retitled,) = await logged(asking)

    assert followed.title == "How do you keep members?"
    assert [one.text for one in await answers(asking, followed)] == ["We call them."]
    assert retitled.title == "Keeping members"


async def test_a_check_mark_that_had_its_effect_does_not_close_the_question_again(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    reply = await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()
    await ben.react(ASK, reply, "white_check_mark")
    await asking.settle()
    (question,) = await logged(asking)
    ann = Actor(team_id=asking.team_id, user_id=UserId("UANN"), name="Ann", tz="", is_organiser=True)
    now = asking.workspace.clock.now()
    await settling.reopen(asking.bot.db, team_id=asking.team_id, question_id=question.id, by=ann, now=now)

    await asking.restart()
    await asking.settle()

    assert [one.state for one in await logged(asking)] == [QuestionState.OPEN]


async def test_an_accepted_answer_can_be_replaced_and_one_reply_tells_of_it(asking: Stage) -> None:
    ben, eva, gus = asking.person("UBEN"), asking.person("UEVA"), asking.person("UGUS")
    ts = await ben.say(ASK, "How do you keep members?")
    await asking.settle()
    first = await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()
    second = await gus.say(ASK, "We ask them to dinner.", thread_ts=ts)
    await asking.settle()

    await ben.react(ASK, first, "white_check_mark")
    await asking.settle()
    await ben.react(ASK, second, "white_check_mark")
    await asking.settle()

    told = [one for one in asking.workspace.channels[ASK].messages if one.get("bot_id")]
    assert len(told) == 1
    assert "Answered by <@UGUS>: We ask them to dinner." in everything(told[0])


async def test_deleting_the_accepted_answer_opens_the_question_and_deleting_the_question_takes_it_out(
    asking: Stage,
) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    reply = await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()
    await ben.react(ASK, reply, "white_check_mark")
    await asking.settle()

    await eva.delete(ASK, reply)
    await asking.settle()
    (reopened,) = await logged(asking)
    await ben.delete(ASK, ts)
    await asking.settle()
    (removed,) = await logged(asking)

    assert (reopened.state, await answers(asking, reopened)) == (QuestionState.OPEN, [])
    assert removed.state is QuestionState.REMOVED


async def test_a_reply_sent_to_the_channel_as_well_is_an_answer_and_no_question(asking: Stage) -> None:
    ts = await asking.person("UBEN").say(ASK, "How do you keep members?")
    await asking.settle()
    asking.workspace.post(
        ASK, {"user": "UEVA", "text": "We call them.", "thread_ts": ts, "subtype": "thread_broadcast"}
    )
    await asking.settle()

    (question,) = await logged(asking)
    assert [one.text for one in await answers(asking, question)] == ["We call them."]


async def test_apps_joins_notes_and_the_bot_itself_are_never_logged(asking: Stage) -> None:
    workspace = asking.workspace
    robot = workspace.add_user("robot", user_id="UROBOT", real_name="Robot", is_bot=True)
    workspace.post(ASK, {"user": robot.id, "text": "Beep?", "bot_id": "BROBOT"})
    workspace.post(ASK, {"user": "UBEN", "text": "<@UBEN> has joined the channel", "subtype": "channel_join"})
    workspace.describe(ASK, user_id="UBEN", topic="Questions?")
    workspace.post(ASK, {"subtype": "bot_message", "bot_id": "B1", "text": "Who?", "username": "hook"})
    await asking.bot.client.chat_postMessage(channel=ASK, text="Does anyone read me?")

    await asking.settle()

    assert await logged(asking) == []


async def test_file_names_are_logged(asking: Stage) -> None:
    await asking.person("UBEN").say(ASK, "Is this budget sound?", files=[("budget.xlsx", b"1")])
    await asking.settle()

    assert [(one.title, one.detail) for one in await logged(asking)] == [
        ("Is this budget sound?", "budget.xlsx")
    ]


async def test_elsewhere_its_author_s_question_mark_makes_a_message_a_question(stage: Stage) -> None:
    ben, eva = stage.person("UBEN"), stage.person("UEVA")
    stage.workspace.join("CGENERAL", stage.app.bot_user_id)
    ts = await ben.say("CGENERAL", "Who has a template for statutes?")
    other = await ben.say("CGENERAL", "Nice weather")
    await eva.say("CGENERAL", "I have one.", thread_ts=ts)
    await stage.settle()

    await eva.react("CGENERAL", other, "question")
    await ben.react("CGENERAL", ts, "question")
    await stage.settle()

    (question,) = await logged(stage)
    assert question.title == "Who has a template for statutes?"
    assert [one.text for one in await answers(stage, question)] == ["I have one."]


async def test_what_was_taken_out_comes_back_with_a_question_mark(asking: Stage) -> None:
    ben = asking.person("UBEN")
    ts = await ben.say(ASK, "Statutes, anybody")
    await asking.settle()
    await ben.press(await ben.saw(ASK, "Not a question"), "question_not_one", channel_id=ASK)
    await asking.settle()

    await ben.react(ASK, ts, "question")
    await asking.settle()

    assert [one.state for one in await logged(asking)] == [QuestionState.OPEN]


async def test_the_shortcuts_log_a_message_and_accept_an_answer(stage: Stage) -> None:
    ben, eva, gus = stage.person("UBEN"), stage.person("UEVA"), stage.person("UGUS")
    stage.workspace.join("CGENERAL", stage.app.bot_user_id)
    ts = await ben.say("CGENERAL", "Who has a template for statutes?")
    reply = await eva.say("CGENERAL", "I have one.", thread_ts=ts)
    await stage.settle()

    await gus.message_shortcut("log_question", "CGENERAL", ts)
    await gus.saw("CGENERAL", "In the question log")
    await gus.message_shortcut("log_question", "CGENERAL", ts)
    await gus.saw("CGENERAL", "in the question log already")
    await ben.message_shortcut("accept_answer", "CGENERAL", reply)
    await ben.saw("CGENERAL", "Accepted")
    await stage.settle()

    (question,) = await logged(stage)
    assert (question.asker_id, question.state) == ("UBEN", QuestionState.ANSWERED)


async def test_a_public_message_where_the_bot_is_not_is_logged_and_that_is_said(stage: Stage) -> None:
    ben = stage.person("UBEN")
    ts = await ben.say("CGENERAL", "Who has a template for statutes?")

    await ben.message_shortcut("log_question", "CGENERAL", ts)

    await ben.saw("CGENERAL", "I am not in this channel")
    assert [one.title for one in await logged(stage)] == ["Who has a template for statutes?"]


async def test_a_private_message_where_the_bot_is_not_is_not_logged(stage: Stage) -> None:
    ben = stage.person("UBEN")
    stage.workspace.add_channel("board", members=["UBEN"], channel_id="CBOARD", private=True)
    ts = await ben.say("CBOARD", "Who has a template for statutes?")
    stage.expected_errors = ["conversations.info: channel_not_found"]

    await ben.message_shortcut("log_question", "CBOARD", ts)

    await ben.saw("CBOARD", "Invite me first")
    assert await logged(stage) == []


async def test_only_members_now_see_a_private_channel_s_questions(stage: Stage) -> None:
    await open_questions_channel(stage, private=True)
    workspace, bot = stage.workspace, stage.app.bot_user_id
    workspace.leave(ASK, "UGUS")
    await stage.settle()

    async def who_sees() -> list[str]:
        async with stage.bot.db.reading() as work:
            people = [user for user in sorted(workspace.users) if user != bot]
            return [
                user_id
                for user_id in people
                if ASK
                in (await channels.sight(work, team_id=stage.team_id, user_id=UserId(user_id))).channels
            ]

    before = await who_sees()
    workspace.join(ASK, "UGUS")
    workspace.leave(ASK, "UBEN")
    await stage.settle()
    after = await who_sees()
    workspace.leave(ASK, bot)
    await stage.settle()

    assert "UGUS" not in before
    assert "UBEN" in before
    assert "UGUS" in after
    assert "UBEN" not in after
    assert await who_sees() == []


async def test_a_channel_that_is_renamed_archived_or_made_private_is_followed(asking: Stage) -> None:
    async def known() -> tuple[str, bool, bool]:
        async with asking.bot.db.reading() as work:
            found = await channels.channel(work, team_id=asking.team_id, channel_id=ChannelId(ASK))
        assert found is not None
        return found.name, found.is_private, found.is_archived

    asking.workspace.rename(ASK, "ask-us", user_id="UANN")
    await asking.settle()
    assert await known() == ("ask-us", False, False)
    asking.workspace.channels[ASK].kind = "private"
    asking.workspace.post(
        ASK, {"user": "UANN", "subtype": "channel_convert_to_private", "text": "made this channel private"}
    )
    await asking.settle()
    assert await known() == ("ask-us", True, False)
    asking.workspace.archive(ASK, "UANN")
    await asking.settle()
    assert await known() == ("ask-us", True, True)
    asking.workspace.archive(ASK, "UANN", archived=False)
    await asking.settle()
    assert await known() == ("ask-us", True, False)


async def test_a_channel_made_private_or_deleted_while_the_bot_was_away_is_out_of_sight(
    asking: Stage,
) -> None:
    await asking.person("UBEN").say(ASK, "How do you keep members?")
    await asking.settle()
    await asking.bot.stop()
    asking.workspace.channels[ASK].kind = "private"
    asking.workspace.channels[ASK].members.remove(asking.app.bot_user_id)

    await asking.restart()
    await asking.settle()

    async with asking.bot.db.reading() as work:
        found = await channels.channel(work, team_id=asking.team_id, channel_id=ChannelId(ASK))
        members = await channels.members_of(work, team_id=asking.team_id, channel_id=ChannelId(ASK))
    assert found is not None
    assert (found.is_private, members) == (True, frozenset())


async def test_somebody_who_left_is_named_and_not_mentioned(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    reply = await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()
    asking.workspace.change_user("UEVA", deleted=True)
    await asking.settle()

    await ben.react(ASK, reply, "white_check_mark")
    await asking.settle()

    assert "Answered by Eva Lang: We call them." in everything(asking.workspace.channels[ASK].messages[-1])


async def test_a_long_channel_is_read_whole_and_organisers_are_told_how_far_it_is(stage: Stage) -> None:
    people = [user.id for user in stage.workspace.users.values() if not user.is_bot]
    stage.workspace.add_channel("ask-alumni", members=people, channel_id=ASK)
    for number in range(1_050):
        said = {"text": "joined", "subtype": "channel_join"}
        if number % 50 == 0:
            said = {"text": f"Who knows {number}?"}
        stage.workspace.post(ASK, {"user": "UBEN", **said})
    await name_questions_channels(stage, ASK)

    stage.workspace.join(ASK, stage.app.bot_user_id)
    await stage.settle()

    assert len(await logged(stage)) == 21
    told = [one for one in stage.person("UANN").direct() if "what was said in" in str(one["text"])]
    assert [one["text"] for one in told] == [
        "✅ I have read what was said in <#CASK>: 1050 messages, 21 questions new in the log."
    ]
