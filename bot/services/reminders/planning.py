"""Keeps the plan of reminders as the calendar, the people and what they handed in want it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from bot.domain import calendar, workdays
from bot.domain import reminders as planner
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.refusals import Refused
from bot.domain.reminders import CHANNEL, LATE, ORGANISERS, Changes, Reminder, State
from bot.services.reminders import facts as all_facts
from bot.services.reminders.facts import Facts
from storage import outbox, reminders
from storage.db import Database, Delivery, Work

EDIT = "reminder.edit"


async def replan(
    work: Work,
    *,
    team_id: TeamId,
    now: datetime,
    edition_key: EditionKey | None = None,
    homework_id: HomeworkId | None = None,
    user_id: UserId | None = None,
) -> None:
    """Make the plan what the facts want: to be called wherever one of them changes, in that transaction.

    The scope is the workspace, narrowed to an edition, a homework or a person. What was queued, or has
    lapsed, is never planned again.
    """
    facts = await all_facts.read(
        work, team_id=team_id, edition_key=edition_key, homework_id=homework_id, user_id=user_id
    )
    before: defaultdict[tuple[HomeworkId, str], list[Reminder]] = defaultdict(list)
    for recipient in (None,) if user_id is None else (user_id, ORGANISERS):
        for line in await reminders.reminders(
            work,
            team_id=team_id,
            edition_key=edition_key,
            homework_id=homework_id,
            recipient=recipient,
        ):
            before[line.homework_id, line.recipient].append(line)
    changes: list[Changes] = []
    for piece in facts.homeworks.values():
        known = {recipient for of, recipient in before if of == piece.id}
        scope = facts.participants(piece) if user_id is None else [user_id]
        for person in sorted({*scope, *(UserId(one) for one in known - {CHANNEL, ORGANISERS})}):
            changes.append(_for_person(facts, piece, person, before[piece.id, person], now))
        if user_id is None:
            changes.append(_for_channel(facts, piece, before[piece.id, CHANNEL], now))
        changes.append(_for_organisers(facts, piece, before[piece.id, ORGANISERS], now))
    await reminders.apply(work, planner.together(changes))


async def replan_everything(db: Database, *, now: datetime) -> None:
    """Replan every workspace: at the start, since the rules of a zone may be others than before."""
    async with db.reading() as work:
        team_ids = await reminders.teams(work)
    for team_id in team_ids:
        async with db.writing(team_id=team_id) as work:
            await replan(work, team_id=team_id, now=now)


async def received(
    work: Work, *, team_id: TeamId, homework_id: HomeworkId, user_id: UserId, now: datetime
) -> None:
    """Take back what would still remind of a homework that has just been handed in.

    A reminder that has gone out, or is on its way, is edited to say that it was received.
    """
    await replan(work, team_id=team_id, now=now, homework_id=homework_id, user_id=user_id)
    await _edit_latest(
        work, team_id=team_id, homework_id=homework_id, user_id=user_id, now=now, because="received"
    )


async def _edit_latest(
    work: Work, *, team_id: TeamId, homework_id: HomeworkId, user_id: UserId, now: datetime, because: str
) -> None:
    """Write the last reminder of a homework anew, where one has gone out or is on its way."""
    lines = await reminders.reminders(work, team_id=team_id, homework_id=homework_id, recipient=user_id)
    sent: list[outbox.OutboxRow] = []
    for key in {line.outbox_key for line in lines if line.outbox_key is not None}:
        row = await outbox.row(work, team_id=team_id, key=key)
        if row is not None and row.state in ("sending", "sent"):
            sent.append(row)
    if sent:
        latest = max(sent, key=lambda row: (row.queued_at, row.key))
        await outbox.enqueue(
            work,
            team_id=team_id,
            key=f"{latest.key}:{because}:{homework_id}",
            recipient=user_id,
            kind=EDIT,
            body={"target_key": latest.key},
            now=now,
        )


async def taken_back(
    work: Work, *, team_id: TeamId, homework_id: HomeworkId, user_ids: Collection[UserId], now: datetime
) -> None:
    """Remind nobody of what is no longer asked; reminders that have gone out are edited to say so."""
    await replan(work, team_id=team_id, now=now, homework_id=homework_id)
    for user_id in sorted(user_ids):
        because = f"taken back {now.isoformat()}"
        await _edit_latest(
            work, team_id=team_id, homework_id=homework_id, user_id=user_id, now=now, because=because
        )


async def snooze(
    db: Database,
    *,
    team_id: TeamId,
    homework_id: HomeworkId,
    user_id: UserId,
    now: datetime,
    once: Delivery | None = None,
) -> datetime:
    """Remind a person again on their next working day, or else two hours before the deadline.

    Returns the instant. Raises Refused where the homework is not theirs, is handed in, or is due too soon.
    """
    async with db.writing(once) as work:
        facts, piece = await _own(work, team_id=team_id, homework_id=homework_id, user_id=user_id)
        if (homework_id, user_id) in facts.handed_in:
            raise Refused("You have handed this in already, so there is nothing left to remind you of.")
        schedule = facts.schedule(piece, user_id)
        found = planner.snoozed(schedule, facts.is_day_off(user_id), now=now)
        if found is None:
            over = facts.is_overdue(piece, user_id, now)
            raise Refused(
                "The deadline has passed, so I cannot remind you later. You can still hand it in."
                if over
                else "The deadline is too near to remind you again. Please hand it in before it ends."
            )
        slot, moment = found
        # Who asks to be reminded wants reminders, whatever they said before.
        await reminders.remove_stop(work, team_id=team_id, homework_id=homework_id, user_id=user_id)
        line = Reminder(
            team_id=team_id,
            homework_id=homework_id,
            recipient=user_id,
            slot=slot,
            revision=facts.revision(piece, user_id),
            due_at=moment,
        )
        await reminders.add(work, line)
        await replan(work, team_id=team_id, now=now, homework_id=homework_id, user_id=user_id)
        return moment


async def named(
    db: Database, *, team_id: TeamId, homework_id: HomeworkId, user_id: UserId
) -> tuple[Homework, str]:
    """What a reminder is of, a homework or a round, and its reader's zone. Raises Refused if not theirs."""
    async with db.reading() as work:
        facts, piece = await _own(work, team_id=team_id, homework_id=homework_id, user_id=user_id)
    return piece, facts.zone(piece, user_id)


