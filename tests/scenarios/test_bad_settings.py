"""Settings that cannot work and a disk that is full: one sentence and exit code 1, and nothing is lost."""

import asyncio
import logging
import os
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot import cli
from bot.manifest import manifest
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.patience import PATIENCE_S
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.scenarios.test_run import ANNA, Bot, bot, environment, get, outcome

BOT_TOKEN = "xoxb-1234567890-planted-bot"
APP_TOKEN = "xapp-1-A1-2345-planted-app"
SIGNING_SECRET = "5ec2e75ec2e75ec2e75ec2e75ec2e75e"
PASSWORD = "pa/ss%40word"
ON_POSTGRES = f"postgresql+asyncpg://bot:{PASSWORD}@"
SMALL_BYTES = 64 * 1024
# Python's own cache of compiled modules would be cut off there, and stay so.
NO_CACHE = {"PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A workspace of two people, without an app."""
    workspace = Workspace(clock=Clock())
    workspace.add_user("anna", user_id=ANNA, real_name="Anna")
    workspace.add_user("orla", user_id="U0ORLA", real_name="Orla", is_admin=True)
    async with Sandbox(workspace, rates=Rates.off()) as running:
        yield running


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """The log as it was: a command sets it up for its whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"DATABASE_URL": "sqlite:///alumni.db"}, "DATABASE_URL must begin with"),
        ({"DATABASE_URL": "postgresql+psycopg2://bot@db/alumni"}, "DATABASE_URL must begin with"),
        ({"DATABASE_URL": f"{ON_POSTGRES}127.0.0.1:1/a"}, "PostgreSQL at 127.0.0.1:1 cannot be reached"),
        ({"DATABASE_URL": f"{ON_POSTGRES}db.invalid/a"}, "PostgreSQL at db.invalid:5432 cannot be reached"),
        ({"DATABASE_URL": "postgresql+asyncpg://bot:pa@ss@db/a"}, "DATABASE_URL has an @ in its user"),
        ({"DATABASE_URL": "sqlite+aiosqlite:////proc/alumni.db"}, "The database refuses: unable to open"),
        (
            {"DATABASE_URL": "sqlite+aiosqlite:///READ-ONLY"},
            "The database refuses: attempt to write a readonly",
        ),
        ({"SLACK_BOT_TOKEN": APP_TOKEN}, "SLACK_BOT_TOKEN is not a bot token"),
        ({"COMMAND_PREFIX": BOT_TOKEN}, "COMMAND_PREFIX must be"),
    ],
)
@pytest.mark.usefixtures("logging_restored")
def test_what_cannot_work_is_one_sentence_without_secrets(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    changed: dict[str, str],
    said: str,
) -> None:
    values = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "LOG_LEVEL": "DEBUG",
        **changed,
    }
    values["DATABASE_URL"] = values.get("DATABASE_URL", "").replace("READ-ONLY", read_only(tmp_path))
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    code = cli.main(["run"])

    out, err = capsys.readouterr()
    sentences = [line for line in err.splitlines() if not line.startswith("20")]
    assert (code, out, len(sentences)) == (1, "", 1), err
    assert sentences[0].startswith(said)
    assert planted_in(err) == []


def read_only(folder: Path) -> str:
    """A database's file that may be read and not written, as DATABASE_URL names it."""
    path = folder / "read-only.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE alembic_version (version_num TEXT)")
    database.close()
    path.chmod(0o444)
    # To root every file is one to write: there SQLite is told.
    return str(path) if os.geteuid() else f"file:{path}?mode=ro&uri=true"


def planted_in(text: str) -> list[str]:
    """The secrets that stand in a text, whole or in a part that says something."""
    parts = (BOT_TOKEN, "planted-bot", APP_TOKEN, "planted-app", SIGNING_SECRET, PASSWORD, "pa/ss@word")
    return [part for part in parts if part in text]


