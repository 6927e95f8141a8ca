"""A small edition, and what a test does to the bot and its workspace."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from bot import app as bot_app
from bot.app import Running
from bot.config import Settings
from bot.domain.ids import TeamId
from bot.pace import Pace
from bot.services import editions, people
from sandbox.blocks import elements_of, texts
from sandbox.clock import Clock
from sandbox.delivered import Ack, Delivered
from sandbox.faults import Rule
from sandbox.patience import PATIENCE_S
from sandbox.person import Person
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import outbox
from storage.outbox import OutboxRow

NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
"""A Monday between the online and the in-person days: 10:00 in Rome."""
_SETTLES_WITHIN_S = 120

EDITION = """
[academy]
name = "Cluster Booster Academy"
timezone = "Europe/Brussels"
organisers = ["UANN"]

[edition]
key = "cba-2"
name = "2nd Cluster Booster Academy"
timezone = "Europe/Rome"

[[day]]
date = 2023-06-06
kind = "online"
title = "Day 1: strategy development"
starts = 09:30:00
ends = 16:30:00
place = "Zoom"

[[day]]
date = 2023-06-07
kind = "online"
title = "Day 2: business models"
starts = 09:30:00
ends = 16:30:00

[[day]]
date = 2023-09-21
kind = "in-person"
title = "Day 3: action plans"
starts = 09:00:00
ends = 17:00:00
place = "Environment Park, Torino"

[[homework]]
key = "action-plan-1"
title = "Action plan: first blueprint"
brief = "One page: aims, three actions, who is needed."
opens = 2023-06-08T09:00:00
due = 2023-07-05T18:00:00

[[homework]]
key = "members-map"
title = "Map of your members"
brief = "Who they are, and what they miss."
opens = 2023-06-08T09:00:00
due = 2023-06-30T23:59:00

