"""What a person enters into a view's or message's elements: Slack's `state`, and what the client refuses."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import PurePath
from typing import Any

from sandbox.blocks import elements_of
from sandbox.errors import SlackError

Values = dict[str, dict[str, dict[str, Any]]]
"""block_id → action_id → the entry, as in `state.values`."""

REQUIRED = "Please complete this required field."

_FIELDS = {
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "checkboxes": ("selected_options", "initial_options"),
    "radio_buttons": ("selected_option", "initial_option"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "file_input": ("files", ""),
}
"""Element type → the field of its entry, and the field of the element that fills it at first."""

_OPTION_TYPES = ("checkboxes", "radio_buttons", "static_select", "multi_static_select")
_LIST_FIELDS = frozenset(
    {"selected_options", "selected_users", "selected_conversations", "selected_channels", "files"}
)
_TEXT_TYPES = ("plain_text_input", "number_input", "email_text_input", "url_text_input")


class NotPossible(SlackError):
    """Something that a person's client does not let them do; the sentence says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__("not_possible", sentence)


def fillable(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every (block, element) that keeps what is entered into it."""
    for block in blocks:
        for _, element in elements_of(block):
            if element["type"] in _FIELDS:
                yield block, element


def state_of(blocks: list[dict[str, Any]], entered: Values) -> Values:
    """The state of these blocks: what was entered, else what each element holds at first."""
    values: Values = {}
    for block, element in fillable(blocks):
        kept = entered.get(block["block_id"], {}).get(element["action_id"])
        if kept is None or kept["type"] != element["type"]:
            kept = first_entry(element)
        values.setdefault(block["block_id"], {})[element["action_id"]] = kept
    return values


def first_entry(element: dict[str, Any]) -> dict[str, Any]:
    """The entry of an element that nobody has touched."""
    name, initial = _FIELDS[element["type"]]
    empty: Any = [] if name in _LIST_FIELDS else None
    return {"type": element["type"], name: element.get(initial, empty)}


def is_empty(entry: dict[str, Any]) -> bool:
    """Whether nothing is entered; white space alone is nothing."""
    held = entry[_FIELDS[entry["type"]][0]]
    return held in (None, "", []) or (isinstance(held, str) and not held.strip())


def entry(element: dict[str, Any], value: Any) -> dict[str, Any]:
    """What it means to enter a plain value into an element.

    value: a text, number, date, time, aware datetime; an option's value or text, an id, or a list of such;
        None empties it. Options of external selects, rich text and files come as Slack's own objects.
    Raises NotPossible if the element offers no such value.
    """
    kind = element["type"]
    if kind not in _FIELDS:
        raise NotPossible(f"nothing can be entered into a {kind}")
    if value is None:
        return {**first_entry({"type": kind})}
    name = _FIELDS[kind][0]
    if name in _LIST_FIELDS:
        values = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
        held: Any = [_one(element, each) for each in values]
        if len(held) > element.get("max_selected_items", len(held)):
            raise NotPossible(f"at most {element['max_selected_items']} can be chosen")
        if kind == "checkboxes" or kind.startswith("multi_static"):
            # In the order in which they stand, whatever the order of the clicks.
            held.sort(key=_options(element).index)
    else:
        held = _one(element, value)
    return {"type": kind, name: held}


def _one(element: dict[str, Any], value: Any) -> Any:
    kind = element["type"]
    if kind in _OPTION_TYPES:
        for option in _options(element):
            if value in (option["value"], option["text"]["text"], option):
                return option
        raise NotPossible(f"no option {value!r} in {element.get('action_id')}")
    if kind == "datetimepicker":
        return int(value.timestamp()) if isinstance(value, datetime) else int(value)
    if kind == "datepicker":
        return _written(value, date, "YYYY-MM-DD")
    if kind == "timepicker":
        return value.strftime("%H:%M") if isinstance(value, time) else _written(value, time, "HH:MM")
    if kind in _TEXT_TYPES:
        return str(value)
    return value


def _written(value: Any, kind: type[date] | type[time], form: str) -> str:
    text = value.isoformat() if isinstance(value, (date, time)) else str(value)
    try:
        kind.fromisoformat(text)
    except ValueError:
        raise NotPossible(f"{text!r} is not {form}") from None
    return text


def _options(element: dict[str, Any]) -> list[dict[str, Any]]:
    groups = element.get("option_groups", [])
    return [*element.get("options", []), *(option for group in groups for option in group["options"])]


def validate_values(view: dict[str, Any], values: Values) -> dict[str, str]:
    """What Slack's client itself refuses before it sends a modal: block_id → the sentence shown there."""
    errors: dict[str, str] = {}
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        entered = values.get(block["block_id"], {}).get(element["action_id"]) or first_entry(element)
        if is_empty(entered):
            if not block.get("optional"):
                errors[block["block_id"]] = REQUIRED
        elif problem := _problem(element, entered[_FIELDS[element["type"]][0]]):
            errors[block["block_id"]] = problem
    return errors


def _problem(element: dict[str, Any], held: Any) -> str:
    match element["type"]:
        case "plain_text_input":
            return _length_problem(element, held)
        case "number_input":
            return _number_problem(element, held)
        case "email_text_input" if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", held):
            return "Enter a valid email address."
        case "url_text_input" if not re.fullmatch(r"https?://[^\s/]+\S*", held, re.IGNORECASE):
            return "Enter a valid URL, beginning with http:// or https://."
        case "file_input":
            return _file_problem(element, held)
    return ""


def _length_problem(element: dict[str, Any], held: str) -> str:
    most, least = element.get("max_length", 3000), element.get("min_length", 0)
    if len(held) > most:
        return f"Must be {most} characters or fewer."
    if len(held) < least:
        return f"Must be at least {least} characters."
    return ""


def _number_problem(element: dict[str, Any], held: str) -> str:
    pattern = r"-?\d+(\.\d+)?" if element["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(pattern, held):
        return "Enter a number." if element["is_decimal_allowed"] else "Enter a whole number."
    if "min_value" in element and float(held) < float(element["min_value"]):
        return f"Must be at least {element['min_value']}."
    if "max_value" in element and float(held) > float(element["max_value"]):
        return f"Must be at most {element['max_value']}."
    return ""


def _file_problem(element: dict[str, Any], held: list[dict[str, Any]]) -> str:
    most = element.get("max_files", 10)
    if len(held) > most:
        return f"At most {most} files can be added."
    allowed = [kind.lower().lstrip(".") for kind in element.get("filetypes", [])]
    for file in held:
        kind = PurePath(file["name"]).suffix.lstrip(".").lower()
        if allowed and kind not in allowed:
            return f"{file['name']} is not one of the allowed types: {', '.join(allowed)}."
    return ""
