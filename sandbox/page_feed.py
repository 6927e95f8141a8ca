"""What an open page is told of the workspace: a snapshot, answers to what it asks, every change in order.

Knows no web socket: `Feed.waiting` holds the texts to send. What people do goes through `sandbox.page`.
"""

import asyncio
import json
from typing import Any

from sandbox.journal import Journal
from sandbox.reading import Thread, counts, followed, is_top_level, mentions, sees, thread_of, unread
from sandbox.records import App, Change, Channel, User
from sandbox.workspace import Workspace

PAGE_LENGTH = 60
"""Top-level messages in one answer to `messages`."""

_CHANNEL_KINDS = frozenset(
    {
        "channel_archive",
        "channel_created",
        "channel_rename",
        "channel_unarchive",
        "member_joined_channel",
        "member_left_channel",
    }
)
_CHANNEL_NOTES = frozenset({"channel_topic", "channel_purpose"})
_PEOPLE_KINDS = frozenset({"team_join", "user_change", "subteam_updated", "subteam_members_changed"})
_VIEW_KINDS = frozenset({"view_opened", "view_updated", "view_closed"})
_REACTION_KINDS = frozenset({"reaction_added", "reaction_removed"})


class Feed:
    """One open page of one person.

    waiting: JSON texts to send, in order; None when the page fell too far behind and must connect again.
    """

    def __init__(
        self,
        workspace: Workspace,
        user_id: str,
        *,
        journal: Journal | None = None,
        at_most: int = 20_000,
    ) -> None:
        self.user_id = user_id
        self.waiting: asyncio.Queue[str | None] = asyncio.Queue()
        self._workspace = workspace
        self._journal = journal
        self._lists_entries = False
        self._at_most = at_most
        self._known: set[str] = set()
        self._follows: set[tuple[str, str]] = set()
        self._is_started = False
        self._is_behind = False

    def start(self) -> None:
        """Queue the snapshot."""
        self._send(snapshot(self._workspace, self.user_id))
        self._is_started = True
        self._follows = {(one.channel_id, one.ts) for one in followed(self._workspace, self.user_id)}
        self._known = {channel.id for channel in _visible(self._workspace, self.user_id)}

    def answer(self, asked: dict[str, Any]) -> None:
        """Queue the answer to `{"ask": …}`, so that no change overtakes it."""
        channel_id, app_id = str(asked.get("channel", "")), str(asked.get("app", ""))
        match asked.get("ask"):
            case "messages":
                before, until = str(asked.get("before", "")), str(asked.get("until", ""))
                self._send(self._messages(channel_id, before=before, until=until))
            case "read" if channel_id in self._known and (thread_ts := str(asked.get("thread_ts", ""))):
                self._workspace.mark_thread_read(channel_id, thread_ts, self.user_id)
            case "read" if channel_id in self._known:
                self._workspace.mark_read(channel_id, self.user_id)
            case "thread":
                self._send(self._thread(channel_id, thread_ts=str(asked.get("thread_ts", ""))))
            case "home":
                view = self._workspace.homes.get((app_id, self.user_id))
                self._send({"type": "home", "app": app_id, "view": view})
            case "journal" if self._journal:
                self._lists_entries = bool(asked.get("on"))
                if self._lists_entries:
                    self._send({"type": "journal", "entries": self._journal.latest(), "is_all": True})
            case "entry" if self._journal and isinstance(number := asked.get("number"), int):
                self._send({"type": "entry", "number": number, "entry": self._journal.whole(number)})

    def on_change(self, change: Change) -> None:
        """Queue what this person sees of a change, if anything."""
        kind = change.kind
        if kind in _CHANNEL_KINDS:
            self._send_channels()
        elif kind in _PEOPLE_KINDS:
            self._send({"type": "people", **_people(self._workspace)})
        elif kind in _VIEW_KINDS:
            if change.user == self.user_id:
                self._send(_modals(self._workspace, self.user_id))
        elif kind == "home_published":
            if change.user == self.user_id:
                self._send_homes()
        elif kind == "im_created":
            # A snapshot makes those with the apps, and has them.
            if self._is_started and self.user_id in self._workspace.channel(change.channel).members:
                self._send_channels()
        elif kind == "channel_marked":
            if change.user == self.user_id:
                self._send({"type": "read", "channel": change.channel, "ts": change.body["ts"]})
        elif kind == "thread_marked":
            if change.user == self.user_id:
                self._send_followed(self._workspace.channel(change.channel), change.body["thread_ts"])
        elif change.channel:
            self._on_conversation(change)

    def on_clock(self) -> None:
        """Queue where the clock stands now."""
        self._send({"type": "clock", "clock": _clock(self._workspace)})

    def notice(self, text: str) -> None:
        """Queue what Slack itself tells this person."""
        self._send({"type": "notice", "text": text})

    def on_entry(self, entry: dict[str, Any], refused: dict[str, Any] | None) -> None:
        """Queue a call or a delivery for a page that lists them, and for every page what Slack refused."""
        if refused is not None:
            self._send({"type": "refused", **refused})
        if self._lists_entries:
            self._send({"type": "journal", "entries": [entry], "is_all": False})

    def _on_conversation(self, change: Change) -> None:
        channel = self._workspace.channels.get(change.channel)
        if channel is None or not sees(channel, self.user_id):
            return
        if channel.id not in self._known or change.body.get("subtype") in _CHANNEL_NOTES:
            self._send_channels()
        if change.kind == "message":
            self._send_message("message", channel, change.body)
            self._send_root(channel, change.body)
        elif change.kind == "message_changed":
            self._send_message("message_changed", channel, change.body["message"])
        elif change.kind == "message_deleted":
            self._send({"type": "message_deleted", "channel": channel.id, "ts": change.body["deleted_ts"]})
            self._send_root(channel, change.body.get("previous_message", {}))
        elif change.kind in _REACTION_KINDS:
            self._send_stored(channel, change.body["item"]["ts"])
        elif change.kind.startswith("ephemeral") and change.user == self.user_id:
            # Added, replaced or taken away by its response_url: the whole short list is always right.
            shown = self._workspace.ephemerals.get((channel.id, self.user_id), [])
            self._send({"type": "ephemerals", "channel": channel.id, "messages": shown})

    def _send_root(self, channel: Channel, reply: dict[str, Any]) -> None:
        thread_ts = reply.get("thread_ts")
        if thread_ts and thread_ts != reply.get("ts"):
            self._send_stored(channel, thread_ts)
            self._send_followed(channel, thread_ts)

    def _send_followed(self, channel: Channel, thread_ts: str) -> None:
        thread = thread_of(self._workspace, channel, thread_ts, self.user_id)
        if thread is None and (channel.id, thread_ts) not in self._follows:
            return
        self._follows.add((channel.id, thread_ts))
        told = {"channel": channel.id, "thread_ts": thread_ts, "thread": thread and _thread(thread)}
        self._send({"type": "followed", **told})

    def _send_stored(self, channel: Channel, ts: str) -> None:
        stored = next((m for m in reversed(channel.messages) if m["ts"] == ts), None)
        if stored is not None:
            self._send_message("message_changed", channel, stored)

    def _send_message(self, kind: str, channel: Channel, message: dict[str, Any]) -> None:
        told: dict[str, Any] = {"type": kind, "channel": channel.id, "message": message}
        if kind == "message" and self.user_id in channel.members and counts(message, self.user_id):
            told |= {"is_news": True, "mentions": mentions(message, self.user_id)}
        self._send(told)

    def _send_channels(self) -> None:
        visible = _visible(self._workspace, self.user_id)
        self._known = {channel.id for channel in visible}
        self._send(
            {"type": "channels", "channels": [_channel(self._workspace, c, self.user_id) for c in visible]}
        )

    def _send_homes(self) -> None:
        for (app_id, user_id), view in self._workspace.homes.items():
            if user_id == self.user_id:
                self._send({"type": "home", "app": app_id, "view": view})

    def _messages(self, channel_id: str, *, before: str, until: str) -> dict[str, Any]:
        """A page of older ones; with `until` as many more as lead to a page before that one."""
        found: list[dict[str, Any]] = []
        channel = self._workspace.channels.get(channel_id)
        has_more = False
        room = PAGE_LENGTH
        ephemerals: list[dict[str, Any]] = []
        if channel is not None and sees(channel, self.user_id):
            for message in reversed(channel.messages):
                if not is_top_level(message) or (before and message["ts"] >= before):
                    continue
                if room == 0:
                    has_more = True
                    break
                found.append(message)
                # On the way to one that is sought all are told, so that no gap stays in between.
                room -= message["ts"] < until or not until
            ephemerals = self._workspace.ephemerals.get((channel_id, self.user_id), [])
        found.reverse()
        answer = {"channel": channel_id, "before": before, "messages": found, "has_more": has_more}
        return {"type": "messages", "ephemerals": ephemerals, **answer}

    def _thread(self, channel_id: str, *, thread_ts: str) -> dict[str, Any]:
        channel = self._workspace.channels.get(channel_id)
        found: list[dict[str, Any]] = []
        if channel is not None and sees(channel, self.user_id):
            found = [m for m in channel.messages if thread_ts in (m["ts"], m.get("thread_ts"))]
        return {"type": "thread", "channel": channel_id, "thread_ts": thread_ts, "messages": found}

    def _send(self, told: dict[str, Any]) -> None:
        if self._is_behind:
            return
        if self.waiting.qsize() >= self._at_most:
            # A page that stands still must not fill the memory: connecting again brings a fresh snapshot.
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(None)
            self._is_behind = True
            return
        # As text at once: the workspace goes on changing these very dicts.
        self.waiting.put_nowait(json.dumps(told, ensure_ascii=False))


