"""A whole workspace: its people, and their messages, views and files; all in memory, no I/O here."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.clock import Clock
from sandbox.community import Community
from sandbox.errors import SlackError
from sandbox.records import App, Change, Channel, File, Scheduled


class Workspace(Community):
    """One workspace's state. Its methods change it and tell the subscribers; they check no permission."""

    def __init__(self, *, clock: Clock, name: str = "Alumni", domain: str = "alumni", seed: int = 0) -> None:
        super().__init__(clock=clock, seed=seed)
        self.name = name
        self.domain = domain
        self.team_id = self.new_id("T")
        self.apps: dict[str, App] = {}
        self.files: dict[str, File] = {}
        self.scheduled: dict[str, Scheduled] = {}
        self.homes: dict[tuple[str, str], dict[str, Any]] = {}
        """(app id, user id) → the Home view as last published."""
        self.modals: dict[str, list[dict[str, Any]]] = {}
        """user id → their stack of open modals, the one in front last."""
        self.ephemerals: dict[tuple[str, str], list[dict[str, Any]]] = {}
        """(channel id, user id) → what only that person sees there."""
        self.read_to: dict[tuple[str, str], str] = {}
        """(channel id, user id) → the `ts` of the last message that they have seen there."""
        self.thread_read_to: dict[tuple[str, str, str], str] = {}
        """(channel id, the thread's `ts`, user id) → the same in a thread."""
        self.url = ""
        """Where the workspace is served, without a final slash; empty while it is not."""
        self._last_ts_us = 0
        self._on_schedule: list[Callable[[], None]] = []

    def new_ts(self) -> str:
        """A message's `ts`: seconds and six digits, unique and rising in the workspace, on its clock."""
        now_us = int(self.clock.now().timestamp() * 1_000_000)
        # Where the clock was moved back, ts still rises: Slack's own never goes back.
        self._last_ts_us = max(self._last_ts_us + 1, now_us)
        return f"{self._last_ts_us // 1_000_000}.{self._last_ts_us % 1_000_000:06d}"

    def counters(self) -> dict[str, Any]:
        """What new ids and `ts` follow from, as `set_counters` takes it."""
        version, internal, gauss = self._random.getstate()
        return {"last_ts_us": self._last_ts_us, "random": [version, list(internal), gauss]}

    def set_counters(self, kept: Mapping[str, Any]) -> None:
        """Go on with ids and `ts` where another workspace stopped."""
        version, internal, gauss = kept["random"]
        self._random.setstate((version, tuple(internal), gauss))
        self._last_ts_us = kept["last_ts_us"]

    # -- messages -------------------------------------------------------------------------------------

    def post(self, channel_id: str, message: dict[str, Any]) -> dict[str, Any]:
        """Add `message`, as the Web API shows one but without `type` and `ts`; returns it with them."""
        channel = self.channel(channel_id)
        posted: dict[str, Any] = {"type": "message", "ts": self.new_ts(), "team": self.team_id, **message}
        channel.messages.append(posted)
        self._count_replies(channel, posted)
        self.tell(Change("message", channel=channel_id, user=str(message.get("user", "")), body=posted))
        return posted

    def _count_replies(self, channel: Channel, reply: dict[str, Any]) -> None:
        thread_ts = reply.get("thread_ts")
        if thread_ts in {None, reply["ts"]}:
            return
        root = next((m for m in channel.messages if m["ts"] == thread_ts), None)
        if root is None:
            return
        replies = [m for m in channel.messages if m.get("thread_ts") == thread_ts and m is not root]
        for field in ("thread_ts", "reply_count", "reply_users", "reply_users_count", "latest_reply"):
            root.pop(field, None)
        if replies:
            users = list(dict.fromkeys(m.get("user", "") for m in replies))
            root["thread_ts"] = root["ts"]
            root["reply_count"] = len(replies)
            root["reply_users"] = users
            root["reply_users_count"] = len(users)
            root["latest_reply"] = replies[-1]["ts"]

    def message(self, channel_id: str, ts: str) -> dict[str, Any]:
        """Raises SlackError `message_not_found`."""
        # From the end: what people and apps touch is nearly always recent.
        found = (one for one in reversed(self.channel(channel_id).messages) if one["ts"] == ts)
        message: dict[str, Any] | None = next(found, None)
        if message is None:
            raise SlackError("message_not_found")
        return message

    def edit(self, channel_id: str, ts: str, changes: dict[str, Any]) -> dict[str, Any]:
        """Change fields of a message (`message_changed`); a value of None removes the field."""
        message = self.message(channel_id, ts)
        before = dict(message)
        for key, value in changes.items():
            if value is None:
                message.pop(key, None)
            else:
                message[key] = value
        body = {"message": dict(message), "previous_message": before}
        self.tell(Change("message_changed", channel=channel_id, user=str(message.get("user", "")), body=body))
        return message

    def delete(self, channel_id: str, ts: str) -> None:
        """Remove a message (`message_deleted`)."""
        message = self.message(channel_id, ts)
        channel = self.channel(channel_id)
        # By identity: list.remove would compare every message before it, field by field.
        channel.messages[:] = [one for one in channel.messages if one is not message]
        self._count_replies(channel, message)
        body = {"deleted_ts": ts, "previous_message": message}
        self.tell(Change("message_deleted", channel=channel_id, user=str(message.get("user", "")), body=body))

    def describe(
        self, channel_id: str, *, user_id: str, topic: str | None = None, purpose: str | None = None
    ) -> None:
        """Set a channel's topic or purpose; as in Slack, a message in the channel says so."""
        channel = self.channel(channel_id)
        if topic is not None:
            channel.topic = topic
            self._note(channel_id, "channel_topic", user_id, f"set the channel topic: {topic}", topic=topic)
        if purpose is not None:
            channel.purpose = purpose
            text = f"set the channel description: {purpose}"
            self._note(channel_id, "channel_purpose", user_id, text, purpose=purpose)

    def _note(self, channel_id: str, subtype: str, user_id: str, text: str, **fields: str) -> None:
        said = {"subtype": subtype, "user": user_id, "text": f"<@{user_id}> {text}", **fields}
        self.post(channel_id, said)

    def schedule(self, planned: Scheduled) -> None:
        """Post a message later; the first to ask `post_due` after its instant does so."""
        self.scheduled[planned.id] = planned
        for listener in list(self._on_schedule):
            listener()

    def mark_read(self, channel_id: str, user_id: str) -> None:
        """They have seen all that is said there so far (`channel_marked`)."""
        channel = self.channel(channel_id)
        last = channel.messages[-1]["ts"] if channel.messages else ""
        if self.read_to.get((channel_id, user_id), "") < last:
            self.read_to[(channel_id, user_id)] = last
            self.tell(Change("channel_marked", channel=channel_id, user=user_id, body={"ts": last}))

    def mark_thread_read(self, channel_id: str, thread_ts: str, user_id: str) -> None:
        """They have seen all that is said in a thread so far (`thread_marked`)."""
        said = [one["ts"] for one in self.channel(channel_id).messages if one.get("thread_ts") == thread_ts]
        key = (channel_id, thread_ts, user_id)
        if said and self.thread_read_to.get(key, "") < said[-1]:
            self.thread_read_to[key] = said[-1]
            self.tell(
                Change("thread_marked", channel=channel_id, user=user_id, body={"thread_ts": thread_ts})
            )

    def on_schedule(self, listener: Callable[[], None]) -> None:
        """Call `listener` whenever a message is scheduled."""
        self._on_schedule.append(listener)

    def post_due(self) -> datetime | None:
        """Post the scheduled messages whose time has come; returns the instant of the next, if any."""
        for planned in sorted(self.scheduled.values(), key=lambda one: one.post_at_s):
            if planned.post_at_s > self.clock.now().timestamp():
                return datetime.fromtimestamp(planned.post_at_s, UTC)
            del self.scheduled[planned.id]
            self.post(planned.channel, planned.message)
        return None

    def show_only_to(self, channel_id: str, user_id: str, message: dict[str, Any]) -> dict[str, Any]:
        """An ephemeral message: seen by one person in one conversation, in no history."""
        shown = {"type": "message", "ts": self.new_ts(), "is_ephemeral": True, **message}
        self.ephemerals.setdefault((channel_id, user_id), []).append(shown)
        self.tell(Change("ephemeral", channel=channel_id, user=user_id, body=shown))
        return shown

    def react(self, channel_id: str, ts: str, user_id: str, name: str) -> None:
        """Raises SlackError `already_reacted`."""
        message = self.message(channel_id, ts)
        reactions: list[dict[str, Any]] = message.setdefault("reactions", [])
        reaction = next((r for r in reactions if r["name"] == name), None)
        if reaction is None:
            reaction = {"name": name, "users": [], "count": 0}
            reactions.append(reaction)
        if user_id in reaction["users"]:
            raise SlackError("already_reacted")
        reaction["users"].append(user_id)
        reaction["count"] += 1
        self._tell_reaction("reaction_added", channel_id, message, user_id, name)

    def unreact(self, channel_id: str, ts: str, user_id: str, name: str) -> None:
        """Raises SlackError `no_reaction`."""
        message = self.message(channel_id, ts)
        reactions: list[dict[str, Any]] = message.get("reactions", [])
        reaction = next((r for r in reactions if r["name"] == name and user_id in r["users"]), None)
        if reaction is None:
            raise SlackError("no_reaction")
        reaction["users"].remove(user_id)
        reaction["count"] -= 1
        if not reaction["users"]:
            reactions.remove(reaction)
        if not reactions:
            message.pop("reactions", None)
        self._tell_reaction("reaction_removed", channel_id, message, user_id, name)

    def _tell_reaction(
        self, kind: str, channel_id: str, message: dict[str, Any], user_id: str, name: str
    ) -> None:
        body = {
            "reaction": name,
            "item": {"type": "message", "channel": channel_id, "ts": message["ts"]},
            "item_user": message.get("user", ""),
        }
        self.tell(Change(kind, channel=channel_id, user=user_id, body=body))

    # -- files ----------------------------------------------------------------------------------------

    def add_file(
        self, name: str, content: bytes, *, user_id: str, mimetype: str = "", is_complete: bool = True
    ) -> File:
        """A file comes into the workspace; it is in no conversation yet."""
        file = File(
            id=self.new_id("F"),
            name=name,
            title=name,
            mimetype=mimetype or "application/octet-stream",
            user=user_id,
            created=self.now_s(),
            content=content,
            is_complete=is_complete,
        )
        self.files[file.id] = file
        return file


def instant_of(ts: str) -> datetime:
    """The instant in UTC that a message's `ts` names."""
    return datetime.fromtimestamp(float(ts), UTC)
