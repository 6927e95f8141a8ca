"""The page's side of the server: its files, the web socket that keeps it up to date, and what is done on it.

What a page shows is in page_feed.py; the page itself, plain ES modules and CSS, is in the folder page/.
"""

import asyncio
import json
from contextlib import suppress
from importlib.resources import files as package_files
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from aiohttp import BodyPartReader, WSMsgType, web

from sandbox.director import strip
from sandbox.errors import SlackError
from sandbox.journal import Journal
from sandbox.page_actions import Actions, NotOnPage, Uploaded
from sandbox.page_feed import Feed, people
from sandbox.reading import found
from sandbox.records import Change

if TYPE_CHECKING:
    from sandbox.server import Sandbox

_ASSETS = package_files("sandbox") / "page"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_INLINE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_SAFETY = {
    # Scripts and styles from here only; pictures in messages may come from anywhere.
    "Content-Security-Policy": (
        "default-src 'self'; img-src * data:; object-src 'none'; base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_MOST_UPLOAD_BYTES = 200_000_000


def routes(sandbox: "Sandbox") -> list[web.RouteDef]:
    """The routes of a sandbox's page, for its server."""
    return Page(sandbox).routes()


class Page:
    """Serves `/` and everything under `/page/` for one sandbox, and knows all its open pages."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self._sandbox = sandbox
        self._workspace = sandbox.workspace
        self._uploaded: dict[str, Uploaded] = {}
        self._actions = Actions(sandbox, self._uploaded)
        self._feeds: set[Feed] = set()
        self._journal = Journal(sandbox)
        self._journal.listeners.append(self._on_entry)
        self._workspace.subscribe(self._on_change)
        self._workspace.clock.on_move(self._on_clock)
        sandbox.interactions.on_notice.append(self._on_notice)

    def routes(self) -> list[web.RouteDef]:
        """What the sandbox's server must serve for the page."""
        return [
            web.get("/", self.index),
            web.get("/two", self.two),
            web.get("/page/socket", self.socket),
            web.get("/page/people", self.people),
            web.get("/page/strip", self.strip),
            web.get("/page/search", self.search),
            web.post("/page/act/{verb}", self.act),
            web.post("/page/upload", self.upload),
            web.get("/page/files/{file_id}", self.file),
            web.get("/page/{name}", self.asset),
        ]

    async def index(self, request: web.Request) -> web.Response:
        """GET /"""
        return _document("Local workspace", module="main.js")

    async def two(self, request: web.Request) -> web.Response:
        """GET /two#UANN/CGENERAL|UBEN/CGENERAL: two people beside each other."""
        return _document("Two seats · Local workspace", module="two.js")

    async def asset(self, request: web.Request) -> web.Response:
        """GET /page/{name}: a module, a style sheet, a picture."""
        return _asset(request.match_info["name"])

    async def people(self, request: web.Request) -> web.Response:
        """GET /page/people: whom one can be."""
        return web.json_response(people(self._workspace))

    async def strip(self, request: web.Request) -> web.Response:
        """GET /page/strip?user=U…: the director's calendar for one person; `{}` without a director."""
        director = self._sandbox.director
        if director is None:
            return web.json_response({})
        entries = await director.entries(request.query.get("user", ""))
        return web.json_response(strip(director, entries, await director.next_at()))

    async def search(self, request: web.Request) -> web.Response:
        """GET /page/search?user=U…&q=…: what they may see of what was said, the newest first."""
        user_id = request.query.get("user", "")
        if user_id not in self._workspace.users:
            raise web.HTTPNotFound(text="user_not_found")
        return web.json_response({"found": found(self._workspace, user_id, request.query.get("q", ""))})

    @property
    def seated(self) -> frozenset[str]:
        """Whom somebody is at the page just now."""
        return frozenset(feed.user_id for feed in self._feeds)

    async def file(self, request: web.Request) -> web.Response:
        """GET /page/files/{id}: a file's bytes, to keep; only pictures are shown in place."""
        file = self._workspace.files.get(request.match_info["file_id"])
        if file is None or not file.is_complete:
            raise web.HTTPNotFound(text="no such file")
        shown = "inline" if file.mimetype in _INLINE_TYPES else "attachment"
        # A person's file must not run as a page of this origin.
        headers = {
            **_SAFETY,
            "Content-Security-Policy": "sandbox",
            "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(file.name)}",
        }
        return web.Response(body=file.content, content_type=file.mimetype, headers=headers)

    async def upload(self, request: web.Request) -> web.Response:
        """POST /page/upload: a file that a later message or submission of this page will name by `upload`."""
        _refuse_strangers(request)
        if not request.content_type.startswith("multipart/"):
            raise web.HTTPBadRequest(text="not a form")
        part = await (await request.multipart()).next()
        if not isinstance(part, BodyPartReader):
            raise web.HTTPBadRequest(text="no file")
        name = part.filename or "file"
        content = bytearray()
        while chunk := await part.read_chunk(1 << 16):
            content += chunk
            if len(content) > _MOST_UPLOAD_BYTES:
                return web.json_response({"ok": False, "error": "file_too_large"})
        upload_id = self._workspace.new_id("P")
        self._uploaded[upload_id] = Uploaded(name, bytes(content))
        self._forget_old_uploads()
        return web.json_response({"ok": True, "upload": upload_id, "name": name})

    def _forget_old_uploads(self) -> None:
        while sum(len(each.content) for each in self._uploaded.values()) > _MOST_UPLOAD_BYTES:
            self._uploaded.pop(next(iter(self._uploaded)))

    async def act(self, request: web.Request) -> web.Response:
        """POST /page/act/{verb} `{user, …}`: they do something; a refusal is `{ok: false, error, …}`."""
        _refuse_strangers(request)
        try:
            body = await request.json()
        except ValueError:
            raise web.HTTPBadRequest(text="not JSON") from None
        if not isinstance(body, dict):
            raise web.HTTPBadRequest(text="not an object")
        user_id = str(body.get("user", ""))
        try:
            answer = await self._actions.do(request.match_info["verb"], user_id, body)
        except SlackError as refused:
            return web.json_response(
                {"ok": False, "error": refused.error, "messages": refused.messages, **refused.extra}
            )
        except NotOnPage as refused:
            return web.json_response({"ok": False, "error": "not_possible", "text": str(refused)})
        return web.json_response({"ok": True, **answer})

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        """GET /page/socket?user=U…: the snapshot, then every change; the page asks for messages on it."""
        _refuse_strangers(request)
        user_id = request.query.get("user", "")
        if user_id not in self._workspace.users:
            raise web.HTTPNotFound(text="user_not_found")
        socket = web.WebSocketResponse(heartbeat=20, max_msg_size=1 << 20)
        await socket.prepare(request)
        feed = Feed(self._workspace, user_id, journal=self._journal)
        feed.start()
        self._feeds.add(feed)
        writer = asyncio.create_task(_write(socket, feed))
        try:
            async for received in socket:
                if received.type is WSMsgType.TEXT:
                    asked = _parsed(received.data)
                    feed.answer(asked)
        finally:
            self._feeds.discard(feed)
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
        return socket

    def _on_change(self, change: Change) -> None:
        for feed in self._feeds:
            feed.on_change(change)

    def _on_clock(self) -> None:
        for feed in self._feeds:
            feed.on_clock()

    def _on_entry(self, entry: dict[str, Any], refused: dict[str, Any] | None) -> None:
        for feed in self._feeds:
            feed.on_entry(entry, refused)

    def _on_notice(self, user_id: str, text: str) -> None:
        for feed in self._feeds:
            if feed.user_id == user_id:
                feed.notice(text)


async def _write(socket: web.WebSocketResponse, feed: Feed) -> None:
    try:
        while (text := await feed.waiting.get()) is not None:
            await socket.send_str(text)
        await socket.close()
    except ConnectionError:
        # The page is gone; the reading side notices and tidies up.
        return


def _parsed(text: str) -> dict[str, Any]:
    try:
        asked = json.loads(text)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def _document(title: str, *, module: str) -> web.Response:
    text = Template((_ASSETS / "index.html").read_text("utf-8")).substitute(title=title, module=module)
    return web.Response(text=text, content_type="text/html", charset="utf-8", headers=_SAFETY)


def _asset(name: str) -> web.Response:
    suffix = "." + name.rpartition(".")[2]
    path = _ASSETS / name
    if suffix not in _TYPES or "/" in name or "\\" in name or not path.is_file():
        raise web.HTTPNotFound
    return web.Response(
        text=path.read_text("utf-8"), content_type=_TYPES[suffix], charset="utf-8", headers=_SAFETY
    )


def _refuse_strangers(request: web.Request) -> None:
    """Another site's page, open in the same browser, may not act here in anybody's name."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="another origin")
