"""What one row of the outbox asks of Slack: the call that sends it, and the methods whose rates it uses."""

from collections.abc import Callable
from datetime import datetime, timedelta

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import sharing
from bot.pace import POST, asked_to_wait_s
from storage.others import Sent
from storage.outbox import Delete, Edit, OutboxRow, Publish, React, Send, Share, Whisper

Sendable = Send | Edit | Delete | Publish | Whisper | React

METADATA_EVENT = "alumni_bot_message"
"""The `event_type` of the metadata that carries a message's key."""

OPEN = "conversations.open"

UNCERTAIN = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
"""Errors after which Slack may have done it all the same; its documentation says so of both."""
INSTALLATION = {
    "access_denied",
    "account_inactive",
    "accesslimited",
    "invalid_auth",
    "missing_scope",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
}
"""Errors that concern the installation, not the message: every other row would fail alike."""

# How far Slack's clock may be behind the host's before a message is missed in the history.
_CLOCK_SKEW = timedelta(hours=1)

_AGAIN_AFTER_S = 5.0

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


def method_of(response: AsyncSlackResponse) -> str:
    """The method that was called."""
    return response.api_url.rstrip("/").rpartition("/")[2]


def retry_after_s(failed: BaseException) -> float:
    """How long to wait until a call that failed is made again."""
    if isinstance(failed, SlackApiError):
        return asked_to_wait_s(failed.response.headers, otherwise_s=_AGAIN_AFTER_S)
    return _AGAIN_AFTER_S


def is_group(row: OutboxRow | Sent) -> bool:
    """Whether it goes to the conversation of several people, which has to be opened first."""
    return "," in row.recipient


def _is_person(recipient: str) -> bool:
    """Whether the conversation with them has to be opened before it can be read."""
    return recipient[:1] in {"U", "W"}


def lookup_methods(row: OutboxRow) -> tuple[str, ...]:
    """The methods that looking for its message calls."""
    read = "conversations.replies" if row.body.get("thread_ts") else "conversations.history"
    return (OPEN, read) if _is_person(row.recipient) else (read,)


class NotNow(Exception):
    """Slack wants no call of a method before an instant of the steady clock."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


async def posted(
    client: AsyncWebClient, row: OutboxRow, *, see: Callable[[str], None]
) -> tuple[str, str] | None:
    """The conversation and ts of the message that carries the row's key; None where there is none.

    see: told of each method before it is called; may raise NotNow.
    Raises what the client raises, and NotNow.
    """
    channel_id = row.recipient
    if _is_person(channel_id):
        see(OPEN)
        try:
            opened = await client.conversations_open(users=channel_id)
        except SlackApiError as refused:
            error = refused.response.get("error")
            if refused.response.status_code != 200 or error in {"ratelimited", *UNCERTAIN, *INSTALLATION}:
                raise
            return None  # who cannot be written to was not written to
        channel_id = str(opened["channel"]["id"])
    oldest = ((row.claimed_at or row.queued_at) - _CLOCK_SKEW).timestamp()
    thread_ts = row.body.get("thread_ts")
    # A reply stands in its thread only.
    where = {"ts": thread_ts} if thread_ts else {}
    read = client.conversations_replies if thread_ts else client.conversations_history
    cursor = ""
    while True:
        # Another look-up may have been told to wait since this one began.
        see(lookup_methods(row)[-1])
        page = await read(
            channel=channel_id,
            **where,
            oldest=f"{oldest:.6f}",
            include_all_metadata=True,
            limit=200,
            cursor=cursor or None,
        )
        for message in page["messages"]:
            key = message.get("metadata", {}).get("event_payload", {}).get("key")
            if key == row.key or sharing.carries(message, row.body.get("files", ())):
                return channel_id, str(message["ts"])
        cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
        if not cursor:
            return None
