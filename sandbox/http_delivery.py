"""Signed requests to an app's own addresses: how Slack delivers without Socket Mode."""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.delivered import Answer, Kind
from sandbox.errors import SlackError
from sandbox.events import verification_token
from sandbox.records import App
from sandbox.workspace import Workspace

_REASONS = {
    "operation_timeout": "http_timeout",
    "dispatch_failed": "connection_failed",
    "connection_lost": "connection_failed",
}
_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's `X-Slack-Signature`, version 0: HMAC-SHA256 of version, second and raw body."""
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class HttpSender:
    """Posts payloads to the apps' request urls."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._session: aiohttp.ClientSession | None = None

    async def send(
        self, app: App, kind: Kind, payload: dict[str, Any], *, retry: int = 0, reason: str = ""
    ) -> Answer:
        """Post one payload, signed, and read the answer."""
        headers: dict[str, str] = {}
        if retry:
            headers["X-Slack-Retry-Num"] = str(retry)
            headers["X-Slack-Retry-Reason"] = _REASONS.get(reason, "http_error")
        body, content_type = _encoded(kind, payload)
        return await self._post(app, _address(app, kind, payload), body, content_type, headers)

    async def verify(self, app: App, url: str, *, within_s: float) -> None:
        """Send Slack's challenge; raises SlackError `url_verification_failed` if it does not come back."""
        challenge = self._workspace.new_secret(48)
        asked = {"token": verification_token(app), "challenge": challenge, "type": "url_verification"}
        timeout = aiohttp.ClientTimeout(total=within_s)
        answer = await self._post(app, url, json.dumps(asked).encode(), _JSON, {}, timeout=timeout)
        said = answer.body.get("challenge") if isinstance(answer.body, dict) else answer.body
        if answer.error or said != challenge:
            raise SlackError("url_verification_failed")

    async def close(self) -> None:
        """Close the connections kept open."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _post(
        self,
        app: App,
        url: str,
        body: bytes,
        content_type: str,
        headers: dict[str, str],
        *,
        timeout: aiohttp.ClientTimeout | None = None,
    ) -> Answer:
        if not url:
            return Answer(error="dispatch_failed")
        # The receiver compares it with its host's clock, so it is real time, whatever the workspace shows.
        timestamp = str(int(time.time()))
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(app.signing_secret, timestamp, body),
            **headers,
        }
        if self._session is None:
            self._session = aiohttp.ClientSession()
        limit = timeout or aiohttp.ClientTimeout(total=None)
        try:
            async with self._session.post(url, data=body, headers=signed, timeout=limit) as response:
                may_retry = response.headers.get("X-Slack-No-Retry") != "1"
                text = await response.text()
                if response.status != 200:
                    return Answer(error="http_service_error", may_retry=may_retry)
                return Answer(body=_read(response.content_type, text), may_retry=may_retry)
        except TimeoutError:
            return Answer(error="operation_timeout")
        except (aiohttp.ClientError, ValueError):
            return Answer(error="dispatch_failed")


def _address(app: App, kind: Kind, payload: dict[str, Any]) -> str:
    if kind == "slash_commands":
        return app.commands[payload["command"]].url or app.request_url
    if kind == "interactive":
        return app.interactivity_url or app.request_url
    return app.request_url


def _encoded(kind: Kind, payload: dict[str, Any]) -> tuple[bytes, str]:
    if kind == "events_api":
        return json.dumps(payload).encode(), _JSON
    form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(form).encode(), _FORM


def _read(content_type: str, text: str) -> Any:
    if not text.strip():
        return None
    return json.loads(text) if content_type == _JSON else text
