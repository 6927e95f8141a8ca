"""Choosing the cheapest of many small decisions under limits, exactly: HiGHS on integers. Knows no people."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from bot.domain.matching.weights import Numbers
from bot.domain.values import dataclass

_SOLVED = 0


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How many of some options may be chosen, `least` to `most`."""

    options: Sequence[int]
    least: int
    most: int
    give: int | None = None
    """An option that, once chosen, lets one more of the others through."""


def cheapest(
    limits: Sequence[Limit], stages: Sequence[Numbers], *, certain: Sequence[int] = ()
) -> list[int] | None:
    """Choose the options that cost least in the first stage, of these the least in the second, and so on.

    stages: one whole number of 0 or more for each option, and each stage; at least one stage. The last one
    should leave no ties: which of several equal choices is returned is the solver's own affair.
    certain: options that are chosen in any case.
    Returns the options chosen, ascending; None where the limits cannot be met.
    """
    count = len(stages[0])
    lower, upper = np.zeros(count), np.ones(count)
    lower[list(certain)] = 1
    constraints = [_matrix(limits, count)]
    chosen: Numbers | None = None
    for place, costs in enumerate(stages):
        last = place == len(stages) - 1
        if not last and not costs.any():
            continue
        chosen = _solve(costs, constraints, Bounds(lower, upper))
        if chosen is None:
            return None
        least = int(costs[chosen].sum())
        if least == int(costs[list(certain)].sum()):
            upper[(costs > 0) & (lower == 0)] = 0
        else:
            constraints.append(LinearConstraint(costs.astype(float)[None, :], -np.inf, least + 0.5))
    return [] if chosen is None else [int(option) for option in np.nonzero(chosen)[0]]


def _solve(costs: Numbers, constraints: Sequence[LinearConstraint], bounds: Bounds) -> Numbers | None:
    found = milp(
        costs.astype(float),
        constraints=constraints,
        integrality=np.ones(len(costs)),
        bounds=bounds,
        options={"mip_rel_gap": 0},
    )
    # Besides its own status for it, the solver may say "unbounded or infeasible"; unbounded these are not.
    if found.status != _SOLVED and "infeasible" in found.message.lower():
        return None
    if found.status != _SOLVED:
        raise RuntimeError(f"the solver gave up: {found.message}")
    chosen: Numbers = found.x > 0.5
    return chosen


def _matrix(limits: Sequence[Limit], count: int) -> LinearConstraint:
    rows, columns, factors = [], [], []
    for row, limit in enumerate(limits):
        for option in limit.options:
            rows.append(row)
            columns.append(option)
            factors.append(1.0)
        if limit.give is not None:
            rows.append(row)
            columns.append(limit.give)
            factors.append(-1.0)
    matrix = coo_array((factors, (rows, columns)), shape=(len(limits), count)).tocsr()
    return LinearConstraint(
        matrix,
        [limit.least if limit.give is None else -np.inf for limit in limits],
        [limit.most for limit in limits],
    )
