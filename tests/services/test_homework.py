"""Homework in the database: versions, dates that hold, who is told of what."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.domain.homework import HandedInFile, Homework
from bot.domain.ids import HomeworkId, UserId
from bot.domain.members import Enrolment, Role
from bot.domain.refusals import Refused
from bot.domain.standing import State
from bot.services import homework
from bot.services.homework import Written
from storage import editions, members, outbox
from storage import homework as stored
from storage.db import AlreadyDone, Database, Delivery
from storage.outbox import Composed, Drop, Send
from tests.reminding import EDITION, ORGANISER, TEAM, academy, person, queued, settle, utc, wall
from tests.reminding import homework as written

OPEN = utc("2023-06-12 08:00")
DUE = utc("2023-07-05 16:00")


async def plan(db: Database) -> HomeworkId:
    """An academy with U1 and U2, and a homework that is due on 5 July, 18:00 in Rome."""
    await academy(db)
    for user in ("U1", "U2"):
        await person(db, user, now=OPEN)
    return await written(db, "plan", due="2023-07-05 18:00", now=OPEN)


async def hand_in(
    db: Database,
    of: HomeworkId,
    *,
    user: str = "U1",
    now: datetime,
    text: str = "Done",
    files: tuple[HandedInFile, ...] = (),
    kept: tuple[str, ...] = (),
    once: Delivery | None = None,
) -> homework.Piece:
    """A version handed in; how the homework stands for that person then."""
    await homework.hand_in(
        db,
        team_id=TEAM,
        user_id=UserId(user),
        homework_id=of,
        text=text,
        link="",
        files=files,
        kept=kept,
        now=now,
        once=once,
    )
    return await piece(db, of, user=user, now=now)


async def piece(db: Database, of: HomeworkId, *, user: str = "U1", now: datetime) -> homework.Piece:
    found = await homework.homework_of(db, team_id=TEAM, user_ids=[UserId(user)], now=now)
    mine = found[UserId(user)]
    return next(one for one in mine if one.id == of)


async def extend(db: Database, of: HomeworkId, *, due: str, user: str = "U1", now: datetime = OPEN) -> None:
    await homework.extend(
        db,
        team_id=TEAM,
        homework_id=of,
        user_id=UserId(user),
        due=wall(due),
        reason="Ill",
        granted_by=ORGANISER,
        now=now,
    )


async def current(db: Database, of: HomeworkId) -> Homework:
    async with db.reading() as work:
        found = await stored.homework(work, team_id=TEAM, homework_id=of)
    assert found is not None
    return found


async def change(db: Database, of: HomeworkId, *, now: datetime, **values: object) -> Homework:
    """Edit as an organiser's form does, from what is there now."""
    before = await current(db, of)
    form = Written(
        edition_key=before.edition_key,
        key=before.key,
        title=before.title,
        brief=before.brief,
        opens=before.opens,
        due=before.due,
        remind=before.remind,
        remind_at=before.remind_at,
    )
    return await homework.edit(
        db,
        team_id=TEAM,
        homework_id=of,
        revision=before.revision,
        written=replace(form, **values),  # type: ignore[arg-type]
        now=now,
    )


async def composed(db: Database, kind: str, *, now: datetime) -> list[tuple[str, Composed]]:
    """What becomes of every queued message of a kind that is sent at that instant."""
    found = []
    for row in await queued(db):
        if row.kind == kind:
            async with db.writing() as work:
                found.append((row.recipient, await homework.COMPOSERS[kind](work, row, now)))
    return found


@pytest.mark.parametrize(
    ("at", "late_by_s"),
    [(DUE, 0), (DUE + timedelta.resolution, 1), (DUE + timedelta(minutes=1), 60)],
    ids=["at the instant", "a microsecond after", "a minute after"],
)
async def test_first_version_is_late_from_the_first_moment_after_the_due_instant(
    db: Database, at: datetime, late_by_s: int
) -> None:
    of = await plan(db)

    stands = (await hand_in(db, of, now=at)).standing

    assert stands.handed_in is not None
    assert stands.handed_in.late_by_s == late_by_s
    assert stands.state is (State.LATE if late_by_s else State.HANDED_IN)


async def test_version_in_time_cannot_be_changed_after_the_due_instant(db: Database) -> None:
    of = await plan(db)
    await hand_in(db, of, now=DUE)

    with pytest.raises(Refused, match="it can no longer be changed"):
        await hand_in(db, of, now=DUE + timedelta(seconds=1), text="Changed")

    stands = (await piece(db, of, now=DUE + timedelta(seconds=1))).standing
    assert stands.handed_in is not None
    assert (stands.handed_in.version, stands.handed_in.text) == (1, "Done")


async def test_late_version_can_be_added_to_and_stays_late(db: Database) -> None:
    of = await plan(db)
    await hand_in(db, of, now=DUE + timedelta(hours=1))

    stands = (await hand_in(db, of, now=DUE + timedelta(hours=2))).standing

    assert stands.handed_in is not None
    assert (stands.handed_in.version, stands.state) == (2, State.LATE)


