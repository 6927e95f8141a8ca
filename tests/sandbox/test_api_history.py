"""conversations.history and .replies: what an app reads, in which order, page by page."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.methods.history import micros
from sandbox.records import App
from sandbox.workspace import Workspace

Refused = Callable[[Awaitable[Any]], Awaitable[str]]
TASK = {"event_type": "task_created", "event_payload": {"id": "11"}}


def say(workspace: Workspace, *texts: str, channel: str = "CGENERAL", **fields: Any) -> list[str]:
    return [workspace.post(channel, {"user": "UANN", "text": text, **fields})["ts"] for text in texts]


def texts(answer: Any) -> list[str]:
    return [message["text"] for message in answer["messages"]]


async def test_history_is_newest_first_and_leaves_replies_out(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    root, _ = say(workspace, "root", "later")
    say(workspace, "reply", thread_ts=root)
    say(workspace, "broadcast", thread_ts=root, subtype="thread_broadcast")

    answer = await client.conversations_history(channel="CGENERAL")

    assert texts(answer) == ["broadcast", "later", "root"]
    assert answer["messages"][-1]["reply_count"] == 2


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ({"oldest": 1}, ["d", "c"]),
        ({"oldest": 1, "inclusive": True}, ["d", "c", "b"]),
        ({"latest": 2}, ["b", "a"]),
        ({"latest": 2, "inclusive": True}, ["c", "b", "a"]),
        ({"oldest": 0, "latest": 3}, ["c", "b"]),
        ({"oldest": 1, "latest": 1, "inclusive": True}, ["b"]),
        ({"oldest": 0, "limit": 2}, ["d", "c"]),
    ],
)
async def test_history_keeps_to_the_span_asked_for(
    client: AsyncWebClient, workspace: Workspace, span: dict[str, Any], expected: list[str]
) -> None:
    stamps = say(workspace, "a", "b", "c", "d")
    asked = {name: stamps[at] if name in {"oldest", "latest"} else at for name, at in span.items()}

    answer = await client.conversations_history(channel="CGENERAL", **asked)

    assert texts(answer) == expected


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(count=st.integers(0, 12), limit=st.integers(1, 5))
async def test_pages_of_history_hold_each_message_once(
    client: AsyncWebClient, workspace: Workspace, count: int, limit: int
) -> None:
    channel = workspace.channel("CGENERAL")
    channel.messages.clear()
    say(workspace, *(str(number) for number in range(count)))

    pages: list[list[str]] = []
    cursor = ""
    while not pages or cursor:
        answer = await client.conversations_history(channel="CGENERAL", limit=limit, cursor=cursor)
        pages.append(texts(answer))
        cursor = answer["response_metadata"]["next_cursor"] if answer["has_more"] else ""

    assert [text for page in pages for text in page] == [str(number) for number in reversed(range(count))]
    assert all(len(page) == limit for page in pages[:-1])


async def test_a_new_message_does_not_shift_the_next_page(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    say(workspace, "a", "b", "c")
    first = await client.conversations_history(channel="CGENERAL", limit=2)
    say(workspace, "d")

    second = await client.conversations_history(
        channel="CGENERAL", limit=2, cursor=first["response_metadata"]["next_cursor"]
    )

    assert (texts(first), texts(second)) == (["c", "b"], ["a"])


async def test_all_metadata_is_given_only_on_demand(client: AsyncWebClient, workspace: Workspace) -> None:
    (root,) = say(workspace, "t", metadata=TASK)

    readers: list[tuple[Any, dict[str, Any]]] = [
        (client.conversations_history, {"channel": "CGENERAL"}),
        (client.conversations_replies, {"channel": "CGENERAL", "ts": root}),
    ]
    for read, where in readers:
        brief = await read(**where)
        full = await read(**where, include_all_metadata=True)

        assert brief["messages"][0]["metadata"] == {"event_type": "task_created"}
        assert full["messages"][0]["metadata"] == TASK


async def test_a_thread_is_read_root_first_then_oldest_first(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    (root,) = say(workspace, "root")
    say(workspace, "other")
    say(workspace, "one", "two", "three", thread_ts=root)

    whole = await client.conversations_replies(channel="CGENERAL", ts=root)
    first = await client.conversations_replies(channel="CGENERAL", ts=root, limit=2)
    second = await client.conversations_replies(
        channel="CGENERAL", ts=root, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )

    assert texts(whole) == ["root", "one", "two", "three"]
    assert (texts(first), first["has_more"]) == (["root", "one", "two"], True)
    assert (texts(second), second["has_more"]) == (["root", "three"], False)


async def test_a_message_without_replies_is_a_thread_of_one(
    client: AsyncWebClient, workspace: Workspace, refused: Refused
) -> None:
    (root,) = say(workspace, "root")

    assert texts(await client.conversations_replies(channel="CGENERAL", ts=root)) == ["root"]
    assert await refused(client.conversations_replies(channel="CGENERAL", ts="1.0")) == "thread_not_found"


@pytest.mark.parametrize(
    ("channel", "error"),
    [("CQUIET", "not_in_channel"), ("CCOUNCIL", "channel_not_found"), ("CNOWHERE", "channel_not_found")],
)
async def test_only_members_read_history(
    client: AsyncWebClient, refused: Refused, channel: str, error: str
) -> None:
    assert await refused(client.conversations_history(channel=channel)) == error


async def test_reading_a_kind_of_conversation_needs_its_own_scope(
    client: AsyncWebClient, workspace: Workspace, app: App, refused: Refused
) -> None:
    own = workspace.direct("UANN", app.bot_user_id)
    app.scopes.remove("im:history")

    assert await refused(client.conversations_history(channel=own.id)) == "missing_scope"
    assert (await client.conversations_history(channel="CGENERAL"))["ok"] is True


@pytest.mark.parametrize("name", ["oldest", "latest"])
async def test_a_span_that_is_no_timestamp_is_refused(
    client: AsyncWebClient, refused: Refused, name: str
) -> None:
    span: dict[str, Any] = {name: "yesterday"}
    call = client.conversations_history(channel="CGENERAL", **span)

    assert await refused(call) == f"invalid_ts_{name}"


async def test_stamps_rise_even_where_the_clock_went_back(
    client: AsyncWebClient, workspace: Workspace, clock: Clock
) -> None:
    before = say(workspace, "before")
    clock.advance(timedelta(days=-1))
    after = say(workspace, "after")

    assert micros(after[0]) == micros(before[0]) + 1
    assert texts(await client.conversations_history(channel="CGENERAL")) == ["after", "before"]


@given(seconds=st.integers(0, 10**10), part=st.integers(0, 999_999))
def test_a_stamp_is_read_exactly(seconds: int, part: int) -> None:
    assert micros(f"{seconds}.{part:06d}") == seconds * 1_000_000 + part
