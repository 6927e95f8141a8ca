"""Solvers on rows and integers: the pairs of least cost, with a trio if need be. Knows no people.

Solved by maximum-weight matching; a trio by matchings around it.
"""

from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import combinations

import numpy as np
import rustworkx

from bot.domain.matching.weights import Flags, Numbers
from bot.domain.values import dataclass

Rows = tuple[int, ...]

# Up to here all pairs are weighed; beyond it each person's best ones, which takes a tenth of the time.
_MOST_DENSE = 250
_BEST_OF_MANY = 40
# Up to here the trio is exact; beyond it the best of a few likely ones.
_MOST_EXACT_TRIO = 121
_TRIOS_OF_MANY = 6
_MERGED = -1


def best(
    rows: Sequence[int], allowed: Flags, costs: Numbers, turns: Sequence[int], *, exact: bool
) -> list[Rows] | None:
    """Pair all rows at the least cost, three of them as a trio if their number is odd; None if it cannot be.

    allowed, costs: for every two rows. turns: what each row's being in the trio costs.
    exact: False looks for the trio among the likely ones only.
    """
    if not rows:
        return []
    listed = edges(rows, allowed, costs)
    if len(rows) % 2 == 0:
        return listed.best()
    if len(rows) > _MOST_DENSE and not listed.pair_all_but_one():
        return None
    return _Trio(rows, listed, allowed, costs, turns).best(exact=exact)


@dataclass(frozen=True)
class Edges:
    """Who can be paired, and what it costs."""

    rows: Sequence[int]
    costs: list[tuple[int, int, int]]
    """Two rows and the cost of pairing them, each pair once."""
    every: tuple[Flags, Numbers] | None = None
    """Who can be paired, and all costs, where the list has each person's best only."""

    @cached_property
    def others(self) -> "Edges | None":
        """All that can be paired, where this has each person's best only."""
        return None if self.every is None else Edges(self.rows, _listed(*self.every))

    def pair_all_but_one(self) -> bool:
        """Whether all can be paired but one; found out without weights, which is a hundred times quicker."""
        listed = np.zeros((max(self.rows) + 1,) * 2, dtype=np.bool_)
        for a, b, _ in self.costs:
            listed[a, b] = True
        if len(most_pairs(self.rows, listed)) >= len(self.rows) - 1:
            return True
        return self.every is not None and len(most_pairs(self.rows, self.every[0])) >= len(self.rows) - 1

    @cached_property
    def _dearest(self) -> int:
        return max((cost for _, _, cost in self.costs), default=0)

    def best(self, without: Collection[int] = ()) -> list[Rows] | None:
        """The pairs of least cost that leave nobody over but `without`; None if there are none."""
        left = [row for row in self.rows if row not in without]
        place = {row: node for node, row in enumerate(left)}
        above = self._dearest + 1
        graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph()
        graph.add_nodes_from(left)
        graph.add_edges_from(
            [(place[a], place[b], above - cost) for a, b, cost in self.costs if a in place and b in place]
        )
        found = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
        if 2 * len(found) < len(left):
            # That there is no plan shows a hundred times sooner without weights.
            if self.every is None or len(most_pairs(left, self.every[0])) < len(left):
                return None
            return self.others.best(without) if self.others else None
        return sorted((min(left[a], left[b]), max(left[a], left[b])) for a, b in found)


def edges(rows: Sequence[int], allowed: Flags, costs: Numbers) -> Edges:
    """List who can be paired: all pairs, or in a large round each person's best ones."""
    taking_part = np.zeros(len(allowed), dtype=np.bool_)
    taking_part[list(rows)] = True
    free = allowed & taking_part[:, None] & taking_part[None, :]
    if len(rows) <= _MOST_DENSE:
        return Edges(rows, _listed(free, costs))
    dearest = costs.max() + 1
    best = np.argsort(np.where(free, costs, dearest), axis=1, kind="stable")[:, :_BEST_OF_MANY]
    near = np.zeros_like(free)
    np.put_along_axis(near, best, np.True_, axis=1)
    near |= near.T
    return Edges(rows, _listed(near & free, costs), (free, costs))


def most_pairs(rows: Sequence[int], allowed: Flags) -> dict[int, int]:
    """Pair as many rows as the rules let, and say who is with whom, in both directions."""
    graph: rustworkx.PyGraph[int, int] = rustworkx.PyGraph()
    graph.add_nodes_from(rows)
    place = {row: node for node, row in enumerate(rows)}
    among = np.zeros(len(allowed), dtype=np.bool_)
    among[list(rows)] = True
    upper, lower = np.nonzero(np.triu(allowed & among[:, None] & among[None, :]))
    pairs = zip(upper.tolist(), lower.tolist(), strict=True)
    graph.add_edges_from([(place[a], place[b], 1) for a, b in pairs])
    found = rustworkx.max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    mate = {rows[a]: rows[b] for a, b in found}
    return mate | {b: a for a, b in mate.items()}


