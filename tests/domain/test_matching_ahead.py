"""Looking past a round: who may still meet is split into rounds, and plans leave what can be split."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.matching import factoring
from bot.domain.matching.factoring import Pairs
from bot.domain.matching.pairs import pair
from bot.domain.matching.values import Met, Person, Wishes
from bot.domain.matching.weights import Flags
from tests.matching import COUNTRIES, SECTORS, meetings, people

ENOUGH = 20_000


def crowded(n: int, count: int, rng: Random) -> Flags:
    """Who may meet whom: so many rounds put together, most of them within crowds of people."""
    crowd = [rng.randrange(3) for _ in range(n)]
    free = np.zeros((n, n), dtype=np.bool_)
    for _ in range(count):
        left = sorted(range(n), key=lambda row: (crowd[row], rng.random()))
        for _ in range(100):
            pairs = list(zip(left[::2], left[1::2], strict=True))
            if not any(free[a, b] for a, b in pairs):
                break
            one, other = rng.sample(range(n), 2)
            left[one], left[other] = left[other], left[one]
        else:
            break
        for a, b in pairs:
            free[a, b] = free[b, a] = True
    return free


def all_rounds(free: Flags) -> list[frozenset[tuple[int, int]]]:
    """Every way to pair everybody."""

    def paired(left: tuple[int, ...]) -> Iterator[Pairs]:
        if not left:
            yield []
        for other in left[1:]:
            if free[left[0], other]:
                for more in paired(tuple(each for each in left[1:] if each != other)):
                    yield [(left[0], other), *more]

    return [frozenset(pairs) for pairs in paired(tuple(range(len(free))))]


def can_be_split(free: Flags, count: int) -> bool:
    """Whether there are so many rounds without a pair in two of them, by trying all."""
    every = all_rounds(free)

    def more(wanted: int, left: list[frozenset[tuple[int, int]]]) -> bool:
        return wanted == 0 or any(
            more(wanted - 1, [other for other in left[place:] if not other & pairs])
            for place, pairs in enumerate(left)
        )

    return more(count, every)


@given(
    st.integers(min_value=2, max_value=20), st.integers(min_value=1, max_value=24), st.integers(0, 1 << 20)
)
@settings(max_examples=60, deadline=None)
def test_what_was_put_together_from_rounds_is_split_into_rounds(half: int, count: int, seed: int) -> None:
    free = crowded(2 * half, count, Random(seed))
    most = int(free.sum(axis=1).min())

    found = factoring.rounds(free, most, steps=ENOUGH)

    assert found is not None
    assert [sorted(row for two in pairs for row in two) for pairs in found] == [list(range(2 * half))] * most
    used = Counter(two for pairs in found for two in pairs)
    assert set(used.values()) <= {1}
    assert all(free[two] for two in used)


@pytest.mark.parametrize("n", [4, 6, 8])
def test_a_split_is_found_where_trying_all_finds_one_and_only_there(n: int) -> None:
    rng = Random(n)
    drawn: list[tuple[Flags, int]] = []
    while len(drawn) < 20:
        upper = np.triu(np.array([[rng.random() < 0.6 for _ in range(n)] for _ in range(n)]), 1)
        free = upper | upper.T
        if int(free.sum(axis=1).min()) > 0:
            drawn.append((free, int(free.sum(axis=1).min())))

    found = [factoring.rounds(free, count, steps=ENOUGH) is not None for free, count in drawn]

    assert found == [can_be_split(free, count) for free, count in drawn]


def test_more_steps_find_what_fewer_have_found() -> None:
    drawn = [(free, int(free.sum(axis=1).min())) for free in (crowded(30, 6, Random(n)) for n in range(20))]

    soon = [factoring.rounds(free, count, steps=60) for free, count in drawn]
    late = [factoring.rounds(free, count, steps=ENOUGH) for free, count in drawn]

    assert [one for one, other in zip(late, soon, strict=True) if other] == [one for one in soon if one]
    assert None in soon
    assert None not in late


def always_there(n: int, seed: int) -> tuple[tuple[Person, ...], Wishes]:
    """People of some countries and sectors, and what the organiser prefers, drawn from a seed."""
    rng = Random(seed)
    countries = COUNTRIES[: (10, 2, 3, 1)[seed % 4]]
    who = tuple(
        Person(
            id=f"U{number:02}",
            country=rng.choice(countries),
            sectors=frozenset(rng.sample(SECTORS, rng.randint(0, 2))),
        )
        for number in range(n)
    )
    return who, Wishes(sector=("any", "same", "different")[seed % 3])


@pytest.mark.parametrize("seed", range(4))
def test_fifty_of_some_countries_who_always_come_meet_each_other_once_in_49_rounds(seed: int) -> None:
    who, wishes = always_there(50, seed)
    met: list[Met] = []
    for number in range(1, 50):
        met += meetings(pair(who, history=met, wishes=wishes, seed=seed, round=number), number)

    assert len({frozenset(each[:2]) for each in met}) == len(met) == 49 * 25


def test_two_of_a_cluster_and_two_who_exclude_each_other_only_end_it_one_round_sooner() -> None:
    who = people(24, Random(1))
    forbidden = [frozenset((who[0].id, who[5].id)), frozenset((who[8].id, who[17].id))]
    met: list[Met] = []
    # Of 23 others one is of the own cluster, and one is excluded for four of them.
    for number in range(1, 22):
        found = pair(who, history=met, forbidden=forbidden, seed=1, round=number)
        met += meetings(found, number)

    assert len({frozenset(each[:2]) for each in met}) == len(met) == 21 * 12


@given(st.integers(min_value=2, max_value=3), st.integers(min_value=0, max_value=1 << 20))
@settings(max_examples=15, deadline=None)
def test_a_small_plan_leaves_all_the_rounds_that_any_plan_leaves(half: int, seed: int) -> None:
    n = 2 * half + 2
    who, wishes = always_there(n, seed)
    met = [
        met
        for number in range(1, Random(seed).randint(2, n - 2))
        for met in meetings(pair(who, wishes=wishes, history=(), seed=seed, round=number), number)
    ]
    free = unmet(who, met)
    plans = all_rounds(free)
    left = cache(lambda plan: most_rounds(less(free, plan)))
    if not plans:
        return

    found = pair(who, history=met, wishes=wishes, seed=seed, round=n)

    place = {person.id: row for row, person in enumerate(who)}
    chosen = frozenset((place[a], place[b]) for a, b in found.groups)
    assert left(chosen) == max(map(left, plans))


def unmet(who: tuple[Person, ...], met: list[Met]) -> Flags:
    """Who has not met whom."""
    known = {frozenset(each[:2]) for each in met}
    return np.array([[a != b and frozenset((a.id, b.id)) not in known for b in who] for a in who])


def less(free: Flags, pairs: frozenset[tuple[int, int]]) -> Flags:
    """Without these pairs."""
    left = free.copy()
    for a, b in pairs:
        left[a, b] = left[b, a] = False
    return left


def most_rounds(free: Flags) -> int:
    """How many rounds there are without a repeat."""
    return max(count for count in range(len(free)) if can_be_split(free, count))
