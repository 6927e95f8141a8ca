"""`alumni-bot backup` and `restore` as commands: what they say, and what they need."""

import gzip
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.cli import main

TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-1234567890-planted",
    "SLACK_APP_TOKEN": "xapp-1234567890-planted",
    "SLACK_SIGNING_SECRET": "0123456789abcdef0123456789abcdef",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the commands run, with no setting but the database's."""
    for name in TOKENS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///alumni.db")
    return tmp_path


@pytest.fixture
def filled(folder: Path, migrated_file: Path) -> Path:
    """The same with a database that has one row."""
    (folder / "alumni.db").write_bytes(migrated_file.read_bytes())
    with closing(sqlite3.connect(folder / "alumni.db")) as connection, connection:
        connection.execute("INSERT INTO usergroup_member VALUES ('T1', 'S1', 'Zoë')")
    return folder


def people(file: Path) -> list[str]:
    """The people in a database's user groups."""
    with closing(sqlite3.connect(file)) as connection:
        return [name for (name,) in connection.execute("SELECT user_id FROM usergroup_member")]


@pytest.mark.parametrize("name", ["today.backup", "today.db"])
def test_what_was_backed_up_is_restored_with_the_database_s_address_alone(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    backed_up = main(["backup", name])
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///other.db")
    restored = main(["restore", name])

    assert (backed_up, restored, capsys.readouterr()) == (
        0,
        0,
        (
            f"{name} holds everything, what people wrote too: keep it safe.\n"
            f"All of {name} is in the database (rows: 1). Next: `alumni-bot check`, then start the bot.\n",
            "",
        ),
    )
    assert people(filled / "other.db") == ["Zoë"]


def test_no_secret_of_the_settings_is_in_a_backup(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for setting, token in TOKENS.items():
        monkeypatch.setenv(setting, token)

    codes = [main(["backup", name]) for name in ("today.backup", "today.db")]

    held = gzip.decompress((filled / "today.backup").read_bytes()) + (filled / "today.db").read_bytes()
    assert codes == [0, 0]
    assert "Zoë".encode() in held
    assert [token for token in TOKENS.values() if token.encode() in held] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["backup", "alumni.db"], "alumni.db is there already: name a new file."),
        (["backup", "nowhere/a.backup"], "nowhere/a.backup cannot be written: No such file or directory."),
        (
            ["restore", "alumni.db"],
            "The database that DATABASE_URL names is not empty: name a new one. Nothing was changed.",
        ),
        (["restore", "nowhere.backup"], "nowhere.backup is not there."),
        (["restore", "."], ". cannot be read: Is a directory."),
        (["restore", "notes.txt"], "The file is no backup of the bot."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    filled: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    (filled / "notes.txt").write_text("Buy milk", encoding="utf-8")

    code = main(arguments)

    assert (code, *capsys.readouterr()) == (1, "", f"{says}\n")
    assert people(filled / "alumni.db") == ["Zoë"]


def test_where_there_is_no_database_none_is_made(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["backup", "today.backup"])

    assert (code, capsys.readouterr().err) == (
        1,
        "There is nothing to back up yet. Look at DATABASE_URL, and at the folder you are in.\n",
    )
    assert os.listdir(folder) == []


@contextmanager
def disk_for(size: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", ["today.backup", "today.db"])
def test_a_backup_for_which_there_is_no_room_leaves_nothing_behind(
    filled: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    before = sorted(os.listdir(filled))

    with disk_for(200):
        code = main(["backup", name])

    assert (code, capsys.readouterr().err.count("\n")) == (1, 1)
    assert [one for one in sorted(os.listdir(filled)) if not one.startswith("alumni.db-")] == before
    assert people(filled / "alumni.db") == ["Zoë"]
