"""`alumni-bot run` as a process of its own, in both modes, against a local workspace."""

import asyncio
import os
import signal
import sqlite3
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.cli import main
from bot.manifest import manifest
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.patience import PATIENCE_S
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.forking import Forked, fork

ROOT = Path(__file__).parents[2]
ANNA = "U0ANNA"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A workspace of two people, without an app."""
    workspace = Workspace(clock=Clock())
    workspace.add_user("anna", user_id=ANNA, real_name="Anna")
    workspace.add_user("orla", user_id="U0ORLA", real_name="Orla", is_admin=True)
    async with Sandbox(workspace, rates=Rates.off()) as running:
        running.delivery.ack_within_s = PATIENCE_S
        yield running


def environment(folder: Path, sandbox: Sandbox, app: App, **more: str) -> dict[str, str]:
    """The process's environment: that of the tests without any setting, and what is given."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_API_URL": sandbox.api_url,
        "DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'alumni.db'}",
        **more,
    }


class Bot:
    """The process."""

    def __init__(self, process: Process | Forked) -> None:
        self.process = process
        self.said: list[str] = []

    async def says(self, words: str) -> str:
        """Read its log up to the line with these words, and return it."""
        assert self.process.stderr is not None
        async with asyncio.timeout(PATIENCE_S):
            while line := (await self.process.stderr.readline()).decode():
                self.said.append(line)
                if words in line:
                    return line
        raise AssertionError(f"the process ended without saying {words!r}: {self.said}")

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Signal it; returns its exit code, and leaves the rest of its log in `said`."""
        self.process.send_signal(number)
        async with asyncio.timeout(PATIENCE_S):
            _, rest = await self.process.communicate()
        self.said += rest.decode().splitlines(keepends=True)
        assert self.process.returncode is not None
        return self.process.returncode


async def python(folder: Path, surroundings: Mapping[str, str], *arguments: str) -> Process:
    """`python -m bot`, as it is started outside the tests."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments),
        cwd=folder,
        # Modules that are compiled while a test lets no file grow would stay broken for every other test.
        env={**surroundings, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def forked(folder: Path, surroundings: Mapping[str, str], *arguments: str) -> Forked:
    """The same without the second that the interpreter and the imports take."""
    return await fork(main, *arguments, folder=folder, environment=surroundings)


@asynccontextmanager
async def bot(
    folder: Path,
    surroundings: Mapping[str, str],
    *arguments: str,
    started: Callable[..., Awaitable[Process | Forked]] = forked,
) -> AsyncIterator[Bot]:
    """The command line in a process, ended if the test leaves it running."""
    process = await started(folder, surroundings, *(arguments or ("run",)))
    try:
        yield Bot(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def outcome(
    folder: Path,
    surroundings: Mapping[str, str],
    *arguments: str,
    started: Callable[..., Awaitable[Process | Forked]] = forked,
) -> tuple[int, str, str]:
    """Run a command to its end: exit code, standard output, standard error."""
    async with bot(folder, surroundings, *arguments, started=started) as run, asyncio.timeout(PATIENCE_S):
        out, err = await run.process.communicate()
        assert run.process.returncode is not None
        return run.process.returncode, out.decode(), err.decode()


async def get(url: str) -> tuple[int, str]:
    """Status and text of an address."""
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, await response.text()


async def test_socket_mode_answers_and_stops_cleanly(
    tmp_path: Path, sandbox: Sandbox, unused_tcp_port: int
) -> None:
    app = install(sandbox.workspace, manifest())
    surroundings = environment(
        tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token, HTTP_PORT=str(unused_tcp_port)
    )
    health = f"http://127.0.0.1:{unused_tcp_port}"

    async with bot(tmp_path, surroundings, started=python) as running:
        await running.says("at work in")
        await sandbox.person(ANNA).command("/academy help")
        answer = await sandbox.person(ANNA).saw("direct", "/homework")
        alive, ready, metrics = [await get(f"{health}/{name}") for name in ("healthz", "readyz", "metrics")]
        code = await running.stop()

    assert answer["is_ephemeral"] is True
    assert (alive, ready) == ((200, "alive\n"), (200, "ready\n"))
    assert 'alumni_deliveries_total{kind="slash_commands",outcome="ok"} 1.0' in metrics[1]
    assert code == 0, running.said
    assert "Traceback" not in "".join(running.said)


async def test_http_mode_answers_signed_requests_only(
    tmp_path: Path, sandbox: Sandbox, unused_tcp_port: int
) -> None:
    address = f"http://127.0.0.1:{unused_tcp_port}"
    app = install(sandbox.workspace, manifest(http_url=address))
    surroundings = environment(
        tmp_path, sandbox, app, SLACK_SIGNING_SECRET=app.signing_secret, HTTP_PORT=str(unused_tcp_port)
    )

    async with bot(tmp_path, surroundings, started=python) as running:
        await running.says("at work in")
        await sandbox.delivery.set_request_url(app, f"{address}/slack/events")
        await sandbox.person(ANNA).command("/academy help")
        answer = await sandbox.person(ANNA).saw("direct", "/homework")
        home = await sandbox.person(ANNA).open_home()
        async with aiohttp.ClientSession() as session:
            forged = await session.post(f"{address}/slack/events", json={"type": "event_callback"})
        ready = await get(f"{address}/readyz")
        code = await running.stop(signal.SIGINT)

    assert answer["is_ephemeral"] is True
    assert home["type"] == "home"
    assert forged.status == 401
    assert ready == (200, "ready\n")
    assert code == 0, running.said


async def test_it_reconnects_when_slack_asks_for_a_new_socket_or_cuts_it(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    app = install(sandbox.workspace, manifest())
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token)

    async with bot(tmp_path, surroundings) as running:
        await running.says("at work in")
        await sandbox.delivery.refresh_sockets()
        await running.says("A new session")
        await sandbox.person(ANNA).command("/academy help")
        sandbox.delivery.cut_sockets()
        await running.says("A new session")
        await sandbox.person(ANNA).command("/academy next")
        await sandbox.person(ANNA).saw("direct", "Nothing is planned yet")
        code = await running.stop()

    assert sandbox.person(ANNA).notices == []
    assert code == 0, running.said


async def test_a_command_prefix_is_in_the_manifest_and_in_the_commands(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    app = install(sandbox.workspace, manifest(prefix="cba"))
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token, COMMAND_PREFIX="cba")

    async with bot(tmp_path, surroundings) as running:
        await running.says("at work in")
        await sandbox.person(ANNA).command("/cbaacademy help")
        answer = await sandbox.person(ANNA).saw("direct", "/cbahomework")
        await running.stop()

    assert "/homework" not in str(answer)


async def test_sigterm_during_the_start_ends_it_at_once(tmp_path: Path, sandbox: Sandbox) -> None:
    app = install(sandbox.workspace, manifest())
    sandbox.faults.add("slow", method="users.list", delay_s=3600)
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token)

    async with bot(tmp_path, surroundings) as running:
        async with asyncio.timeout(PATIENCE_S):
            while not any(call.method == "users.list" for call in sandbox.calls):
                await asyncio.sleep(0.05)
        code = await running.stop()

    assert code == 0, running.said


async def test_without_a_token_one_sentence_says_what_to_do(tmp_path: Path) -> None:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}

    code, out, err = await outcome(tmp_path, bare, "run", started=python)

    assert (code, out) == (1, "")
    assert err == (
        "SLACK_BOT_TOKEN is not set: copy .env.example to .env and fill it in, "
        "or try the bot without Slack by `make demo`.\n"
    )


