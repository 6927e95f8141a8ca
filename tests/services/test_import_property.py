"""Whatever an edition says, imported again it changes nothing, nor does the file that the bot makes of it."""

import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copy

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.edition_file import read_edition_file
from bot.domain.ids import EditionKey
from bot.services.editions import NOTHING_CHANGED
from bot.services.setup.files import written
from storage.db import Database, open_database
from tests.services.importing import TEAM, take

_TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(str.strip)
_ZONES = st.sampled_from(["Europe/Rome", "Atlantic/Azores", "Europe/Istanbul", "Asia/Kathmandu", "UTC"])
_DATES = st.dates(date(2023, 1, 1), date(2024, 12, 31))
_TIMES = st.times().map(lambda at: at.replace(microsecond=0))


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def days(draw: st.DrawFn) -> str:
    lines = [
        "[[day]]",
        f"date = {draw(_DATES)}",
        f'kind = "{draw(st.sampled_from(["online", "in-person"]))}"',
        f"title = {quoted(draw(_TEXTS))}",
    ]
    if draw(st.booleans()):
        lines.append(f"starts = {draw(_TIMES)}")
    if draw(st.booleans()):
        lines.append(f"place = {quoted(draw(_TEXTS))}")
    return "\n".join(lines)


@st.composite
def pieces(draw: st.DrawFn, key: str) -> str:
    opens = datetime.combine(draw(_DATES), draw(_TIMES))
    due = opens + timedelta(minutes=draw(st.integers(1, 200_000)))
    if (due.hour, due.minute, due.second) == (0, 0, 0):
        due += timedelta(seconds=1)
    lines = [
        "[[homework]]",
        f"key = {quoted(key)}",
        f"title = {quoted(draw(_TEXTS))}",
        f"brief = {quoted(draw(_TEXTS))}",
        f"opens = {opens.isoformat()}",
        f"due = {due.isoformat()}",
    ]
    if draw(st.booleans()):
        slots = draw(st.lists(st.integers(0, 30), unique=True, max_size=4))
        lines.append(f"remind = [{', '.join(quoted(f'{slot}d') for slot in slots)}]")
    if draw(st.booleans()):
        lines.append(f"remind_at = {draw(_TIMES)}")
    if draw(st.booleans()):
        lines.append(f"remind_until = {draw(_DATES)}")
    return "\n".join(lines)


@st.composite
def editions(draw: st.DrawFn) -> str:
    keys = draw(st.lists(st.from_regex(r"\A[a-z0-9]{1,6}\Z"), unique=True, max_size=4))
    tables = [
        f"[academy]\nname = {quoted(draw(_TEXTS))}\ntimezone = {quoted(draw(_ZONES))}",
        f'[edition]\nkey = "e"\nname = {quoted(draw(_TEXTS))}\ntimezone = {quoted(draw(_ZONES))}',
        *draw(st.lists(days(), max_size=3, unique=True)),
        *(draw(pieces(key)) for key in keys),
    ]
    return "\n\n".join(tables) + "\n"


ROSTER = "slack_id,role,edition,cluster,country\nU1,participant,e,Grid,FI\nU2,participant,e,Costa,ES\n"


def says(text: str) -> object:
    read, faults = read_edition_file(text, file="e.toml", team_id=TEAM)
    assert read is not None
    assert faults == []
    return read.academy, read.edition, {piece.id: piece for piece in read.homework}


async def kept(db: Database) -> str:
    """The edition's file as the bot writes it."""
    async with db.reading() as work:
        return await written(work, team_id=TEAM, edition_key=EditionKey("e"))


@settings(max_examples=15, deadline=None)
@given(editions(), editions())
async def test_importing_again_changes_nothing(migrated_file: Path, before: str, after: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        copy(migrated_file, Path(folder) / "alumni.db")
        db = open_database(f"sqlite+aiosqlite:///{folder}/alumni.db")
        try:
            await take(db, ("e.toml", before), ("r.csv", ROSTER))
            assert await take(db, ("e.toml", before), ("r.csv", ROSTER)) == [NOTHING_CHANGED]

            lines = await take(db, ("e.toml", after))

            assert (lines == [NOTHING_CHANGED]) == (says(before) == says(after))
            assert await take(db, ("e.toml", after), ("r.csv", ROSTER)) == [NOTHING_CHANGED]
            assert await take(db, ("e.toml", await kept(db))) == [NOTHING_CHANGED]
        finally:
            await db.close()
