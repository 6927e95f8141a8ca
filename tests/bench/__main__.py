"""Prints how good and how fast search is, beside raw FTS5 in the same run: `make bench`.

Without the public sets, only what needs none of them is measured. `--million` adds a log of that size,
which takes half an hour to make; names of parts measure only these.
"""

import argparse
import asyncio
import logging
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from pathlib import Path

from bot.domain.search.meaning import Meaning
from bot.services.meaning import vectors_if_installed
from tests.bench import hostile, sets
from tests.bench.accents import languages, without_accents
from tests.bench.engines import Ours, Raw
from tests.bench.large import large_log
from tests.bench.sets import Asked, JudgedSet, Marks, marks
from tests.bench.typos import mistyped

PARTS = ("quality", "suggestions", "typos", "accents", "hostile", "speed")
_TYPED = 600  # queries with typos
_TIMED = 250  # queries of a large log
_ADDED = 4_096


async def quality(judged: Sequence[JudgedSet], folder: Path, meaning: Meaning | None) -> None:
    """MAP@10 / recall@10 / P@1 of each set, by each engine."""
    print("\nQuality: MAP@10 / recall@10 / P@1")
    for one in judged:
        raw = Raw(folder / f"{one.name}-raw.db", one.documents)
        ours = await Ours.on(folder / f"{one.name}.db", one.documents)
        by_raw = {query.id: raw.find(query.text) for query in one.queries}
        print(f"  {one.name}: raw FTS5 {marks(one.queries, by_raw)}")
        print(f"    by words      {await _marks(one.queries, ours)}   goal {one.goal[0]}")
        if meaning is not None:
            print(
                f"    with vectors  {await _marks(one.queries, ours, meaning=meaning)}   goal {one.goal[1]}"
            )
        raw.close()
        await ours.close()


async def suggestions(folder: Path, meaning: Meaning | None) -> None:
    """At the shipped threshold: who gets a suggestion, and whether the first is right."""
    given = sets.requests()
    if given is None:
        print("\nSuggestions: suggest-dev is not there")
        return
    print(
        "\nSuggestions: goal at most 5 % of unknown, at least 65 % of known (75 % with vectors), 91 % right"
    )
    log = given["log"]
    ours = await Ours.on(
        folder / "suggest.db", [(str(place), one["text"], "") for place, one in enumerate(log)]
    )
    for name, vectors in (("by words", None), ("with vectors", meaning)):
        if name == "with vectors" and vectors is None:
            continue
        unknown = [await ours.suggest(one["text"], meaning=vectors) for one in given["unknown"]]
        known = [(one, await ours.suggest(one["text"], meaning=vectors)) for one in given["known"]]
        shown = [(one, near) for one, near in known if near]
        right = sum(log[int(near[0])]["intent"] == one["intent"] for one, near in shown)
        print(
            f"  {name}: {_percent(sum(map(bool, unknown)), len(unknown))} of unknown, "
            f"{_percent(len(shown), len(known))} of known, the first right in {_percent(right, len(shown))}"
        )
    await ours.close()


async def typos(judged: Sequence[JudgedSet], folder: Path) -> None:
    """What is left of MAP with one letter wrong in every long word."""
    print("\nTypos: share of MAP@10 kept with one letter wrong in each word of 5 or more; goal 94 %")
    for one in judged:
        ours = await Ours.on(folder / f"{one.name}-typos.db", one.documents)
        queries = one.queries[:_TYPED]
        right = await _marks(queries, ours)
        wrong = await _marks(queries, ours, typed=mistyped)
        print(f"  {one.name}: {_percent(wrong.map10, right.map10)} ({right.map10:.1f} to {wrong.map10:.1f})")
        await ours.close()


async def accents(folder: Path) -> None:
    """What is left of MAP with the accents left out, in the query or in the log."""
    print(
        "\nAccents: MAP@10 with them, without them in the query, and raw FTS5 without; goal: 0.5 lost at most"
    )
    for name, (documents, queries) in languages().items():
        ours = await Ours.on(folder / f"{name}.db", documents)
        raw = Raw(folder / f"{name}-raw.db", documents)
        whole = await _marks(queries, ours)
        plain = await _marks(queries, ours, typed=without_accents)
        beside = marks(queries, {query.id: raw.find(without_accents(query.text)) for query in queries})
        print(f"  {name}: {whole.map10:.1f}, {plain.map10:.1f}; raw {beside.map10:.1f}")
        raw.close()
        await ours.close()


