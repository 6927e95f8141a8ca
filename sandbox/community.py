"""Who is in a workspace: people, groups, conversations and their members; not what is said there."""

import random
import string
from collections.abc import Callable
from typing import Any

from sandbox.clock import Clock
from sandbox.errors import SlackError
from sandbox.records import Change, Channel, User, UserGroup


class Community:
    """People and conversations. Its methods change them, tell the subscribers, and check no permission."""

    def __init__(self, *, clock: Clock, seed: int) -> None:
        self.clock = clock
        self._random = random.Random(seed)  # noqa: S311 (ids, not secrets)
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.usergroups: dict[str, UserGroup] = {}
        self._subscribers: list[Callable[[Change], None]] = []

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
        # A clock that was moved back makes no change older than the one before.
        user.updated = max(user.updated, self.now_s())
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
