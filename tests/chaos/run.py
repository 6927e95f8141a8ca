"""The fault run: everything goes wrong that can while people use the bot; then it is counted what came of it.

`python -m tests.chaos.run` runs three replicas on PostgreSQL, then one process on SQLite, and prints what it
found. It fails where anything was lost, came twice, in another order, too early or too late, or hangs on.
"""

import argparse
import asyncio
import gc
import logging
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import aiohttp

from sandbox.delivery import RETRIES_AFTER
from sandbox.faults import RESPONSE_URL
from storage.db import open_database
from tests import postgres
from tests.chaos.circle import Circle
from tests.chaos.findings import Findings
from tests.chaos.ground import Plan, opened
from tests.chaos.hands import Hands
from tests.chaos.night import Night
from tests.chaos.replicas import Balancer, is_listening
from tests.chaos.scene import Scene, edition, first_of, start
from tests.chaos.scene import surroundings as surroundings
from tests.chaos.traffic import Crowd
from tests.chaos.troubles import Record, Troubles
from tests.chaos.verdict import Verdict, Watch

_log = logging.getLogger("chaos")

__all__ = ["EDITION", "first_of", "start", "surroundings"]

EDITION = edition(())
_EVENTS_A_ROUND = 100
"""Deeds of people for each round of peers."""
_QUIET_FOR_S = 4.0
_STOPS_WITHIN_S = 25.0


@dataclass(kw_only=True)
class Outcome:
    """What a run found, and what it did."""

    found: Findings
    record: Record
    posts: int
    deeds: int
    faults: dict[str, int]
    front: Balancer | None
    """What stood before the replicas."""
    told: dict[str, int]
    """How often people did what a run may be too short for."""
    begun: int
    gave_up: int
    took_s: float
    limited: int
    load: tuple[float, float]
    """Of the host, over the last minute and the last fifteen of the run: acknowledgements tell of it."""


