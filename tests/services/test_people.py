"""People and user groups, fetched from a workspace over HTTP and kept in step with it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.members import Member
from bot.domain.workspace import Channel, UserGroup
from bot.services import people
from sandbox.clock import Clock
from sandbox.manifest import install
from sandbox.server import Sandbox
from sandbox.workspace import Workspace
from storage import members, tables
from storage.db import AlreadyDone, Database, Delivery
from tests.services.importing import GROUPS, NOW, PEOPLE, TEAM, person, take_both

MANIFEST = {
    "display_information": {"name": "Helper"},
    "features": {"bot_user": {"display_name": "helper"}},
    "oauth_config": {
        "scopes": {
            "bot": ["channels:read", "groups:read", "usergroups:read", "users:read", "users:read.email"]
        }
    },
    "settings": {"socket_mode_enabled": True},
}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A workspace over HTTP, without an app in it yet."""
    workspace = Workspace(clock=Clock(datetime(2023, 6, 6, 9, 0, tzinfo=UTC), ticking=False))
    async with Sandbox(workspace) as running:
        yield running


def client_of(sandbox: Sandbox) -> AsyncWebClient:
    app = install(sandbox.workspace, MANIFEST)
    return AsyncWebClient(token=app.bot_token, base_url=sandbox.api_url)


async def test_everybody_is_fetched_page_by_page_as_slack_describes_them(sandbox: Sandbox) -> None:
    for number in range(450):
        sandbox.workspace.add_user(f"p{number}", user_id=f"UP{number:03}", real_name=f"Person {number}")
    sandbox.workspace.add_user(
        "olga", user_id="UOLGA", real_name="Olga Orr", email="o@example.org", tz="Europe/Rome", is_owner=True
    )
    sandbox.workspace.add_user("guest", user_id="UGUEST", tz="Atlantic/Azores", is_restricted=True)
    sandbox.workspace.add_user("gone", user_id="UGONE", deleted=True)
    client = client_of(sandbox)

    found = {one.user_id: one for one in await people.fetch_people(client)}

    team_id = TeamId(sandbox.workspace.team_id)
    assert sum(user_id.startswith("UP") for user_id in found) == 450
    assert found[UserId("UOLGA")] == Member(
        team_id=team_id,
        user_id=UserId("UOLGA"),
        name="Olga Orr",
        email="o@example.org",
        tz="Europe/Rome",
        is_admin=True,
        updated_s=sandbox.workspace.now_s(),
    )
    assert found[UserId("UGUEST")] == Member(
        team_id=team_id,
        user_id=UserId("UGUEST"),
        name="guest",
        tz="Atlantic/Azores",
        is_guest=True,
        updated_s=sandbox.workspace.now_s(),
    )
    assert found[UserId("UGONE")].is_deactivated
    assert sum(one.is_bot for one in found.values()) == 1


async def test_channels_tell_whether_the_bot_is_in_them(sandbox: Sandbox) -> None:
    workspace = sandbox.workspace
    workspace.add_user("ann", user_id="UANN")
    for number in range(250):
        workspace.add_channel(f"c{number}", members=["UANN"], channel_id=f"CC{number:03}")
    workspace.add_channel("secret", members=["UANN"], channel_id="CSECRET", private=True)
    workspace.channel("CC001").is_archived = True
    client = client_of(sandbox)
    workspace.join("CC249", next(iter(workspace.apps.values())).bot_user_id)

    found = {one.id: one for one in await people.fetch_channels(client)}

    assert len(found) == 250
    assert found[ChannelId("CC000")] == Channel(id=ChannelId("CC000"), name="c0", is_member=False)
    assert found[ChannelId("CC001")].is_archived
    assert found[ChannelId("CC249")].is_member


async def test_groups_are_fetched_with_their_members(sandbox: Sandbox) -> None:
    sandbox.workspace.add_user("ann", user_id="UANN")
    sandbox.workspace.add_usergroup("orgs", ["UANN"], group_id="S0ORGS")
    sandbox.workspace.add_usergroup("old", ["UANN"], group_id="S0OLD").is_enabled = False

    found = await people.fetch_groups(client_of(sandbox))

    assert found == [UserGroup(id="S0ORGS", handle="orgs", user_ids=(UserId("UANN"),))]


@pytest.mark.parametrize(
    ("user", "name", "tz"),
    [
        ({"profile": {"real_name": "Ann Bo", "display_name": "ann"}, "name": "a"}, "Ann Bo", ""),
        ({"profile": {"real_name": "", "display_name": "ann"}, "name": "a"}, "ann", ""),
        ({"name": "a", "tz": "Europe/Rome"}, "a", "Europe/Rome"),
        ({"tz": "Mars/Olympus", "profile": None}, "U1", ""),
        ({"tz": None, "name": "a"}, "a", ""),
    ],
)
def test_a_person_has_a_name_and_a_known_zone_or_none(user: dict[str, object], name: str, tz: str) -> None:
    described = people.described({"id": "U1", **user}, team_id=TEAM)

    assert (described.name, described.tz, described.is_bot) == (name, tz, False)


def test_slackbot_is_a_bot_though_slack_does_not_say_so() -> None:
    assert people.described({"id": "USLACKBOT", "is_bot": False}, team_id=TEAM).is_bot


