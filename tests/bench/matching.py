"""What the matcher reaches, as a table: `make bench`, or `python -m tests.bench.matching`.

Every figure is worked out anew, in a few minutes. With `--long` it is all that is asked for: a thousand
programmes, and thirty seeds of the rounds where all always come.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from random import Random

from bot.domain.matching import dividing, solving, weights
from bot.domain.matching.explain import judge
from bot.domain.matching.groups import group
from bot.domain.matching.pairs import pair
from bot.domain.matching.reviews import assign_reviews, reassign
from bot.domain.matching.values import Group, Impossible, Matched, Met, Person, Shortfall, Wishes
from tests.matching import (
    Cohort,
    after,
    best_cost,
    best_group_cost,
    cohort,
    cost,
    meetings,
    people,
    strangers,
    wished,
)

Row = tuple[str, str, str]
"""What, what is asked for, what was measured."""

_SAME_BYTES = (
    "from tests.matching import cohort, people; from random import Random;"
    "from bot.domain.matching.pairs import pair; from bot.domain.matching.reviews import assign_reviews;"
    "from bot.domain.matching.groups import group; who = people(51, Random(1));"
    "print(pair(who, seed=1, round=1), assign_reviews(who, who, k=3, seed=1, round=1),"
    " group(who, size=4, seed=1, round=1))"
)


def against_brute_force() -> list[Row]:
    """Solver and brute force over small rounds with exclusions, history and wishes."""
    rows = []
    for name, asked, drawn in (
        (
            "even",
            1000,
            [(n, seed) for n in (2, 4, 6, 8, 10) for seed in range(280)] + [(12, s) for s in range(20)],
        ),
        ("odd", 200, [(n, seed) for n in (3, 5, 7, 9) for seed in range(80)] + [(11, s) for s in range(10)]),
    ):
        with ProcessPoolExecutor() as pool:
            pairs = list(pool.map(_found_and_best, *zip(*drawn, strict=True), chunksize=10))
        solved = [(found, best) for found, best in pairs if best is not None]
        mismatches = sum(found != best for found, best in pairs)
        ratio = statistics.fmean(_ratio(found, best) for found, best in solved)
        rows.append(
            (
                f"mismatches with brute force, {name} n <= {max(n for n, _ in drawn)}",
                f"0 of {asked}",
                f"{mismatches} of {len(pairs)} ({len(solved)} have a plan), ratio {ratio:.3f}",
            )
        )
    return rows


def _found_and_best(n: int, seed: int) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    drawn = cohort(n, seed)
    try:
        found = pair(
            drawn.people,
            history=drawn.history,
            forbidden=drawn.forbidden,
            wishes=drawn.wishes,
            seed=drawn.seed,
            round=drawn.round,
            look_ahead=False,
        )
    except Impossible:
        return None, best_cost(drawn)
    return cost(found.groups, drawn), best_cost(drawn)


def groups_against_all(rounds: int) -> list[Row]:
    """Groups of three to six and every plan there is; and what exchanging people alone is worth."""
    small = [(n, size, seed) for n in range(5, 13) for size in range(3, 7) for seed in range(rounds)]
    more = [(n, size, seed) for n in (14, 16) for size in (3, 4, 5) for seed in range(rounds)]
    with ProcessPoolExecutor() as pool:
        pairs = list(pool.map(_group_and_best, *zip(*small, strict=True), chunksize=4))
        exchanged = list(pool.map(_exchanged_and_exact, *zip(*more, strict=True), chunksize=4))
    mismatches = sum(found != best for found, best in pairs)
    solved = [(one, other) for one, other in exchanged if other is not None]
    same = sum(one == other for one, other in solved)
    again = sum(one[0] - other[0] for one, other in solved if one is not None)
    return [
        ("groups: mismatches with brute force, n <= 12", "0 of 200", f"{mismatches} of {len(pairs)}"),
        (
            "groups of 14 and 16: exchanging people alone, best plan",
            "-",
            f"{same} of {len(solved)}, {again} repeats too many in all",
        ),
    ]


def _group_and_best(n: int, size: int, seed: int) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    drawn = cohort(n, seed)
    return _grouped(drawn, size), best_group_cost(drawn, size)


def _exchanged_and_exact(
    n: int, size: int, seed: int
) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    drawn = cohort(n, seed)
    exact = _grouped(drawn, size)
    most, dividing.MOST_PEOPLE = dividing.MOST_PEOPLE, 0
    exchanged = _grouped(drawn, size)
    dividing.MOST_PEOPLE = most
    return exchanged, exact


def _grouped(drawn: Cohort, size: int) -> tuple[int, ...] | None:
    try:
        found = group(
            drawn.people,
            size=size,
            history=drawn.history,
            forbidden=drawn.forbidden,
            wishes=drawn.wishes,
            seed=drawn.seed,
            round=drawn.round,
        )
    except Impossible:
        return None
    return wished(found.groups, drawn)


def _ratio(found: tuple[int, ...] | None, best: tuple[int, ...]) -> float:
    if found is None:
        return float("inf")

    def weight(costs: Sequence[int]) -> int:
        total = 0
        for level in costs:
            total = total * (1 << 25) + level
        return total

    return 1.0 if found == best else weight(found) / max(1, weight(best))


def programmes(count: int) -> list[Row]:
    """Whole programmes of twelve rounds, fifty people, 70 to 100 % of them there each time."""
    with ProcessPoolExecutor() as pool:
        exact = sum(pool.map(_clean, range(count), chunksize=5))
        abroad = sum(pool.map(_clean_abroad, range(count), chunksize=5))
        greedy = sum(pool.map(_clean_greedily, range(count), chunksize=20))
    return [
        ("12 rounds of 50 people, 70-100 % there: no repeat", f"{count} of {count}", f"{exact} of {count}"),
        (
            "the same, 51 people of ten countries and six sectors",
            f"{count} of {count}",
            f"{abroad} of {count}",
        ),
        ("the same, each takes whom they have not met", "-", f"{greedy} of {count}"),
    ]


def _clean(seed: int) -> bool:
    return _programme(
        seed, strangers(50), lambda there, met, number: pair(there, history=met, seed=seed, round=number)
    )


def _clean_abroad(seed: int) -> bool:
    return _programme(
        seed,
        people(51, Random(seed)),
        lambda there, met, number: pair(
            there, history=met, wishes=Wishes(sector="same"), seed=seed, round=number
        ),
    )


def _clean_greedily(seed: int) -> bool:
    rng = Random(seed)

    def greedy(there: Sequence[Person], met: Sequence[Met], number: int) -> Matched:
        known = {frozenset(each[:2]) for each in met}
        left = [person.id for person in there]
        rng.shuffle(left)
        groups: list[Group] = []
        while len(left) > 1:
            one = left.pop()
            other = next((each for each in left if {one, each} not in known), left[0])
            left.remove(other)
            groups.append((one, other))
        if left:
            groups[0] = (*groups[0], left[0])
        return judge(groups, there, history=met, round=number)

    return _programme(seed, strangers(50), greedy)


def _programme(
    seed: int, who: tuple[Person, ...], plan: Callable[[Sequence[Person], Sequence[Met], int], Matched]
) -> bool:
    rng = Random(seed)
    met: list[Met] = []
    for number in range(1, 13):
        there = rng.sample(who, round(len(who) * rng.uniform(0.7, 1)))
        found = plan(there, met, number)
        met += meetings(found, number)
        who = after(who, found)
    return len({frozenset(each[:2]) for each in met}) == len(met)


def always_there(seeds: int) -> list[Row]:
    """How many rounds it takes until somebody meets somebody again when all always come."""
    rows = []
    with ProcessPoolExecutor() as pool:
        for n, asked, cohorts, kind in (
            (50, ">= 48, stretch: none in 49", seeds, "strangers"),
            (50, ">= 48, stretch: none in 49", seeds, "ten countries"),
            (51, ">= 44", max(2, seeds // 3), "strangers"),
            (51, ">= 44", max(2, seeds // 3), "ten countries"),
        ):
            found = list(pool.map(_first_repeat, [n] * cohorts, range(cohorts), [kind] * cohorts))
            firsts = Counter(first for first, _ in found)
            told = ", ".join(
                f"{'none' if first > n - 1 + n % 2 else first} ({times}x)"
                for first, times in sorted(firsts.items())
            )
            rows.append((f"n = {n} always there ({kind}): first repeat in round", asked, told))
            if n % 2:
                spread = max(spread for _, spread in found)
                rows.append((f"n = {n}: trio turns differ by, after every round", "<= 1", str(spread)))
    return rows


def _first_repeat(n: int, seed: int, kind: str) -> tuple[int, int]:
    """The round of the first repeat (past the last one where there is none), and the widest spread."""
    who = (
        strangers(n)
        if kind == "strangers"
        else tuple(replace(p, cluster="") for p in people(n, Random(seed)))
    )
    met: list[Met] = []
    spread = 0
    last = n - 1 + n % 2
    for number in range(1, last + 1):
        found = pair(who, history=met, seed=seed, round=number)
        met += meetings(found, number)
        if len({frozenset(each[:2]) for each in met}) < len(met):
            return number, spread
        who = after(who, found)
        turns = [person.trio_turns for person in who]
        spread = max(spread, max(turns) - min(turns))
    return last + 1, spread


def reviews() -> list[Row]:
    """Three reviews a homework, 51 people of three countries, homework after homework."""
    who = tuple(Person(id=f"U{number:02}", country="FID"[number % 3]) for number in range(51))
    met: list[Met] = []
    abroad = fresh = exact = 0
    for homework in range(1, 17):
        found = assign_reviews(who, who, k=3, history=met, seed=1, round=homework)
        loads = set(Counter(a for a, _ in found.given).values()) | set(
            Counter(b for _, b in found.given).values()
        )
        kinds = {compromise.shortfall for compromise in found.compromises}
        exact += loads == {3}
        fresh += Shortfall.MEETS_AGAIN not in kinds
        abroad += not kinds
        met += [Met(*review, homework) for review in found.given]
    return [
        ("reviews, k = 3, n = 51: homeworks with exactly 3 both ways", "16 of 16", f"{exact} of 16"),
        ("of these without a repeat (50 others / 3)", "16", str(fresh)),
        ("of these all in other countries and none reciprocal (34 / 3)", "11", str(abroad)),
    ]


def times() -> list[Row]:
    """How long one plan takes, the fastest and the median of several, and the processor's own time."""
    rows: list[Row] = []
    who, odd, many = people(50, Random(1)), people(51, Random(1)), people(1000, Random(1))
    more = people(1001, Random(1))
    found = assign_reviews(odd, odd, k=3, seed=1, round=1)
    for name, asked, solve, repeats in (
        ("50 people in pairs", "< 50 ms", lambda: pair(who, seed=1, round=1), 9),
        ("51 people, exact trio", "< 2 s", lambda: pair(odd, seed=1, round=1), 5),
        ("1000 people in pairs", "< 5 s", lambda: pair(many, seed=1, round=1), 3),
        ("1001 people in pairs and a trio", "< 5 s", lambda: pair(more, seed=1, round=1), 3),
        ("51 people, 3 reviews each", "-", lambda: assign_reviews(odd, odd, k=3, seed=1, round=1), 5),
        (
            "a drop-out's reviews placed anew",
            "< 1 s",
            lambda: reassign(found, odd, dropped={"U0003"}, seed=1, round=1),
            5,
        ),
        ("50 people, somebody excluded by all, refused", "< 1 s", lambda: _refused(who), 5),
        ("50 people at tables of 4", "-", lambda: group(who, size=4, seed=1, round=1), 3),
    ):
        taken, computed = [], []
        for _ in range(repeats):
            begun, begun_to_compute = time.perf_counter(), time.process_time()
            solve()
            taken.append(time.perf_counter() - begun)
            computed.append(time.process_time() - begun_to_compute)
        median, processor = _told(statistics.median(taken)), _told(min(computed))
        rows.append((name, asked, f"{_told(min(taken))} (median {median}; of the processor {processor})"))
    stalled = asyncio.run(_longest_stall(many))
    rows.append(("1000 people, off the event loop: it stalls for", "< 3 s (Slack's)", _told(stalled)))
    return rows


