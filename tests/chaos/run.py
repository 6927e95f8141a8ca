"""The fault run: kills the real process while reminders go out, and counts what each person got.

`python -m tests.chaos.run --kills 200 --people 2000` prints what it found and fails where a message
was lost or came twice.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.config import read_values, settings_from
from bot.domain.ids import TeamId
from bot.importing import take_in
from bot.manifest import manifest
from bot.services.reminders.queueing import PERSONAL
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.records import App, Change
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import outbox
from storage.db import open_database
from tests.chaos import process
from tests.forking import Forked, fork

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run does.

    shares: of calls that get a 429, whose answer is lost, and that are slow.
    """

    people: int
    kills: int
    seed: int
    shares: Mapping[str, float] = field(
        default_factory=lambda: {"ratelimited": 0.05, "lost_reply": 0.05, "slow": 0.05}
    )
    mid_sending: float = 0.8
    """The share of kills that wait until the process has begun to send; the others come at any moment."""
    within_s: float = 180.0
    """After the last kill, for what is left to go out."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a run found."""

    kills: int
    sent_between: int
    """Kills that hit while messages were going out: some had gone before, some had not."""
    lost: list[str]
    """Who got no reminder."""
    twice: list[str]
    """Who got more than one."""
    faults: dict[str, int]
    early_calls: int
    """Calls made inside a `Retry-After` window of the same method, by the process that was told it."""
    took_s: float

    @property
    def is_clean(self) -> bool:
        """Each person got each reminder exactly once."""
        return not self.lost and not self.twice


async def run_chaos(plan: Plan, directory: Path, *, database_url: str) -> Found:
    """Run it on a database, new or with every table and no row. directory: takes the log."""
    chance = random.Random(plan.seed)
    # A Wednesday morning, an hour after the second-last reminder: it was missed, and comes at once.
    clock = Clock(datetime(2023, 6, 21, 8, tzinfo=UTC))
    began_at = clock.now()
    workspace = Workspace(clock=clock, seed=plan.seed)
    app = install(workspace, manifest())
    workspace.add_user("orla", user_id="U0ORGANISER", real_name="Orla", is_admin=True)
    people = [f"U{number:06d}" for number in range(plan.people)]
    for user_id in people:
        workspace.add_user(user_id.lower(), user_id=user_id)
    # Slack lets no app start ten times a minute; the run has to.
    rates = Rates(tiers=dict.fromkeys(range(1, 6), 100_000))
    posts = 0

    def count(change: Change) -> None:
        nonlocal posts
        posts += change.kind == "message"

    workspace.subscribe(count)
    async with Sandbox(workspace, rates=rates, seed=plan.seed) as sandbox:
        for kind, share in plan.shares.items():
            # Longer than the bot's patience is left to the lost replies; this one is only slow.
            sandbox.faults.add(kind, method="chat.*", share=share, delay_s=1.5)  # type: ignore[arg-type]
        environment = surroundings(sandbox, app, database_url)
        settings = settings_from(read_values(environment, directory))
        # Imported the week before, so that the reminders are planned and then missed.
        await take_in(settings, _files(people), now=clock.now() - timedelta(days=10))
        sent_between = 0
        for _ in range(plan.kills):
            before = posts
            running = await start(environment, directory)
            if chance.random() < plan.mid_sending:
                await first_of(running, lambda: posts > before)  # noqa: B023 (awaited at once)
                await asyncio.sleep(chance.uniform(0, 0.6))
            else:
                await asyncio.sleep(chance.uniform(0, 3))
            running.kill()
            await running.wait()
            sent_between += before < posts < len(people)
        running = await start(environment, directory)
        try:
            async with asyncio.timeout(plan.within_s):
                await _until_sent(database_url, workspace.team_id, len(people))
        except TimeoutError:
            pass  # what is missing is counted below
        running.terminate()
        await running.wait()
        counts = _reminded(workspace, app, people)
        return Found(
            kills=plan.kills,
            sent_between=sent_between,
            lost=[user_id for user_id in people if counts[user_id] == 0],
            twice=[user_id for user_id in people if counts[user_id] > 1],
            faults={rule.kind: rule.hits for rule in sandbox.faults.rules},
            early_calls=_early_calls(sandbox),
            took_s=(clock.now() - began_at).total_seconds(),
        )


