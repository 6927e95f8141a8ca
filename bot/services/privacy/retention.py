"""The daily job that deletes what is past its term, and says what it deleted."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.domain import calendar
from bot.domain.editions import Academy
from bot.domain.ids import TeamId, UserId
from bot.domain.retention import KINDS
from bot.services.peers.dropouts import Crossed
from bot.services.privacy import erasing
from bot.views import kit
from bot.views import privacy as views
from storage import asking, audit, editions, erasure, members, outbox, questions, retention
from storage.db import Database, Work
from storage.outbox import Composed, Composer, Drop, OutboxRow, Send

REMOVED = "privacy.removed"

BOT = UserId("bot")
"""Who did it, in the audit log."""

_RUNS_AT = time(3, 30)
_TOLD_OF = ("homework", "feedback", "questions", "people")
_RUNS_KEPT = timedelta(days=400)
_DRAFTS_KEPT = timedelta(days=7)
_SCRUBBED_AGAIN = timedelta(days=2)


async def next_due_at(work: Work, academies: Sequence[Academy], *, now: datetime) -> datetime | None:
    """Now, where today's deletion is to be done; None else: it has no hurry, and any beat finds it."""
    return now if await _due(work, academies, now=now) else None


async def run_due(db: Database, *, now: datetime) -> Counter[str]:
    """Do today's deletion in each academy where it is half past three by now and it is not done.

    Returns how many of each kind went.
    """
    removed: Counter[str] = Counter()
    async with db.reading() as work:
        due = await _due(work, await editions.academies(work), now=now)
    for academy, on in due:
        removed += await _run(db, academy, on=on, now=now)
    return removed


async def _due(work: Work, academies: Sequence[Academy], *, now: datetime) -> list[tuple[Academy, date]]:
    found = []
    for academy in academies:
        wall = calendar.wall(now, academy.timezone)
        is_time = wall.time() >= _RUNS_AT
        if is_time and not await retention.has_run(work, team_id=academy.team_id, on=wall.date()):
            found.append((academy, wall.date()))
    return found


async def _run(db: Database, academy: Academy, *, on: date, now: datetime) -> Counter[str]:
    team_id = academy.team_id
    removed: Counter[str] = Counter()
    async with db.writing(team_id=team_id) as work:
        await retention.note_departures(work, team_id=team_id, now=now)
    for user_id in await _long_gone(db, academy, now=now):
        try:
            await erasing.leave_rounds(db, team_id=team_id, user_id=user_id, now=now)
        except Crossed:
            continue  # tomorrow night again
        async with db.writing(team_id=team_id) as work:
            await erasing.erased(work, team_id=team_id, user_id=user_id, keeps_answers=False, now=now)
        removed["people"] += 1
    async with db.writing() as work:
        if await retention.has_run(work, team_id=team_id, on=on):
            return removed
        removed += await _forget(work, academy, now=now)
        await retention.put_run(work, team_id=team_id, on=on, removed=removed)
        await retention.forget_runs(work, team_id=team_id, before=on - _RUNS_KEPT)
        await asking.forget_drafts_before(work, instant=now - _DRAFTS_KEPT)
        if removed:
            await _tell(work, team_id=team_id, on=on, removed=removed, now=now)
    if removed or await _was_erased_lately(db, team_id=team_id, now=now):
        await erasing.scrub(db)
    return removed


async def _was_erased_lately(db: Database, *, team_id: TeamId, now: datetime) -> bool:
    """Whether an erasure of these days may have been cut short before the files were scrubbed."""
    async with db.reading() as work:
        return await erasure.were_erased_since(work, team_id=team_id, instant=now - _SCRUBBED_AGAIN)


async def _long_gone(db: Database, academy: Academy, *, now: datetime) -> list[UserId]:
    before = academy.retention.over_at("people", now=now)
    if before is None:
        return []
    async with db.reading() as work:
        return await retention.gone_since(work, team_id=academy.team_id, before=before)


async def _forget(work: Work, academy: Academy, *, now: datetime) -> Counter[str]:
    forget = {
        "homework": retention.forget_homework,
        "feedback": retention.forget_feedback,
        "messages": retention.forget_messages,
        "audit": retention.forget_deeds,
    }
    removed: Counter[str] = Counter()
    for kind, forget_kind in forget.items():
        before = academy.retention.over_at(kind, now=now)
        if before is not None:
            removed[kind] += await forget_kind(work, team_id=academy.team_id, before=before)
    if (before := academy.retention.over_at("questions", now=now)) is not None:
        removed["questions"] += await _forget_questions(work, academy.team_id, before=before, now=now)
    return +removed


async def _forget_questions(work: Work, team_id: TeamId, *, before: datetime, now: datetime) -> int:
    old = await retention.old_questions(work, team_id=team_id, before=before)
    for question_id in old:
        found = await questions.question(work, team_id=team_id, question_id=question_id)
        if found is not None:
            await erasing.forget_question(work, found, now=now)
    return len(old)


async def _tell(work: Work, *, team_id: TeamId, on: date, removed: Counter[str], now: datetime) -> None:
    await audit.add(
        work,
        team_id=team_id,
        done_at=now,
        done_by=BOT,
        deed="retention.removed",
        subject=f"day:{on.isoformat()}",
        after=views.removed_in_words(removed),
    )
    told = {kind: count for kind, count in removed.items() if kind in _TOLD_OF}
    if not told:
        return  # its own machinery tidies up every day
    for user_id in await members.organisers(work, team_id=team_id):
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"{REMOVED}:{on.isoformat()}:{user_id}",
            recipient=user_id,
            kind=REMOVED,
            body={"removed": {kind: told[kind] for kind in KINDS if kind in told}},
            now=now,
        )


async def _removed(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    user_id = UserId(row.recipient)
    if not await members.is_organiser(work, team_id=TeamId(row.team_id), user_id=user_id):
        return Drop("not an organiser any more")
    text = views.removed(row.body["removed"])
    return Send(text, [kit.section(text)])


COMPOSERS: dict[str, Composer] = {REMOVED: _removed}
"""By the kind of row in the outbox."""
