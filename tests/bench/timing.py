"""How long queries take, each engine in turn so that a busy moment is the same for all."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.bench.sets import Asked, Marks, marks

TIMED = 250
"""Queries of a large log."""

Find = Callable[[Asked], Awaitable[list[str]]]

_WARMED = 20


@dataclass(frozen=True)
class Timed:
    """What an engine took for its queries, and what it found."""

    took_ms: Sequence[float]
    """By the clock, sorted."""
    busy_ms: Sequence[float]
    """Of this process's own work, sorted."""
    marks: Marks

    @property
    def p95_ms(self) -> float:
        """By the clock."""
        return _at(self.took_ms, 0.95)


async def timed(queries: Sequence[Asked], engines: Mapping[str, Find]) -> dict[str, Timed]:
    """Time each engine and print a line for it."""
    for query in queries[:_WARMED]:
        for find in engines.values():
            await find(query)
    found: dict[str, dict[str, list[str]]] = {name: {} for name in engines}
    took_ms: dict[str, list[float]] = {name: [] for name in engines}
    busy_ms: dict[str, list[float]] = {name: [] for name in engines}
    for query in queries:
        for name, find in engines.items():
            started, busy = time.perf_counter(), time.process_time()
            found[name][query.id] = await find(query)
            took_ms[name].append((time.perf_counter() - started) * 1000)
            busy_ms[name].append((time.process_time() - busy) * 1000)
    measured = {
        name: Timed(sorted(took_ms[name]), sorted(busy_ms[name]), marks(queries, found[name]))
        for name in engines
    }
    for name, one in measured.items():
        took, busy_at = one.took_ms, one.busy_ms
        print(
            f"    {name:13} p50 {_at(took, 0.5):.1f}  p95 {_at(took, 0.95):.1f}  p99 {_at(took, 0.99):.1f} ms"
            f" (of its own work {_at(busy_at, 0.5):.1f}, {_at(busy_at, 0.95):.1f}, {_at(busy_at, 0.99):.1f})"
            f"   {one.marks}",
            flush=True,
        )
    return measured


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[int(len(ordered) * share)]
