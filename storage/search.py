"""Finds questions: candidates by their rarest words within a budget, put in order by the domain's ranker."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cache, partial
from typing import Any

from sqlalchemy import FromClause, Integer, Select, and_, bindparam, select

from bot.domain.ids import QuestionId, TeamId
from bot.domain.questions import Sight
from bot.domain.search import postings
from bot.domain.search.meaning import WHOLE_WORDS, Meaning, rareness
from bot.domain.search.query import Query, plain
from bot.domain.search.ranking import (
    Document,
    Nearness,
    Ranked,
    has_run,
    rank,
    with_meaning,
)
from bot.domain.search.text import LONGEST_WORD, stem
from bot.domain.values import dataclass
from storage import search_words, tables
from storage.db import Look, Work, among_named
from storage.search_limits import READ, Limits
from storage.search_words import Looked

BUDGET_SHARE = 10
"""One in so many questions may be looked at for a query, rarest words first…"""
LEAST_BUDGET = 20_000
"""…but no fewer than these entries of the index…"""
MOST_BUDGET = 100_000
"""…and no more than these."""

CANDIDATES = 80
"""The best by the index alone, put in order by the ranker."""
COMPARED = 60
"""The best by words, compared by meaning where vectors are there."""
FEW = 400
"""Questions that filters leave, up to which all of them are ranked."""

_MOST_CHECKED = 2_000  # questions looked into for exact words
_PORTION = 500


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A question found."""

    question_id: QuestionId
    score: float
    """Comparable within one search; 0 where only filters were given."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of what a search found."""

    hits: tuple[Hit, ...] = ()
    """Best first; newest first where only filters were given."""
    is_more: bool = False
    stems: frozenset[str] = frozenset()
    """What to set apart in the texts; see bot/domain/search/highlight.py."""
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Typed words that the log does not know, each with the words that were looked for instead."""


@dataclass(frozen=True)
class _Candidate:
    document: Document
    title: str = ""
    """Whole words, where they are needed."""
    body: str = ""

    @property
    def title_words(self) -> list[str]:
        return self.title.split()

    @property
    def body_words(self) -> list[str]:
        return self.body.split()

    @property
    def whole(self) -> list[str]:
        words = [*self.title_words, *self.body[: WHOLE_WORDS * (LONGEST_WORD + 1)].split()]
        return words[:WHOLE_WORDS]


@dataclass(frozen=True)
class _Read:
    """All that the order hangs on."""

    looked: Looked
    candidates: Sequence[_Candidate]
    terms: Mapping[str, tuple[int, int]]


async def search(
    work: Work,
    *,
    team_id: TeamId,
    query: Query,
    sight: Sight,
    zone: str = "UTC",
    limit: int = 5,
    offset: int = 0,
    meaning: Meaning | None = None,
) -> Found:
    """The questions that a person may see and that answer a query, from `offset` on.

    zone: IANA, in which the query's days begin. Nothing is found for an empty query.
    """
    limits = Limits(team_id, sight, query.filters, zone)
    if not query.words:
        if query.is_empty:
            return Found()
        newest = partial(_newest, team_id=team_id, query=query, limits=limits, limit=limit, offset=offset)
        return await work.at_once(newest)
    read = await work.at_once(
        partial(_read, team_id=team_id, query=query, limits=limits, is_compared=meaning is not None)
    )
    ranked = _ranked(read, meaning)
    page = ranked[offset : offset + limit]
    return Found(
        hits=tuple(Hit(question_id=QuestionId(one.id), score=one.score) for one in page),
        is_more=len(ranked) > offset + limit,
        stems=frozenset(term for word in read.looked.sought for term in word.terms),
        meant=read.looked.meant,
    )


async def nearest(
    work: Work,
    *,
    team_id: TeamId,
    text: str,
    sight: Sight,
    without: QuestionId | None = None,
    meaning: Meaning | None = None,
) -> list[Ranked]:
    """Earlier questions by how near they are to `text`, best first, however far.

    without: the question itself, where it is in the log already.
    What may be shown of them says bot/domain/search/suggestions.py.
    """
    limits = Limits(team_id, sight, without=without)
    read = await work.at_once(
        partial(_read, team_id=team_id, query=plain(text), limits=limits, is_compared=meaning is not None)
    )
    return _ranked(read, meaning)


def _read(look: Look, *, team_id: TeamId, query: Query, limits: Limits, is_compared: bool) -> _Read:
    looked = search_words.look_up(look, team_id, query.words)
    candidates = _candidates(look, team_id, looked, query, limits, is_compared=is_compared)
    wanted = {term for one in candidates for term in one.document.title}
    if is_compared:
        wanted.update(map(stem, looked.words))
    return _Read(looked, candidates, search_words.counts_of(look, team_id, wanted))


# -- candidates ---------------------------------------------------------------------------------------


def _candidates(
    look: Look, team_id: TeamId, looked: Looked, query: Query, limits: Limits, *, is_compared: bool
) -> list[_Candidate]:
    if not looked.sought or not looked.statistics.questions:
        return []
    fits = _fits(query)
    with_words = is_compared or bool(query.exact or query.without)

    def fitting(ids: Sequence[int]) -> list[_Candidate]:
        found = _documents(look, team_id, ids, limits, with_words=with_words)
        return [one for one in found if fits(one)]

    if not query.filters.are_empty:
        few = select(tables.question.c.id).where(*limits.on(tables.question)).limit(FEW + 1)
        ids = list(look.execute(few).scalars())
        if len(ids) <= FEW:
            return fitting(ids)
    best_by_index = _index(look, team_id, looked, query)
    best = best_by_index(CANDIDATES)
    found = fitting(best)
    if len(found) >= COMPARED or len(best) < CANDIDATES:
        return found
    # Most of the best are not for these eyes, or do not fit: go on down the list.
    rest = (best_by_index(MOST_BUDGET))[CANDIDATES:]
    for some in _portions(rest[:_MOST_CHECKED] if query.exact or query.without else rest):
        found += fitting(some)
        if len(found) >= COMPARED:
            break
    return found


def _index(look: Look, team_id: TeamId, looked: Looked, query: Query) -> Callable[[int], list[int]]:
    """Gives so many of the best by the index alone, best first, as often as it is asked.

    They are of the questions that have the rarest words, as many as the budget allows.
    """
    questions = looked.statistics.questions
    budget = min(max(LEAST_BUDGET, questions // BUDGET_SHARE), MOST_BUDGET)
    rarity = {term: word.rarity for word in looked.sought for term in word.terms if term in looked.counts}
    taken: list[str] = []
    entries = 0
    for term in sorted(rarity, key=lambda one: (looked.counts[one], one)):
        entries += looked.counts[term]
        if taken and entries > budget:
            break
        taken.append(term)
    if look.is_postgres:
        from storage import search_postgres

        return partial(
            search_postgres.best,
            look,
            team_id=team_id,
            rarity={term: rarity[term] for term in taken},
            with_all={stem(word) for run in query.exact for word in run},
            budget=budget,
        )
    from bot.domain.search.tally import Tally

    table = tables.search_posting.c
    rows = look.execute(
        select(table.term, table.chunk, table.entries)
        .where(table.team_id == team_id, table.term.in_(taken))
        .order_by(table.chunk.desc())
    )
    read: list[tuple[int, bytes, float]] = []
    for row in rows.all():
        # One word alone may be in more questions than the budget: the newest of them are looked at.
        if budget <= 0:
            break
        read.append((row.chunk, row.entries, rarity[row.term]))
        budget -= postings.count(row.entries)
    tally = Tally.of(read)
    for run in query.exact:
        tally = tally.among(_having(look, team_id, looked, {stem(word) for word in run}))

    def best(most: int) -> list[int]:
        return tally.best(most)

    return best


def _having(look: Look, team_id: TeamId, looked: Looked, terms: Collection[str]) -> set[int]:
    """The questions that have all of these terms, judged by the three rarest of them."""
    having: set[int] | None = None
    for term in sorted(terms, key=lambda one: (looked.counts.get(one, 0), one))[:3]:
        if having is not None and looked.counts.get(term, 0) > MOST_BUDGET:
            break
        table = tables.search_posting.c
        query = select(table.chunk, table.entries).where(table.team_id == team_id, table.term == term)
        with_it: set[int] = set()
        for row in look.execute(query):
            with_it |= postings.questions(chunk=row.chunk, entries=row.entries)
        having = with_it if having is None else having & with_it
    return having or set()


@cache
def _of_these(*, is_postgres: bool, with_words: bool) -> tuple[FromClause, Select[Any]]:
    """What `these` questions of a workspace are, and their documents."""
    question, document = tables.question.c, tables.search_document.c
    # With a limit of its own, the inner query goes by the ids whatever the planner makes of the
    # conditions: it would rather read every open question than look up a hundred. It reads no texts:
    # they would be copied for every candidate.
    wanted = (
        select(*(question[name] for name in READ))
        .where(
            question.team_id == bindparam("these_of"),
            among_named(question.id, "these", is_postgres=is_postgres),
        )
        .limit(bindparam("so_many", type_=Integer))
        .subquery()
    )
    words = (document.title_words, document.body_words) if with_words else ()
    documents = select(document.question_id, document.title_stems, document.body_stems, *words).join_from(
        wanted,
        tables.search_document,
        and_(document.team_id == wanted.c.team_id, document.question_id == wanted.c.id),
    )
    return wanted, documents


def _documents(
    look: Look, team_id: TeamId, ids: Sequence[int], limits: Limits, *, with_words: bool
) -> list[_Candidate]:
    wanted, documents = _of_these(is_postgres=look.is_postgres, with_words=with_words)
    query = documents.where(*limits.on(wanted))
    found = []
    for some in _portions(ids):
        for row in look.execute(query, {"these_of": team_id, "these": some, "so_many": len(some)}):
            question_id, title, body, *whole = tuple[Any, ...](row)
            stemmed = Document(id=question_id, title=title.split(), body=body.split())
            found.append(_Candidate(stemmed, *whole))
    return found


def _fits(query: Query) -> Callable[[_Candidate], bool]:
    def fits(one: _Candidate) -> bool:
        if not query.exact and not query.without:
            return True
        texts = (one.title_words, one.body_words)
        if not all(any(has_run(text, run) for text in texts) for run in query.exact):
            return False
        for run in query.without:
            if len(run) > 1 and any(has_run(text, run) for text in texts):
                return False
            if len(run) == 1 and (stem(run[0]) in one.document.title or stem(run[0]) in one.document.body):
                return False
        return True

    return fits


# -- order --------------------------------------------------------------------------------------------


def _ranked(read: _Read, meaning: Meaning | None) -> list[Ranked]:
    looked, statistics = read.looked, read.looked.statistics
    ranked = rank(
        looked.sought,
        [one.document for one in read.candidates],
        statistics=statistics,
        rarity_of={term: statistics.rarity(questions) for term, (questions, _) in read.terms.items()},
    )
    if meaning is None or not ranked:
        return ranked
    compared, by_id = ranked[:COMPARED], {one.document.id: one for one in read.candidates}
    some = [by_id[one.id] for one in compared]

    def weight_of(word: str) -> float:
        _, titles = read.terms.get(stem(word), (0, 0))
        return rareness(titles / statistics.questions)

    titles = [one.title_words for one in some]
    near = zip(
        compared,
        meaning.cosines(looked.words, titles),
        meaning.cosines(looked.words, titles, weight_of=weight_of),
        meaning.cosines(looked.words, [one.whole for one in some]),
        strict=True,
    )
    nearness = {one.id: Nearness(title=title, rare=rare, whole=whole) for one, title, rare, whole in near}
    return with_meaning(ranked, nearness)


def _newest(
    look: Look,
    team_id: TeamId,
    query: Query,
    limits: Limits,
    *,
    limit: int,
    offset: int,
) -> Found:
    question = tables.question.c
    ids = (
        select(question.id)
        .where(*limits.on(tables.question))
        .order_by(question.asked_at.desc(), question.id.desc())
    )
    if not query.without:
        found = list(look.execute(ids.limit(limit + 1).offset(offset)).scalars())
    else:
        fits = _fits(query)
        newest = list(look.execute(ids.limit(_MOST_CHECKED)).scalars())
        documents = _documents(look, team_id, newest, limits, with_words=True)
        fitting = {one.document.id for one in documents if fits(one)}
        found = [key for key in newest if key in fitting][offset : offset + limit + 1]
    hits = tuple(Hit(question_id=key, score=0.0) for key in found[:limit])
    return Found(hits=hits, is_more=len(found) > limit)


def _portions(values: Iterable[Any]) -> list[list[Any]]:
    every = list(values)
    return [every[at : at + _PORTION] for at in range(0, len(every), _PORTION)]