async def test_sync_keeps_what_the_roster_said_and_tells_who_changed(db: Database) -> None:
    await take_both(db)
    heard = [*PEOPLE[:2], replace(PEOPLE[2], name="Berta B"), person("U8", "New")]

    changed = await people.sync(db, team_id=TEAM, people=heard, groups=GROUPS, now=NOW)
    again = await people.sync(db, team_id=TEAM, people=heard, groups=GROUPS, now=NOW)

    assert changed == ["U2", "U8"]
    assert again == []
    async with db.reading() as work:
        assert await members.member(work, team_id=TEAM, user_id=UserId("U2")) == replace(
            PEOPLE[2], name="Berta B", country="ES", sectors=("health",)
        )


async def test_an_older_list_and_late_news_do_not_undo_what_is_newer(db: Database) -> None:
    await take_both(db)
    left = replace(PEOPLE[2], is_deactivated=True, updated_s=20)
    await people.person_changed(db, person=left, now=NOW)

    changed = await people.sync(
        db, team_id=TEAM, people=[replace(PEOPLE[2], updated_s=10)], groups=[], now=NOW
    )
    await people.person_changed(db, person=replace(PEOPLE[2], updated_s=19), now=NOW)

    assert changed == []
    async with db.reading() as work:
        assert await members.deactivated(work, team_id=TEAM, user_ids=[left.user_id]) == {left.user_id}


async def test_who_leaves_a_group_while_slack_lists_the_groups_is_no_organiser(db: Database) -> None:
    await take_both(db)
    before = await people.known_groups(db, team_id=TEAM)
    await people.group_changed(db, team_id=TEAM, group_id="S0ORGS", added=[], removed=[UserId("U3")])

    await people.sync(db, team_id=TEAM, people=[], groups=GROUPS, groups_before=before, now=NOW)

    async with db.reading() as work:
        assert not await members.is_organiser(work, team_id=TEAM, user_id=UserId("U3"))


async def planned_hours(db: Database, user_id: str, zone: str) -> set[int]:
    query = select(tables.reminder.c.due_at).where(
        tables.reminder.c.recipient == user_id, tables.reminder.c.state == "planned"
    )
    async with db.reading() as work:
        return {due_at.astimezone(ZoneInfo(zone)).hour for (due_at,) in await work.execute(query)}


async def test_a_person_who_changes_zone_keeps_nine_o_clock(db: Database) -> None:
    await take_both(db)
    moved = replace(PEOPLE[1], tz="Atlantic/Azores")

    await people.person_changed(db, person=moved, now=NOW)

    assert await planned_hours(db, "U1", "Atlantic/Azores") == {9}
    assert await planned_hours(db, "U2", "Europe/Madrid") == {9}


async def test_an_event_delivered_twice_has_one_effect(db: Database) -> None:
    once = Delivery(team_id=TEAM, key="Ev1", received_at=NOW)
    await people.person_changed(db, person=PEOPLE[1], now=NOW, once=once)

    with pytest.raises(AlreadyDone):
        await people.person_changed(db, person=replace(PEOPLE[1], name="X"), now=NOW, once=once)

    async with db.reading() as work:
        assert await members.member(work, team_id=TEAM, user_id=UserId("U1")) == PEOPLE[1]


async def test_a_member_of_a_named_group_is_an_organiser_as_long_as_they_are_in_it(db: Database) -> None:
    await take_both(db)

    async def are() -> dict[str, bool]:
        async with db.reading() as work:
            return {
                user_id: await members.is_organiser(work, team_id=TEAM, user_id=UserId(user_id))
                for user_id in ("U0ORG", "U1", "U3", "U9")
            }

    assert await are() == {"U0ORG": True, "U1": False, "U3": True, "U9": False}

    await people.group_changed(
        db, team_id=TEAM, group_id="S0ORGS", added=[UserId("U1")], removed=[UserId("U3")]
    )
    assert await are() == {"U0ORG": True, "U1": True, "U3": False, "U9": False}

    await people.group_written(db, team_id=TEAM, group_id="S0ORGS", user_ids=[])
    assert await are() == {"U0ORG": True, "U1": False, "U3": False, "U9": False}

    await people.person_changed(db, person=replace(PEOPLE[1], is_admin=True), now=NOW)
    assert await are() == {"U0ORG": True, "U1": True, "U3": False, "U9": False}

    await people.person_changed(
        db, person=replace(PEOPLE[1], is_admin=True, is_deactivated=True), now=NOW + timedelta(hours=1)
    )
    assert await are() == {"U0ORG": True, "U1": False, "U3": False, "U9": False}


async def test_admins_get_the_organisers_lists_only_where_nobody_is_named(db: Database) -> None:
    admin = replace(person("U5", "Adam"), is_admin=True)
    await people.sync(db, team_id=TEAM, people=[*PEOPLE, admin], groups=[], now=NOW)
    async with db.reading() as work:
        assert await members.organisers(work, team_id=TEAM) == ["U5"]

    await take_both(db)

    async with db.reading() as work:
        assert await members.organisers(work, team_id=TEAM) == ["U0ORG", "U3"]


async def test_a_group_that_slack_no_longer_lists_has_no_members(db: Database) -> None:
    await people.sync(db, team_id=TEAM, people=PEOPLE, groups=GROUPS, now=NOW)

    await people.sync(db, team_id=TEAM, people=PEOPLE, groups=[], now=NOW)

    async with db.reading() as work:
        assert await members.group_members(work, team_id=TEAM, group_id="S0ORGS") == []
