"""What is past its term goes: one statement a kind, in the transaction of the daily job."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from sqlalchemy import delete, select

from bot.domain.ids import QuestionId, TeamId, UserId
from storage.db import Work
from storage.outbox import DONE
from storage.tables import (
    announcement,
    announcement_recipient,
    audit,
    departure,
    extension,
    homework,
    member,
    outbox,
    peer_feedback,
    peer_match,
    peer_reply,
    peer_round,
    question,
    reminder_stop,
    retention_run,
    role_change,
    submission,
)


async def forget_homework(work: Work, *, team_id: TeamId, before: datetime) -> int:
    """Delete what was handed in, and who got more time, for homework that was due before an instant."""
    due_before = before.astimezone(UTC).replace(tzinfo=None)
    old = select(homework.c.id).where(homework.c.team_id == team_id, homework.c.due < due_before)
    handed_in = delete(submission).where(
        submission.c.team_id == team_id,
        submission.c.homework_id.in_(old),
        submission.c.submitted_at < before,
    )
    count = (await work.execute(handed_in)).rowcount
    granted = delete(extension).where(
        extension.c.team_id == team_id, extension.c.homework_id.in_(old), extension.c.due < due_before
    )
    count += (await work.execute(granted)).rowcount
    stopped = delete(reminder_stop).where(
        reminder_stop.c.team_id == team_id, reminder_stop.c.stopped_at < before
    )
    return count + (await work.execute(stopped)).rowcount


async def forget_feedback(work: Work, *, team_id: TeamId, before: datetime) -> int:
    """Delete what was written in rounds that were published before an instant, and who met whom."""
    old = select(peer_round.c.id).where(peer_round.c.team_id == team_id, peer_round.c.published_at < before)
    count = 0
    for table in (peer_feedback, peer_reply, peer_match):
        gone = delete(table).where(table.c.team_id == team_id, table.c.round_id.in_(old))
        count += (await work.execute(gone)).rowcount
    return count


async def old_questions(work: Work, *, team_id: TeamId, before: datetime) -> list[QuestionId]:
    """The questions that were asked before an instant and still say something."""
    query = select(question.c.id).where(
        question.c.team_id == team_id, question.c.asked_at < before, question.c.title != ""
    )
    return [QuestionId(found) for found in (await work.execute(query.order_by(question.c.id))).scalars()]


async def forget_messages(work: Work, *, team_id: TeamId, before: datetime) -> int:
    """Delete what was sent to whom before an instant, and who got and confirmed an announcement."""
    sent = delete(outbox).where(
        outbox.c.team_id == team_id, outbox.c.state.in_(DONE), outbox.c.due_at < before
    )
    count = (await work.execute(sent)).rowcount
    over = select(announcement.c.id).where(
        announcement.c.team_id == team_id, announcement.c.ended_at < before
    )
    reached = delete(announcement_recipient).where(
        announcement_recipient.c.team_id == team_id, announcement_recipient.c.announcement_id.in_(over)
    )
    return count + (await work.execute(reached)).rowcount


async def forget_deeds(work: Work, *, team_id: TeamId, before: datetime) -> int:
    """Delete what organisers did before an instant, changes of roles among it."""
    done = delete(audit).where(audit.c.team_id == team_id, audit.c.done_at < before)
    changed = delete(role_change).where(role_change.c.team_id == team_id, role_change.c.changed_at < before)
    return (await work.execute(done)).rowcount + (await work.execute(changed)).rowcount


async def note_departures(work: Work, *, team_id: TeamId, now: datetime) -> None:
    """Remember since when people are gone; those who are back are not."""
    gone = select(member.c.user_id).where(
        member.c.team_id == team_id, member.c.is_deactivated, ~member.c.is_bot
    )
    ids = list((await work.execute(gone)).scalars())
    back = delete(departure).where(departure.c.team_id == team_id, departure.c.user_id.not_in(gone))
    await work.execute(back)
    rows = [{"team_id": team_id, "user_id": user_id, "noticed_at": now} for user_id in ids]
    await work.insert_all_new(departure, rows)


async def gone_since(work: Work, *, team_id: TeamId, before: datetime) -> list[UserId]:
    """Who has been gone since before an instant."""
    query = select(departure.c.user_id).where(departure.c.team_id == team_id, departure.c.noticed_at < before)
    found = (await work.execute(query.order_by(departure.c.user_id))).scalars()
    return [UserId(user_id) for user_id in found]


async def has_run(work: Work, *, team_id: TeamId, on: date) -> bool:
    """Whether the job is done for that day."""
    query = select(retention_run.c.ran_on).where(
        retention_run.c.team_id == team_id, retention_run.c.ran_on == on
    )
    return (await work.execute(query)).one_or_none() is not None


async def put_run(work: Work, *, team_id: TeamId, on: date, removed: Mapping[str, int]) -> bool:
    """Enter what the job removed that day. False where it is entered already."""
    return await work.insert_new(retention_run, {"team_id": team_id, "ran_on": on, "removed": dict(removed)})


async def forget_runs(work: Work, *, team_id: TeamId, before: date) -> None:
    """Delete what is remembered of the job's days before that one."""
    await work.execute(
        delete(retention_run).where(retention_run.c.team_id == team_id, retention_run.c.ran_on < before)
    )
