"""Writing an announcement: what there is to choose from, and drafts."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain import calendar, rich_text
from bot.domain.announcements import (
    Announcement,
    AnnouncementState,
    AttachedFile,
    Written,
)
from bot.domain.editions import Academy, Edition
from bot.domain.homework import Homework
from bot.domain.ids import TeamId, UserId
from bot.domain.members import Member
from bot.domain.refusals import Refused
from bot.domain.values import dataclass
from bot.services.announcements import checking, sending
from storage import announcements, editions, homework, members
from storage.db import Database, Delivery, Work

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
    checking.check(written)
    async with db.writing(once) as work:
        beside: Announcement | None = None
        if announcement_id is not None:
            known = await unsent(work, team_id=team_id, announcement_id=announcement_id)
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
        found = await unsent(work, team_id=team_id, announcement_id=announcement_id)
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


async def existing(work: Work, *, team_id: TeamId, announcement_id: int) -> Announcement:
    """The announcement of that number. Raises Refused where there is none."""
    found = await announcements.announcement(work, team_id=team_id, announcement_id=announcement_id)
    if found is None:
        raise Refused(_GONE)
    return found


async def unsent(work: Work, *, team_id: TeamId, announcement_id: int) -> Announcement:
    """The same, for this transaction alone, to be changed. Raises Refused also where it went off."""
    await announcements.lock(work, team_id=team_id, announcement_id=announcement_id)
    found = await existing(work, team_id=team_id, announcement_id=announcement_id)
    require_unsent(found)
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
