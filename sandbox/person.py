"""A person at their Slack client: what they can do there; used by tests and the page alike."""

import mimetypes
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.entries import NotPossible, entry
from sandbox.errors import SlackError
from sandbox.interactions import action_of
from sandbox.patience import PATIENCE_S
from sandbox.payloads import Place
from sandbox.records import Change
from sandbox.shapes import file_object
from sandbox.sight import Message, Sight, Where
from sandbox.typed import as_command_text, as_message, as_rich_text

Upload = tuple[str, bytes | str]
"""A file's name and its content."""


class Person(Sight):
    """One member of the workspace. What their client would not let them do raises SlackError."""

    # -- conversations --------------------------------------------------------------------------------

    async def say(
        self, channel_id: str, text: str = "", *, thread_ts: str | None = None, files: Sequence[Upload] = ()
    ) -> str:
        """Post a message, as typed: `@name`, `#channel` and addresses become what Slack makes of them.

        Returns its `ts`. Raises SlackError `not_in_channel`, `is_archived`, `no_text`, `msg_too_long`,
        `thread_not_found`, `messages_tab_disabled`.
        """
        channel = self._writable(channel_id)
        if not text.strip() and not files:
            raise SlackError("no_text")
        if len(text) > 40_000:
            raise SlackError("msg_too_long")
        said = as_message(self._workspace, text)
        message: Message = {"user": self.user_id, "text": said, "client_msg_id": str(uuid.uuid4())}
        if thread_ts is not None:
            message["thread_ts"] = self._thread(channel, thread_ts)
        shared = [self._upload(file, channel_id) for file in files]
        if shared:
            message |= {"files": shared, "upload": False}
        ts = str(self._workspace.post(channel_id, message)["ts"])
        for file in shared:
            body = {"file_id": file["id"], "file": {"id": file["id"]}}
            self._workspace.tell(Change("file_shared", channel=channel_id, user=self.user_id, body=body))
        return ts

    async def edit(self, channel_id: str, ts: str, text: str) -> None:
        """Change one's own message; raises SlackError `cant_update_message` for another's."""
        if self._workspace.message(self._writable(channel_id).id, ts).get("user") != self.user_id:
            raise SlackError("cant_update_message")
        edited = {"user": self.user_id, "ts": self._workspace.new_ts()}
        self._workspace.edit(channel_id, ts, {"text": as_message(self._workspace, text), "edited": edited})

    async def delete(self, channel_id: str, ts: str) -> None:
        """Remove one's own message; raises SlackError `cant_delete_message` for another's."""
        if self._workspace.message(self._writable(channel_id).id, ts).get("user") != self.user_id:
            raise SlackError("cant_delete_message")
        self._workspace.delete(channel_id, ts)

    async def react(self, channel_id: str, ts: str, name: str) -> None:
        """Add an emoji; raises SlackError `already_reacted`."""
        self._workspace.react(self._writable(channel_id).id, ts, self.user_id, name.strip(":"))

    async def unreact(self, channel_id: str, ts: str, name: str) -> None:
        """Take one's emoji away; raises SlackError `no_reaction`."""
        self._workspace.unreact(self._writable(channel_id).id, ts, self.user_id, name.strip(":"))

    async def join(self, channel_id: str) -> None:
        """Become a member of a public channel."""
        if self._workspace.channel(channel_id).kind != "public":
            raise SlackError("channel_not_found")
        self._workspace.join(channel_id, self.user_id)

    async def leave(self, channel_id: str) -> None:
        """Leave a channel."""
        self._workspace.leave(channel_id, self.user_id)

    # -- apps -----------------------------------------------------------------------------------------

    async def command(self, text: str, *, channel_id: str | None = None) -> None:
        """Give a slash command such as `/homework submit`, in the direct messages with its app by default.

        Returns once the app acknowledged or failed to, which a notice says then.
        Raises SlackError `invalid_command` as the client does for one that no app has.
        """
        name, _, rest = text.strip().partition(" ")
        for app in self._workspace.apps.values():
            if name in app.commands:
                break
        else:
            raise SlackError("invalid_command", f"{name} is not a valid command.")
        channel = self._writable(channel_id or self.direct_id(app.bot_user_id), commanding=True)
        escape = app.commands[name].should_escape
        typed = as_command_text(self._workspace, rest.strip(), should_escape=escape)
        await self._interactions.command(app, self.user_id, channel, name, typed)

    async def press(
        self,
        where: Where,
        action_id: str,
        *,
        block_id: str | None = None,
        channel_id: str | None = None,
        value: Any = None,
    ) -> None:
        """Click a button (a dialog that asks for confirmation is confirmed), or choose `value` elsewhere.

        value: with several buttons of one action_id, the one that carries it.
        """
        place = self._place(where, channel_id)
        block, element = self._find(place, action_id, block_id=block_id, value=value)
        if element["type"] != "button":
            await self._enter(place, block, element, value)
            return
        await self._interactions.act(self.user_id, place, action_of(block, element, {}))

    async def choose(
        self,
        where: Where,
        action_id: str,
        value: Any,
        *,
        block_id: str | None = None,
        channel_id: str | None = None,
    ) -> None:
        """Choose in a select, picker, checkboxes, radio buttons or overflow; or type into an input.

        value: as `entries.entry` takes it; an option by its value or its text.
        In an input block it is only filled in, unless the block has `dispatch_action`.
        """
        place = self._place(where, channel_id)
        block, element = self._find(place, action_id, block_id=block_id)
        await self._enter(place, block, element, value)

    async def suggest(
        self, where: Where, action_id: str, typed: str = "", *, channel_id: str | None = None
    ) -> list[dict[str, Any]]:
        """The options that an external select offers for what was typed."""
        place = self._place(where, channel_id)
        block, element = self._find(place, action_id)
        if not element["type"].endswith("external_select"):
            raise NotPossible(f"{action_id} is no external select")
        return await self._interactions.suggest(
            self.user_id, place, block["block_id"], element["action_id"], typed
        )

    async def submit(self, values: Mapping[str, Any] | None = None) -> dict[str, str]:
        """Fill in the modal in front and hand it in; returns the faults shown, empty if it was accepted.

        values: block_id or action_id → value as `entries.entry` takes it; files as [(name, content)].
            What is not named keeps what is there: `initial_…`, or what was filled in before.
        Faults: block_id → sentence; under the empty key what belongs to no field.
        """
        place = self._place("modal", None)
        view = place.view or {}
        if not view.get("submit"):
            raise NotPossible("this modal has no button to submit it")
        for name, value in (values or {}).items():
            block, element = self._input(place, name)
            entered = await self._entry(place, block, element, value)
            self._interactions.enter(self.user_id, place, block["block_id"], element["action_id"], entered)
        return await self._interactions.submit(self.user_id, view)

    async def close_modal(self, *, whole_stack: bool = False) -> None:
        """Close the modal in front (or all that lie on one another) without handing it in."""
        self._place("modal", None)
        await self._interactions.close(self.user_id, whole_stack=whole_stack)

    async def shortcut(self, callback_id: str) -> None:
        """Use a global shortcut; raises SlackError `invalid_shortcut` if no app has it."""
        app = self._app_with_shortcut(callback_id, "global")
        await self._interactions.shortcut(app, self.user_id, callback_id)

    async def message_shortcut(self, callback_id: str, channel_id: str, ts: str) -> None:
        """Use a shortcut on a message; raises SlackError `invalid_shortcut` if no app has it."""
        app = self._app_with_shortcut(callback_id, "message")
        message = self._workspace.message(self._seen(channel_id).id, ts)
        channel = self._workspace.channel(channel_id)
        await self._interactions.message_shortcut(app, self.user_id, channel, message, callback_id)

    async def open_home(self, app_id: str | None = None, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """Open the app's Home and return it, once the app has published it again if it listens for that."""
        app = self._app(app_id)
        if not app.home_tab:
            raise NotPossible(f"{app.name} has no Home tab")
        before = self._workspace.homes.get((app.id, self.user_id))
        stale = before["hash"] if before and "app_home_opened" in app.events else ""
        body: dict[str, Any] = {"app_id": app.id, "tab": "home", **({"view": before} if before else {})}
        channel_id = self.direct_id(app.bot_user_id)
        self._workspace.tell(Change("app_home_opened", channel=channel_id, user=self.user_id, body=body))

        def published() -> dict[str, Any] | None:
            view = self._workspace.homes.get((app.id, self.user_id))
            return self._filled(view) if view and view["hash"] != stale else None

        return await self._until(published, timeout_s, lambda: "no Home published")

    # -- filling in -----------------------------------------------------------------------------------

    async def _enter(self, place: Place, block: dict[str, Any], element: dict[str, Any], value: Any) -> None:
        block_id, action_id = block["block_id"], element["action_id"]
        if element["type"] == "overflow":
            chosen = entry({**element, "type": "static_select"}, value)
            entered = {"selected_option": chosen["selected_option"]}
        else:
            entered = await self._entry(place, block, element, value)
            self._interactions.enter(self.user_id, place, block_id, action_id, entered)
            if block["type"] == "input" and not block.get("dispatch_action"):
                return
        await self._interactions.act(self.user_id, place, action_of(block, element, entered))

    async def _entry(
        self, place: Place, block: dict[str, Any], element: dict[str, Any], value: Any
    ) -> dict[str, Any]:
        """The entry for a plain value, as the client would make it: looked up, uploaded, or refused."""
        kind = str(element["type"])
        if value is None:
            return entry(element, None)
        several = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
        if kind == "file_input":
            return entry(
                element, [each if isinstance(each, dict) else self._upload(each) for each in several]
            )
        if kind == "rich_text_input":
            return entry(element, as_rich_text(value) if isinstance(value, str) else value)
        if kind.endswith("users_select"):
            for user_id in several:
                self._workspace.user(user_id)
        elif kind.endswith(("conversations_select", "channels_select")):
            for channel_id in several:
                self._seen(channel_id)
        elif kind.endswith("external_select"):
            found = [await self._offered(place, block, element, each) for each in several]
            return entry(element, found if kind.startswith("multi_") else found[0])
        return entry(element, value)

    async def _offered(
        self, place: Place, block: dict[str, Any], element: dict[str, Any], value: Any
    ) -> dict[str, Any]:
        typed = value["text"]["text"] if isinstance(value, dict) else str(value)
        options = await self._interactions.suggest(
            self.user_id, place, block["block_id"], element["action_id"], typed
        )
        for option in options:
            if value in (option["value"], option["text"]["text"], option):
                return option
        raise NotPossible(f"{typed!r} is not among the options that the app offers")

    def _upload(self, file: Upload, channel_id: str | None = None) -> dict[str, Any]:
        name, content = file
        mimetype = mimetypes.guess_type(name)[0] or "application/octet-stream"
        raw = content.encode() if isinstance(content, str) else content
        record = self._workspace.add_file(name, raw, user_id=self.user_id, mimetype=mimetype)
        if channel_id is not None:
            record.channels.append(channel_id)
        return file_object(self._workspace, record)
