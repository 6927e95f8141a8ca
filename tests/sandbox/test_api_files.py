"""files.*: the upload in two steps, sharing, the private download."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.records import App, Change
from sandbox.workspace import Workspace

Refused = Callable[[Awaitable[Any]], Awaitable[str]]


async def send(address: str, content: bytes) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.post(address, data=content) as response:
        return response.status, await response.text()


async def fetch(address: str, token: str = "") -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(address, headers=headers) as response:
        return response.status, await response.read()


async def test_the_sdk_uploads_and_shares_a_file(client: AsyncWebClient, workspace: Workspace) -> None:
    told: list[Change] = []
    workspace.subscribe(told.append)

    sent = await client.files_upload_v2(
        channel="CGENERAL", filename="plan.pdf", content=b"%PDF", title="The plan", initial_comment="Here"
    )

    (message,) = workspace.channel("CGENERAL").messages
    (shown,) = message["files"]
    assert (message["text"], shown["id"], shown["title"]) == ("Here", sent["file"]["id"], "The plan")
    assert (shown["mimetype"], shown["size"], shown["channels"]) == ("application/pdf", 4, ["CGENERAL"])
    assert [change.kind for change in told] == ["message", "file_shared"]


async def test_the_bytes_are_downloaded_with_the_token(
    client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    file = (await client.files_upload_v2(filename="ä #1?.txt", content="grüße", channel="CGENERAL"))["file"]
    address = (await client.files_info(file=file["id"]))["file"]["url_private_download"]

    assert await fetch(address, app.bot_token) == (200, "grüße".encode())
    status, page = await fetch(address)
    assert (status, page.startswith(b"<!DOCTYPE html>")) == (200, True)
    app.scopes.remove("files:read")
    assert await fetch(address, app.bot_token) == (403, b"missing_scope")


async def test_an_upload_must_have_the_announced_length(client: AsyncWebClient, refused: Refused) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=3)

    assert await send(announced["upload_url"], b"four") == (400, "4 bytes came, 3 were announced")
    call = client.files_completeUploadExternal(files=[{"id": announced["file_id"]}])
    assert await refused(call) == "file_not_found"
    assert await refused(client.files_info(file=announced["file_id"])) == "file_not_found"


async def test_an_upload_is_completed_once(client: AsyncWebClient, refused: Refused) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    files: list[Any] = [{"id": announced["file_id"], "title": "A"}]
    await send(announced["upload_url"], b"abc")

    await client.files_completeUploadExternal(files=files)

    assert await refused(client.files_completeUploadExternal(files=files)) == "file_not_found"
    assert (await send(announced["upload_url"], b"abc"))[0] == 404


async def test_a_picture_keeps_what_it_shows_in_words(client: AsyncWebClient) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.png", length=3, alt_txt="Three bars")
    await send(announced["upload_url"], b"abc")

    answer = await client.files_completeUploadExternal(files=[{"id": announced["file_id"]}])

    assert answer["files"][0]["alt_txt"] == "Three bars"


async def test_a_file_can_go_into_a_thread(client: AsyncWebClient, workspace: Workspace) -> None:
    root = workspace.post("CGENERAL", {"user": "UANN", "text": "root"})["ts"]

    await client.files_upload_v2(filename="a.txt", content="abc", channel="CGENERAL", thread_ts=root)

    assert workspace.channel("CGENERAL").messages[-1]["thread_ts"] == root
    assert workspace.message("CGENERAL", root)["reply_count"] == 1


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ({"channel_id": "CQUIET"}, "not_in_channel"),
        ({"channel_id": "CCOUNCIL"}, "channel_not_found"),
        ({"channel_id": "UANN"}, "channel_not_found"),
        ({"channel_id": "CGENERAL", "thread_ts": "1.0"}, "thread_not_found"),
    ],
)
async def test_a_file_that_cannot_be_shared_stays_incomplete(
    client: AsyncWebClient, workspace: Workspace, refused: Refused, where: dict[str, Any], error: str
) -> None:
    announced = await client.files_getUploadURLExternal(filename="a.txt", length=3)
    await send(announced["upload_url"], b"abc")

    call = client.files_completeUploadExternal(files=[{"id": announced["file_id"]}], **where)

    assert await refused(call) == error
    assert workspace.files[announced["file_id"]].is_complete is False


@pytest.mark.parametrize("files", [{}, [], ["F1"], [{"title": "no id"}], [{"id": "F1", "name": "a"}]])
async def test_a_list_of_files_has_a_shape(client: AsyncWebClient, refused: Refused, files: Any) -> None:
    call = client.api_call("files.completeUploadExternal", json={"files": files})

    assert await refused(call) == "invalid_arguments"


@pytest.mark.parametrize(
    ("length", "error"), [(0, "invalid_arguments"), (10**9 + 1, "file_upload_size_restricted")]
)
async def test_a_file_has_between_a_byte_and_a_gigabyte(
    client: AsyncWebClient, refused: Refused, length: int, error: str
) -> None:
    call = client.files_getUploadURLExternal(filename="a.txt", length=length)

    assert await refused(call) == error


async def test_a_persons_file_is_seen_where_the_bot_is(
    client: AsyncWebClient, workspace: Workspace, refused: Refused
) -> None:
    seen = workspace.add_file("a.txt", b"a", user_id="UANN")
    hidden = workspace.add_file("b.txt", b"b", user_id="UANN")
    seen.channels.append("CGENERAL")
    hidden.channels.append("CCOUNCIL")

    assert (await client.files_info(file=seen.id))["file"]["user"] == "UANN"
    assert await refused(client.files_info(file=hidden.id)) == "file_not_found"
    assert [file["id"] for file in (await client.files_list())["files"]] == [seen.id]
    assert (await client.files_list(user="UBEN"))["files"] == []
    assert await refused(client.files_delete(file=seen.id)) == "cant_delete_file"


async def test_files_are_listed_newest_first_by_pages(client: AsyncWebClient) -> None:
    for name in ("a.txt", "b.txt", "c.txt"):
        await client.files_upload_v2(filename=name, content="abc")

    first = await client.files_list(count=2)
    second = await client.files_list(count=2, page=2)

    assert [file["name"] for file in first["files"]] == ["c.txt", "b.txt"]
    assert [file["name"] for file in second["files"]] == ["a.txt"]
    assert first["paging"] == {"count": 2, "total": 3, "page": 1, "pages": 2}


async def test_a_file_of_the_bots_own_can_be_deleted(client: AsyncWebClient, refused: Refused) -> None:
    file = (await client.files_upload_v2(filename="a.txt", content="abc"))["file"]

    await client.files_delete(file=file["id"])

    assert await refused(client.files_info(file=file["id"])) == "file_not_found"