def _refused(who: Sequence[Person]) -> None:
    lonely = [frozenset((who[0].id, other.id)) for other in who[1:]]
    try:
        pair(who, forbidden=lonely, seed=1, round=1)
    except Impossible:
        return
    raise AssertionError("somebody whom all exclude was matched")


async def _longest_stall(who: Sequence[Person]) -> float:
    longest = 0.0
    solving_it = asyncio.create_task(asyncio.to_thread(pair, who, seed=1, round=1))
    while not solving_it.done():
        begun = time.perf_counter()
        await asyncio.sleep(0.001)
        longest = max(longest, time.perf_counter() - begun)
    await solving_it
    return longest


def quality() -> list[Row]:
    """The exact plan beside the usual shortcut, the pruned plan of many and the full one, and bytes."""
    seeds = range(30)
    odd = [(people(51, Random(seed)), seed) for seed in seeds]
    exact = [pair(who, seed=seed, round=1, look_ahead=False) for who, seed in odd]
    attached = [_attach_the_leftover(who, seed) for who, seed in odd]
    greedy = sum(a.groups == b for a, b in zip(exact, attached, strict=True))
    pruned = sum(map(_pruned_is_full, range(5)))
    outputs = {
        subprocess.run(
            [sys.executable, "-c", _SAME_BYTES],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(4)
    }
    return [
        ("n = 51: attaching the leftover to a pair is", "0 of 10", f"{greedy} of {len(seeds)}"),
        ("n = 300: the best 40 of each give the full plan", "-", f"{pruned} of 5"),
        ("different drafts from one seed in 4 processes", "1", str(len(outputs))),
    ]


def _attach_the_leftover(who: Sequence[Person], seed: int) -> tuple[Group, ...]:
    *rest, last = sorted(who, key=lambda person: person.id)
    found = pair(rest, seed=seed, round=1, look_ahead=False)
    plans: list[tuple[Group, ...]] = []
    for joined in found.groups:
        plan = tuple(
            sorted(tuple(sorted((*each, last.id))) if each == joined else each for each in found.groups)
        )
        try:
            judge(plan, who, round=1)
        except Impossible:
            continue
        plans.append(plan)
    drawn = Cohort(people=tuple(who), seed=seed)
    return min(plans, key=lambda plan: cost(plan, drawn))


def _pruned_is_full(seed: int) -> bool:
    known = weights.table(
        people(300, Random(seed)),
        history=(),
        forbidden=(),
        wishes=cohort(4, seed).wishes,
        seed=seed,
        round=1,
    )
    costs = known.costs(known.units(152))
    pruned = solving.edges(range(300), known.allowed, costs)
    assert pruned.others is not None
    plans = pruned.best(), pruned.others.best()
    return all(plans) and len({sum(int(costs[two]) for two in plan or ()) for plan in plans}) == 1


def _told(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, line by line as it is worked out."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--long", action="store_true", help="all that is asked for, in half an hour")
    long = parser.parse_args(arguments).long
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"{'':62} {'asked for':28} measured")
    for part in (
        times,
        quality,
        reviews,
        against_brute_force,
        lambda: groups_against_all(12 if long else 7),
        lambda: always_there(30 if long else 6),
        lambda: programmes(1000 if long else 40),
    ):
        for what, wanted, measured in part():
            print(f"{what:62} {wanted:28} {measured}", flush=True)


if __name__ == "__main__":
    main()
