"""The page's side of the server without a browser: who is told what, and who may ask."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, FormData, WSMsgType

from sandbox.page_feed import Feed
from sandbox.patience import PATIENCE_S
from sandbox.records import App
from sandbox.server import Sandbox
from sandbox.workspace import Workspace


@pytest.fixture
async def http(sandbox: Sandbox) -> AsyncIterator[ClientSession]:
    """A client of the sandbox's server."""
    async with ClientSession(sandbox.url) as session:
        yield session


def told(feed: Feed) -> list[dict[str, Any]]:
    """What waits to be sent."""
    texts = [feed.waiting.get_nowait() for _ in range(feed.waiting.qsize())]
    return [json.loads(text) for text in texts if text is not None]


async def next_of(socket: ClientWebSocketResponse, kind: str) -> dict[str, Any]:
    """The next thing of a kind that comes on a page's socket."""
    while True:
        received: dict[str, Any] = await socket.receive_json(timeout=PATIENCE_S)
        if received["type"] == kind:
            return received


async def act(http: ClientSession, verb: str, user: str, **body: Any) -> Any:
    """What the server answers when somebody does something on the page."""
    async with http.post(f"/page/act/{verb}", json={"user": user, **body}) as response:
        return await response.json()


async def test_a_page_is_told_only_of_what_its_person_sees(workspace: Workspace, app: App) -> None:
    feed = Feed(workspace, "UDINA")
    workspace.subscribe(feed.on_change)
    feed.start()
    [snapshot] = told(feed)

    workspace.post("CCOUNCIL", {"user": "UANN", "text": "secret"})
    workspace.show_only_to("CGENERAL", "UANN", {"user": app.bot_user_id, "text": "for Ann"})
    workspace.post(workspace.direct("UANN", "UBEN").id, {"user": "UANN", "text": "private"})
    feed.answer({"ask": "messages", "channel": "CCOUNCIL"})
    workspace.post("CGENERAL", {"user": "UANN", "text": "for all"})

    assert sorted(channel["name"] for channel in snapshot["channels"]) == ["", "general", "quiet"]
    assert [
        (each["type"], each.get("messages"), each.get("message", {}).get("text")) for each in told(feed)
    ] == [
        ("messages", [], None),
        ("message", None, "for all"),
    ]


async def test_a_conversation_that_is_new_to_the_page_is_told_before_its_message(
    workspace: Workspace, app: App
) -> None:
    feed = Feed(workspace, "UDINA")
    workspace.subscribe(feed.on_change)
    feed.start()
    told(feed)

    direct = workspace.direct("UDINA", "UBEN")
    workspace.post(direct.id, {"user": "UBEN", "text": "hello"})

    channels, message = told(feed)
    assert direct.id in {channel["id"] for channel in channels["channels"]}
    assert (message["channel"], message["message"]["text"]) == (direct.id, "hello")


async def test_a_reply_tells_the_thread_and_its_root(workspace: Workspace) -> None:
    root = workspace.post("CGENERAL", {"user": "UANN", "text": "root"})
    feed = Feed(workspace, "UDINA")
    workspace.subscribe(feed.on_change)

    feed.start()
    told(feed)
    workspace.post("CGENERAL", {"user": "UBEN", "text": "reply", "thread_ts": root["ts"]})

    message, changed = told(feed)
    assert (message["type"], message["message"]["text"]) == ("message", "reply")
    assert (changed["type"], changed["message"]["reply_count"]) == ("message_changed", 1)


async def test_a_page_that_does_not_read_is_let_go(workspace: Workspace) -> None:
    feed = Feed(workspace, "UDINA", at_most=5)
    workspace.subscribe(feed.on_change)

    for number in range(6):
        workspace.post("CGENERAL", {"user": "UANN", "text": str(number)})

    assert [feed.waiting.get_nowait() for _ in range(feed.waiting.qsize())] == [None]


async def test_history_comes_in_pages_without_replies(workspace: Workspace) -> None:
    root = workspace.post("CGENERAL", {"user": "UANN", "text": "0"})
    for number in range(1, 100):
        workspace.post("CGENERAL", {"user": "UANN", "text": str(number)})
        workspace.post("CGENERAL", {"user": "UANN", "text": "reply", "thread_ts": root["ts"]})
    feed = Feed(workspace, "UDINA")

    feed.answer({"ask": "messages", "channel": "CGENERAL"})
    [first] = told(feed)
    feed.answer({"ask": "messages", "channel": "CGENERAL", "before": first["messages"][0]["ts"]})
    [second] = told(feed)

    texts = [message["text"] for message in [*second["messages"], *first["messages"]]]
    assert texts == [str(number) for number in range(100)]
    assert (first["has_more"], second["has_more"]) == (True, False)


async def test_the_socket_carries_the_snapshot_then_changes(sandbox: Sandbox, http: ClientSession) -> None:
    async with http.ws_connect("/page/socket?user=UANN") as socket:
        snapshot = await next_of(socket, "snapshot")
        await act(http, "say", "UBEN", channel="CGENERAL", text="hi <there>")
        message = await next_of(socket, "message")

    assert snapshot["me"] == "UANN"
    assert message["message"]["text"] == "hi &lt;there&gt;"


