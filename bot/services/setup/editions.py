"""Writes editions, their days and what of their homework goes, as an organiser fills them into forms."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time

from bot.domain import calendar, differences
from bot.domain.editions import Day, DayKind, Edition
from bot.domain.ids import ChannelId, EditionKey, HomeworkId
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.domain.toml_tables import YEARS
from bot.domain.values import dataclass
from bot.domain.workspace import Channel
from bot.services import homework as told
from bot.services import reminders
from bot.services.setup.academy import check_channel, check_zone, note
from bot.services.setup.reading import named_edition, out_of_sight, version_of
from bot.views import words
from storage import editions, homework
from storage.db import Database, Delivery, Work

_KEY = re.compile(r"[A-Za-z0-9._-]{1,60}")
_CHANGED_MEANWHILE = "Someone changed this edition meanwhile. Close this and open it again."


@dataclass(frozen=True, kw_only=True)
class WrittenDay:
    """What the form says of a day."""

    on: date
    kind: DayKind
    title: str
    starts: time | None
    ends: time | None
    place: str


async def make_edition(
    db: Database,
    *,
    who: Actor,
    key: str,
    name: str,
    timezone: str,
    channel_id: ChannelId | None,
    seen: Mapping[ChannelId, Channel | None],
    now: datetime,
    once: Delivery | None = None,
) -> Edition:
    """Begin an edition, without days and homework.

    seen: what Slack tells of the channel. Raises Refused, with the field's block id (`setup_key`,
    `setup_name`, `setup_timezone`, `setup_channel`), and where there is no academy yet.
    """
    async with db.writing(once) as work:
        await check_new(work, who=who, key=key, name=name)
        check_zone(timezone)
        if channel_id:
            check_channel(seen.get(channel_id), block_id="setup_channel")
        made = Edition(
            team_id=who.team_id, key=EditionKey(key), name=name, timezone=timezone, channel_id=channel_id
        )
        await keep(work, before=None, after=made, who=who, now=now)
    return made


async def save_edition(
    db: Database,
    *,
    who: Actor,
    edition_key: EditionKey,
    version: str,
    name: str,
    timezone: str,
    channel_id: ChannelId | None,
    seen: Mapping[ChannelId, Channel | None],
    now: datetime,
    once: Delivery | None = None,
) -> Edition:
    """Change an edition's name, time zone or channel.

    Participants are told of deadlines that move with the zone. version: of the edition that the organiser
    saw. Raises Refused as `make_edition` does.
    """
    async with db.writing(once) as work:
        before = await _seen(work, who=who, edition_key=edition_key, version=version)
        if words.is_blank(name):
            raise Refused("Give the edition a name.", block_id="setup_name")
        check_zone(timezone)
        if channel_id:
            check_channel(seen.get(channel_id), block_id="setup_channel")
        own = [before.channel_id] if before.channel_id else []
        kept = await out_of_sight(work, team_id=who.team_id, user_id=who.user_id, named=own)
        channel_id = channel_id or (before.channel_id if before.channel_id in kept else None)
        after = replace(before, name=name, timezone=timezone, channel_id=channel_id)
        await keep(work, before=before, after=after, who=who, now=now)
    return after


async def save_day(
    db: Database,
    *,
    who: Actor,
    edition_key: EditionKey,
    version: str,
    place: int | None,
    written: WrittenDay,
    now: datetime,
    once: Delivery | None = None,
) -> Edition:
    """Add a day to an edition, or change the one at this place in the order of its days.

    version: of the edition that the organiser saw. place: None adds one.
    Raises Refused, with the field's block id (`setup_title`, `setup_ends`, `setup_date`).
    """
    async with db.writing(once) as work:
        before = await _seen(work, who=who, edition_key=edition_key, version=version)
        if words.is_blank(written.title):
            raise Refused("Give the day a title.", block_id="setup_title")
        if written.on.year not in YEARS:
            raise Refused(
                f"The year is {written.on.year}. Choose the date that is meant.", block_id="setup_date"
            )
        if written.starts and written.ends and written.ends <= written.starts:
            raise Refused("It must end after it starts.", block_id="setup_ends")
        known = before.days[place] if place is not None else None
        day = Day(
            on=written.on,
            kind=written.kind,
            title=written.title,
            starts=_as_before(written.starts, known.starts if known else None),
            ends=_as_before(written.ends, known.ends if known else None),
            place=written.place,
        )
        others = [one for number, one in enumerate(before.days) if number != place]
        if day in others:
            raise Refused("This edition has the very same day already.", block_id="setup_date")
        days = sorted([*others, day], key=lambda one: (one.on, one.starts or time.min))
        after = replace(before, days=tuple(days))
        await keep(work, before=before, after=after, who=who, now=now)
    return after


async def remove_day(
    db: Database,
    *,
    who: Actor,
    edition_key: EditionKey,
    version: str,
    place: int,
    now: datetime,
    once: Delivery | None = None,
) -> Edition:
    """Take a day out of an edition. version: of the edition that the organiser saw. Raises Refused."""
    async with db.writing(once) as work:
        before = await _seen(work, who=who, edition_key=edition_key, version=version)
        days = tuple(day for number, day in enumerate(before.days) if number != place)
        after = replace(before, days=days)
        await keep(work, before=before, after=after, who=who, now=now)
    return after


async def remove_homework(
    db: Database, *, who: Actor, homework_id: HomeworkId, now: datetime, once: Delivery | None = None
) -> None:
    """Take away a homework that nobody has handed in. Raises Refused where somebody has."""
    async with db.writing(once) as work:
        await homework.lock(work, team_id=who.team_id, homework_id=homework_id)
        found = await homework.homework(work, team_id=who.team_id, homework_id=homework_id)
        if found is None:
            raise Refused("This homework does not exist any more.")
        handed_in = await homework.latest_submissions(work, team_id=who.team_id, homework_id=homework_id)
        if handed_in:
            people = words.plural(len(handed_in), "person", "people")
            raise Refused(f"{people} handed this in already, so it stays. You can move its date instead.")
        await editions.remove_homework(work, team_id=who.team_id, homework_id=homework_id)
        await reminders.replan(work, team_id=who.team_id, now=now, edition_key=found.edition_key)
        await note(
            work,
            who=who,
            deed="setup.homework",
            subject=f"homework:{homework_id}",
            changes=[f"homework {found.key}: removed, nobody had handed it in"],
            now=now,
        )


async def check_new(work: Work, *, who: Actor, key: str, name: str) -> None:
    """Raises Refused where an edition of this key and name cannot be begun."""
    if await editions.academy(work, team_id=who.team_id) is None:
        raise Refused("Set the academy up first: its name and its time zone.", block_id="setup_name")
    if words.is_blank(name):
        raise Refused("Give the edition a name.", block_id="setup_name")
    if not _KEY.fullmatch(key):
        raise Refused(
            "A key has letters, digits, hyphens and dots only, and no blank: such as cba-3.",
            block_id="setup_key",
        )
    known = await editions.editions(work, team_id=who.team_id)
    if key.casefold() in {one.key.casefold() for one in known}:
        raise Refused("Another edition has this key already. Choose another one.", block_id="setup_key")


async def keep(work: Work, *, before: Edition | None, after: Edition, who: Actor, now: datetime) -> None:
    """Write an edition and all that follows: deadlines in another zone, reminders, the audit log."""
    changes = differences.edition_changes(before, after)
    if not changes:
        return
    await editions.put_edition(work, after)
    if before is not None and before.timezone != after.timezone:
        pieces = await homework.homeworks(work, team_id=after.team_id, edition_key=after.key)
        for piece in pieces:
            moved = replace(piece, revision=piece.revision + 1)
            await homework.put_homework(work, moved)
            earlier = replace(piece, zone=before.timezone)
            await told.announce_change(work, homework=moved, before=earlier, now=now)
    if before is not None and before.channel_id is None and after.channel_id is not None:
        await announce_openings(work, edition=after, now=now)
    await reminders.replan(work, team_id=after.team_id, now=now, edition_key=after.key)
    subject = f"edition:{after.key}"
    await note(work, who=who, deed="setup.edition", subject=subject, changes=changes, now=now)


async def announce_openings(work: Work, *, edition: Edition, now: datetime) -> None:
    """Have the edition's channel told of homework when it opens; what is open already is told nobody."""
    for piece in await homework.homeworks(work, team_id=edition.team_id, edition_key=edition.key):
        if calendar.instant(piece.opens, piece.zone) > now:
            await told.announce_opening(work, homework=piece, now=now)


def _as_before(picked: time | None, known: time | None) -> time | None:
    # A file may name seconds, which a picker does not show.
    return known if picked and known and picked == known.replace(second=0, microsecond=0) else picked


async def _seen(work: Work, *, who: Actor, edition_key: EditionKey, version: str) -> Edition:
    found = await named_edition(work, team_id=who.team_id, edition_key=edition_key)
    if version_of(found) != version:
        raise Refused(_CHANGED_MEANWHILE)
    return found
