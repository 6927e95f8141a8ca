"""The cheapest way to divide a few people into groups, exactly: every group once for all who may be left.

Knows no people and no rules but who is parted from whom.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from bot.domain.matching.weights import Flags, Numbers
from bot.domain.values import dataclass

MOST_PEOPLE = 16
"""Up to here it takes a tenth of a second or two; with each person more about twice as long."""


def cheapest(costs: Numbers, parted: Flags, sizes: Sequence[int]) -> list[list[int]] | None:
    """Divide all rows into groups of these sizes at the least cost; None if some rule parts two in any case.

    costs, parted: for every two rows, symmetric. sizes: their sum is the number of rows.
    """
    by_size = {size: sizes.count(size) for size in sorted(set(sizes))}
    division = _Division(costs, parted, tuple(by_size))
    groups, left, counts = [], (1 << len(costs)) - 1, tuple(by_size.values())
    while left:
        best = division.best(left, counts)
        if best is None:
            return None
        groups.append([row for row in range(len(costs)) if best.group >> row & 1])
        left ^= best.group
        counts = _one_fewer(counts, best.kind)
    return groups


@dataclass(frozen=True)
class _Best:
    cost: int
    group: int
    """The rows of the first group as bits: that of the first row left."""
    kind: int


class _Division:
    def __init__(self, costs: Numbers, parted: Flags, sizes: Sequence[int]) -> None:
        self._sizes = sizes
        self._known: dict[tuple[int, tuple[int, ...]], _Best | None] = {}
        everybody = range(len(costs))
        cost, free = costs.tolist(), (~parted).tolist()
        listed: dict[tuple[int, int], list[tuple[int, int]]] = {
            (kind, row): [] for kind in range(len(sizes)) for row in everybody
        }
        for kind, size in enumerate(sizes):
            for group in combinations(everybody, size):
                pairs = list(combinations(group, 2))
                if all(free[a][b] for a, b in pairs):
                    bits = sum(1 << row for row in group)
                    listed[kind, group[0]].append((sum(cost[a][b] for a, b in pairs), bits))
        # The groups whose first row it is, and what each costs, the cheapest first.
        self._groups = {
            place: (np.array([bits for _, bits in own], dtype=np.int64), [each for each, _ in own])
            for place, own in ((place, sorted(own)) for place, own in listed.items())
        }

    def best(self, left: int, counts: tuple[int, ...]) -> _Best | None:
        """The cheapest first group of these rows with the cheapest division of the rest; None if none is."""
        if (left, counts) in self._known:
            return self._known[left, counts]
        first = (left & -left).bit_length() - 1
        best: _Best | None = None
        for kind, count in enumerate(counts):
            if not count:
                continue
            groups, costs = self._groups[kind, first]
            fewer = _one_fewer(counts, kind)
            for place in np.nonzero((groups & ~left) == 0)[0].tolist():
                cost = costs[place]
                if best is not None and cost >= best.cost:
                    break
                group = int(groups[place])
                if group != left:
                    rest = self.best(left ^ group, fewer)
                    if rest is None:
                        continue
                    cost += rest.cost
                if best is None or cost < best.cost:
                    best = _Best(cost, group, kind)
        self._known[left, counts] = best
        return best


def _one_fewer(counts: tuple[int, ...], kind: int) -> tuple[int, ...]:
    return (*counts[:kind], counts[kind] - 1, *counts[kind + 1 :])
