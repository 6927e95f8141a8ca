"""files.*: the upload in two steps, and what is known of a file."""

from typing import Any

from sandbox.arguments import BLOCKS, JSON, NAMES, TEXT, WHOLE, Answer, method
from sandbox.calls import Request
from sandbox.content import authorship, content
from sandbox.errors import SlackError
from sandbox.methods.chat import check_root, destination
from sandbox.methods.history import micros
from sandbox.records import Change, Channel, File
from sandbox.shapes import file_object
from sandbox.uploads import MOST_BYTES

_READ, _WRITE = ("files:read",), ("files:write",)


def _may_see(request: Request, file: File) -> bool:
    channels = request.workspace.channels
    return file.user == request.app.bot_user_id or any(
        request.may_see(channels[cid]) for cid in file.channels if cid in channels
    )


def _file(request: Request) -> File:
    file = request.workspace.files.get(request.text("file"))
    if file is None or not file.is_complete or not _may_see(request, file):
        raise SlackError("file_not_found")
    return file


@method(
    "files.getUploadURLExternal",
    tier=4,
    scopes=_WRITE,
    needs={"filename": TEXT, "length": WHOLE},
    takes={"alt_txt": TEXT, "snippet_type": TEXT},
)
async def get_upload_url(request: Request) -> Answer:
    """First step: an address to send `length` bytes to."""
    length = int(request.args["length"])
    if length <= 0:
        raise SlackError("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
    if length > MOST_BYTES:
        raise SlackError("file_upload_size_restricted")
    file, address = request.sandbox.uploads.announce(request.text("filename"), length, app=request.app)
    file.alt_txt = request.text("alt_txt")
    return {"upload_url": address, "file_id": file.id}


@method(
    "files.completeUploadExternal",
    tier=4,
    scopes=_WRITE,
    needs={"files": JSON},
    takes={
        "channel_id": TEXT,
        "channels": NAMES,
        "initial_comment": TEXT,
        "thread_ts": TEXT,
        "blocks": BLOCKS,
    },
)
async def complete_upload(request: Request) -> Answer:
    """Last step: the files are there, and are shared in a conversation if one is named."""
    files = [_uploaded(request, entry) for entry in _entries(request)]
    targets = [_target(request, channel_id) for channel_id in _channel_ids(request)]
    for file, title in files:
        file.title = title or file.title
        file.is_complete = True
    for channel, said in targets:
        for file, _ in files:
            file.channels.append(channel.id)
        shown = [file_object(request.workspace, file) for file, _ in files]
        request.workspace.post(channel.id, {**said, "files": shown, "upload": True})
        for file, _ in files:
            body = {"file_id": file.id, "file": {"id": file.id}}
            shared = Change("file_shared", channel=channel.id, user=file.user, body=body)
            request.workspace.tell(shared)
    return {"files": [file_object(request.workspace, file) for file, _ in files]}


def _entries(request: Request) -> list[Any]:
    entries = request.args["files"]
    if not isinstance(entries, list) or not entries:
        raise SlackError("invalid_arguments", "[ERROR] must be a list of files [json-pointer:/files]")
    return entries


def _uploaded(request: Request, entry: Any) -> tuple[File, str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
        raise SlackError("invalid_arguments", "[ERROR] missing required field: id [json-pointer:/files/0]")
    if unknown := set(entry) - {"id", "title", "highlight_type"}:
        raise SlackError("invalid_arguments", *(f"[ERROR] unknown field: {one}" for one in sorted(unknown)))
    file = request.workspace.files.get(entry["id"])
    if file is None or file.is_complete or file.user != request.app.bot_user_id:
        raise SlackError("file_not_found")
    if not request.sandbox.uploads.has_come(file):
        raise SlackError("file_not_found", "[ERROR] nothing was sent to its upload address")
    return file, str(entry.get("title") or "")


def _channel_ids(request: Request) -> list[str]:
    named = list(request.args.get("channels") or [])
    if request.text("channel_id"):
        named.append(request.text("channel_id"))
    return list(dict.fromkeys(named))


def _target(request: Request, channel_id: str) -> tuple[Channel, dict[str, Any]]:
    # Slack takes no person's id here: an app opens the direct message first.
    if channel_id in request.workspace.users:
        raise SlackError("channel_not_found")
    request.args["channel"] = channel_id
    channel = destination(request)
    if request.text("initial_comment") and request.args.get("blocks"):
        raise SlackError("invalid_arguments", "[ERROR] give either initial_comment or blocks")
    said = authorship(request.workspace, request.app) | {"text": ""}
    if request.text("initial_comment") or request.args.get("blocks"):
        given = {"text": request.text("initial_comment"), "blocks": request.args.get("blocks")}
        said |= content(request.workspace, given)
    if thread_ts := request.text("thread_ts"):
        check_root(channel, thread_ts)
        said["thread_ts"] = thread_ts
    return channel, said


@method(
    "files.info",
    tier=4,
    scopes=_READ,
    needs={"file": TEXT},
    takes={"count": WHOLE, "cursor": TEXT, "limit": WHOLE, "page": WHOLE},
)
async def files_info(request: Request) -> Answer:
    """One file; raises `file_not_found`."""
    file = file_object(request.workspace, _file(request))
    return {"file": file, "comments": [], "response_metadata": {"next_cursor": ""}}


@method(
    "files.list",
    tier=3,
    scopes=_READ,
    takes={
        "channel": TEXT,
        "count": WHOLE,
        "page": WHOLE,
        "show_files_hidden_by_limit": TEXT,
        "team_id": TEXT,
        "ts_from": TEXT,
        "ts_to": TEXT,
        "types": TEXT,
        "user": TEXT,
    },
)
async def files_list(request: Request) -> Answer:
    """The files that the app may see, newest first, by pages of `count`."""
    count, page = max(1, request.args.get("count", 100)), max(1, request.args.get("page", 1))
    try:
        earliest_us = micros(request.text("ts_from") or "0")
        latest_us = micros(request.text("ts_to") or "9999999999")
    except ValueError:
        raise SlackError("invalid_arguments", "[ERROR] ts_from and ts_to are timestamps") from None
    found = [
        file
        for file in reversed(request.workspace.files.values())
        if file.is_complete
        and _may_see(request, file)
        and request.text("channel") in {"", *file.channels}
        and request.text("user") in {"", file.user}
        and earliest_us <= file.created * 1_000_000 <= latest_us
    ]
    shown = found[(page - 1) * count : page * count]
    paging = {"count": count, "total": len(found), "page": page, "pages": -(-len(found) // count)}
    return {"files": [file_object(request.workspace, file) for file in shown], "paging": paging}


@method("files.delete", tier=3, scopes=_WRITE, needs={"file": TEXT})
async def files_delete(request: Request) -> Answer:
    """Remove a file of the app's own."""
    file = _file(request)
    if file.user != request.app.bot_user_id:
        raise SlackError("cant_delete_file")
    del request.workspace.files[file.id]
    return {}
