"""Socket Mode: tickets, hello, envelopes to one connection each, and connections that end or go mute."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.errors import SlackError
from sandbox.patience import PATIENCE_S
from sandbox.records import App
from sandbox.server import Sandbox
from tests.sandbox.listener import Listener, listen

Open = Callable[[], Awaitable[Listener]]


@pytest.fixture
async def connect(sandbox: Sandbox, app: App) -> AsyncIterator[Open]:
    """Opens one more connection of the app; all are closed at the end."""
    opened: list[Listener] = []

    async def connect() -> Listener:
        opened.append(await listen(sandbox, app))
        return opened[-1]

    yield connect
    for listener in opened:
        await listener.close()


async def test_hello_names_the_app_and_counts_its_connections(app: App, connect: Open) -> None:
    first, second = await connect(), await connect()

    assert [each.heard[0]["type"] for each in (first, second)] == ["hello", "hello"]
    assert [each.heard[0]["num_connections"] for each in (first, second)] == [1, 2]
    assert first.heard[0]["connection_info"] == {"app_id": app.id}


async def test_ticket_opens_one_connection_only(sandbox: Sandbox, app: App) -> None:
    url = sandbox.delivery.open_ticket(app)
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(url)
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)
        await socket.close()

    assert refused.value.status == 401


async def test_eleventh_connection_is_refused(sandbox: Sandbox, app: App, connect: Open) -> None:
    for _ in range(10):
        await connect()

    with pytest.raises(SlackError, match="too_many_websockets"):
        sandbox.delivery.open_ticket(app)


async def test_each_event_goes_to_one_connection_in_turn(sandbox: Sandbox, connect: Open) -> None:
    listeners = [await connect(), await connect()]

    for number in range(4):
        await sandbox.person("UANN").say("CGENERAL", f"message {number}")
    taken = [[await each.take() for _ in range(2)] for each in listeners]
    await sandbox.quiet()

    texts = [envelope["payload"]["event"]["text"] for each in taken for envelope in each]
    assert sorted(texts) == [f"message {number}" for number in range(4)]


async def test_envelope_has_slacks_shape(sandbox: Sandbox, app: App, connect: Open) -> None:
    listener = await connect()

    ts = await sandbox.person("UANN").say("CGENERAL", "Hello")
    envelope = await listener.take()

    payload = envelope.pop("payload")
    assert envelope.pop("envelope_id")
    assert envelope == {
        "type": "events_api",
        "accepts_response_payload": False,
        "retry_attempt": 0,
        "retry_reason": "",
    }
    assert sorted(payload) == sorted(
        [
            *("token", "team_id", "context_team_id", "context_enterprise_id", "api_app_id", "event", "type"),
            *("event_id", "event_time", "authorizations", "is_ext_shared_channel", "event_context"),
        ]
    )
    assert payload["type"] == "event_callback"
    assert payload["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": sandbox.workspace.team_id,
            "user_id": app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]
    event = payload["event"]
    assert (event["type"], event["user"], event["text"], event["ts"]) == ("message", "UANN", "Hello", ts)
    assert (event["channel"], event["channel_type"], event["event_ts"]) == ("CGENERAL", "channel", ts)


async def test_event_of_a_connection_that_is_cut_comes_again_on_the_next(
    sandbox: Sandbox, connect: Open
) -> None:
    before = await connect()
    await sandbox.person("UANN").say("CGENERAL", "Hello")
    lost = await before.next()

    assert sandbox.delivery.cut_sockets() == 1
    with pytest.raises(ConnectionError):
        await before.next()
    after = await connect()
    again = await after.take()

    assert again["payload"] == lost["payload"]
    assert again["envelope_id"] != lost["envelope_id"]
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "timeout")


async def test_event_that_finds_nobody_waits_for_a_connection(sandbox: Sandbox, connect: Open) -> None:
    await sandbox.person("UANN").say("CGENERAL", "Hello")
    await sandbox.quiet()

    again = await (await connect()).take()

    assert (again["retry_attempt"], again["payload"]["event"]["text"]) == (1, "Hello")


async def test_event_that_nobody_takes_is_given_up_after_three_retries(sandbox: Sandbox) -> None:
    await sandbox.person("UANN").say("CGENERAL", "Hello")
    await sandbox.quiet()
    told = sandbox.delivery.log[-1]

    counts = [told.attempts]
    for minutes in (1, 4, 60):
        sandbox.clock.advance(timedelta(minutes=minutes))
        await sandbox.quiet()
        counts.append(told.attempts)

    assert counts == [1, 3, 4, 4]
    assert {ack.error for ack in told.acks} == {"dispatch_failed"}


async def test_mute_socket_neither_speaks_nor_hears(sandbox: Sandbox, connect: Open) -> None:
    sandbox.delivery.ack_within_s = 0.2
    listener = await connect()

    sandbox.delivery.mute_sockets()
    await sandbox.person("UANN").command("/hello")
    with pytest.raises(TimeoutError):
        await listener.next(timeout_s=0.1)
    sandbox.delivery.unmute_sockets()
    await sandbox.person("UANN").say("CGENERAL", "Are you there?")
    heard = await listener.take()

    assert sandbox.person("UANN").notices == ['/hello failed with the error "operation_timeout"']
    assert heard["payload"]["event"]["text"] == "Are you there?"


async def test_the_log_tells_whether_the_connection_was_lost_or_the_app_too_slow(
    sandbox: Sandbox, connect: Open
) -> None:
    listener = await connect()
    ann = sandbox.person("UANN")

    sandbox.delivery.ack_within_s = 0.05
    await ann.command("/hello")  # heard, and never answered
    await listener.next()
    sandbox.delivery.ack_within_s = 1.5  # which does not pass before the connection falls mute, or is cut
    muted = asyncio.create_task(ann.command("/hello"))
    await listener.next()
    sandbox.delivery.mute_sockets()
    sandbox.delivery.unmute_sockets()
    cut = asyncio.create_task(ann.command("/hello"))
    await listener.next()
    sandbox.delivery.cut_sockets()
    await asyncio.gather(muted, cut)

    acks = [one.acks[0] for one in sandbox.delivery.log]
    assert [ack.error for ack in acks] == ["operation_timeout"] * 3
    assert [ack.was_cut for ack in acks] == [False, True, True]


async def test_mute_socket_leaves_pings_unanswered(sandbox: Sandbox, app: App) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(sandbox.delivery.open_ticket(app), autoping=False)
        await socket.receive()

        await socket.ping(b"there?")
        pong = await socket.receive(timeout=PATIENCE_S)
        sandbox.delivery.mute_sockets()
        await socket.ping(b"and now?")
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.1)
        await socket.close()

    assert (pong.type, bytes(pong.data)) == (aiohttp.WSMsgType.PONG, b"there?")


async def test_connection_asked_to_make_way_gets_nothing_new(sandbox: Sandbox, connect: Open) -> None:
    old = await connect()

    await sandbox.delivery.refresh_sockets()
    asked = await old.next()
    new = await connect()
    for number in range(3):
        await sandbox.person("UANN").say("CGENERAL", str(number))
        await new.take()
    with pytest.raises(TimeoutError):
        await old.next(timeout_s=0.05)

    assert (asked["type"], asked["reason"]) == ("disconnect", "refresh_requested")


async def test_click_may_be_answered_on_the_new_connection(sandbox: Sandbox, connect: Open) -> None:
    old = await connect()
    giving = asyncio.create_task(sandbox.person("UANN").command("/hello"))
    envelope = await old.next()

    await sandbox.delivery.refresh_sockets()
    new = await connect()
    await old.close()
    await new.answer(envelope, {"text": "Hello yourself"})
    await giving

    assert sandbox.person("UANN").notices == []
    assert [message["text"] for message in sandbox.person("UANN").direct()] == ["Hello yourself"]


async def test_bolts_own_client_comes_back_after_a_refresh_and_after_a_cut(
    sandbox: Sandbox, app: App
) -> None:
    web = AsyncWebClient(token=app.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    bolt = AsyncApp(client=web, process_before_response=True)
    heard: list[str] = []

    @bolt.event("message")
    async def hear(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    handler = AsyncSocketModeHandler(bolt, app.app_token, web_client=web, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    ann = sandbox.person("UANN")

    async with asyncio.timeout(PATIENCE_S):
        await ann.say("CGENERAL", "one")
        await sandbox.quiet()
        await sandbox.delivery.refresh_sockets()
        await sandbox.delivery.sockets.opened(app)
        await ann.say("CGENERAL", "two")
        await sandbox.quiet()
        sandbox.delivery.cut_sockets()
        await sandbox.delivery.sockets.opened(app)
        await ann.say("CGENERAL", "three")
        await sandbox.quiet()
    await handler.close_async()  # type: ignore[no-untyped-call]

    assert heard == ["one", "two", "three"]
