"""The JSON endpoints by which another process moves the clock, orders faults and acts as a person."""

import inspect
import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.errors import SlackError
from sandbox.person import Person

if TYPE_CHECKING:
    from sandbox.server import Sandbox

VERBS = frozenset(
    name for name, _ in inspect.getmembers(Person, inspect.isfunction) if not name.startswith("_")
)
"""What a person can be made to do or asked: every public method of Person."""


class Control:
    """Serves /control/* for one sandbox. Takes JSON bodies only, so no web page elsewhere can call it."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox

    def routes(self) -> list[web.RouteDef]:
        """What the sandbox's server must serve for control."""
        return [
            web.get("/control/clock", self.clock),
            web.post("/control/clock", self.move_clock),
            web.get("/control/faults", self.faults),
            web.post("/control/faults", self.add_fault),
            web.delete("/control/faults", self.clear_faults),
            web.post("/control/sockets", self.sockets),
            web.get("/control/person/{user}", self.sight),
            web.post("/control/person/{user}/{verb}", self.act),
        ]

    async def clock(self, http: web.Request) -> web.Response:
        """`{"instant": "2023-06-07T09:00:00+00:00"}`"""
        return web.json_response({"instant": self._sandbox.clock.now().isoformat()})

    async def move_clock(self, http: web.Request) -> web.Response:
        """Takes `{"instant": …}` (with an offset) or `{"advance_s": …}`, answers as `clock`."""
        asked = await _body(http)
        match asked:
            case {"instant": str(text), **rest} if not rest:
                try:
                    instant = datetime.fromisoformat(text)
                except ValueError:
                    return _bad(f"no instant: {text}")
                if instant.tzinfo is None:
                    return _bad(f"an instant needs its offset: {text}")
            case {"advance_s": int() | float() as seconds, **rest} if not rest:
                instant = self._sandbox.clock.now() + timedelta(seconds=seconds)
            case _:
                return _bad('give either {"instant": …} or {"advance_s": …}')
        await self._sandbox.move_clock(instant.astimezone(UTC))
        return await self.clock(http)

    async def faults(self, http: web.Request) -> web.Response:
        """The rules in force."""
        return web.json_response({"faults": [asdict(rule) for rule in self._sandbox.faults.rules]})

    async def add_fault(self, http: web.Request) -> web.Response:
        """Takes the arguments of `Faults.add`."""
        try:
            rule = self._sandbox.faults.add(**await _body(http))
        except (TypeError, ValueError) as wrong:
            return _bad(str(wrong))
        return web.json_response(asdict(rule))

    async def clear_faults(self, http: web.Request) -> web.Response:
        """Takes all rules away."""
        self._sandbox.faults.clear()
        return await self.faults(http)

    async def sockets(self, http: web.Request) -> web.Response:
        """Takes `{"do": "cut" | "mute" | "unmute" | "refresh"}`: what happens to the apps' web sockets."""
        delivery = self._sandbox.delivery
        match await _body(http):
            case {"do": "cut", **rest} if not rest:
                delivery.cut_sockets()
            case {"do": "mute", **rest} if not rest:
                delivery.mute_sockets()
            case {"do": "unmute", **rest} if not rest:
                delivery.unmute_sockets()
            case {"do": "refresh", **rest} if not rest:
                await delivery.refresh_sockets()
            case _:
                return _bad('give {"do": "cut" | "mute" | "unmute" | "refresh"}')
        return web.json_response({})

    async def sight(self, http: web.Request) -> web.Response:
        """What a person has before them beside the conversations: `modal`, `field_errors`, `notices`."""
        try:
            person = self._sandbox.person(http.match_info["user"])
        except SlackError as refused:
            return web.json_response(refused.to_api(), status=404)
        shown = {"modal": person.modal, "field_errors": person.field_errors, "notices": person.notices}
        return web.json_response(shown)

    async def act(self, http: web.Request) -> web.Response:
        """Has a person do something; takes the method's arguments by name, answers `{"result": …}`."""
        verb = http.match_info["verb"]
        if verb not in VERBS:
            return _bad(f"no verb {verb!r}; there are {', '.join(sorted(VERBS))}")
        try:
            person = self._sandbox.person(http.match_info["user"])
            action = getattr(person, verb)
            asked = await _body(http)
            inspect.signature(action).bind(**asked)
            result = action(**asked)
            return web.json_response({"result": await result if inspect.isawaitable(result) else result})
        except SlackError as refused:
            return web.json_response(refused.to_api(), status=400)
        except TypeError as wrong:
            return _bad(str(wrong))


async def _body(http: web.Request) -> dict[str, Any]:
    if http.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="application/json is needed")
    try:
        body = json.loads(await http.text())
    except ValueError:
        raise web.HTTPBadRequest(text="no JSON") from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is needed")
    return body


def _bad(sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=400)
