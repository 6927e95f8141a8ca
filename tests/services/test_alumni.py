"""When organisers are asked who has become an alumnus: planned over every edition of every workspace."""

from datetime import UTC, date, datetime

from bot.domain.editions import Day, DayKind, Edition
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Enrolment, Member, Role
from bot.services import alumni
from storage import editions, members, roles
from storage.db import Database
from storage.roles import Graduation

ONE, OTHER = TeamId("T1"), TeamId("T2")
NOW = datetime(2023, 9, 1, 8, 0, tzinfo=UTC)


async def edition(
    db: Database, team_id: TeamId, key: str, *in_person: date, role: Role = Role.PARTICIPANT
) -> EditionKey:
    """An edition with a day online, these in person, and one person in that role."""
    edition_key, user_id = EditionKey(key), UserId("U1")
    days = [Day(on=date(2023, 12, 31), kind=DayKind.ONLINE, title="Online")]
    days += [Day(on=on, kind=DayKind.IN_PERSON, title="In person") for on in in_person]
    async with db.writing() as work:
        await editions.put_edition(
            work,
            Edition(team_id=team_id, key=edition_key, name=key, timezone="Europe/Rome", days=tuple(days)),
        )
        await members.put_member(work, Member(team_id=team_id, user_id=user_id, name="Ben"))
        await members.put_enrolment(
            work, Enrolment(team_id=team_id, edition_key=edition_key, user_id=user_id, role=role)
        )
    return edition_key


async def asked(
    db: Database, team_id: TeamId, key: EditionKey, *, decided_at: datetime | None = None
) -> None:
    """Organisers were asked about that edition."""
    async with db.writing() as work:
        await roles.put_graduation(
            work, Graduation(team_id=team_id, edition_key=key, asked_at=NOW, decided_at=decided_at)
        )


async def next_due_at(db: Database) -> datetime | None:
    async with db.reading() as work:
        return await alumni.next_due_at(work, now=NOW)


async def test_the_earliest_of_all_editions_whose_participants_may_be_alumni_soon_is_next(
    db: Database,
) -> None:
    await edition(db, ONE, "later", date(2023, 9, 21), date(2023, 9, 22))
    await edition(db, ONE, "online only")
    await edition(db, ONE, "nobody in it", date(2023, 9, 2), role=Role.COACH)
    decided = await edition(db, ONE, "decided", date(2023, 9, 3))
    await asked(db, ONE, decided, decided_at=NOW)
    await edition(db, OTHER, "decided", date(2023, 9, 12), date(2023, 9, 14), date(2023, 9, 13))

    due_at = await next_due_at(db)

    assert due_at == datetime(2023, 9, 15, 7, 0, tzinfo=UTC)


async def test_an_open_question_is_due_only_where_the_days_were_moved_ahead_after_it(db: Database) -> None:
    key = await edition(db, ONE, "over", date(2023, 8, 30))
    await asked(db, ONE, key)

    over = await next_due_at(db)
    await edition(db, ONE, "over", date(2023, 8, 30), date(2023, 9, 10))
    moved = await next_due_at(db)
    await alumni.queue_due(db, now=NOW)
    asked_again = await next_due_at(db)

    assert over is None
    assert moved == NOW
    assert asked_again == datetime(2023, 9, 11, 7, 0, tzinfo=UTC)
