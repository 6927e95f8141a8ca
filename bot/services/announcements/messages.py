"""Announcements on their way out, made at the instant of sending from what holds then."""

import csv
import io
from datetime import datetime, timedelta

from bot.domain import calendar
from bot.domain.announcements import (
    SEND,
    Announcement,
    AnnouncementState,
    estimate_s,
    may_reach_at,
)
from bot.domain.ids import TeamId, UserId
from bot.pace import Pace
from bot.services.announcements import after
from bot.services.announcements.kinds import (
    APPROVAL,
    EDIT,
    MESSAGE,
    NOBODY,
    PROGRESS,
    REMIND,
    TABLE,
    TEST,
)
from bot.services.announcements.kinds import (
    RECALL as RECALL_KIND,
)
from bot.services.announcements.sending import AT_REST
from bot.services.announcements.writing import name_of
from bot.views import announce, announce_preview, announce_report, words
from bot.views.kit import Message
from storage import announcement_recipients, announcements, editions, members, outbox
from storage.db import Database, Work
from storage.outbox import Composed, Composer, Delete, Drop, Edit, File, Later, OutboxRow, Send, Share

_GONE = Drop("the announcement is gone")
_PER_MINUTE = {"edit": 45.0, "recall": 45.0}
_SOON = timedelta(seconds=2)


async def _message(work: Work, row: OutboxRow, now: datetime) -> Composed:
    found = await _announcement(work, row)
    if found is None:
        return _GONE
    if found.state in (AnnouncementState.STOPPED, AnnouncementState.RECALLED):
        return Drop("it was stopped")
    is_direct = _is_person(row)
    if not is_direct:
        return _send(announce.message(found, number=found.id, is_direct=False))
    zone = await _zone_now(work, row)
    if zone is None:
        return Drop("deactivated")
    at = may_reach_at(now, zone, is_urgent=found.is_urgent)
    return Later(at) if at > now else _send(announce.message(found, number=found.id, reader_zone=zone))


async def _edit(work: Work, row: OutboxRow, now: datetime) -> Composed:
    found = await _announcement(work, row)
    posted = await outbox.row(
        work,
        team_id=row.team_id,
        key=announcement_recipients.key_of(row.body["announcement_id"], row.recipient),
    )
    if posted is not None and posted.state == "sending":
        return Later(now + _SOON)  # it is not known yet where it stands
    if found is None or posted is None or posted.channel_id is None or posted.ts is None:
        return _GONE
    is_direct = _is_person(row)
    mine = await announcement_recipients.recipient(
        work, team_id=TeamId(row.team_id), announcement_id=found.id, recipient=row.recipient
    )
    said = announce.message(
        found,
        number=found.id,
        is_direct=is_direct,
        confirmed_at=mine.confirmed_at if mine and is_direct else None,
        reader_zone=(await _zone_now(work, row) or "UTC") if is_direct else "UTC",
    )
    return Edit(posted.channel_id, posted.ts, said["text"], said["blocks"])


async def _recall(work: Work, row: OutboxRow, now: datetime) -> Composed:
    key = announcement_recipients.key_of(row.body["announcement_id"], row.recipient, row.body.get("of", SEND))
    posted = await outbox.row(work, team_id=row.team_id, key=key)
    if posted is None or posted.state in ("dropped", "failed"):
        return Drop("it had not been sent")
    if posted.state != "sent" or posted.channel_id is None or posted.ts is None:
        return Later(now + timedelta(seconds=15))  # it is on its way: only then is there anything to delete
    return Delete(posted.channel_id, posted.ts)


async def _remind(work: Work, row: OutboxRow, now: datetime) -> Composed:
    found = await _announcement(work, row)
    if found is None:
        return _GONE
    mine = await announcement_recipients.recipient(
        work, team_id=TeamId(row.team_id), announcement_id=found.id, recipient=row.recipient
    )
    if mine is None or mine.confirmed_at is not None:
        return Drop("confirmed meanwhile")
    if found.state is AnnouncementState.RECALLED:
        return Drop("it was taken back")
    zone = await _zone_now(work, row)
    if zone is None:
        return Drop("deactivated")
    at = may_reach_at(now, zone, is_urgent=found.is_urgent)
    return Later(at) if at > now else _send(announce.reminder(found))


