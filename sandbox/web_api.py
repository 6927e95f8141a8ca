"""The Web API over HTTP: reads a call, lets faults and limits at it, runs the method, answers and logs."""

import asyncio
import json
import uuid
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from aiohttp import web

import sandbox.methods  # noqa: F401 (fills METHODS)
from sandbox import failing
from sandbox.arguments import METHODS, Bearer, Method
from sandbox.calls import Call, Request, require_scope
from sandbox.errors import RateLimited, SlackError
from sandbox.faults import Rule
from sandbox.records import App

if TYPE_CHECKING:
    from sandbox.server import Sandbox

_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}
_AGENT = ContextVar("agent", default="")
"""Who makes the call that is being answered."""


class WebApi:
    """Serves /api/{method} for one sandbox."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def routes(self) -> list[web.RouteDef]:
        """What the sandbox's server must serve for the Web API."""
        return [web.get("/api/{method}", self.serve), web.post("/api/{method}", self.serve)]

    async def serve(self, http: web.Request) -> web.StreamResponse:
        """One call, from HTTP to HTTP."""
        name = http.match_info["method"]
        _AGENT.set(http.headers.get("User-Agent", ""))
        fault = self._sandbox.faults.draw(name)
        try:
            given, token = await _read(http)
        except SlackError as refused:
            return self._answer(name, {}, None, refused.to_api())
        await self._sandbox.faults.stall_over()
        match fault:
            case Rule(kind="ratelimited"):
                return self._limited(name, given, token, fault.retry_after_s)
            case Rule(kind="server_error", executed=False):
                return self._broken(name, given, token)
            case Rule(kind="error"):
                return self._answer(name, given, self._app_of(token), SlackError(fault.error).to_api())
        try:
            answer = await self._run(name, given, token)
        except RateLimited as limited:
            return self._limited(name, given, token, limited.retry_after_s)
        match fault:
            case Rule(kind="server_error"):
                return self._broken(name, given, token)
            case Rule(kind="lost_reply"):
                return self._hung_up(http, name, given, token)
            case Rule(kind="slow"):
                # Logged before the wait: the call has taken effect, and its caller may hang up.
                response = self._answer(name, given, self._app_of(token), answer)
                await asyncio.sleep(fault.delay_s)
                return response
        return self._answer(name, given, self._app_of(token), answer)

    async def _run(self, name: str, given: dict[str, Any], token: str) -> dict[str, Any]:
        try:
            if name not in METHODS:
                raise SlackError("unknown_method", req_method=name)
            method = METHODS[name]
            app = self._authenticated(method, token)
            self._sandbox.rates.call(self._sandbox.clock, app_id=app.id, method=name, tier=method.tier)
            require_scope(app, method.scopes)
            return {"ok": True, **await method.run(Request(self._sandbox, app, method.read(given)))}
        except SlackError as refused:
            return refused.to_api()

    def _authenticated(self, method: Method, token: str) -> App:
        app = self._app_of(token)
        if method.bearer == "anyone":
            return app or _NOBODY
        if not token:
            raise SlackError("not_authed")
        if app is None:
            raise SlackError("invalid_auth")
        kind: Bearer = "app" if token == app.app_token else "bot"
        if method.bearer not in {"either", kind}:
            raise SlackError("not_allowed_token_type")
        return app

    def _app_of(self, token: str) -> App | None:
        apps = self._sandbox.workspace.apps.values()
        return next((app for app in apps if token and token in {app.bot_token, app.app_token}), None)

    def _answer(
        self, name: str, given: dict[str, Any], app: App | None, answer: dict[str, Any]
    ) -> web.Response:
        text = json.dumps(answer, ensure_ascii=False)
        # What is logged is a copy: the answer shares its message with the workspace, which changes it later.
        self._log(name, given, json.loads(text), 200, app)
        headers = {"X-Slack-Req-Id": uuid.uuid4().hex}
        if app is not None:
            headers["X-OAuth-Scopes"] = ",".join(app.scopes)
        if name in METHODS:
            headers["X-Accepted-OAuth-Scopes"] = ",".join(METHODS[name].scopes)
        return web.json_response(text=text, headers=headers)

    def _limited(self, name: str, given: dict[str, Any], token: str, retry_after_s: int) -> web.Response:
        answer = {"ok": False, "error": "ratelimited"}
        self._log(name, given, answer, 429, self._app_of(token), retry_after_s=retry_after_s)
        return failing.limited(answer, retry_after_s)

    def _broken(self, name: str, given: dict[str, Any], token: str) -> web.Response:
        self._log(name, given, {}, 503, self._app_of(token))
        return failing.broken()

    def _hung_up(self, http: web.Request, name: str, given: dict[str, Any], token: str) -> web.StreamResponse:
        self._log(name, given, {}, 0, self._app_of(token))
        return failing.hung_up(http)

    def _log(
        self,
        name: str,
        given: dict[str, Any],
        answer: dict[str, Any],
        status: int,
        app: App | None,
        retry_after_s: int = 0,
    ) -> None:
        app_id = app.id if app else ""
        now = self._sandbox.clock.now()
        agent = _AGENT.get()
        self._sandbox.log_call(Call(name, given, answer, status, now, app_id, agent, retry_after_s))


_NOBODY = App("", "", "", "", "", "", "", "", [], [], {}, [], False, False, False, False)


async def _read(http: web.Request) -> tuple[dict[str, Any], str]:
    """The arguments from the address and the body, and the token; raises SlackError."""
    given: dict[str, Any] = dict(http.query)
    if http.method == "POST" and http.can_read_body:
        if http.content_type == "application/json":
            given |= _object(await http.text())
        elif http.content_type in _FORMS:
            given |= dict(await http.post())
        else:
            raise SlackError("invalid_post_type")
    in_body = given.pop("token", None)
    in_header = http.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return given, in_header or str(in_body or "")


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not isinstance(value, dict):
        raise SlackError("json_not_object")
    return value
