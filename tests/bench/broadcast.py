"""A broadcast to thousands: how long it takes beside Slack's rates, and whether kills lose or double any.

`python -m tests.bench.broadcast` sends to 5,000 on the local workspace's clock, whose hands are moved on
whenever the bot waits for them. `--kills 20` also sends to `--kill-people` in real time, and kills the
process as often.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import app as bot_app
from bot.clients import PatientClient
from bot.config import Secret, Settings, read_values, settings_from
from bot.domain.announcements import AnnouncementState, Written
from bot.domain.audiences import EVERYBODY, Audience
from bot.domain.ids import TeamId, UserId
from bot.domain.rich_text import paragraphs
from bot.importing import take_in
from bot.manifest import manifest
from bot.pace import Pace
from bot.services import announcements
from bot.services import people as people_service
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.records import App, Change
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage.db import Database, open_database
from tests.chaos import run

ORGANISER = UserId("U0ORGANISER")
START = datetime(2023, 6, 12, 8, tzinfo=UTC)


class SkippingClock(Clock):
    """A clock that stands still while anything is done, and is moved on to whatever is waited for."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start, ticking=False)
        self._waited_for: list[datetime] = []
        self._asleep = asyncio.Event()

    async def sleep_until(self, instant: datetime) -> None:
        """Return once it was moved on so far."""
        self._waited_for.append(instant)
        self._asleep.set()
        try:
            await super().sleep_until(instant)
        finally:
            self._waited_for.remove(instant)

    async def skip(self, is_busy: Callable[[], bool]) -> None:
        """Move it on, again and again, while nothing else goes on; until cancelled."""
        while True:
            await self._asleep.wait()
            self._asleep.clear()
            # What was woken by the last move has its turn first.
            await asyncio.sleep(0)
            ahead = [instant for instant in self._waited_for if instant > self.now()]
            if ahead and not is_busy():
                self.move_to(min(ahead))


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a broadcast on the workspace's clock came to."""

    people: int
    took_s: float
    """From the first message to the last, on that clock."""
    bound_s: float
    """What Slack's rate of posting allows at best, all of it spent on the broadcast."""
    refused: int
    """Answers with 429."""
    lost: int
    twice: int

    @property
    def over(self) -> float:
        """How much longer it took than the bound, as a share of that."""
        return self.took_s / self.bound_s - 1


async def measure(people: int, folder: Path, *, rates: Rates, pace: Pace) -> Measured:
    """Send an announcement to so many people, and look at what the workspace got."""
    clock = SkippingClock(START)
    workspace, app = populated(people, clock)
    async with Sandbox(workspace, rates=rates) as sandbox:
        settings = Settings(
            bot_token=Secret(app.bot_token),
            app_token=Secret(app.app_token),
            slack_api_url=sandbox.api_url,
            database_url=f"sqlite+aiosqlite:///{folder / 'alumni.db'}",
        )
        # As it starts the bot asks for everybody, which has rates of its own.
        rates.enforced = False
        async with await bot_app.start(settings, clock=clock, pace=pace) as bot:
            rates.enforced = True
            await send_off(bot.db, TeamId(bot.team_id), now=clock.now())
            skipping = asyncio.create_task(clock.skip(lambda: bot.on_its_way > 0))
            while not await is_sent(bot.db, TeamId(bot.team_id)):
                await bot.settle()
            skipping.cancel()
            await asyncio.gather(skipping, return_exceptions=True)
        counts = received(workspace, app)
        posts = [call for call in sandbox.calls if call.method == "chat.postMessage"]
        instants = [call.at for call in posts if call.args["channel"] != ORGANISER and call.status == 200]
        return Measured(
            people=people,
            took_s=(max(instants) - min(instants)).total_seconds(),
            bound_s=people / rates.posts_per_minute * 60,
            refused=sum(call.status == 429 for call in sandbox.calls),
            lost=people - len(counts),
            twice=sum(count > 1 for count in counts.values()),
        )


async def send_off(db: Database, team_id: TeamId, *, now: datetime) -> None:
    """Write an announcement to everybody by direct message, and send it off."""
    written = Written(
        title="Save the date",
        body=paragraphs("The next edition begins on 6 June."),
        audience=Audience(roles=(EVERYBODY,), minus=(ORGANISER,)),
        zone="Europe/Rome",
        is_urgent=True,
    )
    saved = await announcements.save(db, team_id=team_id, user_id=ORGANISER, written=written, now=now)
    await announcements.send_off(
        db, team_id=team_id, user_id=ORGANISER, announcement_id=saved.announcement.id, version=1, now=now
    )


async def is_sent(db: Database, team_id: TeamId) -> bool:
    """Whether the announcement is sent wholly."""
    (found,) = await announcements.listed(db, team_id=team_id)
    return found.state is AnnouncementState.SENT