async def test_every_version_is_kept_with_the_files_that_were_chosen_to_stay(db: Database) -> None:
    of = await plan(db)
    one, two, three = (HandedInFile(id=f"F{number}", name=f"{number}.txt") for number in (1, 2, 3))
    await hand_in(db, of, now=OPEN, text="First", files=(one, two))

    await hand_in(db, of, now=OPEN, text="", files=(three,), kept=("F2", "F9"))

    async with db.reading() as work:
        versions = await stored.versions(work, team_id=TEAM, homework_id=of, user_id=UserId("U1"))
    assert [(version.version, version.text, version.files) for version in versions] == [
        (1, "First", (one, two)),
        (2, "", (two, three)),
    ]


async def test_same_delivery_is_done_once(db: Database) -> None:
    of = await plan(db)
    once = Delivery(team_id=TEAM, key="view:V1:hand_in_homework", received_at=OPEN)
    await hand_in(db, of, now=OPEN, once=once)

    with pytest.raises(AlreadyDone):
        await hand_in(db, of, now=OPEN, once=once)

    assert [row.key for row in await queued(db)] == [f"receipt:{of}:U1:v1", f"home:U1:{of}:v1"]


@pytest.mark.parametrize(
    "link",
    [
        "example.org/plan",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https:///plan",
        "http://[::1",
        "https://exa mple.org",
        "https://example.org/\u202egpj.exe",
    ],
)
async def test_link_that_is_no_web_address_is_refused(db: Database, link: str) -> None:
    of = await plan(db)

    with pytest.raises(Refused) as refused:
        await homework.hand_in(
            db, team_id=TEAM, user_id=UserId("U1"), homework_id=of, text="", link=link, files=(), now=OPEN
        )

    assert refused.value.block_id == "link"


async def test_extension_makes_a_late_version_good(db: Database) -> None:
    of = await plan(db)
    await hand_in(db, of, now=DUE + timedelta(hours=1))

    await extend(db, of, due="2023-07-07 18:00", now=DUE + timedelta(hours=2))

    stands = (await piece(db, of, now=DUE + timedelta(hours=3))).standing
    assert (stands.state, stands.may_hand_in) == (State.HANDED_IN, True)


async def test_date_moved_to_before_a_version_does_not_make_it_late(db: Database) -> None:
    of = await plan(db)
    await hand_in(db, of, now=utc("2023-06-30 08:00"))

    await change(db, of, due=wall("2023-07-01 18:00"), now=utc("2023-06-30 09:00"))

    stands = (await piece(db, of, now=utc("2023-07-03 08:00"))).standing
    assert stands.state is State.HANDED_IN


async def test_extension_survives_a_moved_date(db: Database) -> None:
    of = await plan(db)
    await extend(db, of, due="2023-07-10 18:00")

    await change(db, of, due=wall("2023-07-07 18:00"), now=OPEN)

    assert (await piece(db, of, now=OPEN)).standing.due == wall("2023-07-10 18:00")
    assert (await piece(db, of, user="U2", now=OPEN)).standing.due == wall("2023-07-07 18:00")


async def test_second_extension_tells_only_of_the_newest_date(db: Database) -> None:
    of = await plan(db)
    await extend(db, of, due="2023-07-10 18:00")
    await extend(db, of, due="2023-07-12 18:00")

    told = [message for _, message in await composed(db, "homework.extended", now=OPEN)]

    assert told[0] == Drop("a newer extension tells of it")
    assert isinstance(told[1], Send)
    assert "Wed 12 July 2023, 18:00 (Rome)" in told[1].text


async def test_two_changes_that_are_unsent_are_told_as_one(db: Database) -> None:
    of = await plan(db)
    await change(db, of, due=wall("2023-07-07 18:00"), now=OPEN)
    await change(db, of, brief="New brief", now=OPEN)

    told = await composed(db, "homework.changed", now=OPEN)

    assert [recipient for recipient, _ in told] == ["U1", "U2"]
    for _, message in told:
        assert isinstance(message, Send)
        said = "\n".join(block["text"]["text"] for block in message.blocks if block["type"] == "section")
        assert "Before, it was Wed 5 July 2023, 18:00 (Rome)" in said
        assert "New brief" in said


async def test_change_that_is_taken_back_before_it_is_told_is_not_told(db: Database) -> None:
    of = await plan(db)
    await change(db, of, due=wall("2023-07-07 18:00"), now=OPEN)
    await change(db, of, due=wall("2023-07-05 18:00"), now=OPEN)

    told = [message for _, message in await composed(db, "homework.changed", now=OPEN)]

    assert told == [Drop("nothing is different for this person")] * 2


async def test_form_saved_without_a_change_changes_nothing(db: Database) -> None:
    of = await plan(db)

    after = await change(db, of, remind=("0d", "1d", "2d", "7d"), now=OPEN)

    assert after.revision == 1
    assert await queued(db) == []


async def test_new_reminders_alone_are_no_news_to_participants(db: Database) -> None:
    of = await plan(db)

    after = await change(db, of, remind=("1d",), now=OPEN)

    assert after.revision == 2
    assert await queued(db) == []


