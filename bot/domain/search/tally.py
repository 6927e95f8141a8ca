"""What the index alone says of the questions that have the words of a query: sums over packed numbers.

Kept apart from the packing, and imported where it is first needed: numpy takes a tenth of a second.
"""

from collections.abc import Collection, Sequence

import numpy
from numpy.typing import NDArray

from bot.domain.search.postings import CHUNK, LEVEL_BITS, LEVELS

_STEPS = 1 << 16  # whole numbers add up to the same in any order


class Tally:
    """Questions that have some of the words, each with its mark: the sum of what its words say about it."""

    def __init__(self, numbers: NDArray[numpy.int64], marks: NDArray[numpy.float64]) -> None:
        self._numbers = numbers
        self._marks = marks

    @classmethod
    def of(cls, postings: Sequence[tuple[int, bytes, float]]) -> "Tally":
        """The questions of these chunks: its number, its packed entries, how rare its word is."""
        if not postings:
            return cls(numpy.zeros(0, dtype=numpy.int64), numpy.zeros(0))
        packed = numpy.frombuffer(b"".join(entries for _, entries, _ in postings), dtype="<u2")
        counts = numpy.array([len(entries) // 2 for _, entries, _ in postings])
        firsts = numpy.array([chunk * CHUNK for chunk, _, _ in postings])
        rarities = numpy.array([max(1, round(rarity * _STEPS)) for _, _, rarity in postings])
        numbers = numpy.repeat(firsts, counts) + (packed >> LEVEL_BITS)
        marks = numpy.bincount(numbers, weights=numpy.repeat(rarities, counts) * (packed & LEVELS))
        found = numpy.flatnonzero(marks > 0)
        return cls(found, marks[found].astype(numpy.float64))

    def __len__(self) -> int:
        return len(self._numbers)

    def among(self, numbers: Collection[int]) -> "Tally":
        """Only those of these questions."""
        kept = numpy.isin(self._numbers, numpy.fromiter(numbers, dtype=numpy.int64))
        return Tally(self._numbers[kept], self._marks[kept])

    def best(self, most: int) -> list[int]:
        """So many with the highest marks, best first; equals newest first."""
        if most >= len(self):
            return self._in_order(self._numbers, self._marks)
        least = numpy.partition(self._marks, len(self) - most)[len(self) - most]
        kept = self._marks >= least
        return self._in_order(self._numbers[kept], self._marks[kept])[:most]

    @staticmethod
    def _in_order(numbers: NDArray[numpy.int64], marks: NDArray[numpy.float64]) -> list[int]:
        ordered: list[int] = numbers[numpy.lexsort((-numbers, -marks))].tolist()
        return ordered
