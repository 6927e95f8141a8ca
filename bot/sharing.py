"""Files on their way to Slack: sent to the address that Slack gives, then shared in a conversation."""

from collections.abc import Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from storage.outbox import File


async def share(client: AsyncWebClient, *, recipient: str, text: str, files: Sequence[File]) -> str:
    """Share files in one message, and return its conversation.

    recipient: a person, who gets a direct message, or a channel. Raises SlackApiError, SlackClientError,
    aiohttp.ClientError; nothing is shared then, unless only the answer was lost.
    """
    channel_id = recipient
    if recipient[:1] in ("U", "W"):
        # Only conversations are taken here, no people.
        channel_id = str((await client.conversations_open(users=recipient))["channel"]["id"])
    uploads: list[dict[str, Any]] = [
        {"content": file.content, "filename": file.name, "title": file.title, "alt_txt": file.alt_text}
        for file in files
    ]
    await client.files_upload_v2(channel=channel_id, initial_comment=text, file_uploads=uploads)
    return channel_id


def carries(message: dict[str, Any], names: Sequence[str]) -> bool:
    """Whether a message of a conversation's history has a file of one of these names."""
    return any(file.get("name") in names for file in message.get("files") or ())