async def _test(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    found = await _announcement(work, row)
    if found is None:
        return _GONE
    return _send(announce.message(found, number=found.id, is_direct=found.by_message, is_sample=True))


async def _progress(work: Work, row: OutboxRow, now: datetime) -> Composed:
    found = await _announcement(work, row)
    if found is None:
        return _GONE
    zone = await _zone_now(work, row)
    if zone is None:
        return Drop("its sender has left, or was deleted: the report has it")
    task = row.body["task"]
    stands = await announcement_recipients.progress(
        work, team_id=TeamId(row.team_id), announcement_id=found.id, task=task
    )
    is_going_on = found.task == task and stands.left > 0 and found.state is not AnnouncementState.PAUSED
    rests_until = stands.next_at if stands.next_at and stands.next_at > now + AT_REST else None
    for_s = (now - (found.task_at or now)).total_seconds()
    per_minute = _PER_MINUTE.get(task.partition(":")[0], Pace().per_minute)
    said = announce_report.progress(
        found,
        task=task,
        done=stands.sent,
        of=stands.done + stands.left,
        failed=stands.failed,
        left_s=estimate_s(stands.left, done=stands.done, for_s=for_s, per_minute=per_minute)
        if is_going_on
        else None,
        rests_until=rests_until if is_going_on else None,
        reader_zone=zone,
    )
    if row.key == row.body["first"]:
        return _send(said)
    first = await outbox.row(work, team_id=row.team_id, key=row.body["first"])
    if first is None or first.state in ("failed", "dropped"):
        return Drop("there is no message to write it into")
    if first.channel_id is None or first.ts is None:
        return Later(now + _SOON)
    return Edit(first.channel_id, first.ts, said["text"], said["blocks"])


async def _approval(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    found = await _announcement(work, row)
    if found is None or found.state is not AnnouncementState.APPROVAL or found.version != row.body["version"]:
        return Drop("it waits for no approval any more")
    asked_by = await name_of(work, TeamId(row.team_id), found.sent_off_by or found.written_by)
    return _send(announce_preview.approval(found, asked_by=asked_by))


async def _nobody(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    found = await _announcement(work, row)
    return _GONE if found is None else _send(announce_preview.nobody(found))


async def _table(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    found = await _announcement(work, row)
    if found is None:
        return _GONE

    async def make(db: Database) -> list[File]:
        report = await after.report(
            db, team_id=TeamId(row.team_id), user_id=UserId(row.recipient), announcement_id=found.id
        )
        written = io.StringIO()
        csv.writer(written).writerows(
            [_harmless(cell) for cell in line] for line in announce_report.table(found, report.receipts)
        )
        title = f"Announcement {found.id}: who got it"
        # The mark at the beginning lets spreadsheets read it as UTF-8.
        return [File(name=row.body["files"][0], content=written.getvalue().encode("utf-8-sig"), title=title)]

    return Share(text=f"Who got “{words.excerpt(found.title, 150)}”, and who confirmed it.", make=make)


def _harmless(cell: str) -> str:
    # A spreadsheet takes what begins so for a formula, and names are typed by people.
    return f"'{cell}" if cell[:1] in "=+-@\t\r" and cell else cell


async def _announcement(work: Work, row: OutboxRow) -> Announcement | None:
    return await announcements.announcement(
        work, team_id=TeamId(row.team_id), announcement_id=row.body["announcement_id"]
    )


async def _zone_now(work: Work, row: OutboxRow) -> str | None:
    """The person's clock; None where they are gone."""
    person = await members.member(work, team_id=TeamId(row.team_id), user_id=UserId(row.recipient))
    if person is None or person.is_deactivated:
        return None
    if calendar.is_zone(person.tz):
        return person.tz
    return await editions.academy_zone(work, team_id=TeamId(row.team_id))


def _is_person(row: OutboxRow) -> bool:
    return row.recipient[:1] in ("U", "W")


def _send(message: Message) -> Send:
    return Send(message["text"], message["blocks"])


COMPOSERS: dict[str, Composer] = {
    MESSAGE: _message,
    EDIT: _edit,
    RECALL_KIND: _recall,
    REMIND: _remind,
    TEST: _test,
    PROGRESS: _progress,
    APPROVAL: _approval,
    NOBODY: _nobody,
    TABLE: _table,
}
"""By the kind of row in the outbox."""
