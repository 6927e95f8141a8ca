"""What Slack accepts as the blocks of a message, a modal or the Home tab, and the ids that it fills in."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from sandbox.elements import ELEMENTS, IMAGE, IMAGE_SOURCE, plain, text
from sandbox.errors import SlackError
from sandbox.rich_text import RICH_TEXT
from sandbox.schema import Faults, Rule, boolean, fault, fields, items, only_one_of, string, tagged

Surface = Literal["message", "modal", "home"]

MOST_BLOCKS: dict[Surface, int] = {"message": 50, "modal": 100, "home": 100}
MOST_TEXT = 13_200
"""Characters in all text of one message's blocks together, measured by others: Slack names no number."""
MOST_MARKDOWN = 12_000

_CHOOSERS = [
    f"{prefix}{kind}_select"
    for prefix in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
]
_ACCESSORIES = ["button", "image", "overflow", "datepicker", "timepicker", "checkboxes", "radio_buttons"]
_ACTIONS = ["button", "overflow", "datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"]
_INPUTS = [
    *("plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"),
    *("datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons"),
]

_CONTEXT_TEXT = string(3000)


def _some(kinds: list[str]) -> Rule:
    return tagged({kind: ELEMENTS[kind] for kind in kinds})


def _has_text(value: dict[str, Any], pointer: str, found: Faults) -> None:
    if "text" not in value and "fields" not in value:
        fault(found, "must define either `text` or `fields`", pointer)


def _kinds(surface: Surface) -> dict[str, Rule]:
    block_id: dict[str, Rule] = {"block_id": string(255)}
    # A file can only be handed in through a modal.
    inputs = [*_INPUTS, *_CHOOSERS, *(["file_input"] if surface == "modal" else [])]
    kinds: dict[str, Rule] = {
        "section": fields(
            {},
            {
                **block_id,
                "text": text(3000),
                "fields": items(text(2000), most=10),
                "accessory": _some([*_ACCESSORIES, *_CHOOSERS]),
                "expand": boolean,
            },
            _has_text,
        ),
        "header": fields({"text": plain(150)}, block_id),
        "divider": fields({}, block_id),
        "context": fields(
            {
                "elements": items(
                    tagged(
                        {
                            "image": IMAGE,
                            "plain_text": fields({"text": _CONTEXT_TEXT}, {"emoji": boolean}),
                            "mrkdwn": fields({"text": _CONTEXT_TEXT}, {"verbatim": boolean}),
                        }
                    ),
                    most=10,
                )
            },
            block_id,
        ),
        "actions": fields({"elements": items(_some([*_ACTIONS, *_CHOOSERS]), most=25)}, block_id),
        "image": fields(
            {"alt_text": string(2000)},
            {**block_id, **IMAGE_SOURCE, "title": plain(2000)},
            only_one_of("image_url", "slack_file"),
        ),
        "input": fields(
            {"label": plain(2000), "element": _some(inputs)},
            {**block_id, "hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
        ),
        "rich_text": RICH_TEXT,
    }
    if surface == "message":
        kinds["markdown"] = fields({"text": string(MOST_MARKDOWN)}, block_id)
        kinds["file"] = fields({"external_id": string(255), "source": string(255)}, block_id)
    return kinds


_SURFACES: dict[Surface, Rule] = {
    "message": items(tagged(_kinds("message")), most=MOST_BLOCKS["message"], least=0),
    "modal": items(tagged(_kinds("modal")), most=MOST_BLOCKS["modal"], least=0),
    "home": items(tagged(_kinds("home")), most=MOST_BLOCKS["home"], least=0),
}


def validate_blocks(blocks: Any, *, surface: Surface) -> None:
    """Hold a message's blocks against Slack's rules.

    Raises SlackError: `invalid_blocks_format` where it is no list of objects, `invalid_blocks` with every
    fault found, `msg_blocks_too_long` where all the text together is too much for one message.
    """
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    if found := block_faults(blocks, surface=surface, pointer="/blocks"):
        raise SlackError("invalid_blocks", *(f"[ERROR] {sentence}" for sentence in found), errors=found)
    if surface == "message" and sum(map(len, texts(blocks))) > MOST_TEXT:
        raise SlackError("msg_blocks_too_long")


def block_faults(blocks: Any, *, surface: Surface, pointer: str) -> list[str]:
    """Every fault of these blocks, each with its JSON pointer; none if Slack takes them."""
    found: Faults = []
    _SURFACES[surface](blocks, pointer, found)
    if not found:
        _repeated_ids(blocks, pointer, found)
        _several_focused(blocks, pointer, found)
        markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
        if markdown > MOST_MARKDOWN:
            fault(found, f"markdown text must be less than {MOST_MARKDOWN + 1} characters", pointer)
    return found


def _repeated_ids(blocks: list[dict[str, Any]], pointer: str, found: Faults) -> None:
    block_ids: set[str] = set()
    for index, block in enumerate(blocks):
        block_id = block.get("block_id")
        if block_id in block_ids:
            fault(found, f'`block_id` "{block_id}" already exists', f"{pointer}/{index}/block_id")
        if block_id:
            block_ids.add(block_id)
        action_ids: set[str] = set()
        for where, element in elements_of(block):
            action_id = element.get("action_id")
            if action_id in action_ids:
                place = f"{pointer}/{index}/{where}/action_id"
                fault(found, f'`action_id` "{action_id}" already exists', place)
            if action_id:
                action_ids.add(action_id)


def _several_focused(blocks: list[dict[str, Any]], pointer: str, found: Faults) -> None:
    focused = [
        element for block in blocks for _, element in elements_of(block) if element.get("focus_on_load")
    ]
    if len(focused) > 1:
        fault(found, "only one element can have `focus_on_load` set to true", pointer)


def elements_of(block: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The interactive elements of one block, with their place in it, such as `elements/2`."""
    if block["type"] == "actions":
        for index, element in enumerate(block["elements"]):
            yield f"elements/{index}", element
    elif block["type"] == "input":
        yield "element", block["element"]
    elif block["type"] == "section" and block.get("accessory", {}).get("type", "image") != "image":
        yield "accessory", block["accessory"]


def texts(value: Any) -> Iterator[str]:
    """Every text that is shown: what stands in `text` fields, at any depth."""
    if isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name == "text" and isinstance(each, str):
                yield each
            else:
                yield from texts(each)


def with_ids(blocks: list[dict[str, Any]], new_id: Callable[[], str]) -> list[dict[str, Any]]:
    """A copy as Slack stores it: a `block_id` in every block, an `action_id` in every interactive element."""
    return [_identified(block, new_id) for block in blocks]


def _identified(block: dict[str, Any], new_id: Callable[[], str]) -> dict[str, Any]:
    whole = {**block, "block_id": block.get("block_id") or new_id()}
    if block["type"] == "actions":
        whole["elements"] = [_acting(element, new_id) for element in block["elements"]]
    elif block["type"] == "input":
        whole["element"] = _acting(block["element"], new_id)
    elif "accessory" in block and block["accessory"]["type"] != "image":
        whole["accessory"] = _acting(block["accessory"], new_id)
    return whole


def _acting(element: dict[str, Any], new_id: Callable[[], str]) -> dict[str, Any]:
    return {**element, "action_id": element.get("action_id") or new_id()}
