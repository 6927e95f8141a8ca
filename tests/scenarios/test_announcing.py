"""Announcements through the whole bot, from being sent off: confirmed, changed, taken back, reported."""

from datetime import timedelta

from sandbox.blocks import elements_of
from sandbox.person import Person
from tests.scenarios.announcing import (
    NEWS,
    announcement,
    compose,
    got,
    in_news,
    is_announcement,
    open_detail,
    open_news,
    send,
)
from tests.scenarios.stage import Stage, buttons, everything, hit

TITLE = "Day 3 in Torino"
PARTICIPANTS = ("UBEN", "UCLEO", "UDINA")


def got_by(stage: Stage) -> dict[str, list[str]]:
    """Who has which announcements, of those who have any."""
    found = {user_id: got(stage, user_id) for user_id in (*PARTICIPANTS, "UEVA", "UFAY", "UGUS")}
    return {user_id: titles for user_id, titles in found.items() if titles}


def in_front(person: Person) -> str:
    """All that the modal in front of somebody says."""
    return everything(person.modal or {"blocks": []})


async def test_an_announcement_reaches_its_audience_and_its_sender_sees_how_far_it_is(stage: Stage) -> None:
    ann, faults = await compose(stage)
    preview = await ann.saw_modal("Preview")

    assert faults == {}
    shown = everything(preview)
    assert "We meet at 09:00 at Environment Park." in str(preview["blocks"])
    assert "3 direct messages" in shown
    assert "*By role:* 3 participants" in shown
    assert "*By country:* Finland 1, Italy 1, Portugal 1" in shown
    assert preview["submit"]["text"] == "Send to 3"
    assert await ann.submit() == {}
    await stage.settle()
    await stage.settle()

    assert got_by(stage) == {user_id: [TITLE] for user_id in PARTICIPANTS}
    assert ann.direct()[-1]["text"] == f"✅ Sent: “{TITLE}”, 3 of 3"


async def test_who_was_asked_confirms_once_by_message_or_at_home_and_others_are_told_that_they_were_not(
    stage: Stage,
) -> None:
    await open_news(stage)
    await send(stage, announce_where=["message", "news"], announce_options=["confirm"])
    await stage.settle()
    ben, cleo, gus = (stage.person(user_id) for user_id in ("UBEN", "UCLEO", "UGUS"))

    await ben.press(announcement(stage, "UBEN"), "announce_got_it")
    home = await cleo.open_home()
    waiting = everything(home)
    await cleo.press("home", "announce_got_it")
    await gus.press(in_news(stage)[0], "announce_got_it", channel_id=NEWS)
    await stage.settle()

    assert "✅ You confirmed this, Mon 12 June 2023, 11:00 (Helsinki)." in everything(
        announcement(stage, "UBEN")
    )
    assert "Announcements to confirm" in waiting
    assert "Announcements to confirm" not in everything(cleo.home() or {"blocks": []})
    assert "You were not asked to confirm this one, so there is nothing that you need to do." in [
        message["text"] for message in gus.messages(NEWS)
    ]
    ann = await open_detail(stage)
    shown = in_front(ann)
    assert "2 of 3 confirmed" in shown
    assert "Ben Virta: sent Mon 12 June 2023, 10:00 (Brussels), ✅ confirmed" in shown
    assert "Dina Conti: sent Mon 12 June 2023, 10:00 (Brussels)\n" in shown + "\n"


async def test_what_is_confirmed_before_slack_s_lost_answer_is_made_up_for_stands_once_and_whole(
    stage: Stage,
) -> None:
    lost = stage.sandbox.faults.add("lost_reply", method="chat.postMessage", times=3)
    await send(stage, announce_options=["confirm"])
    ben = stage.person("UBEN")
    sent = await ben.saw("direct", is_announcement)
    await hit(lost, times=3)

    await ben.press(sent, "announce_got_it")
    thanked = ben.direct()[-1]["text"]
    stage.workspace.clock.advance(timedelta(minutes=2))
    await ben.saw("direct", "✅ You confirmed this")

    assert thanked == f"✅ Thank you. It is noted that you have read “{TITLE}”."
    assert got(stage, "UBEN") == [TITLE]
    stage.expected_errors = ["chat.postMessage: 0"] * 3


