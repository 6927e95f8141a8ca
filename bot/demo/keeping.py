"""The demo in one file, so that it can go on where it stopped: workspace, database and diary together."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from bot import __version__
from bot.domain.values import dataclass
from bot.manifest import manifest
from sandbox.keeping import OtherFormat, as_json, from_json
from sandbox.workspace import Workspace

_STATE = "state.json"
_DATABASE = "demo.db"


class CannotGoOn(Exception):
    """A file that this version of the demo cannot go on from; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """What a file held, beside the database."""

    workspace: Workspace
    diary: list[list[Any]]


def save(file: Path, database: Path, workspace: Workspace, diary: Callable[[], list[list[Any]]]) -> None:
    """Write everything into `file`: wholly or not at all. The bot must have stopped."""
    state = {
        "version": __version__,
        "manifest": manifest(),
        "workspace": as_json(workspace),
        "diary": diary(),
    }
    if database.exists():
        # What still lies in the write-ahead log goes into the one file that is kept.
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    unfinished = file.with_name(f"{file.name}.part")
    with ZipFile(unfinished, "w", ZIP_DEFLATED) as archive:
        archive.writestr(_STATE, json.dumps(state))
        if database.exists():
            archive.write(database, _DATABASE)
    unfinished.replace(file)


def load(file: Path, database: Path) -> Kept | None:
    """What `save` wrote, the database put where it is wanted; None where there is no such file.

    Raises CannotGoOn for a file of another version, and for one that is no such file.
    """
    if not file.exists():
        return None
    try:
        with ZipFile(file) as archive:
            state = json.loads(archive.read(_STATE))
            if (state["version"], state["manifest"]) != (__version__, manifest()):
                raise OtherFormat
            database.write_bytes(archive.read(_DATABASE))
        return Kept(workspace=from_json(state["workspace"]), diary=state["diary"])
    except OtherFormat:
        raise CannotGoOn(
            f"{file} was kept by another version of the demo. Move it away, "
            "or name another file after --keep."
        ) from None
    except (BadZipFile, KeyError, ValueError):
        raise CannotGoOn(f"{file} is not a kept demo. Name another file after --keep.") from None
