"""response_url: an app's answer to a command or a click, five times within half an hour."""

import asyncio
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from sandbox import failing
from sandbox.content import authorship, content, metadata
from sandbox.errors import SlackError
from sandbox.faults import RESPONSE_URL, Faults, Rule
from sandbox.records import App, Change
from sandbox.workspace import Workspace

LIFE = timedelta(minutes=30)
MOST_USES = 5

_KNOWN = frozenset(
    {
        *("text", "blocks", "attachments", "response_type", "replace_original", "delete_original"),
        *("thread_ts", "metadata", "mrkdwn", "unfurl_links", "unfurl_media", "parse", "link_names"),
    }
)


@dataclass
class _Url:
    app: App
    user_id: str
    channel_id: str
    source: dict[str, Any] | None
    made_at: datetime
    uses: int = 0


class Responses:
    """The response urls handed out, and what is posted to them."""

    def __init__(self, workspace: Workspace, faults: Faults) -> None:
        self._workspace = workspace
        self._faults = faults
        self._urls: dict[str, _Url] = {}

    def new(self, app: App, user_id: str, channel_id: str, *, source: dict[str, Any] | None = None) -> str:
        """An address to answer to. source: the message that was clicked; it can be replaced or deleted."""
        secret = self._workspace.new_secret(24)
        self._urls[secret] = _Url(app, user_id, channel_id, source, self._workspace.clock.now())
        return f"{self._workspace.url}/response/{secret}"

    async def serve(self, request: web.Request) -> web.Response:
        """The route: one post to a response url. A refused one is none of the five."""
        fault = self._faults.draw(RESPONSE_URL)
        await self._faults.stall_over()
        match fault:
            case Rule(kind="ratelimited", retry_after_s=wait_s):
                answer = {"ok": False, "error": "rate_limited", "retry_after": wait_s}
                return failing.limited(answer, wait_s)
            case Rule(kind="server_error", executed=False):
                return failing.broken()
            case Rule(kind="error"):
                return web.json_response(SlackError(fault.error).to_api(), status=404)
        try:
            response = await self._taken(request)
        except ConnectionError:
            return failing.broken()  # whoever asked is gone, and hears it no more
        match fault:
            case Rule(kind="server_error"):
                return failing.broken()
            case Rule(kind="lost_reply"):
                return failing.hung_up(request)
            case Rule(kind="slow"):
                await asyncio.sleep(fault.delay_s)
        return response

    async def _taken(self, request: web.Request) -> web.Response:
        url = self._urls.get(request.match_info["id"])
        try:
            if url is None:
                raise SlackError("invalid_url")
            if self._workspace.clock.now() - url.made_at > LIFE:
                raise SlackError("expired_url")
            if url.uses >= MOST_USES:
                raise SlackError("used_url")
        except SlackError as refused:
            return web.json_response(refused.to_api(), status=404)
        try:
            self.apply(url.app, url.user_id, url.channel_id, await _said(request), source=url.source)
        except SlackError as refused:
            return web.json_response(refused.to_api(), status=400)
        url.uses += 1
        return web.json_response({"ok": True})

    def apply(
        self,
        app: App,
        user_id: str,
        channel_id: str,
        said: Any,
        *,
        source: dict[str, Any] | None = None,
    ) -> None:
        """Show an app's answer: to one person unless it says `in_channel`, or in place of the source.

        said: a text, or an object as posted to a response url.
        Raises SlackError as chat.postMessage does, and `invalid_arguments` for what is not known.
        """
        answer = _checked(said)
        if answer.get("delete_original"):
            self._delete(channel_id, user_id, source)
            return
        shown = {**authorship(self._workspace, app), **content(self._workspace, answer)}
        if "metadata" in answer:
            shown["metadata"] = metadata(answer["metadata"])
        if answer.get("replace_original") and source is not None:
            self._replace(channel_id, user_id, source, shown)
            return
        if thread_ts := answer.get("thread_ts"):
            shown["thread_ts"] = self._workspace.message(channel_id, str(thread_ts))["ts"]
        if answer.get("response_type", "ephemeral") == "in_channel":
            self._workspace.post(channel_id, shown)
        else:
            self._workspace.show_only_to(channel_id, user_id, shown)

    def _delete(self, channel_id: str, user_id: str, source: dict[str, Any] | None) -> None:
        if source is None:
            raise SlackError("message_not_found")
        if not source.get("is_ephemeral"):
            self._workspace.delete(channel_id, source["ts"])
            return
        seen = self._workspace.ephemerals.get((channel_id, user_id), [])
        if source in seen:
            seen.remove(source)
            body = {"deleted_ts": source["ts"]}
            self._workspace.tell(Change("ephemeral_deleted", channel=channel_id, user=user_id, body=body))

    def _replace(self, channel_id: str, user_id: str, source: dict[str, Any], shown: dict[str, Any]) -> None:
        new = {key: shown.get(key) for key in ("text", "blocks", "attachments", "metadata")}
        if not source.get("is_ephemeral"):
            edited = {"user": shown["user"], "ts": self._workspace.new_ts()}
            self._workspace.edit(channel_id, source["ts"], {**new, "edited": edited})
            return
        for key, value in new.items():
            if value is None:
                source.pop(key, None)
            else:
                source[key] = value
        self._workspace.tell(Change("ephemeral_changed", channel=channel_id, user=user_id, body=source))


def _checked(said: Any) -> dict[str, Any]:
    answer = {"text": said} if isinstance(said, str) else said
    if not isinstance(answer, dict):
        raise SlackError("invalid_payload")
    if unknown := sorted(set(answer) - _KNOWN):
        raise SlackError("invalid_arguments", *(f"[ERROR] unknown field: {name}" for name in unknown))
    if answer.get("response_type", "ephemeral") not in ("ephemeral", "in_channel"):
        raise SlackError("invalid_arguments", "[ERROR] invalid response_type")
    return answer


async def _said(request: web.Request) -> Any:
    text = await request.text()
    if request.content_type == "application/x-www-form-urlencoded":
        text = str((await request.post()).get("payload", ""))
    try:
        return json.loads(text)
    except ValueError:
        raise SlackError("invalid_payload") from None
