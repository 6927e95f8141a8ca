"""The sandbox as a process of its own, and the endpoints by which another process controls it."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.patience import PATIENCE_S
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace

Refused = Callable[[Awaitable[Any]], Awaitable[str]]
ROOT = Path(__file__).parents[2]


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[aiohttp.ClientSession]:
    """A session whose addresses begin at the sandbox."""
    async with aiohttp.ClientSession(sandbox.url) as session:
        yield session


async def ask(control: aiohttp.ClientSession, place: str, body: Any) -> tuple[int, Any]:
    async with control.post(f"/control/{place}", json=body) as response:
        return response.status, await response.json()


async def test_a_process_says_how_to_reach_it_and_serves_until_stopped(tmp_path: Path, app: App) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(app.manifest), "utf-8")
    command = [sys.executable, "-W", "error", "-m", "sandbox", "--manifest", str(manifest), "--people", "3"]
    start = ["--start", "2023-06-06T09:00:00+02:00"]
    process = await asyncio.create_subprocess_exec(
        *command, *start, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        described = json.loads(await asyncio.wait_for(process.stdout.readline(), PATIENCE_S))
        client = AsyncWebClient(
            token=described["bot_token"], base_url=described["api_url"], retry_handlers=[]
        )
        who = await client.auth_test()
        people = [member["id"] for member in (await client.users_list())["members"]]
        said = await client.chat_postMessage(channel=described["channels"]["general"], text="t")
        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

    assert (who["team_id"], who["user_id"]) == (described["team_id"], described["bot_user_id"])
    assert people == [*(person["id"] for person in described["people"]), described["bot_user_id"]]
    assert said["ts"].startswith("16860348")
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.parametrize("content", ["{", "{}"])
async def test_a_process_refuses_a_bad_manifest(tmp_path: Path, content: str) -> None:
    manifest = tmp_path / "manifest.json"
    manifest.write_text(content, "utf-8")

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--manifest", str(manifest), cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    _, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)

    assert process.returncode == 2
    assert errors.startswith(f"{manifest}: ".encode())


async def test_it_is_served_on_loopback_only(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="on loopback only"):
        await Sandbox(workspace).start("0.0.0.0")  # noqa: S104 (refused)


async def test_a_stopped_sandbox_can_be_started_again(
    sandbox: Sandbox, client: AsyncWebClient, app: App
) -> None:
    said = await client.chat_postMessage(channel="CGENERAL", text="t")
    await sandbox.stop()
    assert sandbox.url == ""

    await sandbox.start()

    again = AsyncWebClient(token=app.bot_token, base_url=sandbox.api_url, retry_handlers=[])
    history = await again.conversations_history(channel="CGENERAL")
    assert [message["ts"] for message in history["messages"]] == [said["ts"]]


async def test_the_clock_is_read_set_and_moved_on(control: aiohttp.ClientSession, clock: Clock) -> None:
    async with control.get("/control/clock") as response:
        assert await response.json() == {"instant": "2023-06-06T09:00:00+00:00"}

    moved = await ask(control, "clock", {"advance_s": 90})
    assert moved == (200, {"instant": "2023-06-06T09:01:30+00:00"})
    moved = await ask(control, "clock", {"instant": "2023-09-21T09:00:00+02:00"})
    assert moved == (200, {"instant": "2023-09-21T07:00:00+00:00"})
    assert clock.now().isoformat() == "2023-09-21T07:00:00+00:00"


@pytest.mark.parametrize(
    ("place", "body"),
    [
        ("clock", {}),
        ("clock", {"instant": "tomorrow"}),
        ("clock", {"instant": "2023-09-21T09:00:00"}),
        ("clock", {"advance_s": 1, "instant": "2023-09-21T09:00:00+02:00"}),
        ("faults", {"kind": "explosion"}),
        ("faults", {"kind": "slow", "dlay_s": 1}),
        ("sockets", {"do": "burn"}),
        ("person/UANN/fly", {}),
        ("person/UANN/say", {"text": "t"}),
        ("person/UNOBODY/say", {"channel_id": "CGENERAL", "text": "t"}),
        ("person/UBEN/say", {"channel_id": "CQUIET", "text": "t"}),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_sentence(
    control: aiohttp.ClientSession, place: str, body: dict[str, Any]
) -> None:
    status, answer = await ask(control, place, body)

    assert status == 400
    assert answer["error"]


async def test_control_takes_no_form_that_a_web_page_elsewhere_could_send(
    control: aiohttp.ClientSession, clock: Clock
) -> None:
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/x-www-form-urlencoded"}):
        async with control.post("/control/clock", data=b'{"advance_s": 60}', headers=headers) as response:
            assert response.status == 415

    assert clock.now().isoformat() == "2023-06-06T09:00:00+00:00"


async def test_faults_are_ordered_listed_and_cleared(
    control: aiohttp.ClientSession, sandbox: Sandbox
) -> None:
    status, rule = await ask(control, "faults", {"kind": "lost_reply", "method": "chat.*", "share": 0.5})
    async with control.get("/control/faults") as response:
        listed = (await response.json())["faults"]

    assert (status, rule["kind"], rule["share"]) == (200, "lost_reply", 0.5)
    assert listed == [rule]
    async with control.delete("/control/faults") as response:
        assert await response.json() == {"faults": []}
    assert sandbox.faults.rules == []


async def test_sockets_are_refreshed_and_cut_from_outside(
    control: aiohttp.ClientSession, client: AsyncWebClient, app: App
) -> None:
    opened = await client.apps_connections_open(app_token=app.app_token)
    async with control.ws_connect(opened["url"]) as socket:
        hello = await socket.receive_json(timeout=PATIENCE_S)
        refreshed = await ask(control, "sockets", {"do": "refresh"})
        farewell = await socket.receive_json(timeout=PATIENCE_S)
        await ask(control, "sockets", {"do": "cut"})
        end = await socket.receive(timeout=PATIENCE_S)

    assert (hello["type"], refreshed) == ("hello", (200, {}))
    assert (farewell["type"], farewell["reason"]) == ("disconnect", "refresh_requested")
    assert end.type in {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}


async def test_a_socket_needs_socket_mode(client: AsyncWebClient, app: App, refused: Refused) -> None:
    app.socket_mode = False

    call = client.apps_connections_open(app_token=app.app_token)

    assert await refused(call) == "socket_mode_not_enabled"


async def test_a_person_is_made_to_speak_and_asked_what_they_see(
    control: aiohttp.ClientSession, workspace: Workspace
) -> None:
    status, said = await ask(control, "person/UBEN/say", {"channel_id": "CGENERAL", "text": "Hello"})
    _, seen = await ask(control, "person/UANN/messages", {"channel_id": "CGENERAL"})
    async with control.get("/control/person/UANN") as response:
        before_them = await response.json()

    assert (status, said) == (200, {"result": workspace.channel("CGENERAL").messages[0]["ts"]})
    assert [(message["user"], message["text"]) for message in seen["result"]] == [("UBEN", "Hello")]
    assert before_them == {"modal": None, "field_errors": {}, "notices": []}


async def test_what_slack_refuses_a_person_is_named(control: aiohttp.ClientSession) -> None:
    refused = await ask(control, "person/UBEN/say", {"channel_id": "CGENERAL", "text": ""})

    assert refused == (400, {"ok": False, "error": "no_text"})
