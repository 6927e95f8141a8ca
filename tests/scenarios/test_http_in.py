"""What comes to the HTTP address from somebody who is not Slack, or says nothing that Slack would say."""

import asyncio
import gzip
import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from yarl import URL

from bot import app as bot_app
from bot.config import Secret
from sandbox.patience import PATIENCE_S
from tests.scenarios.stage import Stage

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
SECRET = "0123456789abcdef0123456789abcdef"
PRESSED = json.dumps(
    {
        "type": "block_actions",
        "team": {"id": "T0"},
        "user": {"id": "UBEN"},
        "trigger_id": "1.2.3",
        "response_url": "",
        "actions": [{"action_id": "reminder_stop", "block_id": "b", "action_ts": "1.1", "type": "button"}],
    }
)


def signature(body: bytes, timestamp: str, *, secret: str = SECRET) -> str:
    """As Slack signs a request."""
    signed = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


@dataclass
class Door:
    """The bot's HTTP address."""

    url: str
    session: aiohttp.ClientSession

    async def post(self, body: bytes, headers: list[tuple[str, str]]) -> int:
        """The status of the answer."""
        return (await self.answer(body, headers))[0]

    async def answer(self, body: bytes, headers: list[tuple[str, str]]) -> tuple[int, str]:
        """Status and text of the answer."""
        async with self.session.post(self.url, data=io.BytesIO(body), headers=headers) as response:
            return response.status, await response.text()

    async def post_signed(self, body: bytes, content_type: str) -> int:
        """As `post`, with a signature that is right."""
        timestamp = str(int(time.time()))
        return await self.post(
            body,
            [
                ("Content-Type", content_type),
                ("X-Slack-Request-Timestamp", timestamp),
                ("X-Slack-Signature", signature(body, timestamp)),
            ],
        )


@pytest.fixture
async def door(stage: Stage, unused_tcp_port: int) -> AsyncIterator[Door]:
    settings = replace(
        stage.settings, app_token=None, signing_secret=Secret(SECRET), http_port=unused_tcp_port
    )
    async with (
        await bot_app.start(settings, clock=stage.workspace.clock) as bot,
        aiohttp.ClientSession() as session,
    ):
        yield Door(f"{bot.http_url}/slack/events", session)


async def test_a_signature_that_cannot_be_read_is_refused_and_nobody_hears_of_it(
    stage: Stage, door: Door
) -> None:
    body = PRESSED.replace("T0", stage.team_id)
    unreadable = [
        ("abc", "v0=" + "0" * 64),
        ("9" * 400, "v0=" + "0" * 64),
        ("1700000000", "v0=é"),
        ("", ""),
    ]

    statuses = [
        await door.post(
            form,
            [
                ("Content-Type", kind),
                ("X-Slack-Request-Timestamp", timestamp),
                ("X-Slack-Signature", signature),
            ],
        )
        for timestamp, signature in unreadable
        for form, kind in ((f"payload={body}".encode(), FORM), (body.encode(), JSON))
    ]
    await stage.settle()

    assert statuses == [401] * 8
    assert stage.person("UBEN").direct() == []


async def test_the_second_of_two_signatures_counts_no_more_than_the_first(stage: Stage, door: Door) -> None:
    body = PRESSED.replace("T0", stage.team_id).encode()
    timestamp = str(int(time.time()))

    status = await door.post(
        body,
        [
            ("Content-Type", "application/json"),
            ("X-Slack-Request-Timestamp", timestamp),
            ("X-Slack-Signature", "v0=" + "0" * 64),
            ("X-Slack-Request-Timestamp", "abc"),
        ],
    )
    await stage.settle()

    assert status == 401
    assert stage.person("UBEN").direct() == []


async def pressed(stage: Stage, door: Door, *, age_s: int = 0, secret: str = SECRET) -> list[int]:
    """The statuses of one press of a button, as a form and as JSON; signed so many seconds ago."""
    body = PRESSED.replace("T0", stage.team_id)
    timestamp = str(int(time.time()) - age_s)
    return [
        await door.post(form, signed(form, timestamp, kind, secret=secret))
        for form, kind in ((f"payload={body}".encode(), FORM), (body.encode(), JSON))
    ]


async def helps(stage: Stage, door: Door) -> bool:
    """Whether the bot still answers who asks it for help, over both ways in."""
    body = urlencode(
        {
            "command": "/academy",
            "text": "help",
            "team_id": stage.team_id,
            "user_id": "UBEN",
            "channel_id": "CGENERAL",
            "trigger_id": "1.2.3",
        }
    ).encode()
    status, text = await door.answer(body, signed(body, str(int(time.time())), FORM))
    await stage.person("UBEN").command("/academy help")
    return status == 200 and "/homework" in text and "/homework" in str(stage.person("UBEN").direct()[-1])


def signed(body: bytes, timestamp: str, kind: str, *, secret: str = SECRET) -> list[tuple[str, str]]:
    """The headers of a request that is signed with this secret, at this second."""
    return [
        ("Content-Type", kind),
        ("X-Slack-Request-Timestamp", timestamp),
        ("X-Slack-Signature", signature(body, timestamp, secret=secret)),
    ]


