"""The bot and the floor as processes on one local workspace: how they are started, and what they weigh."""

import asyncio
import os
import random
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.config import read_values, settings_from
from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.questions import NewAnswer, NewQuestion
from bot.importing import take_in
from bot.manifest import manifest
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.records import App, Change
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import questions
from storage.db import open_database
from tests.bench import bare

ROOT = Path(__file__).parents[2]
CHANNEL = ChannelId("C0ASK")
PEOPLE = tuple(UserId(f"U{number:05d}") for number in range(60))
QUESTIONS = 1_000
_STARTS_WITHIN_S = 60
_AT_REST_WITHIN_S = 60
_ANSWERED_WITHIN_S = 60
_LOOKED_EVERY_S = 0.2
_LITTLE = 0.15
"""The share of a core that it still needs now and then: it sends what it has to, a message a second."""

_COUNTRIES = ("IT", "FI", "PT", "DE")
_MODULES = {"bare": ("tests.bench.bare",), "bot": ("bot", "run")}

_WORDS = """
hydrogen funding members region battery export supplier budget partner workshop training university
startup investor recycling packaging textile robot sensor drone port harbour water solar wind forest
timber tourism museum festival marketing website newsletter survey interview contract lawyer patent
licence standard certificate audit insurance payroll recruitment apprentice mentor coach facilitator
evaluation indicator impact proposal consortium deadline reporting invoice procurement tender cluster
manager strategy roadmap vision retention onboarding ambassador sponsorship fee discount dairy cheese wine
olive fishery aquaculture feed hospital clinic device laboratory biobank genome vaccine software cloud
platform dataset privacy security logistics railway truck charging grid storage heat pump insulation
cement steel foundry casting polymer coating
"""
WORDS = tuple(_WORDS.split())


def question(chance: random.Random) -> str:
    """A question of words drawn from a few score, so that most words are in many questions."""
    a, b, c, d, e, f = chance.sample(WORDS, 6)
    return f"How do you win {a} and {b} for a {c} when the {d} of your {e} asks for {f}?"


