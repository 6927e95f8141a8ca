"""Splitting who may still meet whom into rounds in which everybody is paired. Knows no people and no wishes.

Found by exchanging chains of two colours (Kempe's), a colour being a round. What is found is certain; that
nothing was found within the steps allowed is not a proof that there is nothing.
"""

from itertools import pairwise
from random import Random

import numpy as np

from bot.domain.matching import solving
from bot.domain.matching.weights import Flags

Pairs = list[tuple[int, int]]

_NOBODY = -1
_TRIMS = 4
# Of three dead ends two are left by another chain, one by taking a pair out of its round.
_TWO_OF_THREE = 2 / 3


def rounds(free: Flags, count: int, *, steps: int) -> list[Pairs] | None:
    """Find `count` rounds that pair everybody and have no pair twice; None if the steps did not suffice.

    free: who may be paired, symmetric. The answer depends on it and on `count` alone, but for the steps:
    more of them never lose what fewer have found, so that what was found once is found again.
    """
    if count == 0:
        return []
    degrees = free.sum(axis=1)
    if len(free) % 2 or len(free) == 0 or int(degrees.min()) < count:
        return None
    if count == 2 and int(degrees.max()) == 2 and not _is_of_even_rings(free):
        return None
    trimmed = _trimmed(free, count)
    for left in (free,) if trimmed is free else (trimmed, free):
        colouring = _Colouring(left, count)
        if colouring.complete(steps):
            return colouring.rounds()
    return None


def _trimmed(free: Flags, count: int) -> Flags:
    """Without some pairs of people who both have more than the rounds need: few to spare are the hardest."""
    for _ in range(_TRIMS):
        ample = np.nonzero(free.sum(axis=1) > count)[0].tolist()
        pairs = solving.most_pairs(ample, free) if len(ample) > 1 else {}
        if not pairs:
            break
        free = free.copy()
        for a, b in pairs.items():
            free[a, b] = False
    return free


def _is_of_even_rings(free: Flags) -> bool:
    seen: set[int] = set()
    for start in range(len(free)):
        length, row = 0, start
        while row not in seen:
            seen.add(row)
            length += 1
            row = next((other for other in np.nonzero(free[row])[0].tolist() if other not in seen), row)
        if length % 2:
            return False
    return True


class _Colouring:
    """Pairs with a round or none yet; each person is in a round at most once."""

    def __init__(self, free: Flags, count: int) -> None:
        people = len(free)
        self._rng = Random(count)  # noqa: S311  draws of lots, not secrets
        self._count = count
        self._partner = [[_NOBODY] * count for _ in range(people)]
        # A bit for each round that a person has no partner in.
        self._open = [(1 << count) - 1] * people
        self._loose: list[list[int]] = [[] for _ in range(people)]
        for a, b in np.argwhere(np.triu(free)).tolist():
            both = self._open[a] & self._open[b]
            if both:
                self._put(a, b, (both & -both).bit_length() - 1)
            else:
                self._loosen(a, b)
        self._short = [row for row in range(people) if self._open[row]]

    def complete(self, steps: int) -> bool:
        """Give everybody a partner in every round; False if the steps did not suffice."""
        short = self._short
        for _ in range(steps):
            while short and not self._open[short[-1]]:
                short.pop()
            if not short:
                return True
            place = self._below(len(short))
            if self._open[short[place]]:
                self._improve(short[place])
            else:
                short[place] = short.pop()
        return not any(self._open)

    def rounds(self) -> list[Pairs]:
        """The rounds, each with its pairs."""
        return [
            [(row, own[number]) for row, own in enumerate(self._partner) if row < own[number]]
            for number in range(self._count)
        ]

    def _improve(self, row: int) -> None:
        """Bring somebody who has no partner in some round nearer to having one."""
        loose = self._loose[row]
        likely = [other for other in loose if self._open[other]] or loose
        other = likely[self._below(len(likely))]
        both = self._open[row] & self._open[other]
        if both:
            self._tighten(row, other)
            self._put(row, other, (both & -both).bit_length() - 1)
            return
        missing = self._one_of(self._open[row])
        if not self._open[other]:
            self._turn(row, missing)
            self._push(row, other, self._one_of(self._open[row]))
            return
        instead = self._one_of(self._open[other])
        chain = self._chain(other, missing, instead)
        if chain[-1] != row:
            self._exchange(chain, missing, instead)
            self._tighten(row, other)
            self._put(row, other, missing)
        elif not self._turn(other, instead):
            self._push(row, other, missing)

    def _turn(self, row: int, missing: int) -> bool:
        """Mostly give somebody a partner in the round they miss by taking one of another round from them."""
        third = self._below(self._count)
        if self._rng.random() > _TWO_OF_THREE or self._open[row] >> third & 1:
            return False
        self._exchange(self._chain(row, third, missing), third, missing)
        return True

    def _chain(self, row: int, first: int, second: int) -> list[int]:
        """Whoever hangs together by two rounds, from somebody on who has no partner in the second."""
        chain, now, then = [row], first, second
        while (row := self._partner[row][now]) != _NOBODY:
            chain.append(row)
            now, then = then, now
        return chain

    def _exchange(self, chain: list[int], first: int, second: int) -> None:
        now, then = first, second
        for a, b in pairwise(chain):
            self._partner[a][then] = b
            self._partner[b][then] = a
            now, then = then, now
        start, end = chain[0], chain[-1]
        self._partner[start][first] = _NOBODY
        self._partner[end][then] = _NOBODY
        for row in (start, end):
            self._open[row] ^= 1 << first | 1 << second
        self._short.append(end)

    def _push(self, row: int, other: int, number: int) -> None:
        """Pair two in a round, and leave whom the other had there without one."""
        third = self._partner[other][number]
        self._partner[third][number] = _NOBODY
        self._open[third] |= 1 << number
        self._open[other] |= 1 << number
        self._loosen(other, third)
        self._tighten(row, other)
        self._put(row, other, number)
        self._short.append(third)

    def _put(self, a: int, b: int, number: int) -> None:
        self._partner[a][number] = b
        self._partner[b][number] = a
        self._open[a] ^= 1 << number
        self._open[b] ^= 1 << number

    def _loosen(self, a: int, b: int) -> None:
        self._loose[a].append(b)
        self._loose[b].append(a)

    def _tighten(self, a: int, b: int) -> None:
        self._loose[a].remove(b)
        self._loose[b].remove(a)

    def _one_of(self, bits: int) -> int:
        for _ in range(self._below(bits.bit_count())):
            bits &= bits - 1
        return (bits & -bits).bit_length() - 1

    def _below(self, bound: int) -> int:
        return int(self._rng.random() * bound)