EDITION = """
[academy]
name = "Fault run"
timezone = "Europe/Rome"
organisers = ["U0ORGANISER"]

[edition]
key = "faults"
name = "Fault run"
timezone = "Europe/Rome"

[[homework]]
key = "plan"
title = "Action plan"
brief = "One page."
opens = 2023-06-08T09:00:00
due = 2023-06-22T18:00:00
"""


def _files(people: list[str]) -> list[tuple[str, bytes]]:
    rows = [f"{user_id},participant,faults,Cluster {user_id}\n" for user_id in people]
    roster = "slack_id,role,edition,cluster\n" + "".join(rows)
    return [("edition.toml", EDITION.encode()), ("roster.csv", roster.encode())]


def surroundings(sandbox: Sandbox, app: App, database_url: str) -> dict[str, str]:
    """The environment of a bot's process on that workspace and its clock."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("SLACK_")},
        "PYTHONPATH": str(ROOT),
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_APP_TOKEN": app.app_token,
        "SLACK_API_URL": sandbox.api_url,
        "DATABASE_URL": database_url,
        "LOG_LEVEL": "WARNING",
        "TEST_CLOCK_AHEAD_S": str((sandbox.clock.now() - datetime.now(UTC)).total_seconds()),
    }


async def start(environment: dict[str, str], directory: Path) -> Forked:
    """The bot as a process of its own, to be killed."""
    return await fork(process.main, folder=directory, environment=environment, log=directory / "bot.log")


async def first_of(running: Forked, condition: Callable[[], bool]) -> None:
    """Wait for the condition, for as long as a slow machine needs to start and a lost reply to be settled."""
    async with asyncio.timeout(60):
        while not condition() and running.returncode is None:
            await asyncio.sleep(0.02)


async def _until_sent(database_url: str, team_id: str, wanted: int) -> None:
    """Wait until the outbox says that everything went; the counting is done on Slack's side."""
    database = open_database(database_url)
    try:
        while True:
            async with database.reading() as work:
                sent = await outbox.rows(work, team_id=TeamId(team_id), states=["sent"])
            if sum(row.kind == PERSONAL for row in sent) >= wanted:
                return
            await asyncio.sleep(0.5)
    finally:
        await database.close()


def _reminded(workspace: Workspace, app: App, people: list[str]) -> Counter[str]:
    counts: Counter[str] = Counter()
    wanted = set(people)
    for channel in workspace.channels.values():
        if channel.kind == "im" and app.bot_user_id in channel.members:
            person = next(user_id for user_id in channel.members if user_id != app.bot_user_id)
            if person in wanted:
                counts[person] += sum(_is_reminder(message) for message in channel.messages)
    return counts


def _is_reminder(message: dict[str, Any]) -> bool:
    key = message.get("metadata", {}).get("event_payload", {}).get("key", "")
    return str(key).startswith("remind:")


def _early_calls(sandbox: Sandbox) -> int:
    """Posts made while the last 429 to a post still asked to wait."""
    early = 0
    wait_until: datetime | None = None
    for call in sandbox.calls:
        if call.method != "chat.postMessage":
            continue
        if wait_until is not None and call.at < wait_until:
            early += 1
        if call.status == 429:
            wait_until = call.at + timedelta(seconds=1)
    return early


def main() -> int:
    """The command: prints what was found; 1 where something was lost or came twice."""
    parser = argparse.ArgumentParser(description="Kill the bot while reminders go out, and count.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", metavar="URL", help="an empty one; otherwise a file of SQLite")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        plan = Plan(people=chosen.people, kills=chosen.kills, seed=chosen.seed, within_s=1200)
        database_url = chosen.database or f"sqlite+aiosqlite:///{directory}/alumni.db"
        found = asyncio.run(run_chaos(plan, Path(directory), database_url=database_url))
    print(f"{found.kills} kills, {found.sent_between} of them while messages were going out")
    print(f"{chosen.people} people, {len(found.lost)} lost, {len(found.twice)} twice")
    print("faults: " + ", ".join(f"{number} {kind}" for kind, number in found.faults.items()))
    print(f"took {found.took_s:.0f} s, finished at {datetime.now(UTC):%H:%M} UTC")
    return 0 if found.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
