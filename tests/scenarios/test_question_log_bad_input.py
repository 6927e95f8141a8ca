"""The question log and what goes wrong with it: events twice and out of order, odd messages, strangers."""

from copy import deepcopy
from typing import Any

import pytest

from bot.domain.ids import ChannelId
from bot.domain.members import Actor
from bot.domain.questions import LONGEST_TITLE, QuestionState
from bot.domain.refusals import Refused
from bot.services.questions import log, settling
from sandbox.delivered import Ack
from storage import outbox
from tests.scenarios.asking import ASK, answers, logged, name_questions_channels, open_questions_channel
from tests.scenarios.stage import Stage, everything


@pytest.fixture
async def asking(stage: Stage) -> Stage:
    """The stage with a questions channel."""
    await open_questions_channel(stage)
    return stage


async def tell(stage: Stage, event_id: str, **event: Any) -> Ack:
    """Deliver an event as Slack does, whatever the workspace is like."""
    payload = deepcopy(stage.last("events_api", type="event_callback").payload)
    stamp = {"channel": ASK, "channel_type": "channel", "event_ts": event.get("ts", "1686556800.000900")}
    payload |= {"event_id": event_id, "event": {"type": "message", **stamp, **event}}
    return await stage.sandbox.delivery.deliver(stage.app, "events_api", payload)


