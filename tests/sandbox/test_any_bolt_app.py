"""A Bolt app that has nothing to do with ours, unchanged, in Socket Mode and over signed HTTP."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.delivered import Delivered
from sandbox.errors import SlackError
from sandbox.limits import Rates
from sandbox.manifest import install
from sandbox.patience import PATIENCE_S
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Tea"},
    "features": {
        "app_home": {"home_tab_enabled": False, "messages_tab_enabled": True},
        "bot_user": {"display_name": "tea"},
        "slash_commands": [{"command": "/tea", "description": "Makes tea"}],
    },
    "oauth_config": {
        "scopes": {"bot": ["chat:write", "commands", "im:history", "reactions:read", "channels:history"]}
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["message.im", "reaction_added"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}
BUTTON = {"type": "button", "action_id": "order", "text": {"type": "plain_text", "text": "Order"}}
ASK = {"type": "section", "text": {"type": "mrkdwn", "text": "Tea?"}, "accessory": BUTTON}
MODAL = {
    "type": "modal",
    "callback_id": "ordered",
    "title": {"type": "plain_text", "text": "Your tea"},
    "submit": {"type": "plain_text", "text": "Brew"},
    "blocks": [
        {
            "type": "input",
            "block_id": "sort",
            "label": {"type": "plain_text", "text": "Which?"},
            "element": {"type": "plain_text_input", "action_id": "text"},
        }
    ],
}


def tea(app: AsyncApp, failing: set[str]) -> None:
    """The app; the first delivery of an event named in `failing` is not acknowledged."""

    @app.command("/tea")
    async def offer(ack: Any, respond: Any) -> None:
        await ack()
        await respond(text="Tea?", blocks=[ASK])

    @app.action("order")
    async def order(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("ordered")
    async def brew(ack: Any, view: Any, body: Any, client: Any) -> None:
        sort = view["state"]["values"]["sort"]["text"]["value"]
        if sort == "coffee":
            await ack(response_action="errors", errors={"sort": "We only have tea."})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text=f"Here is your {sort}.")

    @app.event("reaction_added")
    async def thank(event: Any, body: Any, client: Any) -> None:
        if body["event_id"] not in failing:
            failing.add(body["event_id"])
            raise RuntimeError("not today")
        await client.chat_postMessage(channel=event["user"], text=f"Thanks for {event['reaction']}")

    @app.event("message")
    async def ignore() -> None:
        """Its own messages come back to it."""


def bolt_app(sandbox: Sandbox, installed: App) -> AsyncApp:
    client = AsyncWebClient(token=installed.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    app = AsyncApp(client=client, signing_secret=installed.signing_secret, process_before_response=True)
    tea(app, set())
    return app


@pytest.fixture
def app(workspace: Workspace) -> App:
    """The tea app in place of the usual one; its bot is in #general."""
    app = install(workspace, MANIFEST)
    workspace.join("CGENERAL", app.bot_user_id)
    return app


@pytest.fixture
async def sandbox(workspace: Workspace) -> AsyncIterator[Sandbox]:
    """Rates as Slack's own: an app of this size never meets them."""
    async with Sandbox(workspace, rates=Rates()) as sandbox:
        yield sandbox


