"""PostgreSQL's own text search as the index: which questions have a word, and how much it says about each.

A question's `tsvector` has our own stems, so no configuration of the server's has a part in it. What else
storage/postings.py packs into chunks, how much a stem says about the question, is the letter before it:
a weight, which is what PostgreSQL has for this, stands in no index, and reading it takes each whole vector.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, column, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, DOUBLE_PRECISION, TSQUERY

from bot.domain.ids import QuestionId, TeamId
from bot.domain.search import postings
from storage.db import Look, Work
from storage.tables import search_vector

# Of fifteen levels each letter stands for those up to its mark, and counts as what lies in their middle.
_LETTERS = (("D", 3, 2.0), ("C", 6, 5.0), ("B", 10, 8.0), ("A", 15, 12.0))
_OF_LEVELS = 15
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
    # A row for each word of a question: to look for every word in each question takes ten times as long.
    besides = "".join(f" & {_at_any_level(term)}" for term in sorted(with_all))
    sought = [(letter, counts, term) for term in rarity for letter, _, counts in _LETTERS]
    wanted = (
        func.unnest(
            _queries(_quoted(letter + term) + besides for letter, _, term in sought),
            literal(
                [rarity[term] * counts / _OF_LEVELS for _, counts, term in sought], ARRAY(DOUBLE_PRECISION)
            ),
        )
        .table_valued(column("found", TSQUERY), column("says", DOUBLE_PRECISION))
        .render_derived(name="wanted")
    )
    table = search_vector.c
    entries = (
        select(table.question_id, wanted.c.says)
        .join_from(wanted, search_vector, table.terms.bool_op("@@")(wanted.c.found))
        .where(table.team_id == team_id)
    )
    if len(rarity) == 1:
        entries = entries.order_by(table.question_id.desc()).limit(budget)
    # Without the offset it is summed in one go: whole vectors are carried into the groups, and through files.
    said = entries.offset(0).subquery()
    ordered = (
        select(said.c.question_id)
        .group_by(said.c.question_id)
        .order_by(func.sum(said.c.says).desc(), said.c.question_id.desc())
        .limit(most)
    )
    return list(look.execute(ordered).scalars())


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
    return " ".join(_quoted(_letter(levels[term]) + term) for term in sorted(levels))


def _letter(level: int) -> str:
    return next(letter for letter, up_to, _ in _LETTERS if level <= up_to)


def _at_any_level(term: str) -> str:
    return f"({' | '.join(_quoted(letter + term) for letter, _, _ in _LETTERS)})"


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _queries(expressions: Iterable[str]) -> ColumnElement[Any]:
    return cast(literal(list(expressions), ARRAY(Text)), ARRAY(TSQUERY))
