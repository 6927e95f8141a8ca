"""Small rules that a JSON value is held against, in Slack's sentences; what a block is, is not here."""

from collections.abc import Callable
from typing import Any

Faults = list[str]
Rule = Callable[[Any, str, Faults], None]
"""(value, JSON pointer of the value, the faults found so far, to which it appends)."""

Extra = Callable[[dict[str, Any], str, Faults], None]
"""A rule about several fields of one object together."""


def fault(found: Faults, sentence: str, pointer: str) -> None:
    """Note a fault the way Slack writes it."""
    found.append(f"{sentence} [json-pointer:{pointer}]")


def string(most: int, least: int = 1) -> Rule:
    """A string of `least` to `most` characters."""

    def check(value: Any, pointer: str, found: Faults) -> None:
        if not isinstance(value, str):
            fault(found, "must provide a string", pointer)
        elif len(value) > most:
            fault(found, f"must be less than {most + 1} characters", pointer)
        elif len(value) < least:
            fault(found, f"must be more than {least - 1} characters", pointer)

    return check


def matching(accepts: Callable[[str], bool], sentence: str) -> Rule:
    """A string that `accepts` takes."""

    def check(value: Any, pointer: str, found: Faults) -> None:
        if not isinstance(value, str):
            fault(found, "must provide a string", pointer)
        elif not accepts(value):
            fault(found, sentence, pointer)

    return check


def choice(*allowed: str) -> Rule:
    """One of these strings."""
    return matching(lambda value: value in allowed, f"must be a valid enum value: {', '.join(allowed)}")


def integer(least: int, most: int) -> Rule:
    """A whole number from `least` to `most`, both included."""

    def check(value: Any, pointer: str, found: Faults) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            fault(found, "must provide an integer", pointer)
        elif value > most:
            fault(found, f"must be less than {most + 1}", pointer)
        elif value < least:
            fault(found, f"must be more than {least - 1}", pointer)

    return check


def boolean(value: Any, pointer: str, found: Faults) -> None:
    """True or false."""
    if not isinstance(value, bool):
        fault(found, "must provide a boolean", pointer)


def items(rule: Rule, *, most: int, least: int = 1) -> Rule:
    """A list of `least` to `most` values, each held against `rule`."""

    def check(value: Any, pointer: str, found: Faults) -> None:
        if not isinstance(value, list):
            fault(found, "must provide an array", pointer)
            return
        if len(value) > most:
            fault(found, f"no more than {most} items allowed", pointer)
        if len(value) < least:
            fault(found, f"must provide at least {least} items", pointer)
        for index, each in enumerate(value):
            rule(each, f"{pointer}/{index}", found)

    return check


def fields(required: dict[str, Rule], optional: dict[str, Rule] | None = None, *together: Extra) -> Rule:
    """An object with these fields and no others; `together` is asked once each field is right by itself."""
    known = {**required, **(optional or {})}

    def check(value: Any, pointer: str, found: Faults) -> None:
        if not isinstance(value, dict):
            fault(found, "must provide an object", pointer)
            return
        before = len(found)
        for name in required:
            if name not in value:
                fault(found, f"missing required field: {name}", pointer)
        for name, each in value.items():
            if name in known:
                known[name](each, f"{pointer}/{name}", found)
            else:
                fault(found, f"invalid additional property: {name}", pointer)
        if len(found) == before:
            for extra in together:
                extra(value, pointer, found)

    return check


def tagged(kinds: dict[str, Rule]) -> Rule:
    """An object told by its `type`, which must be one of `kinds`."""

    def check(value: Any, pointer: str, found: Faults) -> None:
        if not isinstance(value, dict):
            fault(found, "must provide an object", pointer)
        elif "type" not in value:
            fault(found, "missing required field: type", pointer)
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            fault(found, f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            rest = {name: each for name, each in value.items() if name != "type"}
            kinds[value["type"]](rest, pointer, found)

    return check


def only_one_of(*names: str) -> Extra:
    """Exactly one of these fields is there."""

    def check(value: dict[str, Any], pointer: str, found: Faults) -> None:
        given = [name for name in names if name in value]
        quoted = " or ".join(f"`{name}`" for name in names)
        if not given:
            fault(found, f"must define either {quoted}", pointer)
        elif len(given) > 1:
            fault(found, f"must define only one of {quoted}", pointer)

    return check
