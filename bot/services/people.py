"""Keeps what the bot knows of people, and of user groups, in step with Slack."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.members import Member
from bot.domain.toml_tables import zones
from bot.domain.workspace import Channel, UserGroup
from bot.services import reminders, welcome
from storage import erasure, members
from storage.db import Database, Delivery, Work

# Slack asks for pages of no more than 200.
_PAGE = 200


def described(user: Mapping[str, Any], *, team_id: TeamId) -> Member:
    """A person from Slack's user object, without what only the roster knows.

    The name is the full one, as lists for organisers need it; a zone that this machine's tzdata
    does not know is left empty.
    """
    profile = user.get("profile") or {}
    names = (profile.get("real_name"), user.get("real_name"), profile.get("display_name"), user.get("name"))
    zone = user.get("tz") or ""
    return Member(
        team_id=team_id,
        user_id=UserId(user["id"]),
        name=next((name for name in names if name), user["id"]),
        email=profile.get("email") or "",
        tz=zone if zone in zones() else "",
        is_admin=any(user.get(key) for key in ("is_admin", "is_owner", "is_primary_owner")),
        is_guest=any(user.get(key) for key in ("is_restricted", "is_ultra_restricted")),
        is_bot=bool(user.get("is_bot")) or user["id"] == "USLACKBOT",
        is_deactivated=bool(user.get("deleted")),
        updated_s=int(user.get("updated") or 0),
    )


async def fetch_people(client: AsyncWebClient, *, team_id: TeamId | None = None) -> list[Member]:
    """Everybody in the workspace, deactivated people and bots too, without what only the roster knows.

    team_id: the workspace; asked of Slack where it is not given. Raises SlackApiError.
    """
    team_id = team_id or TeamId((await client.auth_test())["team_id"])
    return [
        described(user, team_id=team_id)
        async for page in _pages(client, "users.list")
        for user in page["members"]
    ]


async def fetch_channels(client: AsyncWebClient) -> list[Channel]:
    """The public channels, and the private ones that the bot is in. Raises SlackApiError."""
    return [
        Channel(
            id=ChannelId(channel["id"]),
            name=channel.get("name") or channel["id"],
            is_member=bool(channel.get("is_member")),
            is_archived=bool(channel.get("is_archived")),
        )
        async for page in _pages(client, "conversations.list", types="public_channel,private_channel")
        for channel in page["channels"]
    ]


async def fetch_groups(client: AsyncWebClient) -> list[UserGroup]:
    """The workspace's user groups with their members; disabled ones are left out. Raises SlackApiError."""
    answer = await client.usergroups_list(include_users=True)
    return [
        UserGroup(
            id=group["id"],
            handle=group.get("handle") or group["id"],
            user_ids=tuple(UserId(user_id) for user_id in group.get("users") or ()),
        )
        for group in answer["usergroups"]
        if not group.get("date_delete")
    ]


async def fetch_groups_if_any(client: AsyncWebClient) -> list[UserGroup]:
    """As `fetch_groups`; none in a workspace on Slack's free plan, which has no groups."""
    try:
        return await fetch_groups(client)
    except SlackApiError as refused:
        if refused.response.get("error") != "plan_upgrade_required":
            raise
        return []


async def known_groups(db: Database, *, team_id: TeamId) -> Mapping[str, Collection[UserId]]:
    """The user groups as they are known, by id, with their members."""
    async with db.reading() as work:
        return await members.known_groups(work, team_id=team_id)


async def fetch_group_members(client: AsyncWebClient, *, group_id: str) -> list[UserId]:
    """The members of one user group, however many; none where it is disabled. Raises SlackApiError."""
    try:
        answer = await client.usergroups_users_list(usergroup=group_id)
    except SlackApiError as refused:
        if refused.response.get("error") != "no_such_subteam":
            raise
        return []
    return [UserId(user_id) for user_id in answer["users"]]


async def sync(
    db: Database,
    *,
    team_id: TeamId,
    people: Sequence[Member],
    groups: Sequence[UserGroup],
    groups_before: Mapping[str, Collection[UserId]] | None = None,
    now: datetime,
) -> list[UserId]:
    """Take over what Slack tells of everybody; what the roster said of them stays.

    people, groups: as fetched. groups_before: as they were known before that; those of which something was
    heard since stay as they are. now: instant in UTC.
    Returns the ids of those who are new or changed. Reminders of those whose clock changed are replanned, and
    those who joined while the bot was down are welcomed.
    """
    async with db.writing(team_id=team_id) as work:
        known = {one.user_id for one in await members.members(work, team_id=team_id)}
        heard = {group.id: group.user_ids for group in groups}
        await members.set_groups(work, team_id=team_id, groups=heard, before=groups_before)
        changed = await take_over(work, team_id=team_id, people=people, now=now)
        # Where nobody was known, the bot is the newcomer.
        newcomers = {user_id for user_id in changed if known and user_id not in known}
        for person in people:
            if person.user_id in newcomers and not person.is_deactivated:
                await welcome.welcome(work, team_id=team_id, user_id=person.user_id, now=now)
    return changed


