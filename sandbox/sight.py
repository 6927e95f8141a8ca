"""What a person sees in their Slack client, and how they find a thing there; what they do is in person.py."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.blocks import elements_of, texts
from sandbox.entries import NotPossible, fillable
from sandbox.errors import SlackError
from sandbox.interactions import Client, Interactions
from sandbox.patience import PATIENCE_S
from sandbox.payloads import Place, with_state
from sandbox.records import App, Channel
from sandbox.workspace import Workspace

if TYPE_CHECKING:
    from sandbox.server import Sandbox

Found = TypeVar("Found")

Message = dict[str, Any]
Where = Message | str | None
"""What holds an element: a message or its ts, a view, `modal`, `home`; None: the modal, else the Home."""


class Sight:
    """One member's view of the workspace."""

    def __init__(self, sandbox: "Sandbox", user_id: str) -> None:
        self.user_id = user_id
        self._workspace: Workspace = sandbox.workspace
        self._interactions: Interactions = sandbox.interactions

    # -- what they see --------------------------------------------------------------------------------

    @property
    def notices(self) -> list[str]:
        """What Slack itself told them, such as `/homework failed with the error "operation_timeout"`."""
        return self._client.notices

    @property
    def modal(self) -> dict[str, Any] | None:
        """The modal in front of them, with what is filled in as its `state`; None if there is none."""
        stack = self._workspace.modals.get(self.user_id, [])
        return self._filled(stack[-1]) if stack else None

    @property
    def field_errors(self) -> dict[str, str]:
        """The faults shown in the modal in front: block_id → sentence."""
        return dict(self._client.field_errors)

    def home(self, app_id: str | None = None) -> dict[str, Any] | None:
        """The app's Home as last published for them."""
        view = self._workspace.homes.get((self._app(app_id).id, self.user_id))
        return self._filled(view) if view else None

    def messages(self, channel_id: str) -> list[Message]:
        """What they see in a conversation, replies and ephemeral messages too, in order of `ts`."""
        channel = self._seen(channel_id)
        shown = self._workspace.ephemerals.get((channel_id, self.user_id), [])
        return sorted([*channel.messages, *shown], key=lambda message: str(message["ts"]))

    def direct(self, user_id: str | None = None) -> list[Message]:
        """The direct messages with somebody; with the only app's bot where nobody is named."""
        return self.messages(self.direct_id(user_id))

    def direct_id(self, user_id: str | None = None) -> str:
        """The conversation of `direct`."""
        return self._workspace.direct(self.user_id, user_id or self._app(None).bot_user_id).id

    async def saw(
        self, where: str, predicate: Callable[[Message], bool] | str = "", timeout_s: float = PATIENCE_S
    ) -> Message:
        """Wait until a message is there that satisfies `predicate`; the newest of them.

        where: a conversation's id, or `direct` for the direct messages with the only app.
        predicate: or a text that the message or its blocks contain.
        Raises TimeoutError after `timeout_s` of real time, with what was there.
        """

        def newest() -> Message | None:
            channel_id = self.direct_id() if where == "direct" else where
            for message in reversed(self.messages(channel_id)):
                if _contains(message, predicate) if isinstance(predicate, str) else predicate(message):
                    return message
            return None

        def there() -> str:
            seen = self.messages(self.direct_id() if where == "direct" else where)
            return "\n".join(str(message.get("text", "")) for message in seen[-10:])

        return await self._until(newest, timeout_s, there)

    async def saw_modal(self, title: str = "", timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """Wait until a modal is in front (whose title contains `title`)."""

        def front() -> dict[str, Any] | None:
            view = self.modal
            return view if view and title in view["title"]["text"] else None

        return await self._until(front, timeout_s, lambda: str(self.modal and self.modal["title"]["text"]))

    async def saw_no_modal(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until no modal is open."""
        await self._until(lambda: self.modal is None or None, timeout_s, lambda: str(self.modal))

    async def _until(
        self, look: Callable[[], Found | None], timeout_s: float, seen: Callable[[], str]
    ) -> Found:
        try:
            async with asyncio.timeout(timeout_s):
                while (found := look()) is None:
                    await self._interactions.stirred()
                return found
        except TimeoutError:
            raise TimeoutError(f"{self.user_id} waited {timeout_s} s; there was: {seen()}") from None

    # -- finding --------------------------------------------------------------------------------------

    @property
    def _client(self) -> Client:
        return self._interactions.client(self.user_id)

    def _filled(self, view: dict[str, Any]) -> dict[str, Any]:
        place = Place(self._workspace.apps[view["app_id"]], view=view)
        return with_state(view, self._interactions.state(self.user_id, place))

    def _app(self, app_id: str | None) -> App:
        if app_id is not None:
            return self._workspace.apps[app_id]
        if len(self._workspace.apps) != 1:
            raise NotPossible(f"name the app: there are {len(self._workspace.apps)}")
        return next(iter(self._workspace.apps.values()))

    def _app_with_shortcut(self, callback_id: str, kind: str) -> App:
        for app in self._workspace.apps.values():
            if any(s.callback_id == callback_id and s.type == kind for s in app.shortcuts):
                return app
        raise SlackError("invalid_shortcut", f"no app has the {kind} shortcut {callback_id}")

    def _seen(self, channel_id: str) -> Channel:
        channel = self._workspace.channel(channel_id)
        if channel.kind != "public" and self.user_id not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def _writable(self, channel_id: str, *, commanding: bool = False) -> Channel:
        channel = self._seen(channel_id)
        if self._workspace.user(self.user_id).deleted:
            raise SlackError("account_inactive")
        if self.user_id not in channel.members:
            raise SlackError("not_in_channel")
        if channel.is_archived:
            raise SlackError("is_archived")
        bots = {app.bot_user_id for app in self._workspace.apps.values() if not app.messages_tab}
        if channel.kind == "im" and bots & set(channel.members) and not commanding:
            raise SlackError("messages_tab_disabled")
        return channel

    def _thread(self, channel: Channel, ts: str) -> str:
        """The ts of the thread that a message begins or belongs to."""
        for message in reversed(channel.messages):
            if message["ts"] == ts:
                return str(message.get("thread_ts", ts))
        raise SlackError("thread_not_found")

    def _place(self, where: Where, channel_id: str | None) -> Place:
        stack = self._workspace.modals.get(self.user_id, [])
        if isinstance(where, dict) and where.get("type") in ("modal", "home"):
            where = str(where["type"])
        if where is None:
            where = "modal" if stack else "home"
        if where == "modal":
            if not stack:
                raise NotPossible("no modal is open")
            return Place(self._workspace.apps[stack[-1]["app_id"]], view=stack[-1])
        if where == "home":
            homes = [view for (_, user), view in self._workspace.homes.items() if user == self.user_id]
            if len(homes) != 1:
                raise NotPossible(f"no one Home to be found: {len(homes)} are published")
            return Place(self._workspace.apps[homes[0]["app_id"]], view=homes[0])
        ts = where if isinstance(where, str) else str(where["ts"])
        return self._message_place(ts, channel_id)

    def _message_place(self, ts: str, channel_id: str | None) -> Place:
        channel_ids = [channel_id] if channel_id else list(self._workspace.channels)
        for each in channel_ids:
            channel = self._workspace.channel(each)
            if channel.kind != "public" and self.user_id not in channel.members:
                continue
            shown = self._workspace.ephemerals.get((each, self.user_id), [])
            for message in [*shown, *reversed(channel.messages)]:
                if message["ts"] == ts:
                    return Place(self._author(message), channel_id=each, message=message)
        raise SlackError("message_not_found")

    def _author(self, message: Message) -> App:
        app = self._workspace.apps.get(str(message.get("app_id", "")))
        if app is None:
            raise NotPossible("this message is no app's")
        return app

    def _find(
        self, place: Place, action_id: str, *, block_id: str | None = None, value: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        found = [
            (block, element)
            for block in place.blocks
            for _, element in elements_of(block)
            if element.get("action_id") == action_id and block_id in (None, block.get("block_id"))
        ]
        if value is not None:
            # Of a button; a menu offers what is chosen there.
            found = [each for each in found if each[1]["type"] != "button" or each[1].get("value") == value]
        if len(found) != 1:
            there = sorted({e.get("action_id", "") for b in place.blocks for _, e in elements_of(b)})
            raise NotPossible(f"{len(found)} elements are {action_id}; there are {', '.join(there)}")
        return found[0]

    def _input(self, place: Place, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        inputs = list(fillable(place.blocks))
        found = [each for each in inputs if each[0]["block_id"] == name]
        found = found or [each for each in inputs if each[1]["action_id"] == name]
        if len(found) != 1:
            there = ", ".join(block["block_id"] for block, _ in inputs)
            raise NotPossible(f"{len(found)} inputs are {name}; there are {there}")
        return found[0]


def _contains(message: Message, part: str) -> bool:
    shown = [str(message.get("text", "")), *texts(message.get("blocks", []))]
    return any(part in text for text in shown)