async def test_nonsense_on_the_socket_is_passed_over(http: ClientSession) -> None:
    async with http.ws_connect("/page/socket?user=UANN") as socket:
        for text in ("", "[]", "{", '{"ask": "everything"}', '{"ask": "messages", "channel": "CNONE"}'):
            await socket.send_str(text)

        answer = await next_of(socket, "messages")

    assert (answer["channel"], answer["messages"]) == ("CNONE", [])


async def test_a_search_and_two_seats_are_served(sandbox: Sandbox, http: ClientSession) -> None:
    sandbox.workspace.post("CGENERAL", {"user": "UANN", "text": "hello"})

    async with http.get("/page/search?user=UDINA&q=HELLO") as response:
        hits = (await response.json())["found"]
    async with http.get("/page/search?user=UNONE&q=hello") as response:
        stranger = response.status
    async with http.get("/two") as response:
        policy = response.headers["Content-Security-Policy"]
        two = await response.text()
    async with http.get("/") as response:
        one = await response.text()

    assert [(hit["channel"], hit["message"]["text"]) for hit in hits] == [("CGENERAL", "hello")]
    assert (stranger, "frame-ancestors 'self'" in policy) == (404, True)
    assert two == one.replace("main.js", "two.js").replace("<title>", "<title>Two seats · ")
    assert "$" not in one


async def test_another_sites_page_may_not_act_here(sandbox: Sandbox, http: ClientSession) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    statuses = []
    for path in ("/page/act/say", "/page/upload"):
        async with http.post(path, json={"user": "UANN", "channel": "CGENERAL"}, headers=headers) as response:
            statuses.append(response.status)
    async with http.get("/page/socket?user=UANN", headers=headers) as response:
        statuses.append(response.status)

    assert statuses == [403, 403, 403]
    assert sandbox.workspace.channel("CGENERAL").messages == []


@pytest.mark.parametrize(
    ("verb", "body", "error"),
    [
        ("dance", {}, "not_possible"),
        ("say", {"channel": "CCOUNCIL", "text": "let me in"}, "channel_not_found"),
        ("say", {"channel": "CGENERAL", "text": ""}, "no_text"),
        ("say", {"text": "where?"}, "not_possible"),
        ("say", {"channel": "CGENERAL", "text": "with a file", "uploads": ["PGONE"]}, "not_possible"),
        ("submit", {"view": "VNONE", "values": {}}, "not_possible"),
        ("press", {"where": {"kind": "message", "channel": "CCOUNCIL", "ts": "1.0"}}, "channel_not_found"),
        ("press", {"where": {"kind": "moon"}}, "not_possible"),
        ("shortcut", {"app": "ANONE", "callback_id": "x"}, "not_possible"),
        ("direct", {"users": ["UNONE"]}, "user_not_found"),
        ("clock", {"to": "tomorrow"}, "not_possible"),
        ("command", {"channel": "CGENERAL", "text": "/hello", "thread_ts": "1.0"}, "not_possible"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_a_reason(
    http: ClientSession, verb: str, body: dict[str, Any], error: str
) -> None:
    answer = await act(http, verb, "UDINA", **body)

    assert (answer["ok"], answer["error"]) == (False, error)


async def test_nobody_can_be_an_app_or_somebody_who_left(http: ClientSession, app: App) -> None:
    answers = [
        await act(http, "say", user, channel="CGENERAL", text="x") for user in (app.bot_user_id, "UEGON")
    ]

    assert [answer["error"] for answer in answers] == ["account_inactive", "account_inactive"]


async def test_files_of_people_are_given_back_to_keep_not_to_run(
    sandbox: Sandbox, http: ClientSession
) -> None:
    form = FormData(quote_fields=False)
    form.add_field("file", b"<script>1</script>", filename="påge.html", content_type="text/html")
    async with http.post("/page/upload?user=UANN", data=form) as response:
        upload = (await response.json())["upload"]
    await act(http, "say", "UANN", channel="CGENERAL", text="", uploads=[upload])
    [file] = sandbox.workspace.channel("CGENERAL").messages[-1]["files"]

    async with http.get(f"/page/files/{file['id']}") as response:
        content, headers = await response.read(), response.headers

    assert content == b"<script>1</script>"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''p%C3%A5ge.html"
    assert (headers["Content-Security-Policy"], headers["X-Content-Type-Options"]) == ("sandbox", "nosniff")


@pytest.mark.parametrize("name", ["..%2Fserver.py", "nothing.js", "%2e%2e/server.py", "..%5Cpage.py"])
async def test_only_the_pages_own_files_are_served(http: ClientSession, name: str) -> None:
    async with http.get(f"/page/{name}") as response:
        assert response.status == 404


async def test_the_page_asks_for_nothing_from_elsewhere(http: ClientSession) -> None:
    async with http.get("/") as response:
        policy, text = response.headers["Content-Security-Policy"], await response.text()

    assert policy.startswith("default-src 'self'; img-src * data:")
    assert "//" not in text.replace("<!doctype", "")


async def test_the_server_stops_while_pages_are_open(sandbox: Sandbox, http: ClientSession) -> None:
    async with http.ws_connect("/page/socket?user=UANN") as socket:
        await next_of(socket, "snapshot")

        await sandbox.stop()

        assert (await socket.receive(timeout=PATIENCE_S)).type in (
            WSMsgType.CLOSE,
            WSMsgType.CLOSED,
            WSMsgType.CLOSING,
        )
