"""What organisers do with homework: find it, write it, and give somebody more time."""

import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot.domain import calendar
from bot.domain.editions import Edition
from bot.domain.homework import Extension, Homework
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId, homework_id
from bot.domain.refusals import Refused
from bot.domain.standing import effective_due
from bot.domain.toml_tables import YEARS
from bot.domain.values import dataclass
from bot.services import reminders
from bot.services.homework.handing_in import (
    announce_change,
    announce_opening,
    participants,
    refresh_home,
)
from bot.views import words
from storage import editions, outbox
from storage import homework as stored
from storage.db import Database, Delivery, Work

EXTENDED = "homework.extended"

_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, kw_only=True)
class Written:
    """A homework as an organiser writes it. Wall times are in the edition's zone."""

    edition_key: EditionKey
    key: str
    title: str
    brief: str
    opens: datetime
    due: datetime
    remind: tuple[str, ...]
    remind_at: time
    remind_from: date | None = None
    remind_until: date | None = None


async def writable_editions(db: Database, *, team_id: TeamId) -> list[Edition]:
    """The editions that homework can be written for. Raises Refused where there is none."""
    async with db.reading() as work:
        found = await editions.editions(work, team_id=team_id)
    if not found:
        raise Refused("There is no edition yet. Make one in the setup first, then write homework for it.")
    return found


async def homework_named(db: Database, *, team_id: TeamId, key: str) -> Homework:
    """The homework of a key or id, in the most recent edition that has one. Raises Refused where none has."""
    async with db.reading() as work:
        return await named(work, team_id=team_id, key=key)


async def everything(db: Database, *, team_id: TeamId) -> list[Homework]:
    """Every homework, that of the most recent edition first. Raises Refused where there is none."""
    async with db.reading() as work:
        found = await _ordered(work, team_id=team_id)
    if not found:
        raise Refused("There is no homework yet.")
    return found


async def create(
    db: Database, *, team_id: TeamId, written: Written, now: datetime, once: Delivery | None = None
) -> Homework:
    """Add a homework to an edition and plan its reminders.

    Raises Refused, with the field's block id, for a key that is not well formed or is there, for an end
    that is past or before the beginning, for a beginning before today, and for midnight.
    """
    async with db.writing(once) as work:
        edition = await editions.edition(work, team_id=team_id, edition_key=written.edition_key)
        if edition is None:
            raise Refused("This edition does not exist any more.")
        if not _KEY.fullmatch(written.key):
            raise Refused(
                "A key has small letters, digits and hyphens only, such as action-plan-1.", block_id="key"
            )
        made = Homework(
            team_id=team_id,
            id=homework_id(edition.key, written.key),
            edition_key=edition.key,
            key=written.key,
            title=written.title,
            brief=written.brief,
            zone=edition.timezone,
            opens=written.opens,
            due=written.due,
            remind=written.remind,
            remind_at=written.remind_at,
            remind_from=written.remind_from,
            remind_until=written.remind_until,
        )
        # Removed and written anew: its old messages keep their keys, so it must not use them again.
        used = await editions.last_revision(work, team_id=team_id, homework_id=made.id)
        made = replace(made, revision=used + 1)
        known = await stored.homeworks(work, team_id=team_id, edition_key=edition.key)
        # A file may have given a key in capitals, and takes keys that differ in that alone for one.
        if made.key in {one.key.casefold() for one in known}:
            raise Refused(f"“{edition.name}” has homework with this key already.", block_id="key")
        _check(made, before=None, now=now)
        await stored.put_homework(work, made)
        await announce_opening(work, homework=made, now=now)
        await reminders.replan(work, team_id=team_id, now=now, homework_id=made.id)
    return made


async def edit(
    db: Database,
    *,
    team_id: TeamId,
    homework_id: HomeworkId,
    revision: int,
    written: Written,
    now: datetime,
    once: Delivery | None = None,
) -> Homework:
    """Change a homework, tell its participants once, and plan its reminders anew.

    revision: the one that the organiser saw; if it is another by now, nothing is overwritten.
    Raises Refused as `create` does; dates that are not changed may be past.
    """
    async with db.writing(once) as work:
        await stored.lock(work, team_id=team_id, homework_id=homework_id)
        before = await existing(work, team_id=team_id, homework_id=homework_id)
        if before.revision != revision:
            raise Refused("Someone changed this homework meanwhile. Close this and open it again.")
        after = replace(
            before,
            title=written.title,
            brief=written.brief,
            opens=written.opens,
            due=written.due,
            # A menu gives them in its own order.
            remind=before.remind if set(before.remind) == set(written.remind) else written.remind,
            remind_at=written.remind_at,
            remind_from=written.remind_from,
            remind_until=written.remind_until,
        )
        if after == before:
            return before
        _check(after, before=before, now=now)
        after = replace(after, revision=before.revision + 1)
        await stored.put_homework(work, after)
        await announce_change(work, homework=after, before=before, now=now)
        if after.opens != before.opens and calendar.instant(after.opens, after.zone) > now:
            await announce_opening(work, homework=after, now=now)
        await reminders.replan(work, team_id=team_id, now=now, homework_id=after.id)
    return after


