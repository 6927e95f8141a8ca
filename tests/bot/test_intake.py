"""The socket: what is in hand is finished before a stop, and its silence is noticed."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from slack_bolt.async_app import AsyncAck

from bot.app import bolt_app
from bot.clients import web_client
from bot.config import Secret, Settings
from bot.health import Health
from bot.intake import Intake, SocketMode
from sandbox.clock import Clock
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.patience import PATIENCE_S
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage.db import Database

ANNA = "U0ANNA"


@dataclass
class Slow:
    """An app whose one command waits until it is let go."""

    sandbox: Sandbox
    socket: SocketMode
    health: Health
    entered: asyncio.Event = field(default_factory=asyncio.Event)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    answered: int = 0
    seconds: list[float] = field(default_factory=lambda: [1_000.0])

    def monotonic(self) -> float:
        return self.seconds[-1]


@pytest.fixture
async def slow(db: Database) -> AsyncIterator[Slow]:
    workspace = Workspace(clock=Clock(datetime(2023, 6, 8, 9, 0, tzinfo=UTC)))
    workspace.add_user("anna", user_id=ANNA, real_name="Anna")
    app = install(
        workspace,
        {
            "display_information": {"name": "Slow"},
            "features": {
                "bot_user": {"display_name": "slow"},
                "slash_commands": [{"command": "/slow", "description": "Waits"}],
            },
            "oauth_config": {"scopes": {"bot": ["commands"]}},
            "settings": {"socket_mode_enabled": True},
        },
    )
    async with Sandbox(workspace, rates=Rates.off()) as sandbox:
        settings = Settings(
            bot_token=Secret(app.bot_token), app_token=Secret(app.app_token), slack_api_url=sandbox.api_url
        )
        client = web_client(settings)
        me = await client.auth_test()
        bolt = bolt_app(settings, client=client, me={key: me.get(key) for key in ("team_id", "user_id")})
        seconds = [1_000.0]
        health = Health(db, monotonic=lambda: seconds[-1])
        intake = Intake(health=health, after_each=lambda: None)
        socket = SocketMode(bolt, intake=intake, health=health, app_token=app.app_token)
        made = Slow(sandbox, socket, health, seconds=seconds)

        @bolt.command("/slow")
        async def wait(ack: AsyncAck) -> None:
            made.entered.set()
            await made.let_go.wait()
            made.answered += 1
            await ack("done")

        await socket.start(client)
        yield made
        await socket.stop()


async def test_what_is_in_hand_is_answered_before_the_socket_closes(slow: Slow) -> None:
    anna = slow.sandbox.person(ANNA)
    typed = asyncio.create_task(anna.command("/slow"))
    await slow.entered.wait()

    stopping = asyncio.create_task(slow.socket.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    slow.let_go.set()
    await stopping
    await typed

    assert (await anna.saw("direct", ""))["text"] == "done"
    assert anna.notices == []


async def test_nothing_more_is_taken_in_while_it_stops(slow: Slow) -> None:
    anna = slow.sandbox.person(ANNA)
    first = asyncio.create_task(anna.command("/slow"))
    await slow.entered.wait()
    stopping = asyncio.create_task(slow.socket.stop())
    await asyncio.sleep(0)

    second = asyncio.create_task(anna.command("/slow"))
    await second  # three seconds without an acknowledgement, as Slack counts them
    slow.let_go.set()
    await asyncio.gather(stopping, first)

    assert slow.answered == 1
    assert len(anna.notices) >= 1


async def test_a_pong_is_a_sign_of_life_and_a_mute_socket_gives_none(slow: Slow) -> None:
    for _ in range(2):
        slow.seconds.append(slow.seconds[-1] + 61)
        async with asyncio.timeout(PATIENCE_S):
            while await slow.health.faults():  # nobody writes anything: after the hello only pongs come
                await asyncio.sleep(0.05)

    slow.sandbox.delivery.mute_sockets()
    async with asyncio.timeout(PATIENCE_S):
        while not (mute := await slow.health.faults()):  # a pong may have been on its way
            slow.seconds.append(slow.seconds[-1] + 61)

    assert mute == ["nothing was heard from Slack for 61 s"]


async def test_an_address_that_fails_is_given_up_for_another(slow: Slow) -> None:
    slow.let_go.set()
    slow.socket.client.address_good_for_s = 0.5
    slow.socket.client.wss_uri = "ws://127.0.0.1:9/gone"

    await slow.socket.client.connect()
    await slow.sandbox.person(ANNA).command("/slow")

    assert (await slow.sandbox.person(ANNA).saw("direct", ""))["text"] == "done"
