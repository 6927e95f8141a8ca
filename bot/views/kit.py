"""The pieces of Block Kit that the bot's views are made of, within Slack's limits; no words of its own."""

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.views import words

Block = dict[str, Any]
View = dict[str, Any]
Message = dict[str, Any]

SECTION_CHARACTERS = 3000
MESSAGE_BLOCKS = 50
MESSAGE_CHARACTERS = 13_000
MODAL_BLOCKS = 100
OPTIONS = 100
INPUT_CHARACTERS = 3000


def mrkdwn(text: str) -> Block:
    """Formatted text. `verbatim`: what looks like a link, a channel or a name in it stays as it is."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain(text: str, limit: int = 75) -> Block:
    """Text without formatting, cut at `limit` characters."""
    return {"type": "plain_text", "text": words.short(text, limit), "emoji": False}


def header(text: str) -> Block:
    """A headline."""
    return {"type": "header", "text": plain(text, 150)}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """A paragraph of formatted text, escaped by the caller; at most 3,000 characters."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return block | {"accessory": accessory} if accessory else block


def context(text: str) -> Block:
    """A small grey line of formatted text."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def divider() -> Block:
    """A line across."""
    return {"type": "divider"}


def actions(*elements: Block | None) -> Block:
    """A row of buttons and menus; those that are None are left out."""
    return {"type": "actions", "elements": [element for element in elements if element]}


def button(
    label: str, action_id: str, value: str, *, style: str | None = None, confirm: Block | None = None
) -> Block:
    """A button. style: `primary` or `danger`."""
    element: Block = {"type": "button", "text": plain(label), "action_id": action_id, "value": value}
    if style:
        element["style"] = style
    return element | {"confirm": confirm} if confirm else element


def confirm(title: str, text: str, yes: str, no: str = "Cancel") -> Block:
    """The question before a button does what it does."""
    return {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }


def option(label: str, value: str, description: str = "") -> Block:
    """One choice of a menu or of checkboxes."""
    made: Block = {"text": plain(label or value), "value": value}
    return made | {"description": plain(description)} if description else made


def menu(action_id: str, options: Sequence[Block], *, placeholder: str, initial: str = "") -> Block:
    """A menu of at most 100 options. initial: the value of the chosen one."""
    element: Block = {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, 150),
        "options": list(options),
    }
    chosen = [made for made in options if made["value"] == initial]
    return element | {"initial_option": chosen[0]} if chosen else element


def field(block_id: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    """An input of a modal. The element's action id is the block's id."""
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, 2000),
        "element": element | {"action_id": block_id},
        "optional": optional,
    }
    return block | {"hint": plain(hint, 2000)} if hint else block


def modal(
    *,
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    submit: str = "",
    close: str = "Close",
    metadata: Any = None,
) -> View:
    """A modal. metadata: what its submission needs to know, kept as JSON."""
    view: View = {
        "type": "modal",
        "callback_id": callback_id,
        "title": plain(title, 24),
        "close": plain(close, 24),
        "blocks": list(blocks)[:MODAL_BLOCKS],
    }
    if submit:
        view["submit"] = plain(submit, 24)
    if metadata is not None:
        view["private_metadata"] = json.dumps(metadata, separators=(",", ":"))
    return view


def message(text: str, blocks: Sequence[Block]) -> Message:
    """A message. text: its notification, escaped by the caller."""
    return {"text": text, "blocks": list(blocks)}


def input_parts(text: str, most: int = INPUT_CHARACTERS) -> list[str]:
    """`text` in pieces that each fit into a text input; together they are `text`, letter by letter.

    No piece begins or ends with a space where that can be: inputs are trimmed when they are read.
    """
    pieces: list[str] = []
    while text:
        end = _longest(text, most, _units)
        cut = end
        while 0 < cut < len(text) and (text[cut - 1].isspace() or text[cut].isspace()):
            cut -= 1
        pieces.append(text[: cut or end])
        text = text[cut or end :]
    return pieces


def quoted(text: str, *, most: int = MODAL_BLOCKS) -> list[Block]:
    """Somebody's text, escaped, over as many sections as Slack's limit asks for.

    Whole in up to `most` blocks; what is longer ends with a line that says so.
    """
    found: list[Block] = []
    while text:
        end = _longest(text, SECTION_CHARACTERS, lambda character: len(words.escape(character)))
        space = max(text.rfind(" ", end // 2, end), text.rfind("\n", end // 2, end))
        if end < len(text) and space > 0:
            end = space + 1
        # A section of spaces only is refused.
        if piece := text[:end].strip():
            found.append(section(words.escape(piece)))
        text = text[end:]
    return found if len(found) <= most else [*found[: most - 1], context("… It is longer than fits here.")]


def lines(written: Iterable[str], *, heading: str = "") -> list[Block]:
    """Lines, escaped by the caller, over as few sections as hold them. No line is longer than a section."""
    found: list[Block] = []
    text = heading
    for line in written:
        if len(text) + 1 + len(line) > SECTION_CHARACTERS:
            found.append(section(text))
            text = line
        else:
            text = f"{text}\n{line}" if text else line
    return [*found, section(text)] if text else found


def fitted(parts: Sequence[Sequence[Block]], *, most: int = MODAL_BLOCKS) -> list[Block]:
    """Parts one below the other, in at most `most` blocks, of which there are two a part at least.

    Where they are more, the longest parts are cut, each ending with a line that says so.
    """
    level = max((len(part) for part in parts), default=0)
    while sum(min(len(part), level) for part in parts) > most:
        level -= 1
    found: list[Block] = []
    for part in parts:
        is_cut = len(part) > level
        found += [*part[: level - 1], context("… There is more than fits here.")] if is_cut else part
    return found


def _units(character: str) -> int:
    # Slack counts an emoji beyond the first plane as two characters, Python as one.
    return 2 if ord(character) > 0xFFFF else 1


def _longest(text: str, most: int, size: Callable[[str], int]) -> int:
    total = 0
    for place, character in enumerate(text):
        total += size(character)
        if total > most:
            return place
    return len(text)


def characters(blocks: Iterable[Block]) -> int:
    """How many characters of text these blocks hold, as Slack adds them up for a message."""
    return sum(_characters(block) for block in blocks)


def _characters(value: Any) -> int:
    if isinstance(value, dict):
        own = len(value["text"]) if isinstance(value.get("text"), str) else 0
        return own + sum(_characters(inner) for inner in value.values())
    if isinstance(value, list):
        return sum(_characters(inner) for inner in value)
    return 0
