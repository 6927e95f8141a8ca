"""Prints how good and how fast search is, beside raw FTS5, and which goals are met: `make bench`.

Without the public sets, only what needs none of them is measured. `--million` adds a log of that size,
which takes half an hour to make; names of parts measure only these. `--database postgres` compares quality
and speed with those on a PostgreSQL that is started for it.
"""

import argparse
import asyncio
import logging
import sqlite3
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot.domain.experts import NEAR_ENOUGH
from bot.domain.search.asking import asks
from bot.domain.search.meaning import Meaning
from bot.domain.search.ranking import Ranked
from bot.services.meaning import vectors_if_installed
from tests.bench import accents as multilingual
from tests.bench import chat, hostile, large, on_postgres, sets
from tests.bench.accents import without_accents
from tests.bench.engines import Ours, Raw
from tests.bench.goals import Board, load
from tests.bench.sets import Asked, JudgedSet, Marks, marks
from tests.bench.timing import TIMED, Find, timed
from tests.bench.typos import mistyped

PARTS = ("quality", "suggestions", "typos", "accents", "asking", "hostile", "speed")
_EARLIER = 20  # questions whose answerers may be asked
_TYPED = 600  # queries with typos


async def quality(board: Board, judged: Sequence[JudgedSet], folder: Path, meaning: Meaning | None) -> None:
    """MAP@10 / recall@10 / P@1 of each set, by each engine."""
    print("\nQuality: MAP@10 / recall@10 / P@1, in percent")
    for one in judged:
        raw = Raw(folder / f"{one.name}-raw.db", one.documents)
        ours = await Ours.on(folder / f"{one.name}.db", one.documents)
        print(f"  {one.name}: raw FTS5 {_raw_marks(one.queries, raw)}")
        engines = {"by words": None} if meaning is None else {"by words": None, "with vectors": meaning}
        for (name, vectors), goal in zip(engines.items(), one.goal, strict=False):
            found = await _marks(one.queries, ours, meaning=vectors)
            board.reached(f"{one.name} {name}", str(found), f"{goal}", is_met=found.reach(goal))
        raw.close()
        await ours.close()


async def suggestions(board: Board, folder: Path, meaning: Meaning | None) -> None:
    """At the shipped threshold: who gets a suggestion, and whether the first is right."""
    given = sets.requests()
    if given is None:
        print("\nSuggestions: suggest-dev is not there")
        return
    log = given["log"]
    documents = [(str(place), one["text"], "") for place, one in enumerate(log)]
    raw = Raw(folder / "suggest-raw.db", documents)
    ours = await Ours.on(folder / "suggest.db", documents)

    def is_right(one: Mapping[str, str], near: Sequence[str]) -> bool:
        return bool(near) and log[int(near[0])]["intent"] == one["intent"]

    first = [is_right(one, raw.find(one["text"], 1)) for one in given["known"]]
    print("\nSuggestions: requests that get one, and those of which the first is right")
    print(
        f"  raw FTS5 knows no threshold: everybody gets one, right in {_share(sum(first), len(first)):.1f} %"
    )
    for name, vectors, least in (("by words", None, 65), ("with vectors", meaning, 75)):
        if name == "with vectors" and vectors is None:
            continue
        unknown = [await ours.suggest(one["text"], meaning=vectors) for one in given["unknown"]]
        known = [(one, await ours.suggest(one["text"], meaning=vectors)) for one in given["known"]]
        shown = [(one, near) for one, near in known if near]
        right = sum(is_right(one, near) for one, near in shown)
        board.at_most(f"{name}, of unknown", _share(sum(map(bool, unknown)), len(unknown)), 5)
        board.at_least(f"{name}, of known", _share(len(shown), len(known)), least)
        board.at_least(f"{name}, the first right", _share(right, len(shown)), 91)
    related = unrelated = reached = 0
    for one in given["known"]:
        near = [
            log[int(ours.name(found))]["intent"] for found in _of_the_field(await ours.nearest(one["text"]))
        ]
        related += near.count(one["intent"])
        unrelated += len(near) - near.count(one["intent"])
        reached += one["intent"] in near
    new = [_of_the_field(await ours.nearest(one["text"])) for one in given["unknown"]]
    same, known_reached, new_reached = (
        _share(related, related + unrelated),
        _share(reached, len(given["known"])),
        _share(sum(map(bool, new)), len(new)),
    )
    print(
        f"  near enough ({NEAR_ENOUGH}) to ask who answered: {same:.1f} % of those so near ask "
        f"the same; {known_reached:.1f} % of known have such a one, {new_reached:.1f} % of unknown one"
    )
    raw.close()
    await ours.close()