@pytest.fixture(params=["socket", "http"])
async def running(request: pytest.FixtureRequest, sandbox: Sandbox, app: App) -> AsyncIterator[App]:
    """The tea app at work, reached in either way."""
    bolt = bolt_app(sandbox, app)
    if request.param == "socket":
        handler = AsyncSocketModeHandler(bolt, app.app_token, web_client=api_client(sandbox))
        await handler.connect_async()  # type: ignore[no-untyped-call]
        async with asyncio.timeout(PATIENCE_S):
            await sandbox.delivery.sockets.opened(app)
        yield app
        await handler.close_async()  # type: ignore[no-untyped-call]
        return
    server = bolt.server(port=0)
    runner = web.AppRunner(server.web_app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    await sandbox.delivery.set_request_url(app, url)
    yield app
    await runner.cleanup()


def api_client(sandbox: Sandbox) -> AsyncWebClient:
    return AsyncWebClient(base_url=sandbox.api_url, retry_handlers=[])


async def test_command_is_answered_to_the_person_alone(sandbox: Sandbox, running: App) -> None:
    ann, ben = sandbox.person("UANN"), sandbox.person("UBEN")

    await ann.command("/tea green & <hot>", channel_id="CGENERAL")

    answer = await ann.saw("CGENERAL", "Tea?")
    assert answer["is_ephemeral"]
    assert [message["text"] for message in ben.messages("CGENERAL")] == []
    assert sandbox.delivery.log[-1].payload["text"] == "green &amp; &lt;hot&gt;"
    assert ann.notices == []


async def test_button_opens_a_modal_that_shows_an_error_then_is_accepted(
    sandbox: Sandbox, running: App
) -> None:
    ann = sandbox.person("UANN")
    await ann.command("/tea")
    await ann.press(await ann.saw("direct", "Tea?"), "order")
    await ann.saw_modal("Your tea")

    empty = await ann.submit()
    refused = await ann.submit({"sort": "coffee"})
    accepted = await ann.submit({"text": "Assam"})

    assert empty == {"sort": "Please complete this required field."}
    assert refused == {"sort": "We only have tea."}
    assert accepted == {}
    assert ann.modal is None
    assert (await ann.saw("direct", "Here is"))["text"] == "Here is your Assam."


def be_patient(sandbox: Sandbox, delivered: Delivered) -> None:
    """Give the second attempt at a reaction all the time that it takes."""
    if delivered.acks and delivered.payload["event"]["type"] == "reaction_added":
        sandbox.delivery.ack_within_s = PATIENCE_S


async def test_event_that_fails_comes_again_and_has_its_effect_once(sandbox: Sandbox, running: App) -> None:
    # Over a socket, Bolt says nothing at all of what failed: that is known when the time is over.
    sandbox.delivery.ack_within_s = 0.5
    sandbox.delivery.on_logged.append(lambda one: be_patient(sandbox, one))
    ann = sandbox.person("UANN")
    ts = await ann.say("CGENERAL", "Tea time")

    await ann.react("CGENERAL", ts, ":tea:")
    thanks = await ann.saw("direct", "Thanks")
    await sandbox.quiet()

    assert thanks["text"] == "Thanks for tea"
    reaction = next(
        d for d in sandbox.delivery.log if d.payload.get("event", {}).get("type") == "reaction_added"
    )
    assert [ack.ok for ack in reaction.acks] == [False, True]


async def test_wrong_challenge_leaves_the_app_as_it_was(sandbox: Sandbox, app: App) -> None:
    async def chatter(_: web.Request) -> web.Response:
        return web.Response(text="hello?")

    server = web.Application()
    server.add_routes([web.post("/", chatter)])
    runner = web.AppRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    with pytest.raises(SlackError, match="url_verification_failed"):
        await sandbox.delivery.set_request_url(app, f"http://127.0.0.1:{runner.addresses[0][1]}/")

    assert (app.request_url, app.socket_mode) == ("", True)
    await runner.cleanup()


async def test_payload_signed_with_another_secret_is_refused_by_bolt(sandbox: Sandbox, app: App) -> None:
    bolt = bolt_app(sandbox, app)
    request = AsyncBoltRequest(body="payload={}", headers={"x-slack-signature": ["v0=0"]})

    answer = await bolt.async_dispatch(request)

    assert answer.status == 401


async def test_trigger_of_yesterday_opens_nothing(sandbox: Sandbox, app: App) -> None:
    client = AsyncWebClient(token=app.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    trigger_id = sandbox.interactions.triggers.new(app, "UANN")
    sandbox.clock.advance(timedelta(seconds=3.1))

    with pytest.raises(SlackApiError, match="expired_trigger_id"):
        await client.views_open(trigger_id=trigger_id, view=MODAL)
