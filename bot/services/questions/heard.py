"""Slack's messages and channels as the log reads them, from events and from the Web API alike."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.messages import ChannelMessage
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


def message(given: Mapping[str, Any], *, channel_id: ChannelId) -> ChannelMessage:
    """A message from Slack's message object, as events, histories and exports have it."""
    author = given.get("user")
    edited = given.get("edited") or {}
    return ChannelMessage(
        channel_id=channel_id,
        ts=str(given["ts"]),
        author_id=UserId(author) if isinstance(author, str) and author else None,
        text=str(given.get("text") or ""),
        thread_ts=given.get("thread_ts"),
        subtype=given.get("subtype") or "",
        is_from_app=bool(given.get("bot_id")) or author == "USLACKBOT",
        file_names=tuple(
            str(file.get("name") or file.get("title") or "a file")
            for file in given.get("files") or ()
            if file.get("mode") != "tombstone"
        ),
        edited_ts=edited.get("ts"),
        reactions=tuple(
            (str(one["name"]).partition("::")[0], UserId(user_id))
            for one in given.get("reactions") or ()
            for user_id in one.get("users") or ()
        ),
        has_replies=bool(given.get("reply_count")),
    )


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
            one = message(given, channel_id=channel_id)
            found[one.ts] = one
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return list(found.values())