async def stop(
    db: Database,
    *,
    team_id: TeamId,
    homework_id: HomeworkId,
    user_id: UserId,
    now: datetime,
    once: Delivery | None = None,
) -> Homework:
    """Remind a person no more of one homework. Raises Refused where it is not theirs."""
    async with db.writing(once) as work:
        _, piece = await _own(work, team_id=team_id, homework_id=homework_id, user_id=user_id)
        await reminders.put_stop(work, team_id=team_id, homework_id=homework_id, user_id=user_id, now=now)
        await replan(work, team_id=team_id, now=now, homework_id=homework_id, user_id=user_id)
        await _edit_latest(
            work,
            team_id=team_id,
            homework_id=homework_id,
            user_id=user_id,
            now=now,
            because=f"stopped {now.isoformat()}",
        )
        return piece


async def resume(
    db: Database,
    *,
    team_id: TeamId,
    homework_id: HomeworkId,
    user_id: UserId,
    now: datetime,
    once: Delivery | None = None,
) -> Homework:
    """Remind a person of one homework again, from now on. Raises Refused where it is not theirs."""
    async with db.writing(once) as work:
        _, piece = await _own(work, team_id=team_id, homework_id=homework_id, user_id=user_id)
        await reminders.remove_stop(work, team_id=team_id, homework_id=homework_id, user_id=user_id)
        await replan(work, team_id=team_id, now=now, homework_id=homework_id, user_id=user_id)
        await _edit_latest(
            work,
            team_id=team_id,
            homework_id=homework_id,
            user_id=user_id,
            now=now,
            because=f"resumed {now.isoformat()}",
        )
        return piece


async def _own(
    work: Work, *, team_id: TeamId, homework_id: HomeworkId, user_id: UserId
) -> tuple[Facts, Homework]:
    facts = await all_facts.read(work, team_id=team_id, homework_id=homework_id, user_id=user_id)
    piece = facts.homeworks.get(homework_id)
    if piece is None:
        raise Refused("This homework is no longer there. The list of your homework shows what is due.")
    if not facts.has_to(piece, user_id):
        if piece.id in facts.givers:
            raise Refused("There is no feedback for you to give in this round.")
        raise Refused("This homework is for the participants of its edition, and you are not one of them.")
    return facts, piece


def _for_person(
    facts: Facts, piece: Homework, user_id: UserId, before: list[Reminder], now: datetime
) -> Changes:
    return planner.plan(
        facts.schedule(piece, user_id) if facts.is_wanted(piece, user_id) else None,
        facts.is_day_off(user_id),
        of=_of(piece, user_id, facts.revision(piece, user_id), now),
        before=before,
        now=now,
        with_summary=True,
    )


def _for_channel(facts: Facts, piece: Homework, before: list[Reminder], now: datetime) -> Changes:
    # Who owes whom feedback is nothing for a channel.
    has_channel = facts.editions[piece.edition_key].channel_id is not None and piece.id not in facts.givers
    return planner.plan(
        facts.channel_schedule(piece) if has_channel else None,
        workdays.is_weekend,
        of=_of(piece, CHANNEL, piece.revision, now),
        before=before,
        now=now,
        with_summary=False,
    )


def _for_organisers(facts: Facts, piece: Homework, before: list[Reminder], now: datetime) -> Changes:
    if piece.id in facts.givers and not facts.givers[piece.id]:
        of = _of(piece, ORGANISERS, piece.revision, now)
        return planner.changes({}, of=of, before=before, now=now)
    zone = facts.academy_zone or piece.zone
    due_at = calendar.instant(piece.due, piece.zone)
    wanted = {(planner.MISSING, piece.revision): planner.missing_at(due_at, zone)}
    for (homework_id, user_id), extension in facts.extensions.items():
        if homework_id == piece.id and extension.due > piece.due:
            extended_at = calendar.instant(extension.due, piece.zone)
            slot = f"{planner.MISSING}-{user_id}"
            wanted[slot, facts.revision(piece, user_id)] = planner.missing_at(extended_at, zone)
    of = _of(piece, ORGANISERS, piece.revision, now)
    return planner.changes(wanted, of=of, before=before, now=now)


def _of(piece: Homework, recipient: str, revision: int, now: datetime) -> Reminder:
    return Reminder(
        team_id=piece.team_id,
        homework_id=piece.id,
        recipient=recipient,
        slot=LATE,
        revision=revision,
        due_at=now,
        state=State.PLANNED,
    )
