"""Slack's payloads made into values, and the key by which a second delivery of one is known."""

from datetime import date, datetime, time
from typing import Any

from bot.domain.announcements import AttachedFile
from bot.domain.homework import HandedInFile
from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.rich_text import RichText
from bot.domain.values import dataclass
from storage.db import Delivery

Payload = dict[str, Any]


def delivery(body: Payload, *, now: datetime) -> Delivery:
    """What `Database.writing(once)` needs to let a delivery have its effect once.

    body: a whole payload of any kind: event, command, action, submission, closing, shortcut.
    Raises ValueError for a payload of another kind.
    """
    return Delivery(team_id=team_id(body), key=_key(body), received_at=now)


def _key(body: Payload) -> str:
    kind = body.get("type")
    if kind == "event_callback":
        return str(body["event_id"])
    if "command" in body:
        return f"command:{body['trigger_id']}"
    if kind in ("view_submission", "view_closed"):
        view = body["view"]
        # A view that is updated in place keeps its id, and what is handed in of it then is another thing.
        version = f"{view.get('callback_id', '')}:{view.get('hash', '')}"
        return f"{kind.removesuffix('_submission')}:{view['id']}:{version}"
    if kind == "block_actions":
        action = body["actions"][0]
        return f"action:{user_id(body)}:{action['action_ts']}:{action['action_id']}"
    if kind in ("shortcut", "message_action"):
        return f"shortcut:{body['trigger_id']}"
    raise ValueError(f"no key is known for a payload of type {kind!r}")


def team_id(body: Payload) -> TeamId:
    """The workspace that a payload comes from. Raises ValueError where it names none."""
    found = found_team_id(body)
    if found is None:
        raise ValueError("the payload names no workspace")
    return found


def found_team_id(body: Payload) -> TeamId | None:
    """The workspace that a payload comes from, as Bolt finds it; None where it names none.

    In an organisation of several workspaces `team` is null, and the person or the view names it; in a channel
    shared with another workspace, `team_id` may be the other's.
    """
    view, user, event = (body.get(name) or {} for name in ("view", "user", "event"))
    team = body.get("team")
    authorized = (body.get("authorizations") or [{}])[0]
    named = (
        view.get("app_installed_team_id"),
        team.get("id") if isinstance(team, dict) else team,
        authorized.get("team_id"),
        body.get("team_id"),
        event.get("team"),
        user.get("team_id"),
        view.get("team_id"),
    )
    return next((TeamId(one) for one in named if one), None)


def user_id(body: Payload) -> UserId | None:
    """Who does it; None where nobody does, as in an event about a user group."""
    if isinstance(event := body.get("event"), dict):
        user = event.get("user")
        return UserId(user) if isinstance(user, str) else None
    if isinstance(user := body.get("user"), dict):
        return UserId(user["id"])
    return UserId(body["user_id"]) if body.get("user_id") else None


@dataclass(frozen=True, kw_only=True)
class Command:
    """A slash command as it was typed."""

    name: str
    """With the slash and the prefix, as it is registered: `/homework`."""
    word: str
    """The first word after it, in lower case; empty where there is none."""
    rest: str
    """What follows the first word, trimmed."""
    text: str
    """Everything after the command's name, trimmed."""
    channel_id: ChannelId
    trigger_id: str


def command(body: Payload) -> Command:
    """A slash command's name and words."""
    # Some keyboards put a no-break space after a word; `split` takes it for a space as well.
    text = str(body.get("text") or "").strip()
    words = text.split(maxsplit=1)
    return Command(
        name=body["command"],
        word=words[0].casefold() if words else "",
        rest=words[1].strip() if len(words) > 1 else "",
        text=text,
        channel_id=ChannelId(body["channel_id"]),
        trigger_id=body["trigger_id"],
    )


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A button, menu or picker that somebody used in a message, a modal or the Home tab."""

    action_id: str
    block_id: str
    value: str
    """The button's value, or that of the chosen option, or the person, conversation, date or time chosen."""
    trigger_id: str
    channel_id: ChannelId | None
    """The message's conversation; None in a modal or the Home tab."""
    message_ts: str | None
    view: Payload | None
    """The modal or Home tab it is in; None in a message."""