async def test_those_who_have_not_confirmed_are_reminded_once_and_a_table_tells_of_all(stage: Stage) -> None:
    await send(stage, announce_options=["confirm"])
    await stage.settle()
    await stage.settle()
    await stage.person("UBEN").press(announcement(stage, "UBEN"), "announce_got_it")
    ann = await open_detail(stage)

    await ann.press("modal", "announce_remind")
    await stage.settle()
    await stage.settle()
    await ann.press("modal", "announce_table")
    await stage.settle()

    said = f"Please confirm that you have read “{TITLE}”."
    reminded = {user_id: stage.person(user_id).direct()[-1]["text"] == said for user_id in PARTICIPANTS}
    assert reminded == {"UBEN": False, "UCLEO": True, "UDINA": True}
    await stage.person("UDINA").press(stage.person("UDINA").direct()[-1], "announce_got_it")
    assert "announce_remind" not in [element["action_id"] for element in elements(ann)]
    (shared,) = [message for message in ann.direct() if message.get("files")]
    table = stage.workspace.files[shared["files"][0]["id"]].content.decode("utf-8-sig").splitlines()
    assert table[0] == "id,name,outcome,reason,sent at (UTC),confirmed at (UTC)"
    assert table[1] == "UBEN,Ben Virta,sent,,2023-06-12 08:00:00,2023-06-12 08:00:00"
    assert [line.split(",")[0] for line in table[1:]] == ["UBEN", "UCLEO", "UDINA"]


def elements(person: Person) -> list[dict[str, object]]:
    """The elements of the modal in front of somebody."""
    return [element for block in (person.modal or {})["blocks"] for _, element in elements_of(block)]


async def test_a_message_waits_for_the_morning_of_each_person_and_can_be_paused_and_stopped(
    stage: Stage,
) -> None:
    await stage.at("2023-06-12 17:30")  # 18:30 in Lisbon, 19:30 in Rome, 20:30 in Helsinki
    ann = await send(stage)
    await stage.settle()
    at_first = got_by(stage)
    await stage.at("2023-06-12 17:31")
    told = ann.direct()[-1]["text"]

    await ann.press(ann.direct()[-1], "announce_pause")
    await stage.at("2023-06-13 05:30")  # 08:30 in Helsinki
    while_paused = got_by(stage)
    await open_detail(stage)
    await ann.press("modal", "announce_resume")
    await stage.settle()
    in_helsinki = got_by(stage)
    await ann.press("modal", "announce_stop")
    await stage.at("2023-06-13 10:00")

    assert at_first == {"UCLEO": [TITLE]}
    assert told == (
        f"🌙 “{TITLE}”: 1 of 3; the others wait for their morning, the first until Tue 13 June 2023, 07:00 "
        "(Brussels)"
    )
    assert while_paused == {"UCLEO": [TITLE]}
    assert in_helsinki == {"UBEN": [TITLE], "UCLEO": [TITLE]}
    assert got_by(stage) == in_helsinki


async def test_an_urgent_one_does_not_wait_and_a_bot_that_was_stopped_goes_on_where_it_was(
    stage: Stage,
) -> None:
    await stage.at("2023-06-12 20:00")
    await send(stage, announce_options=["urgent"])
    await stage.settle()
    urgent = got_by(stage)
    await send(stage, announce_title="Tomorrow")
    await stage.settle()

    await stage.restart()
    await stage.at("2023-06-13 08:00")
    await stage.settle()

    assert urgent == {user_id: [TITLE] for user_id in PARTICIPANTS}
    assert got_by(stage) == {user_id: [TITLE, "Tomorrow"] for user_id in PARTICIPANTS}


async def test_what_was_sent_is_changed_everywhere_and_taken_back_but_where_slack_refuses(
    stage: Stage,
) -> None:
    await open_news(stage)
    await send(stage, announce_where=["message", "news"], announce_options=["confirm"])
    await stage.settle()
    await stage.settle()
    await stage.person("UBEN").press(announcement(stage, "UBEN"), "announce_got_it")
    ann = await open_detail(stage)

    await ann.press("modal", "announce_rewrite")
    assert await ann.submit({"announce_text": "We meet at 10:00."}) == {}
    await stage.settle()
    await stage.settle()
    changed = [str(announcement(stage, user_id)["blocks"]) for user_id in PARTICIPANTS]
    news = str(in_news(stage)[0]["blocks"])
    stage.sandbox.faults.add("error", method="chat.delete", times=1, error="cant_delete_message")
    await ann.close_modal(whole_stack=True)
    await open_detail(stage)
    await ann.press("modal", "announce_recall")
    await stage.settle()
    await stage.settle()

    assert [("10:00" in one, "You confirmed" in one) for one in changed] == [
        (True, True),
        (True, False),
        (True, False),
    ]
    assert "10:00" in news
    left = [user_id for user_id in PARTICIPANTS if got(stage, user_id)]
    assert len(left) + len(in_news(stage)) == 1
    assert "⚠️ 1 failed" in ann.direct()[-1]["text"]
    await ann.close_modal(whole_stack=True)
    await open_detail(stage)
    assert "Slack no longer lets it be deleted" in in_front(ann)
    assert "↩️ Taken back" in in_front(ann)
    stage.expected_errors = ["chat.delete: cant_delete_message"]


