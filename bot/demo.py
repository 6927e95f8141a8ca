"""The bot in a local Slack workspace, with the sample academy and a clock that one can move."""

import asyncio
import errno
import signal
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import academies
from bot.app import Running, start
from bot.config import Secret, Settings
from bot.domain.members import Role
from bot.importing import take_in, take_in_questions
from bot.manifest import manifest
from bot.pace import Pace
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace

STARTS_AT = datetime(2023, 6, 8, 9, 30, tzinfo=ZoneInfo("Europe/Rome"))
"""The morning after the online days: the first homework has just opened."""

_PORTS_TRIED = 20
# Slack's own limits would make a move of three months take half an hour; what they do is in the tests.
_UNHURRIED = Pace(per_minute=1_000_000, burst=1_000, per_recipient_s=0)


@dataclass(frozen=True, kw_only=True)
class Demo:
    """The demo at work."""

    url: str
    sandbox: Sandbox
    app: App
    bot: Running


@asynccontextmanager
async def demonstration(*, port: int, is_empty: bool = False) -> AsyncIterator[Demo]:
    """Workspace, people, editions and bot, until the block is left; nothing stays on the disk.

    port: of the page; the next free one is taken where another program has it, any free one for 0.
    is_empty: without editions and all else that is imported, as on the day the bot is installed.
    """
    clock = Clock(STARTS_AT)
    workspace = Workspace(clock=clock, name="Cluster Booster Academy", domain="cluster-booster")
    app = _populate(workspace)
    sandbox = Sandbox(workspace, rates=Rates.off())
    with tempfile.TemporaryDirectory(prefix="alumni-bot-") as folder:
        await _serve(sandbox, port)
        try:
            settings = Settings(
                bot_token=Secret(app.bot_token),
                app_token=Secret(app.app_token),
                slack_api_url=sandbox.api_url,
                database_url=f"sqlite+aiosqlite:///{Path(folder) / 'demo.db'}",
            )
            if not is_empty:
                await _take_in(settings, now=clock.now())
            async with await start(settings, clock=clock, pace=_UNHURRIED) as bot:
                sandbox.clock_mover = _Mover(clock, bot).move_to
                yield Demo(url=sandbox.url, sandbox=sandbox, app=app, bot=bot)
        finally:
            await sandbox.stop()


async def demo(*, port: int, say: Callable[[str], None], is_empty: bool = False) -> None:
    """Run the demo until SIGINT or SIGTERM.

    say: told what to do, a line at a time. is_empty: as for `demonstration`.
    """
    told_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told_to_stop.set)
    async with demonstration(port=port, is_empty=is_empty) as running:
        if port and not running.url.endswith(f":{port}"):
            say(f"Port {port} is taken by another program; this is the next free one.")
        if is_empty:
            say(f"A workspace in which nothing is set up yet: {running.url}")
            admin = next(person.name for person in academies.cast() if person.is_admin)
            say(f"Be {admin}, its admin, and read what the bot wrote; or type /academy setup.")
        else:
            say(f"The second academy, on the morning after its online days: {running.url}")
            say("Choose who you are, type /homework or open Home, and move the clock to see reminders come.")
        say("Ctrl-C stops it; nothing is kept.")
        await told_to_stop.wait()


async def _take_in(settings: Settings, *, now: datetime) -> None:
    files = [(path.name, path.read_bytes()) for path in academies.FILES]
    await take_in(settings, files, now=now)
    asked = [(academies.QUESTIONS.name, academies.QUESTIONS.read_bytes())]
    await take_in_questions(settings, asked, now=now)


class _Mover:
    """Moves the clock in steps, so that everything on the way happens at its own moment."""

    def __init__(self, clock: Clock, bot: Running) -> None:
        self._clock = clock
        self._bot = bot
        self._one_at_a_time = asyncio.Lock()

    async def move_to(self, target: datetime) -> None:
        async with self._one_at_a_time:
            await self._bot.settle()
            due_at = await self._bot.next_due_at()
            # What is still due after having settled waits for something else than time.
            while due_at is not None and self._clock.now() < due_at <= target:
                self._clock.move_to(due_at)
                await self._bot.settle()
                due_at = await self._bot.next_due_at()
            self._clock.move_to(target)
            await self._bot.settle()


def _populate(workspace: Workspace) -> App:
    app = install(workspace, manifest())
    cast = academies.cast()
    for person in cast:
        workspace.add_user(
            person.handle,
            user_id=person.user_id,
            real_name=person.name,
            email=person.email,
            tz=person.tz,
            title=person.title,
            is_admin=person.is_admin,
        )
        workspace.direct(person.user_id, app.bot_user_id)
    organisers = [person.user_id for person in cast if person.role is Role.ORGANISER]
    for channel in academies.CHANNELS:
        added = workspace.add_channel(
            channel.name,
            channel_id=channel.id,
            members=[person.user_id for person in cast if person.role in channel.roles] + [app.bot_user_id],
            creator=organisers[0],
        )
        added.purpose = channel.purpose
    return app


async def _serve(sandbox: Sandbox, port: int) -> None:
    for tried in range(port, port + _PORTS_TRIED if port else 1):
        try:
            await sandbox.start(port=tried)
            return
        except OSError as refused:
            await sandbox.stop()
            if refused.errno != errno.EADDRINUSE or tried == port + _PORTS_TRIED - 1:
                raise