[[homework]]
key = "action-plan-2"
title = "Action plan: refined"
brief = "After the coaching."
opens = 2023-08-01T09:00:00
due = 2023-09-08T18:00:00
"""

ROSTER = """slack_id,email,name,role,edition,cluster,country,sectors,languages,expertise
UBEN,,,participant,cba-2,EnergyVaasa,FI,energy,en;fi,hydrogen
UCLEO,,,participant,cba-2,MedValley,PT,health,en;pt,
UDINA,,,participant,cba-2,AgroPole,IT,agrifood,en;it,
UEVA,,,alumnus,cba-2,,DE,,en,
UFAY,,,coach,cba-2,,BE,,en,
"""

PEOPLE = (
    ("UANN", "Ann Organ", "Europe/Brussels", False),
    ("UADA", "Ada Admin", "Europe/Brussels", True),
    ("UBEN", "Ben Virta", "Europe/Helsinki", False),
    ("UCLEO", "Cleo Matos", "Europe/Lisbon", False),
    ("UDINA", "Dina Conti", "Europe/Rome", False),
    ("UEVA", "Eva Lang", "Europe/Berlin", False),
    ("UFAY", "Fay Maes", "Europe/Brussels", False),
    ("UGUS", "Gus Newman", "Europe/Brussels", False),
)


class Stage:
    """The bot at work in its workspace, and what a test does to both."""

    def __init__(self, sandbox: Sandbox, app: App, bot: Running, settings: Settings) -> None:
        self.sandbox = sandbox
        self.app = app
        self.bot = bot
        self.settings = settings
        self.expected_errors: list[str] = []
        """What `errors` is to be at the test's end, which the fixture asserts."""

    @property
    def workspace(self) -> Workspace:
        """The workspace's state."""
        return self.sandbox.workspace

    @property
    def team_id(self) -> TeamId:
        """The workspace's id."""
        return self.bot.team_id

    def person(self, user_id: str) -> Person:
        """Somebody at their Slack client, who waits for the answer to a command."""
        return _Patient(self, user_id)

    async def settle(self) -> None:
        """Return once everything that is due now is delivered both ways."""
        # A message whose answer was lost waits for this clock to go on; so does one that came too late for
        # the bot because the machine is busy.
        async with asyncio.timeout(_SETTLES_WITHIN_S):
            await self.sandbox.quiet(_SETTLES_WITHIN_S)
            await self.bot.settle()
            await self.sandbox.quiet(_SETTLES_WITHIN_S)

    async def at(self, moment: str) -> None:
        """Move the clock to an instant, given in UTC as `2023-07-05 16:00`, and settle."""
        self.workspace.clock.move_to(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        await self.settle()

    async def restart(self) -> None:
        """Stop the bot as a signal would, and start it again on the same database."""
        await self.bot.stop()
        self.bot = await start_bot(self.settings, self.workspace.clock)

    async def import_files(self, *files: tuple[str, str]) -> list[str]:
        """What `alumni-bot import` does while the bot runs."""
        return await editions.import_files(
            self.bot.db,
            team_id=self.team_id,
            files=files,
            people=await people.fetch_people(self.bot.client),
            channels=await people.fetch_channels(self.bot.client),
            groups=await people.fetch_groups(self.bot.client),
            now=self.workspace.clock.now(),
        )

    async def again(self, delivered: Delivered, times: int = 3) -> list[Ack]:
        """Deliver the same payload so many times more."""
        return [
            await self.sandbox.delivery.deliver(self.app, delivered.kind, delivered.payload)
            for _ in range(times)
        ]

    def last(self, kind: str, **payload: Any) -> Delivered:
        """The newest payload of a kind that has these values, such as `type="view_submission"`."""
        for delivered in reversed(self.sandbox.delivery.log):
            if delivered.kind == kind and payload.items() <= delivered.payload.items():
                return delivered
        raise LookupError(f"no {kind} with {payload}")

    async def queued(self, kind: str) -> list[OutboxRow]:
        """Every message of a kind that was ever queued, sent or not."""
        async with self.bot.db.reading() as work:
            return [row for row in await outbox.rows(work, team_id=self.team_id) if row.kind == kind]

    def errors(self) -> list[str]:
        """What went wrong between the bot and Slack: refused calls, unacknowledged or bad answers."""
        refused = [
            f"{call.method}: {call.answer.get('error', call.status)}"
            for call in self.sandbox.calls
            if not call.answer.get("ok")
        ]
        problems = [one.problem for one in self.sandbox.delivery.log if one.problem]
        unanswered = [ack.error for one in self.sandbox.delivery.log for ack in one.acks if ack.error]
        return [*refused, *problems, *unanswered]


class _Patient(Person):
    """Returns from a command once the bot has answered it, which may be after its acknowledgement."""

    def __init__(self, stage: Stage, user_id: str) -> None:
        super().__init__(stage.sandbox, user_id)
        self._stage = stage

    async def command(self, text: str, *, channel_id: str | None = None) -> None:
        await super().command(text, channel_id=channel_id)
        await self._stage.bot.answered()


async def start_bot(settings: Settings, clock: Clock) -> Running:
    """The bot on a sandbox's clock, which sends as fast as it can."""
    pace = Pace(per_minute=1_000_000, burst=10_000, per_recipient_s=0)
    return await bot_app.start(settings, clock=clock, pace=pace, monotonic=lambda: clock.now().timestamp())


async def hit(rule: Rule, *, times: int = 1) -> None:
    """Wait for a fault to have hit so many calls: they are made up for once the clock goes on after that."""
    async with asyncio.timeout(PATIENCE_S):
        while rule.hits < times:
            await asyncio.sleep(0.01)


def sections(message: dict[str, Any]) -> list[str]:
    """The texts of a message's or a view's sections."""
    return [block["text"]["text"] for block in message["blocks"] if block["type"] == "section"]


def everything(message: dict[str, Any]) -> str:
    """All that a message or a view says, a line each."""
    return "\n".join(texts(message["blocks"]))


def buttons(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Label and value of a message's or a view's buttons, in order."""
    elements = [element for block in message["blocks"] for _, element in elements_of(block)]
    return [(one["text"]["text"], one["value"]) for one in elements if one["type"] == "button"]
