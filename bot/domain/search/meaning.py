"""Nearness of meaning: what search asks of whoever has vectors. The vectors live elsewhere."""

from collections.abc import Callable, Sequence
from typing import Protocol

RARE = 0.003
"""A word that this share of all titles has counts half of one that none has; see `rareness`."""
WHOLE_WORDS = 80
"""Words of question and answers that are compared as a whole."""


class Meaning(Protocol):
    """Knows how near the meanings of texts are."""

    def cosines(
        self,
        query: Sequence[str],
        texts: Sequence[Sequence[str]],
        *,
        weight_of: Callable[[str], float] | None = None,
    ) -> list[float]:
        """The cosine of each text to the query, -1 to 1, in the order of the texts; 0 for an empty one.

        query, texts: folded words. weight_of: what a word counts, at least 0; all alike where it is None.
        """
        ...


def rareness(share: float) -> float:
    """The weight of a word that this share of all titles has, 0 to 1: 1 for a word that none has."""
    return RARE / (RARE + share)
