"""The whole bot on a local workspace: real sockets, a real database file, a small edition."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.config import Secret, Settings
from bot.importing import take_in
from bot.manifest import manifest
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.patience import PATIENCE_S
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests import postgres
from tests.conftest import new_on_server
from tests.scenarios.stage import EDITION, NOW, PEOPLE, ROSTER, Stage, start_bot

_FILES = [("cba-2.toml", EDITION.encode()), ("roster.csv", ROSTER.encode())]


def _workspace() -> tuple[Workspace, App]:
    """The workspace and the bot's app there; each has the same ids and tokens as the one before."""
    workspace = Workspace(clock=Clock(NOW, ticking=False))
    for user_id, name, zone, is_admin in PEOPLE:
        first = name.partition(" ")[0].lower()
        email = f"{first}@example.org"
        workspace.add_user(first, user_id=user_id, real_name=name, email=email, tz=zone, is_admin=is_admin)
    workspace.add_channel("general", members=[row[0] for row in PEOPLE], channel_id="CGENERAL")
    return workspace, install(workspace, manifest())


def _settings(app: App, sandbox: Sandbox, database_url: str) -> Settings:
    return Settings(
        bot_token=Secret(app.bot_token),
        app_token=Secret(app.app_token),
        slack_api_url=sandbox.api_url,
        database_url=database_url,
    )


async def _import_academy(database_url: str) -> None:
    workspace, app = _workspace()
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        await take_in(_settings(app, sandbox, database_url), _FILES, now=workspace.clock.now())


@pytest.fixture(scope="session")
def academy_file(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the academy of `stage`, imported once a run."""
    path = tmp_path_factory.mktemp("academy") / "academy.db"
    shutil.copy(migrated_file, path)
    asyncio.run(_import_academy(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def academy_on_server() -> Iterator[str]:
    """The URL of the same on PostgreSQL."""
    with new_on_server(postgres.copy_of_empty) as url:
        asyncio.run(_import_academy(url))
        yield url


@pytest.fixture
def academy_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database with the academy of `stage` in it, the test's own."""
    if database_kind == "sqlite":
        path = tmp_path / "alumni.db"
        shutil.copy(request.getfixturevalue("academy_file"), path)
        yield f"sqlite+aiosqlite:///{path}"
        return
    original = request.getfixturevalue("academy_on_server")
    with new_on_server(lambda: postgres.copy_of(original)) as url:
        yield url


@pytest.fixture
async def stage(academy_url: str) -> AsyncIterator[Stage]:
    """The second academy on 12 June 2023, small: three participants and three pieces of homework.

    UANN is an organiser by the edition's file, UADA an admin; UBEN (Helsinki), UCLEO (Lisbon) and UDINA
    (Rome) participate; UEVA is an alumna, UFAY a coach, UGUS nothing. It was imported before the bot
    first started: while nothing is set up, the bot tells the admins how to. Every test ends without an
    error between the bot and Slack.
    """
    workspace, app = _workspace()
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        # Slack waits three seconds; how quick the bot is, the benches measure, with nothing beside it.
        sandbox.delivery.ack_within_s = PATIENCE_S
        settings = _settings(app, sandbox, academy_url)
        stage = Stage(sandbox, app, await start_bot(settings, workspace.clock), settings)
        await stage.settle()
        yield stage
        await stage.settle()
        await stage.bot.stop()
        assert stage.errors() == stage.expected_errors
