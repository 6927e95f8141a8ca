"""What comes to the HTTP address from somebody who is not Slack, or says nothing that Slack would say."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import aiohttp
import pytest

from bot import app as bot_app
from bot.config import Secret
from tests.scenarios.stage import Stage

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


def signature(body: bytes, timestamp: str) -> str:
    """As Slack signs a request."""
    signed = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()


@dataclass
class Door:
    """The bot's HTTP address."""

    url: str
    session: aiohttp.ClientSession

    async def post(self, body: bytes, headers: list[tuple[str, str]]) -> int:
        """The status of the answer."""
        async with self.session.post(self.url, data=body, headers=headers) as response:
            return response.status

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


@pytest.mark.parametrize(
    ("timestamp", "signed"),
    [
        ("abc", "v0=" + "0" * 64),
        ("9" * 400, "v0=" + "0" * 64),
        ("1700000000", "v0=é"),
        ("", ""),
    ],
)
async def test_a_signature_that_cannot_be_read_is_refused_and_nobody_hears_of_it(
    stage: Stage, door: Door, timestamp: str, signed: str
) -> None:
    body = PRESSED.replace("T0", stage.team_id)

    forms = [f"payload={body}".encode(), body.encode()]
    kinds = ["application/x-www-form-urlencoded", "application/json"]
    statuses = [
        await door.post(
            form,
            [
                ("Content-Type", kind),
                ("X-Slack-Request-Timestamp", timestamp),
                ("X-Slack-Signature", signed),
            ],
        )
        for form, kind in zip(forms, kinds, strict=True)
    ]
    await stage.settle()

    assert statuses == [401, 401]
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


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{nope", "application/json"),
        (b"[]", "application/json"),
        (b"null", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"payload=%7Bnope", "application/x-www-form-urlencoded"),
        (b"payload=[]", "application/x-www-form-urlencoded"),
        (b"x", "text/plain; charset=nope"),
        (b'{"type": "event_callback", "event": null}', "application/json"),
        (b'{"type": "event_callback", "event": "x"}', "application/json"),
    ],
)
async def test_what_is_no_payload_is_refused(
    stage: Stage, door: Door, body: bytes, content_type: str
) -> None:
    assert await door.post_signed(body, content_type) in (400, 415)
