"""Before an announcement goes: the preview, the test, the second word, and sending it off."""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from bot.domain import calendar, rich_text
from bot.domain.announcements import (
    PLACEHOLDER,
    Announcement,
    AnnouncementState,
)
from bot.domain.audiences import Out
from bot.domain.ids import TeamId, UserId
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services.announcements import audience, sending, writing
from bot.services.announcements.audience import Evaluated
from bot.services.announcements.kinds import APPROVAL, TEST
from bot.views import words
from storage import announcements, editions, members, outbox
from storage.db import Database, Delivery, Work


@dataclass(frozen=True, kw_only=True)
class Preview:
    """An announcement before it goes."""

    announcement: Announcement
    by_role: Counter[str]
    by_country: Counter[str]
    people: int
    left_out: tuple[tuple[str, Out], ...]
    """Names, and why."""
    writer: str
    needs_approval: bool
    waits_for_me: bool
    """Whether the reader is the second organiser whose word it waits for."""
    reader_zone: str


async def preview(
    db: Database, *, team_id: TeamId, user_id: UserId, announcement_id: int, now: datetime
) -> Preview:
    """An announcement as it would go now. Raises Refused where it is gone, or went off."""
    async with db.reading() as work:
        found = await writing.existing(work, team_id=team_id, announcement_id=announcement_id)
        writing.require_unsent(found)
        evaluated = await audience.evaluate(work, found, team_id=team_id, now=now)
        academy = await editions.academy(work, team_id=team_id)
        writer = await writing.name_of(work, team_id, found.written_by)
    people = evaluated.reached.people
    roles = Counter(role for one in people for role in {part.role for part in one.parts} or {"no part"})
    needs_approval = academy is not None and academy.second_approval
    return Preview(
        announcement=found,
        by_role=roles,
        by_country=Counter(one.country for one in people),
        people=len(people),
        left_out=tuple((one.name, out) for one, out in evaluated.reached.left_out),
        writer=writer,
        needs_approval=needs_approval,
        waits_for_me=found.state is AnnouncementState.APPROVAL and found.sent_off_by != user_id,
        reader_zone=evaluated.zone_of(user_id) if user_id in evaluated.members else evaluated.zone,
    )


async def send_test(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    now: datetime,
    once: Delivery | None = None,
) -> None:
    """Send it to the organiser alone, as people would get it."""
    async with db.writing(once) as work:
        await writing.existing(work, team_id=team_id, announcement_id=announcement_id)
        await outbox.enqueue_again(
            work,
            team_id=team_id,
            key=f"announce:{announcement_id}:test:{user_id}",
            recipient=user_id,
            kind=TEST,
            body={"announcement_id": announcement_id},
            now=now,
        )


async def send_off(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    version: int,
    now: datetime,
    once: Delivery | None = None,
) -> Announcement:
    """Let it go: now, at its time, or to a second organiser who must agree first.

    version: the one that was looked at. Raises Refused where it changed since, where nobody would get it,
    where its time has passed, where files are not copied yet, and where the second word is one's own.
    """
    async with db.writing(once) as work:
        found = await writing.unsent(work, team_id=team_id, announcement_id=announcement_id)
        if found.version != version:
            writer = await writing.name_of(work, team_id, found.written_by)
            raise Refused(
                f"{writer} changed this announcement while you looked at it, so nothing was sent. "
                "Open it again with /announce list to see it as it is now."
            )
        if found.state is AnnouncementState.SCHEDULED:
            return found
        evaluated = await _check_before_sending(work, found, now=now)
        academy = await editions.academy(work, team_id=team_id)
        if academy is not None and academy.second_approval and found.state is AnnouncementState.DRAFT:
            return await _ask_for_approval(work, found, user_id=user_id, now=now)
        if found.state is AnnouncementState.APPROVAL:
            if found.sent_off_by == user_id:
                raise Refused("Another organiser has to approve it: you asked for it yourself.")
            found = replace(found, approved_by=user_id)
        else:
            found = replace(found, sent_off_by=user_id)
        starts_at = now if found.at is None else calendar.instant(found.at, found.zone)
        gone_off = replace(found, state=AnnouncementState.SCHEDULED, starts_at=starts_at)
        await announcements.put(work, gone_off, version=version)
        await sending.log(
            work, gone_off, "approved" if gone_off.approved_by else "sent_off", by=user_id, now=now
        )
        if starts_at > now:
            return gone_off
        return await sending.start(work, gone_off, now=now, evaluated=evaluated)


async def _check_before_sending(work: Work, found: Announcement, *, now: datetime) -> Evaluated:
    open_place = next(
        (text for text in (found.title, rich_text.plain(found.body)) if PLACEHOLDER in text and "]" in text),
        None,
    )
    if open_place is not None and found.template:
        start = open_place.index(PLACEHOLDER)
        gap = open_place[start : open_place.find("]", start) + 1]
        if gap:
            raise Refused(
                f"The text still says “{words.short(gap, 60)}”: edit it and write what belongs there."
            )
    if any(not file.is_ours for file in found.files):
        raise Refused("Its files are still being copied. Please try again in a minute.")
    if found.at is not None and calendar.instant(found.at, found.zone) <= now:
        raise Refused(
            f"Its time, {words.wall(found.at)} ({words.place_of(found.zone)}), has passed: "
            "edit it and choose another."
        )
    evaluated = await audience.evaluate(work, found, team_id=found.team_id, now=now)
    if found.by_message and not found.channels and not evaluated.reached.people:
        raise Refused(
            "Nobody would get it as things are: nobody fits, or all who fit chose otherwise. "
            "Edit its audience."
        )
    return evaluated


async def _ask_for_approval(
    work: Work, found: Announcement, *, user_id: UserId, now: datetime
) -> Announcement:
    others = [one for one in await members.organisers(work, team_id=found.team_id) if one != user_id]
    if not others:
        raise Refused(
            "Another organiser has to approve it, and there is none. Name a second organiser in "
            "/academy setup, or switch the second approval off there."
        )
    waiting = replace(found, state=AnnouncementState.APPROVAL, sent_off_by=user_id)
    await announcements.put(work, waiting, version=found.version)
    for other in others:
        await outbox.enqueue(
            work,
            team_id=found.team_id,
            key=f"announce:{found.id}:approval:{found.version}:{other}",
            recipient=other,
            kind=APPROVAL,
            body={"announcement_id": found.id, "version": found.version},
            now=now,
        )
    return waiting
