"""The registry of Web API methods, each with its arguments, scopes and rate, and the reading of arguments."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sandbox.errors import SlackError

if TYPE_CHECKING:
    from sandbox.calls import Request

Answer = dict[str, Any]
Run = Callable[["Request"], Awaitable[Answer]]
Bearer = Literal["bot", "app", "either", "anyone"]


@dataclass(frozen=True)
class Argument:
    """What an argument may be, whether it comes in a form or in JSON.

    kind: text; whole (a whole number); truth (`true`, `1`, …); names (`a,b` or a list of texts), read as
        a list; json (an object or a list, or a text that holds one).
    malformed: Slack's error name where a `json` argument is neither.
    """

    kind: Literal["text", "whole", "truth", "names", "json"]
    malformed: str = "invalid_arguments"

    def read(self, name: str, given: Any) -> Any:
        """The value of the argument called `name`; raises SlackError."""
        match self.kind:
            case "text":
                # Forms know only texts, so a number in JSON is let pass as one.
                if isinstance(given, str):
                    return given
                if isinstance(given, int | float) and not isinstance(given, bool):
                    return str(given)
            case "whole":
                if isinstance(given, int) and not isinstance(given, bool):
                    return given
                if isinstance(given, str) and given.strip().lstrip("-").isdecimal():
                    return int(given)
            case "truth":
                if isinstance(given, bool):
                    return given
                if str(given).lower() in {"true", "1", "false", "0", ""}:
                    return str(given).lower() in {"true", "1"}
            case "names":
                if isinstance(given, str):
                    return [part.strip() for part in given.split(",") if part.strip()]
                if isinstance(given, list) and all(isinstance(part, str) for part in given):
                    return given
            case "json":
                return self._read_json(name, given)
        raise SlackError("invalid_arguments", f"[ERROR] {_MUST_BE[self.kind]} [json-pointer:/{name}]")

    def _read_json(self, name: str, given: Any) -> Any:
        value = given
        if isinstance(given, str):
            try:
                value = json.loads(given)
            except ValueError:
                value = None
        if not isinstance(value, dict | list):
            raise SlackError(self.malformed, f"[ERROR] failed to parse JSON [json-pointer:/{name}]")
        return value


_MUST_BE = {
    "text": "must be a string",
    "whole": "must be an integer",
    "truth": "must be a boolean",
    "names": "must be a comma-separated list",
}

TEXT = Argument("text")
WHOLE = Argument("whole")
TRUTH = Argument("truth")
NAMES = Argument("names")
JSON = Argument("json")
BLOCKS = Argument("json", malformed="invalid_blocks_format")
METADATA = Argument("json", malformed="invalid_metadata_format")


@dataclass(frozen=True)
class Method:
    """One method of the Web API.

    scopes: one of these is needed; empty: none is. Where it depends on the conversation's kind which one,
        the method checks that itself.
    tier: Slack's rate tier, 1 to 5 (see limits.py).
    bearer: whose token it takes.
    needs, takes: the arguments that must and that may be there, beside `token`.
    """

    name: str
    run: Run
    tier: int
    scopes: tuple[str, ...] = ()
    bearer: Bearer = "bot"
    needs: Mapping[str, Argument] = field(default_factory=dict)
    takes: Mapping[str, Argument] = field(default_factory=dict)

    def read(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of a call by name; raises SlackError `invalid_arguments` with all that is wrong.

        Slack ignores an argument it does not know. Here that is an error: it is nearly always a slip.
        """
        # Bolt's own client names the workspace in every call, whatever the method.
        known = {"team_id": TEXT, **self.needs, **self.takes}
        wrong = [f"[ERROR] unknown argument: {name}" for name in given if name not in known]
        present = {name: value for name, value in given.items() if value is not None and value != ""}
        wrong += [f"[ERROR] missing required field: {name}" for name in self.needs if name not in present]
        if wrong:
            raise SlackError("invalid_arguments", *wrong)
        return {
            name: known[name].read(name, value)
            for name, value in given.items()
            if value is not None and (value != "" or known[name].kind == "text")
        }


METHODS: dict[str, Method] = {}
"""All methods by name."""


def method(
    name: str,
    *,
    tier: int,
    scopes: tuple[str, ...] = (),
    bearer: Bearer = "bot",
    needs: Mapping[str, Argument] | None = None,
    takes: Mapping[str, Argument] | None = None,
) -> Callable[[Run], Run]:
    """Register the decorated function as a method; the parameters are those of `Method`."""

    def register(run: Run) -> Run:
        if name in METHODS:
            raise ValueError(f"{name} is there twice")
        METHODS[name] = Method(name, run, tier, scopes, bearer, needs or {}, takes or {})
        return run

    return register
