"""What passed between the workspace and its apps, as the page lists it: calls and deliveries."""

import json
import re
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.calls import Call
from sandbox.delivered import Delivered

if TYPE_CHECKING:
    from sandbox.server import Sandbox

LISTED = 200
"""Of the last entries, as many are told to a page that opens the list."""
_KEPT = 2_000
_POINTER = re.compile(r"\s*\[json-pointer:([^\]]*)\]\s*$")
_LEVEL = re.compile(r"^\[[A-Z]+\]\s*")

Json = dict[str, Any]


class Journal:
    """The last calls and deliveries, numbered as they came.

    listeners: called with each entry that is new or changed, and with what Slack refused, if anything.
    """

    def __init__(self, sandbox: "Sandbox") -> None:
        self._apps = sandbox.workspace.apps
        self._entries: deque[tuple[int, Call | Delivered]] = deque(maxlen=_KEPT)
        self._last = 0
        self.listeners: list[Callable[[Json, Json | None], None]] = []
        sandbox.on_call.append(self._called)
        sandbox.delivery.on_logged.append(self._delivered)

    def latest(self) -> list[Json]:
        """The last entries, in the order in which they came."""
        return [self._summary(number, record) for number, record in list(self._entries)[-LISTED:]]

    def whole(self, number: int) -> Json | None:
        """Everything of one entry: what was sent and what came back; None if it is no longer kept."""
        record = next((each for known, each in self._entries if known == number), None)
        match record:
            case Call():
                return {"sent": record.args, "answer": record.answer, "faults": faults_of(record)}
            case Delivered():
                acks = [
                    {"error": a.error, "took_ms": round(a.took_s * 1000), "body": a.body} for a in record.acks
                ]
                return {"sent": record.payload, "answer": acks, "faults": []}
        return None

    def _called(self, call: Call) -> None:
        self._tell(self._number(call), call, refusal(call))

    def _delivered(self, delivered: Delivered) -> None:
        refused = None
        if delivered.problem:
            sentences = [{"sentence": line} for line in delivered.problem.split("; ")]
            refused = {"what": f"the answer to {name_of(delivered)}", "error": "", "faults": sentences}
        self._tell(self._number(delivered), delivered, refused)

    def _number(self, record: Call | Delivered) -> int:
        # A call is whole when it is logged. A delivery changes, soon after it was added: it is near the end.
        if isinstance(record, Delivered):
            for number, known in reversed(self._entries):
                if known is record:
                    return number
        self._last += 1
        self._entries.append((self._last, record))
        return self._last

    def _tell(self, number: int, record: Call | Delivered, refused: Json | None) -> None:
        if not self.listeners:
            return
        summary = self._summary(number, record)
        for listener in self.listeners:
            listener(summary, refused)

    def _summary(self, number: int, record: Call | Delivered) -> Json:
        app = self._apps.get(record.app_id)
        entry: Json = {
            "number": number,
            "at_ms": record.at.timestamp() * 1000,
            "app": app.name if app else "",
        }
        if isinstance(record, Call):
            error = record.answer.get("error", "") or ("" if record.status == 200 else "no_answer")
            return {**entry, "kind": "call", "name": record.method, "status": record.status, "error": error}
        took_ms = round(record.acks[-1].took_s * 1000) if record.acks else None
        return {
            **entry,
            "kind": record.kind,
            "name": name_of(record),
            "attempts": record.attempts,
            "took_ms": took_ms,
            "error": record.error or record.problem,
        }


def name_of(delivered: Delivered) -> str:
    """What a payload is, in a few words: `message.im`, `/hello`, `block_actions: open_form`."""
    payload = delivered.payload
    if delivered.kind == "slash_commands":
        return str(payload.get("command", ""))
    if delivered.kind == "events_api":
        event = payload.get("event") or {"type": payload.get("type", "")}
        return ".".join(str(part) for part in (event.get("type"), event.get("channel_type")) if part)
    about = [action.get("action_id", "") for action in payload.get("actions", [])]
    about += [payload.get("callback_id") or (payload.get("view") or {}).get("callback_id", "")]
    return ": ".join([str(payload.get("type", "")), *[str(each) for each in about if each][:1]])


def refusal(call: Call) -> Json | None:
    """What a refused call is told as: `{what, error, faults}`; None if it was answered or came too fast."""
    if call.status != 200 or call.answer.get("ok"):
        return None
    return {"what": call.method, "error": call.answer.get("error", ""), "faults": faults_of(call)}


def faults_of(call: Call) -> list[Json]:
    """Slack's sentences, each `{sentence, pointer, where, length}`; where: the block, in words."""
    messages = (call.answer.get("response_metadata") or {}).get("messages") or []
    return [_fault(str(message), call.args) for message in messages]


def _fault(message: str, args: Json) -> Json:
    found = _POINTER.search(message)
    sentence = _LEVEL.sub("", message[: found.start()] if found else message)
    if found is None:
        return {"sentence": sentence}
    value, block = _walk(args, found.group(1))
    fault: Json = {"sentence": sentence, "pointer": found.group(1), "where": block}
    if isinstance(value, str | list):
        fault["length"] = len(value)
    return fault


def _walk(args: Json, pointer: str) -> tuple[Any, str]:
    """The value at a JSON pointer (None where it leads nowhere), and the block on the way in words."""
    value: Any = args
    block, into = "", ""
    for part in pointer.strip("/").split("/"):
        value = _opened(value)
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
            if into == "blocks" and isinstance(value, dict):
                named = f", {value['block_id']}" if value.get("block_id") else ""
                block = f"block {int(part) + 1} ({value.get('type', 'no type')}{named})"
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return None, block
        into = part
    return _opened(value), block


def _opened(value: Any) -> Any:
    """An argument that came as JSON in a string is read."""
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
