"""The same search on PostgreSQL: how good beside SQLite's, how fast beside PostgreSQL's own query."""

import re
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from sqlalchemy import text

from bot.domain.search.meaning import Meaning
from tests import postgres
from tests.bench.engines import Ours
from tests.bench.goals import Board, load
from tests.bench.large import large_log
from tests.bench.sets import Asked, JudgedSet, Marks, marks
from tests.bench.timing import TIMED, Find, timed

PARTS = ("quality", "speed")
_MOST_APART = 0.5
_MOST_SLOWER = 1.5
_JUDGED = 100_000  # questions
_ADDED = 4_096
_TOKEN = re.compile(r"\w+")


class Raw:
    """PostgreSQL's own way: its English configuration, the words joined by OR, ordered by `ts_rank`."""

    def __init__(self, engine: Ours) -> None:
        self._engine = engine

    @classmethod
    async def on(cls, engine: Ours) -> "Raw":
        """Beside an engine of ours, in its database, on the same questions and answers."""
        async with engine.db.writing() as work:
            await work.execute(
                text(
                    "CREATE TABLE raw AS SELECT q.id, setweight(to_tsvector('english', q.title), 'A') || "
                    "setweight(to_tsvector('english', coalesce(string_agg(a.text, ' '), '')), 'D') AS words "
                    "FROM question q LEFT JOIN answer a ON a.question_id = q.id GROUP BY q.id, q.title"
                )
            )
            await work.execute(text("CREATE INDEX raw_words ON raw USING gin (words)"))
        return cls(engine)

    async def find(self, typed: str, limit: int = 11) -> list[str]:
        """Ids, best first."""
        wanted = " | ".join(dict.fromkeys(_TOKEN.findall(typed)))
        query = text(
            "SELECT id FROM raw, to_tsquery('english', :wanted) query WHERE words @@ query "
            "ORDER BY ts_rank(words, query) DESC LIMIT :limit"
        )
        async with self._engine.db.reading() as work:
            found = await work.execute(query, {"wanted": wanted, "limit": limit})
            return [self._engine.named(number) for number in found.scalars()]

    async def bytes(self) -> int:
        """How large its table is, with its index and without the texts."""
        async with self._engine.db.reading() as work:
            return int((await work.execute(text("SELECT pg_total_relation_size('raw')"))).scalar_one())


async def compare(
    board: Board,
    judged: Sequence[JudgedSet],
    meaning: Meaning | None,
    parts: Sequence[str],
    sizes: Sequence[int],
) -> None:
    """Measure these parts on a server that is started for it, and stopped after it."""
    postgres.set_up()
    try:
        with tempfile.TemporaryDirectory() as folder:
            if "quality" in parts:
                await _quality(board, judged, Path(folder), meaning)
            if "speed" in parts and judged:
                for size in sizes:
                    await _speed(board, judged[0], size, meaning)
    finally:
        postgres.tear_down()


async def _quality(board: Board, judged: Sequence[JudgedSet], folder: Path, meaning: Meaning | None) -> None:
    print("\nQuality on both databases: MAP@10 / recall@10 / P@1; goal: how far MAP may be apart")
    for one in judged:
        on_sqlite = await Ours.on(folder / f"{one.name}.db", one.documents)
        on_postgres = await Ours.at(postgres.copy_of_empty(), one.documents)
        for name, vectors in (("by words", None), ("with vectors", meaning)):
            if name == "with vectors" and vectors is None:
                continue
            here = await _marks(one.queries, on_sqlite, vectors)
            there = await _marks(one.queries, on_postgres, vectors)
            apart = abs(here.map10 - there.map10)
            both = f"SQLite {here}, PostgreSQL {there}, {apart:.2f} apart"
            board.reached(f"{one.name} {name}", both, f"{_MOST_APART}", is_met=apart <= _MOST_APART)
        await on_sqlite.close()
        await on_postgres.close()


async def _marks(queries: Sequence[Asked], ours: Ours, meaning: Meaning | None) -> Marks:
    return marks(queries, {query.id: await ours.find(query.text, meaning=meaning) for query in queries})


async def _speed(board: Board, web: JudgedSet, size: int, meaning: Meaning | None) -> None:
    started_s = time.perf_counter()
    ours = await Ours.at(postgres.copy_of_empty(), [])
    every = large_log(web.documents, size)
    while some := list(islice(every, _ADDED)):
        await ours.add(some)
    grown = await ours.bytes()
    raw = await Raw.on(ours)
    async with ours.db.engine.connect() as connection:
        # What autovacuum does within a minute of such an import.
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
    print(
        f"\nSpeed on PostgreSQL at {size:,} questions (made in {time.perf_counter() - started_s:.0f} s), "
        f"each query by each in turn; {load()}"
    )
    engines: dict[str, Find] = {
        "its own query": lambda query: raw.find(query.text),
        "by words": lambda query: ours.find(query.text),
    }
    if meaning is not None:
        engines["with vectors"] = lambda query: ours.find(query.text, meaning=meaning)
    measured = await timed(web.queries[:TIMED], engines)
    print(
        f"    bytes a question: its own query's table, without texts, {await raw.bytes() / size:,.0f}; "
        f"ours, with every table, {grown / size:,.0f}"
    )
    floor = measured["its own query"]
    for name in list(engines)[1:]:
        share = measured[name].p95_ms / floor.p95_ms
        if size == _JUDGED:
            said = f"{share:.2f} of its own query's"
            board.reached(
                f"p95 at {size:,} {name}", said, f"{_MOST_SLOWER} at most", is_met=share <= _MOST_SLOWER
            )
    await ours.close()
