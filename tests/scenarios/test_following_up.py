"""Who may know, following up and the digest, through the whole bot and over the days."""

from typing import Any

from bot.domain.ids import ChannelId
from bot.domain.questions import QuestionState
from sandbox.person import Person
from tests.scenarios import asked
from tests.scenarios.asked import question
from tests.scenarios.stage import Stage, buttons, everything, sections
from tests.scenarios.test_asking import logged, posts, prepared

KINDS = ("question.unanswered", "question.settled")
HYDROGEN = "Who funds a hydrogen valley in its first year?"


def thread(stage: Stage, channel_id: ChannelId, ts: str) -> list[str]:
    """What the bot said in a thread."""
    return [
        everything(message)
        for message in posts(stage, channel_id)
        if message.get("thread_ts") == ts and message["ts"] != ts and "blocks" in message
    ]


def asks(person: Person) -> list[dict[str, Any]]:
    """The questions that the bot sent to somebody directly."""
    return [message for message in person.direct() if message["text"].startswith("🙋 Ben")]


async def agree(stage: Stage, user_id: str, channel_id: ChannelId) -> None:
    """Somebody presses the button of the digest."""
    await stage.at("2023-06-12 08:00")
    await question(stage, "Anything new?", channel_id=channel_id, at="2023-06-11 10:00")
    await stage.at("2023-06-19 07:00")
    person = stage.person(user_id)
    await person.press(await person.saw(channel_id, "The week in questions"), "ask_may_be_asked")


# -- who may know -------------------------------------------------------------------------------------


async def test_alumni_who_fit_are_named_and_can_be_mentioned(stage: Stage) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")

    await ben.command(f"/ask {HYDROGEN}")
    await stage.settle()
    shown = ben.direct()[-1]
    await ben.press(shown, "ask_mention", value=f"{(await logged(stage))[0].id}:UGUS")
    await stage.settle()

    assert sections(shown)[1:] == [
        "*Who may know*",
        "• <@UGUS>: hydrogen, funding",
        "• <@UEVA>: hydrogen",
    ]
    assert [label for label, _ in buttons(shown)] == ["Mention in the thread"] * 2
    ts = posts(stage, ask)[0]["ts"]
    assert thread(stage, ask, ts) == ["<@UGUS>: <@UBEN> thinks that you may know this."]
    assert ben.direct()[-1]["text"] == "🔔 Gus Newman is mentioned in the thread."
    assert asks(stage.person("UGUS")) == asks(stage.person("UEVA")) == []


async def test_somebody_is_mentioned_once_and_an_anonymous_asker_not_named(stage: Stage) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")
    await ben.command("/ask")
    await ben.submit({"question": HYDROGEN, "anonymous": ["yes"]})
    await stage.settle()
    value = f"{(await logged(stage))[0].id}:UEVA"

    await ben.press("modal", "ask_mention", value=value)
    view = await ben.saw_modal("Mentioned")
    await ben.close_modal()
    await ben.press("modal", "ask_mention", value=value)
    refused = await ben.saw_modal("Not possible now")
    await stage.settle()

    assert everything(view) == "🔔 Eva Lang is mentioned in the thread."
    assert everything(refused) == "Eva Lang is mentioned in the thread already."
    ts = posts(stage, ask)[0]["ts"]
    assert thread(stage, ask, ts) == ["<@UEVA>: the one who asks thinks that you may know this."]


async def test_participants_of_this_edition_are_no_alumni_and_askers_are_not_named(stage: Stage) -> None:
    await prepared(stage)
    gus = stage.person("UGUS")

    await gus.command(f"/ask {HYDROGEN}")

    assert sections(gus.direct()[-1])[1:] == ["*Who may know*", "• <@UEVA>: hydrogen"]


async def test_participants_are_alumni_once_their_edition_is_over(stage: Stage) -> None:
    await prepared(stage)
    await stage.at("2023-09-22 08:00")
    dina = stage.person("UDINA")

    await dina.command(f"/ask {HYDROGEN}")

    assert "<@UBEN>: hydrogen" in everything(dina.direct()[-1])


