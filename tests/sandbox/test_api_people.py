"""users.*, usergroups.*, team.info, bots.info, reactions.*, pins.*: people, groups, emoji and pins."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import Clock
from sandbox.records import App, Change
from sandbox.workspace import Workspace

Refused = Callable[[Awaitable[Any]], Awaitable[str]]


async def test_a_person_is_shown_with_zone_and_address(client: AsyncWebClient) -> None:
    user = (await client.users_info(user="UANN", include_locale=True))["user"]

    assert (user["real_name"], user["tz"], user["tz_offset"]) == ("Ann Example", "Europe/Rome", 7200)
    assert (user["is_owner"], user["is_bot"], user["deleted"]) == (True, False, False)
    assert (user["profile"]["email"], user["locale"]) == ("ann@example.org", "en-GB")


async def test_the_offset_follows_the_clock(client: AsyncWebClient, clock: Clock) -> None:
    clock.move_to(datetime(2023, 12, 1, tzinfo=UTC))

    assert (await client.users_info(user="UANN"))["user"]["tz_offset"] == 3600


async def test_addresses_need_their_scope(client: AsyncWebClient, app: App, refused: Refused) -> None:
    app.scopes.remove("users:read.email")

    assert "email" not in (await client.users_info(user="UANN"))["user"]["profile"]
    assert await refused(client.users_lookupByEmail(email="ann@example.org")) == "missing_scope"


@pytest.mark.parametrize("email", ["ben@example.org", "BEN@example.org"])
async def test_a_person_is_found_by_address(client: AsyncWebClient, email: str) -> None:
    assert (await client.users_lookupByEmail(email=email))["user"]["id"] == "UBEN"


@pytest.mark.parametrize("email", ["nobody@example.org", "egon@example.org"])
async def test_nobody_is_found_by_an_unknown_or_dead_address(
    client: AsyncWebClient, refused: Refused, email: str
) -> None:
    assert await refused(client.users_lookupByEmail(email=email)) == "users_not_found"


async def test_everybody_is_listed_page_by_page(client: AsyncWebClient, app: App) -> None:
    first = await client.users_list(limit=4)
    second = await client.users_list(limit=4, cursor=first["response_metadata"]["next_cursor"])

    members = first["members"] + second["members"]
    assert [m["id"] for m in members] == ["UANN", "UBEN", "UCLEO", "UDINA", "UEGON", app.bot_user_id]
    assert [m["deleted"] for m in members] == [False, False, False, False, True, False]
    assert members[-1]["profile"]["bot_id"] == app.bot_id
    assert second["response_metadata"]["next_cursor"] == ""


async def test_a_list_of_more_than_a_thousand_needs_a_limit(
    client: AsyncWebClient, workspace: Workspace, refused: Refused
) -> None:
    for number in range(1000):
        workspace.add_user(f"guest{number}")

    assert await refused(client.users_list()) == "limit_required"
    assert len((await client.users_list(limit=200))["members"]) == 200


async def test_profile_and_presence(client: AsyncWebClient, refused: Refused) -> None:
    profile = (await client.users_profile_get(user="UCLEO"))["profile"]

    assert (profile["first_name"], profile["email"]) == ("Cleo", "cleo@example.org")
    assert (await client.users_getPresence(user="UCLEO"))["presence"] == "active"
    assert (await client.users_getPresence(user="UEGON"))["presence"] == "away"
    assert await refused(client.users_profile_get(user="UNOBODY")) == "user_not_found"


async def test_the_conversations_of_a_person_as_far_as_the_bot_sees_them(
    client: AsyncWebClient, workspace: Workspace
) -> None:
    workspace.direct("UANN", "UBEN")

    found = await client.users_conversations(user="UANN", types="public_channel,private_channel,im")

    assert [channel["name"] for channel in found["channels"]] == ["general", "quiet"]


async def test_the_workspace_and_the_bot(
    client: AsyncWebClient, workspace: Workspace, app: App, refused: Refused
) -> None:
    team = (await client.team_info())["team"]
    bot = (await client.bots_info(bot=app.bot_id))["bot"]

    assert (team["id"], team["name"], team["domain"]) == (workspace.team_id, "Alumni", "alumni")
    assert (bot["app_id"], bot["user_id"], bot["name"]) == (app.id, app.bot_user_id, "Almanac")
    assert await refused(client.bots_info(bot="BNONE")) == "bot_not_found"
    assert await refused(client.team_info(team="TOTHER")) == "team_not_found"


# -- groups -------------------------------------------------------------------------------------------------


async def test_groups_are_listed_with_members_on_demand(client: AsyncWebClient, workspace: Workspace) -> None:
    workspace.add_usergroup("organisers", ["UANN", "UBEN"], group_id="SORG")

    (brief,) = (await client.usergroups_list())["usergroups"]
    (full,) = (await client.usergroups_list(include_users=True, include_count=True))["usergroups"]

    assert (brief["id"], brief["handle"], "users" in brief) == ("SORG", "organisers", False)
    assert (full["users"], full["user_count"]) == (["UANN", "UBEN"], 2)
    assert (await client.usergroups_users_list(usergroup="SORG"))["users"] == ["UANN", "UBEN"]


async def test_a_group_is_made_filled_and_put_out_of_use(
    client: AsyncWebClient, workspace: Workspace, refused: Refused
) -> None:
    told: list[Change] = []
    workspace.subscribe(told.append)
    group = (await client.usergroups_create(name="Coaches"))["usergroup"]

    await client.usergroups_users_update(usergroup=group["id"], users="UCLEO,UDINA")
    await client.usergroups_update(usergroup=group["id"], handle="mentors")
    await client.usergroups_disable(usergroup=group["id"])

    assert group["handle"] == "coaches"
    assert workspace.usergroups[group["id"]].users == ["UCLEO", "UDINA"]
    assert [change.kind for change in told] == [
        "subteam_members_changed",
        "subteam_updated",
        "subteam_updated",
    ]
    assert (await client.usergroups_list())["usergroups"] == []
    (hidden,) = (await client.usergroups_list(include_disabled=True))["usergroups"]
    assert hidden["handle"] == "mentors"
    assert await refused(client.usergroups_users_list(usergroup=group["id"])) == "no_such_subteam"
    await client.usergroups_enable(usergroup=group["id"])
    assert len((await client.usergroups_list())["usergroups"]) == 1


async def test_groups_that_cannot_be(client: AsyncWebClient, workspace: Workspace, refused: Refused) -> None:
    workspace.add_usergroup("organisers", [], group_id="SORG", name="Organisers")

    assert await refused(client.usergroups_create(name="Organisers", handle="o")) == "name_already_exists"
    assert await refused(client.usergroups_create(name="O", handle="organisers")) == "handle_already_exists"
    assert await refused(client.usergroups_users_update(usergroup="SORG", users="UNO")) == "invalid_users"
    assert await refused(client.usergroups_users_update(usergroup="SORG", users=",")) == "no_users_provided"
    assert await refused(client.usergroups_users_list(usergroup="SNONE")) == "no_such_subteam"


# -- reactions ----------------------------------------------------------------------------------------------


async def test_reactions_are_added_counted_and_removed(
    client: AsyncWebClient, workspace: Workspace, app: App, refused: Refused
) -> None:
    ts = workspace.post("CGENERAL", {"user": "UANN", "text": "t"})["ts"]
    workspace.react("CGENERAL", ts, "UBEN", "wave")
    item: dict[str, Any] = {"channel": "CGENERAL", "timestamp": ts, "name": "wave"}

    await client.reactions_add(**item)
    assert await refused(client.reactions_add(**item)) == "already_reacted"
    shown = await client.reactions_get(channel="CGENERAL", timestamp=ts)
    own = await client.reactions_list()

    users = ["UBEN", app.bot_user_id]
    assert shown["message"]["reactions"] == [{"name": "wave", "users": users, "count": 2}]
    assert [one["message"]["ts"] for one in own["items"]] == [ts]
    await client.reactions_remove(**item)
    assert await refused(client.reactions_remove(**item)) == "no_reaction"
    assert workspace.message("CGENERAL", ts)["reactions"] == [{"name": "wave", "users": ["UBEN"], "count": 1}]


@pytest.mark.parametrize(
    ("item", "error"),
    [
        ({"channel": "CGENERAL", "timestamp": "1.0", "name": "No Emoji"}, "invalid_name"),
        ({"channel": "CGENERAL", "timestamp": "1.0", "name": "wave"}, "message_not_found"),
        ({"channel": "CGENERAL", "timestamp": "now", "name": "wave"}, "bad_timestamp"),
        ({"channel": "CQUIET", "timestamp": "1.0", "name": "wave"}, "not_in_channel"),
        ({"channel": "CCOUNCIL", "timestamp": "1.0", "name": "wave"}, "channel_not_found"),
        ({"channel": "", "timestamp": "", "name": "wave"}, "no_item_specified"),
    ],
)
async def test_reactions_that_cannot_be(
    client: AsyncWebClient, refused: Refused, item: dict[str, Any], error: str
) -> None:
    assert await refused(client.reactions_add(**item)) == error


async def test_a_message_takes_23_different_emoji(
    client: AsyncWebClient, workspace: Workspace, refused: Refused
) -> None:
    ts = workspace.post("CGENERAL", {"user": "UANN", "text": "t"})["ts"]
    for number in range(23):
        workspace.react("CGENERAL", ts, "UBEN", f"emoji{number}")

    call = client.reactions_add(channel="CGENERAL", timestamp=ts, name="one-more")
    assert await refused(call) == "too_many_emoji"
    await client.reactions_add(channel="CGENERAL", timestamp=ts, name="emoji0")


async def test_messages_are_pinned_listed_and_unpinned(
    client: AsyncWebClient, workspace: Workspace, app: App, refused: Refused
) -> None:
    app.scopes += ["pins:read", "pins:write"]
    ts = workspace.post("CGENERAL", {"user": "UANN", "text": "t"})["ts"]

    await client.pins_add(channel="CGENERAL", timestamp=ts)
    assert await refused(client.pins_add(channel="CGENERAL", timestamp=ts)) == "already_pinned"
    listed = (await client.pins_list(channel="CGENERAL"))["items"]
    history = await client.conversations_history(channel="CGENERAL")
    await client.pins_remove(channel="CGENERAL", timestamp=ts)

    assert [item["message"]["ts"] for item in listed] == [ts]
    assert history["pin_count"] == 1
    assert (await client.pins_list(channel="CGENERAL"))["items"] == []
    assert await refused(client.pins_remove(channel="CGENERAL", timestamp=ts)) == "no_pin"
    assert await refused(client.pins_add(channel="CGENERAL")) == "no_item_specified"
