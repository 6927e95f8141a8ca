"""PostgreSQL's own text search as the index: which questions have a word, and how much it says about each.

A question's `tsvector` has our own stems, so no configuration of the server's has a part in it. What else
storage/postings.py packs into chunks, how much a stem says about the question, stands in its weight.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import reduce
from operator import add

from sqlalchemy import ColumnElement, cast, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, REAL, TSQUERY

from bot.domain.ids import QuestionId, TeamId
from bot.domain.search import postings
from storage.db import Look, Work
from storage.tables import search_vector

# PostgreSQL knows four weights, ours are fifteen: each letter stands for those up to its mark, and counts
# as what lies in their middle.
_LETTERS = (("D", 3, 2.0), ("C", 6, 5.0), ("B", 10, 8.0), ("A", 15, 12.0))
_WEIGHTS = [counts / 15 for _, _, counts in _LETTERS]
_ROWS = 500


def best(
    look: Look,
    most: int,
    *,
    team_id: TeamId,
    rarity: Mapping[str, float],
    with_all: Collection[str] = (),
    budget: int,
) -> list[int]:
    """The best questions by the index alone, best first, as many as `most`.

    rarity: of the words that are looked for; a question has one of them at least.
    with_all: words that it must have besides.
    budget: so many questions are looked at, the newest where there are more.
    """
    if not rarity:
        return []
    table = search_vector.c
    wanted = " | ".join(_quoted(term) for term in rarity)
    if with_all:
        wanted = f"({wanted}) & {' & '.join(_quoted(term) for term in with_all)}"
    looked_at = (
        select(table.question_id, table.terms)
        .where(table.team_id == team_id, table.terms.bool_op("@@")(_query(wanted)))
        .order_by(table.question_id.desc())
        .limit(budget)
        .subquery()
    )
    weights = literal(_WEIGHTS, ARRAY(REAL))
    says = [
        literal(rare) * func.ts_rank(weights, looked_at.c.terms, _query(_quoted(term)))
        for term, rare in rarity.items()
    ]
    score: ColumnElement[float] = reduce(add, says)
    ordered = (
        select(looked_at.c.question_id).order_by(score.desc(), looked_at.c.question_id.desc()).limit(most)
    )
    return list((look.execute(ordered)).scalars())


async def write(
    work: Work,
    *,
    team_id: TeamId,
    texts: Mapping[QuestionId, tuple[Sequence[str], Sequence[str]]],
    gone: Collection[QuestionId],
) -> None:
    """Enter questions, by the stems of title and body, and take others out."""
    rows = [
        {"team_id": team_id, "question_id": question_id, "terms": _vector(title, body)}
        for question_id, (title, body) in texts.items()
    ]
    for at in range(0, len(rows), _ROWS):
        await work.put_all(search_vector, rows[at : at + _ROWS])
    if gone:
        table = search_vector.c
        await work.execute(
            delete(search_vector).where(table.team_id == team_id, work.among(table.question_id, gone))
        )


def _vector(title: Sequence[str], body: Sequence[str]) -> str:
    levels = postings.levels(title, body)
    return " ".join(f"{_quoted(term)}:1{_letter(levels[term])}" for term in sorted(levels))


def _letter(level: int) -> str:
    return next(letter for letter, up_to, _ in _LETTERS if level <= up_to)


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _query(expression: str) -> ColumnElement[str]:
    return cast(literal(expression), TSQUERY)
