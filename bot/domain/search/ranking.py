"""Orders candidates by how well they answer a query: one pure ranker for every database."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BODY_WEIGHT = 0.5
"""What a word in the detail or an answer counts beside one in the question itself."""
MEANING_WEIGHT = 0.8
"""What nearness of meaning of the questions counts, where vectors are there."""
BODY_MEANING_WEIGHT = 0.2
"""The same for nearness to question and answers together."""

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
        """The weight of a word that `count` questions have: BM25's idf, in nats; more than 0."""
        # A count may be ahead of the number of questions by a few while others write.
        others = max(0, self.questions - count)
        return math.log(1 + (others + 0.5) / (count + 0.5))


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
    total = sum(word.rarity for word in sought) or 1.0
    new = statistics.rarity(0)
    wanted = {term: word for word in sought for term in word.terms}
    ranked = []
    for document in documents:
        title_score, shared, in_title = _matched(document.title, wanted, statistics.title_words)
        body_score, _, in_body = _matched(document.body, wanted, statistics.body_words)
        if not (in_title or in_body):
            continue
        covered = sum(word.rarity for word in in_title | in_body)
        title_total = sum(rarity_of.get(term, new) for term in set(document.title))
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


def _matched(
    text: Sequence[str], wanted: Mapping[str, Sought], mean_length: float
) -> tuple[float, float, set[Sought]]:
    """BM25 of one text, the rarity of the sought words in it, and these words."""
    length = _SATURATION * (1 - _LENGTH + _LENGTH * len(text) / max(mean_length, 1.0))
    counts: Counter[Sought] = Counter()
    for term in wanted.keys() & set(text):
        counts[wanted[term]] += text.count(term)
    # Sorted, so that the sum does not hang on the order of a set, to the last bit.
    words = sorted(counts, key=_name)
    score = sum(word.rarity * counts[word] * (_SATURATION + 1) / (counts[word] + length) for word in words)
    return score, sum(word.rarity for word in words), set(words)


def _name(sought: Sought) -> tuple[str, ...]:
    return sought.terms


def _place(ranked: Ranked) -> tuple[float, int]:
    return (-ranked.score, -ranked.id)
