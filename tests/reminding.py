"""A small academy for tests of reminders: the second edition's days, people anywhere, homework in between."""

from datetime import UTC, date, datetime, time
from typing import Any

from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.homework import Extension, Homework, Submission
from bot.domain.ids import ChannelId, EditionKey, HomeworkId, TeamId, UserId, homework_id
from bot.domain.members import Enrolment, Member, Role
from bot.services import reminders
from storage import editions, members, outbox
from storage import homework as stored_homework
from storage import reminders as stored
from storage.db import Database
from storage.outbox import Composed, OutboxRow

TEAM = TeamId("T1")
EDITION = EditionKey("cba-2")
CHANNEL = ChannelId("C0CBA2")
ORGANISER = UserId("U0ORG")


def utc(written: str) -> datetime:
    """`2023-07-05 16:00` as an instant."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def wall(written: str) -> datetime:
    """`2023-07-05 18:00` as a wall time."""
    return datetime.fromisoformat(written)


async def academy(
    db: Database,
    *,
    zone: str = "Europe/Rome",
    channel: ChannelId | None = None,
    online: tuple[date, ...] = (date(2023, 6, 6), date(2023, 6, 7)),
    in_person: tuple[date, ...] = (date(2023, 9, 21), date(2023, 9, 22)),
) -> None:
    """The academy in Brussels' time, one edition, one organiser."""
    days = [Day(on=on, kind=DayKind.ONLINE, title="Online") for on in online]
    days += [Day(on=on, kind=DayKind.IN_PERSON, title="In person") for on in in_person]
    async with db.writing() as work:
        await editions.put_academy(
            work, Academy(team_id=TEAM, name="CBA", timezone="Europe/Brussels", organisers=(ORGANISER,))
        )
        await editions.put_edition(
            work,
            Edition(
                team_id=TEAM,
                key=EDITION,
                name="2nd Academy",
                timezone=zone,
                channel_id=channel,
                days=tuple(days),
            ),
        )
        await members.put_member(
            work, Member(team_id=TEAM, user_id=ORGANISER, name="Olga", tz="Europe/Brussels")
        )


async def person(
    db: Database,
    user: str,
    *,
    now: datetime,
    tz: str = "Europe/Rome",
    country: str = "",
    is_deactivated: bool = False,
) -> UserId:
    """A participant, or the same one with another zone; the plan follows."""
    user_id = UserId(user)
    async with db.writing() as work:
        await members.put_member(
            work,
            Member(
                team_id=TEAM,
                user_id=user_id,
                name=user.title(),
                tz=tz,
                country=country,
                is_deactivated=is_deactivated,
            ),
        )
        await members.put_enrolment(
            work,
            Enrolment(
                team_id=TEAM,
                edition_key=EDITION,
                user_id=user_id,
                role=Role.PARTICIPANT,
                cluster=f"Cluster of {user}",
            ),
        )
        await reminders.replan(work, team_id=TEAM, now=now, user_id=user_id)
    return user_id


async def homework(
    db: Database,
    key: str,
    *,
    due: str,
    now: datetime,
    opens: str = "2023-06-08 09:00",
    zone: str = "Europe/Rome",
    remind: tuple[str, ...] = ("7d", "2d", "1d", "0d"),
    remind_at: time = time(9),
    remind_from: date | None = None,
    remind_until: date | None = None,
    revision: int = 1,
) -> HomeworkId:
    """A homework, or its next revision; the plan follows."""
    written = Homework(
        team_id=TEAM,
        id=homework_id(EDITION, key),
        edition_key=EDITION,
        key=key,
        title=key.replace("-", " ").capitalize(),
        brief="One page.",
        zone=zone,
        opens=wall(opens),
        due=wall(due),
        remind=remind,
        remind_at=remind_at,
        remind_from=remind_from,
        remind_until=remind_until,
        revision=revision,
    )
    async with db.writing() as work:
        await stored_homework.put_homework(work, written)
        await reminders.replan(work, team_id=TEAM, now=now, homework_id=written.id)
    return written.id


async def extend(db: Database, of: HomeworkId, user_id: UserId, *, due: str, now: datetime) -> None:
    """A later date for one person; the plan follows."""
    granted = Extension(
        team_id=TEAM,
        homework_id=of,
        user_id=user_id,
        due=wall(due),
        reason="ill",
        granted_by=ORGANISER,
        granted_at=now,
    )
    async with db.writing() as work:
        await stored_homework.put_extension(work, granted)
        await reminders.replan(work, team_id=TEAM, now=now, homework_id=of, user_id=user_id)


async def hand_in(db: Database, of: HomeworkId, user_id: UserId, *, now: datetime) -> None:
    """Something handed in; reminders that cross it are taken back."""
    async with db.writing() as work:
        await stored_homework.add_submission(
            work,
            Submission(
                team_id=TEAM,
                homework_id=of,
                user_id=user_id,
                version=1,
                text="Done.",
                link="",
                files=(),
                submitted_at=now,
                late_by_s=0,
            ),
        )
        await reminders.received(work, team_id=TEAM, homework_id=of, user_id=user_id, now=now)


async def planned(db: Database, recipient: str) -> dict[str, datetime]:
    """A recipient's planned moments by slot and revision: `2d:r1`."""
    async with db.reading() as work:
        lines = await stored.reminders(work, team_id=TEAM, recipient=recipient)
    return {f"{line.slot}:r{line.revision}": line.due_at for line in lines if line.state == "planned"}


async def queued(db: Database) -> list[OutboxRow]:
    """What waits in the outbox."""
    async with db.reading() as work:
        return await outbox.rows(work, team_id=TEAM, states={"queued"})


async def compose(db: Database, row: OutboxRow, *, now: datetime) -> Composed:
    """What becomes of a row that is sent at that instant."""
    async with db.writing() as work:
        return await reminders.COMPOSERS[row.kind](work, row, now)


async def settle(db: Database, row: OutboxRow, **values: Any) -> None:
    """Enter what the dispatcher would: `state="sent"`, the channel, the ts."""
    async with db.writing() as work:
        await outbox.change(work, row, **values)
