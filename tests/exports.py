"""Slack exports, made small for tests."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

PEOPLE = (
    {"id": "UOLD1", "name": "ana", "profile": {"real_name": "Ana Older", "email": "ana@older.example"}},
    {"id": "UBEN", "name": "ben", "profile": {"real_name": "Ben Virta", "email": "ben@example.org"}},
    {"id": "UBOT", "name": "robot", "is_bot": True, "profile": {"real_name": "Robot"}},
)


def export(
    channels: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    private: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ids: Mapping[str, str] | None = None,
    others: Mapping[str, str] | None = None,
) -> bytes:
    """The ZIP of an export: messages by channel. ids: of channels; `C` and the name otherwise.

    others: further files by path, with their text; they replace those of the same path.
    """
    ids = ids or {}
    files = {"users.json": json.dumps(PEOPLE)}
    for listing, group in (("channels.json", channels), ("groups.json", private or {})):
        if group or listing == "channels.json":
            known = [{"id": ids.get(name, f"C{name.upper()}"), "name": name} for name in group]
            files[listing] = json.dumps(known)
        for name, messages in group.items():
            files[f"{name}/2022-05-03.json"] = json.dumps(messages, indent=1)
    files.update(others or {})
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return packed.getvalue()


def message(text: str, ts: str, user: str = "UOLD1", **fields: Any) -> dict[str, Any]:
    """A message of an export."""
    return {"type": "message", "user": user, "text": text, "ts": ts, **fields}


ASKED = message("How do <@UBEN> and others keep members?", "1651582800.000100", thread_ts="1651582800.000100")
ANSWERED = message(
    "We call them &amp; listen.",
    "1651586400.000200",
    "UBEN",
    thread_ts="1651582800.000100",
    reactions=[{"name": "white_check_mark", "users": ["UOLD1"], "count": 1}],
)
