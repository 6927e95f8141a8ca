"""Sending announcements: started at their time, queued by and by, paused, resumed, stopped.

Messages are queued some hundred at a time, in the transaction that notes for whom: so a crash loses and
doubles none, a pause takes back what nobody has claimed, and the outbox stays short for everybody else.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.announcements import SEND, Announcement, AnnouncementState, may_reach_at
from bot.domain.audiences import Out
from bot.domain.ids import TeamId, UserId
from bot.domain.refusals import Refused
from bot.services.announcements import audience
from bot.services.announcements.audience import Evaluated
from bot.services.announcements.kinds import NOBODY, PROGRESS, kind_of
from storage import announcement_recipients, announcements, audit, members, outbox
from storage.announcement_recipients import Progress, Recipient
from storage.db import Database, Delivery, Work

_QUEUED_AT_ONCE = 300
"""More than go out between two beats, at Slack's rate of some 300 a minute."""
_LOOK_AFTER = timedelta(seconds=20)
AT_REST = timedelta(seconds=60)
"""Where the next message may go later than this, people are waiting for their morning."""


async def start(
    work: Work, found: Announcement, *, now: datetime, evaluated: Evaluated | None = None
) -> Announcement:
    """Find out who gets it now, and begin. Where nobody does, it is a draft again, and its sender is told.

    evaluated: who that is, where it was found out in this transaction.
    """
    if evaluated is None:
        evaluated = await audience.evaluate(work, found, team_id=found.team_id, now=now)
    people = evaluated.reached.people if found.by_message else ()
    if not people and not found.channels:
        again = replace(found, state=AnnouncementState.DRAFT, starts_at=None, version=found.version + 1)
        await announcements.put(work, again, version=found.version)
        for user_id in await _answerable(work, found):
            await outbox.enqueue(
                work,
                team_id=found.team_id,
                key=f"announce:{found.id}:nobody:{found.version}:{user_id}",
                recipient=user_id,
                kind=NOBODY,
                body={"announcement_id": found.id},
                now=now,
            )
        return again
    out = [(person.user_id, why) for person, why in evaluated.reached.left_out]
    if not found.by_message and found.asks_confirmation:
        out += [(person.user_id, Out.IN_CHANNEL) for person in evaluated.reached.people]
    due = {str(channel_id): now for channel_id in found.channels}
    for person in people:
        zone = evaluated.zone_of(person.user_id)
        due[person.user_id] = may_reach_at(now, zone, is_urgent=found.is_urgent)
    recipients = [
        _recipient(name, place, state="waiting", due_at=due_at)
        for place, (name, due_at) in enumerate(due.items())
    ]
    recipients += [
        _recipient(user_id, len(due) + place, state="idle", due_at=now, left_out=why.value)
        for place, (user_id, why) in enumerate(out)
    ]
    await announcement_recipients.set_recipients(
        work, team_id=found.team_id, announcement_id=found.id, recipients=recipients
    )
    begun = replace(
        found, state=AnnouncementState.SENDING, task=SEND, started_at=now, task_at=now, looked_at=now
    )
    await announcements.put(work, begun, version=found.version)
    await _look_after(work, begun, now=now)
    return begun


async def tick(db: Database, *, now: datetime) -> None:
    """Start what is due, queue more of what is being sent, tell how far it is, end what is done."""
    async with db.reading() as work:
        in_hand = await announcements.in_hand(work)
    for one in in_hand:
        if one.starts_at is not None and one.state is AnnouncementState.SCHEDULED and one.starts_at > now:
            continue
        # One transaction each: a broadcast to thousands must not make the others wait.
        async with db.writing(team_id=one.team_id) as work:
            await announcements.lock(work, team_id=one.team_id, announcement_id=one.id)
            found = await announcements.announcement(work, team_id=one.team_id, announcement_id=one.id)
            if found is None:
                continue
            if found.state is AnnouncementState.SCHEDULED and found.starts_at and found.starts_at <= now:
                await start(work, found, now=now)
            elif found.task and found.state is not AnnouncementState.PAUSED:
                await _look_after(work, found, now=now)


