"""Orders candidates by how well they answer a query: one pure ranker for every database."""

import math
from collections.abc import Mapping, Sequence
from math import fsum

from bot.domain.values import dataclass

BODY_WEIGHT = 0.5
"""What a word in the detail or an answer counts beside one in the question itself."""
MEANING_WEIGHT = 0.9
"""What nearness of meaning of the questions counts, where vectors are there."""
BODY_MEANING_WEIGHT = 0.25
"""The same for nearness to question and answers together."""

_STEEPNESS = 1.15
_SATURATION = 1.2  # BM25's k1
_LENGTH = 0.75  # BM25's b


@dataclass(frozen=True, kw_only=True)
class LogStatistics:
    """The log as a whole."""

    questions: int
    title_words: float
    """Mean length of a title."""
    body_words: float
    """Mean length of details and answers."""

    def rarity(self, count: int) -> float:
        """The weight of a word that `count` questions have, more than 0: BM25's idf to the power of 1.15.

        Questions are short and have much in common that says nothing ("what is the best way to"): where the
        weights are the plain idf, that adds up to more than the one word that matters.
        """
        idf = math.log(1 + (max(0, self.questions - count) + 0.5) / (count + 0.5))
        return math.pow(idf, _STEEPNESS)


@dataclass(frozen=True, kw_only=True)
class Sought:
    """One word of a query: its stem, or the stems that may be meant where the log does not know it."""

    terms: tuple[str, ...]
    rarity: float


@dataclass(frozen=True, kw_only=True)
class Document:
    """What the ranker reads of a question."""

    id: int
    title: Sequence[str]
    """Stems, in order."""
    body: Sequence[str]
    """Stems of detail and answers, in order."""


@dataclass(frozen=True, kw_only=True)
class Nearness:
    """How near a question's meaning is to the query's: cosines, -1 to 1."""

    title: float
    """Every word counting alike."""
    rare: float
    """The same two, rare words of the log counting more."""
    whole: float
    """Query against question and answers together."""


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """A question with its marks."""

    id: int
    score: float
    """Comparable within one query."""
    overlap: float
    """Shared of all words of query and title, rare ones counting more (Jaccard): 0 to 1."""
    covered: float
    """Share of the query's words that question or answers have, rare ones counting more: 0 to 1."""
    nearness: Nearness | None = None


def rank(
    sought: Sequence[Sought],
    documents: Sequence[Document],
    *,
    statistics: LogStatistics,
    rarity_of: Mapping[str, float],
) -> list[Ranked]:
    """The documents that have a sought word, best first; equals by id, newest first.

    rarity_of: of the titles' stems; one that is missing counts as new to the log.
    """
    total = fsum(word.rarity for word in sought) or 1.0
    new = statistics.rarity(0)
    wanted = {term: place for place, word in enumerate(sought) for term in word.terms}
    terms = frozenset(wanted)
    ranked = []
    for document in documents:
        in_title = _counts(document.title, wanted, terms)
        in_body = _counts(document.body, wanted, terms)
        if not (in_title or in_body):
            continue
        # Sums of fsum do not hang on the order, which of a set is another in every run.
        shared = fsum(sought[place].rarity for place in in_title)
        covered = fsum(sought[place].rarity for place in in_title.keys() | in_body.keys())
        title_total = fsum([rarity_of.get(term, new) for term in set(document.title)])
        title_score = _matched(in_title, sought, len(document.title), statistics.title_words)
        body_score = _matched(in_body, sought, len(document.body), statistics.body_words)
        overlap = shared / max(total + title_total - shared, 1e-9)
        score = (title_score + BODY_WEIGHT * body_score) / total + overlap
        ranked.append(Ranked(id=document.id, score=score, overlap=overlap, covered=covered / total))
    return sorted(ranked, key=_place)


def with_meaning(ranked: Sequence[Ranked], nearness: Mapping[int, Nearness]) -> list[Ranked]:
    """The same, ordered by words and meaning together. Those without a nearness come after the others."""
    near = []
    for one in ranked:
        found = nearness.get(one.id)
        if found is not None:
            meaning = MEANING_WEIGHT * (found.title + found.rare) / 2 + BODY_MEANING_WEIGHT * found.whole
            near.append(
                Ranked(
                    id=one.id,
                    score=one.score + meaning,
                    overlap=one.overlap,
                    covered=one.covered,
                    nearness=found,
                )
            )
    return [*sorted(near, key=_place), *(one for one in ranked if one.id not in nearness)]


def has_run(text: Sequence[str], run: Sequence[str]) -> bool:
    """Whether a run of words stands in a text, word by word."""
    length, wanted = len(run), list(run)
    first = wanted[0]
    return any(word == first and list(text[at : at + length]) == wanted for at, word in enumerate(text))


def _counts(text: Sequence[str], wanted: Mapping[str, int], terms: frozenset[str]) -> dict[int, int]:
    """How often each sought word, by its place, stands in a text; those that do not are left out."""
    counts: dict[int, int] = {}
    for term in terms.intersection(text):
        place = wanted[term]
        counts[place] = counts.get(place, 0) + text.count(term)
    return counts


def _matched(counts: Mapping[int, int], sought: Sequence[Sought], length: int, mean_length: float) -> float:
    """BM25 of one text."""
    most = _SATURATION + 1
    stretch = _SATURATION * (1 - _LENGTH + _LENGTH * length / max(mean_length, 1.0))
    return fsum([sought[place].rarity * count * most / (count + stretch) for place, count in counts.items()])


def _place(ranked: Ranked) -> tuple[float, int]:
    return (-ranked.score, -ranked.id)
