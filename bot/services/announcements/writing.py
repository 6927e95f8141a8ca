"""Writing an announcement: what there is to choose from, drafts, the preview, and sending it off."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.domain import calendar, rich_text
from bot.domain.announcements import (
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_FILES,
    PLACEHOLDER,
    Announcement,
    AnnouncementState,
    AttachedFile,
    Written,
)
from bot.domain.audiences import Out
from bot.domain.editions import Academy, Edition
from bot.domain.homework import Homework
from bot.domain.ids import TeamId, UserId
from bot.domain.members import Member
from bot.domain.refusals import Refused
from bot.services.announcements import audience, sending
from bot.services.announcements.audience import Evaluated
from bot.services.announcements.kinds import APPROVAL, TEST
from bot.views import announce, kit, words
from storage import announcements, editions, homework, members, outbox
from storage.db import Database, Delivery, Work

MOST_CHOSEN = 100
"""Slack's forms show no more chosen values than that in one field."""
MOST_CHANNELS = 20
_FIELDS = {
    "countries": "announce_countries",
    "sectors": "announce_sectors",
    "clusters": "announce_clusters",
    "people": "announce_people",
    "minus": "announce_minus",
}
_GONE = "This announcement is gone. /announce list shows those that are there."


@dataclass(frozen=True, kw_only=True)
class Form:
    """What the form offers, and what is in it."""

    academy: Academy | None
    editions: tuple[Edition, ...]
    homeworks: tuple[Homework, ...]
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    clusters: tuple[str, ...]
    zone: str
    """The one to begin with."""
    draft: Announcement | None


@dataclass(frozen=True, kw_only=True)
class Saved:
    """What became of a form that was handed in."""

    announcement: Announcement
    beside: Announcement | None = None
    """What somebody else had written meanwhile, beside which this was kept as a draft of its own."""
    writer: str = ""
    """Who that was, by name."""
    was_scheduled: bool = False
    """Whether it would have gone at its time, and is a draft again now."""


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


async def form(db: Database, *, team_id: TeamId, user_id: UserId, announcement_id: int | None = None) -> Form:
    """What an organiser may choose from. Raises Refused where the announcement is gone, or went off."""
    async with db.reading() as work:
        draft = None
        if announcement_id is not None:
            draft = await existing(work, team_id=team_id, announcement_id=announcement_id)
            require_unsent(draft)
        academy = await editions.academy(work, team_id=team_id)
        known = await editions.editions(work, team_id=team_id)
        pieces: list[Homework] = []
        for edition in known:
            pieces += await homework.homeworks(work, team_id=team_id, edition_key=edition.key)
        people = [
            one
            for one in await members.members(work, team_id=team_id)
            if not one.is_bot and not one.is_deactivated
        ]
        parts = await members.enrolments(work, team_id=team_id)
    me = next((one for one in people if one.user_id == user_id), None)
    home_zone = academy.timezone if academy else "UTC"
    return Form(
        academy=academy,
        editions=tuple(known),
        homeworks=tuple(pieces),
        countries=tuple(sorted({one.country for one in people} - {""})),
        sectors=tuple(sorted({sector for one in people for sector in one.sectors})),
        clusters=tuple(sorted({one.cluster for one in parts} - {""})),
        zone=draft.zone if draft else calendar.zone_or(me.tz if me else "", home_zone),
        draft=draft,
    )


async def save(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    written: Written,
    now: datetime,
    announcement_id: int | None = None,
    version: int = 0,
    once: Delivery | None = None,
) -> Saved:
    """Keep what was written: a new draft, or over the version that the writer had before them.

    Where somebody else wrote meanwhile, this becomes a draft of its own, and nothing is lost.
    One that was scheduled is a draft again. Raises Refused for what cannot go, or went off meanwhile.
    """
    written = replace(written, body=rich_text.harmless(written.body))
    check(written)
    async with db.writing(once) as work:
        beside: Announcement | None = None
        if announcement_id is not None:
            await announcements.lock(work, team_id=team_id, announcement_id=announcement_id)
            known = await existing(work, team_id=team_id, announcement_id=announcement_id)
            require_unsent(known)
            # What was with it before stays with it, and is not copied again.
            before = {file.id: file for file in known.files}
            files = tuple(before.get(file.id, file) for file in written.files)
            written = replace(written, files=files)
            if known.version == version:
                changed = await _write_over(work, known, written, user_id=user_id, now=now)
                was_scheduled = known.state is AnnouncementState.SCHEDULED
                return Saved(announcement=changed, was_scheduled=was_scheduled)
            beside = known
        made = Announcement(
            **_as_written(written),
            team_id=team_id,
            id=0,
            state=AnnouncementState.DRAFT,
            version=1,
            written_by=user_id,
            written_at=now,
        )
        return Saved(
            announcement=await announcements.add(work, made),
            beside=beside,
            writer=await name_of(work, team_id, beside.written_by) if beside else "",
        )


async def _write_over(
    work: Work, known: Announcement, written: Written, *, user_id: UserId, now: datetime
) -> Announcement:
    changed = replace(
        known,
        **_as_written(written),
        state=AnnouncementState.DRAFT,
        version=known.version + 1,
        written_by=user_id,
        written_at=now,
        sent_off_by=None,
        approved_by=None,
        starts_at=None,
    )
    if not await announcements.put(work, changed, version=known.version):
        raise Refused("Somebody else saved this announcement at this moment. Please save once more.")
    return changed