async def extend(
    db: Database,
    *,
    team_id: TeamId,
    homework_id: HomeworkId,
    user_id: UserId,
    due: datetime,
    reason: str,
    granted_by: UserId,
    now: datetime,
    once: Delivery | None = None,
) -> Extension:
    """Give one person a later date, tell them, and plan their reminders anew.

    due: wall time in the edition's zone, later than the one that holds for this person, and ahead.
    Raises Refused, with the field's block id (`person`, `homework`, `date`, `time`, `reason`).
    """
    async with db.writing(once) as work:
        await stored.lock(work, team_id=team_id, homework_id=homework_id)
        given = await existing(work, team_id=team_id, homework_id=homework_id)
        people = await participants(work, team_id=team_id, edition_key=given.edition_key)
        if user_id not in [person.user_id for person in people]:
            raise Refused(f"This person is no participant of “{given.edition_key}”.", block_id="person")
        if words.is_blank(reason):
            raise Refused("Give a reason: this person reads it.", block_id="reason")
        earlier = await stored.extensions(work, team_id=team_id, homework_id=given.id, user_id=user_id)
        before = earlier[0] if earlier else None
        _refuse_midnight(due)
        if calendar.instant(due, given.zone) <= now:
            raise Refused("This date is past. Choose one that is still ahead.", block_id="date")
        held = effective_due(given, before)
        if due <= held:
            raise Refused(
                f"This is not later than the date that holds now: {_in_zone(held, given.zone)}.",
                block_id="date",
            )
        granted = Extension(
            team_id=team_id,
            homework_id=given.id,
            user_id=user_id,
            due=due,
            reason=reason,
            granted_by=granted_by,
            granted_at=now,
            revision=before.revision + 1 if before else 1,
        )
        await stored.put_extension(work, granted)
        await reminders.replan(work, team_id=team_id, now=now, homework_id=given.id, user_id=user_id)
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"extended:{given.id}:{user_id}:r{granted.revision}",
            recipient=user_id,
            kind=EXTENDED,
            body={"homework_id": given.id, "revision": granted.revision},
            now=now,
        )
        why = f"{given.id}:x{granted.revision}"
        await refresh_home(work, team_id=team_id, user_id=user_id, why=why, now=now)
    return granted


async def _ordered(work: Work, *, team_id: TeamId) -> list[Homework]:
    found: list[Homework] = []
    for edition in await editions.editions(work, team_id=team_id):
        found += await stored.homeworks(work, team_id=team_id, edition_key=edition.key)
    return found


async def named(work: Work, *, team_id: TeamId, key: str) -> Homework:
    """As `homework_named`, in an open transaction."""
    known = await _ordered(work, team_id=team_id)
    for one in known:
        if key.casefold() in (one.id.casefold(), one.key.casefold()):
            return one
    near = words.nearest(key, [one.key for one in known])
    meant = f" Did you mean “{near}”?" if near else ""
    raise Refused(f"There is no homework called “{words.short(key, 100)}”.{meant}")


async def existing(work: Work, *, team_id: TeamId, homework_id: HomeworkId) -> Homework:
    """The homework of that id. Raises Refused where there is none."""
    found = await stored.homework(work, team_id=team_id, homework_id=homework_id)
    if found is None:
        raise Refused("This homework does not exist any more.")
    return found


def _check(written: Homework, *, before: Homework | None, now: datetime) -> None:
    if words.is_blank(written.title):
        raise Refused("Give the homework a title.", block_id="title")
    if before is None or written.due != before.due:
        _refuse_midnight(written.due)
        if calendar.instant(written.due, written.zone) <= now:
            raise Refused("This date is past. Choose one that is still ahead.", block_id="date")
        if written.due.year not in YEARS:
            raise Refused(f"The year is {written.due.year}. Choose the date that is meant.", block_id="date")
    if before is None and written.opens.date() < calendar.local_date(now, written.zone):
        raise Refused("This date is past. Choose today to open it at once.", block_id="opens_date")
    if written.due <= written.opens:
        raise Refused("It must be due after it opens.", block_id="date")
    if written.remind_from and written.remind_until and written.remind_until < written.remind_from:
        raise Refused("The last reminder lies before the first. Swap the two.", block_id="remind_until")


def _refuse_midnight(due: datetime) -> None:
    if due.time() != time(0):
        return
    day_before = words.day(due.date() - timedelta(days=1))
    raise Refused(
        f"Midnight is read in two ways. Choose {day_before}, 23:59, or {words.day(due.date())}, 23:59.",
        block_id="time",
    )


def _in_zone(wall: datetime, zone: str) -> str:
    return f"{words.wall(wall)} ({words.place_of(zone)})"
