"""Importing editions and rosters: what is kept, what is printed, who is told."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from bot import academies
from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.homework import Extension, Homework, Submission
from bot.domain.ids import ChannelId, EditionKey, HomeworkId, UserId
from bot.domain.members import Enrolment, Member, Role
from bot.domain.workspace import Channel
from bot.services.editions import NOTHING_CHANGED
from storage import editions, homework, members, outbox, tables
from storage.db import Database
from tests.services.importing import (
    CHANNELS,
    EDITION,
    NOW,
    PEOPLE,
    ROSTER,
    TEAM,
    person,
    take,
    take_both,
)

CBA_2 = EditionKey("cba-2")
PLAN = HomeworkId("cba-2/plan")
PITCH = HomeworkId("cba-2/pitch")


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def queued_keys(db: Database) -> list[str]:
    async with db.reading() as work:
        return sorted(
            row.key
            for row in await outbox.rows(work, team_id=TEAM, states={"queued"})
            if row.kind == "homework.changed"
        )


async def planned_revisions(db: Database, homework_id: HomeworkId) -> set[int]:
    query = select(tables.reminder.c.revision).where(
        tables.reminder.c.homework_id == homework_id, tables.reminder.c.state == "planned"
    )
    async with db.reading() as work:
        return {revision for (revision,) in await work.execute(query)}


async def due(db: Database, homework_id: HomeworkId) -> tuple[datetime, int] | None:
    async with db.reading() as work:
        found = await homework.homework(work, team_id=TEAM, homework_id=homework_id)
    return None if found is None else (found.due, found.revision)


async def test_an_edition_and_its_roster_are_kept_and_told_line_by_line(db: Database) -> None:
    lines = await take_both(db)

    assert lines == [
        "academy: new, Academy (Europe/Brussels)",
        "edition cba-2: new, Second (Europe/Rome), 2 days",
        "homework plan: new, opens 2023-06-08 09:00, due 2023-07-05 18:00",
        "homework pitch: new, opens 2023-08-01 09:00, due 2023-09-14 18:00",
        "Aino (U1): country FI; sectors energy",
        "Berta (U2): country ES; sectors health",
        "Aino (U1): new in cba-2, participant (Grid)",
        "Berta (U2): new in cba-2, participant (Costa)",
        "Carlo (U3): new in cba-2, coach",
    ]
    async with db.reading() as work:
        assert await editions.academy(work, team_id=TEAM) == Academy(
            team_id=TEAM,
            name="Academy",
            timezone="Europe/Brussels",
            organisers=("U0ORG", "S0ORGS"),
            announcements_channel=ChannelId("C0NEWS"),
        )
        assert await editions.editions(work, team_id=TEAM) == [
            Edition(
                team_id=TEAM,
                key=CBA_2,
                name="Second",
                timezone="Europe/Rome",
                days=(
                    Day(on=date(2023, 6, 6), kind=DayKind.ONLINE, title="Day 1", starts=time(9, 30)),
                    Day(on=date(2023, 9, 21), kind=DayKind.IN_PERSON, title="Day 3"),
                ),
            )
        ]
        pieces = await homework.homeworks(work, team_id=TEAM)
        assert [(piece.id, piece.zone, piece.revision) for piece in pieces] == [
            (PLAN, "Europe/Rome", 1),
            (PITCH, "Europe/Rome", 1),
        ]
        assert await members.enrolments(work, team_id=TEAM) == [
            Enrolment(
                team_id=TEAM, edition_key=CBA_2, user_id=UserId("U1"), role=Role.PARTICIPANT, cluster="Grid"
            ),
            Enrolment(
                team_id=TEAM, edition_key=CBA_2, user_id=UserId("U2"), role=Role.PARTICIPANT, cluster="Costa"
            ),
            Enrolment(team_id=TEAM, edition_key=CBA_2, user_id=UserId("U3"), role=Role.COACH),
        ]
        assert await members.member(work, team_id=TEAM, user_id=UserId("U1")) == replace(
            PEOPLE[1], country="FI", sectors=("energy",)
        )
        assert await members.organisers(work, team_id=TEAM) == ["U0ORG", "U3"]
    assert await planned_revisions(db, PLAN) == {1}
    assert await queued_keys(db) == []


async def test_the_same_files_again_change_nothing(db: Database) -> None:
    await take_both(db)

    lines = await take_both(db)

    assert lines == [NOTHING_CHANGED]
    assert await due(db, PLAN) == (wall("2023-07-05T18:00"), 1)
    assert await queued_keys(db) == []


async def test_a_moved_date_is_printed_replans_and_tells_each_participant_once(db: Database) -> None:
    await take_both(db)
    moved = EDITION.replace("2023-07-05T18:00:00", "2023-07-07T18:00:00")

    first = await take_both(db, edition=moved)
    second = await take_both(db, edition=moved)

    assert first == ["homework plan: due 2023-07-05 18:00 → 2023-07-07 18:00"]
    assert second == [NOTHING_CHANGED]
    assert await due(db, PLAN) == (wall("2023-07-07T18:00"), 2)
    assert await due(db, PITCH) == (wall("2023-09-14T18:00"), 1)
    assert await queued_keys(db) == ["changed:cba-2/plan:U1:r2", "changed:cba-2/plan:U2:r2"]
    assert await planned_revisions(db, PLAN) == {2}
    assert await planned_revisions(db, PITCH) == {1}


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        (
            '"Plan"',
            '"Action plan"',
            "homework plan: title Plan → Action plan",
            ["changed:cba-2/plan:U1:r2", "changed:cba-2/plan:U2:r2"],
        ),
        (
            '"One page."',
            '"Two pages."',
            "homework plan: brief One page. → Two pages.",
            ["changed:cba-2/plan:U1:r2", "changed:cba-2/plan:U2:r2"],
        ),
        (
            "2023-07-05T18:00:00\n",
            '2023-07-05T18:00:00\nremind = ["3d"]\n',
            "homework plan: remind 7d, 2d, 1d, 0d → 3d",
            [],
        ),
        (
            "2023-07-05T18:00:00\n",
            "2023-07-05T18:00:00\nremind_at = 08:30:00\n",
            "homework plan: remind_at 09:00 → 08:30",
            [],
        ),
        (
            "2023-07-05T18:00:00\n",
            "2023-07-05T18:00:00\nremind_from = 2023-07-01\n",
            "homework plan: remind_from none → 2023-07-01",
            [],
        ),
        ('"Second"', '"2nd"', "edition cba-2: name Second → 2nd", []),
        ("starts = 09:30:00", "starts = 10:00:00", "edition cba-2: day 2023-06-06: starts 09:30 → 10:00", []),
        (
            'date = 2023-09-21\nkind = "in-person"\ntitle = "Day 3"\n',
            "",
            None,
            [],
        ),
        ('"S0ORGS"]', "]", "academy: organisers U0ORG, S0ORGS → U0ORG", []),
    ],
)
async def test_each_difference_is_one_line(
    db: Database, old: str, new: str, line: str | None, told: list[str]
) -> None:
    await take_both(db)
    changed = EDITION.replace(old, new) if line else EDITION.replace("[[day]]\n" + old, "")

    lines = await take_both(db, edition=changed)

    assert lines == [line or "edition cba-2: day 2023-09-21 removed, Day 3"]
    assert await queued_keys(db) == told
    assert await take_both(db, edition=changed) == [NOTHING_CHANGED]


async def test_a_file_that_does_not_say_how_long_things_are_kept_leaves_it_as_it_is(db: Database) -> None:
    terms = EDITION.replace("[edition]", "[retention]\nmessages = 90\n\n[edition]")
    await take(db, ("e.toml", EDITION))
    said = await take(db, ("e.toml", terms))

    lines = await take(db, ("e.toml", EDITION))

    assert said == ["kept for days: messages 365 → 90"]
    assert lines == [NOTHING_CHANGED]
    async with db.reading() as work:
        academy = await editions.academy(work, team_id=TEAM)
    assert academy is not None
    assert academy.retention.messages == 90


async def test_another_zone_moves_every_deadline_of_the_edition(db: Database) -> None:
    await take_both(db)

    lines = await take_both(db, edition=EDITION.replace("Europe/Rome", "Europe/Lisbon"))

    assert lines == ["edition cba-2: timezone Europe/Rome → Europe/Lisbon"]
    assert await due(db, PLAN) == (wall("2023-07-05T18:00"), 2)
    assert await planned_revisions(db, PLAN) == {2}
    assert await queued_keys(db) == [
        f"changed:cba-2/{key}:{user}:r2" for key in ("pitch", "plan") for user in ("U1", "U2")
    ]


async def test_an_extension_and_what_was_handed_in_survive_a_moved_date(db: Database) -> None:
    await take_both(db)
    granted = Extension(
        team_id=TEAM,
        homework_id=PLAN,
        user_id=UserId("U1"),
        due=wall("2023-07-20T18:00"),
        reason="ill",
        granted_by=UserId("U0ORG"),
        granted_at=NOW,
    )
    async with db.writing() as work:
        await homework.put_extension(work, granted)
        await homework.add_submission(work, handed_in(PLAN))

    await take_both(db, edition=EDITION.replace("2023-07-05T18", "2023-07-07T18"))

    async with db.reading() as work:
        assert await homework.extensions(work, team_id=TEAM) == [granted]
        assert await homework.latest_submissions(work, team_id=TEAM) == [handed_in(PLAN)]


def handed_in(homework_id: HomeworkId) -> Submission:
    return Submission(
        team_id=TEAM,
        homework_id=homework_id,
        user_id=UserId("U1"),
        version=1,
        text="Here",
        link="",
        files=(),
        submitted_at=NOW,
        late_by_s=0,
    )


def without_pitch() -> str:
    return EDITION[: EDITION.rindex("[[homework]]")]


async def test_homework_that_nobody_handed_in_goes_with_its_reminders_when_the_file_drops_it(
    db: Database,
) -> None:
    await take_both(db)

    lines = await take_both(db, edition=without_pitch())

    assert lines == ["homework pitch: removed, nobody had handed it in"]
    assert await due(db, PITCH) is None
    assert await planned_revisions(db, PITCH) == set()
    assert await due(db, PLAN) == (wall("2023-07-05T18:00"), 1)


async def test_homework_that_was_removed_and_comes_back_uses_no_message_key_again(db: Database) -> None:
    await take_both(db)
    async with db.writing() as work:
        await outbox.enqueue(
            work,
            team_id=TEAM,
            key=f"remind:{PITCH}:U1:7d:r3",
            recipient="U1",
            kind="reminder",
            body={"homework_ids": [PITCH], "slots": ["7d"]},
            now=NOW,
        )
    await take_both(db, edition=without_pitch())

    await take_both(db)

    assert await due(db, PITCH) == (wall("2023-09-14T18:00"), 4)


async def test_homework_made_in_slack_stays_though_no_file_names_it(db: Database) -> None:
    await take_both(db)
    made = Homework(
        team_id=TEAM,
        id=HomeworkId("cba-2/extra"),
        edition_key=CBA_2,
        key="extra",
        title="Extra",
        brief="More.",
        zone="Europe/Rome",
        opens=wall("2023-06-10T09:00"),
        due=wall("2023-06-20T09:00"),
    )
    async with db.writing() as work:
        await homework.put_homework(work, made)

    lines = await take_both(db)

    assert lines == [NOTHING_CHANGED]
    assert await due(db, made.id) == (made.due, 1)


async def test_people_who_are_missing_from_a_roster_stay(db: Database) -> None:
    await take_both(db)

    lines = await take(db, ("roster.csv", ROSTER.replace("U2,,,participant,cba-2,Costa,ES,health\n", "")))

    assert lines == [NOTHING_CHANGED]
    async with db.reading() as work:
        assert len(await members.enrolments(work, team_id=TEAM, edition_key=CBA_2)) == 3


async def test_an_empty_field_leaves_what_is_known(db: Database) -> None:
    await take_both(db)

    lines = await take(db, ("r.csv", "slack_id,role,edition,cluster,country\nU1,participant,cba-2,,\n"))

    assert lines == [NOTHING_CHANGED]


async def test_another_role_takes_the_place_of_the_one_before(db: Database) -> None:
    await take_both(db)

    lines = await take(db, ("r.csv", "slack_id,role,edition\nU1,alumnus,cba-2\n"))

    assert lines == ["Aino (U1): in cba-2, participant (Grid) → alumnus (Grid)"]
    async with db.reading() as work:
        assert await members.enrolments(work, team_id=TEAM, user_id=UserId("U1")) == [
            Enrolment(
                team_id=TEAM, edition_key=CBA_2, user_id=UserId("U1"), role=Role.ALUMNUS, cluster="Grid"
            )
        ]


async def test_two_participants_can_exchange_their_clusters(db: Database) -> None:
    await take_both(db)

    lines = await take_both(
        db, roster=ROSTER.replace("Grid", "?").replace("Costa", "Grid").replace("?", "Costa")
    )

    assert lines == [
        "Aino (U1): in cba-2, participant (Grid) → participant (Costa)",
        "Berta (U2): in cba-2, participant (Costa) → participant (Grid)",
    ]


async def test_another_country_is_printed_and_kept(db: Database) -> None:
    await take_both(db)

    lines = await take_both(db, roster=ROSTER.replace(",FI,energy", ",SE,energy;wind"))

    assert lines == ["Aino (U1): country FI → SE; sectors energy → energy, wind"]


async def test_what_is_only_doubtful_is_a_warning_and_no_fault(db: Database) -> None:
    people = [*PEOPLE[:2], person("U2", "Berta", is_deactivated=True), PEOPLE[3]]
    outside = [Channel(id=ChannelId("C0NEWS"), name="news", is_member=False)]
    files = (("cba-2.toml", EDITION), ("roster.csv", ROSTER))
    await take(db, *files, people=people, channels=outside)

    lines = await take(db, *files, people=people, channels=outside)

    assert lines == [
        NOTHING_CHANGED,
        "warning: the bot is not in #news (C0NEWS): invite it there",
        "warning: Berta (U2) is deactivated in Slack and will hear nothing",
    ]


async def test_the_sample_academy_is_imported_whole_and_again_without_a_change(db: Database) -> None:
    cast = academies.cast()
    people = [
        Member(team_id=TEAM, user_id=one.user_id, name=one.name, email=one.email, tz=one.tz) for one in cast
    ]
    channels = [
        *CHANNELS,
        *(Channel(id=ChannelId(one.id), name=one.name, is_member=True) for one in academies.CHANNELS),
    ]
    files = [(path.name, path.read_bytes()) for path in academies.FILES]

    await take(db, *files, people=people, channels=channels)
    again = await take(db, *files, people=people, channels=channels)

    assert again == [NOTHING_CHANGED]
    async with db.reading() as work:
        enrolled = await members.enrolments(work, team_id=TEAM)
        known = {one.user_id: one for one in await members.members(work, team_id=TEAM)}
        pieces = await homework.homeworks(work, team_id=TEAM)
        days = [day.on for one in await editions.editions(work, team_id=TEAM) for day in one.days]
    participants = [one for one in enrolled if one.role is Role.PARTICIPANT]
    assert len(participants) == 21
    assert len({one.cluster for one in participants}) == 21
    assert len({known[one.user_id].country for one in participants}) == 13
    assert sum(one.role is Role.COACH for one in enrolled) == 2
    assert sum(one.role is Role.ORGANISER for one in enrolled) == 2
    assert sum(one.role is Role.ALUMNUS and one.edition_key == "cba-1" for one in enrolled) == 8
    assert days == [date(2023, 6, 6), date(2023, 6, 7), date(2023, 9, 21), date(2023, 9, 22)]
    assert all(piece.due.weekday() < 5 and 9 <= piece.due.hour <= 18 for piece in pieces)
    assert all(date(2023, 6, 7) < piece.due.date() < date(2023, 9, 21) for piece in pieces)