async def preview(
    db: Database, *, team_id: TeamId, user_id: UserId, announcement_id: int, now: datetime
) -> Preview:
    """An announcement as it would go now. Raises Refused where it is gone, or went off."""
    async with db.reading() as work:
        found = await existing(work, team_id=team_id, announcement_id=announcement_id)
        require_unsent(found)
        evaluated = await audience.evaluate(work, found, team_id=team_id, now=now)
        academy = await editions.academy(work, team_id=team_id)
        writer = await name_of(work, team_id, found.written_by)
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
        await existing(work, team_id=team_id, announcement_id=announcement_id)
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
        await announcements.lock(work, team_id=team_id, announcement_id=announcement_id)
        found = await existing(work, team_id=team_id, announcement_id=announcement_id)
        require_unsent(found)
        if found.version != version:
            writer = await name_of(work, team_id, found.written_by)
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


async def discard(
    db: Database,
    *,
    team_id: TeamId,
    user_id: UserId,
    announcement_id: int,
    now: datetime,
    once: Delivery | None = None,
) -> Announcement:
    """Cancel what has not gone off. Raises Refused where it has."""
    async with db.writing(once) as work:
        await announcements.lock(work, team_id=team_id, announcement_id=announcement_id)
        found = await existing(work, team_id=team_id, announcement_id=announcement_id)
        require_unsent(found)
        cancelled = replace(found, state=AnnouncementState.CANCELLED, version=found.version + 1)
        await announcements.put(work, cancelled, version=found.version)
        await sending.log(work, cancelled, "cancelled", by=user_id, now=now)
        return cancelled


async def files_copied(
    db: Database, *, team_id: TeamId, announcement_id: int, copied: dict[str, AttachedFile]
) -> None:
    """Note that the bot has copies of its own. copied: by the id of the file that was given."""
    async with db.writing(team_id=team_id) as work:
        found = await announcements.announcement(work, team_id=team_id, announcement_id=announcement_id)
        if found is not None:
            files = tuple(copied.get(file.id, file) for file in found.files)
            await announcements.put(work, replace(found, files=files), version=found.version)


def check(written: Written) -> None:
    """Raise Refused, for the form's field, for what Slack would not take and for what is not finished."""
    check_text(written.title, written.body)
    if len(written.files) > MOST_FILES:
        raise Refused(f"At most {MOST_FILES} files can go with it.", block_id="announce_files")
    if not written.channels and not written.by_message:
        raise Refused("Choose where it goes: a channel, direct messages, or both.", block_id="announce_where")
    is_for_people = written.by_message or written.asks_confirmation
    if is_for_people and written.audience.is_empty:
        raise Refused(
            "Nobody would get it: choose a role, an edition or something else below, or name people.",
            block_id="announce_roles",
        )
    for name, block_id in _FIELDS.items():
        if (count := len(getattr(written.audience, name))) > MOST_CHOSEN:
            raise Refused(
                f"You chose {count} here; at most {MOST_CHOSEN} can be chosen. Narrow it down another way, "
                "such as by role or edition.",
                block_id=block_id,
            )
    if len(written.channels) > MOST_CHANNELS:
        raise Refused(f"Choose at most {MOST_CHANNELS} channels.", block_id="announce_channels")
    if written.is_necessary and words.is_blank(written.why_necessary):
        raise Refused(
            "Write why everybody needs it: those who chose fewer messages are told.", block_id="announce_why"
        )
    check_size(written)


def check_size(written: Written) -> None:
    """Raise Refused where it is more than a message in Slack holds."""
    size = kit.characters(announce.message(written, number=0)["blocks"])
    if size > kit.MESSAGE_CHARACTERS:
        raise Refused(
            f"With its files and notes it has {size:,} characters, and a message in Slack holds "
            f"{kit.MESSAGE_CHARACTERS:,}. Shorten the text by {size - kit.MESSAGE_CHARACTERS:,}.",
            block_id="announce_text",
        )


def check_text(title: str, body: rich_text.RichText) -> None:
    """Raise Refused for a title or a text that cannot go."""
    if words.is_blank(title):
        raise Refused("Give it a title.", block_id="announce_title")
    if len(title) > LONGEST_TITLE:
        raise Refused(
            f"The title has {len(title)} characters; keep it to {LONGEST_TITLE}.", block_id="announce_title"
        )
    if rich_text.is_blank(body):
        raise Refused("Write the text.", block_id="announce_text")
    length = rich_text.length(body)
    if length > LONGEST_TEXT:
        raise Refused(
            f"The text has {length:,} characters, and a message in Slack holds {LONGEST_TEXT:,}. "
            "Shorten it, or put the rest into a file.",
            block_id="announce_text",
        )


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


async def existing(work: Work, *, team_id: TeamId, announcement_id: int) -> Announcement:
    """The announcement of that number. Raises Refused where there is none."""
    found = await announcements.announcement(work, team_id=team_id, announcement_id=announcement_id)
    if found is None:
        raise Refused(_GONE)
    return found


def require_unsent(found: Announcement) -> None:
    """Raise Refused where it went off, or was cancelled."""
    if found.state is AnnouncementState.CANCELLED:
        raise Refused("This announcement was cancelled. Write a new one with /announce.")
    if not found.state.is_unsent:
        raise Refused("This announcement has gone off already. /announce list shows what became of it.")


async def name_of(work: Work, team_id: TeamId, user_id: UserId) -> str:
    """Somebody's name."""
    person: Member | None = await members.member(work, team_id=team_id, user_id=user_id)
    return person.name if person else "another organiser"


def _as_written(written: Written) -> dict[str, Any]:
    return {name: getattr(written, name) for name in Written.__dataclass_fields__}
