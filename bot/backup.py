"""`alumni-bot backup` and `restore`: files, and how they are packed; storage/backup.py has what they say."""

import gzip
import os
import shutil
import sqlite3
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp
from typing import BinaryIO

from storage import backup
from storage.backup import CannotRestore, NothingThere
from storage.db import Database, open_database
from storage.migrate import migrate

COPY = ".db"
"""A backup whose name ends so is a copy of SQLite's file; every other one is portable."""

_OF_SQLITE = b"SQLite format 3\0"
_OF_GZIP = b"\x1f\x8b"
_COMPRESSION = 6


async def back_up(database_url: str, path: Path, *, now: datetime) -> None:
    """Write all that is held, of one state, into a new file for its owner's eyes; the bot may run meanwhile.

    path: ends with COPY for a copy of SQLite's file. Either all of it is there in the end, or nothing.
    Raises NothingThere, FileExistsError, OSError where it cannot be written, and what `migrate` raises.
    """
    async with AsyncExitStack() as closing:
        db = await _opened(database_url, closing)
        if path.suffix == COPY and db.file is None:
            raise NothingThere(
                f"A copy whose name ends with {COPY} is made of SQLite only: "
                "with another ending, the file becomes a portable backup."
            )
        with _written(path) as unfinished:
            if path.suffix == COPY:
                await db.copy_to(str(unfinished))
            else:
                await migrate(db)
                await _pack(db, unfinished, now=now)


async def restore(database_url: str, path: Path, *, now: datetime) -> int:
    """Fill the empty database of that URL from a backup of either kind, all or nothing; how many rows.

    Raises CannotRestore, OSError where the file cannot be read, and what `migrate` raises.
    """
    async with AsyncExitStack() as closing:
        db = open_database(database_url)
        closing.push_async_callback(db.close)
        file = closing.enter_context(path.open("rb"))
        begins = file.read(len(_OF_SQLITE))
        file.seek(0)
        if begins == _OF_SQLITE:
            source = await _of_copy(file, closing, now=now)
        elif begins.startswith(_OF_GZIP):
            source = _unpacked(file)
        else:
            raise CannotRestore(backup.NO_BACKUP)
        rows = await backup.restore(db, source)
    return sum(rows.values())


async def _opened(database_url: str, closing: AsyncExitStack) -> Database:
    db = open_database(database_url)
    closing.push_async_callback(db.close)
    # To look into a file that is not there would make it.
    if db.file is not None and not os.path.exists(db.file):  # noqa: ASYNC240 (nobody else waits)
        raise _nothing_there()
    async with db.reading() as work:
        if await backup.revision(work) is None:
            raise _nothing_there()
    return db


def _nothing_there() -> NothingThere:
    return NothingThere(
        "There is nothing to back up yet. Look at DATABASE_URL, and at the folder you are in."
    )


@contextmanager
def _written(path: Path) -> Iterator[Path]:
    """A file beside it that takes its place once it is whole, and is on the disk."""
    if path.exists():
        raise FileExistsError(path)
    descriptor, name = mkstemp(dir=path.parent, prefix=f"{path.name}.")
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.rename(path)
    finally:
        unfinished.unlink(missing_ok=True)


async def _pack(db: Database, path: Path, *, now: datetime) -> None:
    with gzip.open(path, "wt", _COMPRESSION, encoding="utf-8", newline="\n") as file:
        async with db.reading() as work:
            async for line in backup.lines(work, now=now):
                file.write(f"{line}\n")


async def _unpacked(file: BinaryIO) -> AsyncIterator[str]:
    try:
        with gzip.open(file, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield line
    except EOFError:
        raise CannotRestore(backup.CUT_SHORT) from None
    except (gzip.BadGzipFile, zlib.error, UnicodeDecodeError):
        raise CannotRestore(backup.DAMAGED.format(where="")) from None


async def _of_copy(file: BinaryIO, closing: AsyncExitStack, *, now: datetime) -> AsyncIterator[str]:
    """The lines of a copy of SQLite's file, which itself stays as it is."""
    folder = Path(closing.enter_context(TemporaryDirectory(prefix="alumni-bot-")))
    copy = folder / "copy.db"
    with copy.open("wb") as to:
        shutil.copyfileobj(file, to)
    if not _is_sound(copy):
        raise CannotRestore(backup.DAMAGED.format(where=""))
    db = open_database(f"sqlite+aiosqlite:///{copy}")
    closing.push_async_callback(db.close)
    async with db.reading() as work:
        backup.see_that_it_is_known(await backup.revision(work))
    await migrate(db)
    work = await closing.enter_async_context(db.reading())
    return backup.lines(work, now=now)


def _is_sound(copy: Path) -> bool:
    connection = sqlite3.connect(copy)
    try:
        found: list[tuple[str]] = connection.execute("PRAGMA quick_check(1)").fetchall()
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()
    return found == [("ok",)]