async def test_the_same_events_four_times_across_a_restart_have_one_effect(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    reply = await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()
    await ben.edit(ASK, ts, "How do you keep your members?")
    await ben.react(ASK, reply, "white_check_mark")
    await asking.settle()
    events = [one.event_id for one in asking.sandbox.delivery.log if one.event_id]
    posted = len(asking.workspace.channels[ASK].messages)

    acks = [await asking.sandbox.delivery.redeliver(event_id) for event_id in events for _ in range(2)]
    await asking.restart()
    acks += [await asking.sandbox.delivery.redeliver(event_id) for event_id in events]
    await asking.settle()

    assert all(ack.ok for ack in acks)
    (question,) = await logged(asking)
    assert (question.title, question.state) == ("How do you keep your members?", QuestionState.ANSWERED)
    assert [one.text for one in await answers(asking, question)] == ["We call them."]
    assert len(asking.workspace.channels[ASK].messages) == posted


async def test_an_answer_that_comes_before_its_question_brings_both(stage: Stage) -> None:
    people = [user.id for user in stage.workspace.users.values() if not user.is_bot]
    stage.workspace.add_channel("ask-alumni", members=people, channel_id=ASK)
    stage.workspace.join(ASK, stage.app.bot_user_id)
    await stage.settle()
    ts = await stage.person("UBEN").say(ASK, "How do you keep members?")
    await stage.sandbox.quiet()
    await name_questions_channels(stage, ASK)

    await stage.person("UEVA").say(ASK, "We call them.", thread_ts=ts)
    await stage.sandbox.quiet()

    (question,) = await logged(stage)
    assert question.title == "How do you keep members?"
    assert [one.text for one in await answers(stage, question)] == ["We call them."]


async def test_a_check_mark_that_comes_before_its_answer_accepts_it(stage: Stage) -> None:
    people = [user.id for user in stage.workspace.users.values() if not user.is_bot]
    stage.workspace.add_channel("ask-alumni", members=people, channel_id=ASK)
    stage.workspace.join(ASK, stage.app.bot_user_id)
    await stage.settle()
    ts = await stage.person("UBEN").say(ASK, "How do you keep members?")
    reply = await stage.person("UEVA").say(ASK, "We call them.", thread_ts=ts)
    await stage.sandbox.quiet()
    await name_questions_channels(stage, ASK)

    await stage.person("UBEN").react(ASK, reply, "white_check_mark")
    await stage.sandbox.quiet()

    (question,) = await logged(stage)
    assert question.state is QuestionState.ANSWERED


async def test_an_edit_after_a_deletion_is_ignored(asking: Stage) -> None:
    ben = asking.person("UBEN")
    ts = await ben.say(ASK, "How do you keep members?")
    await asking.settle()
    await ben.delete(ASK, ts)
    await asking.settle()

    edited = {
        "type": "message",
        "user": "UBEN",
        "text": "Changed?",
        "ts": ts,
        "edited": {"ts": "1999999999.0"},
    }
    ack = await tell(asking, "EvLATE", subtype="message_changed", message=edited, ts="1999999999.000100")

    assert ack.ok
    assert [(one.title, one.state) for one in await logged(asking)] == [
        ("How do you keep members?", QuestionState.REMOVED)
    ]


async def test_a_message_that_comes_after_its_deletion_is_not_logged(asking: Stage) -> None:
    ts = "1686556000.000100"
    await asking.person("UBEN").say("CGENERAL", "Only so that there is an event")
    deleted = {"subtype": "message_deleted", "deleted_ts": ts, "ts": "1686556001.000100"}

    first = await tell(asking, "EvDEL", **deleted)
    second = await tell(asking, "EvSAID", user="UBEN", text="How do you keep members?", ts=ts)

    assert first.ok
    assert second.ok
    assert await logged(asking) == []


async def test_an_older_edit_that_comes_after_a_newer_one_is_ignored(asking: Stage) -> None:
    ben = asking.person("UBEN")
    ts = await ben.say(ASK, "One?")
    await asking.settle()
    await ben.edit(ASK, ts, "Three?")
    await asking.settle()

    edited = {"type": "message", "user": "UBEN", "text": "Two?", "ts": ts, "edited": {"ts": ts}}
    ack = await tell(asking, "EvOLD", subtype="message_changed", message=edited, ts="1686556999.000100")

    assert ack.ok
    assert [one.title for one in await logged(asking)] == ["Three?"]


async def test_a_check_mark_given_after_it_was_taken_away_is_ignored(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    reply = await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()
    await ben.react(ASK, reply, "white_check_mark")
    await asking.settle()
    await ben.unreact(ASK, reply, "white_check_mark")
    await asking.settle()

    given = {"user": "UBEN", "reaction": "white_check_mark", "item_user": "UEVA", "ts": ts}
    item = {"type": "message", "channel": ASK, "ts": reply}
    ack = await tell(asking, "EvLATE", **{**given, "type": "reaction_added", "item": item, "event_ts": ts})

    assert ack.ok
    assert [one.state for one in await logged(asking)] == [QuestionState.OPEN]


async def test_a_reply_in_a_thread_whose_root_is_gone_is_left_alone(asking: Stage) -> None:
    await asking.person("UBEN").say(ASK, "How do you keep members?")
    await asking.settle()
    asking.expected_errors = ["conversations.replies: thread_not_found"]

    ack = await tell(
        asking, "EvREPLY", user="UEVA", text="We call.", ts="1686556800.000900", thread_ts="1600000000.000100"
    )

    assert ack.ok
    (question,) = await logged(asking)
    assert await answers(asking, question) == []


async def test_the_root_of_a_thread_that_slack_leaves_as_a_tombstone_is_taken_out(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()

    tombstone = {"user": "USLACKBOT", "subtype": "tombstone", "text": "This message was deleted.", "ts": ts}
    await tell(asking, "EvTOMB", subtype="message_changed", message=tombstone, ts="1686556999.000100")
    late = await tell(asking, "EvREPLY", user="UEVA", text="Late", ts="1686556999.000200", thread_ts=ts)

    assert late.ok
    assert [one.state for one in await logged(asking)] == [QuestionState.REMOVED]


async def test_a_message_of_40_000_characters_is_kept_whole_under_a_short_title(asking: Stage) -> None:
    text = ("Background that nobody needs. " * 1_400)[:39_970] + "How do you keep members?"
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, text)
    reply = await eva.say(ASK, "word " * 7_999, thread_ts=ts)
    await asking.settle()
    await ben.react(ASK, reply, "white_check_mark")
    await asking.settle()

    (question,) = await logged(asking)
    assert len(question.title) <= LONGEST_TITLE
    assert question.detail == text
    (answer,) = await answers(asking, question)
    assert len(answer.text) > 39_000
    assert "Answered by <@UEVA>: word word" in everything(asking.workspace.channels[ASK].messages[-1])


async def test_a_message_of_only_an_image_or_only_an_emoji_is_logged_by_what_it_shows(asking: Stage) -> None:
    ben = asking.person("UBEN")

    await ben.say(ASK, "", files=[("screenshot.png", b"\x89PNG")])
    await asking.settle()
    await ben.say(ASK, ":thinking_face:")
    await asking.settle()

    assert [(one.title, one.detail) for one in await logged(asking)] == [
        ("screenshot.png", ""),
        (":thinking_face:", ""),
    ]
    await ben.saw(ASK, "Is it a question?")


async def test_a_message_that_says_nothing_is_not_logged(asking: Stage) -> None:
    await asking.person("UBEN").say(ASK, "How?")
    await asking.settle()

    ack = await tell(asking, "EvEMPTY", user="UEVA", text=" \n ", ts="1686556999.000100")

    assert ack.ok
    assert [one.title for one in await logged(asking)] == ["How?"]


async def test_a_check_mark_by_a_stranger_changes_nothing_and_one_by_an_organiser_accepts(
    asking: Stage,
) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    reply = await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()

    await eva.react(ASK, reply, "white_check_mark")
    await asking.person("UGUS").react(ASK, reply, "white_check_mark")
    await asking.settle()
    by_strangers = [one.state for one in await logged(asking)]
    await asking.person("UANN").react(ASK, reply, "white_check_mark")
    await asking.settle()

    assert by_strangers == [QuestionState.OPEN]
    assert [one.state for one in await logged(asking)] == [QuestionState.ANSWERED]


async def test_a_stranger_is_told_that_the_shortcut_is_not_for_them(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    reply = await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()

    await eva.message_shortcut("accept_answer", ASK, reply)

    await eva.saw(ASK, "Only the one who asked, or an organiser, can do this.")
    assert [one.state for one in await logged(asking)] == [QuestionState.OPEN]


async def test_accepting_one_s_own_answer_is_allowed_and_said(asking: Stage) -> None:
    ben = asking.person("UBEN")
    ts = await ben.say(ASK, "How do you keep members?")
    reply = await ben.say(ASK, "Found it: we call them.", thread_ts=ts)
    await asking.settle()

    await ben.message_shortcut("accept_answer", ASK, reply)
    await ben.saw(ASK, "You accepted your own answer.")
    await asking.settle()

    told = everything(asking.workspace.channels[ASK].messages[-1])
    assert "Answered by <@UBEN>, who asked it: Found it: we call them." in told


async def test_the_shortcuts_refuse_what_is_no_question_and_no_answer(asking: Stage) -> None:
    ben, workspace = asking.person("UBEN"), asking.workspace
    workspace.join("CGENERAL", asking.app.bot_user_id)
    root = await ben.say("CGENERAL", "Good morning")
    reply = await ben.say("CGENERAL", "Good morning to you", thread_ts=root)
    direct = await ben.say(workspace.direct("UBEN", "UEVA").id, "Psst, who knows?")
    app_message = workspace.post("CGENERAL", {"user": "UBEN", "text": "Beep?", "bot_id": "B1"})
    await asking.settle()

    for shortcut, channel_id, ts, refusal in (
        ("accept_answer", "CGENERAL", reply, "This is no answer to a question of the log."),
        ("log_question", "CGENERAL", reply, "This is a reply."),
        ("log_question", workspace.direct("UBEN", "UEVA").id, direct, "Direct messages are not logged."),
        ("log_question", "CGENERAL", str(app_message["ts"]), "Only what a person wrote"),
    ):
        await ben.message_shortcut(shortcut, channel_id, ts)
        await ben.saw(channel_id, refusal)

    assert await logged(asking) == []


async def test_not_a_question_is_refused_after_ten_minutes(asking: Stage) -> None:
    ben = asking.person("UBEN")
    await ben.say(ASK, "Good morning")
    await asking.settle()
    whisper = await ben.saw(ASK, "Not a question")
    await asking.at("2023-06-12 08:11")

    await ben.press(whisper, "question_not_one", channel_id=ASK)

    await ben.saw(ASK, "within ten minutes only")
    assert [one.state for one in await logged(asking)] == [QuestionState.OPEN]


async def test_a_channel_that_the_bot_was_removed_from_is_left_alone(asking: Stage) -> None:
    ben, eva = asking.person("UBEN"), asking.person("UEVA")
    ts = await ben.say(ASK, "How do you keep members?")
    await eva.say(ASK, "We call them.", thread_ts=ts)
    await asking.settle()
    asking.workspace.leave(ASK, asking.app.bot_user_id)
    await asking.settle()
    (question,) = await logged(asking)
    asker = Actor(team_id=asking.team_id, user_id=question.asker_id, name="Ben", tz="", is_organiser=False)
    now = asking.workspace.clock.now()

    settled = await settling.accept(
        asking.bot.db, team_id=asking.team_id, question_id=question.id, answer_id=1, by=asker, now=now
    )
    await asking.settle()
    await asking.restart()
    await asking.settle()

    assert settled.state is QuestionState.ANSWERED
    async with asking.bot.db.reading() as work:
        rows = await outbox.rows(work, team_id=asking.team_id, recipient=ASK)
        with pytest.raises(Refused, match="no questions channel that I can post in"):
            await log.questions_channel(work, team_id=asking.team_id)
    assert {row.state for row in rows if row.kind in (settling.MARK, settling.ANSWERED)} == {"dropped"}
    assert [one["text"] for one in asking.workspace.channels[ChannelId(ASK)].messages] == [
        "How do you keep members?",
        "We call them.",
    ]
