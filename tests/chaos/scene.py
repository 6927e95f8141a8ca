"""The academy of the fault run, its workspace, and the bot's processes on it."""

import asyncio
import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain.ids import TeamId
from bot.manifest import manifest
from sandbox.calls import Call
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.chaos import process
from tests.chaos.process import Jumps
from tests.chaos.replicas import Balancer
from tests.forking import Forked, fork

ROOT = Path(__file__).parents[2]
BEGINS_AT = datetime(2023, 6, 21, 8, tzinfo=UTC)
"""A Wednesday, 10:00 in Rome."""
ASK, GENERAL, HALL = "C0ASK", "C0GENERAL", "C0HALL"
ORGANISER = "U0ORGANISER"
PLANNER = "U0PLANNER"
"""An organiser too, who plans rounds of peers."""

_HEAD = """
[academy]
name = "{name}"
timezone = "Europe/Rome"
organisers = [{organisers}]
questions = ["{questions}"]
"""
_EDITION = """
[edition]
key = "{key}"
name = "{name}"
timezone = "Europe/Rome"
"""
_PIECE = """
[[homework]]
key = "{key}"
title = "{title}"
brief = "{brief}"
opens = 2023-06-08T09:00:00
due = {due}T18:00:00
"""


def head(key: str, *, name: str, organisers: Sequence[str] = (ORGANISER,)) -> str:
    """The beginning of a file: the academy, and an edition with that key."""
    named = ", ".join(f'"{user_id}"' for user_id in organisers)
    return _HEAD.format(name=name, organisers=named, questions=ASK) + another(key, name=name)


def another(key: str, *, name: str) -> str:
    """The beginning of a file that comes with such a one: only an edition."""
    return _EDITION.format(key=key, name=name)


def plan(*, key: str = "plan", title: str = "Action plan") -> str:
    """A part of a file: a homework that is due the day after the clock's beginning."""
    return _PIECE.format(key=key, title=title, brief="One page.", due="2023-06-22")


def essay() -> str:
    """A part of a file: a homework of which nobody is reminded meanwhile."""
    return _PIECE.format(key="essay", title="Essay", brief="Two pages.", due="2023-07-20")


def edition(
    remind_after_s: Sequence[float],
    *,
    begins_at: datetime = BEGINS_AT,
    organisers: Sequence[str] = (ORGANISER,),
) -> str:
    """The fault run's file: an essay, and plans with a reminder each.

    begins_at: what the clock shows at its beginning.
    remind_after_s: when, in seconds after that; whole minutes are used.
    """
    begins = begins_at + timedelta(hours=2)
    plans = [
        plan(key=f"plan-{number}", title=f"Plan {number}.")
        + f'remind = ["1d"]\nremind_at = {(begins + timedelta(seconds=after_s)).replace(second=0):%H:%M:%S}\n'
        for number, after_s in enumerate(remind_after_s, start=1)
    ]
    own = head("faults", name="Fault run", organisers=organisers) + f'channel = "{HALL}"\n'
    return own + essay() + 'remind = ["1d"]\n' + "".join(plans)


def roster(people: Sequence[str], *, edition_key: str = "faults") -> str:
    """The file: participants, each with a cluster of their own."""
    return "slack_id,role,edition,cluster\n" + enrolled(people, edition_key=edition_key)


def enrolled(people: Sequence[str], *, edition_key: str) -> str:
    """The lines of such a file, to be put under another's."""
    return "".join(f"{user_id},participant,{edition_key},Cluster {user_id}\n" for user_id in people)


class Replica:
    """One of the bot's places: a process that is started anew whenever it has ended, until it is closed."""

    def __init__(
        self, number: int, environment: dict[str, str], directory: Path, *, port: int | None = None
    ) -> None:
        """port: where Slack comes in; none is Socket Mode."""
        path = directory / f"clock-{number}"
        self.jumps = Jumps(path)
        self.running: Forked | None = None
        self.gave_up = 0
        """How often the process ended by itself."""
        self.pids: list[int] = []
        way_in = {} if port is None else {"HTTP_PORT": str(port)}
        self._environment = environment | {"TEST_CLOCK_JUMPS": str(path)} | way_in
        self._directory = directory
        self._is_closed = False

    async def keep_up(self) -> None:
        """Start it, and again whenever it ends."""
        while not self._is_closed:
            self.running = await start(self._environment, self._directory)
            self.pids.append(self.running.pid)
            code = await self.running.wait()
            if code >= 0 and not self._is_closed:
                self.gave_up += 1
                await asyncio.sleep(0.2)

    async def kill(self) -> None:
        """SIGKILL it; the next is started at once."""
        if self.running is not None and self.running.returncode is None:
            self.running.kill()
            await self.running.wait()

    async def close(self, *, within_s: float) -> int | None:
        """SIGTERM; returns its exit code, None where it does not end in time."""
        self._is_closed = True
        if self.running is None:
            return 0
        self.running.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                return await self.running.wait()
        self.running.kill()
        return None