async def next_due_at(work: Work, *, now: datetime) -> datetime | None:
    """When an announcement wants to be looked after next; None where none does."""
    instants: list[datetime] = []
    for one in await announcements.in_hand(work):
        if one.state is AnnouncementState.SCHEDULED and one.starts_at is not None:
            instants.append(one.starts_at)
        elif one.task and one.state is not AnnouncementState.PAUSED:
            soon = now if one.looked_at is None else one.looked_at + _LOOK_AFTER
            if soon > now:
                # Nobody is woken for those who wait for their morning, but a beat that comes looks after it.
                stands = await _progress(work, one, one.task)
                soon = max(stands.next_at or soon, soon) if stands.left else now
            instants.append(soon)
    return min(instants, default=None)


async def pause(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    now: datetime,
    once: Delivery | None = None,
) -> Announcement:
    """Send no more of it for now. Raises Refused where it is not being sent."""
    async with db.writing(once) as work:
        found = await _being_sent(work, team_id=team_id, announcement_id=announcement_id)
        await log(work, found, "paused", by=user_id, now=now)
        await _withdraw(work, found, now=now)
        await announcements.note(
            work, team_id=team_id, announcement_id=announcement_id, state=AnnouncementState.PAUSED.value
        )
        paused = replace(found, state=AnnouncementState.PAUSED)
        await _tell_progress(work, paused, now=now, task=SEND)
        return paused


async def resume(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    now: datetime,
    once: Delivery | None = None,
) -> Announcement:
    """Go on with it. Raises Refused where it is not paused."""
    async with db.writing(once) as work:
        found = await _being_sent(work, team_id=team_id, announcement_id=announcement_id)
        if found.state is not AnnouncementState.PAUSED:
            raise Refused("It is not paused: it is being sent.")
        await log(work, found, "resumed", by=user_id, now=now)
        going_on = replace(found, state=AnnouncementState.SENDING)
        await announcements.note(
            work, team_id=team_id, announcement_id=announcement_id, state=AnnouncementState.SENDING.value
        )
        await _look_after(work, going_on, now=now)
        return going_on


async def stop(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    now: datetime,
    once: Delivery | None = None,
) -> Announcement:
    """Send no more of it, for good; who has it keeps it. Raises Refused where it is not being sent."""
    async with db.writing(once) as work:
        found = await _being_sent(work, team_id=team_id, announcement_id=announcement_id)
        await log(work, found, "stopped", by=user_id, now=now)
        return await stopped(work, found, now=now)


async def stopped(work: Work, found: Announcement, *, now: datetime) -> Announcement:
    """As `stop`, in an open transaction."""
    await _withdraw(work, found, now=now)
    values = {"state": AnnouncementState.STOPPED.value, "task": "", "ended_at": now}
    await announcements.note(work, team_id=found.team_id, announcement_id=found.id, **values)
    done = replace(found, state=AnnouncementState.STOPPED, task="", ended_at=now)
    await _tell_progress(work, done, now=now, task=SEND)
    return done


async def log(work: Work, found: Announcement, deed: str, *, by: UserId, now: datetime) -> None:
    """Enter into the audit log what an organiser did with an announcement."""
    await audit.add(
        work,
        team_id=found.team_id,
        done_at=now,
        done_by=by,
        deed=f"announcement.{deed}",
        subject=f"announcement:{found.id}",
        after=found.title,
    )


async def begin(
    work: Work, found: Announcement, task: str, *, due: dict[str, datetime], now: datetime
) -> Announcement:
    """Begin a task for some of its recipients. due: from when on each may get it."""
    await announcement_recipients.set_waiting(
        work, team_id=found.team_id, announcement_id=found.id, recipients=due, all_idle=True
    )
    await announcements.note(
        work, team_id=found.team_id, announcement_id=found.id, task=task, task_at=now, looked_at=now
    )
    begun = replace(found, task=task, task_at=now, looked_at=now)
    await _look_after(work, begun, now=now)
    return begun