@pytest.mark.parametrize(
    ("changed", "begins"),
    [
        ({"SLACK_BOT_TOKEN": "xoxp-1-2-3"}, "SLACK_BOT_TOKEN is not a bot token"),
        ({"SLACK_APP_TOKEN": "hello"}, "SLACK_APP_TOKEN is not an app-level token"),
        ({"SLACK_APP_TOKEN": ""}, "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET"),
        ({"SLACK_SIGNING_SECRET": "short"}, "SLACK_SIGNING_SECRET is not a signing secret"),
        ({"SLACK_API_URL": "slack"}, "SLACK_API_URL is not an address"),
        ({"SLACK_BOT_TOKEN": "xoxb-1-2-unknown"}, "Slack refuses auth.test: it does not know the token"),
        ({"SLACK_APP_TOKEN": "xapp-1-unknown"}, "Slack refuses apps.connections.open: it does not know"),
        ({"DATABASE_URL": "sqlite+aiosqlite:////nowhere/x.db"}, "The database refuses: unable to open"),
        ({"DATABASE_URL": "mysql://x"}, "DATABASE_URL must begin with"),
    ],
)
async def test_a_wrong_setting_is_one_sentence(
    tmp_path: Path, sandbox: Sandbox, changed: dict[str, str], begins: str
) -> None:
    app = install(sandbox.workspace, manifest())
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token) | changed

    code, out, err = await outcome(tmp_path, surroundings)

    said = [line for line in err.splitlines() if not line.startswith("20")]
    assert (code, out, len(said)) == (1, "", 1), err
    assert said[0].startswith(begins)


