"""The question log in numbers, for organisers: on a page, as a chart, and as a table to open elsewhere."""

import asyncio
import csv
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from io import StringIO

from bot.domain import calendar
from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.members import Actor
from bot.domain.question_numbers import Helper, Numbers, numbers, year_begins_on
from bot.domain.values import dataclass
from bot.services.questions.finding import reader_zone
from bot.views import questions_desk as views
from storage import channels, editions, members, outbox, question_numbers
from storage import questions as stored
from storage.db import Database, Delivery, Work
from storage.outbox import Composed, Composer, Drop, File, OutboxRow, Share
from storage.question_numbers import Line, Version

CHART = "questions.chart"
TABLE = "questions.table"

_MOST_HELPERS = 10
_COLUMNS = (
    *("number", "asked", "asked_by", "channel", "question", "topic", "state", "replies"),
    *("hours_to_first_reply", "answered", "answered_by", "link"),
)
# A spreadsheet takes a cell that begins with one of these for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


# From here on counting takes longer than anybody waits for a Home tab, and is not done again each time.
_LARGE = 5_000
_MOST_KEPT = 50
# Ages and days are counted from now: they move on though nobody asks or answers.
_UNCHANGED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, kw_only=True)
class _Kept:
    counted_at: datetime
    version: Version
    numbers: Numbers
    helpers: list[Helper]


_kept: dict[tuple[object, ...], _Kept] = {}
"""By what was counted and through whose eyes; the last counted last."""


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The log in numbers, of what one organiser may see."""

    numbers: Numbers
    helpers: tuple[views.Helping, ...]
    """Who answered most in the year, most first."""
    academy_name: str
    zone: str
    """In which its days begin: the academy's."""


async def overview(db: Database, *, team_id: TeamId, user_id: UserId, now: datetime) -> Overview:
    """The log in numbers, as this person may see it."""
    async with db.reading() as work:
        return await overviewed(work, team_id=team_id, user_id=user_id, now=now)


async def overviewed(
    work: Work, *, team_id: TeamId, user_id: UserId, now: datetime, may_be_old: timedelta = timedelta(0)
) -> Overview:
    """As `overview`, in a transaction that is open.

    may_be_old: how old the numbers of a large log may be although it has changed since.
    """
    zone = await reader_zone(work, team_id=team_id, tz="")
    counted, helpers = await _counted(work, team_id, user_id, zone, now, may_be_old)
    people = await members.members(work, team_id=team_id, user_ids=[one.user_id for one in helpers])
    name_of = {one.user_id: one.name for one in people}
    academy = await editions.academy(work, team_id=team_id)
    return Overview(
        numbers=counted,
        helpers=tuple(
            views.Helping(name=name_of.get(one.user_id, "somebody"), helped=one.helped, accepted=one.accepted)
            for one in helpers
        ),
        academy_name=academy.name if academy else "",
        zone=zone,
    )


async def _counted(
    work: Work, team_id: TeamId, user_id: UserId, zone: str, now: datetime, may_be_old: timedelta
) -> tuple[Numbers, list[Helper]]:
    sight = await channels.sight(work, team_id=team_id, user_id=user_id)
    version = await question_numbers.version(work, team_id=team_id)
    public = frozenset(
        one.channel_id for one in await stored.channels(work, team_id=team_id) if not one.is_private
    )
    # Two people who see the same see the same numbers.
    key = (
        work.database,
        team_id,
        sight.channels,
        sight.is_guest,
        public,
        zone,
        calendar.local_date(now, zone),
    )
    kept = _kept.get(key)
    if kept is not None:
        age = now - kept.counted_at
        if timedelta(0) <= age < (_UNCHANGED_FOR if kept.version == version else may_be_old):
            return kept.numbers, kept.helpers
    since = calendar.instant_on(year_begins_on(calendar.local_date(now, zone)), time(), zone)
    asked = await question_numbers.asked(work, team_id=team_id, sight=sight, since=since)
    counted = numbers(asked, now=now, zone=zone)
    helpers = await question_numbers.helpers(
        work, team_id=team_id, sight=sight, since=since, limit=_MOST_HELPERS
    )
    if version.questions >= _LARGE:
        _kept.pop(key, None)
        _kept[key] = _Kept(counted_at=now, version=version, numbers=counted, helpers=helpers)
        for oldest in list(_kept)[:-_MOST_KEPT]:
            del _kept[oldest]
    return counted, helpers