async def hostile_queries(judged: Sequence[JudgedSet], folder: Path) -> None:
    """Errors and the slowest answer on what nobody should type."""
    documents = judged[0].documents if judged else languages()["Spanish"][0]
    ours = await Ours.on(folder / "hostile.db", documents)
    raw = Raw(folder / "hostile-raw.db", documents)
    errors = 0
    for typed in hostile.RAW_CAN_BE_ASKED:
        try:
            raw.match(typed)
        except (sqlite3.Error, UnicodeError):
            errors += 1
    slowest_s = 0.0
    for typed in hostile.QUERIES:
        started = time.perf_counter()
        await ours.find(typed, is_typed=True)
        slowest_s = max(slowest_s, time.perf_counter() - started)
    print(
        f"\nHostile queries: raw FTS5 fails on {errors} of {len(hostile.RAW_CAN_BE_ASKED)} "
        f"(it is spared the longest); ours on none of {len(hostile.QUERIES)}, "
        f"the slowest in {slowest_s * 1000:.0f} ms (goal 300)"
    )
    raw.close()
    await ours.close()


async def speed(judged: Sequence[JudgedSet], folder: Path, meaning: Meaning | None, size: int) -> None:
    """Whole-sentence queries on a large log: p50 / p95 in ms, and MAP@10."""
    if not judged:
        print("\nSpeed: duplicates-dev is not there to make a large log of")
        return
    web = judged[0]
    started = time.perf_counter()
    raw = Raw(folder / f"raw-{size}.db", large_log(web.documents, size))
    ours = await Ours.on(folder / f"{size}.db", [])
    every = large_log(web.documents, size)
    while some := list(islice(every, _ADDED)):
        await ours.add(some)
    print(f"\nSpeed at {size:,} questions (made in {time.perf_counter() - started:.0f} s)")
    queries = web.queries[:_TIMED]

    async def find_raw(query: Asked) -> list[str]:
        return raw.find(query.text)

    by_raw = await _timed("raw FTS5", queries, find_raw)
    by_words = await _timed("by words", queries, lambda query: ours.find(query.text))
    if meaning is not None:
        await _timed("with vectors", queries, lambda query: ours.find(query.text, meaning=meaning))
    print(f"    p95 by words is {by_words / by_raw:.3f} of raw's")
    raw.close()
    await ours.close()


async def _timed(name: str, queries: Sequence[Asked], find: Callable[[Asked], Awaitable[list[str]]]) -> float:
    for query in queries[:20]:
        await find(query)
    found, took_ms = {}, []
    for query in queries:
        started = time.perf_counter()
        found[query.id] = await find(query)
        took_ms.append((time.perf_counter() - started) * 1000)
    took_ms.sort()
    p95 = took_ms[int(len(took_ms) * 0.95)]
    quality_of = marks(queries, found)
    print(f"    {name:13} p50 {took_ms[len(took_ms) // 2]:.1f}  p95 {p95:.1f} ms   {quality_of}")
    return p95


async def _marks(
    queries: Sequence[Asked],
    ours: Ours,
    *,
    meaning: Meaning | None = None,
    typed: Callable[[str], str] = str,
) -> Marks:
    found = {query.id: await ours.find(typed(query.text), meaning=meaning) for query in queries}
    return marks(queries, found)


def _percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


async def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--million", action="store_true")
    arguments = parser.parse_args()
    parts = arguments.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    meaning, judged = vectors_if_installed(), sets.judged_sets()
    if meaning is None:
        print("The extra `semantic` is not installed: nothing is measured with vectors.")
    if not judged:
        print(f"The public sets are not there (looked in {', '.join(map(str, sets.PLACES))}).")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "quality" in parts:
            await quality(judged, folder, meaning)
        if "suggestions" in parts:
            await suggestions(folder, meaning)
        if "typos" in parts:
            await typos(judged, folder)
        if "accents" in parts:
            await accents(folder)
        if "hostile" in parts:
            await hostile_queries(judged, folder)
        if "speed" in parts:
            for size in (1_000, 100_000, *([1_000_000] if arguments.million else [])):
                await speed(judged, folder, meaning, size)


asyncio.run(main())