async def test_past_homework_keeps_its_date_when_its_brief_is_edited(db: Database) -> None:
    of = await plan(db)

    after = await change(db, of, brief="Corrected", now=DUE + timedelta(days=9))

    assert after.brief == "Corrected"


async def test_deactivated_participant_is_neither_counted_nor_told(db: Database) -> None:
    of = await plan(db)
    await person(db, "U2", now=OPEN, is_deactivated=True)

    await change(db, of, brief="New", now=OPEN)
    nudged, _ = await homework.nudge_missing(db, team_id=TEAM, homework_id=of, now=OPEN)
    status = await homework.status(db, team_id=TEAM, key=of, now=OPEN)

    assert [person.user_id for person in nudged] == ["U1"]
    assert [one.member.user_id for one in status.people] == ["U1"]
    assert {row.recipient for row in await queued(db)} == {"U1"}


async def test_nudge_leaves_out_whoever_has_a_later_date_that_is_ahead(db: Database) -> None:
    of = await plan(db)
    await extend(db, of, due="2023-07-10 18:00")

    before_the_date, _ = await homework.nudge_missing(db, team_id=TEAM, homework_id=of, now=OPEN)
    after_the_date, _ = await homework.nudge_missing(
        db, team_id=TEAM, homework_id=of, now=DUE + timedelta(days=1)
    )

    assert [person.user_id for person in before_the_date] == ["U1", "U2"]
    assert [person.user_id for person in after_the_date] == ["U2"]


async def test_nudge_is_once_a_day_a_person_over_all_homework_and_names_all_that_is_overdue(
    db: Database,
) -> None:
    of = await plan(db)
    other = await written(db, "map", due="2023-07-04 18:00", now=OPEN)
    after = DUE + timedelta(hours=1)

    first, _ = await homework.nudge_missing(db, team_id=TEAM, homework_id=of, now=after)
    second, already = await homework.nudge_missing(db, team_id=TEAM, homework_id=other, now=after)
    tomorrow, _ = await homework.nudge_missing(
        db, team_id=TEAM, homework_id=other, now=after + timedelta(days=1)
    )

    assert [len(people) for people in (first, second, already, tomorrow)] == [2, 0, 2, 2]
    _, message = (await composed(db, "homework.nudge", now=after))[0]
    assert isinstance(message, Send)
    buttons = [block["elements"][0]["value"] for block in message.blocks if block["type"] == "actions"]
    assert buttons == [other, of]


async def test_receipt_is_dropped_for_whoever_is_not_enrolled_any_more(db: Database) -> None:
    of = await plan(db)
    await hand_in(db, of, now=OPEN)
    async with db.writing() as work:
        await members.remove_enrolment(
            work, team_id=TEAM, edition_key=EDITION, user_id=UserId("U1"), role=Role.PARTICIPANT
        )

    [(_, message)] = await composed(db, "homework.receipt", now=OPEN)

    assert message == Drop("not enrolled any more, or deactivated")


async def test_key_of_two_editions_means_the_one_that_is_due_last(db: Database) -> None:
    of = await plan(db)
    async with db.writing() as work:
        first = await editions.edition(work, team_id=TEAM, edition_key=EDITION)
        assert first is not None
        earlier = replace(first, key=type(EDITION)("cba-1"), name="1st Academy")
        await editions.put_edition(work, earlier)
        known = await stored.homework(work, team_id=TEAM, homework_id=of)
        assert known is not None
        old = replace(
            known,
            id=HomeworkId("cba-1/plan"),
            edition_key=earlier.key,
            opens=wall("2022-06-08 09:00"),
            due=wall("2022-07-05 18:00"),
        )
        await stored.put_homework(work, old)
        await members.put_enrolment(
            work,
            Enrolment(team_id=TEAM, edition_key=earlier.key, user_id=UserId("U1"), role=Role.PARTICIPANT),
        )

    [by_key] = await homework.homework_to_hand_in(
        db, team_id=TEAM, user_id=UserId("U1"), key="PLAN", now=OPEN
    )
    [by_id] = await homework.homework_to_hand_in(
        db, team_id=TEAM, user_id=UserId("U1"), key="cba-1/plan", now=OPEN
    )

    assert (by_key.id, by_id.id) == (of, "cba-1/plan")


async def test_home_of_each_change_is_queued_once(db: Database) -> None:
    await plan(db)

    async with db.writing() as work:
        for _ in range(2):
            await homework.refresh_home(work, team_id=TEAM, user_id=UserId("U1"), why="x", now=OPEN)

    async with db.reading() as work:
        assert await outbox.count(work, team_id=TEAM) == {"queued": 1}


async def test_sent_change_is_not_taken_back_by_a_newer_one(db: Database) -> None:
    of = await plan(db)
    await change(db, of, due=wall("2023-07-07 18:00"), now=OPEN)
    for row in await queued(db):
        await settle(db, row, state="sent")

    await change(db, of, due=wall("2023-07-08 18:00"), now=OPEN)

    told = await composed(db, "homework.changed", now=OPEN)
    assert len(told) == 2
    for _, message in told:
        assert isinstance(message, Send)
        assert "Before, it was Fri 7 July 2023" in message.blocks[1]["text"]["text"]