def pressed(body: Payload) -> Pressed:
    """The element used, from a `block_actions` payload."""
    action = body["actions"][0]
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id")
    return Pressed(
        action_id=action["action_id"],
        block_id=action.get("block_id", ""),
        value=_one(action) or "",
        trigger_id=body.get("trigger_id", ""),
        channel_id=ChannelId(channel) if channel else None,
        message_ts=container.get("message_ts"),
        view=body.get("view"),
    )


def lasting(body: Payload) -> tuple[str, str] | None:
    """Channel and ts of the message with the element used; None where one person alone is shown it."""
    container = body.get("container") or {}
    channel_id, ts = container.get("channel_id"), container.get("message_ts")
    return None if container.get("is_ephemeral") or not channel_id or not ts else (channel_id, ts)


class Fields:
    """What was filled into a modal, by block; empty where a block was left empty or is not there."""

    def __init__(self, view: Payload) -> None:
        state: dict[str, dict[str, Payload]] = view.get("state", {}).get("values", {})
        self._elements = {
            block_id: next(iter(elements.values())) for block_id, elements in state.items() if elements
        }

    def text(self, block_id: str) -> str:
        """The text of a text, link, e-mail or number input, trimmed; or empty."""
        return str(self._element(block_id).get("value") or "").strip()

    def choice(self, block_id: str) -> str | None:
        """The value chosen in a menu or among radio buttons; the id where those are people or channels."""
        return _one(self._element(block_id))

    def choices(self, block_id: str) -> tuple[str, ...]:
        """The values chosen in a menu of several or among checkboxes, in the order shown."""
        element = self._element(block_id)
        if "selected_options" in element:
            return tuple(option["value"] for option in element["selected_options"] or ())
        for name in ("selected_users", "selected_conversations", "selected_channels"):
            if name in element:
                return tuple(element[name] or ())
        return ()

    def on(self, block_id: str) -> date | None:
        """The date of a date picker."""
        chosen = self._element(block_id).get("selected_date")
        return date.fromisoformat(chosen) if chosen else None

    def at(self, block_id: str) -> time | None:
        """The wall time of a time picker; its zone is the programme's, whatever Slack shows."""
        chosen = self._element(block_id).get("selected_time")
        return time.fromisoformat(chosen) if chosen else None

    def files(self, block_id: str) -> tuple[HandedInFile, ...]:
        """The files of a file input."""
        return tuple(
            HandedInFile(id=file["id"], name=file.get("name") or "", permalink=file.get("permalink") or "")
            for file in self._element(block_id).get("files") or ()
        )

    def attached(self, block_id: str) -> tuple[AttachedFile, ...]:
        """The files of a file input, to be sent on."""
        return tuple(
            AttachedFile(
                id=file["id"],
                name=file.get("name") or "file",
                permalink=file.get("permalink") or "",
                source=file.get("url_private") or "",
            )
            for file in self._element(block_id).get("files") or ()
        )

    def rich_text(self, block_id: str) -> RichText:
        """The formatted text of a rich text input; without elements where nothing was written."""
        return self._element(block_id).get("rich_text_value") or {"type": "rich_text", "elements": []}

    def _element(self, block_id: str) -> Payload:
        return self._elements.get(block_id, {})


def _one(element: Payload) -> str | None:
    if isinstance(option := element.get("selected_option"), dict):
        return str(option["value"])
    names = (
        "value",
        "selected_user",
        "selected_conversation",
        "selected_channel",
        "selected_date",
        "selected_time",
    )
    return next((str(element[name]) for name in names if element.get(name)), None)


def first_input(view: Payload) -> str | None:
    """The block id of a modal's first input, where an error that belongs to no field is shown."""
    inputs = (block["block_id"] for block in view.get("blocks", ()) if block.get("type") == "input")
    return next(inputs, None)