async def run_chaos(plan: Plan, directory: Path, *, database_url: str) -> Outcome:
    """Run it on a database, new or with every table and no row. directory: takes the log."""
    began_s = time.monotonic()
    async with opened(plan, directory, database_url=database_url) as scene:
        database = open_database(database_url)
        watch = Watch(scene, database)
        watching = asyncio.create_task(watch.run())

        def progress() -> float:
            return scene.posts / plan.deliveries

        crowd = Crowd(scene, seed=plan.seed)
        sleeping = Night(scene, plan.night_pieces, plan.night_people, seed=plan.seed)
        meeting = Circle(scene, seed=plan.seed)
        stories: tuple[Hands, ...] = (crowd, sleeping, meeting)
        troubles = Troubles(
            scene,
            kills=plan.kills,
            seed=plan.seed,
            progress=progress,
            may_stop_database=plan.has_own_server,
        )
        keeping_up = [asyncio.create_task(replica.keep_up()) for replica in scene.replicas]
        telling = asyncio.create_task(_tell(scene, stories, troubles, watch))
        try:
            await _connected(scene)
            troubles.begin_faults()
            is_enough = asyncio.Event()
            being_troubled = asyncio.create_task(troubles.run(is_enough))
            await asyncio.gather(
                crowd.run(deeds=plan.events, progress=progress),
                sleeping.run(),
                meeting.run(rounds=max(plan.events // _EVENTS_A_ROUND, 1), progress=progress),
                _announce(crowd, scene, watch, plan),
            )
            # A quick host is done before the last reminder is due.
            last_at = max(plan.begins_at + timedelta(seconds=plan.remind_after_s[-1]), sleeping.ends_at)
            await scene.workspace.clock.sleep_until(last_at + timedelta(seconds=60))
            is_enough.set()
            await being_troubled
            stuck = not await _quiet(scene, watch, within_s=plan.quiet_within_s)
            codes = await asyncio.gather(*(one.close(within_s=_STOPS_WITHIN_S) for one in scene.replicas))
        finally:
            await asyncio.gather(*(one.close(within_s=0) for one in scene.replicas))
        await asyncio.gather(*keeping_up)
        for task in (watching, telling):
            task.cancel()
        await asyncio.gather(watching, telling, return_exceptions=True)
        gc.unfreeze()
        verdict = Verdict(
            scene,
            watch=watch,
            wanted=crowd.wanted,
            night=sleeping,
            circle=meeting,
            record=troubles.record,
            plans=len(plan.remind_after_s),
        )
        found = await verdict.reach(database)
        await database.close()
        found.broken += [what for one in stories for what in one.broken]
        found.broken += [f"a process ended with {code}, not 0" for code in codes if code != 0]
        found.broken += ["it did not come to rest in time"] if stuck else []
        faults: dict[str, int] = {}
        for rule in troubles.rules:
            faults[rule.kind] = faults.get(rule.kind, 0) + rule.hits
        return Outcome(
            found=found,
            record=troubles.record,
            posts=scene.posts,
            deeds=sum(one.deeds for one in stories),
            faults=faults,
            front=scene.front,
            told=sleeping.pressed
            | {"rounds of peers": len(meeting.rounds)}
            | {"feedback given": len(meeting.feedback), "thanks": len(meeting.thanked)},
            begun=sum(pid in scene.posted_by for _, pid in troubles.record.kills),
            gave_up=sum(one.gave_up for one in scene.replicas),
            took_s=time.monotonic() - began_s,
            limited=scene.limited
            - sum(
                rule.hits
                for rule in troubles.rules
                if rule.kind == "ratelimited" and rule.method != RESPONSE_URL
            ),
            load=(os.getloadavg()[0], os.getloadavg()[2]),
        )


async def _connected(scene: Scene) -> None:
    """Wait until every replica takes in what Slack delivers."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as session:
        for port in scene.front.ports if scene.front else ():
            while not await is_listening(session, port):
                await asyncio.sleep(0.05)
        while not scene.front and scene.sandbox.delivery.sockets.count(scene.app) < len(scene.replicas):
            await asyncio.sleep(0.05)


async def _tell(scene: Scene, stories: Sequence[Hands], troubles: Troubles, watch: Watch) -> None:
    """Say now and then how far it is, and keep what is remembered out of the way."""
    began_s = time.monotonic()
    while True:
        await asyncio.sleep(30)
        # What a run remembers grows: to look through it all for garbage would hold everybody up for seconds.
        gc.freeze()
        _log.info(
            "%4.0f s: %d messages, %d waiting, %d deeds, %d kills",
            time.monotonic() - began_s,
            scene.posts,
            watch.waiting,
            sum(one.deeds for one in stories),
            len(troubles.record.kills),
        )


async def _announce(crowd: Crowd, scene: Scene, watch: Watch, plan: Plan) -> None:
    """Announce whenever little is waiting, until there are messages enough."""
    while True:
        ahead = len(scene.people) * len(crowd.wanted.announced)
        if (
            ahead + len(scene.people) * 6 + plan.events // 3 >= plan.deliveries
            and scene.posts >= plan.deliveries
        ):
            return
        if watch.waiting_bulk > len(scene.people) * 3 or scene.posts + watch.waiting_bulk >= plan.deliveries:
            await asyncio.sleep(0.2)
            continue
        await crowd.announce()
        # What was sent off is in the outbox at the next look.
        await asyncio.sleep(2)


async def _quiet(scene: Scene, watch: Watch, *, within_s: float) -> bool:
    """Wait until nothing is waiting or behind, over a while; False if not in time."""
    is_quiet_since_s, posts = time.monotonic(), -1
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        await asyncio.sleep(0.5)
        if watch.waiting or watch.behind or scene.posts != posts or _is_delivered_again(scene):
            is_quiet_since_s, posts = time.monotonic(), scene.posts
        elif time.monotonic() - is_quiet_since_s > _QUIET_FOR_S:
            return True
    return False


def _is_delivered_again(scene: Scene) -> bool:
    """Whether an event waits to be delivered again: after a minute of Slack's clock, or after five."""
    return any(
        one.kind == "events_api"
        and one.error
        and one.acks[-1].may_retry
        and one.attempts <= len(RETRIES_AFTER)
        for one in scene.sandbox.delivery.log
    )


def report(outcome: Outcome, *, shown: int) -> str:
    """What a run found, in lines."""
    record, found = outcome.record, outcome.found
    troubles = Counter("sockets cut" if "cut" in what else what for _, what in record.happened)
    lines = [
        f"{outcome.posts} messages, {outcome.deeds} deeds of people, {len(record.kills)} kills "
        f"({outcome.begun} of processes that had begun to send), in {outcome.took_s:.0f} s; "
        "the host's load {:.1f}, {:.1f} over 15 minutes".format(*outcome.load),
        "among them: " + ", ".join(f"{number} {what}" for what, number in outcome.told.items()),
        "faults: " + ", ".join(f"{number} {kind}" for kind, number in outcome.faults.items()),
        "troubles: " + ", ".join(f"{number} {what}" for what, number in troubles.items()),
        f"processes that gave up and were started again: {outcome.gave_up}; "
        f"429s of Slack's own limits: {outcome.limited}",
    ]
    if outcome.front is not None:
        lines.append(
            f"the front found nobody at a port {outcome.front.found_nobody} times, and passed "
            f"{outcome.front.failed} failures on to Slack"
        )
    lines += [f"acknowledged late, not counted: {n} {why}" for why, n in found.excused.items()]
    for name, wrong in found.goals.items():
        lines.append(f"{name}: {len(wrong)}")
        lines += [f"    {one}" for one in wrong[:shown]]
    return "\n".join(lines)


def main() -> int:
    """The command: prints what was found; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(
        description="Let everything go wrong while people use the bot, and count."
    )
    parser.add_argument("--deliveries", type=int, default=10_000, help="messages of the bot's")
    parser.add_argument("--events", type=int, default=1_000, help="deeds of people")
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--on", choices=("postgres", "sqlite", "both"), default="both")
    parser.add_argument("--mode", choices=("socket", "http"), default="socket", help="how Slack comes in")
    parser.add_argument("--shown", type=int, default=20, help="of what is wrong, how much is listed")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the processes' log is left")
    chosen = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    _log.setLevel(logging.INFO)
    plan = Plan(
        deliveries=chosen.deliveries,
        events=chosen.events,
        kills=chosen.kills,
        seed=chosen.seed,
        mode=chosen.mode,
    )
    way_in = "Socket Mode" if plan.mode == "socket" else "HTTP"
    outcomes = []
    if chosen.on != "sqlite":
        print(f"three replicas on PostgreSQL, by {way_in}", flush=True)
        postgres.set_up(keeps_commits=True)
        try:
            on_server = replace(plan, has_own_server=True)
            outcomes.append(_run(on_server, postgres.copy_of_empty(), keep=chosen.keep))
            print(report(outcomes[-1], shown=chosen.shown), flush=True)
        finally:
            postgres.tear_down()
    if chosen.on != "postgres":
        print(f"one process on SQLite, by {way_in}", flush=True)
        small = replace(
            plan,
            deliveries=plan.deliveries // 8,
            events=plan.events // 4,
            kills=plan.kills // 12,
            replicas=1,
            kills_per_s=0.25,
        )
        outcomes.append(_run(small, None, keep=chosen.keep))
        print(report(outcomes[-1], shown=chosen.shown), flush=True)
    return 0 if all(one.found.is_clean for one in outcomes) else 1


def _run(plan: Plan, database_url: str | None, *, keep: Path | None) -> Outcome:
    with tempfile.TemporaryDirectory() as made:
        directory = keep or Path(made)
        directory.mkdir(exist_ok=True)
        url = database_url or f"sqlite+aiosqlite:///{directory}/alumni.db"
        return asyncio.run(run_chaos(plan, directory, database_url=url))


if __name__ == "__main__":
    sys.exit(main())