async def test_who_agreed_is_asked_directly_and_at_most_once_a_week(stage: Stage) -> None:
    ask = await prepared(stage)
    await agree(stage, "UEVA", ask)
    ben, eva = stage.person("UBEN"), stage.person("UEVA")

    await ben.command(f"/ask {HYDROGEN}")
    await stage.settle()
    shown = ben.direct()[-1]
    await stage.at("2023-06-19 07:01")
    await ben.command("/ask Where can we see a hydrogen bus?")
    await stage.settle()
    await stage.at("2023-06-26 07:00")
    assert len(asks(eva)) == 1
    await stage.at("2023-06-26 07:02")
    await ben.command("/ask Is hydrogen a topic for agrifood?")
    await stage.settle()
    await stage.at("2023-06-26 07:03")

    assert sections(shown)[2:] == [
        "• <@UGUS>: hydrogen, funding",
        "• <@UEVA>: hydrogen (I ask them directly)",
    ]
    assert [label for label, _ in buttons(shown)] == ["Mention in the thread"]
    first, second = asks(eva)
    assert sections(first)[0] == "🙋 Ben Virta has a question for which you may be the one: hydrogen."
    assert f"*{HYDROGEN}*" in sections(first)[1]
    assert "see the thread" in sections(first)[1]
    assert "agrifood" in everything(second)
    assert asks(stage.person("UGUS")) == []


async def test_on_the_home_tab_alumni_agree_and_decline_and_others_are_not_offered_it(stage: Stage) -> None:
    await prepared(stage)
    ben, gus = stage.person("UBEN"), stage.person("UGUS")
    offered = [label for label, _ in buttons(await gus.open_home())]

    await gus.press("home", "ask_may_be_asked")
    noted = await gus.saw_modal("Noted")
    await stage.settle()
    declinable = [label for label, _ in buttons(gus.home() or {})]
    await ben.command(f"/ask {HYDROGEN}")
    await stage.settle()
    await stage.at("2023-06-12 08:01")

    assert "Yes, ask me" in offered
    assert "🙋 Thank you!" in everything(noted)
    assert "Do not ask me directly" in declinable
    assert len(asks(gus)) == 1
    assert "Yes, ask me" not in [label for label, _ in buttons(await ben.open_home())]


async def test_an_alumnus_outside_of_the_channel_is_named_but_not_mentioned(stage: Stage) -> None:
    ask = await prepared(stage)
    await asked.leave(stage, ask, "UGUS")
    ben = stage.person("UBEN")

    ts = await ben.say(ask, HYDROGEN)
    await stage.settle()
    shown = ben.messages(ask)[-1]
    await stage.at("2023-06-14 07:00")

    assert sections(shown)[:3] == [
        "*Who may know*",
        "• <@UGUS>: hydrogen, funding (not in this channel, so write to them)",
        "• <@UEVA>: hydrogen",
    ]
    assert [label for label, _ in buttons(shown)] == ["Mention in the thread", "Not a question"]
    assert thread(stage, ask, ts) == [
        "<@UEVA>: this has waited two working days for an answer. Can you help?"
    ]


async def test_who_does_not_want_to_be_asked_any_more_is_not(stage: Stage) -> None:
    ask = await prepared(stage)
    await agree(stage, "UEVA", ask)
    ben, eva = stage.person("UBEN"), stage.person("UEVA")
    await ben.command(f"/ask {HYDROGEN}")
    await stage.settle()
    await stage.at("2023-06-19 07:01")

    await eva.press(asks(eva)[0], "ask_may_be_asked")
    await stage.at("2023-07-03 08:00")
    await ben.command("/ask Where can we see a hydrogen bus?")
    await stage.at("2023-07-10 08:00")

    assert len(asks(eva)) == 1
    assert "🔕 I will not ask you directly any more." in [message["text"] for message in eva.direct()]
    assert "<@UEVA>" not in str([thread(stage, ask, post["ts"]) for post in posts(stage, ask)])


async def test_a_direct_request_waits_for_the_readers_working_hours_and_for_an_answer(stage: Stage) -> None:
    ask = await prepared(stage)
    await agree(stage, "UEVA", ask)
    ben, eva = stage.person("UBEN"), stage.person("UEVA")
    await stage.at("2023-06-23 20:00")  # a Friday, 22:00 in Berlin
    await ben.command(f"/ask {HYDROGEN}")
    await stage.settle()
    assert asks(eva) == []

    post = posts(stage, ask)[-1]
    await stage.person("UDINA").say(ask, "The region does.", thread_ts=post["ts"])
    await stage.settle()
    await stage.at("2023-06-26 06:00")

    assert asks(eva) == []
    await ben.command("/ask Where can we see a hydrogen bus?")
    await stage.settle()
    await stage.at("2023-06-26 06:01")
    assert len(asks(eva)) == 1


