"""The words of a query as the log knows them: how rare each is, and what an unknown one may mean."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import field
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, union_all

from bot.domain.ids import TeamId
from bot.domain.search import spelling
from bot.domain.search.ranking import LogStatistics, Sought
from bot.domain.search.text import stem
from bot.domain.values import dataclass
from storage import tables
from storage.db import Look, among_named

_MOST_SOUGHT = 64  # words of a query; the rarest are kept
_MOST_GUESSED = 16  # unknown words of a query that are looked up among the known ones
_MOST_LOOKED_AT = 5_000  # known words near an unknown one
_AFTER_ALL = "\U0010ffff"


@dataclass(frozen=True)
class Looked:
    """The words of a query as the log knows them."""

    statistics: LogStatistics
    sought: Sequence[Sought] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    words: Sequence[str] = ()  # as meant
    meant: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def look_up(look: Look, team_id: TeamId, typed: Sequence[str]) -> Looked:
    """What the log knows of the words that were typed."""
    log = (
        look.execute(select(tables.search_log).where(tables.search_log.c.team_id == team_id))
    ).one_or_none()
    if log is None or not log.questions:
        return Looked(LogStatistics(questions=0, title_words=1.0, body_words=1.0))
    statistics = LogStatistics(
        questions=log.questions,
        title_words=log.title_words / log.questions,
        body_words=log.body_words / log.questions,
    )
    known = counts_of(look, team_id, {stem(word) for word in typed})
    unknown = sorted({word for word in typed if stem(word) not in known}, key=lambda word: -len(word))
    meant = {word: _meant(look, team_id, word) for word in unknown[:_MOST_GUESSED]}
    if guessed := {stem(word) for words in meant.values() for word in words}:
        known.update(counts_of(look, team_id, guessed))
    counts = {term: questions for term, (questions, _) in known.items()}
    sought: dict[tuple[str, ...], Sought] = {}
    for word in typed:
        terms = tuple(dict.fromkeys(stem(one) for one in meant.get(word, (word,)))) or (stem(word),)
        # A word that no question has still counts in the query's length: it was asked for, and is not there.
        count = max((counts.get(term, 0) for term in terms), default=0)
        sought[terms] = Sought(terms=terms, rarity=statistics.rarity(count))
    rarest = sorted(sought.values(), key=lambda word: (-word.rarity, word.terms))[:_MOST_SOUGHT]
    return Looked(
        statistics=statistics,
        sought=rarest,
        counts=counts,
        words=[(meant.get(word) or (word,))[0] for word in typed],
        meant={word: words for word, words in meant.items() if words},
    )


def counts_of(look: Look, team_id: TeamId, wanted: Collection[str]) -> dict[str, tuple[int, int]]:
    """Of each of these terms that the log knows: how many questions have it, and how many in the title."""
    query = _counts(is_postgres=look.is_postgres)
    found: Iterable[Any] = look.execute(query, {"counted_in": team_id, "terms": list(wanted)})
    return {term: (questions, titles) for term, questions, titles in found}


@cache
def _counts(*, is_postgres: bool) -> Select[Any]:
    table = tables.search_term.c
    return select(table.term, table.questions, table.titles).where(
        table.team_id == bindparam("counted_in"), among_named(table.term, "terms", is_postgres=is_postgres)
    )


def _meant(look: Look, team_id: TeamId, typed: str) -> tuple[str, ...]:
    if len(typed) < spelling.SHORTEST_BEGINNING:
        return ()
    table = tables.search_word.c
    beginning, ending = spelling.halves(typed)
    near = [_begins(table.word, typed)]
    if len(typed) >= spelling.SHORTEST:
        is_as_long = func.length(table.word).between(len(typed) - 1, len(typed) + 1)
        near += [
            and_(_begins(table.word, beginning), is_as_long),
            and_(_begins(table.reversed, ending[::-1]), is_as_long),
        ]
    # One question to the database, not three: a query may have many words that the log does not know.
    each = [
        select(table.word, table.questions)
        .where(table.team_id == team_id, condition)
        .limit(_MOST_LOOKED_AT)
        .subquery()
        for condition in near
    ]
    rows = look.execute(union_all(*(select(some.c.word, some.c.questions) for some in each)))
    known = {row.word: row.questions for row in rows}
    return spelling.meant(typed, known.items())


def _begins(column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    return and_(column >= beginning, column < beginning + _AFTER_ALL)
