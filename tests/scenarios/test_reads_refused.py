"""Slack refuses, as asked too often, what a handler has to know: an event comes again, a person is told."""

from sandbox.delivered import Delivered
from tests.scenarios.asking import answers, logged
from tests.scenarios.stage import Stage

CHANNEL = "CGENERAL"


async def test_an_event_is_taken_once_slack_says_what_it_refused_to_say_at_first(stage: Stage) -> None:
    ben, eva = stage.person("UBEN"), stage.person("UEVA")
    stage.workspace.join(CHANNEL, stage.app.bot_user_id)
    ts = await ben.say(CHANNEL, "Who has a template for statutes?")
    await eva.say(CHANNEL, "I have one.", thread_ts=ts)
    await stage.settle()
    stage.sandbox.faults.add("ratelimited", method="conversations.replies", times=1, retry_after_s=30)
    delivery = stage.sandbox.delivery
    patient_s, delivery.ack_within_s = delivery.ack_within_s, 0.3

    def be_patient_again(one: Delivered) -> None:
        if one.acks:
            delivery.ack_within_s = patient_s

    delivery.on_logged.append(be_patient_again)

    await ben.react(CHANNEL, ts, "question")
    await stage.settle()

    (question,) = await logged(stage)
    said = [one.text for one in await answers(stage, question)]
    event = next(one for one in reversed(delivery.log) if "reaction" in one.payload["event"])
    assert (question.title, said) == ("Who has a template for statutes?", ["I have one."])
    assert [ack.ok for ack in event.acks] == [False, True]
    stage.expected_errors += ["conversations.replies: ratelimited", "operation_timeout"]


async def test_who_uses_a_shortcut_is_told_and_succeeds_when_they_try_again(stage: Stage) -> None:
    ben = stage.person("UBEN")
    stage.workspace.join(CHANNEL, stage.app.bot_user_id)
    ts = await ben.say(CHANNEL, "Who has a template for statutes?")
    await stage.settle()
    stage.sandbox.faults.add("ratelimited", method="conversations.replies", times=1, retry_after_s=30)

    await ben.message_shortcut("log_question", CHANNEL, ts)
    told = await ben.saw(CHANNEL, "something went wrong")
    before = await logged(stage)
    await ben.message_shortcut("log_question", CHANNEL, ts)
    await stage.settle()

    assert "Please try again" in told["text"]
    assert before == []
    assert [one.title for one in await logged(stage)] == ["Who has a template for statutes?"]
    stage.expected_errors += ["conversations.replies: ratelimited"]
