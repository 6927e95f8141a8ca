"""`alumni-bot export`: everything that is held, written into a folder."""

from contextlib import AsyncExitStack
from pathlib import Path

from bot.services import taking_away
from storage.db import open_database
from storage.migrate import migrate


async def export(database_url: str, folder: Path) -> list[str]:
    """Write everything into a folder, while the bot runs or not; returns the names of the files.

    folder: is made, for its owner's eyes alone.
    Raises FileExistsError where it is there and not empty, OSError where it cannot be written.
    """
    _make(folder)
    async with AsyncExitStack() as closing:
        db = open_database(database_url)
        closing.push_async_callback(db.close)
        await migrate(db)
        names: list[str] = []
        async for name, content in taking_away.everything(db):
            _write(folder / name, content)
            names.append(name)
        return names


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_bytes(content)