async def test_who_does_not_hold_the_secret_or_comes_late_is_refused(stage: Stage, door: Door) -> None:
    body = PRESSED.replace("T0", stage.team_id).encode()

    statuses = [
        await door.post(body, [("Content-Type", JSON)]),
        *await pressed(stage, door, secret="f" * 32),
        *await pressed(stage, door, age_s=301),
        *await pressed(stage, door, age_s=-301),
    ]
    await stage.settle()

    assert set(statuses) == {401}
    assert stage.person("UBEN").direct() == []
    assert await helps(stage, door)


async def test_what_is_replayed_within_five_minutes_has_its_effect_once(stage: Stage, door: Door) -> None:
    ben = stage.person("UBEN")
    await ben.command("/homework submit action-plan-1")
    await ben.submit({"text": "Our plan"})
    body = urlencode(
        {"payload": json.dumps(stage.last("interactive", type="view_submission").payload)}
    ).encode()
    headers = signed(body, str(int(time.time())), FORM)

    statuses = [await door.post(body, headers) for _ in range(3)]
    changed = await door.post(body.replace(b"Our+plan", b"My++plan"), headers)
    await stage.settle()

    assert (statuses, changed) == ([200, 200, 200], 401)
    assert len([one for one in ben.direct() if "Received" in one["text"]]) == 1


async def test_a_look_at_the_certificate_is_answered_and_does_nothing(stage: Stage, door: Door) -> None:
    body = b"ssl_check=1&command=%2Facademy&user_id=UBEN&payload=%7B%7D"

    assert await door.post(body, [("Content-Type", FORM)]) == 200
    assert stage.person("UBEN").direct() == []


