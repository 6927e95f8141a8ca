"""Asks Slack what the log needs to know of channels and threads."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.messages import ChannelMessage, read_message
from bot.domain.questions import Channel

_PAGE = 200
# What Slack says where there is nothing to read, or nothing that the bot may read.
_NOT_THERE = {
    "channel_not_found",
    "is_archived",
    "message_not_found",
    "not_in_channel",
    "thread_not_found",
    "missing_scope",
}


def channel(given: Mapping[str, Any], *, team_id: TeamId) -> Channel:
    """A channel from Slack's channel object."""
    return Channel(
        team_id=team_id,
        channel_id=ChannelId(given["id"]),
        name=given.get("name") or given["id"],
        is_private=bool(given.get("is_private", True)),
        is_archived=bool(given.get("is_archived")),
    )


async def fetch_channel(client: AsyncWebClient, channel_id: ChannelId) -> Mapping[str, Any] | None:
    """Slack's channel object; None where the bot may not know of the channel. Raises SlackApiError."""
    try:
        answer = await client.conversations_info(channel=channel_id)
    except SlackApiError as refused:
        if refused.response.get("error") in _NOT_THERE:
            return None
        raise
    found: Mapping[str, Any] = answer["channel"]
    return found


async def fetch_channels(client: AsyncWebClient) -> list[Mapping[str, Any]]:
    """Slack's channel objects: the public channels, and the private ones that the bot is in.

    Raises SlackApiError.
    """
    found: list[Mapping[str, Any]] = []
    cursor = ""
    while True:
        page = await client.conversations_list(
            types="public_channel,private_channel", limit=_PAGE, cursor=cursor or None
        )
        found += page["channels"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return found


async def fetch_members(client: AsyncWebClient, channel_id: ChannelId) -> list[UserId]:
    """Who is in a channel; nobody where the bot may not know. Raises SlackApiError."""
    found: list[UserId] = []
    cursor = ""
    while True:
        try:
            page = await client.conversations_members(channel=channel_id, limit=_PAGE, cursor=cursor or None)
        except SlackApiError as refused:
            if refused.response.get("error") in _NOT_THERE:
                return []
            raise
        found += [UserId(user_id) for user_id in page["members"]]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return found


async def fetch_thread(client: AsyncWebClient, channel_id: ChannelId, ts: str) -> list[ChannelMessage]:
    """A message and the replies in its thread, oldest first; empty where it is gone or not to be seen.

    Raises SlackApiError.
    """
    found: dict[str, ChannelMessage] = {}
    cursor = ""
    while True:
        try:
            page = await client.conversations_replies(
                channel=channel_id, ts=ts, limit=_PAGE, cursor=cursor or None
            )
        except SlackApiError as refused:
            if refused.response.get("error") in _NOT_THERE:
                return []
            raise
        # The root comes first on every page.
        for given in page["messages"]:
            one = read_message(given, channel_id=channel_id)
            found[one.ts] = one
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return list(found.values())