def snapshot(workspace: Workspace, user_id: str) -> dict[str, Any]:
    """What a page starts from: `{type, me, team, clock, users, groups, apps, channels, threads, views}`."""
    return {
        "type": "snapshot",
        "me": user_id,
        "team": {"id": workspace.team_id, "name": workspace.name},
        "clock": _clock(workspace),
        **_people(workspace),
        "apps": [_app(workspace, app, user_id) for app in workspace.apps.values()],
        "channels": [_channel(workspace, c, user_id) for c in _visible(workspace, user_id)],
        "threads": [_thread(one) for one in followed(workspace, user_id)],
        "views": workspace.modals.get(user_id, []),
    }


def people(workspace: Workspace) -> dict[str, Any]:
    """Whom one can be: `{team, people}`, in the order of their names."""
    present = [_user(u) for u in workspace.users.values() if not u.is_bot and not u.deleted]
    present.sort(key=lambda person: str(person["real_name"]).casefold())
    return {"team": {"id": workspace.team_id, "name": workspace.name}, "people": present}


def _visible(workspace: Workspace, user_id: str) -> list[Channel]:
    return [channel for channel in workspace.channels.values() if sees(channel, user_id)]


def _people(workspace: Workspace) -> dict[str, Any]:
    groups = [{"id": g.id, "handle": g.handle, "name": g.name} for g in workspace.usergroups.values()]
    return {"users": [_user(user) for user in workspace.users.values()], "groups": groups}