async def test_beside_a_question_in_a_channel_requests_wait_until_it_surely_is_one(stage: Stage) -> None:
    ask = await prepared(stage)
    await agree(stage, "UEVA", ask)
    ben, eva = stage.person("UBEN"), stage.person("UEVA")

    await ben.say(ask, HYDROGEN)
    await stage.settle()
    assert asks(eva) == []
    await ben.press(ben.messages(ask)[-1], "question_not_one")
    await stage.at("2023-06-19 07:20")
    assert asks(eva) == []

    await ben.say(ask, HYDROGEN)
    await stage.settle()
    await stage.at("2023-06-19 07:30")
    assert len(asks(eva)) == 1


async def test_a_private_channels_question_goes_to_nobody_outside(stage: Stage) -> None:
    ask = await prepared(stage)
    board = await asked.channel(stage, "board", members=("UBEN", "UGUS"), is_private=True)
    await agree(stage, "UEVA", ask)
    both = asked.edition_with_questions(ask).replace(f'["{ask}"]', f'["{board}", "{ask}"]')
    await stage.import_files(("cba-2.toml", both))
    ben = stage.person("UBEN")

    await ben.command(f"/ask {HYDROGEN}", channel_id=board)
    await stage.settle()
    await stage.at("2023-06-28 08:00")

    assert asks(stage.person("UEVA")) == []
    (post, *_) = [one for one in posts(stage, board) if HYDROGEN in str(one)]
    assert thread(stage, board, post["ts"]) == [
        "<@UGUS>: this has waited two working days for an answer. Can you help?"
    ]
    assert "hydrogen" not in str(stage.person("UANN").direct())


# -- following up -------------------------------------------------------------------------------------


async def test_unanswered_it_goes_to_those_who_may_know_then_to_organisers(stage: Stage) -> None:
    ask = await prepared(stage)
    ben, ann = stage.person("UBEN"), stage.person("UANN")
    ts = await ben.say(ask, HYDROGEN)
    await stage.settle()

    await stage.at("2023-06-14 06:59")
    assert thread(stage, ask, ts) == []
    await stage.at("2023-06-14 07:00")
    assert thread(stage, ask, ts) == [
        "<@UGUS> <@UEVA>: this has waited two working days for an answer. Can you help?"
    ]
    await stage.at("2023-06-19 06:59")
    assert ann.direct() == []
    await stage.at("2023-06-19 07:00")
    await stage.restart()
    await stage.at("2023-07-19 07:00")

    (told,) = [message for message in ann.direct() if message["text"].startswith("⏳")]
    assert sections(told) == [
        "⏳ 1 question has waited five working days for an answer.",
        f"• *{HYDROGEN}* · <{(await logged(stage))[0].permalink}|see the thread>\n"
        f"Ben Virta, Mon 12 June 2023, <#{ask}>",
    ]
    assert len(thread(stage, ask, ts)) == 1


async def test_answered_it_goes_nowhere(stage: Stage) -> None:
    ask = await prepared(stage)
    ts = await stage.person("UBEN").say(ask, HYDROGEN)
    await stage.settle()
    await stage.person("UDINA").say(ask, "The region does.", thread_ts=ts)
    await stage.settle()

    await stage.at("2023-06-14 07:00")
    await stage.at("2023-06-19 07:00")

    assert thread(stage, ask, ts) == []
    assert await stage.queued("question.unanswered") == []


async def test_over_days_without_the_bot_it_is_done_late_and_once(stage: Stage) -> None:
    ask = await prepared(stage)
    ts = await stage.person("UBEN").say(ask, HYDROGEN)
    await stage.settle()
    await stage.bot.stop()
    stage.workspace.clock.move_to(asked.utc("2023-06-15 12:00"))

    await stage.restart()
    await stage.settle()

    assert len(thread(stage, ask, ts)) == 1


async def test_what_is_late_waits_for_its_readers_morning(stage: Stage) -> None:
    ask = await prepared(stage)
    ben, ann = stage.person("UBEN"), stage.person("UANN")
    await ben.say(ask, HYDROGEN)
    replied = await ben.say(ask, "Who mentors?")
    await stage.person("UDINA").say(ask, "We do.", thread_ts=replied)
    await stage.settle()
    await stage.bot.stop()
    stage.workspace.clock.move_to(asked.utc("2023-06-19 20:30"))  # 22:30 in Brussels, 23:30 in Helsinki

    await stage.restart()
    await stage.settle()
    at_night = [row.state for kind in KINDS for row in await stage.queued(kind)]
    await stage.at("2023-06-20 06:00")

    assert at_night == ["queued"] * len(at_night)
    assert [row.state for row in await stage.queued("question.unanswered")] == ["sent"]
    assert HYDROGEN in everything(ann.direct()[-1])


