"""What one row of the outbox asks of Slack: the call that sends it, and the methods whose rates it uses."""

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.pace import POST
from storage.outbox import Delete, Edit, OutboxRow, Publish, React, Send, Share, Whisper

Sendable = Send | Edit | Delete | Publish | Whisper | React

METADATA_EVENT = "alumni_bot_message"
"""The `event_type` of the metadata that carries a message's key."""

OPEN = "conversations.open"

_METHODS: dict[type[Sendable], str] = {
    Edit: "chat.update",
    Delete: "chat.delete",
    Publish: "views.publish",
    Whisper: "chat.postEphemeral",
}


async def request(client: AsyncWebClient, row: OutboxRow, composed: Sendable) -> AsyncSlackResponse:
    """Send it, once. Raises what the client raises; whether Slack took it is another question then."""
    if isinstance(composed, Publish):
        return await client.views_publish(user_id=row.recipient, view=composed.view)
    if isinstance(composed, Edit):
        return await client.chat_update(
            channel=composed.channel_id, ts=composed.ts, text=composed.text, blocks=composed.blocks
        )
    if isinstance(composed, Whisper):
        return await client.chat_postEphemeral(
            channel=composed.channel_id, user=composed.user_id, text=composed.text, blocks=composed.blocks
        )
    if isinstance(composed, React):
        change = client.reactions_add if composed.is_there else client.reactions_remove
        return await change(channel=composed.channel_id, timestamp=composed.ts, name=composed.name)
    if isinstance(composed, Delete):
        return await client.chat_delete(channel=composed.channel_id, ts=composed.ts)
    channel_id = row.recipient
    if "," in channel_id:
        # To open a group's conversation again finds the one that is there.
        opened = await client.conversations_open(users=channel_id)
        channel_id = str(opened["channel"]["id"])
    return await client.chat_postMessage(
        channel=channel_id,
        thread_ts=row.body.get("thread_ts"),
        text=composed.text,
        blocks=composed.blocks,
        metadata={"event_type": METADATA_EVENT, "event_payload": {"key": row.key}},
        unfurl_links=False,
        unfurl_media=False,
    )


def methods(row: OutboxRow, composed: Sendable | Share) -> tuple[str, ...]:
    """The methods of Slack's that sending it calls, of those whose rates matter."""
    match composed:
        case Send():
            return (POST, OPEN) if is_group(row) else (POST,)
        case Share():
            return ("files.completeUploadExternal", OPEN)
        case React():
            return ("reactions.add" if composed.is_there else "reactions.remove",)
    return (_METHODS[type(composed)],)


def is_group(row: OutboxRow) -> bool:
    """Whether it goes to the conversation of several people, which has to be opened first."""
    return "," in row.recipient
