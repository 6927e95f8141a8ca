"""Looking past this round: plans that leave room for further rounds without a repeat, and for fair trios."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from random import Random

import numpy as np

from bot.domain.matching import factoring, solving
from bot.domain.matching.factoring import Pairs
from bot.domain.matching.solving import Rows
from bot.domain.matching.weights import Flags, Numbers, Table, Units

# A look ahead beyond this takes too long. It is not needed either while each has half of the others to meet:
# where all have equally many of them these can always be split into rounds (Csaba and others, 2016).
_MOST_LEFT = 20_000
# For how many rounds fewer the look ahead settles where all of them cannot be had.
_FEWER = (0, 1, 2, 4, 8, 16)
# Steps that dividing people into rounds may take: a plan that can be divided nearly always needs a hundred.
_STEPS = 500
_MANY_STEPS = 4000
_SHAKES = 4
# With more people it takes too long, and the last of them would wait for a trio for forty rounds and more.
_MOST_WITH_TRIOS = 121
# How many steps the search for the trios to come may take before it is given up.
_TRIO_STEPS = 5000


def farther(found: list[Rows], rows: Sequence[int], unmet: Flags, costs: Numbers, *, seed: int) -> list[Rows]:
    """Return the pairs found, or others that leave more rounds in which nobody meets anybody again.

    found: the pairs of least cost. rows: all who take part, an even number.
    unmet: who may meet and has not met. A plan that has repeats already is returned as it is.

    Where the same people come each time, what was seen to be left by one plan is found again by the next,
    so that nobody meets anybody again before they must.
    """
    if not rows or any(not unmet[a, b] for a, b in found):
        return found
    free = unmet[np.ix_(rows, rows)]
    ahead = int(free.sum(axis=1).min()) - 1
    if ahead < 1 or 2 * ahead >= len(rows) or ahead * len(rows) > _MOST_LEFT:
        return found
    place = {row: number for number, row in enumerate(rows)}
    pairs = [(place[a], place[b]) for a, b in found]
    own = costs[np.ix_(rows, rows)]
    for fewer in _FEWER:
        if fewer >= ahead:
            break
        if factoring.rounds(_less(free, pairs), ahead - fewer, steps=_STEPS) is not None:
            return found
        every = factoring.rounds(free, ahead + 1 - fewer, steps=_MANY_STEPS)
        if every is not None:
            pairs = _cheapest(every, free, own, seed=seed)
            return sorted((rows[a], rows[b]) for a, b in pairs)
    return found


def _cheapest(every: list[Pairs], free: Flags, costs: Numbers, *, seed: int) -> Pairs:
    """One of these rounds made as cheap as exchanging it with the others gets it."""
    rng = Random(seed)  # noqa: S311  draws of lots, not secrets
    by_cost = sorted(every, key=lambda pairs: _sum(costs, pairs))
    best, others = _exchanged(by_cost[0], by_cost[1:], costs)
    for _ in range(_SHAKES):
        some = sorted(rng.sample(range(len(others)), rng.randint(1, len(others))))
        mixed = np.zeros_like(free)
        for pairs in (best, *(others[number] for number in some)):
            _put(mixed, pairs, free=True)
        found = solving.edges(range(len(free)), mixed, costs).best() or best
        cheaper = [(a, b) for a, b in found]
        if _sum(costs, cheaper) >= _sum(costs, best):
            continue
        rest = factoring.rounds(_less(mixed, cheaper), len(some), steps=_STEPS)
        if rest is not None:
            for number, pairs in zip(some, rest, strict=True):
                others[number] = pairs
            best, others = _exchanged(cheaper, others, costs)
    whole = len(others)
    for pairs in (best, *by_cost):
        if factoring.rounds(_less(free, pairs), whole, steps=_MANY_STEPS) is not None:
            return pairs
    return best


def _exchanged(best: Pairs, others: Sequence[Pairs], costs: Numbers) -> tuple[Pairs, list[Pairs]]:
    """Change people over to what is cheaper in one of the other rounds, for as long as there are any."""
    others = list(others)
    number = unchanged = 0
    while unchanged < len(others):
        mine, theirs = _mates(best), _mates(others[number])
        cheaper = [ring for ring in _rings(mine, theirs) if _gain(ring, mine, theirs, costs) > 0]
        for row in (row for ring in cheaper for row in ring):
            mine[row], theirs[row] = theirs[row], mine[row]
        best, others[number] = _pairs_of(mine), _pairs_of(theirs)
        unchanged = 0 if cheaper else unchanged + 1
        number = (number + 1) % len(others)
    return best, others


def _rings(mine: dict[int, int], theirs: dict[int, int]) -> list[list[int]]:
    """Those who can change from one round to the other together, and not without each other."""
    rings, seen = [], set[int]()
    for row in mine:
        ring: list[int] = []
        while row not in seen:
            seen |= {row, mine[row]}
            ring += [row, mine[row]]
            row = theirs[mine[row]]
        rings.append(ring)
    return rings


def _gain(ring: Sequence[int], mine: dict[int, int], theirs: dict[int, int], costs: Numbers) -> int:
    return sum(int(costs[row, mine[row]]) - int(costs[row, theirs[row]]) for row in ring)


def _mates(pairs: Pairs) -> dict[int, int]:
    return {a: b for one in pairs for a, b in (one, one[::-1])}


def _pairs_of(mates: dict[int, int]) -> Pairs:
    return sorted((a, b) for a, b in mates.items() if a < b)


def with_trios_to_come(
    found: list[Rows], rows: Sequence[int], known: Table, costs: Numbers, units: Units
) -> list[Rows]:
    """Return the plan, or one after which all who wait for a trio can have it without a repeat.

    found: the plan of least cost, with a trio. rows: all who take part. Only wishes that come after the turns
    give way, and none does where the turns of this cycle are all but over.
    """
    fewest = min(known.turns[row] for row in rows)
    waiting = [row for row in rows if known.turns[row] == fewest]
    if len(waiting) < 6 or len(rows) > _MOST_WITH_TRIOS:
        return found
    unmet = known.allowed & ~known.met
    trios = _disjoint_trios(waiting, unmet, known.chance)
    reserving = costs.copy()
    for a, b in (two for trio in trios for two in combinations(trio, 2)):
        reserving[a, b] = reserving[b, a] = costs[a, b] + units.reserve
    best: tuple[int, list[Rows]] | None = None
    for trio in trios:
        pairs = solving.edges([row for row in rows if row not in trio], known.allowed, reserving).best()
        if pairs is not None:
            cost = _sum(reserving, pairs) + _sum(costs, combinations(trio, 2))
            if best is None or cost < best[0]:
                best = cost, [*pairs, trio]
    if best is None or _gravest(best[1], known, costs, units) > _gravest(found, known, costs, units):
        return found
    return best[1]


def _sum(costs: Numbers, pairs: Iterable[Rows]) -> int:
    return sum(int(costs[pair]) for pair in pairs)


def _gravest(groups: Sequence[Rows], known: Table, costs: Numbers, units: Units) -> int:
    """What a plan costs in repeats and turns."""
    pairs = _sum(costs, (two for group in groups for two in combinations(group, 2)))
    turns = sum(known.turns[row] for group in groups if len(group) == 3 for row in group)
    return pairs // units.turn + turns


def _disjoint_trios(waiting: Sequence[int], unmet: Flags, chance: Numbers) -> list[Rows]:
    """Trios of people who have not met, with everybody waiting in one of them but one or two; or none."""
    spare = len(waiting) % 3
    steps = _TRIO_STEPS

    def rest(left: tuple[int, ...], spare: int) -> list[Rows] | None:
        nonlocal steps
        steps -= 1
        if not left or steps < 0:
            return None if left else []
        # Who has fewest to choose from goes first: later there would be none left.
        first = min(left, key=lambda row: (int(unmet[row, list(left)].sum()), row))
        others = sorted(
            (row for row in left if unmet[first, row]), key=lambda row: (int(chance[first, row]), row)
        )
        for a, b in combinations(others, 2):
            if unmet[a, b]:
                more = rest(tuple(row for row in left if row not in (first, a, b)), spare)
                if more is not None:
                    return [tuple(sorted((first, a, b))), *more]
        return rest(tuple(row for row in left if row != first), spare - 1) if spare else None

    return rest(tuple(waiting), spare) or []


def _less(unmet: Flags, pairs: Sequence[Rows]) -> Flags:
    left = unmet.copy()
    _put(left, pairs, free=False)
    return left


def _put(unmet: Flags, pairs: Sequence[Rows], *, free: bool) -> None:
    for a, b in pairs:
        unmet[a, b] = unmet[b, a] = free