async def test_old_questions_of_an_import_are_left_alone(stage: Stage) -> None:
    ask = await prepared(stage)
    await question(stage, HYDROGEN, channel_id=ask, at="2022-06-06 10:00")

    await stage.at("2023-06-30 08:00")

    assert await stage.queued("question.mention") == []
    assert await stage.queued("question.unanswered") == []


async def test_about_replies_of_long_ago_nobody_is_asked(stage: Stage) -> None:
    ask = await prepared(stage)
    replies = [("UDINA", "The region does.")]
    await question(
        stage,
        HYDROGEN,
        by="UBEN",
        channel_id=ask,
        at="2023-05-22 10:00",
        answers=replies,
        answered_at="2023-05-23 10:00",
    )

    await stage.at("2023-06-20 08:00")

    assert await stage.queued("question.settled") == []


async def test_the_asker_is_asked_once_and_yes_accepts_the_last_reply(stage: Stage) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")
    ts = await ben.say(ask, HYDROGEN)
    await stage.settle()
    await stage.person("UDINA").say(ask, "No idea.", thread_ts=ts)
    await stage.at("2023-06-12 14:00")
    await stage.person("UGUS").say(ask, "The region & the bank do.", thread_ts=ts)
    await stage.settle()

    await stage.at("2023-06-13 05:59")
    assert await stage.queued("question.settled") == []
    await stage.at("2023-06-13 06:00")  # 09:00 in Helsinki
    message = ben.direct()[-1]
    assert sections(message)[1] == "Gus Newman replied: The region &amp; the bank do."
    await ben.press(message, "ask_settled")
    await stage.settle()
    await stage.at("2023-06-30 08:00")

    assert next(one for one in ben.direct() if one["ts"] == message["ts"])["text"] == (
        "✅ Thank you. The question is closed, and the reply is its answer."
    )
    (made,) = await logged(stage)
    assert (made.state, made.accepted_answer_id) == (QuestionState.ANSWERED, 2)
    assert len(await stage.queued("question.settled")) == 1
    assert await stage.queued("question.unanswered") == []


async def test_no_sends_it_on_to_those_who_may_know_and_to_organisers(stage: Stage) -> None:
    ask = await prepared(stage)
    ben, ann = stage.person("UBEN"), stage.person("UANN")
    ts = await ben.say(ask, HYDROGEN)
    await stage.settle()
    await stage.person("UDINA").say(ask, "No idea.", thread_ts=ts)
    await stage.at("2023-06-14 08:00")

    await ben.press(await ben.saw("direct", "Did the last reply settle"), "ask_not_settled")
    await stage.at("2023-06-15 07:00")
    assert len(thread(stage, ask, ts)) == 1
    await stage.person("UDINA").say(ask, "Still no idea.", thread_ts=ts)
    await stage.at("2023-06-26 07:00")

    assert HYDROGEN in everything(await ann.saw("direct", "⏳"))
    assert len(await stage.queued("question.settled")) == 1


async def test_as_long_as_people_are_at_it_the_asker_is_left_in_peace(stage: Stage) -> None:
    ask = await prepared(stage)
    ts = await stage.person("UBEN").say(ask, HYDROGEN)
    await stage.settle()
    dina = stage.person("UDINA")
    await dina.say(ask, "Let me look.", thread_ts=ts)
    await stage.at("2023-06-12 20:00")
    await dina.say(ask, "Found something.", thread_ts=ts)
    await stage.at("2023-06-13 06:30")
    await dina.say(ask, "One more.", thread_ts=ts)

    await stage.at("2023-06-14 05:59")
    early = await stage.queued("question.settled")
    await stage.at("2023-06-14 06:00")

    assert [row.queued_at.isoformat() for row in early] in ([], ["2023-06-13T06:30:00+00:00"])
    assert len(await stage.queued("question.settled")) == 1


async def test_a_thread_that_is_accepted_meanwhile_is_not_asked_about(stage: Stage) -> None:
    ask = await prepared(stage)
    ben = stage.person("UBEN")
    ts = await ben.say(ask, HYDROGEN)
    await stage.settle()
    reply = await stage.person("UDINA").say(ask, "The region does.", thread_ts=ts)
    await stage.settle()
    await ben.react(ask, reply, "white_check_mark")

    await stage.at("2023-06-20 08:00")

    assert await stage.queued("question.settled") == []


