"""chat.*: where an app may post, what it may say, what it may change."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.manifest import install
from sandbox.records import App, Change
from sandbox.server import Sandbox
from sandbox.workspace import Workspace

TASK = {"event_type": "task_created", "event_payload": {"id": "11", "title": "Write"}}


Refused = Callable[[Awaitable[Any]], Awaitable[str]]


def latest(workspace: Workspace, channel_id: str) -> dict[str, Any]:
    return workspace.channel(channel_id).messages[-1]


async def test_a_message_is_the_bots_own(client: AsyncWebClient, workspace: Workspace, app: App) -> None:
    said = await client.chat_postMessage(channel="CGENERAL", text="Good morning")

    message = latest(workspace, "CGENERAL")
    assert (said["channel"], said["ts"], said["message"]) == ("CGENERAL", message["ts"], message)
    assert {key: message[key] for key in ("type", "text", "user", "bot_id", "app_id", "team")} == {
        "type": "message",
        "text": "Good morning",
        "user": app.bot_user_id,
        "bot_id": app.bot_id,
        "app_id": app.id,
        "team": workspace.team_id,
    }
    assert message["bot_profile"]["name"] == "Almanac"


async def test_posting_to_a_person_reaches_their_direct_messages(
    client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    app.scopes.remove("im:write")

    said = await client.chat_postMessage(channel="UBEN", text="Hello Ben")

    direct = workspace.direct("UBEN", app.bot_user_id)
    assert said["channel"] == direct.id
    assert direct.id.startswith("D")
    assert [message["text"] for message in direct.messages] == ["Hello Ben"]


@pytest.mark.parametrize("name", ["#general", "general"])
async def test_a_public_channel_may_be_named(client: AsyncWebClient, name: str) -> None:
    said = await client.chat_postMessage(channel=name, text="t")

    assert said["channel"] == "CGENERAL"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("CNOWHERE", "channel_not_found"),
        ("CCOUNCIL", "channel_not_found"),
        ("CQUIET", "not_in_channel"),
        ("UNOBODY", "channel_not_found"),
        ("UEGON", "is_archived"),
    ],
)
async def test_where_the_bot_may_not_post(
    refused: Refused, client: AsyncWebClient, channel: str, error: str
) -> None:
    assert await refused(client.chat_postMessage(channel=channel, text="t")) == error


async def test_the_direct_messages_of_others_do_not_exist_for_the_bot(
    refused: Refused, client: AsyncWebClient, workspace: Workspace
) -> None:
    theirs = workspace.direct("UANN", "UBEN")

    assert await refused(client.chat_postMessage(channel=theirs.id, text="t")) == "channel_not_found"


async def test_with_chat_write_public_the_bot_posts_where_it_is_no_member(
    client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    app.scopes.append("chat:write.public")

    await client.chat_postMessage(channel="CQUIET", text="t")

    assert latest(workspace, "CQUIET")["text"] == "t"


async def test_an_archived_channel_takes_no_message(
    refused: Refused, client: AsyncWebClient, workspace: Workspace
) -> None:
    workspace.archive("CGENERAL", "UANN")

    assert await refused(client.chat_postMessage(channel="CGENERAL", text="t")) == "is_archived"


async def test_without_a_messages_tab_there_are_no_direct_messages(
    refused: Refused, client: AsyncWebClient, app: App
) -> None:
    app.messages_tab = False

    assert await refused(client.chat_postMessage(channel="UANN", text="t")) == "messages_tab_disabled"


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({}, "no_text"),
        ({"text": " \n"}, "no_text"),
        ({"blocks": []}, "no_text"),
        ({"text": "t", "blocks": "[{"}, "invalid_blocks_format"),
        ({"text": "t", "blocks": [{"type": "sektion"}]}, "invalid_blocks"),
        ({"text": "t", "attachments": "none"}, "invalid_attachments"),
        ({"text": "t", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "t", "markdown_text": "*t*"}, "markdown_text_conflict"),
        ({"markdown_text": "t" * 12_001}, "msg_too_long"),
        ({"text": "t", "as_user": True}, "as_user_not_supported"),
        ({"text": "t", "parse": "some"}, "invalid_arguments"),
        ({"text": "t", "username": "Postman"}, "missing_scope"),
        ({"text": "t", "thread_ts": "1.000000"}, "thread_not_found"),
    ],
)
async def test_what_may_not_be_said(
    refused: Refused, client: AsyncWebClient, given: dict[str, Any], error: str
) -> None:
    call = client.api_call("chat.postMessage", json={"channel": "CGENERAL", **given})

    assert await refused(call) == error


async def test_a_text_of_more_than_40000_characters_is_cut(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    said = await client.chat_postMessage(channel="CGENERAL", text="é" * 40_001)

    assert latest(workspace, "CGENERAL")["text"] == "é" * 40_000
    assert said["warning"] == "message_truncated"


async def test_blocks_get_the_ids_that_the_app_left_out(client: AsyncWebClient, workspace: Workspace) -> None:
    button = {"type": "button", "text": {"type": "plain_text", "text": "Go"}}

    await client.chat_postMessage(
        channel="CGENERAL", text="t", blocks=[{"type": "actions", "elements": [button]}]
    )

    (block,) = latest(workspace, "CGENERAL")["blocks"]
    assert block["block_id"]
    assert block["elements"][0]["action_id"]


async def test_a_guise_needs_its_scope(client: AsyncWebClient, workspace: Workspace, app: App) -> None:
    app.scopes.append("chat:write.customize")

    await client.chat_postMessage(channel="CGENERAL", text="t", username="Postman", icon_emoji=":mailbox:")

    message = latest(workspace, "CGENERAL")
    shown = (message["subtype"], message["username"], message["icons"])
    assert shown == ("bot_message", "Postman", {"emoji": ":mailbox:"})


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ("{", "invalid_metadata_format"),
        ([], "invalid_metadata_format"),
        ({"event_type": "t"}, "invalid_metadata_schema"),
        ({"event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "t", "event_payload": []}, "invalid_metadata_schema"),
        ({"event_type": "two words", "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "t", "event_payload": {}, "key": "k"}, "invalid_metadata_schema"),
        ({"event_type": "t", "event_payload": {"k": "v" * 8_000}}, "metadata_too_large"),
    ],
)
async def test_metadata_has_a_shape(
    refused: Refused, client: AsyncWebClient, metadata: Any, error: str
) -> None:
    call = client.api_call(
        "chat.postMessage", json={"channel": "CGENERAL", "text": "t", "metadata": metadata}
    )

    assert await refused(call) == error


async def test_metadata_is_kept_and_answered(client: AsyncWebClient, workspace: Workspace) -> None:
    said = await client.chat_postMessage(channel="CGENERAL", text="t", metadata=TASK)

    assert latest(workspace, "CGENERAL")["metadata"] == TASK
    assert said["message"]["metadata"] == TASK


async def test_replies_are_counted_at_the_root(
    client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    root = (await client.chat_postMessage(channel="CGENERAL", text="root"))["ts"]
    first = await client.chat_postMessage(channel="CGENERAL", text="one", thread_ts=root)
    second = await client.chat_postMessage(channel="CGENERAL", text="two", thread_ts=root)

    message = workspace.message("CGENERAL", root)
    assert (message["reply_count"], message["latest_reply"]) == (2, second["ts"])
    assert message["reply_users"] == [app.bot_user_id]

    await client.chat_delete(channel="CGENERAL", ts=second["ts"])
    assert (message["reply_count"], message["latest_reply"]) == (1, first["ts"])
    await client.chat_delete(channel="CGENERAL", ts=first["ts"])
    assert "reply_count" not in message


async def test_a_reply_has_no_replies(refused: Refused, client: AsyncWebClient) -> None:
    root = (await client.chat_postMessage(channel="CGENERAL", text="root"))["ts"]
    reply = (await client.chat_postMessage(channel="CGENERAL", text="one", thread_ts=root))["ts"]

    call = client.chat_postMessage(channel="CGENERAL", text="two", thread_ts=reply)

    assert await refused(call) == "cannot_reply_to_message"


async def test_only_the_named_person_sees_an_ephemeral_message(
    refused: Refused, client: AsyncWebClient, workspace: Workspace
) -> None:
    shown = await client.chat_postEphemeral(channel="CGENERAL", user="UBEN", text="psst")

    assert [m["text"] for m in workspace.ephemerals["CGENERAL", "UBEN"]] == ["psst"]
    assert workspace.channel("CGENERAL").messages == []
    call = client.chat_update(channel="CGENERAL", ts=shown["message_ts"], text="t")
    assert await refused(call) == "message_not_found"


@pytest.mark.parametrize("user", ["UEGON", "UNOBODY"])
async def test_an_ephemeral_message_needs_a_member(
    refused: Refused, client: AsyncWebClient, user: str
) -> None:
    call = client.chat_postEphemeral(channel="CGENERAL", user=user, text="t")

    assert await refused(call) == "user_not_in_channel"


async def test_an_update_keeps_what_it_does_not_name(
    client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    line = {"type": "divider", "block_id": "line"}
    said = await client.chat_postMessage(channel="CGENERAL", text="a", blocks=[line], metadata=TASK)

    await client.chat_update(channel="CGENERAL", ts=said["ts"], text="b")

    message = workspace.message("CGENERAL", said["ts"])
    assert (message["text"], message["blocks"], message["metadata"]) == ("b", [line], TASK)
    assert message["edited"]["user"] == app.bot_user_id


async def test_an_update_empties_what_it_names_as_empty(client: AsyncWebClient, workspace: Workspace) -> None:
    line = {"type": "divider"}
    said = await client.chat_postMessage(channel="CGENERAL", text="a", blocks=[line], metadata=TASK)

    await client.chat_update(channel="CGENERAL", ts=said["ts"], text="b", blocks=[], metadata={})

    message = workspace.message("CGENERAL", said["ts"])
    assert {"blocks", "metadata"} & set(message) == set()


@pytest.mark.parametrize("method", ["update", "delete"])
async def test_a_message_of_another_is_left_alone(
    refused: Refused, client: AsyncWebClient, workspace: Workspace, method: str
) -> None:
    theirs = workspace.post("CGENERAL", {"user": "UANN", "text": "mine"})["ts"]

    call = client.api_call(
        f"chat.{method}",
        json={"channel": "CGENERAL", "ts": theirs} | ({"text": "t"} if method == "update" else {}),
    )

    assert await refused(call) == f"cant_{method}_message"


async def test_a_message_of_another_app_is_left_alone(
    refused: Refused, client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    other = install(workspace, {**app.manifest, "display_information": {"name": "Other"}})
    theirs = workspace.post("CGENERAL", {"user": other.bot_user_id, "bot_id": other.bot_id, "text": "mine"})

    call = client.chat_update(channel="CGENERAL", ts=theirs["ts"], text="t")

    assert await refused(call) == "cant_update_message"


async def test_an_update_does_not_cut(refused: Refused, client: AsyncWebClient) -> None:
    said = await client.chat_postMessage(channel="CGENERAL", text="a")

    call = client.chat_update(channel="CGENERAL", ts=said["ts"], text="b" * 4_001)

    assert await refused(call) == "msg_too_long"


async def test_a_deleted_message_is_gone(
    refused: Refused, client: AsyncWebClient, workspace: Workspace
) -> None:
    said = await client.chat_postMessage(channel="CGENERAL", text="a")

    await client.chat_delete(channel="CGENERAL", ts=said["ts"])

    assert workspace.channel("CGENERAL").messages == []
    assert await refused(client.chat_delete(channel="CGENERAL", ts=said["ts"])) == "message_not_found"


async def test_a_permalink_names_the_message(client: AsyncWebClient, sandbox: Sandbox) -> None:
    root = (await client.chat_postMessage(channel="CGENERAL", text="a"))["ts"]
    reply = (await client.chat_postMessage(channel="CGENERAL", text="b", thread_ts=root))["ts"]

    place = await client.chat_getPermalink(channel="CGENERAL", message_ts=reply)

    plain = reply.replace(".", "")
    expected = f"{sandbox.url}/archives/CGENERAL/p{plain}?thread_ts={root}&cid=CGENERAL"
    assert place["permalink"] == expected


# -- scheduled ------------------------------------------------------------------------------------------


async def test_a_scheduled_message_is_posted_when_the_clock_gets_there(
    client: AsyncWebClient, workspace: Workspace, clock: Clock, sandbox: Sandbox
) -> None:
    at_s = workspace.now_s() + 3600
    await client.chat_scheduleMessage(channel="CGENERAL", post_at=at_s, text="an hour later")
    listed = await client.chat_scheduledMessages_list(channel="CGENERAL")
    clock.advance(timedelta(minutes=59))
    assert workspace.channel("CGENERAL").messages == []

    clock.advance(timedelta(minutes=1))
    message = await sandbox.person("UANN").saw("CGENERAL", "an hour later")

    assert message["ts"] == f"{at_s}.000000"
    assert [planned["post_at"] for planned in listed["scheduled_messages"]] == [at_s]
    assert (await client.chat_scheduledMessages_list())["scheduled_messages"] == []


@pytest.mark.parametrize(("after_s", "error"), [(0, "time_in_past"), (120 * 86_400 + 1, "time_too_far")])
async def test_a_message_is_scheduled_for_the_next_120_days(
    refused: Refused, client: AsyncWebClient, workspace: Workspace, after_s: int, error: str
) -> None:
    post_at_s = workspace.now_s() + after_s

    call = client.chat_scheduleMessage(channel="CGENERAL", post_at=post_at_s, text="t")

    assert await refused(call) == error


async def test_a_scheduled_message_can_be_taken_back_until_a_minute_before(
    refused: Refused, client: AsyncWebClient, workspace: Workspace, clock: Clock
) -> None:
    at_s = workspace.now_s() + 3600
    first = await client.chat_scheduleMessage(channel="CGENERAL", post_at=at_s, text="t")
    second = await client.chat_scheduleMessage(channel="CGENERAL", post_at=at_s, text="t")

    await client.chat_deleteScheduledMessage(
        channel="CGENERAL", scheduled_message_id=first["scheduled_message_id"]
    )
    clock.advance(timedelta(seconds=3541))
    late = client.chat_deleteScheduledMessage(
        channel="CGENERAL", scheduled_message_id=second["scheduled_message_id"]
    )

    assert await refused(late) == "invalid_scheduled_message_id"
    assert list(workspace.scheduled) == [second["scheduled_message_id"]]


async def test_the_workspace_tells_what_was_said_and_changed(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    told: list[Change] = []
    workspace.subscribe(told.append)

    said = await client.chat_postMessage(channel="CGENERAL", text="a")
    await client.chat_update(channel="CGENERAL", ts=said["ts"], text="b")
    await client.chat_delete(channel="CGENERAL", ts=said["ts"])

    assert [change.kind for change in told] == ["message", "message_changed", "message_deleted"]
    assert told[1].body["previous_message"]["text"] == "a"
