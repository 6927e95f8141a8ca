"""conversations.*: what an app may see of the workspace's conversations, and change."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.records import App
from sandbox.workspace import Workspace

Refused = Callable[[Awaitable[Any]], Awaitable[str]]
EVERY_KIND = "public_channel,private_channel,im,mpim"


async def test_public_channels_are_listed_by_default(client: AsyncWebClient) -> None:
    answer = await client.conversations_list()

    shown = [(c["name"], c["is_member"], c["is_private"], c["num_members"]) for c in answer["channels"]]
    assert shown == [("general", True, False, 5), ("quiet", False, False, 1)]


async def test_a_private_channel_appears_once_the_bot_is_in_it(
    client: AsyncWebClient, workspace: Workspace, app: App, refused: Refused
) -> None:
    before = await client.conversations_list(types=EVERY_KIND)
    assert await refused(client.conversations_info(channel="CCOUNCIL")) == "channel_not_found"

    workspace.join("CCOUNCIL", app.bot_user_id)

    after = await client.conversations_list(types=EVERY_KIND)
    assert [c["name"] for c in before["channels"]] == ["general", "quiet"]
    assert [c["name"] for c in after["channels"]] == ["general", "quiet", "council"]
    assert (await client.conversations_info(channel="CCOUNCIL"))["channel"]["is_private"] is True


async def test_only_the_bots_own_direct_messages_are_listed(
    client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    workspace.direct("UANN", "UBEN")
    own = workspace.direct("UANN", app.bot_user_id)

    answer = await client.conversations_list(types="im")

    assert [(c["id"], c["user"], c["is_im"]) for c in answer["channels"]] == [(own.id, "UANN", True)]


async def test_archived_channels_are_listed_unless_excluded(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    workspace.archive("CQUIET", "UANN")

    everything = await client.conversations_list()
    live = await client.conversations_list(exclude_archived=True)

    assert [c["is_archived"] for c in everything["channels"]] == [False, True]
    assert [c["name"] for c in live["channels"]] == ["general"]


async def test_a_kind_of_conversation_needs_its_own_scope(
    client: AsyncWebClient, app: App, refused: Refused
) -> None:
    app.scopes.remove("groups:read")

    assert await refused(client.conversations_list(types=EVERY_KIND)) == "missing_scope"
    assert await refused(client.conversations_list(types="public")) == "invalid_types"
    assert (await client.conversations_list())["ok"] is True


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_cursors_lead_through_the_whole_list(
    client: AsyncWebClient, workspace: Workspace, limit: int
) -> None:
    for number in range(5):
        workspace.add_channel(f"room-{number}", members=["UANN"])
    names: list[str] = []
    cursor = ""
    while True:
        answer = await client.conversations_list(limit=limit, cursor=cursor)
        names += [channel["name"] for channel in answer["channels"]]
        assert len(answer["channels"]) <= limit
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break

    assert names == ["general", "quiet", *(f"room-{number}" for number in range(5))]


@pytest.mark.parametrize(
    ("given_", "error"), [({"cursor": "x"}, "invalid_cursor"), ({"limit": -1}, "invalid_limit")]
)
async def test_a_made_up_cursor_or_limit_is_refused(
    client: AsyncWebClient, refused: Refused, given_: dict[str, Any], error: str
) -> None:
    assert await refused(client.conversations_list(**given_)) == error
    assert await refused(client.conversations_history(channel="CGENERAL", **given_)) == error


async def test_members_are_listed_in_pages(client: AsyncWebClient, app: App) -> None:
    first = await client.conversations_members(channel="CGENERAL", limit=3)
    rest = await client.conversations_members(
        channel="CGENERAL", cursor=first["response_metadata"]["next_cursor"]
    )

    assert first["members"] + rest["members"] == ["UANN", "UBEN", "UCLEO", "UDINA", app.bot_user_id]


# -- opening and changing -----------------------------------------------------------------------------------


async def test_opening_twice_gives_the_same_direct_messages(
    client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    first = await client.conversations_open(users="UANN")
    again = await client.conversations_open(users=["UANN"], return_im=True)
    group = await client.conversations_open(users=["UANN", "UBEN"])

    assert first["channel"]["id"] == again["channel"]["id"]
    assert again["channel"]["user"] == "UANN"
    assert workspace.channel(group["channel"]["id"]).kind == "mpim"


@pytest.mark.parametrize(
    ("users", "error"),
    [
        ("", "users_list_not_supplied"),
        ("UNOBODY", "user_not_found"),
        ("UEGON", "user_disabled"),
        (",".join(f"U{number}" for number in range(9)), "too_many_users"),
    ],
)
async def test_whom_one_cannot_open_a_conversation_with(
    client: AsyncWebClient, refused: Refused, users: str, error: str
) -> None:
    assert await refused(client.conversations_open(users=users)) == error


async def test_the_bot_has_no_conversation_with_itself(
    client: AsyncWebClient, app: App, refused: Refused
) -> None:
    assert await refused(client.conversations_open(users=app.bot_user_id)) == "cannot_dm_bot"


async def test_joining_and_leaving_a_public_channel(
    client: AsyncWebClient, workspace: Workspace, app: App, refused: Refused
) -> None:
    await client.conversations_join(channel="CQUIET")
    again = await client.conversations_join(channel="CQUIET")
    assert workspace.channel("CQUIET").members == ["UANN", app.bot_user_id]
    assert again["warning"] == "already_in_channel"

    await client.conversations_leave(channel="CQUIET")

    assert workspace.channel("CQUIET").members == ["UANN"]
    assert (await client.conversations_leave(channel="CQUIET"))["not_in_channel"] is True
    assert await refused(client.conversations_join(channel="CCOUNCIL")) == "channel_not_found"
    assert await refused(client.conversations_leave(channel="CGENERAL")) == "cant_leave_general"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("general", "name_taken"),
        ("council", "name_taken"),
        ("x" * 81, "invalid_name_maxlength"),
        ("Big", "invalid_name_specials"),
        ("two words", "invalid_name_specials"),
        ("#", "invalid_name_required"),
    ],
)
async def test_names_that_a_channel_cannot_have(
    client: AsyncWebClient, refused: Refused, name: str, error: str
) -> None:
    assert await refused(client.conversations_create(name=name)) == error


async def test_a_new_channel_has_the_bot_in_it(
    client: AsyncWebClient, workspace: Workspace, app: App
) -> None:
    made = await client.conversations_create(name="projekt-ü1", is_private=True)

    channel = workspace.channel(made["channel"]["id"])
    assert (channel.kind, channel.members, channel.creator) == ("private", [app.bot_user_id], app.bot_user_id)
    assert made["channel"]["is_member"] is True


async def test_inviting_is_all_or_nothing_unless_forced(
    client: AsyncWebClient, workspace: Workspace, refused: Refused
) -> None:
    room = (await client.conversations_create(name="room"))["channel"]["id"]
    asked: dict[str, Any] = {"channel": room, "users": "UANN,UNOBODY"}

    assert await refused(client.conversations_invite(**asked)) == "user_not_found"
    assert "UANN" not in workspace.channel(room).members

    forced = await client.conversations_invite(**asked, force=True)
    assert "UANN" in workspace.channel(room).members
    assert forced["errors"] == [{"user": "UNOBODY", "ok": False, "error": "user_not_found"}]
    assert await refused(client.conversations_invite(channel=room, users="UANN")) == "already_in_channel"
    assert await refused(client.conversations_invite(channel="CQUIET", users="UBEN")) == "not_in_channel"

    await client.conversations_kick(channel=room, user="UANN")
    assert "UANN" not in workspace.channel(room).members


async def test_archiving_closes_a_channel(
    client: AsyncWebClient, workspace: Workspace, refused: Refused
) -> None:
    room = (await client.conversations_create(name="room"))["channel"]["id"]

    await client.conversations_archive(channel=room)
    assert await refused(client.conversations_archive(channel=room)) == "already_archived"
    assert await refused(client.conversations_setTopic(channel=room, topic="t")) == "is_archived"
    assert await refused(client.conversations_archive(channel="CGENERAL")) == "cant_archive_general"

    await client.conversations_unarchive(channel=room)
    assert await refused(client.conversations_unarchive(channel=room)) == "not_archived"
    assert workspace.channel(room).is_archived is False


async def test_renaming_is_for_who_made_it(
    client: AsyncWebClient, workspace: Workspace, refused: Refused
) -> None:
    room = (await client.conversations_create(name="room"))["channel"]["id"]

    await client.conversations_rename(channel=room, name="hall")

    assert workspace.channel(room).name == "hall"
    assert await refused(client.conversations_rename(channel="CGENERAL", name="g2")) == "not_authorized"


async def test_topic_and_purpose_are_said_in_the_channel(
    client: AsyncWebClient, workspace: Workspace, app: App, refused: Refused
) -> None:
    await client.conversations_setTopic(channel="CGENERAL", topic="Next: Torino")
    await client.conversations_setPurpose(channel="CGENERAL", purpose="Everything")

    shown = (await client.conversations_info(channel="CGENERAL"))["channel"]
    said = [(m["subtype"], m["user"]) for m in workspace.channel("CGENERAL").messages]
    assert (shown["topic"]["value"], shown["purpose"]["value"]) == ("Next: Torino", "Everything")
    assert said == [("channel_topic", app.bot_user_id), ("channel_purpose", app.bot_user_id)]
    assert await refused(client.conversations_setTopic(channel="CGENERAL", topic="t" * 251)) == "too_long"


async def test_channel_methods_refuse_direct_messages(
    client: AsyncWebClient, workspace: Workspace, app: App, refused: Refused
) -> None:
    own = workspace.direct("UANN", app.bot_user_id).id
    wrong_kind = "method_not_supported_for_channel_type"

    assert await refused(client.conversations_join(channel=own)) == wrong_kind
    assert await refused(client.conversations_archive(channel=own)) == wrong_kind
    assert await refused(client.conversations_invite(channel=own, users="UBEN")) == wrong_kind
    assert (await client.conversations_close(channel=own))["ok"] is True
    assert await refused(client.conversations_close(channel="CGENERAL")) == wrong_kind