def _user(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "title": user.title,
        "tz": user.tz,
        "locale": user.locale,
        "is_bot": user.is_bot,
        "is_admin": user.is_admin,
        "deleted": user.deleted,
        "app": user.app_id,
    }


def _app(workspace: Workspace, app: App, user_id: str) -> dict[str, Any]:
    return {
        "id": app.id,
        "name": app.name,
        "bot_user": app.bot_user_id,
        "direct": workspace.direct(user_id, app.bot_user_id).id,
        "home_tab": app.home_tab,
        "messages_tab": app.messages_tab,
        "commands": [
            {"command": c.command, "description": c.description, "usage_hint": c.usage_hint}
            for c in app.commands.values()
        ],
        "shortcuts": [
            {"name": s.name, "callback_id": s.callback_id, "description": s.description, "type": s.type}
            for s in app.shortcuts
        ],
    }


def _channel(workspace: Workspace, channel: Channel, user_id: str) -> dict[str, Any]:
    new = unread(workspace, channel, user_id)
    return {
        "id": channel.id,
        "name": channel.name,
        "kind": channel.kind,
        "members": channel.members,
        "is_member": user_id in channel.members,
        "topic": channel.topic,
        "purpose": channel.purpose,
        "is_archived": channel.is_archived,
        "latest": channel.messages[-1]["ts"] if channel.messages else "",
        "unread": new.count,
        "mentions": new.mentions,
        "read_to": workspace.read_to.get((channel.id, user_id), ""),
    }


def _thread(thread: Thread) -> dict[str, Any]:
    return {
        "channel": thread.channel_id,
        "ts": thread.ts,
        "text": thread.text,
        "latest": thread.latest,
        "unread": thread.unread.count,
        "mentions": thread.unread.mentions,
    }


def _modals(workspace: Workspace, user_id: str) -> dict[str, Any]:
    return {"type": "modals", "views": workspace.modals.get(user_id, [])}


def _clock(workspace: Workspace) -> dict[str, Any]:
    clock = workspace.clock
    return {"now_ms": clock.now().timestamp() * 1000, "ticking": clock.ticking}
