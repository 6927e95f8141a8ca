"""What the bot holds on to in this process: its own objects, and what lies in their containers."""

import functools
import gc
import sys
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from typing import Any

OURS = ("bot", "handlers", "storage")
_CACHED = functools._lru_cache_wrapper
_CONTAINERS = (Mapping, list, set, frozenset, deque, tuple)


def held() -> Counter[str]:
    """By type and attribute, how many there are; by module, what its containers and caches hold."""
    gc.collect()
    found: Counter[str] = Counter()
    for one in gc.get_objects():
        kind = type(one)
        if _is_ours(kind.__module__):
            name = f"{kind.__module__}.{kind.__qualname__}"
            found[name] += 1
            _count(found, name, _attributes(one))
    for name, module in list(sys.modules.items()):
        if _is_ours(name):
            _count(found, name, vars(module).items())
    return +found


def _is_ours(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in OURS


def _attributes(one: Any) -> Iterable[tuple[str, Any]]:
    slots = [name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ())]
    yield from ((name, getattr(one, name)) for name in slots if hasattr(one, name))
    yield from vars(one).items() if hasattr(one, "__dict__") else ()


def _count(found: Counter[str], owner: str, attributes: Iterable[tuple[str, Any]]) -> None:
    for name, value in attributes:
        if isinstance(value, _CONTAINERS):
            found[f"{owner}.{name}"] += len(value)
        elif isinstance(value, _CACHED):
            found[f"{owner}.{name}"] += value.cache_info().currsize
