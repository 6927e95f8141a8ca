"""Privacy through the whole bot: one's data, deleting, withdrawing, an organiser's hand-over, and terms."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot import log
from bot.domain.faults import Faults
from bot.domain.ids import UserId
from bot.domain.questions import QuestionState
from bot.services.privacy import erasing, retention
from sandbox.person import Person
from storage import audit, editions, members, outbox, questions
from storage.erasure import Request
from storage.tables import departure, member, metadata, retention_run
from tests import on_disk
from tests.scenarios import announcing, peering
from tests.scenarios.asked import channel, question
from tests.scenarios.asking import ASK, answers, logged, open_questions_channel
from tests.scenarios.stage import ROSTER, Stage, everything

PLANTED = "zzplantedzz"
NOT_ALLOWED = "Only organisers of the academy can do this. Ask one of them if it is needed."


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All that the process logs, at its most talkative."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    stream = io.StringIO()
    log.set_up("DEBUG", "text", stream=stream)
    yield stream
    root.setLevel(level)
    root.handlers[:] = handlers


async def privacy(stage: Stage, user_id: str) -> Person:
    """Somebody with their privacy page before them."""
    person = stage.person(user_id)
    await person.command("/academy privacy")
    await person.saw_modal("Privacy")
    return person


async def delete(stage: Stage, user_id: str, **fields: Any) -> Person:
    """Somebody who has deleted themselves."""
    person = await privacy(stage, user_id)
    await person.press("modal", "privacy_erase")
    await person.saw_modal("Delete me")
    assert await person.submit(fields) == {}
    await person.saw_modal("Deleted")
    await stage.settle()
    return person


def files(stage: Stage, person: Person) -> dict[str, str]:
    """The files that the bot sent somebody, by the end of their name."""
    return {
        file["name"].rpartition(".")[2]: stage.workspace.files[file["id"]].content.decode()
        for message in person.direct()
        for file in message.get("files", ())
    }


async def hand_in(stage: Stage, user_id: str, text: str) -> None:
    """Let somebody hand in their action plan."""
    person = stage.person(user_id)
    await person.command("/homework submit action-plan-1")
    assert await person.submit({"text": text}) == {}


async def tables(stage: Stage) -> str:
    """All that the database holds, read through SQL."""
    async with stage.bot.db.reading() as work:
        lines = [
            f"{table.name}: {tuple(row)}"
            for table in metadata.sorted_tables
            for row in (await work.execute(select(table))).all()
        ]
    return "\n".join(lines)


async def deeds(stage: Stage) -> list[tuple[str, str, str, str]]:
    """Who did what to whom and why, newest first."""
    async with stage.bot.db.reading() as work:
        entries = await audit.entries(work, team_id=stage.team_id)
    # What the roster said at first is logged as well.
    asked = [one for one in entries if one.deed != "roles.imported"]
    return [(one.done_by, one.deed, one.subject, one.reason) for one in asked]


# -- one's own ----------------------------------------------------------------------------------------


async def test_the_page_says_what_is_kept_why_and_how_long(stage: Stage) -> None:
    await hand_in(stage, "UBEN", "My plan")

    ben = await privacy(stage, "UBEN")

    said = everything(ben.modal or {})
    assert "*Homework* (1 entry): to show it to the organisers and to you" in said
    assert "*Who you are* (1 entry)" in said
    assert "• Homework: 730 days after it was due" in said
    assert "• Questions and answers: for good, or until you delete it" in said


async def test_my_data_come_as_a_page_and_for_machines_without_anybody_else(stage: Stage) -> None:
    await hand_in(stage, "UBEN", "Plan <b>with</b> & signs")
    await hand_in(stage, "UCLEO", "Cleo's own")
    ben = await privacy(stage, "UBEN")

    await ben.press("modal", "privacy_send")
    await stage.again(stage.last("interactive", type="block_actions"))
    await stage.settle()

    sent = files(stage, ben)
    held = json.loads(sent["json"])["held"]
    (handed_in,) = held["Homework"]["tables"]["submission"]
    assert (handed_in["text"], handed_in["user_id"]) == ("Plan <b>with</b> & signs", "UBEN")
    assert held["Who you are"]["tables"]["member"][0]["email"] == "ben@example.org"
    assert [one for one in ("UCLEO", "Cleo", "UANN", "UDINA") if one in sent["json"] + sent["html"]] == []
    assert "Plan &lt;b&gt;with&lt;/b&gt; &amp; signs" in sent["html"]
    assert len([message for message in ben.direct() if message.get("files")]) == 1


async def test_after_delete_me_a_planted_string_is_found_nowhere(
    stage: Stage, written: io.StringIO, tmp_path: Path
) -> None:
    await open_questions_channel(stage)
    ben = stage.person("UBEN")
    await hand_in(stage, "UBEN", f"Plan {PLANTED}")
    await ben.say(ASK, f"How to {PLANTED} members?")
    dina_asks = await stage.person("UDINA").say(ASK, "Who pays for it?")
    await stage.settle()
    await ben.say(ASK, f"The {PLANTED} does", thread_ts=dina_asks)
    await ben.command(f"/academy {PLANTED}")
    await ben.command(f"/homework {PLANTED}")
    await ben.command(f"/questions {PLANTED}")
    await stage.settle()
    before = await tables(stage)
    stage.workspace.change_user("UBEN", real_name=f"Ben {PLANTED}")
    await stage.settle()

    await delete(stage, "UBEN")

    assert before.count(PLANTED) > 3
    left = await tables(stage)
    assert [line for line in left.splitlines() if PLANTED in line or "UBEN" in line] == []
    await on_disk.scrub(stage.bot.db)
    if stage.bot.db.file is not None:
        await stage.bot.db.copy_to(str(tmp_path / "backup.db"))
    raw = await on_disk.files(stage.bot.db, tmp_path)
    assert stage.bot.db.file is None or {"alumni.db", "alumni.db-wal", "backup.db"} <= set(raw)
    assert any(b"Who pays for it?" in content for content in raw.values())
    assert [name for name, content in raw.items() if PLANTED.encode() in content] == []
    assert "refused by" in written.getvalue()
    assert [line for line in written.getvalue().splitlines() if PLANTED in line and "bot." in line] == []
    assert [one.title for one in await logged(stage) if one.state is QuestionState.OPEN] == [
        "Who pays for it?"
    ]


async def test_who_was_deleted_stays_away_until_they_type_a_command(stage: Stage) -> None:
    await open_questions_channel(stage)
    ben = await delete(stage, "UBEN")
    erased_home = everything(ben.home() or {})

    await ben.say(ASK, "Does anybody hear me?")
    stage.workspace.change_user("UBEN", real_name="Ben Again")
    await stage.again(stage.last("interactive", type="view_submission"))
    await stage.settle()
    await stage.restart()
    await stage.settle()

    assert "UBEN" not in await tables(stage)
    assert "Action plan" not in erased_home
    with pytest.raises(Faults) as refused:
        await stage.import_files(("roster.csv", ROSTER))
    assert [(one.line, one.problem) for one in refused.value.faults] == [
        (2, "this person had the bot delete all that it held on them")
    ]

    await ben.command("/academy privacy")

    assert "*Who you are* (1 entry)" in everything(await ben.saw_modal("Privacy"))
    assert "member:UBEN" not in await tables(stage)
    assert (await stage.import_files(("roster.csv", ROSTER)))[0].startswith("Ben Again (UBEN): ")


async def test_a_deletion_is_answered_at_once_and_done_though_the_bot_stops_before_it(stage: Stage) -> None:
    ben = await delete(stage, "UBEN")
    ack = stage.last("interactive", type="view_submission").acks[0]
    await hand_in(stage, "UCLEO", "Cleo's own")
    asked_at = stage.workspace.clock.now()
    await erasing.ask(
        stage.bot.db,
        Request(team_id=stage.team_id, user_id=UserId("UCLEO"), asked_at=asked_at, keeps_answers=False),
    )

    await stage.restart()
    await stage.settle()

    assert ack.body["view"]["title"]["text"] == "Deleting"
    assert "type `/academy`" in everything(ben.modal or {})
    assert [line for line in (await tables(stage)).splitlines() if "UCLEO" in line or "Cleo's" in line] == []


async def test_accepted_answers_stay_without_a_name_where_their_author_says_so(stage: Stage) -> None:
    ask = await channel(stage, "ask-alumni")
    await question(
        stage, "Fees?", channel_id=ask, answers=[("UEVA", "Invoice early"), ("UEVA", "Or late")], accepted=1
    )
    await question(stage, "A hall?", by="UEVA", channel_id=ask, answers=[("UBEN", "Ours")], accepted=1)
    await question(stage, "Coffee?", by="UEVA", channel_id=ask, answers=[("UBEN", "No idea")])

    await delete(stage, "UEVA", privacy_keep=["keep"])

    fees, hall, coffee = await logged(stage)
    assert [(one.text, one.author_id) for one in await answers(stage, fees)] == [("Invoice early", "erased")]
    assert (fees.state, fees.accepted_answer_id) == (QuestionState.ANSWERED, 1)
    assert (hall.title, hall.asker_id, hall.is_anonymous) == ("A hall?", "erased", True)
    assert (coffee.state, coffee.title, await answers(stage, coffee)) == (QuestionState.REMOVED, "", [])
    ben = stage.person("UBEN")
    await ben.command("/questions fees")
    assert "somebody" in everything(ben.direct()[-1]).casefold()
    assert "Invoice early" in everything(ben.direct()[-1])
    assert "Eva" not in everything(ben.direct()[-1])


async def test_a_question_left_without_a_name_goes_on_and_writes_to_nobody(stage: Stage) -> None:
    await open_questions_channel(stage)
    ann, cleo = stage.person("UANN"), stage.person("UCLEO")
    asked = await stage.person("UBEN").say(ASK, "Who pays for the hall?")
    await stage.settle()
    answered = await stage.person("UEVA").say(ASK, "The city", thread_ts=asked)
    await stage.settle()
    await stage.person("UBEN").react(ASK, answered, "white_check_mark")
    await stage.settle()
    for user_id in ("UBEN", "UEVA"):
        await delete(stage, user_id, privacy_keep=["keep"])

    await ann.command("/questions hall")
    await ann.press(ann.direct()[-1], "questions_manage", value="1")
    await ann.press("modal", "questions_reopen")
    await ann.close_modal(whole_stack=True)
    await stage.settle()
    await cleo.say(ASK, "Nobody, it is free", thread_ts=asked)
    await stage.at("2023-06-16 09:00")
    await stage.at("2023-06-23 09:00")
    await ann.react(ASK, answered, "white_check_mark")
    await stage.settle()

    (again,) = await logged(stage)
    assert (again.state, again.asker_id) == (QuestionState.ANSWERED, "erased")
    said = [everything(message) for message in stage.workspace.channel(ASK).messages if message.get("bot_id")]
    assert [text for text in said if "the one who asked" in text or "Ben" in text or "Eva" in text] == []
    async with stage.bot.db.reading() as work:
        rows = await outbox.rows(work, team_id=stage.team_id)
    assert [row.key for row in rows if row.state == "failed"] == []
    assert {row.state for row in rows if row.recipient == "erased"} <= {"dropped"}


async def test_who_withdraws_from_the_question_log_is_heard_no_more_until_they_allow_it(stage: Stage) -> None:
    await open_questions_channel(stage)
    ben = stage.person("UBEN")
    await ben.say(ASK, "First?")
    await stage.settle()
    await privacy(stage, "UBEN")

    await ben.press("modal", "privacy_withdraw", value="question_log")
    await stage.settle()
    withdrawn = everything(ben.modal or {})
    await ben.say(ASK, "Second?")
    await ben.command("/ask Third?")
    await stage.settle()
    refused = ben.direct()[-1]["text"]
    await privacy(stage, "UBEN")
    await stage.at("2023-06-13 08:00")
    await ben.press("modal", "privacy_give", value="question_log")
    await ben.say(ASK, "Fourth?")
    await stage.settle()

    assert "Nothing you say in the questions channels is kept. (since Mon 12 June 2023)" in withdrawn
    assert refused.startswith("You chose that the question log keeps nothing of yours.")
    open_now = [one.title for one in await logged(stage) if one.state is QuestionState.OPEN]
    assert open_now == ["Fourth?"]
    decided = "question log allowed on Tue 13 June 2023 · question log withdrawn on Mon 12 June 2023"
    assert decided in everything(ben.modal or {})


async def test_who_withdraws_from_the_directory_is_not_found(stage: Stage) -> None:
    cleo = stage.person("UCLEO")
    await cleo.command("/directory Ben")
    before = everything(cleo.direct()[-1])
    ben = await privacy(stage, "UBEN")

    await ben.press("modal", "privacy_withdraw", value="directory")
    await cleo.command("/directory Ben")

    assert "Ben Virta" in before
    assert "Ben Virta" not in everything(cleo.direct()[-1])


async def test_what_an_organiser_had_planned_goes_on_after_them_and_others_hear_of_it(stage: Stage) -> None:
    await announcing.open_news(stage)
    fields: dict[str, Any] = {"announce_date": "2023-06-13", "announce_time": "10:00"}
    ann = await announcing.send(stage, **fields)
    await ann.close_modal(whole_stack=True)
    ann = await announcing.send(stage, announce_roles=[], announce_people=["UGUS"], **fields)
    await ann.close_modal(whole_stack=True)
    stage.workspace.change_user("UGUS", deleted=True)
    await stage.settle()
    await delete(stage, "UANN")

    await stage.at("2023-06-13 08:00")
    await stage.at("2023-06-13 12:00")

    assert announcing.got(stage, "UBEN") == ["Day 3 in Torino"]
    told = [message["text"] for message in stage.person("UFAY").direct() if "was not sent" in message["text"]]
    assert len(told) == 1
    async with stage.bot.db.reading() as work:
        rows = await outbox.rows(work, team_id=stage.team_id)
    assert [row.key for row in rows if row.state == "failed"] == []


# -- an organiser hands a request over ----------------------------------------------------------------


async def test_a_request_that_an_organiser_hands_over_is_done_for_the_person_and_logged(stage: Stage) -> None:
    await hand_in(stage, "UBEN", "My plan")
    ann = stage.person("UANN")
    await ann.command("/academy privacy @ben")
    await ann.saw_modal("A person's request")

    assert await ann.submit({"privacy_what": "data", "privacy_how": "mail"}) == {}
    await stage.settle()

    assert sorted(files(stage, stage.person("UBEN"))) == ["html", "json"]
    assert files(stage, ann) == {}
    assert "Their data are on their way to Ben Virta." in everything(ann.modal or {})
    assert await deeds(stage) == [("UANN", "person.data_sent", "person:UBEN", "by e-mail")]


async def test_data_of_who_left_go_to_the_organiser_and_then_they_are_deleted(stage: Stage) -> None:
    stage.workspace.change_user("UBEN", deleted=True)
    await stage.settle()
    ann = stage.person("UANN")
    await ann.command("/academy privacy <@UBEN>")
    await ann.submit({"privacy_what": "data", "privacy_how": "letter"})
    await stage.settle()
    sent = files(stage, ann)

    await ann.close_modal(whole_stack=True)
    await ann.command("/academy privacy <@UBEN>")
    await ann.submit({"privacy_what": "deletion", "privacy_how": "letter"})
    await stage.settle()

    assert json.loads(sent["json"])["person"] == "UBEN"
    assert "UBEN" not in await tables(stage)
    assert await deeds(stage) == [
        ("UANN", "person.erased", "person:erased", "by letter"),
        ("UANN", "person.data_sent", "person:erased", ""),
    ]


async def test_only_organisers_hand_over_at_the_command_and_at_the_form(stage: Stage) -> None:
    ben, ada = stage.person("UBEN"), stage.person("UADA")
    await ben.command("/academy privacy @cleo")
    await ada.command("/academy privacy @cleo")
    stage.workspace.change_user("UADA", is_admin=False)
    await stage.settle()

    faults = await ada.submit({"privacy_what": "deletion", "privacy_how": "talk"})

    assert ben.direct()[-1]["text"] == NOT_ALLOWED
    assert list(faults.values()) == [NOT_ALLOWED]
    assert "UCLEO" in await tables(stage)


# -- terms, and the report ----------------------------------------------------------------------------


async def test_what_is_past_its_term_goes_at_night_once_and_organisers_are_told(stage: Stage) -> None:
    await hand_in(stage, "UBEN", "My plan")
    async with stage.bot.db.writing() as work:
        academy = await editions.academy(work, team_id=stage.team_id)
        assert academy is not None
        terms = academy.retention.with_days("homework", 30).with_days("people", 10)
        await editions.put_academy(work, replace(academy, retention=terms))
    stage.workspace.change_user("UCLEO", deleted=True)
    await stage.settle()
    await stage.at("2023-06-13 01:31")
    early = await tables(stage)

    await stage.at("2023-08-08 01:29")  # 03:29 in Brussels
    still = await tables(stage)
    await stage.at("2023-08-08 01:31")
    await stage.at("2023-08-08 12:00")

    left = await tables(stage)
    assert ("My plan" in early, "My plan" in still, "My plan" in left) == (True, True, False)
    assert ("UCLEO" in still, "UCLEO" in left) == (True, False)
    told = [
        message["text"] for message in stage.person("UANN").direct() if "this went today" in message["text"]
    ]
    assert [line.partition(" The terms")[0] for line in told] == [
        "🗑️ By the academy's terms, this went today: homework: 1, people who left the workspace: 1."
    ]
    async with stage.bot.db.reading() as work:
        query = select(retention_run.c.removed).order_by(retention_run.c.ran_on)
        runs = list((await work.execute(query)).scalars())
    assert runs == [{}, {}, {"people": 1, "homework": 1}]
    assert ("bot", "retention.removed", "day:2023-08-08", "") in await deeds(stage)


async def test_the_report_shows_the_edition_and_turns_the_pages_of_the_log(stage: Stage) -> None:
    async with stage.bot.db.writing() as work:
        for number in range(1, 13):
            await audit.add(
                work,
                team_id=stage.team_id,
                done_at=stage.workspace.clock.now(),
                done_by=(await members.organisers(work, team_id=stage.team_id))[0],
                deed="role.changed",
                subject="person:UBEN",
                after=f"<!channel> {number}",
            )
    ann = stage.person("UANN")
    await ann.command("/academy report")
    first = everything(await ann.saw_modal("Report"))

    await ann.press("modal", "report_older")
    second = everything(ann.modal or {})
    await ann.press("modal", "report_newer")

    assert "*People:* 3 participants, 1 alumnus and 1 coach" in first
    assert "Action plan: first blueprint" in first
    assert [f"after: &lt;!channel&gt; {n}\n" in f"{first}\n" for n in (12, 3, 2)] == [True, True, False]
    assert [f"after: &lt;!channel&gt; {n}\n" in f"{second}\n" for n in (3, 2, 1)] == [False, True, True]
    assert everything(ann.modal or {}) == first
    assert "*Ann Organ* role: changed person Ben Virta" in first


async def test_a_question_out_of_an_organiser_s_sight_is_not_told_in_the_report(stage: Stage) -> None:
    secret = await channel(stage, "board", members=["UADA"], is_private=True)
    made = await question(stage, "Fire Ann?", by="UADA", channel_id=secret)
    async with stage.bot.db.writing() as work:
        await questions.change_question(work, replace(made, title="Staff"))
        await audit.add(
            work,
            team_id=stage.team_id,
            done_at=stage.workspace.clock.now(),
            done_by=made.asker_id,
            deed="question.retitled",
            subject=f"question:{made.id}",
            before="Fire Ann?",
            after="Staff",
        )
    ann = stage.person("UANN")

    await ann.command("/academy report")

    said = everything(await ann.saw_modal("Report"))
    assert "*Ada Admin* changed question 1\nbefore: …\nafter: …" in said
    assert "Fire" not in said


async def test_who_is_deleted_by_the_terms_leaves_their_round_first(stage: Stage) -> None:
    await peering.six(stage)
    await peering.publish(stage, kind="groups", homework="None", size="3", date="2023-06-30")
    others = peering.partners(stage, "UBEN")
    async with stage.bot.db.writing() as work:
        academy = await editions.academy(work, team_id=stage.team_id)
        assert academy is not None
        await editions.put_academy(work, replace(academy, retention=academy.retention.with_days("people", 1)))
        await work.execute(
            insert(departure).values(
                team_id=stage.team_id, user_id="UBEN", noticed_at=stage.workspace.clock.now()
            )
        )
        await work.execute(update(member).where(member.c.user_id == "UBEN").values(is_deactivated=True))

    # Only the nightly job, before a beat sees by itself that he has left.
    await retention.run_due(stage.bot.db, now=stage.workspace.clock.now() + timedelta(days=2))
    await stage.at("2023-06-14 08:05")

    assert "UBEN" not in await tables(stage)
    told = [
        message["text"].partition(". ")[0]
        for channel in stage.workspace.channels.values()
        if channel.kind == "mpim" and set(others) <= set(channel.members) and "UBEN" not in channel.members
        for message in channel.messages
    ]
    assert "ℹ️ somebody can no longer take part in round 1" in told


# -- what others still see ----------------------------------------------------------------------------


async def test_who_was_matched_with_somebody_deleted_is_told_and_everything_goes_on(stage: Stage) -> None:
    await peering.six(stage)
    await peering.publish(stage, kind="groups", homework="None", size="3")
    others = peering.partners(stage, "UBEN")

    await delete(stage, "UBEN")
    for user_id in others:
        await stage.person(user_id).command("/peers")
    ann = stage.person("UANN")
    await ann.command("/peers status")
    shown = everything(ann.modal or ann.direct()[-1])
    await stage.at("2023-06-22 12:00")
    await stage.at("2023-07-08 12:00")

    assert [line for line in (await tables(stage)).splitlines() if "UBEN" in line] == []
    assert "Ben Virta" not in shown
    told = [
        message["text"]
        for channel in stage.workspace.channels.values()
        if channel.kind == "mpim" and set(others) <= set(channel.members) and "UBEN" not in channel.members
        for message in channel.messages
        if "no longer take part" in message["text"] or "can no longer" in message["text"]
    ]
    assert [text.partition(". ")[0] for text in told] == ["ℹ️ somebody can no longer take part in round 1"]


async def test_what_an_organiser_made_is_read_as_before_once_they_are_deleted(stage: Stage) -> None:
    await open_questions_channel(stage)
    ann, ada = stage.person("UANN"), stage.person("UADA")
    await peering.hand_in(stage, "UBEN", "UCLEO")
    await ann.command("/homework extend @dina action-plan-1 2023-07-10")
    await ann.submit({"reason": f"Ill, says {PLANTED}"})
    await ann.close_modal(whole_stack=True)
    await announcing.send(stage, announce_options=["confirm"])
    await ann.close_modal(whole_stack=True)
    await stage.settle()
    await peering.publish(stage)
    await ann.close_modal(whole_stack=True)
    await stage.person("UBEN").say(ASK, "Who pays?")
    await stage.settle()
    await ann.command("/questions pays")
    await ann.press(ann.direct()[-1], "questions_manage", value="1")
    await ann.press("modal", "questions_retitle")
    await ann.submit({"title": "Who pays for it?"})
    await ann.close_modal(whole_stack=True)

    await delete(stage, "UANN")
    for words in ("/announce list", "/peers status", "/homework status action-plan-1", "/academy report"):
        await ada.command(words)
        if ada.modal is not None:
            await ada.close_modal(whole_stack=True)
    await announcing.open_detail(stage, by="UADA")
    detail = everything(ada.modal or {})
    await ada.close_modal(whole_stack=True)
    await ada.command("/academy report")
    report = everything(ada.modal or {})
    await ada.open_home()
    await stage.person("UDINA").open_home()
    await stage.at("2023-07-08 12:00")

    assert [line for line in (await tables(stage)).splitlines() if "UANN" in line] == []
    assert "Day 3 in Torino" in detail
    assert "*somebody* changed question 1" in report
    assert "Ann Organ" not in detail + report
