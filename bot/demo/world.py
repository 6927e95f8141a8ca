"""One life of the demo: the workspace with its people, the sample's files taken in, the bot at work."""

import errno
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from bot import academies
from bot.app import Running, start
from bot.config import Secret, Settings
from bot.demo import keeping
from bot.demo.diary import Diary
from bot.domain.members import Role
from bot.domain.values import dataclass
from bot.importing import take_in, take_in_questions
from bot.manifest import manifest
from bot.pace import Pace
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace

ZONE = "Europe/Rome"
"""The edition's zone."""
BEGINS_AT = datetime(2023, 6, 6, 8, 0, tzinfo=ZoneInfo(ZONE))
"""The morning of the first online day."""
OPENS_AT = datetime(2023, 6, 8, 9, 30, tzinfo=ZoneInfo(ZONE))
"""Where one comes in: the morning after the online days, when the first homework has just opened."""
ENDS_AT = datetime(2023, 9, 26, 12, 0, tzinfo=ZoneInfo(ZONE))
"""The Tuesday after the in-person days, sixteen weeks later: the participants are alumni."""

_PORTS_TRIED = 20
# Slack's own limits would make a move of three months take half an hour; what they do is in the tests.
# One at a time: of several on their way together now one, now another would come first.
_UNHURRIED = Pace(per_minute=1_000_000, burst=1_000, per_recipient_s=0, at_once=1)
_MEMORY = Path("/dev/shm")  # noqa: S108 (a folder with a name that nobody can guess is made in it)


@dataclass(frozen=True, kw_only=True)
class World:
    """The workspace and the bot in it."""

    workspace: Workspace
    sandbox: Sandbox
    app: App
    bot: Running
    diary: Diary


@asynccontextmanager
async def world(
    *, port: int, keep: Path | None = None, go_on: bool = False, is_empty: bool = False
) -> AsyncIterator[World]:
    """The academy at `BEGINS_AT`, or where it stopped, until the block is left.

    port: of the page; the next free one is taken where another program has it, any free one for 0.
    keep: the file that takes everything at the end; where there is none, nothing stays on the disk.
    go_on: begin with what that file holds. Raises what `keeping.load` raises.
    is_empty: without editions and all else that is imported, as on the day the bot is installed.
    The clock ticks; move it inside `Clock.standing_still` where the same is to happen every time.
    """
    async with AsyncExitStack() as closing:
        # No power cut matters to it: where files can be in memory, nothing waits for the disk.
        where = _MEMORY if os.access(_MEMORY, os.W_OK) else None
        folder = closing.enter_context(TemporaryDirectory(prefix="alumni-bot-", dir=where))
        database = Path(folder) / "demo.db"
        kept = keeping.load(keep, database) if keep is not None and go_on else None
        if kept is None:
            workspace = Workspace(
                clock=Clock(BEGINS_AT), name="Cluster Booster Academy", domain="cluster-booster"
            )
        else:
            workspace = kept.workspace
        clock = workspace.clock
        # The same instants in each life, so that one is like the other.
        with clock.standing_still():
            app = _populate(workspace) if kept is None else next(iter(workspace.apps.values()))
            diary = Diary(workspace, app)
            if kept is not None:
                diary.go_on_from(kept.diary)
            if keep is not None:
                closing.callback(keeping.save, keep, database, workspace, diary.as_json)
            sandbox = Sandbox(workspace, rates=Rates.off())
            await _serve(sandbox, port)
            closing.push_async_callback(sandbox.stop)
            settings = Settings(
                bot_token=Secret(app.bot_token),
                app_token=Secret(app.app_token),
                slack_api_url=sandbox.api_url,
                database_url=f"sqlite+aiosqlite:///{database}",
            )
            if kept is None and not is_empty:
                await _import_all(settings, clock)
            bot = await start(settings, clock=clock, pace=_UNHURRIED)
            closing.push_async_callback(bot.stop)
        yield World(workspace=workspace, sandbox=sandbox, app=app, bot=bot, diary=diary)


async def _import_all(settings: Settings, clock: Clock) -> None:
    files = [(path.name, path.read_bytes()) for path in academies.FILES]
    await take_in(settings, files, now=clock.now())
    asked = [(academies.QUESTIONS.name, academies.QUESTIONS.read_bytes())]
    await take_in_questions(settings, asked, now=clock.now())


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