def received(workspace: Workspace, app: App) -> Counter[str]:
    """How often each person got the announcement, by the workspace's own record."""
    counts: Counter[str] = Counter()
    for channel in workspace.channels.values():
        if channel.kind == "im" and app.bot_user_id in channel.members:
            person = next(user_id for user_id in channel.members if user_id != app.bot_user_id)
            got = sum(_key(message) == f"announce:1:{person}" for message in channel.messages)
            if got:
                counts[person] = got
    return counts


def _key(message: dict[str, Any]) -> str:
    return str(message.get("metadata", {}).get("event_payload", {}).get("key", ""))


def populated(people: int, clock: Clock) -> tuple[Workspace, App]:
    """A workspace with the bot, an organiser and so many people."""
    workspace = Workspace(clock=clock)
    app = install(workspace, manifest())
    workspace.add_user("orla", user_id=ORGANISER, real_name="Orla", is_admin=True)
    for number in range(people):
        workspace.add_user(f"p{number}", user_id=f"U{number:06d}", tz="Europe/Rome")
    return workspace, app


@dataclass(frozen=True, kw_only=True)
class Survived:
    """What came of a broadcast whose process was killed again and again."""

    people: int
    kills: int
    sent_between: int
    """Kills that hit while messages were going out."""
    lost: int
    twice: int
    took_s: float


async def survive(people: int, kills: int, folder: Path, *, within_s: float, seed: int = 1) -> Survived:
    """Send to so many people in real time, and kill the process so often on the way."""
    chance = random.Random(seed)
    clock = Clock(START)
    workspace, app = populated(people, clock)
    posts = 0

    def count(change: Change) -> None:
        nonlocal posts
        posts += change.kind == "message"

    workspace.subscribe(count)
    # Slack lets no app list everybody ten times a minute; the run has to.
    rates = Rates(tiers=dict.fromkeys(range(1, 6), 100_000))
    async with Sandbox(workspace, rates=rates, seed=seed) as sandbox:
        environment = run.surroundings(sandbox, app, f"sqlite+aiosqlite:///{folder}/alumni.db")
        settings = settings_from(read_values(environment, folder))
        await take_in(settings, [("edition.toml", run.EDITION.encode())], now=clock.now())
        db = open_database(settings.database_url)
        team_id = TeamId(workspace.team_id)
        everybody = await people_service.fetch_people(PatientClient(settings), team_id=team_id)
        await people_service.sync(db, team_id=team_id, people=everybody, groups=[], now=clock.now())
        await send_off(db, team_id, now=clock.now())
        began_at, sent_between = clock.now(), 0
        for _ in range(kills):
            before = posts
            process = await run.start(environment, folder)
            await run.first_of(process, lambda: posts > before)  # noqa: B023 (awaited at once)
            await asyncio.sleep(chance.uniform(0, 4))
            process.kill()
            await process.wait()
            sent_between += before < posts < people
        process = await run.start(environment, folder)
        try:
            async with asyncio.timeout(within_s):
                while not await is_sent(db, team_id):
                    await asyncio.sleep(1)
        except TimeoutError:
            pass  # what is missing is counted below
        process.terminate()
        await process.wait()
        await db.close()
        counts = received(workspace, app)
        return Survived(
            people=people,
            kills=kills,
            sent_between=sent_between,
            lost=people - len(counts),
            twice=sum(one > 1 for one in counts.values()),
            took_s=(clock.now() - began_at).total_seconds(),
        )


def main() -> int:
    """The command: prints what was measured; 1 where something was lost, doubled, refused or late."""
    parser = argparse.ArgumentParser(description="Send an announcement to thousands, and count.")
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--kill-people", type=int, default=1000)
    chosen = parser.parse_args()
    is_good = True
    if chosen.people:
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(measure(chosen.people, Path(folder), rates=Rates(), pace=Pace()))
        print(
            f"{found.people} people: {found.took_s:.0f} s on the workspace's clock, the bound is "
            f"{found.bound_s:.0f} s ({found.over:+.1%}); {found.refused} refused with 429, "
            f"{found.lost} lost, {found.twice} twice"
        )
        is_good = found.over <= 0.05 and not (found.refused or found.lost or found.twice)
    if chosen.kills:
        with tempfile.TemporaryDirectory() as folder:
            survived = asyncio.run(
                survive(chosen.kill_people, chosen.kills, Path(folder), within_s=chosen.kill_people)
            )
        print(
            f"{survived.people} people, {survived.kills} kills, {survived.sent_between} of them while "
            f"messages went out: {survived.lost} lost, {survived.twice} twice, in {survived.took_s:.0f} s"
        )
        is_good = is_good and not (survived.lost or survived.twice)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