class Answers:
    """When what is for one person alone was shown to them."""

    def __init__(self, workspace: Workspace) -> None:
        self._shown_at_s: dict[str, float] = {}
        self._more = asyncio.Event()
        workspace.subscribe(self._on_change)

    def clear(self) -> None:
        """Forget what was shown."""
        self._shown_at_s.clear()

    async def shown_at_s(self, user_id: str) -> float:
        """Wait until something was shown to this person; by the clock for measuring."""
        async with asyncio.timeout(_ANSWERED_WITHIN_S):
            while user_id not in self._shown_at_s:
                self._more.clear()
                await self._more.wait()
        return self._shown_at_s[user_id]

    def _on_change(self, change: Change) -> None:
        if change.kind == "ephemeral":
            self._shown_at_s.setdefault(change.user, time.perf_counter())
            self._more.set()


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The workspace with both apps installed, and the database of the bot."""

    sandbox: Sandbox
    answers: Answers
    bot: App
    floor: App
    folder: Path
    database_url: str

    def app(self, name: str) -> App:
        """`bare` is the floor, `bot` the bot."""
        return self.floor if name == "bare" else self.bot


@asynccontextmanager
async def ground(seed: int) -> AsyncIterator[Ground]:
    """A workspace in this process with an academy, homework, and a log of questions, on a new SQLite file."""
    chance = random.Random(seed)
    workspace = Workspace(clock=Clock(), seed=seed)
    bot, floor = install(workspace, manifest()), install(workspace, _FLOOR)
    workspace.add_user("orla", user_id="U0ORGANISER", real_name="Orla", is_admin=True)
    for user_id in PEOPLE:
        workspace.add_user(user_id.lower(), user_id=user_id, tz="Europe/Rome")
    workspace.add_channel("ask", channel_id=CHANNEL, members=[*PEOPLE, bot.bot_user_id])
    async with AsyncExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory()))
        sandbox = await closing.enter_async_context(Sandbox(workspace, rates=Rates.off(), seed=seed))
        made = Ground(
            sandbox=sandbox,
            answers=Answers(workspace),
            bot=bot,
            floor=floor,
            folder=folder,
            database_url=f"sqlite+aiosqlite:///{folder / 'alumni.db'}",
        )
        settings = settings_from(read_values(surroundings(made, "bot"), folder))
        await take_in(settings, _files(workspace.clock.now()), now=workspace.clock.now())
        db = open_database(settings.database_url)
        async with db.writing() as work:
            log = [_logged(chance) for _ in range(QUESTIONS)]
            await questions.add_questions(work, team_id=TeamId(workspace.team_id), asked=log)
        await db.close()
        yield made


def surroundings(on: Ground, name: str, *, port: int | None = None) -> dict[str, str]:
    """The environment of one of the two: in Socket Mode, or over HTTP where a port is given."""
    app = on.app(name)
    known = {
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_API_URL": on.sandbox.api_url,
        "DATABASE_URL": on.database_url,
        "LOG_LEVEL": "WARNING",
        "PYTHONPATH": str(ROOT),
        # Both find what was compiled by an earlier start, wherever they are installed.
        "PYTHONPYCACHEPREFIX": str(on.folder / "compiled"),
    }
    if port is None:
        known["SLACK_APP_TOKEN"] = app.app_token
    else:
        known |= {"SLACK_SIGNING_SECRET": app.signing_secret, "HTTP_PORT": str(port)}
    outside = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TZ")}
    return {**outside, **known}


@dataclass(frozen=True, kw_only=True)
class Running:
    """One of the two at work."""

    process: asyncio.subprocess.Process
    connected_after_s: float
    worked_s: float
    """Of processor time, until it was connected."""

    async def at_rest(self) -> None:
        """Return once it has done what it was left with, but for what waits for its time."""
        async with asyncio.timeout(_AT_REST_WITHIN_S):
            before_s, now_s = -1.0, _worked_s(self.process.pid)
            while now_s - before_s > _LITTLE * _LOOKED_EVERY_S:
                await asyncio.sleep(_LOOKED_EVERY_S)
                before_s, now_s = now_s, _worked_s(self.process.pid)

    def memory(self) -> "Memory":
        """What it holds now."""
        held = _fields(f"/proc/{self.process.pid}/smaps_rollup")
        return Memory(
            mb=held["Pss"] / 1024,
            own_mb=(held["Private_Clean"] + held["Private_Dirty"]) / 1024,
            most_mb=_fields(f"/proc/{self.process.pid}/status")["VmHWM"] / 1024,
        )


@dataclass(frozen=True, kw_only=True)
class Memory:
    """Of one process, in MB: its share (PSS), what is its own alone (USS), the most that was resident."""

    mb: float
    own_mb: float
    most_mb: float


@asynccontextmanager
async def running(on: Ground, name: str, *, over_http: bool = False) -> AsyncIterator[Running]:
    """Start one of the two, and stop it on leaving. Over HTTP the workspace delivers there meanwhile."""
    app = on.app(name)
    port = _free_port() if over_http else None
    environment = surroundings(on, name, port=port)
    before = on.sandbox.delivery.sockets.count(app)
    with (on.folder / f"{name}.log").open("ab") as log:
        started_s = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *_MODULES[name]),
            env=environment,
            cwd=on.folder,
            stdout=log,
            stderr=log,
        )
    try:
        async with asyncio.timeout(_STARTS_WITHIN_S):
            if port is None:
                while on.sandbox.delivery.sockets.count(app) == before:
                    _see_that_it_lives(process, on, name)
                    await asyncio.sleep(0.002)
            else:
                while not await _listens(port):
                    _see_that_it_lives(process, on, name)
                    await asyncio.sleep(0.01)
        connected_after_s = time.perf_counter() - started_s
        worked_s = _worked_s(process.pid)
        if port is not None:
            await on.sandbox.delivery.set_request_url(app, f"http://127.0.0.1:{port}/slack/events")
        yield Running(process=process, connected_after_s=connected_after_s, worked_s=worked_s)
    finally:
        app.socket_mode = True
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _see_that_it_lives(process: asyncio.subprocess.Process, on: Ground, name: str) -> None:
    if process.returncode is not None:
        raise RuntimeError((on.folder / f"{name}.log").read_text(encoding="utf-8")[-2000:])


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _worked_s(process_id: int) -> float:
    ticks = Path(f"/proc/{process_id}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK")


def _fields(path: str) -> Mapping[str, int]:
    lines = (line.split() for line in Path(path).read_text(encoding="ascii").splitlines())
    return {words[0].rstrip(":"): int(words[1]) for words in lines if words[-1] == "kB"}


def _logged(chance: random.Random) -> tuple[NewQuestion, list[NewAnswer]]:
    asker, helper = chance.sample(PEOPLE, 2)
    at = datetime(2023, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(3_000))
    asked = NewQuestion(title=question(chance), asker_id=asker, asked_at=at, channel_id=CHANNEL)
    words = " ".join(chance.choices(WORDS, k=40))
    return asked, [NewAnswer(author_id=helper, text=f"We did it with {words}.", answered_at=at)]


def _files(now: datetime) -> Sequence[tuple[str, bytes]]:
    pieces = "".join(
        f'[[homework]]\nkey = "plan-{number}"\ntitle = "Action plan, part {number}"\nbrief = "One page."\n'
        f"opens = {(now - timedelta(days=3)):%Y-%m-%dT09:00:00}\n"
        f"due = {(now + timedelta(days=10 * number)):%Y-%m-%dT18:00:00}\n"
        for number in (1, 2, 3)
    )
    edition = (
        '[academy]\nname = "Bench"\ntimezone = "Europe/Rome"\norganisers = ["U0ORGANISER"]\n'
        f'questions = ["{CHANNEL}"]\n[edition]\nkey = "bench"\nname = "Bench"\ntimezone = "Europe/Rome"\n'
    )
    rows = "".join(
        f"{user_id},participant,bench,Cluster {user_id},{_COUNTRIES[number % 4]}\n"
        for number, user_id in enumerate(PEOPLE)
    )
    roster = f"slack_id,role,edition,cluster,country\n{rows}"
    return [("edition.toml", f"{edition}{pieces}".encode()), ("roster.csv", roster.encode())]


_FLOOR = {
    "display_information": {"name": "Floor"},
    "features": {
        "bot_user": {"display_name": "floor"},
        "slash_commands": [{"command": bare.COMMAND, "description": "Answers ok"}],
    },
    "oauth_config": {"scopes": {"bot": ["commands"]}},
    "settings": {"socket_mode_enabled": True},
}