async def test_a_charset_of_the_sender_s_choice_does_not_reach_what_reads_signatures(
    stage: Stage, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    body = PRESSED.replace("T0", stage.team_id).replace("1.2.3", "\\ud800").encode()

    statuses = [
        await door.post(body, [("Content-Type", f"{JSON}; charset={charset}"), *headers[1:]])
        for charset in ("unicode_escape", "raw_unicode_escape", "utf-7", "nope")
        for headers in (signed(body, str(int(time.time())), JSON, secret="f" * 32),)
    ]
    await stage.settle()

    assert statuses == [401] * 4
    assert stage.person("UBEN").direct() == []
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []


async def test_a_body_of_ten_megabytes_is_not_read_to_its_end(stage: Stage, door: Door) -> None:
    body = b'{"type": "event_callback", "event": "' + b"x" * 10_000_000 + b'"}'

    statuses = [
        await door.post(body, [("Content-Type", JSON)]),
        await door.post_signed(body, JSON),
        await door.post_signed(b"payload=" + body, FORM),
    ]

    assert statuses == [413, 413, 413]
    assert await helps(stage, door)


def nested(depth: int) -> bytes:
    """A payload with an object so many levels deep in it."""
    body = PRESSED.replace("T0", "T1").replace(
        '"reminder_stop"', '"a", "value": ' + "[" * depth + "]" * depth
    )
    return body.encode()


async def test_json_that_is_nested_too_deep_is_refused(stage: Stage, door: Door) -> None:
    statuses = {
        (
            depth,
            await door.post_signed(nested(depth), JSON),
            await door.post_signed(b"payload=" + nested(depth), FORM),
            await door.post_signed(b"[" * depth + b"]" * depth, JSON),
        )
        for depth in (65, 200, 900, 990, 10_000, 100_000)
    }

    assert {one[1:] for one in statuses} == {(400, 400, 400)}
    assert await helps(stage, door)


async def test_an_organisation_s_payloads_name_the_workspace_elsewhere(stage: Stage, door: Door) -> None:
    shortcut = {
        "type": "shortcut",
        "callback_id": "submit_homework",
        "trigger_id": "1.2.3",
        "team": None,
        "enterprise": {"id": "E1", "name": "All"},
        "is_enterprise_install": False,
        "user": {"id": "UBEN", "team_id": stage.team_id},
    }
    shared = {
        "type": "event_callback",
        "event_id": "Ev1",
        "team_id": "TOTHER",
        "authorizations": [{"team_id": stage.team_id, "enterprise_id": None, "user_id": "U"}],
        "event": {"type": "app_home_opened", "user": "UBEN", "tab": "home", "channel": "D1"},
    }

    statuses = [await door.post_signed(json.dumps(one).encode(), JSON) for one in (shortcut, shared)]
    nowhere = await door.post_signed(json.dumps(shortcut | {"user": {"id": "UBEN"}}).encode(), JSON)
    await stage.settle()

    assert (statuses, nowhere) == ([200, 200], 400)
    assert [one["text"] for one in stage.person("UBEN").direct()] == [
        "This took too long, and Slack no longer opens the form. Please try again."
    ]
    stage.expected_errors = stage.errors()


NO_PAYLOADS = [
    (b"{nope", "application/json"),
    (b"[]", "application/json"),
    (b"null", "application/json"),
    (b"\xff\xfe", "application/json"),
    (b"payload=%7Bnope", "application/x-www-form-urlencoded"),
    (b"payload=[]", "application/x-www-form-urlencoded"),
    (b"x", "text/plain; charset=nope"),
    (b'{"type": "event_callback", "event": null}', "application/json"),
    (b'{"type": "event_callback", "event": "x"}', "application/json"),
    (b"payload=\xff", "application/x-www-form-urlencoded"),
    ("é".encode("utf-16"), "application/json; charset=utf-16"),
    (b'"text"', "application/json"),
    (b'{"type": "interactive_message", "team_id": "T1", "user_id": "UBEN"}', "application/json"),
    (b'{"type": NaN}', "application/json"),
]


async def test_what_is_no_payload_is_refused(stage: Stage, door: Door) -> None:
    accepted = [(body, kind) for body, kind in NO_PAYLOADS if await door.post_signed(body, kind) != 400]

    assert accepted == []
    assert await helps(stage, door)


JOINED = {"type": "member_joined_channel", "user": "UBEN", "channel": "CGENERAL", "event_ts": "1.1"}
SAID = {"type": "message", "user": "UBEN", "channel": "CGENERAL", "ts": "1.1", "text": "How?"}
CHANGED = {"type": "user_change", "user": {"id": "UBEN", "name": "ben", "updated": 1 << 31}}
"""In the year 2038."""
OUT_OF_RANGE: list[dict[str, Any]] = [
    *(
        event | {at: ts}
        for event, at in ((SAID, "ts"), (JOINED, "event_ts"))
        for ts in ("nan", "1e400", "-1", "9" * 15)
    ),
    *(
        CHANGED | {"user": {"id": "UBEN", "updated": second}}
        for second in (1 << 40, 10**30, -1, "soon", True)
    ),
    *(CHANGED | {"user": {"id": "UBEN", "profile": {name: 5}}} for name in ("email", "real_name")),
    *(SAID | {"reactions": reactions} for reactions in ("x", 5, [5], [{"name": "eyes", "users": [5]}])),
    SAID | {"edited": {"ts": 5}},
]


async def test_an_event_that_names_no_instant_or_is_not_whole_is_refused(stage: Stage, door: Door) -> None:
    def delivered(number: int, event: dict[str, Any]) -> bytes:
        body = {"type": "event_callback", "event_id": f"Ev{number}", "team_id": stage.team_id, "event": event}
        return json.dumps(body).encode()

    statuses = [
        await door.post_signed(delivered(number, event), JSON)
        for number, event in enumerate((*OUT_OF_RANGE, SAID, JOINED, CHANGED))
    ]

    assert statuses == [400] * len(OUT_OF_RANGE) + [200] * 3
    assert await helps(stage, door)


async def test_a_body_that_is_packed_is_not_unpacked(
    stage: Stage, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    plain = PRESSED.replace("T0", stage.team_id).encode()
    timestamp = str(int(time.time()))

    statuses = [
        await door.post(body, [*signed(plain, timestamp, JSON), ("Content-Encoding", coding)])
        for body in (gzip.compress(plain), gzip.compress(bytes(20_000_000)))
        for coding in ("gzip", "deflate", "br", "zstd")
    ]
    broken = await door.post(b"nothing packed", [("Content-Type", JSON), ("Content-Encoding", "gzip")])

    assert set(statuses) <= {400, 401}
    assert broken == 401
    assert [one for one in caplog.records if one.levelname == "ERROR"] == []
    assert await helps(stage, door)


HEAD = b"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
NO_HTTP = {
    b"\x16\x03\x01\r\n\r\n": b"400",
    b"GET / HTTP/1.1\r\nX: " + b"x" * 10_000 + b"\r\n\r\n": b"400",
    HEAD + b"Content-Length: -5\r\n\r\n": b"400",
    HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n": b"400",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\nNO\r\n": b"408",
    HEAD + b"Content-Length: 100\r\n\r\n{": b"408",
}


async def test_what_is_no_http_or_stops_half_way_is_told_in_a_line_and_holds_up_nobody(
    stage: Stage, door: Door, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.intake._READ_WITHIN_S", 0.3)
    address = URL(door.url)
    answered: dict[bytes, bytes] = {}

    for sent in NO_HTTP:
        reader, writer = await asyncio.open_connection(address.host, address.port)
        head, end, rest = sent.partition(b"\r\n\r\n2\r\nab\r\n")
        writer.write(head + end)
        await writer.drain()
        if rest:  # a body that goes wrong once it is being read
            await door.post(b"", [])
            writer.write(rest)
        async with asyncio.timeout(PATIENCE_S):
            answered[sent] = (await reader.readline()).split()[1]
        writer.close()
        await writer.wait_closed()
    for _ in range(3):
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(HEAD + b"Content-Length: 100\r\n\r\n{")
        await writer.drain()
        await door.post(b"", [])
        writer.transport.abort()
    helped = await helps(stage, door)

    assert answered == NO_HTTP
    assert helped
    assert [one.getMessage() for one in caplog.records if one.exc_info or one.levelname == "ERROR"] == []