async def test_a_missing_scope_is_named(tmp_path: Path, sandbox: Sandbox) -> None:
    app = install(sandbox.workspace, manifest())
    app.scopes.remove("users:read")
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token)

    code, _, err = await outcome(tmp_path, surroundings)
    checked, found, _ = await outcome(tmp_path, surroundings, "check")

    assert (code, checked) == (1, 1)
    assert "users:read is missing" in err
    assert found.splitlines()[-1] == (
        "scopes    WRONG  missing: users:read; paste the manifest anew and reinstall"
    )


async def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path, sandbox: Sandbox) -> None:
    app = install(sandbox.workspace, manifest())
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token)
    await outcome(tmp_path, surroundings, "check")
    with sqlite3.connect(tmp_path / "alumni.db") as database:
        database.execute("UPDATE alembic_version SET version_num = 'later'")
    database.close()

    code, _, err = await outcome(tmp_path, surroundings)

    assert code == 1
    assert err.startswith("The database was made by a later version of the bot (its revision is later)")
    assert err.count("\n") == 1


async def test_a_port_that_is_taken_is_named(tmp_path: Path, sandbox: Sandbox) -> None:
    app = install(sandbox.workspace, manifest())
    taken = sandbox.url.rpartition(":")[2]
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token, HTTP_PORT=taken)

    code, _, err = await outcome(tmp_path, surroundings)

    assert code == 1
    assert "HTTP_HOST and HTTP_PORT" in err.splitlines()[-1]


async def test_check_says_a_line_for_each_thing(tmp_path: Path, sandbox: Sandbox) -> None:
    app = install(sandbox.workspace, manifest())
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token)

    code, out, err = await outcome(tmp_path, surroundings, "check")

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "settings  ok     Socket Mode",
        "database  ok     reached, and its tables are those of this version",
        "tokens    ok     alumnibot in Alumni; Socket Mode opens",
        "scopes    ok     all there",
    ]


async def test_check_goes_on_where_the_database_cannot_be_opened(tmp_path: Path, sandbox: Sandbox) -> None:
    app = install(sandbox.workspace, manifest())
    nowhere = f"sqlite+aiosqlite:///{tmp_path / 'absent' / 'alumni.db'}"
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token, DATABASE_URL=nowhere)

    code, out, err = await outcome(tmp_path, surroundings, "check")

    assert (code, err) == (1, "")
    assert out.splitlines() == [
        "settings  ok     Socket Mode",
        "database  WRONG  The database refuses: unable to open database file. Look at DATABASE_URL.",
        "tokens    ok     alumnibot in Alumni; Socket Mode opens",
        "scopes    ok     all there",
    ]


async def test_import_prints_what_changed_then_nothing_then_every_fault(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    app = install(sandbox.workspace, manifest())
    surroundings = environment(tmp_path, sandbox, app, SLACK_APP_TOKEN=app.app_token)
    (tmp_path / "edition.toml").write_text(
        '[academy]\nname = "A"\ntimezone = "Europe/Rome"\norganisers = ["U0ORLA"]\n'
        '[edition]\nkey = "a-1"\nname = "A 1"\ntimezone = "Europe/Rome"\n'
    )
    (tmp_path / "people.csv").write_text(
        "slack_id,role,edition\nU0NOBODY,participant,a-1\nU0ANNA,guest,a-1\n"
    )

    first = await outcome(tmp_path, surroundings, "import", "edition.toml")
    second = await outcome(tmp_path, surroundings, "import", "edition.toml")
    wrong = await outcome(tmp_path, surroundings, "import", "people.csv")
    absent = await outcome(tmp_path, surroundings, "import", "absent.csv")

    assert (first[0], first[2]) == (0, "")
    assert "nothing changed" not in first[1]
    assert second == (0, "nothing changed\n", "")
    assert (wrong[0], wrong[1]) == (1, "")
    assert [line.rpartition(": ")[0].split(": ")[0] for line in wrong[2].splitlines()] == [
        "people.csv:2",
        "people.csv:3",
    ]
    assert absent == (1, "", "absent.csv cannot be read: No such file or directory.\n")
