"""What people do with an app: sent to it, its answer carried out. What a person may do is in person.py."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox import modals, payloads
from sandbox.delivered import Ack
from sandbox.delivery import Delivery
from sandbox.entries import Values, fillable, first_entry, state_of, validate_values
from sandbox.errors import SlackError
from sandbox.faults import Faults
from sandbox.payloads import Place
from sandbox.records import App, Change, Channel
from sandbox.responses import Responses
from sandbox.triggers import Triggers
from sandbox.views import validate_view
from sandbox.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"
"""What a modal says when its app answered too late, or nonsense."""


@dataclass
class Client:
    """What one person's Slack client holds that the workspace does not.

    entered: view id or message ts → what they put in there. notices: what Slack itself told them.
    field_errors: the faults shown in the modal in front, block_id → sentence.
    """

    entered: dict[str, Values] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    field_errors: dict[str, str] = field(default_factory=dict)


class Interactions:
    """Commands, clicks, choices, modals and shortcuts, on their way to the apps and back."""

    def __init__(self, workspace: Workspace, delivery: Delivery, faults: Faults) -> None:
        """faults: of the response urls."""
        self.workspace = workspace
        self.delivery = delivery
        self.triggers = Triggers(workspace)
        self.responses = Responses(workspace, faults)
        self.on_notice: list[Callable[[str, str], None]] = []
        """Called with (user id, text) when Slack itself tells somebody something."""
        self._clients: dict[str, Client] = {}
        self._stirred = asyncio.Event()
        workspace.subscribe(self._stir)

    def routes(self) -> list[web.RouteDef]:
        """What the sandbox's server must serve for response urls."""
        return [web.post("/response/{id}", self.responses.serve)]

    def client(self, user_id: str) -> Client:
        """One person's client."""
        return self._clients.setdefault(user_id, Client())

    def use_trigger(self, trigger_id: str, app: App) -> str:
        """Whom a trigger id stands for; raises as `Triggers.use` does."""
        return self.triggers.use(trigger_id, app)

    def notice(self, user_id: str, text: str) -> None:
        """Slack itself tells somebody something."""
        self.client(user_id).notices.append(text)
        for listener in list(self.on_notice):
            listener(user_id, text)
        self._wake()

    async def stirred(self) -> None:
        """Return at the next change of the workspace or the next notice."""
        await self._stirred.wait()

    def _stir(self, _: Change) -> None:
        self._wake()

    def _wake(self) -> None:
        stirred, self._stirred = self._stirred, asyncio.Event()
        stirred.set()

    # -- state ----------------------------------------------------------------------------------------

    def state(self, user_id: str, place: Place) -> Values:
        """What this person's client holds for a view or a message."""
        return state_of(place.blocks, self.client(user_id).entered.get(place.key, {}))

    def enter(
        self, user_id: str, place: Place, block_id: str, action_id: str, entered: dict[str, Any]
    ) -> None:
        """Keep what somebody put into one element; nothing is sent."""
        kept = self.client(user_id).entered.setdefault(place.key, {})
        kept.setdefault(block_id, {})[action_id] = entered

    # -- to the app -----------------------------------------------------------------------------------

    async def command(self, app: App, user_id: str, channel: Channel, command: str, text: str) -> None:
        """A slash command; what the app answers at once is shown, what goes wrong is a notice."""
        payload = payloads.slash_command(
            self.workspace,
            app,
            user_id,
            channel,
            command=command,
            text=text,
            trigger_id=self.triggers.new(app, user_id),
            response_url=self.responses.new(app, user_id, channel.id),
        )
        ack = await self.delivery.deliver(app, "slash_commands", payload)
        error = ack.error
        if ack.ok and ack.body not in (None, "", {}):
            error = self._shown(app, user_id, channel.id, ack.body, payload)
        if error:
            self.notice(user_id, f'{command} failed with the error "{error}"')

    def _shown(self, app: App, user_id: str, channel_id: str, body: Any, payload: dict[str, Any]) -> str:
        try:
            self.responses.apply(app, user_id, channel_id, body)
        except SlackError as refused:
            self.delivery.note_problem(payload, "; ".join([refused.error, *refused.messages]))
            return refused.error
        return ""

    async def act(self, user_id: str, place: Place, action: dict[str, Any]) -> Ack:
        """A click or a choice. action: as Slack lists it, without `action_ts`."""
        self._need_interactivity(place.app)
        response_url = ""
        if place.message is not None:
            source = place.message
            response_url = self.responses.new(place.app, user_id, place.channel_id, source=source)
        payload = payloads.block_actions(
            self.workspace,
            place,
            user_id,
            action=action,
            state=self.state(user_id, place),
            trigger_id=self.triggers.new(place.app, user_id),
            response_url=response_url,
        )
        return await self._interact(place.app, user_id, payload)

    async def suggest(
        self, user_id: str, place: Place, block_id: str, action_id: str, typed: str
    ) -> list[dict[str, Any]]:
        """The options that the app offers in an external select for what was typed, groups flattened."""
        payload = payloads.block_suggestion(
            self.workspace,
            place,
            user_id,
            block_id=block_id,
            action_id=action_id,
            value=typed,
            state=self.state(user_id, place),
        )
        ack = await self._interact(place.app, user_id, payload)
        body = ack.body if isinstance(ack.body, dict) else {}
        groups = [group.get("options", []) for group in body.get("option_groups", [])]
        options: list[dict[str, Any]] = [*body.get("options", []), *(each for one in groups for each in one)]
        if ack.ok and (len(options) > 100 or not {"options", "option_groups"} & set(body)):
            self.delivery.note_problem(payload, "an external select takes `options`, at most 100")
            return []
        return options

    async def shortcut(self, app: App, user_id: str, callback_id: str) -> Ack:
        """A global shortcut."""
        trigger_id = self.triggers.new(app, user_id)
        payload = payloads.global_shortcut(
            self.workspace, app, user_id, callback_id=callback_id, trigger_id=trigger_id
        )
        return await self._interact(app, user_id, payload)

    async def message_shortcut(
        self, app: App, user_id: str, channel: Channel, message: dict[str, Any], callback_id: str
    ) -> Ack:
        """A shortcut on one message."""
        payload = payloads.message_shortcut(
            self.workspace,
            app,
            user_id,
            channel,
            message,
            callback_id=callback_id,
            trigger_id=self.triggers.new(app, user_id),
            response_url=self.responses.new(app, user_id, channel.id, source=message),
        )
        return await self._interact(app, user_id, payload)

    async def submit(self, user_id: str, view: dict[str, Any]) -> dict[str, str]:
        """Hand in the modal in front as it is filled in; returns the faults shown, block_id → sentence.

        A fault that belongs to no field stands under the empty key.
        """
        app = self.workspace.apps[view["app_id"]]
        place = Place(app, view=view)
        client = self.client(user_id)
        state = self.state(user_id, place)
        client.field_errors = validate_values(view, state)
        if not client.field_errors:
            payload = payloads.view_submission(
                self.workspace,
                app,
                user_id,
                view,
                state=state,
                trigger_id=self.triggers.new(app, user_id),
                response_urls=self._response_urls(app, user_id, view, state),
            )
            client.field_errors = await self._handed_in(app, user_id, view, payload)
        if TROUBLE in client.field_errors.values():
            self.notice(user_id, TROUBLE)
        self._wake()
        return dict(client.field_errors)

    async def close(self, user_id: str, *, whole_stack: bool = False) -> None:
        """Close the modal in front, or with `clear_on_close` or `whole_stack` all of them."""
        stack = self.workspace.modals.get(user_id, [])
        whole_stack = whole_stack or bool(stack and stack[-1].get("clear_on_close"))
        states = {view["id"]: self.state(user_id, self._place(view)) for view in stack}
        self.client(user_id).field_errors = {}
        for view in modals.close_modal(self.workspace, user_id, whole_stack=whole_stack):
            self.client(user_id).entered.pop(view["id"], None)
            if view.get("notify_on_close"):
                app = self.workspace.apps[view["app_id"]]
                state = states[view["id"]]
                payload = payloads.view_closed(
                    self.workspace, app, user_id, view, state=state, is_cleared=whole_stack
                )
                await self._interact(app, user_id, payload)

    # -- the answers ----------------------------------------------------------------------------------

    async def _interact(self, app: App, user_id: str, payload: dict[str, Any]) -> Ack:
        self._need_interactivity(app)
        ack = await self.delivery.deliver(app, "interactive", payload)
        if not ack.ok:
            self.notice(user_id, f'{app.name} failed with the error "{ack.error}"')
        return ack

    def _need_interactivity(self, app: App) -> None:
        if not app.interactivity:
            raise SlackError("interactivity_not_enabled")

    def _place(self, view: dict[str, Any]) -> Place:
        return Place(self.workspace.apps[view["app_id"]], view=view)

    async def _handed_in(
        self, app: App, user_id: str, view: dict[str, Any], payload: dict[str, Any]
    ) -> dict[str, str]:
        self._need_interactivity(app)
        ack = await self.delivery.deliver(app, "interactive", payload)
        if not ack.ok:
            return {"": TROUBLE}
        try:
            return self._respond(app, user_id, view, ack.body)
        except SlackError as refused:
            self.delivery.note_problem(payload, "; ".join([refused.error, *refused.messages]))
            return {"": TROUBLE}

    def _respond(self, app: App, user_id: str, view: dict[str, Any], body: Any) -> dict[str, str]:
        stack = self.workspace.modals.get(user_id, [])
        if body in (None, "", {}):
            # The app may have put another modal in front while it was thinking: that one stays.
            if stack and stack[-1] is view:
                self.client(user_id).entered.pop(view["id"], None)
                modals.close_modal(self.workspace, user_id)
            return {}
        if not isinstance(body, dict):
            raise SlackError("invalid_response", "[ERROR] a view_submission takes no text")
        match body.get("response_action"):
            case "errors":
                return _field_errors(view, body)
            case "clear":
                modals.close_modal(self.workspace, user_id, whole_stack=True)
            case "update":
                validate_view(body.get("view"), "modal")
                modals.update_modal(self.workspace, app, body["view"], view_id=view["id"])
            case "push":
                validate_view(body.get("view"), "modal")
                modals.push_modal(self.workspace, app, user_id, body["view"])
            case other:
                raise SlackError("invalid_response", f"[ERROR] unknown response_action: {other}")
        return {}

    def _response_urls(
        self, app: App, user_id: str, view: dict[str, Any], state: Values
    ) -> list[dict[str, str]]:
        urls = []
        for block, element in fillable(view["blocks"]):
            if not element.get("response_url_enabled"):
                continue
            entered = state[block["block_id"]][element["action_id"]]
            channel_id = entered.get("selected_conversation") or entered.get("selected_channel")
            if channel_id:
                url = self.responses.new(app, user_id, channel_id)
                where = {"block_id": block["block_id"], "action_id": element["action_id"]}
                urls.append({**where, "channel_id": channel_id, "response_url": url})
        return urls


def _field_errors(view: dict[str, Any], body: dict[str, Any]) -> dict[str, str]:
    errors = body.get("errors")
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_response", "[ERROR] response_action errors needs `errors`")
    inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
    faults = [f"[ERROR] no input block: {block_id}" for block_id in sorted(set(errors) - inputs)]
    faults += [
        f"[ERROR] no text: {key}" for key, text in errors.items() if not (isinstance(text, str) and text)
    ]
    if faults:
        raise SlackError("invalid_response", *faults)
    return dict(errors)


def action_of(block: dict[str, Any], element: dict[str, Any], entered: dict[str, Any]) -> dict[str, Any]:
    """A click or choice as Slack lists it in `actions`.

    entered: the entry for what keeps one; `{"selected_option": …}` for an overflow; empty for a button.
    """
    action = {"type": element["type"], "action_id": element["action_id"], "block_id": block["block_id"]}
    if element["type"] == "button":
        shown = ("text", "value", "style", "url")
        return {**action, **{name: element[name] for name in shown if name in element}}
    initials = {name: value for name, value in element.items() if name.startswith("initial_")}
    return {**action, **initials, **(entered or first_entry(element))}
