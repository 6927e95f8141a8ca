"""chat.scheduleMessage and its kin: messages that the workspace itself posts later."""

from sandbox.arguments import METADATA, TEXT, TRUTH, WHOLE, Answer, method
from sandbox.calls import Request
from sandbox.errors import SlackError
from sandbox.methods.chat import CONTENT, STYLE, UNFURL, WRITE, destination, message_of
from sandbox.records import Scheduled

_FURTHEST_S = 120 * 24 * 3600
_TOO_LATE_S = 60
"""A message that goes out sooner than this cannot be taken back."""


@method(
    "chat.scheduleMessage",
    tier=3,
    scopes=WRITE,
    needs={"channel": TEXT, "post_at": WHOLE},
    takes={**CONTENT, **STYLE, **UNFURL, "metadata": METADATA, "reply_broadcast": TRUTH, "thread_ts": TEXT},
)
async def schedule_message(request: Request) -> Answer:
    """Post at `post_at` (whole seconds since 1970), within 120 days."""
    workspace = request.workspace
    channel = destination(request)
    post_at_s = int(request.args["post_at"])
    if post_at_s <= workspace.now_s():
        raise SlackError("time_in_past")
    if post_at_s > workspace.now_s() + _FURTHEST_S:
        raise SlackError("time_too_far")
    message = message_of(request, channel)
    planned = Scheduled(
        workspace.new_id("Q"), request.app.id, channel.id, post_at_s, workspace.now_s(), message
    )
    workspace.schedule(planned)
    return {
        "channel": channel.id,
        "scheduled_message_id": planned.id,
        "post_at": post_at_s,
        "message": {"type": "delayed_message", **message},
    }


@method(
    "chat.deleteScheduledMessage",
    tier=3,
    scopes=WRITE,
    needs={"channel": TEXT, "scheduled_message_id": TEXT},
    takes={"as_user": TRUTH},
)
async def delete_scheduled_message(request: Request) -> Answer:
    """Take a scheduled message back."""
    channel = request.channel()
    planned = request.workspace.scheduled.get(request.text("scheduled_message_id"))
    if planned is None or (planned.app_id, planned.channel) != (request.app.id, channel.id):
        raise SlackError("invalid_scheduled_message_id")
    if planned.post_at_s - request.workspace.now_s() < _TOO_LATE_S:
        raise SlackError("invalid_scheduled_message_id")
    del request.workspace.scheduled[planned.id]
    return {}


@method(
    "chat.scheduledMessages.list",
    tier=3,
    takes={
        "channel": TEXT,
        "cursor": TEXT,
        "limit": WHOLE,
        "latest": WHOLE,
        "oldest": WHOLE,
        "team_id": TEXT,
    },
)
async def scheduled_messages_list(request: Request) -> Answer:
    """The app's own scheduled messages, the next first."""
    channel_id = request.channel().id if request.text("channel") else ""
    oldest_s, latest_s = request.args.get("oldest", 0), request.args.get("latest", float("inf"))
    found = [
        planned
        for planned in sorted(request.workspace.scheduled.values(), key=lambda p: (p.post_at_s, p.id))
        if planned.app_id == request.app.id
        and channel_id in {"", planned.channel}
        and oldest_s <= planned.post_at_s <= latest_s
    ]
    page, following = request.page(found)
    return {
        "scheduled_messages": [
            {
                "id": planned.id,
                "channel_id": planned.channel,
                "post_at": planned.post_at_s,
                "date_created": planned.created,
                "text": planned.message["text"],
            }
            for planned in page
        ],
        "response_metadata": {"next_cursor": following},
    }
