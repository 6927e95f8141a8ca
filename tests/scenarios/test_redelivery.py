"""Whatever is delivered several times, some of it across a restart, has one effect."""

from bot.domain.ids import HomeworkId, UserId
from storage import homework as stored
from storage import members
from tests.scenarios.stage import Stage, everything

PLAN = HomeworkId("cba-2/action-plan-1")
BEN = UserId("UBEN")


async def test_submission_delivered_four_times_is_one_version_and_one_receipt(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": "Once"})
    submission = stage.last("interactive", type="view_submission")

    answers = await stage.again(submission, times=2)
    await stage.restart()
    answers += await stage.again(submission, times=1)
    await stage.settle()

    assert [(ack.ok, ack.body) for ack in answers] == [(True, None)] * 3
    async with stage.bot.db.reading() as work:
        versions = await stored.versions(work, team_id=stage.team_id, homework_id=PLAN, user_id=BEN)
    assert [one.text for one in versions] == ["Once"]
    assert ["Received" in message["text"] for message in ben.direct()].count(True) == 1


async def test_refused_submission_may_be_sent_again_from_the_same_form(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")

    refused = await ben.submit({"text": "\u200b"})
    accepted = await ben.submit({"text": "Something"})

    assert list(refused) == ["text"]
    assert accepted == {}
    await ben.saw("direct", "Received")


async def test_new_homework_delivered_four_times_is_made_once(stage: Stage) -> None:
    ann = stage.person("UANN")
    await ann.command("/homework new")
    await ann.submit({"key": "pitch", "title": "Pitch", "date": "2023-06-20"})
    submission = stage.last("interactive", type="view_submission")

    answers = await stage.again(submission, times=2)
    await stage.restart()
    answers += await stage.again(submission, times=1)

    assert [(ack.ok, ack.body) for ack in answers] == [(True, None)] * 3
    async with stage.bot.db.reading() as work:
        known = await stored.homeworks(work, team_id=stage.team_id)
    assert [one.key for one in known].count("pitch") == 1


async def test_extension_delivered_four_times_is_granted_and_told_once(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ann.command("/homework extend")
    await ann.submit(
        {"person": "UBEN", "homework": PLAN, "date": "2023-07-10", "time": "18:00", "reason": "Ill"}
    )
    submission = stage.last("interactive", type="view_submission")

    await stage.again(submission, times=2)
    await stage.restart()
    await stage.again(submission, times=1)
    await stage.settle()

    async with stage.bot.db.reading() as work:
        extensions = await stored.extensions(work, team_id=stage.team_id)
    assert [(one.user_id, one.revision) for one in extensions] == [("UBEN", 1)]
    assert ["more time" in message["text"] for message in ben.direct()].count(True) == 1


async def test_change_delivered_four_times_is_told_once(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ann.command("/homework status action-plan-1")
    await ann.press(ann.direct()[-1], "homework_edit")
    await ann.submit({"date": "2023-07-07"})
    submission = stage.last("interactive", type="view_submission")

    await stage.again(submission, times=2)
    await stage.restart()
    await stage.again(submission, times=1)
    await stage.settle()

    async with stage.bot.db.reading() as work:
        plan = await stored.homework(work, team_id=stage.team_id, homework_id=PLAN)
    assert plan is not None
    assert plan.revision == 2
    assert ["has changed" in message["text"] for message in ben.direct()].count(True) == 1


async def test_nudge_delivered_four_times_reaches_each_once(stage: Stage) -> None:
    ann, ben = stage.person("UANN"), stage.person("UBEN")
    await ann.command("/homework status action-plan-1")
    await ann.press(ann.direct()[-1], "homework_nudge")
    press = stage.last("interactive", type="block_actions")

    await stage.again(press, times=2)
    await stage.restart()
    await stage.again(press, times=1)
    await stage.settle()

    nudges = [message for message in ben.direct() if "have not received" in everything(message)]
    assert len(nudges) == 1
    answers = [message["text"] for message in ann.direct() if "udged" in message["text"]]
    assert answers == ["Nudged 3 people."]


async def test_stop_delivered_four_times_is_answered_once(stage: Stage) -> None:
    ben = stage.person("UBEN")
    await stage.at("2023-06-28 06:00")
    reminder = await ben.saw("direct", "Action plan: first blueprint")
    await ben.press(reminder, "reminder_stop", value=PLAN)
    press = stage.last("interactive", type="block_actions")

    await stage.again(press, times=2)
    await stage.restart()
    await stage.again(press, times=1)
    await stage.settle()

    assert ["No more reminders" in message["text"] for message in ben.direct()].count(True) == 1


async def test_events_of_people_and_groups_delivered_four_times_have_one_effect(stage: Stage) -> None:
    group = stage.workspace.add_usergroup("helpers", users=["UGUS"])
    stage.workspace.change_user("UBEN", tz="Asia/Kathmandu")
    stage.workspace.add_user("hal", user_id="UHAL", real_name="Hal New", tz="Europe/Paris")
    stage.workspace.set_usergroup_members(group.id, ["UGUS", "UFAY"])
    await stage.settle()
    stage.workspace.set_usergroup_members(group.id, ["UFAY"])
    await stage.settle()
    events = {
        delivered.event_id: delivered.payload["event"]["type"]
        for delivered in stage.sandbox.delivery.log
        if delivered.event_id
    }

    answers = [await stage.sandbox.delivery.redeliver(event_id) for event_id in events for _ in range(2)]
    await stage.restart()
    answers += [await stage.sandbox.delivery.redeliver(event_id) for event_id in events]
    await stage.settle()

    assert {"user_change", "team_join", "subteam_members_changed"} <= set(events.values())
    assert all(ack.ok for ack in answers)
    async with stage.bot.db.reading() as work:
        ben = await members.member(work, team_id=stage.team_id, user_id=BEN)
        hal = await members.member(work, team_id=stage.team_id, user_id=UserId("UHAL"))
        helpers = await members.group_members(work, team_id=stage.team_id, group_id=group.id)
    assert ben is not None
    assert hal is not None
    assert (ben.tz, ben.country, hal.name) == ("Asia/Kathmandu", "FI", "Hal New")
    assert helpers == ["UFAY"]


async def test_home_opened_four_times_across_a_restart_shows_the_same(stage: Stage) -> None:
    ben = stage.person("UBEN")
    before = await ben.open_home()
    opened = next(
        one.event_id
        for one in stage.sandbox.delivery.log
        if one.event_id and one.payload["event"]["type"] == "app_home_opened"
    )

    await stage.sandbox.delivery.redeliver(opened)
    await stage.sandbox.delivery.redeliver(opened)
    await stage.restart()
    last = await stage.sandbox.delivery.redeliver(opened)

    assert last.ok
    assert everything(ben.home() or {}) == everything(before)