async def _look_after(work: Work, found: Announcement, *, now: datetime) -> None:
    stands = await _progress(work, found, found.task)
    room = _QUEUED_AT_ONCE - stands.queued
    if stands.waiting and room > 0:
        ready = await announcement_recipients.ready(
            work, team_id=found.team_id, announcement_id=found.id, now=now, limit=room
        )
        await announcement_recipients.queue(
            work,
            ready,
            team_id=found.team_id,
            announcement_id=found.id,
            task=found.task,
            kind=kind_of(found.task),
            now=now,
        )
    values: dict[str, object] = {"looked_at": now}
    ended = found
    if not stands.left:
        ended = replace(found, task="", ended_at=now)
        values |= {"task": "", "ended_at": now}
        if found.state is AnnouncementState.SENDING:
            ended = replace(ended, state=AnnouncementState.SENT)
            values["state"] = AnnouncementState.SENT.value
    await announcements.note(work, team_id=found.team_id, announcement_id=found.id, **values)
    rests = stands.next_at is not None and stands.next_at > now + AT_REST
    # While all that are left wait for the morning there is nothing new to tell but that.
    moment = f"rests:{stands.done}" if rests else ""
    await _tell_progress(work, ended, now=now, task=found.task, moment=moment)


async def _tell_progress(
    work: Work, found: Announcement, *, now: datetime, task: str, moment: str = ""
) -> None:
    """Write to its sender how far it is; each task has one message, which is written once and edited then.

    moment: what is told once only, where it is not how far it is at this beat.
    """
    began, recipient = found.task_at or now, found.sent_off_by or found.written_by
    first = f"announce:{found.id}:progress:{task}:{began:%Y%m%d%H%M%S}"
    waiting = await outbox.queued_for(work, team_id=found.team_id, kind=PROGRESS, recipients=[recipient])
    if any(row.body["first"] == first for row in waiting):
        return  # it is composed at sending, and tells of this as well
    beat = int((now - began) / _LOOK_AFTER)
    if found.state is AnnouncementState.PAUSED:
        key = f"{first}:paused:{now:%Y%m%d%H%M%S}"
    elif not found.task:
        key = f"{first}:end"
    else:
        key = f"{first}:{moment or beat}" if beat > 0 else first
    await outbox.enqueue(
        work,
        team_id=found.team_id,
        key=key,
        recipient=recipient,
        kind=PROGRESS,
        body={"announcement_id": found.id, "task": task, "first": first},
        now=now,
    )


async def _answerable(work: Work, found: Announcement) -> list[UserId]:
    """Its sender; where they organise no more, have left or were deleted, whoever organises now."""
    sender = found.sent_off_by or found.written_by
    if await members.is_organiser(work, team_id=found.team_id, user_id=sender):
        return [sender]
    return await members.organisers(work, team_id=found.team_id)


async def _withdraw(work: Work, found: Announcement, *, now: datetime) -> None:
    """Take back what nobody has claimed; those recipients wait again."""
    keys = await announcement_recipients.queued_keys(
        work, team_id=found.team_id, announcement_id=found.id, task=found.task
    )
    taken = await outbox.withdraw(work, team_id=found.team_id, keys=list(keys))
    await announcement_recipients.set_waiting(
        work,
        team_id=found.team_id,
        announcement_id=found.id,
        recipients={keys[key]: now for key in taken},
    )


async def _being_sent(work: Work, *, team_id: TeamId, announcement_id: int) -> Announcement:
    await announcements.lock(work, team_id=team_id, announcement_id=announcement_id)
    found = await announcements.announcement(work, team_id=team_id, announcement_id=announcement_id)
    if found is None or found.state not in (AnnouncementState.SENDING, AnnouncementState.PAUSED):
        raise Refused("It is not being sent any more. /announce list shows what became of it.")
    return found


async def _progress(work: Work, found: Announcement, task: str) -> Progress:
    return await announcement_recipients.progress(
        work, team_id=found.team_id, announcement_id=found.id, task=task
    )


def _recipient(name: str, position: int, *, state: str, due_at: datetime, left_out: str = "") -> Recipient:
    return Recipient(
        recipient=name, position=position, state=state, due_at=due_at, left_out=left_out, confirmed_at=None
    )