@pytest.mark.long
async def test_a_disk_that_is_full_at_the_start_is_one_sentence(tmp_path: Path, sandbox: Sandbox) -> None:
    app = install(sandbox.workspace, manifest())
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token) | NO_CACHE
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)

    async with bot(tmp_path, surroundings) as started, asyncio.timeout(PATIENCE_S):
        resource.prlimit(started.process.pid, resource.RLIMIT_FSIZE, (SMALL_BYTES, unlimited[1]))
        _, err = await started.process.communicate()
    again = await outcome(tmp_path, surroundings, "check")

    assert started.process.returncode == 1
    assert [line for line in err.decode().splitlines() if not line.startswith("20")] == [
        "The database refuses: disk I/O error. See that its disk has room; what was saved is kept."
    ]
    assert again[0] == 0, again


@pytest.mark.long
async def test_what_came_while_the_disk_was_full_is_taken_once_there_is_room(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    app = install(sandbox.workspace, manifest())
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token) | NO_CACHE
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)

    async with bot(tmp_path, surroundings) as running:
        await running.says("at work in")
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (1024, unlimited[1]))
        sandbox.workspace.change_user(ANNA, real_name="Anna Nova")
        await sandbox.quiet()
        refused = sandbox.delivery.log[-1]
        stored_then = name_of_anna(tmp_path)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, unlimited)
        again = await sandbox.delivery.redeliver(str(refused.event_id))
        code = await running.stop()

    assert refused.acks[0].ok is False
    assert (stored_then, again.ok, name_of_anna(tmp_path), code) == ("Anna", True, "Anna Nova", 0)


def name_of_anna(folder: Path) -> str:
    """As the bot's database has it."""
    database = sqlite3.connect(folder / "alumni.db")
    ((name,),) = database.execute("SELECT name FROM member WHERE user_id = ?", (ANNA,)).fetchall()
    database.close()
    return str(name)


async def test_secrets_stand_in_no_log_number_answer_table_or_backup(
    tmp_path: Path, sandbox: Sandbox, unused_tcp_port: int
) -> None:
    app = install(sandbox.workspace, manifest())
    app.bot_token, app.app_token, app.signing_secret = BOT_TOKEN, APP_TOKEN, SIGNING_SECRET
    surroundings = environment(
        tmp_path,
        sandbox,
        app,
        SLACK_APP_TOKEN=APP_TOKEN,
        SLACK_SIGNING_SECRET=SIGNING_SECRET,
        HTTP_PORT=str(unused_tcp_port),
        LOG_LEVEL="DEBUG",
        LOG_FORMAT="json",
    )
    anna = sandbox.person(ANNA)
    sandbox.delivery.ack_within_s = PATIENCE_S

    async with bot(tmp_path, surroundings) as running:
        await running.says("at work in")
        reading = asyncio.create_task(rest_of_log(running))
        await anna.command("/academy help")
        for error in ("invalid_auth", "fatal_error"):
            sandbox.faults.add("error", method="views.open", times=1, error=error)
            await anna.command("/academy profile")
        # As somebody may by mistake.
        await anna.command(f"/academy {BOT_TOKEN} {SIGNING_SECRET}")
        served = [await get(f"http://127.0.0.1:{unused_tcp_port}/{name}") for name in ("metrics", "readyz")]
        kept = await outcome(tmp_path, surroundings, "backup", "kept.backup")
        away = await outcome(tmp_path, surroundings, "export", "away")
        running.process.terminate()
        await reading
    refused = await outcome(tmp_path, surroundings | {"SLACK_BOT_TOKEN": f"{BOT_TOKEN}-gone"})

    said = "".join(running.said)
    answers = "".join(str(one["text"]) for one in anna.direct())
    assert said.count("unexpected error") == 2
    assert answers.count("reference") == 2
    assert (kept[0], away[0], refused[0]) == (0, 0, 1)
    everything = [said, *(text for _, text in served), *map(str, (kept, away, refused))]
    everything += kept_in(tmp_path)
    assert [planted_in(text) for text in everything if planted_in(text)] == []


async def rest_of_log(running: Bot) -> None:
    """Read a log of many lines as it is written: a pipe that is full would stop the bot."""
    assert running.process.stderr is not None
    running.said += [line.decode() async for line in running.process.stderr]


def kept_in(folder: Path) -> list[str]:
    """What all the files below a folder hold."""
    return [one.read_bytes().decode(errors="replace") for one in folder.rglob("*") if one.is_file()]
