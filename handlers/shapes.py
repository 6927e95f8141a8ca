"""What a payload must look like before anybody reads it: the fields that Slack always sends, and their types.

Slack signs what it sends, so none of this is ever wrong there. What comes over the network all the same is
refused here in one place, so that no listener needs to ask whether an id is a number.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from handlers import payloads

DEEPEST = 64
"""Levels of a payload; Slack's deepest, a table in a thread's message, has some twenty."""


@dataclass(frozen=True)
class Each:
    """An object with names of its own, such as block ids; all its values have one shape."""

    of: "Shape"


Shape = type | None | Each | list["Shape"] | tuple["Shape", ...] | Mapping[str, "Shape"]
"""A type, or None for nothing; a list of one shape; a tuple of those that may be; an object by its names.

A name that is not there holds nothing; names beside those of a shape may be.
"""

_TEXT: Shape = (str, None)
_FLAG: Shape = (bool, None)
_IDS: Shape = ([str], None)
_OBJECT: Shape = (dict, None)

_INSTALLED: Shape = {
    "team_id": _TEXT,
    "enterprise_id": _TEXT,
    "user_id": _TEXT,
    "is_enterprise_install": (bool, str, None),
}
_TEAM: Shape = {"id": str, "enterprise_id": _TEXT}
_PERSON: dict[str, Shape] = {"id": str, "team_id": _TEXT}
_ENVELOPE: Shape = {
    "type": _TEXT,
    "command": _TEXT,
    "team": (_TEAM, str, None),
    "team_id": _TEXT,
    "enterprise": ({"id": _TEXT}, str, None),
    "enterprise_id": _TEXT,
    "is_enterprise_install": (bool, str, None),
    "authorizations": ([_INSTALLED], None),
    "is_ext_shared_channel": _FLAG,
    "context_team_id": _TEXT,
    "context_enterprise_id": _TEXT,
    "user": (_PERSON, None),
    "user_id": _TEXT,
    "channel": ({"id": _TEXT, "name": _TEXT}, None),
    "channel_id": _TEXT,
    "trigger_id": _TEXT,
    "response_url": _TEXT,
    "response_urls": ([{"response_url": _TEXT}], None),
    "event": _OBJECT,
    "view": _OBJECT,
    "message": _OBJECT,
    "previous_message": _OBJECT,
    "item": _OBJECT,
    "assistant_thread": _OBJECT,
    "thread_ts": _TEXT,
    "function_execution_id": _TEXT,
    "function_data": _OBJECT,
    "bot_access_token": _TEXT,
    "actions": ([dict], None),
    "callback_id": _TEXT,
}
"""What Bolt looks at in whatever comes, beside what we do."""

_FILES: Shape = (
    [
        {
            "id": str,
            "name": _TEXT,
            "title": _TEXT,
            "permalink": _TEXT,
            "url_private": _TEXT,
            "mimetype": _TEXT,
            "mode": _TEXT,
        }
    ],
    None,
)
_OPTION: Shape = {"value": str}
_ELEMENT: dict[str, Shape] = {
    "type": _TEXT,
    "value": _TEXT,
    "selected_option": (_OPTION, None),
    "selected_options": ([_OPTION], None),
    "selected_user": _TEXT,
    "selected_users": _IDS,
    "selected_conversation": _TEXT,
    "selected_conversations": _IDS,
    "selected_channel": _TEXT,
    "selected_channels": _IDS,
    "selected_date": _TEXT,
    "selected_time": _TEXT,
    "files": _FILES,
    "rich_text_value": ({"type": str, "elements": [dict]}, None),
}
_BLOCK: Shape = {"type": str, "block_id": _TEXT}
_VIEW: Shape = {
    "id": str,
    "type": _TEXT,
    "callback_id": _TEXT,
    "hash": _TEXT,
    "private_metadata": _TEXT,
    "root_view_id": _TEXT,
    "previous_view_id": _TEXT,
    "app_installed_team_id": _TEXT,
    "team_id": _TEXT,
    "state": ({"values": (Each(Each(_ELEMENT)), None)}, None),
    "blocks": ([_BLOCK], None),
}
_MESSAGE: Shape = {
    "type": _TEXT,
    "subtype": _TEXT,
    "ts": str,
    "thread_ts": _TEXT,
    "user": _TEXT,
    "bot_id": _TEXT,
    "text": _TEXT,
    "team": _TEXT,
    "files": _FILES,
    "blocks": ([_BLOCK], None),
    "attachments": ([dict], None),
    "edited": _OBJECT,
    "metadata": _OBJECT,
}
_ACTION: Shape = {**_ELEMENT, "action_id": str, "action_ts": str, "block_id": _TEXT}
_EVENT: Shape = {
    "type": str,
    "subtype": _TEXT,
    "team": _TEXT,
    "user": ({**_PERSON, "name": _TEXT, "real_name": _TEXT, "tz": _TEXT, "profile": _OBJECT}, str, None),
    "user_id": _TEXT,
    "user_team": _TEXT,
    "bot_id": _TEXT,
    "channel": ({"id": str, "name": _TEXT}, str, None),
    "channel_id": _TEXT,
    "channel_type": _TEXT,
    "text": _TEXT,
    "ts": _TEXT,
    "event_ts": _TEXT,
    "thread_ts": _TEXT,
    "deleted_ts": _TEXT,
    "reaction": _TEXT,
    "item": ({"type": _TEXT, "channel": _TEXT, "ts": _TEXT}, None),
    "item_user": _TEXT,
    "subteam": ({"id": str, "handle": _TEXT, "users": _IDS}, None),
    "subteam_id": _TEXT,
    "added_users": _IDS,
    "removed_users": _IDS,
    "message": (_MESSAGE, None),
    "previous_message": (_MESSAGE, None),
    "files": _FILES,
    "blocks": ([_BLOCK], None),
    "attachments": ([dict], None),
    "edited": _OBJECT,
    "metadata": _OBJECT,
    "view": _OBJECT,
    "assistant_thread": _OBJECT,
    "tab": _TEXT,
    "inputs": _OBJECT,
    "enterprise": ({"id": _TEXT}, str, None),
    "enterprise_id": _TEXT,
    "function_execution_id": _TEXT,
    "bot_access_token": _TEXT,
}
_OF_EVENTS: Mapping[str, Shape] = {
    "message": {"channel": str, "ts": str},
    "reaction_added": {"reaction": str, "item": dict, "event_ts": str},
    "reaction_removed": {"reaction": str, "item": dict, "event_ts": str},
    "team_join": {"user": _PERSON},
    "user_change": {"user": _PERSON},
    "subteam_created": {"subteam": dict},
    "subteam_updated": {"subteam": dict},
    "subteam_members_changed": {"subteam_id": str},
    "member_joined_channel": {"user": str, "channel": str, "event_ts": str},
    "member_left_channel": {"user": str, "channel": str, "event_ts": str},
    "channel_archive": {"channel": str},
    "channel_unarchive": {"channel": str},
    "channel_deleted": {"channel": str},
    "group_archive": {"channel": str},
    "group_unarchive": {"channel": str},
    "channel_rename": {"channel": {"id": str, "name": str}},
    "group_rename": {"channel": {"id": str, "name": str}},
}
"""What an event's listener cannot do without, by the event's type."""

_OF_MESSAGES: Mapping[str, Shape] = {
    "message_changed": {"message": dict},
    "message_replied": {"message": dict},
    "message_deleted": {"deleted_ts": str},
}
_CONTAINER: Shape = ({"type": _TEXT, "channel_id": _TEXT, "message_ts": _TEXT, "view_id": _TEXT}, None)
_KINDS: Mapping[str, Shape] = {
    "event_callback": {"event_id": str, "event": _EVENT},
    "block_actions": {
        "user": _PERSON,
        "actions": [_ACTION],
        "container": _CONTAINER,
        "view": (_VIEW, None),
        "message": (_MESSAGE, None),
    },
    "block_suggestion": {"user": _PERSON, "action_id": str, "block_id": str, "value": str},
    "view_submission": {"user": _PERSON, "view": _VIEW},
    "view_closed": {"user": _PERSON, "view": _VIEW, "is_cleared": _FLAG},
    "shortcut": {"user": _PERSON, "callback_id": str, "trigger_id": str},
    "message_action": {
        "user": _PERSON,
        "callback_id": str,
        "trigger_id": str,
        "channel": {"id": str},
        "message": _MESSAGE,
    },
    "app_rate_limited": {"team_id": str},
    "url_verification": {"challenge": str},
}
_COMMAND: Shape = {"command": str, "user_id": str, "channel_id": str, "trigger_id": str, "text": _TEXT}
_OF_NO_WORKSPACE = ("url_verification",)


def misfit(body: object) -> str | None:
    """What is wrong with a whole payload: the field's name, without its value; None where nothing is."""
    if not isinstance(body, dict):
        return "the whole, which is no object"
    if _is_deeper(body, DEEPEST):
        return f"the whole, which has more than {DEEPEST} levels"
    if (wrong := _misfit(body, _ENVELOPE)) is not None:
        return wrong
    if "ssl_check" in body:
        return None
    kind = body.get("type")
    of_kind = _COMMAND if body.get("command") is not None else _KINDS.get(str(kind))
    if of_kind is None:
        return "type"
    if (wrong := _misfit(body, of_kind)) is not None:
        return wrong
    if kind == "block_actions" and not body["actions"]:
        return "actions"
    if kind not in _OF_NO_WORKSPACE and payloads.found_team_id(body) is None:
        return "team"
    return _misfit_of_event(body["event"]) if kind == "event_callback" else None


