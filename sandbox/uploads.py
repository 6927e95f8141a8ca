"""Files on their way in and out: the upload address that an app is given, and the private download."""

import mimetypes
from urllib.parse import quote

from aiohttp import web

from sandbox.calls import require_scope
from sandbox.errors import SlackError
from sandbox.records import App, File
from sandbox.workspace import Workspace

MOST_BYTES = 1_000_000_000
"""Slack takes files up to a gigabyte."""


class Uploads:
    """The uploads that apps announced: how long each is to be, and whether it has come."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._length_of: dict[str, int] = {}
        self._received: set[str] = set()

    def routes(self) -> list[web.RouteDef]:
        """What the sandbox's server must serve for files."""
        return [
            web.post("/upload/{file_id}", self.receive),
            web.get("/files/{file_id}/{name}", self.send),
        ]

    def announce(self, name: str, length: int, *, app: App) -> tuple[File, str]:
        """A file of `length` bytes will come; returns it, still empty, and the address to send it to."""
        mimetype = mimetypes.guess_type(name)[0] or ""
        file = self._workspace.add_file(
            name, b"", user_id=app.bot_user_id, mimetype=mimetype, is_complete=False
        )
        self._length_of[file.id] = length
        return file, f"{self._workspace.url}/upload/{quote(file.id)}"

    def has_come(self, file: File) -> bool:
        """Whether the file's bytes are there."""
        return file.id in self._received

    async def receive(self, request: web.Request) -> web.Response:
        """POST to the upload address: the bytes as they are, or the first part of a multipart form."""
        file = self._workspace.files.get(request.match_info["file_id"])
        if file is None or file.is_complete or file.id not in self._length_of:
            return web.Response(status=404, text="no such upload")
        content = await _bytes_of(request)
        if len(content) != self._length_of[file.id]:
            text = f"{len(content)} bytes came, {self._length_of[file.id]} were announced"
            return web.Response(status=400, text=text)
        file.content = content
        self._received.add(file.id)
        return web.Response(text=f"OK - {len(content)}")

    async def send(self, request: web.Request) -> web.Response:
        """GET of a file's `url_private`: for an app with `files:read` that shows its token."""
        file = self._workspace.files.get(request.match_info["file_id"])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        app = next((one for one in self._workspace.apps.values() if token == one.bot_token), None)
        if file is None or not file.is_complete:
            return web.Response(status=404, text="file_not_found")
        if app is None:
            # Slack shows its sign-in page here, with status 200: the classic trap for apps.
            return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
        try:
            require_scope(app, ("files:read",))
        except SlackError as refused:
            return web.Response(status=403, text=refused.error)
        return web.Response(body=file.content, content_type=file.mimetype)


async def _bytes_of(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    form = await request.post()
    for part in form.values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""
