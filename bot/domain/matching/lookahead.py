"""Looking past this round: plans that leave room for further rounds without a repeat, and for fair trios."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from random import Random

import numpy as np

from bot.domain.matching import solving
from bot.domain.matching.solving import Rows
from bot.domain.matching.weights import Flags, Numbers, Table, Units

# With more people than this, or more left to meet, nearly every choice leaves all further rounds possible.
_FEW_PEOPLE = 16
_FEW_LEFT = 8
_NEAR_TRIES = 12
_REPAIRS = 60
_MOST_UNDONE = 6
_DRAWS = 1 << 20
# How many steps the search for the trios to come may take before it is given up.
_TRIO_STEPS = 5000


def farther(found: list[Rows], rows: Sequence[int], unmet: Flags, costs: Numbers, *, seed: int) -> list[Rows]:
    """Return the pairs found, or others that leave more rounds in which nobody meets anybody again.

    found: the pairs of least cost. rows: all who take part, an even number.
    unmet: who may meet and has not met. A plan that has repeats already is returned as it is.
    """
    if not rows or any(not unmet[a, b] for a, b in found):
        return found
    ahead = int(unmet[np.ix_(list(rows), list(rows))].sum(axis=1).min()) - 1
    if ahead < 1 or (len(rows) > _FEW_PEOPLE and ahead >= _FEW_LEFT):
        return found
    rng = Random(seed)  # noqa: S311  draws of lots, not secrets
    best, most = found, len(_rounds(rows, _less(unmet, found), ahead, rng))
    for _ in range(_NEAR_TRIES):
        if most == ahead:
            return best
        other = solving.edges(rows, _less(unmet, [rng.choice(found)]), costs).best()
        if other is not None:
            reach = len(_rounds(rows, _less(unmet, other), ahead, rng))
            if reach > most:
                best, most = other, reach
    rounds = _rounds(rows, unmet, ahead + 1, rng)
    if len(rounds) > most + 1:
        return min(rounds, key=lambda pairs: _sum(costs, pairs))
    return best


def with_trios_to_come(
    found: list[Rows], rows: Sequence[int], known: Table, costs: Numbers, units: Units
) -> list[Rows]:
    """Return the plan, or one after which all who wait for a trio can have it without a repeat.

    found: the plan of least cost, with a trio. rows: all who take part. Only wishes that come after the turns
    give way, and none does where the turns of this cycle are all but over.
    """
    fewest = min(known.turns[row] for row in rows)
    waiting = [row for row in rows if known.turns[row] == fewest]
    if len(waiting) < 6:
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


def _rounds(rows: Sequence[int], unmet: Flags, most: int, rng: Random) -> list[list[Rows]]:
    """Rounds after each other without a repeat, as many as were found, `most` at the most."""
    left = unmet.copy()
    rounds = _drawn(rows, left, most, rng)
    for _ in range(_REPAIRS):
        if len(rounds) == most:
            break
        undone = min(rng.randint(1, _MOST_UNDONE), len(rounds))
        again = left.copy()
        for pairs in rounds[len(rounds) - undone :]:
            _put(again, pairs, free=True)
        others = _drawn(rows, again, most - len(rounds) + undone, rng)
        if len(others) >= undone:
            rounds = [*rounds[: len(rounds) - undone], *others]
            left = again
        rng.shuffle(rounds)
    return rounds


def _drawn(rows: Sequence[int], left: Flags, most: int, rng: Random) -> list[list[Rows]]:
    rounds: list[list[Rows]] = []
    while len(rounds) < most:
        upper, lower = np.nonzero(np.triu(left))
        drawn = [
            (a, b, int(rng.random() * _DRAWS)) for a, b in zip(upper.tolist(), lower.tolist(), strict=True)
        ]
        pairs = solving.Edges(rows, drawn).best()
        if pairs is None:
            break
        _put(left, pairs, free=False)
        rounds.append(pairs)
    return rounds


def _less(unmet: Flags, pairs: Sequence[Rows]) -> Flags:
    left = unmet.copy()
    _put(left, pairs, free=False)
    return left


def _put(unmet: Flags, pairs: Sequence[Rows], *, free: bool) -> None:
    for a, b in pairs:
        unmet[a, b] = unmet[b, a] = free