def _of_the_field(ranked: Sequence[Ranked]) -> list[Ranked]:
    return [one for one in ranked[:_EARLIER] if one.overlap >= NEAR_ENOUGH]


async def typos(board: Board, judged: Sequence[JudgedSet], folder: Path, meaning: Meaning | None) -> None:
    """What is left of MAP with one letter wrong in every long word."""
    print("\nTypos: share of MAP@10 kept with one letter wrong in each word of 5 letters or more")
    for one in judged:
        ours = await Ours.on(folder / f"{one.name}-typos.db", one.documents)
        raw = Raw(folder / f"{one.name}-typos-raw.db", one.documents)
        queries = one.queries[:_TYPED]
        raw_right = _raw_marks(queries, raw).map10
        raw_wrong = _raw_marks(queries, raw, typed=mistyped).map10
        print(f"  {one.name}: raw FTS5 {_share(raw_wrong, raw_right):.1f} %")
        for name, vectors in (("by words", None), ("with vectors", meaning)):
            if name == "by words" or vectors is not None:
                right = await _marks(queries, ours, meaning=vectors)
                wrong = await _marks(queries, ours, meaning=vectors, typed=mistyped)
                board.at_least(f"{one.name} {name}", _share(wrong.map10, right.map10), 94)
        raw.close()
        await ours.close()


async def accents(board: Board, folder: Path) -> None:
    """What is left of MAP with the accents left out, of the queries or of the log."""
    print("\nAccents: points of MAP@10 lost at most where the queries have none, or the log")
    logged = multilingual.documents()
    bare = [(key, without_accents(question), answer) for key, question, answer in logged]
    ours, ours_bare = await Ours.on(folder / "langs.db", logged), await Ours.on(folder / "bare.db", bare)
    raw, raw_bare = Raw(folder / "langs-raw.db", logged), Raw(folder / "bare-raw.db", bare)
    for name, queries in multilingual.queries().items():
        whole = (await _marks(queries, ours)).map10
        plain = (await _marks(queries, ours, typed=without_accents)).map10
        other = (await _marks(queries, ours_bare)).map10
        raw_whole = _raw_marks(queries, raw).map10
        raw_plain = _raw_marks(queries, raw, typed=without_accents).map10
        raw_lost = raw_whole - min(raw_plain, _raw_marks(queries, raw_bare).map10)
        board.at_most(
            f"{name}, of {whole:.1f} (raw FTS5 {raw_lost:.1f} of {raw_whole:.1f})",
            whole - min(plain, other),
            0.5,
            "points",
        )
    raw.close()
    raw_bare.close()
    await ours.close()
    await ours_bare.close()


def _raw_marks(queries: Sequence[Asked], raw: Raw, *, typed: Callable[[str], str] = str) -> Marks:
    return marks(queries, {query.id: raw.find(typed(query.text)) for query in queries})


def asking(board: Board) -> None:
    """How well a line of chat is told to ask something."""
    made, held_out = chat.halves()
    print("\nIs it a question? F1 on lines written for it, marked by hand; it was made with the other half")
    rule = 100 * chat.f1(chat.sounds_like_a_question, held_out)
    print(f"  with a mark or a question word in front {rule:.1f}; ours on its own half {_f1(made):.1f}")
    board.at_least(f"{len(held_out)} lines held out", _f1(held_out), max(round(rule, 1), 85.8))


def _f1(lines: Sequence[tuple[str, bool]]) -> float:
    return 100 * chat.f1(asks, lines)