def _misfit_of_event(event: dict[str, Any]) -> str | None:
    wrong = _misfit(event, _OF_EVENTS.get(event["type"], {}), "event")
    if wrong is None and event["type"] == "message":
        wrong = _misfit(event, _OF_MESSAGES.get(event.get("subtype") or "", {}), "event")
    return wrong


def _misfit(value: Any, shape: Shape, at: str = "") -> str | None:
    match shape:
        case None:
            return None if value is None else at
        case type():
            return None if isinstance(value, shape) else at
        case tuple():
            found = [_misfit(value, one, at) for one in shape]
            # The deepest place says most: an object in which one field is wrong, not the object.
            return None if None in found else max((one for one in found if one is not None), key=len)
    if not isinstance(value, list if isinstance(shape, list) else dict):
        return at
    inner = _inner(value, shape, at)
    return next((wrong for place, each, one in inner if (wrong := _misfit(each, one, place))), None)


def _inner(
    value: Any, shape: list[Shape] | Each | Mapping[str, Shape], at: str
) -> Iterator[tuple[str, Any, Shape]]:
    if isinstance(shape, list):
        yield from ((f"{at}[]", one, shape[0]) for one in value)
    elif isinstance(shape, Each):
        yield from ((f"{at}.*", one, shape.of) for one in value.values())
    else:
        yield from ((f"{at}.{name}".lstrip("."), value.get(name), one) for name, one in shape.items())


def _is_deeper(value: object, levels: int) -> bool:
    # Level by level: to walk down by calls is what such a payload is made to break.
    level = [value]
    for _ in range(levels):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True
