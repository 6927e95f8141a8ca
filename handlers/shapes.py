"""What a payload must look like before anybody reads it: the fields that Slack always sends, and their types.

Slack signs what it sends, so none of this is ever wrong there. What comes over the network all the same is
refused here in one place, so that no listener needs to ask whether an id is a number.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.domain.values import dataclass
from handlers import payloads

DEEPEST = 64
"""Levels of a payload; Slack's deepest, a table in a thread's message, has some twenty."""


@dataclass(frozen=True)
class Each:
    """An object with names of its own, such as block ids; all its values have one shape."""

    of: "Shape"


Shape = (
    type | range | re.Pattern[str] | None | Each | list["Shape"] | tuple["Shape", ...] | Mapping[str, "Shape"]
)
"""A type, a range of whole numbers, a text's pattern, None for nothing; a list of one shape; a tuple of those
that may be; an object.

Of an object the names that are looked at: one that is not there holds nothing, and others may be there too.
"""

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SOME_ID: Shape = (re.compile(r"[A-Za-z0-9_.-]{0,64}"), None)
# A message's ts, which names the instant at which it was said.
_TS = re.compile(r"[0-9]{1,11}(\.[0-9]{1,9})?")
# What a delivery is known by: it becomes part of a key.
_KEY = re.compile(r"[ -~]{1,300}")
_SOME_KEY: Shape = (re.compile(r"[ -~]{0,300}"), None)
_TEXT: Shape = (str, None)
_FLAG: Shape = (bool, None)
_COUNT: Shape = (int, re.compile(r"[0-9]{1,9}"), None)
_SECONDS: Shape = (range(1 << 40), None)
_IDS: Shape = ([_ID], None)
_OBJECT: Shape = (dict, None)

_INSTALLED: Shape = {
    "team_id": _SOME_ID,
    "enterprise_id": _SOME_ID,
    "user_id": _SOME_ID,
    "is_enterprise_install": (bool, str, None),
}
_TEAM: Shape = {"id": _ID, "enterprise_id": _SOME_ID}
_PERSON: dict[str, Shape] = {"id": _ID, "team_id": _SOME_ID}
_ENVELOPE: Shape = {
    "type": _TEXT,
    "command": _TEXT,
    "team": (_TEAM, _ID, None),
    "team_id": _SOME_ID,
    "enterprise": ({"id": _TEXT}, str, None),
    "enterprise_id": _SOME_ID,
    "is_enterprise_install": (bool, str, None),
    "authorizations": ([_INSTALLED], None),
    "is_ext_shared_channel": _FLAG,
    "context_team_id": _SOME_ID,
    "context_enterprise_id": _SOME_ID,
    "user": (_PERSON, None),
    "user_id": _SOME_ID,
    "channel": ({"id": _SOME_ID, "name": _TEXT}, None),
    "channel_id": _SOME_ID,
    "trigger_id": _SOME_KEY,
    "response_url": _TEXT,
    "response_urls": ([{"response_url": _TEXT}], None),
    "event": _OBJECT,
    "view": _OBJECT,
    "message": _OBJECT,
    "previous_message": _OBJECT,
    "item": _OBJECT,
    "assistant_thread": _OBJECT,
    "thread_ts": _SOME_ID,
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
            "id": _ID,
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
    "selected_user": _SOME_ID,
    "selected_users": _IDS,
    "selected_conversation": _SOME_ID,
    "selected_conversations": _IDS,
    "selected_channel": _SOME_ID,
    "selected_channels": _IDS,
    "selected_date": _TEXT,
    "selected_time": _TEXT,
    "files": _FILES,
    "rich_text_value": ({"type": str, "elements": [dict]}, None),
}
_BLOCK: Shape = {"type": str, "block_id": _TEXT}
_VIEW: Shape = {
    "id": _ID,
    "type": _TEXT,
    "callback_id": _TEXT,
    "hash": _TEXT,
    "private_metadata": _TEXT,
    "root_view_id": _SOME_ID,
    "previous_view_id": _SOME_ID,
    "app_installed_team_id": _SOME_ID,
    "team_id": _SOME_ID,
    "state": ({"values": (Each(Each(_ELEMENT)), None)}, None),
    "blocks": ([_BLOCK], None),
}
_EDITED: Shape = ({"ts": _SOME_ID}, None)
_REACTIONS: Shape = ([{"name": str, "users": _IDS}], None)
_MESSAGE: Shape = {
    "type": _TEXT,
    "subtype": _TEXT,
    "ts": _TS,
    "thread_ts": _SOME_ID,
    "user": _SOME_ID,
    "bot_id": _SOME_ID,
    "text": _TEXT,
    "team": _SOME_ID,
    "files": _FILES,
    "blocks": ([_BLOCK], None),
    "attachments": ([dict], None),
    "edited": _EDITED,
    "reactions": _REACTIONS,
    "metadata": _OBJECT,
}
_ACTION: Shape = {**_ELEMENT, "action_id": str, "action_ts": _KEY, "block_id": _TEXT}
_PROFILED: Shape = {
    **_PERSON,
    "name": _TEXT,
    "real_name": _TEXT,
    "tz": _TEXT,
    "updated": _SECONDS,
    "profile": ({"real_name": _TEXT, "display_name": _TEXT, "email": _TEXT}, None),
}
_EVENT: Shape = {
    "type": str,
    "subtype": _TEXT,
    "team": _SOME_ID,
    "user": (_PROFILED, _ID, None),
    "user_id": _SOME_ID,
    "user_team": _SOME_ID,
    "bot_id": _SOME_ID,
    "channel": ({"id": _ID, "name": _TEXT}, _ID, None),
    "channel_id": _SOME_ID,
    "channel_type": _TEXT,
    "text": _TEXT,
    "ts": _SOME_ID,
    "event_ts": _SOME_ID,
    "thread_ts": _SOME_ID,
    "deleted_ts": _SOME_ID,
    "reaction": _TEXT,
    "item": ({"type": _TEXT, "channel": _SOME_ID, "ts": _SOME_ID}, None),
    "item_user": _SOME_ID,
    "subteam": ({"id": _ID, "handle": _TEXT, "users": _IDS, "user_count": _COUNT}, None),
    "subteam_id": _SOME_ID,
    "added_users": _IDS,
    "removed_users": _IDS,
    "message": (_MESSAGE, None),
    "previous_message": (_MESSAGE, None),
    "files": _FILES,
    "blocks": ([_BLOCK], None),
    "attachments": ([dict], None),
    "edited": _EDITED,
    "reactions": _REACTIONS,
    "metadata": _OBJECT,
    "view": _OBJECT,
    "assistant_thread": _OBJECT,
    "tab": _TEXT,
    "inputs": _OBJECT,
    "enterprise": ({"id": _TEXT}, str, None),
    "enterprise_id": _SOME_ID,
    "function_execution_id": _TEXT,
    "bot_access_token": _TEXT,
}
_OF_EVENTS: Mapping[str, Shape] = {
    "message": {"channel": _ID, "ts": _TS},
    "reaction_added": {"reaction": str, "item": dict, "event_ts": _ID},
    "reaction_removed": {"reaction": str, "item": dict, "event_ts": _ID},
    "team_join": {"user": _PERSON},
    "user_change": {"user": _PERSON},
    "subteam_created": {"subteam": dict},
    "subteam_updated": {"subteam": dict},
    "subteam_members_changed": {"subteam_id": _ID},
    "member_joined_channel": {"user": _ID, "channel": _ID, "event_ts": _TS},
    "member_left_channel": {"user": _ID, "channel": _ID, "event_ts": _TS},
    "channel_archive": {"channel": _ID},
    "channel_unarchive": {"channel": _ID},
    "channel_deleted": {"channel": _ID},
    "group_archive": {"channel": _ID},
    "group_unarchive": {"channel": _ID},
    "channel_rename": {"channel": {"id": _ID, "name": str}},
    "group_rename": {"channel": {"id": _ID, "name": str}},
}
"""What an event's listener cannot do without, by the event's type."""

_OF_MESSAGES: Mapping[str, Shape] = {
    "message_changed": {"message": dict},
    "message_replied": {"message": dict},
    "message_deleted": {"deleted_ts": _ID},
}
_CONTAINER: Shape = (
    {
        "type": _TEXT,
        "channel_id": _SOME_ID,
        "message_ts": _SOME_ID,
        "is_ephemeral": _FLAG,
        "view_id": _SOME_ID,
    },
    None,
)
_KINDS: Mapping[str, Shape] = {
    "event_callback": {"event_id": _KEY, "event": _EVENT},
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
    "shortcut": {"user": _PERSON, "callback_id": str, "trigger_id": _KEY},
    "message_action": {
        "user": _PERSON,
        "callback_id": str,
        "trigger_id": _KEY,
        "channel": {"id": _ID},
        "message": _MESSAGE,
    },
    "app_rate_limited": {"team_id": _ID},
    "url_verification": {"challenge": str},
}
_COMMAND: Shape = {"command": str, "user_id": _ID, "channel_id": _ID, "trigger_id": _KEY, "text": _TEXT}
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
        case range():
            # To Python True is a 1.
            return None if type(value) is int and value in shape else at
        case re.Pattern():
            return None if isinstance(value, str) and shape.fullmatch(value) else at
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