def _listed(free: Flags, costs: Numbers) -> list[tuple[int, int, int]]:
    upper, lower = np.nonzero(np.triu(free))
    return list(zip(upper.tolist(), lower.tolist(), costs[upper, lower].tolist(), strict=True))


class _Trio:
    """The best trio with the best pairs beside it, for an odd number of people."""

    def __init__(
        self, rows: Sequence[int], listed: Edges, allowed: Flags, costs: Numbers, turns: Sequence[int]
    ) -> None:
        self._rows = rows
        self._allowed = allowed
        self._costs = costs
        self._turns = turns
        self._edges = listed
        self._cost: int | None = None
        self._groups: list[Rows] | None = None

    def best(self, *, exact: bool) -> list[Rows] | None:
        """The groups of least cost; None if there are none. Not `exact`: likely the least, and sooner."""
        if len(self._rows) > _MOST_EXACT_TRIO:
            for tried, row in enumerate(self._by_likelihood()):
                if tried >= _TRIOS_OF_MANY and self._groups is not None:
                    break
                self._leave_out(row)
            return self._groups
        least = {row: self._leave_out(row) for row in self._rows}
        if exact or self._groups is None:
            self._try_better({row: cost for row, cost in least.items() if cost is not None})
        return self._groups

    def _leave_out(self, row: int) -> int | None:
        """Pair all others, let the row join the best pair, and return what the pairs alone cost."""
        pairs = self._edges.best({row})
        if pairs is None:
            return None
        cost = sum(self._cost_of(one) for one in pairs)
        for one in pairs:
            trio = (*one, row)
            if self._may_meet(trio):
                rest = [other for other in pairs if other != one]
                self._offer(cost - self._cost_of(one) + self._cost_of(trio), [*rest, trio])
        return cost

    def _try_better(self, least: dict[int, int]) -> None:
        """Look at every trio that may beat what is known.

        Two of a trio can pair while the third is left out, so that no plan with the trio (x, y, z) costs less
        than the least without x, and what x adds. Few trios pass, and merging two people into one node
        settles all trios with these two by one matching.
        """
        left = self._promising(least)
        while left:
            bound, trio = min(left)
            if self._cost is not None and bound >= self._cost:
                return
            two = max(combinations(trio, 2), key=lambda pair: sum(set(pair) <= set(one) for _, one in left))
            self._merge(two)
            left = [(cost, one) for cost, one in left if not set(two) <= set(one)]

    def _promising(self, least: dict[int, int]) -> list[tuple[int, tuple[int, ...]]]:
        rows = sorted(least)
        free = self._allowed[np.ix_(rows, rows)]
        costs = self._costs[np.ix_(rows, rows)]
        turns = np.array([self._turns[row] for row in rows], dtype=costs.dtype)
        alone = np.array([least[row] for row in rows], dtype=costs.dtype)
        joining = alone[:, None, None] + costs[:, :, None] + costs[:, None, :]
        bound = np.maximum(np.maximum(joining, joining.transpose(1, 0, 2)), joining.transpose(1, 2, 0))
        bound = bound + turns[:, None, None] + turns[None, :, None] + turns[None, None, :]
        may = free[:, :, None] & free[:, None, :] & free[None, :, :]
        ascending = np.arange(len(rows))
        may &= (ascending[:, None, None] < ascending[None, :, None]) & (
            ascending[None, :, None] < ascending[None, None, :]
        )
        if self._cost is not None:
            may &= bound < self._cost
        return [
            (int(bound[a, b, c]), (rows[a], rows[b], rows[c]))
            for a, b, c in zip(*np.nonzero(may), strict=True)
        ]

    def _merge(self, two: tuple[int, ...]) -> None:
        others = [row for row in self._rows if row not in two]
        joining = [
            (_MERGED, row, self._cost_of((*two, row))) for row in others if self._may_meet((*two, row))
        ]
        pairs = Edges([_MERGED, *others], self._edges.costs + joining).best()
        if pairs is None:
            return
        groups = [(*two, b) if a == _MERGED else (a, b) for a, b in pairs]
        self._offer(sum(self._cost_of(group) for group in groups), groups)

    def _offer(self, cost: int, groups: list[Rows]) -> None:
        if self._cost is None or cost < self._cost:
            self._cost, self._groups = cost, groups

    def _cost_of(self, group: Rows) -> int:
        together = sum(int(self._costs[a, b]) for a, b in combinations(group, 2))
        return together + (sum(self._turns[row] for row in group) if len(group) == 3 else 0)

    def _may_meet(self, group: Rows) -> bool:
        return all(self._allowed[a, b] for a, b in combinations(group, 2))

    def _by_likelihood(self) -> list[int]:
        dearest = int(self._costs.max()) + 1
        within = np.array(self._rows)
        costs = np.where(self._allowed, self._costs, dearest)[np.ix_(within, within)]
        two_best = np.sort(costs, axis=1)[:, :2].sum(axis=1).tolist()
        by_cost = sorted(
            zip(two_best, self._rows, strict=True), key=lambda each: each[0] + self._turns[each[1]]
        )
        return [row for _, row in by_cost]