async def test_a_confirmation_of_what_was_taken_back_is_refused(stage: Stage) -> None:
    await send(stage, announce_options=["confirm"])
    await stage.settle()
    await stage.settle()
    old = announcement(stage, "UBEN")
    stage.sandbox.faults.add("error", method="chat.delete", times=3, error="cant_delete_message")
    ann = await open_detail(stage)
    await ann.press("modal", "announce_recall")
    await stage.settle()

    ben = stage.person("UBEN")
    await ben.press(old, "announce_got_it")

    said = "This announcement was taken back: there is nothing to confirm any more."
    assert said in [message["text"] for message in ben.direct()]
    stage.expected_errors = ["chat.delete: cant_delete_message"] * 3


async def test_a_scheduled_one_goes_at_its_time_to_those_who_fit_then(stage: Stage) -> None:
    ann = await send(
        stage,
        announce_date="2023-06-14",
        announce_time="10:00",
        announce_zone="Europe/Helsinki",
        announce_homework=["missing:cba-2/action-plan-1"],
    )
    scheduled = in_front(ann)
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    await ben.saw_modal()
    assert await ben.submit({"link": "https://example.org/plan"}) == {}

    await stage.at("2023-06-14 06:59")
    before = got_by(stage)
    await stage.at("2023-06-14 07:00")

    assert "🕑 It goes Wed 14 June 2023, 10:00 (Helsinki)." in scheduled
    assert before == {}
    assert got_by(stage) == {user_id: [TITLE] for user_id in ("UCLEO", "UDINA")}


async def test_an_audience_that_has_shrunk_to_nothing_sends_nothing_and_tells_the_sender(
    stage: Stage,
) -> None:
    ann = await send(
        stage, announce_roles=[], announce_people=["UGUS"], announce_date="2023-06-13", announce_time="10:00"
    )
    stage.workspace.change_user("UGUS", deleted=True)
    await stage.settle()

    await stage.at("2023-06-13 12:00")

    assert (
        "was not sent: when its time came, nobody fitted its audience any more." in ann.direct()[-1]["text"]
    )
    await ann.close_modal(whole_stack=True)
    await ann.press(ann.direct()[-1], "announce_open")
    assert "Preview" in (await ann.saw_modal())["title"]["text"]


async def test_a_cancelled_one_is_never_sent(stage: Stage) -> None:
    ann = await send(stage, announce_date="2023-06-13", announce_time="10:00")
    await ann.close_modal(whole_stack=True)
    await ann.command("/announce list")
    await ann.saw_modal("Announcements")
    await ann.press("modal", "announce_open", value="1")

    await ann.press("modal", "announce_discard")
    await stage.at("2023-06-14 12:00")

    assert got_by(stage) == {}
    assert "is cancelled" in in_front(ann)


async def test_the_second_organiser_s_word_is_waited_for_where_the_academy_wants_it(stage: Stage) -> None:
    await open_news(stage, second_approval=True)
    ann = await send(stage)
    await stage.settle()
    before = got_by(stage)
    await ann.close_modal(whole_stack=True)
    await ann.command("/announce list")
    await ann.saw_modal("Announcements")
    await ann.press("modal", "announce_open", value="1")
    own = ann.modal or {}

    fay = stage.person("UFAY")
    await fay.press(fay.direct()[-1], "announce_open")
    assert (await fay.saw_modal("Preview"))["submit"]["text"] == "Approve and send"
    assert await fay.submit() == {}
    await stage.settle()

    assert before == {}
    assert own["submit"] is None
    assert got_by(stage) == {user_id: [TITLE] for user_id in PARTICIPANTS}
    await ann.close_modal(whole_stack=True)
    await open_detail(stage)
    assert "by Ann Organ, approved by Fay Maes" in in_front(ann)
    assert is_announcement(announcement(stage, "UBEN"))
    assert buttons(announcement(stage, "UBEN")) == [("What reaches me", "announce")]
