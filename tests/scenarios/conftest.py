"""The whole bot on a local workspace: real sockets, a real database file, a small edition."""

from collections.abc import AsyncIterator

import pytest

from bot.config import Secret, Settings
from bot.importing import take_in
from bot.manifest import manifest
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from tests.scenarios.stage import EDITION, NOW, PEOPLE, ROSTER, Stage, start_bot


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    """The second academy on 12 June 2023, small: three participants and three pieces of homework.

    UANN is an organiser by the edition's file, UADA an admin; UBEN (Helsinki), UCLEO (Lisbon) and UDINA
    (Rome) participate; UEVA is an alumna, UFAY a coach, UGUS nothing. Every test ends without an error
    between the bot and Slack.
    """
    workspace = Workspace(clock=Clock(NOW, ticking=False))
    for user_id, name, zone, is_admin in PEOPLE:
        first = name.partition(" ")[0].lower()
        email = f"{first}@example.org"
        workspace.add_user(first, user_id=user_id, real_name=name, email=email, tz=zone, is_admin=is_admin)
    workspace.add_channel("general", members=[row[0] for row in PEOPLE], channel_id="CGENERAL")
    app = install(workspace, manifest())
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        settings = Settings(
            bot_token=Secret(app.bot_token),
            app_token=Secret(app.app_token),
            slack_api_url=sandbox.api_url,
            database_url=database_url,
        )
        # Before the start: while nothing is set up, the bot tells the admins how to.
        files = [("cba-2.toml", EDITION.encode()), ("roster.csv", ROSTER.encode())]
        await take_in(settings, files, now=workspace.clock.now())
        bot = await start_bot(settings, workspace.clock)
        stage = Stage(sandbox, app, bot, settings)
        await stage.settle()
        yield stage
        await stage.settle()
        await stage.bot.stop()
        assert stage.errors() == stage.expected_errors