@dataclass
class Scene:
    """The workspace with its people, and where the bot's processes find it."""

    sandbox: Sandbox
    app: App
    people: list[str]
    directory: Path
    database_url: str
    speed: float = 1.0
    front: Balancer | None = None
    """What stands before the replicas in HTTP mode."""
    replicas: list[Replica] = field(default_factory=list)
    posts: int = 0
    """Messages that the bot has posted."""
    limited: int = 0
    """Calls that got a 429."""
    posted_by: dict[int, int] = field(default_factory=dict)
    """By process, how many."""

    @property
    def workspace(self) -> Workspace:
        """Its state."""
        return self.sandbox.workspace

    @property
    def team_id(self) -> TeamId:
        """Its id."""
        return TeamId(self.workspace.team_id)

    def count(self, call: Call) -> None:
        """Take note of a call of the bot's."""
        self.limited += call.status == 429
        if call.method == "chat.postMessage" and (call.answer.get("ok") or call.status == 0):
            self.posts += 1
            if (pid := process_of(call)) is not None:
                self.posted_by[pid] = self.posted_by.get(pid, 0) + 1

    def said(self) -> list[dict[str, Any]]:
        """All messages of the bot's that stand, in the order in which they came; each with its channel."""
        return sorted(
            (
                {**message, "channel": channel.id}
                for channel in self.workspace.channels.values()
                for message in channel.messages
                if message.get("user") == self.app.bot_user_id
            ),
            key=lambda message: float(message["ts"]),
        )

    def posted(self) -> list[dict[str, Any]]:
        """Those of them that carry their key: what is shown in place of one has none."""
        return [message for message in self.said() if "metadata" in message]


def process_of(call: Call) -> int | None:
    """Which of the bot's processes made a call."""
    number = call.agent.rpartition("alumni-bot/")[2]
    return int(number) if number.isdigit() else None


def key_of(message: dict[str, Any]) -> str:
    """The outbox's key in a message."""
    return str(message["metadata"]["event_payload"]["key"])


def build(
    people: int,
    *,
    speed: float,
    seed: int,
    begins_at: datetime = BEGINS_AT,
    others: Mapping[str, str] | None = None,
    http_url: str | None = None,
) -> tuple[Workspace, App, list[str]]:
    """A workspace with so many people, all in the channel for questions and in the general one.

    others: people beside them, whose ids are not returned: the zone of each.
    http_url: where Slack delivers to; None is Socket Mode.
    """
    clock = Clock(begins_at, speed=speed)
    workspace = Workspace(clock=clock, seed=seed)
    app = install(workspace, manifest(http_url=http_url))
    workspace.add_user("orla", user_id=ORGANISER, real_name="Orla", tz="Europe/Rome", is_admin=True)
    workspace.add_user("pia", user_id=PLANNER, real_name="Pia", tz="Europe/Rome", is_admin=True)
    for user_id, zone in (others or {}).items():
        workspace.add_user(user_id.lower(), user_id=user_id, real_name=user_id.title(), tz=zone)
    ids = [f"U{number:06d}" for number in range(people)]
    for user_id in ids:
        workspace.add_user(user_id.lower(), user_id=user_id, tz="Europe/Rome")
    everybody = [*ids, *(others or {}), ORGANISER, PLANNER, app.bot_user_id]
    workspace.add_channel("ask", channel_id=ASK, members=everybody)
    workspace.add_channel("general", channel_id=GENERAL, members=everybody)
    workspace.add_channel("hall", channel_id=HALL, members=[app.bot_user_id])
    return workspace, app, ids


def rates() -> Rates:
    """Slack's for posting; but it lets no app start ten times a minute, and the run has to."""
    return Rates(tiers=dict.fromkeys(range(1, 6), 100_000))


def surroundings(sandbox: Sandbox, app: App, database_url: str, *, speed: float = 1.0) -> dict[str, str]:
    """The environment of a bot's process on that workspace and its clock, but for an HTTP port."""
    by_socket = {"SLACK_APP_TOKEN": app.app_token}
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SLACK_")},
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": app.bot_token,
        **(by_socket if app.socket_mode else {"SLACK_SIGNING_SECRET": app.signing_secret}),
        "SLACK_API_URL": sandbox.api_url,
        "DATABASE_URL": database_url,
        "LOG_LEVEL": "WARNING",
        **process.told(shown=sandbox.clock.now(), at_s=time.monotonic(), speed=speed),
    }


async def start(environment: dict[str, str], directory: Path) -> Forked:
    """The bot as a process of its own, to be killed."""
    return await fork(process.main, folder=directory, environment=environment, log=directory / "bot.log")


async def first_of(running: Forked, condition: Callable[[], bool]) -> None:
    """Wait for the condition, for as long as a slow machine needs to start and a lost reply to be settled."""
    async with asyncio.timeout(60):
        while not condition() and running.returncode is None:
            await asyncio.sleep(0.02)