async def take_over(work: Work, *, team_id: TeamId, people: Sequence[Member], now: datetime) -> list[UserId]:
    """As `sync`, for people alone and in a transaction that is open."""
    known = {person.user_id: person for person in await members.members(work, team_id=team_id)}
    unwanted = await erasure.erased_among(work, team_id=team_id, user_ids=[one.user_id for one in people])
    changed: list[UserId] = []
    for heard in people:
        if heard.user_id in unwanted:
            continue  # they had everything deleted, and have not come back by themselves
        before = known.get(heard.user_id)
        if before is not None and heard.updated_s < before.updated_s:
            continue  # late news, or of a list that was older than the news
        after = heard if before is None else _merged(before, heard)
        if after == before:
            continue
        await members.put_member(work, after)
        changed.append(after.user_id)
        if before is not None and _keeps_another_clock(before, after):
            await reminders.replan(work, team_id=team_id, now=now, user_id=after.user_id)
    return changed


async def person_changed(
    db: Database, *, person: Member, now: datetime, joined: bool = False, once: Delivery | None = None
) -> None:
    """Somebody joined, left, or changed their profile, zone or role (`team_join`, `user_change`).

    person: as `described` from the event's user object. joined: they are welcomed then, the first time.
    Raises AlreadyDone on a second delivery.
    """
    async with db.writing(once) as work:
        await take_over(work, team_id=person.team_id, people=[person], now=now)
        if joined:
            await welcome.welcome(work, team_id=person.team_id, user_id=person.user_id, now=now)


async def come_back(db: Database, *, person: Member, now: datetime) -> None:
    """Somebody uses the bot of whom it knows nothing, or who had everything deleted: they begin anew.

    person: as `described`.
    """
    async with db.writing(team_id=person.team_id) as work:
        await erasure.take_mark_away(work, team_id=person.team_id, user_id=person.user_id)
        await take_over(work, team_id=person.team_id, people=[person], now=now)


async def is_erased(db: Database, *, team_id: TeamId, user_id: UserId) -> bool:
    """Whether somebody had everything deleted and has not come back."""
    async with db.reading() as work:
        return await erasure.is_erased(work, team_id=team_id, user_id=user_id)


async def group_changed(
    db: Database,
    *,
    team_id: TeamId,
    group_id: str,
    added: Collection[UserId],
    removed: Collection[UserId],
    once: Delivery | None = None,
) -> None:
    """People joined or left a user group (`subteam_members_changed`). Raises AlreadyDone if done before."""
    async with db.writing(once) as work:
        before = await members.group_members(work, team_id=team_id, group_id=group_id)
        after = (set(before) | set(added)) - set(removed)
        await members.set_group_members(work, team_id=team_id, group_id=group_id, user_ids=after)


async def group_written(
    db: Database,
    *,
    team_id: TeamId,
    group_id: str,
    user_ids: Collection[UserId],
    once: Delivery | None = None,
) -> None:
    """A user group was made, changed or disabled (`subteam_created`, `subteam_updated`).

    user_ids: all its members, of whom a large group's event names but some; none where it was disabled.
    Raises AlreadyDone on a second delivery.
    """
    async with db.writing(once) as work:
        await members.set_group_members(work, team_id=team_id, group_id=group_id, user_ids=user_ids)


def _merged(known: Member, heard: Member) -> Member:
    return replace(
        heard,
        country=known.country,
        sectors=known.sectors,
        languages=known.languages,
        expertise=known.expertise,
    )


def _keeps_another_clock(before: Member, after: Member) -> bool:
    return (before.tz, before.is_deactivated) != (after.tz, after.is_deactivated)


async def _pages(client: AsyncWebClient, method: str, **arguments: Any) -> AsyncIterator[Mapping[str, Any]]:
    cursor = ""
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = await client.api_call(method, params={"limit": _PAGE, **arguments, **more})
        yield page.data if isinstance(page.data, dict) else {}
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
