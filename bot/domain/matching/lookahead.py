"""Looking past this round: a plan of pairs that leaves the most further rounds without a repeat."""

from collections.abc import Sequence
from random import Random

import numpy as np

from bot.domain.matching import solving
from bot.domain.matching.solving import Rows
from bot.domain.matching.weights import Flags, Numbers

# With more people than this, or more left to meet, nearly every choice leaves all further rounds possible.
_FEW_PEOPLE = 16
_FEW_LEFT = 8
_NEAR_TRIES = 12
_REPAIRS = 60
_MOST_UNDONE = 6
_DRAWS = 1 << 20


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
        return min(rounds, key=lambda pairs: sum(int(costs[a, b]) for a, b in pairs))
    return best


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
