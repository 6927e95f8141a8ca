"""Makes an edition from an earlier one, and shows beforehand what it would be."""

from datetime import date, datetime

from bot.domain import calendar
from bot.domain.copying import Copied, begins_on, copied, moved_by
from bot.domain.editions import Edition
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey
from bot.domain.members import Actor
from bot.domain.refusals import Refused
from bot.domain.toml_tables import YEARS
from bot.domain.values import dataclass
from bot.services import reminders
from bot.services.setup.editions import announce_openings, check_new, keep
from bot.services.setup.reading import named_edition, version_of
from storage import editions, homework
from storage.db import Database, Delivery, Work


@dataclass(frozen=True, kw_only=True)
class Copying:
    """What the form says of the new edition."""

    from_key: EditionKey
    key: str
    name: str
    begins_on: date
    """The date that is wanted for the first day."""
    keeps_weekdays: bool


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The edition that would be made, beside the one that it is made from."""

    before: Edition
    before_homework: tuple[Homework, ...]
    made: Copied
    version: str
    """Of all that is copied."""


async def preview(db: Database, *, who: Actor, asked: Copying, now: datetime) -> Preview:
    """What a copy would be; nothing is kept.

    Raises Refused, with the field's block id (`setup_key`, `setup_name`, `setup_date`).
    """
    async with db.reading() as work:
        return await _preview(work, who=who, asked=asked, now=now)


async def copy_edition(
    db: Database, *, who: Actor, asked: Copying, version: str, now: datetime, once: Delivery | None = None
) -> Edition:
    """Make the new edition, plan its reminders, and have its homework told of when it opens.

    version: of the preview that the organiser saw. Raises Refused as `preview` does.
    """
    async with db.writing(once) as work:
        found = await _preview(work, who=who, asked=asked, now=now)
        if found.version != version:
            raise Refused("Someone changed the earlier edition meanwhile. Close this and copy it again.")
        made = found.made
        await keep(work, before=None, after=made.edition, who=who, now=now)
        for piece in made.homework:
            used = await editions.last_revision(work, team_id=who.team_id, homework_id=piece.id)
            await homework.put_homework(work, _with_revision(piece, used + 1))
        await announce_openings(work, edition=made.edition, now=now)
        await reminders.replan(work, team_id=who.team_id, now=now, edition_key=made.edition.key)
    return made.edition


async def _preview(work: Work, *, who: Actor, asked: Copying, now: datetime) -> Preview:
    before = await named_edition(work, team_id=who.team_id, edition_key=asked.from_key)
    pieces = await homework.homeworks(work, team_id=who.team_id, edition_key=before.key)
    await check_new(work, who=who, key=asked.key, name=asked.name)
    first = begins_on(before, pieces)
    if first is None:
        raise Refused("This edition has no dates yet, so there is nothing to move.", block_id="setup_date")
    if asked.begins_on < calendar.local_date(now, before.timezone):
        raise Refused("This date is past. Choose one that is still ahead.", block_id="setup_date")
    by = moved_by(first, asked.begins_on, keeps_weekdays=asked.keeps_weekdays)
    try:
        made = copied(before, pieces, key=EditionKey(asked.key), name=asked.name, by=by)
    except OverflowError:
        made = None
    if made is None or not _is_in_reach(made):
        raise Refused("This date is too far away. Choose an earlier one.", block_id="setup_date")
    return Preview(
        before=before,
        before_homework=tuple(pieces),
        made=made,
        version=version_of((before, pieces)),
    )


def _is_in_reach(made: Copied) -> bool:
    on = [day.on for day in made.edition.days]
    on += [moment.date() for piece in made.homework for moment in (piece.opens, piece.due)]
    return all(one.year in YEARS for one in on)


def _with_revision(piece: Homework, revision: int) -> Homework:
    return Homework(**vars(piece) | {"revision": revision})
