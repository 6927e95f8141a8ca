"""Thanks to those whose answers helped, and word to those whose merged questions are answered."""

import asyncio

from sandbox.patience import PATIENCE_S
from tests.scenarios import asked
from tests.scenarios.asked import question
from tests.scenarios.asking import ASK, answers, logged, open_questions_channel
from tests.scenarios.stage import Stage, everything, sections


def thanked(stage: Stage, user_id: str) -> list[list[str]]:
    """What somebody was thanked for, a list of lines a message."""
    return [
        sections(message)[1].splitlines()
        for message in stage.person(user_id).direct()
        if message["text"].startswith("💛")
    ]


async def test_who_answered_is_thanked_once_a_day_for_all_that_helped(stage: Stage) -> None:
    await open_questions_channel(stage)
    ben, cleo, eva = stage.person("UBEN"), stage.person("UCLEO"), stage.person("UEVA")
    for who, text in ((ben, "Who funds hydrogen?"), (cleo, "Where are budgets kept?"), (ben, "Who mentors?")):
        ts = await who.say(ASK, text)
        reply = await eva.say(ASK, f"I know: {text}", thread_ts=ts)
        await stage.settle()
        await who.react(ASK, reply, "white_check_mark")
        await stage.settle()
    await ben.unreact(ASK, reply, "white_check_mark")
    await stage.settle()
    at_once = thanked(stage, "UEVA")
    await stage.at("2023-06-12 14:00")  # 16:00 in Berlin
    first = thanked(stage, "UEVA")
    await ben.react(ASK, reply, "white_check_mark")
    await stage.at("2023-06-12 20:00")
    same_day = thanked(stage, "UEVA")
    await stage.at("2023-06-13 14:00")

    links = [f"<{one.permalink}|{one.title}>" for one in await logged(stage)]
    assert (at_once, same_day) == ([], first)
    assert first == [[f"• {links[0]}, asked by Ben Virta", f"• {links[1]}, asked by Cleo Matos"]]
    assert thanked(stage, "UEVA")[1:] == [[f"• {links[2]}, asked by Ben Virta"]]


async def test_thanks_wait_for_a_working_day_and_nobody_is_thanked_by_themselves(stage: Stage) -> None:
    await stage.at("2023-06-16 15:00")  # a Friday, 17:00 in Berlin
    await open_questions_channel(stage)
    ben, eva, ann = stage.person("UBEN"), stage.person("UEVA"), stage.person("UANN")
    ts = await ben.say(ASK, "Who funds hydrogen?")
    own = await ben.say(ASK, "The region does.", thread_ts=ts)
    await ben.react(ASK, own, "white_check_mark")
    other = await ben.say(ASK, "Who mentors?")
    hers = await ann.say(ASK, "We do.", thread_ts=other)
    await ann.react(ASK, hers, "white_check_mark")
    third = await ben.say(ASK, "Where are budgets kept?")
    await ben.react(ASK, await eva.say(ASK, "In the wiki.", thread_ts=third), "white_check_mark")
    await stage.settle()
    await stage.at("2023-06-18 15:00")
    on_sunday = thanked(stage, "UEVA")
    await stage.at("2023-06-19 14:00")

    assert on_sunday == []
    assert [len(lines) for lines in thanked(stage, "UEVA")] == [1]
    assert thanked(stage, "UBEN") == thanked(stage, "UANN") == []


async def test_an_earlier_answer_that_closes_a_new_question_is_thanked_for(stage: Stage) -> None:
    ask = await asked.channel(stage, "ask-alumni")
    await stage.import_files(("cba-2.toml", asked.edition_with_questions(ask)))
    earlier = await question(
        stage,
        "How do members pay their yearly fee?",
        channel_id=ask,
        answers=[("UEVA", "Invoice early")],
        accepted=1,
    )
    ben = stage.person("UBEN")
    await ben.command("/ask How do members pay their yearly fee?")
    await ben.press(ben.direct()[-1], "ask_answers_it")
    await stage.settle()

    await stage.at("2023-06-12 14:00")

    assert thanked(stage, "UEVA") == [
        [
            f"• <{earlier.permalink}|How do members pay their yearly fee?>, asked by Ben Virta "
            "(your answer to an earlier question)"
        ]
    ]


async def test_thanks_whose_answer_from_slack_is_lost_come_once_and_whole(stage: Stage) -> None:
    await open_questions_channel(stage)
    ben, eva = stage.person("UBEN"), stage.person("UEVA")
    for text in ("Who funds hydrogen?", "Who mentors?"):
        ts = await ben.say(ASK, text)
        await ben.react(ASK, await eva.say(ASK, "We do.", thread_ts=ts), "white_check_mark")
        await stage.settle()
    stage.sandbox.faults.add("server_error", method="chat.postMessage", times=1)

    stage.workspace.clock.move_to(asked.utc("2023-06-12 14:00"))
    async with asyncio.timeout(PATIENCE_S):
        while not stage.errors():
            await asyncio.sleep(0.01)
    await stage.at("2023-06-12 14:01")
    await stage.at("2023-06-12 14:02")

    assert [len(lines) for lines in thanked(stage, "UEVA")] == [2]
    stage.expected_errors = stage.errors()
    assert len(stage.expected_errors) == 1


async def test_whose_question_was_merged_hears_once_the_other_is_answered(stage: Stage) -> None:
    await open_questions_channel(stage)
    ben, cleo, eva, ann = (stage.person(one) for one in ("UBEN", "UCLEO", "UEVA", "UANN"))
    kept_ts = await ben.say(ASK, "Who funds a hydrogen valley?")
    await stage.settle()
    await cleo.say(ASK, "Money for the first year of hydrogen?")
    await stage.settle()
    kept, double = await logged(stage)
    await ann.command(f"/questions {double.title}")
    await ann.press(ann.direct()[-1], "questions_manage", value=str(double.id))
    await ann.press("modal", "questions_merge")
    assert await ann.submit({"other": str(kept.id)}) == {}
    await stage.at("2023-06-17 08:00")  # a Saturday

    reply = await eva.say(ASK, "The region does.", thread_ts=kept_ts)
    await ben.react(ASK, reply, "white_check_mark")
    await stage.settle()
    on_saturday = cleo.direct()[-1]["text"]
    await stage.at("2023-06-19 07:00")  # 08:00 in Lisbon
    told = cleo.direct()[-1]
    await ben.unreact(ASK, reply, "white_check_mark")
    await stage.settle()
    await ben.react(ASK, reply, "white_check_mark")
    await stage.at("2023-06-20 09:00")

    assert "There is an answer" not in on_saturday
    assert told["text"] == (
        "✅ There is an answer for you: you asked “Money for the first year of hydrogen?”, "
        "which is one with this question."
    )
    assert "> The region does.\n— Eva Lang, Sat 17 June 2023" in everything(told)
    assert cleo.direct()[-1] == told
    assert [one.author_id for one in await answers(stage, kept)] == ["UEVA"]
