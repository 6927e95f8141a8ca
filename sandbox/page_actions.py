"""What people do on the page, each as their Slack client would do it; who asks over HTTP is in page.py."""

import mimetypes
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.blocks import elements_of
from sandbox.entries import first_entry
from sandbox.errors import SlackError
from sandbox.interactions import action_of
from sandbox.payloads import Place
from sandbox.records import App
from sandbox.shapes import file_object

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Body = dict[str, Any]

_STATELESS = frozenset({"button", "overflow", "workflow_button"})
_OPENING_S = 3.0
_FILE_GONE = "A file is not there any more. Please add it again."


class NotOnPage(ValueError):
    """Something that no Slack client would do; the message says why."""


@dataclass
class Uploaded:
    """A file that came from a page and is not sent yet; `file_id` once it is in the workspace."""

    name: str
    content: bytes
    file_id: str = ""


class Actions:
    """Every verb of the page: a coroutine that takes the request's body and returns what to answer."""

    def __init__(self, sandbox: "Sandbox", uploaded: dict[str, Uploaded]) -> None:
        """uploaded: what pages have sent, by upload id; what is used for a message is taken out."""
        self._sandbox = sandbox
        self._workspace = sandbox.workspace
        self._uploaded = uploaded
        self._verbs: dict[str, Callable[[str, Body], Awaitable[Body | None]]] = {
            "say": self._say,
            "command": self._command,
            "press": self._press,
            "options": self._options,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "message_shortcut": self._message_shortcut,
            "home": self._home,
            "react": self._react,
            "unreact": self._unreact,
            "edit": self._edit,
            "delete": self._delete,
            "join": self._join,
            "direct": self._direct,
            "clock": self._clock,
            "turn": self._turn,
        }

    async def do(self, verb: str, user_id: str, body: Body) -> Body:
        """Have a person do something; returns the fields of the answer.

        Raises SlackError for what Slack refuses, NotOnPage for what its client does not offer.
        """
        if verb not in self._verbs:
            raise NotOnPage(f"there is no {verb}")
        user = self._workspace.user(user_id)
        if user.deleted or user.is_bot:
            raise SlackError("account_inactive")
        return await self._verbs[verb](user_id, body) or {}

    # -- writing --------------------------------------------------------------------------------------

    async def _say(self, user_id: str, body: Body) -> Body:
        named = [str(each) for each in body.get("uploads", [])]
        if any(each not in self._uploaded for each in named):
            raise NotOnPage(_FILE_GONE)
        given = [self._uploaded[each] for each in named]
        ts = await self._sandbox.person(user_id).say(
            _text(body, "channel"),
            str(body.get("text", "")),
            thread_ts=body.get("thread_ts") or None,
            files=[(each.name, each.content) for each in given],
        )
        for each in named:
            self._uploaded.pop(each, None)
        return {"ts": ts}

    async def _command(self, user_id: str, body: Body) -> None:
        if body.get("thread_ts"):
            raise NotOnPage("Slash commands do not work in threads. Give it in the conversation itself.")
        await self._sandbox.person(user_id).command(_text(body, "text"), channel_id=_text(body, "channel"))

    async def _edit(self, user_id: str, body: Body) -> None:
        person = self._sandbox.person(user_id)
        await person.edit(_text(body, "channel"), _text(body, "ts"), _text(body, "text"))

    async def _delete(self, user_id: str, body: Body) -> None:
        await self._sandbox.person(user_id).delete(_text(body, "channel"), _text(body, "ts"))

    async def _react(self, user_id: str, body: Body) -> None:
        person = self._sandbox.person(user_id)
        await person.react(_text(body, "channel"), _text(body, "ts"), _text(body, "name"))

    async def _unreact(self, user_id: str, body: Body) -> None:
        person = self._sandbox.person(user_id)
        await person.unreact(_text(body, "channel"), _text(body, "ts"), _text(body, "name"))

    async def _join(self, user_id: str, body: Body) -> None:
        await self._sandbox.person(user_id).join(_text(body, "channel"))

    async def _direct(self, user_id: str, body: Body) -> Body:
        others = [self._workspace.user(str(each)).id for each in body.get("users", [])]
        return {"channel": self._workspace.direct(user_id, *others).id}

    # -- elements, modals, Home -----------------------------------------------------------------------

    async def _press(self, user_id: str, body: Body) -> None:
        interactions = self._sandbox.interactions
        place = self._place(user_id, body)
        block, element = _element(place, _text(body, "block_id"), _text(body, "action_id"))
        value = body.get("value")
        entered = self._entry(user_id, element, value if isinstance(value, dict) else {})
        self._enter(user_id, place, body.get("values"))
        if element["type"] not in _STATELESS:
            interactions.enter(user_id, place, block["block_id"], element["action_id"], entered)
        await interactions.act(user_id, place, action_of(block, element, entered))

    async def _options(self, user_id: str, body: Body) -> Body:
        place = self._place(user_id, body)
        block_id, action_id = _text(body, "block_id"), _text(body, "action_id")
        _element(place, block_id, action_id)
        typed = str(body.get("query", ""))
        found = await self._sandbox.interactions.suggest(user_id, place, block_id, action_id, typed)
        return {"options": found}

    async def _submit(self, user_id: str, body: Body) -> Body:
        view = self._modal(user_id, _text(body, "view"))
        self._enter(user_id, Place(self._app(view["app_id"]), view=view), body.get("values"))
        return {"errors": await self._sandbox.interactions.submit(user_id, view)}

    async def _close(self, user_id: str, body: Body) -> None:
        self._modal(user_id, _text(body, "view"))
        await self._sandbox.interactions.close(user_id)

    async def _shortcut(self, user_id: str, body: Body) -> None:
        app = self._with_shortcut(body, "global")
        await self._sandbox.interactions.shortcut(app, user_id, _text(body, "callback_id"))

    async def _message_shortcut(self, user_id: str, body: Body) -> None:
        app = self._with_shortcut(body, "message")
        channel_id, ts = _text(body, "channel"), _text(body, "ts")
        self._see(user_id, channel_id)
        channel, message = self._workspace.channel(channel_id), self._workspace.message(channel_id, ts)
        callback_id = _text(body, "callback_id")
        await self._sandbox.interactions.message_shortcut(app, user_id, channel, message, callback_id)

    async def _home(self, user_id: str, body: Body) -> None:
        app = self._app(_text(body, "app"))
        # An app may well publish nothing anew; what it published before is shown in any case.
        with suppress(TimeoutError):
            await self._sandbox.person(user_id).open_home(app.id, timeout_s=_OPENING_S)

    def _with_shortcut(self, body: Body, kind: str) -> App:
        app = self._app(_text(body, "app"))
        callback_id = _text(body, "callback_id")
        if not any(each.callback_id == callback_id and each.type == kind for each in app.shortcuts):
            raise NotOnPage(f"{app.name} has no {kind} shortcut {callback_id}")
        return app

    def _app(self, app_id: str) -> App:
        if app_id not in self._workspace.apps:
            raise NotOnPage("that app is not installed here")
        return self._workspace.apps[app_id]

    def _see(self, user_id: str, channel_id: str) -> None:
        channel = self._workspace.channel(channel_id)
        if channel.kind != "public" and user_id not in channel.members:
            raise SlackError("channel_not_found")

    def _place(self, user_id: str, body: Body) -> Place:
        match body.get("where"):
            case {"kind": "message", "channel": str(channel_id), "ts": str(ts)}:
                self._see(user_id, channel_id)
                return self._in_message(user_id, channel_id, ts)
            case {"kind": "modal", "view": str(view_id)}:
                view = self._modal(user_id, view_id)
                return Place(self._app(view["app_id"]), view=view)
            case {"kind": "home", "app": str(app_id)}:
                home = self._workspace.homes.get((app_id, user_id))
                if home is None:
                    raise NotOnPage("that Home is not published")
                return Place(self._app(app_id), view=home)
            case _:
                raise NotOnPage("where that is was not said")

    def _in_message(self, user_id: str, channel_id: str, ts: str) -> Place:
        seen = self._workspace.ephemerals.get((channel_id, user_id), [])
        message = next((each for each in seen if each["ts"] == ts), None)
        if message is None:
            message = self._workspace.message(channel_id, ts)
        app = next(
            (
                each
                for each in self._workspace.apps.values()
                if message.get("bot_id") == each.bot_id or message.get("user") == each.bot_user_id
            ),
            None,
        )
        if app is None:
            raise NotOnPage("no app stands behind that message")
        return Place(app, channel_id=channel_id, message=message)

    def _modal(self, user_id: str, view_id: str) -> dict[str, Any]:
        stack = self._workspace.modals.get(user_id, [])
        if not stack or stack[-1]["id"] != view_id:
            raise NotOnPage("That window is not open any more.")
        return stack[-1]

    def _enter(self, user_id: str, place: Place, values: Any) -> None:
        """Keep what the page holds; what has gone from the blocks since is left out."""
        for block_id, action_id, value in _entries(values):
            try:
                _, element = _element(place, block_id, action_id)
            except NotOnPage:
                continue
            if element["type"] not in _STATELESS:
                entered = self._entry(user_id, element, value)
                self._sandbox.interactions.enter(user_id, place, block_id, action_id, entered)

    def _entry(self, user_id: str, element: dict[str, Any], value: Body) -> Body:
        kind = element["type"]
        if kind in _STATELESS:
            return {key: each for key, each in value.items() if key == "selected_option"}
        entered = {**first_entry({"type": kind}), **value, "type": kind}
        if kind == "file_input":
            entered["files"] = [self._file(user_id, each) for each in value.get("files", [])]
        return entered

    def _file(self, user_id: str, given: Body) -> Body:
        uploaded = self._uploaded.get(str(given.get("upload", "")))
        if uploaded is None:
            raise NotOnPage(_FILE_GONE)
        if not uploaded.file_id:
            mimetype = mimetypes.guess_type(uploaded.name)[0] or ""
            file = self._workspace.add_file(
                uploaded.name, uploaded.content, user_id=user_id, mimetype=mimetype
            )
            uploaded.file_id = file.id
        shown: Body = file_object(self._workspace, self._workspace.files[uploaded.file_id])
        return shown

    # -- the clock ------------------------------------------------------------------------------------

    async def _clock(self, user_id: str, body: Body) -> Body:
        director = self._sandbox.director
        match body:
            case {"to": "next"}:
                instant = None if director is None else await director.next_at()
                if instant is None:
                    raise NotOnPage("Nothing more is planned.")
            case {"advance_s": int() | float() as seconds}:
                instant = self._sandbox.clock.now() + timedelta(seconds=seconds)
            case {"to_ms": int() | float() as milliseconds}:
                instant = datetime.fromtimestamp(milliseconds / 1000, UTC)
            case _:
                raise NotOnPage("where the clock is to go was not said")
        await self._sandbox.move_clock(instant)
        return {"now_ms": self._sandbox.clock.now().timestamp() * 1000}

    async def _turn(self, user_id: str, body: Body) -> None:
        if self._sandbox.director is None:
            raise NotOnPage("there is nothing to turn on or off")
        try:
            self._sandbox.director.turn(_text(body, "name"), on=bool(body.get("on")))
        except KeyError:
            raise NotOnPage(f"there is no switch {body['name']}") from None


def _entries(values: Any) -> Iterator[tuple[str, str, Body]]:
    for block_id, entries in (values or {}).items():
        for action_id, value in entries.items():
            yield block_id, action_id, value


def _text(body: Body, key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str) or not value:
        raise NotOnPage(f"{key} is missing")
    return value


def _element(place: Place, block_id: str, action_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    for block in place.blocks:
        if block.get("block_id") == block_id:
            for _, element in elements_of(block):
                if element.get("action_id") == action_id:
                    return block, element
    raise NotOnPage("That is not there any more.")
