"""The memory run: an hour's traffic of a busy academy through the real process, whose memory must stay flat.

`python -m tests.chaos.memory --deliveries 12000` prints the process's memory as it goes, and fails where it
still grows in the last half.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import sqrt
from pathlib import Path
from statistics import linear_regression, mean

from bot.config import read_values, settings_from
from bot.importing import take_in
from bot.manifest import manifest
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.person import Person
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.chaos.scene import ASK, ORGANISER, first_of, head, plan, roster, start, surroundings

_SAMPLES = 40
_AT_ONCE = 10
_QUIET_WITHIN_S = 120.0
_NOISY_MB = 0.3
"""More noise than this hides what a leak would show."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What a run found."""

    sizes_mb: Sequence[float]
    """The process's own memory after each part of the traffic, when all of it was answered."""
    deliveries: int
    took_s: float
    problems: int
    """Deliveries that were not acknowledged in time."""

    @property
    def growth_mb(self) -> float:
        """By 1,000 deliveries, over the last half; the first warms up caches, pools and the allocator."""
        return self._fit()[0]

    @property
    def noise_mb(self) -> float:
        """Twice the standard error of the growth: so far it may be off by chance."""
        return self._fit()[1]

    def _fit(self) -> tuple[float, float]:
        last = self.sizes_mb[len(self.sizes_mb) // 2 :]
        thousands = self.deliveries / len(self.sizes_mb) / 1000
        at = [place * thousands for place in range(len(last))]
        growth, start = linear_regression(at, last)
        off = sum((size - start - growth * where) ** 2 for where, size in zip(at, last, strict=True))
        spread = sum((where - mean(at)) ** 2 for where in at)
        return growth, 2 * sqrt(off / (len(at) - 2) / spread)


async def run_memory(directory: Path, *, deliveries: int, people: int, seed: int) -> Found:
    """Have so many people do so many things, several at once, and look at the process meanwhile."""
    chance = random.Random(seed)
    clock = Clock(datetime(2023, 6, 21, 8, tzinfo=UTC))
    workspace = Workspace(clock=clock, seed=seed)
    app = install(workspace, manifest())
    workspace.add_user("orla", user_id=ORGANISER, real_name="Orla", is_admin=True)
    ids = [f"U{number:05d}" for number in range(people)]
    for user_id in ids:
        workspace.add_user(user_id.lower(), user_id=user_id)
    workspace.add_channel("ask", channel_id=ASK, members=[*ids, app.bot_user_id])
    async with Sandbox(workspace, rates=Rates.off(), seed=seed) as sandbox:
        environment = surroundings(sandbox, app, f"sqlite+aiosqlite:///{directory / 'alumni.db'}")
        await take_in(
            settings_from(read_values(environment, directory)),
            _files(ids),
            now=clock.now() - timedelta(days=1),
        )
        process = await start(environment, directory)
        await first_of(process, lambda: sandbox.delivery.sockets.is_open(app))
        began = time.monotonic()
        sizes = []
        for _ in range(_SAMPLES):
            each = deliveries // _SAMPLES // _AT_ONCE
            await asyncio.gather(
                *(_use(sandbox, chance, ids[one::_AT_ONCE], each) for one in range(_AT_ONCE))
            )
            # Who writes in a channel waits for nothing: more would come than is taken, and what waits is
            # no growth.
            await sandbox.quiet(timeout_s=_QUIET_WITHIN_S)
            sizes.append(_own_mb(process.pid))
            print(f"{time.monotonic() - began:6.0f} s {sizes[-1]:7.1f} MB", flush=True)
        problems = sum(bool(one.problem) for one in sandbox.delivery.log)
        process.terminate()
        await process.wait()
    took_s = time.monotonic() - began
    return Found(sizes_mb=sizes, deliveries=deliveries, took_s=took_s, problems=problems)


async def _use(sandbox: Sandbox, chance: random.Random, ids: Sequence[str], times: int) -> None:
    for _ in range(times):
        person = sandbox.person(chance.choice(ids))
        (deed,) = chance.choices(_DEEDS, _SHARES)
        await deed(person)


_DEEDS: Sequence[Callable[[Person], Awaitable[object]]] = (
    lambda person: person.command("/homework"),
    lambda person: person.command("/academy next"),
    lambda person: person.command("/questions hydrogen funding"),
    lambda person: person.command("/directory hydrogen"),
    lambda person: person.open_home(timeout_s=60),
    lambda person: person.say(ASK, "How do you win members for hydrogen?"),
)
# The bot answers each question in its channel, once a second at most.
_SHARES = (4, 4, 4, 4, 4, 1)


def _files(people: Sequence[str]) -> list[tuple[str, bytes]]:
    edition = head("memory", name="Memory run") + plan()
    return [("edition.toml", edition.encode()), ("roster.csv", roster(people, edition_key="memory").encode())]


def _own_mb(process_id: int) -> float:
    lines = Path(f"/proc/{process_id}/status").read_text(encoding="ascii").splitlines()
    (held,) = (line.split()[1] for line in lines if line.startswith("RssAnon:"))
    return int(held) / 1024


def main() -> int:
    """The command: prints what was found; 1 where memory still grows, or somebody was not answered."""
    parser = argparse.ArgumentParser(description="Use the bot for long, and look at its memory.")
    parser.add_argument("--deliveries", type=int, default=12_000)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--may-grow-mb", type=float, default=0.1, help="by 1,000 deliveries")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        found = asyncio.run(
            run_memory(Path(directory), deliveries=chosen.deliveries, people=chosen.people, seed=chosen.seed)
        )
    print(f"{found.deliveries} deliveries in {found.took_s:.0f} s, {found.problems} not acknowledged in time")
    is_told = found.noise_mb <= _NOISY_MB
    is_flat = is_told and found.growth_mb <= chosen.may_grow_mb + found.noise_mb
    verdict = "flat" if is_flat else "not flat" if is_told else "too restless to tell"
    print(
        f"memory is {verdict}: {found.growth_mb:+.2f} MB (± {found.noise_mb:.2f}) by 1,000 deliveries in the "
        f"last half, of {chosen.may_grow_mb:.2f} MB at most; load {os.getloadavg()[0]:.1f}"
    )
    return 0 if is_flat and not found.problems else 1


if __name__ == "__main__":
    sys.exit(main())