async def send_file(
    db: Database, *, who: Actor, kind: str, now: datetime, once: Delivery | None = None
) -> None:
    """Queue the chart or the table (`CHART`, `TABLE`) for an organiser, as a file by direct message."""
    stamp = f"{now:%Y-%m-%d-%H%M%S}"
    name = f"questions-{stamp}.png" if kind == CHART else f"questions-{stamp}.csv"
    async with db.writing(once) as work:
        await outbox.enqueue(
            work,
            team_id=who.team_id,
            key=f"{kind}:{who.user_id}:{stamp}",
            recipient=who.user_id,
            kind=kind,
            body={"files": [name]},
            now=now,
        )


async def table(db: Database, *, team_id: TeamId, user_id: UserId) -> str:
    """Every question that this person may see as CSV, oldest first, with a header line.

    Instants are wall times of the academy's zone. Names of anonymous askers are left out: files travel.
    """
    written = StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    async with db.reading() as work:
        zone = await reader_zone(work, team_id=team_id, tz="")
        sight = await channels.sight(work, team_id=team_id, user_id=user_id)
        name_of = {one.user_id: one.name for one in await members.members(work, team_id=team_id)}
        channel_of = {one.channel_id: one.name for one in await stored.channels(work, team_id=team_id)}
        async for line in question_numbers.lines(work, team_id=team_id, sight=sight):
            writer.writerow(_harmless(_cells(line, zone, name_of, channel_of)))
    return written.getvalue()


def _cells(
    line: Line, zone: str, name_of: dict[UserId, str], channel_of: dict[ChannelId, str]
) -> list[str | int]:
    waited = (line.first_answer_at - line.asked_at).total_seconds() if line.first_answer_at else None
    return [
        line.id,
        f"{calendar.wall(line.asked_at, zone):%Y-%m-%d %H:%M}",
        "" if line.is_anonymous else name_of.get(line.asker_id, line.asker_id),
        channel_of.get(line.channel_id, line.channel_id) if line.channel_id else "",
        line.title,
        line.topic,
        line.state.value,
        line.answers,
        "" if waited is None else f"{max(waited, 0) / 3600:.1f}",
        f"{calendar.wall(line.answered_at, zone):%Y-%m-%d %H:%M}" if line.answered_at else "",
        name_of.get(line.accepted_by, line.accepted_by) if line.accepted_by else "",
        line.permalink,
    ]


def _harmless(cells: Iterable[str | int]) -> list[str | int]:
    return [f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell for cell in cells]


async def _chart(work: Work, row: OutboxRow, now: datetime) -> Composed:
    team_id, user_id = TeamId(row.team_id), UserId(row.recipient)
    if not await members.is_organiser(work, team_id=team_id, user_id=user_id):
        return Drop("not an organiser any more")
    (name,) = row.body["files"]

    async def make(db: Database) -> list[File]:
        found = await overview(db, team_id=team_id, user_id=user_id, now=now)
        # It takes the whole of Pillow, for a picture that is asked for now and then.
        from bot.views import question_chart

        drawn = await asyncio.to_thread(question_chart.png, found.numbers, academy_name=found.academy_name)
        said = question_chart.in_words(found.numbers)
        return [File(name=name, content=drawn, title="Questions: the week and the year", alt_text=said)]

    return Share("The question log: what was asked and answered in the last week and the last year.", make)


async def _table(work: Work, row: OutboxRow, _now: datetime) -> Composed:
    team_id, user_id = TeamId(row.team_id), UserId(row.recipient)
    if not await members.is_organiser(work, team_id=team_id, user_id=user_id):
        return Drop("not an organiser any more")
    (name,) = row.body["files"]

    async def make(db: Database) -> list[File]:
        written = await table(db, team_id=team_id, user_id=user_id)
        # Without the mark at its beginning, spreadsheets take UTF-8 for something else.
        content = b"\xef\xbb\xbf" + written.encode()
        return [File(name=name, content=content, title="The question log")]

    return Share("The question log as a table, one line a question. Do pass it on with care.", make)


COMPOSERS: dict[str, Composer] = {CHART: _chart, TABLE: _table}
"""By the kind of row in the outbox."""
