"""What a fault run does, and where: its plan; the workspace, the files and the replicas that it needs."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import repeat
from pathlib import Path

from bot.config import read_values, settings_from
from bot.importing import take_in
from sandbox.server import Sandbox
from tests.chaos import circle, night
from tests.chaos.replicas import Balancer
from tests.chaos.scene import (
    ORGANISER,
    PLANNER,
    Replica,
    Scene,
    build,
    edition,
    enrolled,
    rates,
    roster,
    surroundings,
)
from tests.ports import own_port

_PER_PERSON = 25
"""Messages that each participant gets, about."""
_PEOPLE_A_SLEEPER = 20


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run does."""

    deliveries: int
    """Messages of the bot's, at least."""
    events: int
    """Deeds of people, at least."""
    kills: int
    seed: int
    replicas: int = 3
    mode: str = "socket"
    """How Slack comes in: `socket`, or `http` by a front that goes round the replicas."""
    has_own_server: bool = False
    """Nobody else uses the PostgreSQL server, so that it may be restarted."""
    speed: float = 5.0
    """How much faster than the host's the workspace's clock goes, and with it Slack's limits."""
    kills_per_s: float = 0.4
    """A guess, by which reminders are spread over the run."""
    quiet_within_s: float = 600.0
    """After the last kill, for what is left to go out."""

    @property
    def lasts_s(self) -> float:
        """About how long it takes, without what comes after the last kill."""
        return self.kills / self.kills_per_s

    @property
    def shown_s(self) -> float:
        """The same on the workspace's clock."""
        return self.lasts_s * self.speed

    @property
    def people(self) -> int:
        """How many get every announcement."""
        return max(self.deliveries // _PER_PERSON, 6)

    @property
    def remind_after_s(self) -> list[float]:
        """When each of them is reminded, in seconds of the workspace's clock after its beginning."""
        count = 6 if self.lasts_s > 120 else 2
        return [self.shown_s * 0.8 * number / count for number in range(count)]

    @property
    def begins_at(self) -> datetime:
        """What the workspace's clock shows at its beginning."""
        return night.begins_at(self.shown_s)

    @property
    def night_pieces(self) -> list[night.Piece]:
        """What people of the night are reminded of."""
        return night.pieces(len(self.remind_after_s), lasts_s=self.shown_s)

    @property
    def night_people(self) -> list[str]:
        """Those people."""
        return night.ids(max(self.people // _PEOPLE_A_SLEEPER, 5))


@asynccontextmanager
async def opened(plan: Plan, directory: Path, *, database_url: str) -> AsyncIterator[Scene]:
    """The workspace, its files imported, its replicas not yet started. directory: takes the log."""
    async with AsyncExitStack() as leaving:
        ports: list[int] = []
        while plan.mode == "http" and len(ports) < plan.replicas:
            ports += {own_port()} - {*ports}
        front = await leaving.enter_async_context(Balancer(ports)) if ports else None
        workspace, app, ids = build(
            plan.people,
            speed=plan.speed,
            seed=plan.seed,
            begins_at=plan.begins_at,
            others=dict.fromkeys(plan.night_people, night.ZONE) | dict.fromkeys(circle.ids(), "Europe/Rome"),
            http_url=front.url if front else None,
        )
        sandbox = await leaving.enter_async_context(Sandbox(workspace, rates=rates(), seed=plan.seed))
        sandbox.calls, sandbox.delivery.log = deque(maxlen=1000), deque()
        scene = Scene(sandbox, app, ids, directory, database_url, speed=plan.speed, front=front)
        environment = surroundings(sandbox, app, database_url, speed=plan.speed)
        settings = settings_from(read_values({"HTTP_PORT": "8080"} | environment, directory))
        # Imported the week before, so that the reminders are planned and then missed.
        await take_in(settings, _files(plan, ids), now=plan.begins_at - timedelta(days=10))
        sandbox.on_call.append(scene.count)
        scene.replicas += [
            Replica(number, environment, directory, port=port)
            for number, port in zip(range(plan.replicas), ports or repeat(None), strict=False)
        ]
        yield scene


def _files(plan: Plan, people: list[str]) -> list[tuple[str, bytes]]:
    faults = edition(plan.remind_after_s, begins_at=plan.begins_at, organisers=(ORGANISER, PLANNER))
    members = (
        roster(people)
        + enrolled(plan.night_people, edition_key=night.KEY)
        + enrolled(circle.ids(), edition_key=circle.KEY)
    )
    files = {
        "edition.toml": faults,
        "night.toml": night.edition(plan.night_pieces),
        "circle.toml": circle.edition(),
        "roster.csv": members,
    }
    return [(name, content.encode()) for name, content in files.items()]
