"""What Slack accepts as text, option, dialog and interactive element; blocks.py says where each may stand."""

import re
from datetime import date
from typing import Any

from sandbox.rich_text import INPUT_RICH_TEXT
from sandbox.schema import (
    Extra,
    Faults,
    Rule,
    boolean,
    choice,
    fault,
    fields,
    integer,
    items,
    matching,
    only_one_of,
    string,
    tagged,
)

ACTION_ID = string(255)
URL = matching(
    lambda value: len(value) <= 3000 and re.match(r"[a-z][a-z0-9+.-]*:.+", value, re.IGNORECASE) is not None,
    "must be a valid URL of less than 3001 characters",
)


def plain(most: int, least: int = 1) -> Rule:
    """A `plain_text` object of `least` to `most` characters."""
    return tagged({"plain_text": fields({"text": string(most, least)}, {"emoji": boolean})})


def text(most: int, least: int = 1) -> Rule:
    """A text object of either type, `least` to `most` characters."""
    written = string(most, least)
    return tagged(
        {
            "plain_text": fields({"text": written}, {"emoji": boolean}),
            "mrkdwn": fields({"text": written}, {"verbatim": boolean}),
        }
    )


CONFIRM = fields(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)
PLACEHOLDER = plain(150)

_OPTION = fields({"text": plain(75), "value": string(150)}, {"description": plain(75)})
_MARKED_OPTION = fields({"text": text(75), "value": string(150)}, {"description": text(75)})
_OVERFLOW_OPTION = fields({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": URL})
_DISPATCH = fields({"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), most=2)})


def _is_date(value: str) -> bool:
    try:
        return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        return False


DATE = matching(_is_date, "must be a valid date in the format YYYY-MM-DD")
TIME = matching(
    lambda v: re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", v) is not None, "must be a valid HH:mm time"
)


def _distinct_values(value: dict[str, Any], pointer: str, found: Faults) -> None:
    """Two options of one element with one value could not be told apart when chosen."""
    seen: set[str] = set()
    for where, option in _options_of(value):
        if option["value"] in seen:
            fault(found, f'option value "{option["value"]}" already exists', f"{pointer}/{where}/value")
        seen.add(option["value"])


def _options_of(value: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    options = [(f"options/{index}", option) for index, option in enumerate(value.get("options", []))]
    for group_index, group in enumerate(value.get("option_groups", [])):
        for index, option in enumerate(group["options"]):
            options.append((f"option_groups/{group_index}/options/{index}", option))
    return options


def _initial_among(name: str) -> Extra:
    """What is chosen at first is one of the options, letter by letter."""

    def check(value: dict[str, Any], pointer: str, found: Faults) -> None:
        if name not in value:
            return
        known = [_bare(option) for _, option in _options_of(value)]
        chosen = value[name] if isinstance(value[name], list) else [value[name]]
        for option in chosen:
            if _bare(option) not in known:
                fault(found, f"{name} must match one of the provided options", f"{pointer}/{name}")

    return check


def _bare(option: dict[str, Any]) -> tuple[str, str]:
    return option["value"], option["text"]["text"]


def _ordered(low: str, high: str) -> Extra:
    def check(value: dict[str, Any], pointer: str, found: Faults) -> None:
        if low in value and high in value and float(value[low]) > float(value[high]):
            fault(found, f"{low} must be less than or equal to {high}", f"{pointer}/{low}")

    return check


def _select(required: dict[str, Rule], optional: dict[str, Rule], *together: Extra, many: bool) -> Rule:
    common: dict[str, Rule] = {
        "action_id": ACTION_ID,
        "placeholder": PLACEHOLDER,
        "confirm": CONFIRM,
        "focus_on_load": boolean,
    }
    if many:
        common["max_selected_items"] = integer(1, 100)
    return fields(required, {**common, **optional}, *together)


def _static(initial: str, *, many: bool) -> Rule:
    group = fields({"label": plain(75), "options": items(_OPTION, most=100)})
    optional: dict[str, Rule] = {
        "options": items(_OPTION, most=100),
        "option_groups": items(group, most=100),
        initial: items(_OPTION, most=100) if many else _OPTION,
    }
    either = only_one_of("options", "option_groups")
    return _select({}, optional, either, _distinct_values, _initial_among(initial), many=many)


_ID = string(255)
_CONVERSATION_FILTER = fields(
    {},
    {
        "include": items(choice("im", "mpim", "private", "public"), most=4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
_CONVERSATIONS: dict[str, Rule] = {
    "default_to_current_conversation": boolean,
    "filter": _CONVERSATION_FILTER,
}
_RESPONDS: dict[str, Rule] = {"response_url_enabled": boolean}


def _ids(name: str) -> dict[str, Rule]:
    return {name: items(_ID, most=100)}


def _picker(initial: dict[str, Rule]) -> Rule:
    optional = {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean, **initial}
    return fields({}, optional)


def _marks(initial: dict[str, Rule]) -> Rule:
    return fields(
        {"options": items(_MARKED_OPTION, most=10)},
        {"action_id": ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean, **initial},
        _distinct_values,
        *(_initial_among(name) for name in initial),
    )


def _typed(required: dict[str, Rule], optional: dict[str, Rule], *together: Extra) -> Rule:
    common: dict[str, Rule] = {
        "action_id": ACTION_ID,
        "placeholder": PLACEHOLDER,
        "dispatch_action_config": _DISPATCH,
        "focus_on_load": boolean,
    }
    return fields(required, {**common, **optional}, *together)


def _is_number(value: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


_NUMBER = matching(_is_number, "must be a valid number")


def _whole_bounds(value: dict[str, Any], pointer: str, found: Faults) -> None:
    if value["is_decimal_allowed"]:
        return
    for name in ("initial_value", "min_value", "max_value"):
        if "." in value.get(name, ""):
            fault(found, f"{name} must be a whole number", f"{pointer}/{name}")


def _fits_lengths(value: dict[str, Any], pointer: str, found: Faults) -> None:
    typed = value.get("initial_value", "")
    if typed and len(typed) > value.get("max_length", 3000):
        fault(found, "initial_value is longer than max_length", f"{pointer}/initial_value")


SLACK_FILE = fields({}, {"id": string(255), "url": URL}, only_one_of("id", "url"))
IMAGE_SOURCE: dict[str, Rule] = {"image_url": URL, "slack_file": SLACK_FILE}

BUTTON = fields(
    {"text": plain(75)},
    {
        "action_id": ACTION_ID,
        "url": URL,
        "value": string(2000),
        "style": choice("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)
IMAGE = fields({"alt_text": string(2000)}, IMAGE_SOURCE, only_one_of("image_url", "slack_file"))

ELEMENTS: dict[str, Rule] = {
    "button": BUTTON,
    "image": IMAGE,
    "overflow": fields(
        {"options": items(_OVERFLOW_OPTION, most=5)},
        {"action_id": ACTION_ID, "confirm": CONFIRM},
        _distinct_values,
    ),
    "static_select": _static("initial_option", many=False),
    "multi_static_select": _static("initial_options", many=True),
    "external_select": _select(
        {}, {"initial_option": _OPTION, "min_query_length": integer(0, 255)}, many=False
    ),
    "multi_external_select": _select(
        {}, {"initial_options": items(_OPTION, most=100), "min_query_length": integer(0, 255)}, many=True
    ),
    "users_select": _select({}, {"initial_user": _ID}, many=False),
    "multi_users_select": _select({}, _ids("initial_users"), many=True),
    "conversations_select": _select(
        {}, {**_CONVERSATIONS, **_RESPONDS, "initial_conversation": _ID}, many=False
    ),
    "multi_conversations_select": _select({}, {**_CONVERSATIONS, **_ids("initial_conversations")}, many=True),
    "channels_select": _select({}, {**_RESPONDS, "initial_channel": _ID}, many=False),
    "multi_channels_select": _select({}, _ids("initial_channels"), many=True),
    "datepicker": _picker({"initial_date": DATE, "placeholder": PLACEHOLDER}),
    "timepicker": _picker({"initial_time": TIME, "placeholder": PLACEHOLDER, "timezone": string(100)}),
    "datetimepicker": _picker({"initial_date_time": integer(1_000_000_000, 9_999_999_999)}),
    "checkboxes": _marks({"initial_options": items(_MARKED_OPTION, most=10)}),
    "radio_buttons": _marks({"initial_option": _MARKED_OPTION}),
    "plain_text_input": _typed(
        {},
        {
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        _ordered("min_length", "max_length"),
        _fits_lengths,
    ),
    "number_input": _typed(
        {"is_decimal_allowed": boolean},
        {"initial_value": _NUMBER, "min_value": _NUMBER, "max_value": _NUMBER},
        _whole_bounds,
        _ordered("min_value", "max_value"),
    ),
    "email_text_input": _typed({}, {"initial_value": string(3000)}),
    "url_text_input": _typed({}, {"initial_value": string(3000)}),
    "rich_text_input": _typed({}, {"initial_value": INPUT_RICH_TEXT}),
    "file_input": fields(
        {},
        {
            "action_id": ACTION_ID,
            "filetypes": items(string(50), most=100),
            "max_files": integer(1, 10),
        },
    ),
}
