"""Takes everything away as files: each table, and the editions and rosters as they can be imported again."""

import csv
from collections.abc import AsyncIterator, Iterable, Sequence
from io import StringIO

from bot.domain.ids import TeamId
from bot.domain.members import Enrolment, Member
from bot.domain.roster_file import COLUMNS
from bot.services.setup.files import written
from storage import dump, editions, members
from storage.db import Database, Work

# Without the mark at its beginning, spreadsheets take UTF-8 for something else.
_MARK = b"\xef\xbb\xbf"
# A spreadsheet takes a cell that begins with one of these for a formula, and runs it.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BETWEEN = ";"


async def everything(db: Database) -> AsyncIterator[tuple[str, bytes]]:
    """Name and content of each file, all of one state of the database.

    `tables/<table>.csv` for each table; `<edition>.toml` and `roster.csv` for the academy, in a folder of its
    own for each workspace where there are several.
    """
    async with db.reading() as work:
        teams = await dump.teams(work)
        for team_id in teams:
            folder = f"{team_id}/" if len(teams) > 1 else ""
            for one in await editions.editions(work, team_id=team_id):
                text = await written(work, team_id=team_id, edition_key=one.key)
                yield f"{folder}{one.key}.toml", text.encode()
            yield f"{folder}roster.csv", await _roster(work, team_id=team_id)
        for table in dump.names():
            columns, rows = await dump.lines(work, table=table)
            yield f"tables/{table}.csv", _csv(columns, rows)


async def _roster(work: Work, *, team_id: TeamId) -> bytes:
    people = {one.user_id: one for one in await members.members(work, team_id=team_id)}
    parts = await members.enrolments(work, team_id=team_id)
    return _csv(COLUMNS, [_line(people[part.user_id], part) for part in parts])


def _line(person: Member, part: Enrolment) -> list[str]:
    return [
        person.user_id,
        person.email,
        person.name,
        part.role.value,
        part.edition_key,
        part.cluster,
        person.country,
        *(
            _BETWEEN.join(tag.replace(_BETWEEN, ",") for tag in tags)
            for tags in (person.sectors, person.languages, person.expertise)
        ),
    ]


def _csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return _MARK + file.getvalue().encode()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
