"""What goes wrong in a fault run: kills, and what befalls Slack, the network, the database, the clocks."""

import asyncio
import random
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import make_url

from sandbox.faults import RESPONSE_URL, Rule
from tests import postgres
from tests.chaos.scene import Replica, Scene

_SPARED_FOR_S = 22.0
"""Each replica in turn is left alone for so long: what a killed one left is settled by who has lived longer
than any request can run."""
_AHEAD = 0.02
_LIMITED = ("chat.*", "conversations.open", "conversations.history", "views.publish", "reactions.*")
_READ = (
    "users.*",
    "conversations.info",
    "conversations.list",
    "conversations.members",
    "conversations.replies",
    RESPONSE_URL,
)
_LOST = ("chat.*", "conversations.*", "views.publish", "reactions.*", RESPONSE_URL)


@dataclass
class Record:
    """What went wrong, when; in seconds of the loop's clock."""

    kills: list[tuple[float, int]] = field(default_factory=list)
    """When, and which process."""
    happened: list[tuple[float, str]] = field(default_factory=list)
    """When what else went wrong."""
    database_down: list[tuple[float, float]] = field(default_factory=list)
    stalled: list[tuple[float, float]] = field(default_factory=list)


class Troubles:
    """Brings them about, until enough processes were killed."""

    def __init__(
        self,
        scene: Scene,
        *,
        kills: int,
        seed: int,
        progress: Callable[[], float],
        may_stop_database: bool,
    ) -> None:
        """progress: of the run, 0 to 1; the kills keep up with it."""
        self._may_stop_database = may_stop_database
        self.record = Record()
        self.rules: Sequence[Rule] = ()
        self._scene = scene
        self._kills = kills
        self._progress = progress
        self._chance = random.Random(seed)
        self._now_s = asyncio.get_running_loop().time
        self._is_over = asyncio.Event()
        self._spared = 0

    def begin_faults(self, *, share: float = 0.05) -> None:
        """Have that share of Slack's answers be a 429, and as many be lost; a few fail, or are late."""
        faults = self._scene.sandbox.faults
        for pattern in _LIMITED:
            faults.add("ratelimited", method=pattern, share=share * 0.9, retry_after_s=1)
            faults.add("ratelimited", method=pattern, share=share * 0.1, retry_after_s=10)
        for pattern in _READ:
            # Who reads waits on the host's clock, which goes slower.
            faults.add("ratelimited", method=pattern, share=share, retry_after_s=1)
        for pattern in _LOST:
            faults.add("lost_reply", method=pattern, share=share)
            faults.add("server_error", method=pattern, share=share / 5, executed=True)
            faults.add("server_error", method=pattern, share=share / 5)
            faults.add("slow", method=pattern, share=share / 2, delay_s=1.5)
        self.rules = list(faults.rules)

    async def run(self, until: asyncio.Event) -> None:
        """Go on until then and until enough were killed; return once all that went wrong is mended."""
        of_sockets = ((12, self._cut_sockets), (45, self._mute_sockets), (90, self._refresh_sockets))
        troubles = (
            *(of_sockets if self._scene.front is None else ()),
            (200, self._stall_slack),
            (90, self._trouble_database),
            (10, self._have_a_clock_jump),
        )
        others = [asyncio.create_task(self._now_and_then(every_s, trouble)) for every_s, trouble in troubles]
        await asyncio.gather(self._rotate(), *(self._kill_again(one) for one in self._scene.replicas))
        await until.wait()
        self._is_over.set()
        await asyncio.gather(*others)
        self._scene.sandbox.faults.clear()

    def _note(self, what: str) -> None:
        self.record.happened.append((self._now_s(), what))

    # -- kills ----------------------------------------------------------------------------------------

    @property
    def _has_enough(self) -> bool:
        return len(self.record.kills) >= self._kills

    async def _rotate(self) -> None:
        while not self._has_enough:
            until_s = self._now_s() + _SPARED_FOR_S
            while self._now_s() < until_s and not self._has_enough:
                await asyncio.sleep(0.1)
            self._spared += 1

    async def _kill_again(self, replica: Replica) -> None:
        while not self._has_enough:
            while len(self.record.kills) / self._kills > self._progress() + _AHEAD:
                await asyncio.sleep(0.05)
            await self._until_it_is_time(replica)
            if not self._has_enough and replica.running is not None:
                self.record.kills.append((self._now_s(), replica.running.pid))
                await replica.kill()
                await asyncio.sleep(0)

    async def _until_it_is_time(self, replica: Replica) -> None:
        """At any moment of its start; or soon after it has begun to send."""
        running, number = replica.running, self._scene.replicas.index(replica)
        alone = len(self._scene.replicas) == 1

        def is_spared() -> bool:
            return not alone and self._spared % len(self._scene.replicas) == number

        while is_spared() and not self._has_enough:
            await asyncio.sleep(0.1)
        if self._chance.random() < 0.25:
            await asyncio.sleep(self._chance.uniform(0, 2))
            return
        until_s = self._now_s() + 8
        while running is not None and self._now_s() < until_s and not is_spared():
            if self._scene.posted_by.get(running.pid) or running.returncode is not None:
                break
            await asyncio.sleep(0.02)
        # One that is alone must now and then live long enough to settle what the last one left.
        lives_on_s = _SPARED_FOR_S if alone and self._chance.random() < 0.2 else 0.8
        await asyncio.sleep(self._chance.uniform(0, lives_on_s))

    # -- the others -----------------------------------------------------------------------------------

    async def _now_and_then(self, every_s: float, trouble: Callable[[], Awaitable[None]]) -> None:
        while not self._is_over.is_set():
            try:
                async with asyncio.timeout(every_s * self._chance.uniform(0.5, 1.5)):
                    await self._is_over.wait()
            except TimeoutError:
                await trouble()

    async def _cut_sockets(self) -> None:
        self._note(f"{self._scene.sandbox.delivery.cut_sockets()} sockets cut")

    async def _refresh_sockets(self) -> None:
        self._note("sockets asked to make way")
        await self._scene.sandbox.delivery.refresh_sockets()

    async def _mute_sockets(self) -> None:
        self._note("sockets mute")
        self._scene.sandbox.delivery.mute_sockets()
        await asyncio.sleep(self._chance.uniform(1, 6))
        self._scene.sandbox.delivery.unmute_sockets()

    async def _stall_slack(self) -> None:
        self._note("Slack stands still for 10 s")
        began_s = self._now_s()
        self._scene.sandbox.faults.stall()
        await asyncio.sleep(10)
        self._scene.sandbox.faults.flow()
        self.record.stalled.append((began_s, self._now_s()))

    async def _trouble_database(self) -> None:
        url = make_url(self._scene.database_url)
        began_s = self._now_s()
        if url.get_backend_name() == "postgresql":
            if not self._may_stop_database:
                return
            at_once = self._chance.random() < 0.5
            await asyncio.to_thread(postgres.restart, at_once=at_once)
            self._note("database crashed" if at_once else "database restarted")
        else:
            with closing(_another(str(url.database))) as other:
                await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
                await asyncio.sleep(self._chance.uniform(0.5, 6))
                other.execute("ROLLBACK")
            self._note("database locked")
        self.record.database_down.append((began_s, self._now_s()))

    async def _have_a_clock_jump(self) -> None:
        jumps = self._chance.choice(self._scene.replicas).jumps
        jumps.by_s = self._chance.choice((-3600, -90, -20, -20, -2, 2, 20, 90))
        self._note("a clock jumps")
        try:
            async with asyncio.timeout(self._chance.uniform(1, 8)):
                await self._is_over.wait()
        except TimeoutError:
            pass
        jumps.by_s = 0


def _another(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=30, check_same_thread=False)