async def hostile_queries(board: Board, judged: Sequence[JudgedSet], folder: Path) -> None:
    """Errors and the slowest answer on what nobody should type."""
    documents = judged[0].documents if judged else multilingual.documents()
    ours = await Ours.on(folder / "hostile.db", documents)
    raw = Raw(folder / "hostile-raw.db", documents)
    raw_errors = 0
    for typed in hostile.RAW_CAN_BE_ASKED:
        try:
            raw.match(typed)
        except (sqlite3.Error, UnicodeError):
            raw_errors += 1
    slowest_ms = 0.0
    for typed in hostile.QUERIES:
        for ask in (ours.find_typed, ours.suggest):
            started = time.perf_counter()
            await ask(typed)  # an error ends the run
            slowest_ms = max(slowest_ms, (time.perf_counter() - started) * 1000)
    print(
        f"\nHostile queries, {len(hostile.QUERIES)} searched and asked; raw FTS5 fails on {raw_errors} "
        f"of the {len(hostile.RAW_CAN_BE_ASKED)} that do not hang it; {load()}"
    )
    board.at_most("errors", 0, 0, "of them")
    board.at_most("the slowest", slowest_ms, 300, "ms")
    raw.close()
    await ours.close()


async def speed(
    board: Board, judged: Sequence[JudgedSet], folder: Path, meaning: Meaning | None, size: int
) -> None:
    """Whole-sentence queries on a large log: p50, p95 and p99 in ms, MAP@10, and how the file grows."""
    if not judged:
        print("\nSpeed: duplicates-dev is not there to make a large log of")
        return
    web = judged[0]
    started = time.perf_counter()
    raw = large.raw(folder, web.documents, size)
    ours = await large.ours(folder, web.documents, size)
    print(
        f"\nSpeed at {size:,} questions (ready in {time.perf_counter() - started:.0f} s), "
        f"each query by each engine in turn; {load()}"
    )
    queries = web.queries[:TIMED]
    engines: dict[str, Find] = {"raw FTS5": raw.answer, "by words": lambda query: ours.find(query.text)}
    if meaning is not None:
        engines["with vectors"] = lambda query: ours.find(query.text, meaning=meaning)
    measured = await timed(queries, engines)
    print(
        f"    bytes a question: raw FTS5, which has the texts only, {raw.bytes() / size:,.0f}; "
        f"ours, with every table, {await ours.bytes() / size:,.0f}"
    )
    floor = measured["raw FTS5"]
    for name in list(engines)[1:]:
        one = measured[name]
        if size == 100_000:
            board.at_most(f"p95 at {size:,} {name}", one.p95_ms, 40, "ms")
            share = one.p95_ms / floor.p95_ms
            board.reached(
                f"p95 at {size:,} {name}", f"{share:.3f} of raw's", "0.12 at most", is_met=share <= 0.12
            )
        if size == 1_000_000:
            board.at_most(f"p95 at {size:,} {name}", one.p95_ms, 250, "ms")
            raw_map = round(floor.marks.map10, 1)
            board.at_least(f"MAP@10 at {size:,} {name} (raw's is the goal)", one.marks.map10, raw_map)
    raw.close()
    await ours.close()


async def _marks(
    queries: Sequence[Asked],
    ours: Ours,
    *,
    meaning: Meaning | None = None,
    typed: Callable[[str], str] = str,
) -> Marks:
    found = {query.id: await ours.find(typed(query.text), meaning=meaning) for query in queries}
    return marks(queries, found)


def _share(part: float, whole: float) -> float:
    return 100 * part / whole if whole else 0.0


async def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--million", action="store_true", help="time a log of 1,000,000 questions, too")
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep the large logs there, and use those that are"
    )
    arguments = parser.parse_args()
    parts = arguments.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    board, meaning, judged = Board(), vectors_if_installed(), sets.judged_sets()
    if meaning is None:
        print("The extra `semantic` is not installed: nothing is measured with vectors.")
    if not judged:
        print(f"The public sets are not there (looked in {', '.join(map(str, sets.PLACES))}).")
    sizes = (1_000, 100_000, *([1_000_000] if arguments.million else []))
    if arguments.database == "postgres":
        asked = [one for one in parts if one in on_postgres.PARTS]
        await on_postgres.compare(board, judged, meaning, asked, sizes)
        board.close()
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "quality" in parts:
            await quality(board, judged, folder, meaning)
        if "suggestions" in parts:
            await suggestions(board, folder, meaning)
        if "typos" in parts:
            await typos(board, judged, folder, meaning)
        if "accents" in parts:
            await accents(board, folder)
        if "asking" in parts:
            asking(board)
        if "hostile" in parts:
            await hostile_queries(board, judged, folder)
        if "speed" in parts:
            for size in sizes:
                await speed(board, judged, arguments.keep or folder, meaning, size)
    board.close()


asyncio.run(main())