# -- the digest ---------------------------------------------------------------------------------------


async def test_on_monday_at_nine_the_channel_reads_what_is_open_and_answered(stage: Stage) -> None:
    ask = await prepared(stage)
    await stage.settle()
    ben, dina, eva = (stage.person(one) for one in ("UBEN", "UDINA", "UEVA"))
    ts = await ben.say(ask, HYDROGEN)
    await dina.command("/ask")
    await dina.submit({"question": "May I ask *this*?", "anonymous": ["yes"]})
    await stage.settle()
    reply = await eva.say(ask, "The region does.", thread_ts=ts)
    await stage.settle()
    await ben.react(ask, reply, "white_check_mark")

    await stage.at("2023-06-19 06:59")
    assert await stage.queued("question.digest") == []
    await stage.at("2023-06-19 07:00")

    digest = await ben.saw(ask, "The week in questions")
    first, second = await logged(stage)
    assert not digest.get("is_ephemeral")
    assert sections(digest) == [
        f"🟡 *Waiting for an answer*\n• <{second.permalink}|May I ask \u200b*\u200bthis\u200b*\u200b?>",
        f"✅ *Answered*\n• <{first.permalink}|{HYDROGEN}>, answered by <@UEVA>",
        "💛 Thank you for your replies: <@UEVA>.",
    ]
    assert "Mon 19 June 2023 · 1 open, 1 answered in the last week" in everything(digest)
    assert "UDINA" not in str(digest)


async def test_the_digest_comes_once_a_week_and_not_where_there_is_nothing_to_tell(stage: Stage) -> None:
    ask = await prepared(stage)
    await stage.settle()
    await stage.at("2023-06-19 08:00")
    await stage.person("UBEN").say(ask, HYDROGEN)
    await stage.settle()

    await stage.at("2023-06-26 07:00")
    await stage.restart()
    await stage.at("2023-06-27 07:00")

    assert [(row.key, row.state) for row in await stage.queued("question.digest")] == [
        (f"digest:{ask}:2023-06-19", "dropped"),
        (f"digest:{ask}:2023-06-26", "sent"),
    ]


async def test_each_channels_digest_tells_of_its_own_questions(stage: Stage) -> None:
    ask = await prepared(stage)
    board = await asked.channel(stage, "board", members=("UBEN",), is_private=True)
    other = await asked.channel(stage, "chat")
    both = asked.edition_with_questions(ask).replace(f'["{ask}"]', f'["{board}", "{ask}"]')
    await stage.import_files(("cba-2.toml", both))
    await stage.settle()
    await question(stage, "Who chairs the board?", channel_id=board, at="2023-06-12 09:00")
    await question(stage, "Who brings cake?", channel_id=other, at="2023-06-12 09:01")
    await question(stage, "Who brings tea?", channel_id=ask, at="2023-06-12 09:02")

    await stage.at("2023-06-19 07:00")

    ben = stage.person("UBEN")
    public, private = [everything(await ben.saw(one, "The week in questions")) for one in (ask, board)]
    assert ["chairs" in public, "cake" in public, "tea" in public] == [False, True, True]
    assert ["chairs" in private, "cake" in private, "tea" in private] == [True, False, False]


async def test_a_digest_that_is_days_late_is_not_sent(stage: Stage) -> None:
    ask = await prepared(stage)
    await stage.settle()
    await stage.person("UBEN").say(ask, HYDROGEN)
    await stage.settle()
    await stage.bot.stop()
    stage.workspace.clock.move_to(asked.utc("2023-06-22 07:00"))

    await stage.restart()
    await stage.settle()
    assert await stage.queued("question.digest") == []
    await stage.at("2023-06-26 07:00")

    assert [row.key for row in await stage.queued("question.digest")] == [f"digest:{ask}:2023-06-26"]


async def test_names_of_those_who_left_are_no_mentions(stage: Stage) -> None:
    ask = await prepared(stage)
    await stage.settle()
    ts = await stage.person("UBEN").say(ask, HYDROGEN)
    await stage.settle()
    await stage.person("UEVA").say(ask, "The region does.", thread_ts=ts)
    await stage.settle()
    stage.workspace.change_user("UEVA", deleted=True)
    await stage.settle()

    await stage.at("2023-06-19 07:00")

    digest = await stage.person("UBEN").saw(ask, "The week in questions")
    assert sections(digest)[-1] == "💛 Thank you for your replies: Eva Lang."
