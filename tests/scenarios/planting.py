"""Markup planted wherever a person can type, and what of it came out live."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.entries import fillable
from sandbox.person import Person
from tests.scenarios.stage import Stage

PLANT = "<!channel> <!here> <!subteam^S1> <@U1> <https://x|y>"
LIVE = tuple(PLANT.split())
FILE = ("<!channel> <@U1> <!subteam^S1>.pdf", b"%PDF")

_TEXTS = ("plain_text_input", "rich_text_input", "url_text_input", "file_input")
_PARSED = ("text", "initial_comment", "fallback", "pretext")
"""Arguments and fields beside the blocks that Slack reads as formatted text."""


def rich(text: str) -> dict[str, Any]:
    """A rich text with what its editor makes of @channel and of a group, beside the text."""
    parts = [
        {"type": "text", "text": text},
        {"type": "broadcast", "range": "channel"},
        {"type": "broadcast", "range": "here"},
        {"type": "usergroup", "usergroup_id": "S1"},
    ]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}


class Planter:
    """Fills forms in, and remembers into which fields it planted something."""

    def __init__(self) -> None:
        self.planted: set[tuple[str, str]] = set()

    async def submit(self, person: Person, **given: Any) -> None:
        """Fill the modal in front in and send it; what is not given gets a plant where it takes text.

        A field that is given None is left as it is.
        """
        view = person.modal or {}
        values = {name: value for name, value in given.items() if value is not None}
        filled = set()
        for block, element in fillable(view["blocks"]):
            if element["type"] in _TEXTS and block["block_id"] not in given:
                values[block["block_id"]] = self._plant(element)
                filled.add(_field(view, block))
            elif block["block_id"] in values and PLANT in str(values[block["block_id"]]):
                filled.add(_field(view, block))
        faults = await person.submit(values)
        assert faults == {}, (view["callback_id"], faults)
        self.planted |= filled

    @staticmethod
    def _plant(element: dict[str, Any]) -> Any:
        kind = element["type"]
        if kind == "rich_text_input":
            return rich(PLANT)
        if kind == "file_input":
            return [FILE]
        if kind == "url_text_input":
            return "https://example.org/?q=<!channel>|<@U1>"
        return PLANT[: element.get("max_length", len(PLANT))]


def text_fields(stage: Stage) -> set[tuple[str, str]]:
    """Every field of a form that takes text, of all the forms that were shown: callback id and block id."""
    return {
        _field(view, block)
        for view in views(stage)
        if view.get("type") == "modal"
        for block, element in fillable(view["blocks"])
        if block["type"] == "input" and element["type"] in _TEXTS
    }


def views(stage: Stage) -> Iterator[dict[str, Any]]:
    """Every view that the bot showed, by a call or as its answer to a form."""
    for call in stage.sandbox.calls:
        view = _read(call.args.get("view"))
        if isinstance(view, dict):
            yield view
    for delivered in stage.sandbox.delivery.log:
        for ack in delivered.acks:
            if isinstance(ack.body, dict) and isinstance(ack.body.get("view"), dict):
                yield ack.body["view"]


def live(stage: Stage) -> list[str]:
    """Where the bot let markup that somebody typed come out live: the method or answer, and the text."""
    found = []
    for call in stage.sandbox.calls:
        found += [f"{call.method}: {text}" for text in marks(call.args)]
    for delivered in stage.sandbox.delivery.log:
        for ack in delivered.acks:
            found += [f"answer to {delivered.kind}: {text}" for text in marks(ack.body)]
    for channel in stage.workspace.channels.values():
        for message in channel.messages:
            if message.get("bot_id"):
                found += [f"message: {text}" for text in marks(message)]
    for shown in stage.workspace.ephemerals.values():
        found += [f"ephemeral: {text}" for message in shown for text in marks(message)]
    return sorted(set(found))


def said(stage: Stage) -> Iterable[str]:
    """All that the bot sent, as text."""
    for call in stage.sandbox.calls:
        yield json.dumps(call.args, default=str, ensure_ascii=False)


def marks(value: Any, *, is_parsed: bool = True) -> Iterator[str]:
    """The texts with live markup in what was sent."""
    value = _read(value)
    if isinstance(value, str):
        if is_parsed and any(mark in value for mark in LIVE):
            yield value
    elif isinstance(value, dict):
        kind = value.get("type")
        if kind in ("broadcast", "usergroup") or (kind == "link" and value.get("url") == "https://x"):
            yield str(value)
        for name, inner in value.items():
            if isinstance(inner, str):
                # Plain text, ids, values and metadata are shown as they are, or not at all.
                is_text = name in _PARSED and kind in (None, "mrkdwn", "message")
                yield from marks(inner, is_parsed=is_text) if not _is_json(inner) else marks(inner)
            else:
                yield from marks(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            if not isinstance(inner, str):
                yield from marks(inner)


def _read(value: Any) -> Any:
    """Arguments come as JSON where the library writes it."""
    return json.loads(value) if isinstance(value, str) and _is_json(value) else value


def _is_json(text: str) -> bool:
    if text[:1] not in "[{":
        return False
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def _field(view: dict[str, Any], block: dict[str, Any]) -> tuple[str, str]:
    return str(view["callback_id"]), str(block["block_id"])
