"""The same search on PostgreSQL: how good beside SQLite's, how fast beside PostgreSQL's own query."""

import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from pathlib import Path

from sqlalchemy import text

from bot.domain.search.meaning import Meaning
from storage.db import Database
from tests import postgres
from tests.bench.engines import Ours
from tests.bench.large import large_log
from tests.bench.sets import Asked, JudgedSet, Marks, marks

PARTS = ("quality", "speed")
SIZES = (1_000, 100_000)
_MOST_APART = 0.5
_TIMED = 250
_ADDED = 4_096
_TOKEN = re.compile(r"\w+")


class Raw:
    """PostgreSQL's own way: its English configuration, the words joined by OR, ordered by `ts_rank`."""

    def __init__(self, db: Database) -> None:
        self._db = db

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
        return cls(engine.db)

    async def find(self, typed: str, limit: int = 11) -> list[int]:
        """Numbers of questions, best first."""
        wanted = " | ".join(dict.fromkeys(_TOKEN.findall(typed)))
        query = text(
            "SELECT id FROM raw, to_tsquery('english', :wanted) query WHERE words @@ query "
            "ORDER BY ts_rank(words, query) DESC LIMIT :limit"
        )
        async with self._db.reading() as work:
            return list((await work.execute(query, {"wanted": wanted, "limit": limit})).scalars())


async def compare(judged: Sequence[JudgedSet], meaning: Meaning | None, parts: Sequence[str]) -> None:
    """Measure these parts on a server that is started for it, and stopped after it."""
    postgres.set_up()
    try:
        with tempfile.TemporaryDirectory() as folder:
            if "quality" in parts:
                await _quality(judged, Path(folder), meaning)
            if "speed" in parts and judged:
                for size in SIZES:
                    await _speed(judged[0], size)
    finally:
        postgres.tear_down()


async def _quality(judged: Sequence[JudgedSet], folder: Path, meaning: Meaning | None) -> None:
    print(f"\nQuality on both databases: MAP@10 / recall@10 / P@1; goal: {_MOST_APART} MAP apart at most")
    for one in judged:
        on_sqlite = await Ours.on(folder / f"{one.name}.db", one.documents)
        on_postgres = await Ours.at(postgres.copy_of_empty(), one.documents)
        for name, vectors in (("by words", None), ("with vectors", meaning)):
            if name == "with vectors" and vectors is None:
                continue
            here = await _marks(one.queries, on_sqlite, vectors)
            there = await _marks(one.queries, on_postgres, vectors)
            apart = abs(here.map10 - there.map10)
            said = "met" if apart <= _MOST_APART else "MISSED"
            print(f"  {one.name}, {name}: SQLite {here}, PostgreSQL {there}; {apart:.2f} apart, {said}")
        await on_sqlite.close()
        await on_postgres.close()


async def _marks(queries: Sequence[Asked], ours: Ours, meaning: Meaning | None) -> Marks:
    return marks(queries, {query.id: await ours.find(query.text, meaning=meaning) for query in queries})


async def _speed(web: JudgedSet, size: int) -> None:
    started_s = time.perf_counter()
    ours = await Ours.at(postgres.copy_of_empty(), [])
    every = large_log(web.documents, size)
    while some := list(islice(every, _ADDED)):
        await ours.add(some)
    raw = await Raw.on(ours)
    async with ours.db.engine.connect() as connection:
        # What autovacuum does within a minute of such an import.
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("VACUUM ANALYZE"))
    print(f"\nSpeed on PostgreSQL at {size:,} questions (made in {time.perf_counter() - started_s:.0f} s)")
    queries = web.queries[:_TIMED]
    by_raw = await _p95("its own query", queries, lambda query: raw.find(query.text))
    by_words = await _p95("by words", queries, lambda query: ours.find(query.text))
    print(f"    p95 by words is {by_words / by_raw:.2f} of its own query's; goal: 1.5 at most at 100,000")
    await ours.close()


async def _p95(name: str, queries: Sequence[Asked], find: Callable[[Asked], Awaitable[object]]) -> float:
    for query in queries[:20]:
        await find(query)
    took_ms = []
    for query in queries:
        started_s = time.perf_counter()
        await find(query)
        took_ms.append((time.perf_counter() - started_s) * 1000)
    took_ms.sort()
    p95 = took_ms[int(len(took_ms) * 0.95)]
    print(f"    {name:14} p50 {took_ms[len(took_ms) // 2]:.1f}  p95 {p95:.1f} ms")
    return p95
