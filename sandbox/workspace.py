"""What the workspace holds: people, apps, channels, messages, views, files; all in memory, no I/O here."""

import random
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import SlackError
from sandbox.records import App, Change, Channel, File, Scheduled, Shortcut, SlashCommand, User, UserGroup

__all__ = [
    "App",
    "Change",
    "Channel",
    "File",
    "Scheduled",
    "Shortcut",
    "SlashCommand",
    "User",
    "UserGroup",
    "Workspace",
    "instant_of",
]


class Workspace:
    """One workspace's state. Its methods change it and tell the subscribers; they check no permission."""

    def __init__(self, *, clock: Clock, name: str = "Alumni", domain: str = "alumni", seed: int = 0) -> None:
        self.clock = clock
        self.name = name
        self.domain = domain
        self._random = random.Random(seed)  # noqa: S311 (ids, not secrets)
        self.team_id = self.new_id("T")
        self.users: dict[str, User] = {}
        self.apps: dict[str, App] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, UserGroup] = {}
        self.files: dict[str, File] = {}
        self.scheduled: dict[str, Scheduled] = {}
        self.homes: dict[tuple[str, str], dict[str, Any]] = {}
        """(app id, user id) → the Home view as last published."""
        self.modals: dict[str, list[dict[str, Any]]] = {}
        """user id → their stack of open modals, the one in front last."""
        self.ephemerals: dict[tuple[str, str], list[dict[str, Any]]] = {}
        """(channel id, user id) → what only that person sees there."""
        self.read_to: dict[tuple[str, str], str] = {}
        self.thread_read_to: dict[tuple[str, str, str], str] = {}
        """(channel id, user id) → the `ts` of the last message that they have seen there."""
        self.url = ""
        """Where the workspace is served, without a final slash; empty while it is not."""
        self._last_ts_us = 0
        self._subscribers: list[Callable[[Change], None]] = []
        self._on_schedule: list[Callable[[], None]] = []

    def subscribe(self, subscriber: Callable[[Change], None]) -> None:
        """Call `subscriber` with every change, in order, at once. It must not block."""
        self._subscribers.append(subscriber)

    def tell(self, change: Change) -> None:
        """Pass a change on to every subscriber."""
        for subscriber in list(self._subscribers):
            subscriber(change)

    def new_id(self, prefix: str) -> str:
        """An id as Slack makes them: the prefix and ten capitals or digits."""
        letters = self._random.choices(string.ascii_uppercase + string.digits, k=9)
        return f"{prefix}0{''.join(letters)}"

    def new_secret(self, length: int) -> str:
        """A hexadecimal string, the same in every run of one seed: it opens nothing but the sandbox."""
        return "".join(self._random.choices("0123456789abcdef", k=length))

    def now_s(self) -> int:
        """The clock's whole seconds since 1970."""
        return int(self.clock.now().timestamp())

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

    # -- people ---------------------------------------------------------------------------------------

    def add_user(self, name: str, *, user_id: str = "", **fields: Any) -> User:
        """Somebody joins the workspace; `fields` are those of `User`."""
        fields.setdefault("real_name", name)
        user = User(id=user_id or self.new_id("U"), name=name, updated=self.now_s(), **fields)
        self.users[user.id] = user
        self.tell(Change("team_join", user=user.id))
        return user

    def change_user(self, user_id: str, **fields: Any) -> User:
        """Their profile, zone, role or state changes (`user_change`)."""
        user = self.user(user_id)
        for key, value in fields.items():
            setattr(user, key, value)
        user.updated = self.now_s()
        self.tell(Change("user_change", user=user_id))
        return user

    def user(self, user_id: str) -> User:
        """Raises SlackError `user_not_found`."""
        if user_id not in self.users:
            raise SlackError("user_not_found")
        return self.users[user_id]

    def add_usergroup(
        self, handle: str, users: list[str], *, group_id: str = "", name: str = ""
    ) -> UserGroup:
        """A user group with its members."""
        group = UserGroup(
            id=group_id or self.new_id("S"), handle=handle, name=name or handle, users=list(users)
        )
        self.usergroups[group.id] = group
        return group

    def set_usergroup_members(self, group_id: str, users: list[str]) -> None:
        """Replace a group's members (`subteam_members_changed`)."""
        group = self.usergroups[group_id]
        before, group.users = group.users, list(users)
        added = [user for user in users if user not in before]
        removed = [user for user in before if user not in users]
        body = {"subteam_id": group_id, "added_users": added, "removed_users": removed}
        self.tell(Change("subteam_members_changed", body=body))

    def tell_usergroup(self, group: UserGroup) -> None:
        """A group got another name or state (`subteam_updated`)."""
        self.tell(Change("subteam_updated", body={"subteam_id": group.id}))

    # -- conversations --------------------------------------------------------------------------------

    def add_channel(
        self, name: str, *, members: list[str], channel_id: str = "", private: bool = False, creator: str = ""
    ) -> Channel:
        """A public or private channel with its first members."""
        channel = Channel(
            id=channel_id or self.new_id("C"),
            name=name,
            kind="private" if private else "public",
            created=self.now_s(),
            creator=creator or (members[0] if members else ""),
            members=list(members),
        )
        self.channels[channel.id] = channel
        self.tell(Change("channel_created", channel=channel.id, user=channel.creator))
        return channel

    def channel(self, channel_id: str) -> Channel:
        """Raises SlackError `channel_not_found`."""
        if channel_id not in self.channels:
            raise SlackError("channel_not_found")
        return self.channels[channel_id]

    def direct(self, *user_ids: str) -> Channel:
        """The direct message (two people) or group one (more) of exactly these (`im_created` if new)."""
        members = sorted(set(user_ids))
        kind = "im" if len(members) <= 2 else "mpim"
        for channel in self.channels.values():
            if channel.kind == kind and sorted(channel.members) == members:
                return channel
        name = "" if kind == "im" else "mpdm-" + "--".join(self.users[u].name for u in members) + "-1"
        channel = Channel(
            id=self.new_id("D" if kind == "im" else "G"),
            name=name,
            kind=kind,
            created=self.now_s(),
            creator=user_ids[0],
            members=members,
        )
        self.channels[channel.id] = channel
        self.tell(Change("im_created", channel=channel.id, user=user_ids[0]))
        return channel

    def join(self, channel_id: str, user_id: str, *, inviter: str = "") -> None:
        """Somebody becomes a member (`member_joined_channel`); nothing happens if they are one."""
        channel = self.channel(channel_id)
        if user_id in channel.members:
            return
        channel.members.append(user_id)
        body = {"inviter": inviter} if inviter else {}
        self.tell(Change("member_joined_channel", channel=channel_id, user=user_id, body=body))

    def leave(self, channel_id: str, user_id: str) -> None:
        """Somebody stops being a member (`member_left_channel`)."""
        channel = self.channel(channel_id)
        if user_id in channel.members:
            channel.members.remove(user_id)
            self.tell(Change("member_left_channel", channel=channel_id, user=user_id))

    def archive(self, channel_id: str, user_id: str, *, archived: bool = True) -> None:
        """Close a channel for new messages, or open it again (`channel_archive`, `channel_unarchive`)."""
        self.channel(channel_id).is_archived = archived
        kind = "channel_archive" if archived else "channel_unarchive"
        self.tell(Change(kind, channel=channel_id, user=user_id))

    def rename(self, channel_id: str, name: str, *, user_id: str) -> None:
        """Give a channel another name (`channel_rename`)."""
        channel = self.channel(channel_id)
        channel.name = name
        body = {"channel": {"id": channel_id, "name": name, "created": channel.created}}
        self.tell(Change("channel_rename", channel=channel_id, user=user_id, body=body))

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
