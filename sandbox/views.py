"""What Slack accepts as a modal or a Home tab; what people enter into one is in entries.py."""

import json
from typing import Any, Literal

from sandbox.blocks import MOST_BLOCKS, block_faults
from sandbox.elements import plain
from sandbox.entries import validate_values
from sandbox.errors import SlackError
from sandbox.schema import Faults, Rule, boolean, fault, fields, string, tagged

__all__ = ["MOST_BYTES", "Kind", "validate_values", "validate_view"]

Kind = Literal["modal", "home"]

MOST_BYTES = 250_000


def _any(value: Any, pointer: str, found: Faults) -> None:
    """Blocks are looked at by themselves: their faults depend on one another."""


_COMMON: dict[str, Rule] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_VIEW = tagged(
    {
        "modal": fields(
            {"title": plain(24), "blocks": _any},
            {
                **_COMMON,
                "submit": plain(24),
                "close": plain(24),
                "clear_on_close": boolean,
                "notify_on_close": boolean,
            },
        ),
        "home": fields({"blocks": _any}, _COMMON),
    }
)


def validate_view(view: Any, kind: Kind | None = None) -> None:
    """Hold a view against Slack's rules.

    kind: what the method takes: views.publish a `home`, the others a `modal`; either where none is given.
    Raises SlackError: `invalid_arguments` with every fault found, `view_too_large` over 250 kB.
    """
    found: Faults = []
    _VIEW(view, "/view", found)
    if isinstance(view, dict):
        found += _beyond_fields(view, kind)
    if found:
        raise SlackError("invalid_arguments", *(f"[ERROR] {sentence}" for sentence in found))
    if len(json.dumps(view, ensure_ascii=False).encode()) > MOST_BYTES:
        raise SlackError("view_too_large")


def _beyond_fields(view: dict[str, Any], kind: Kind | None) -> Faults:
    found: Faults = []
    is_known = view.get("type") in MOST_BLOCKS
    if kind and is_known and view["type"] != kind:
        fault(found, f"must be a valid enum value: {kind}", "/view/type")
    if is_known and "blocks" in view:
        surface: Kind = "home" if view["type"] == "home" else "modal"
        faults = block_faults(view["blocks"], surface=surface, pointer="/view/blocks")
        found += faults
        if not faults and surface == "modal" and "submit" not in view:
            for index, block in enumerate(view["blocks"]):
                if block["type"] == "input":
                    sentence = "must define `submit` to use an `input` block in modals"
                    fault(found, sentence, f"/view/blocks/{index}/input")
    return found
