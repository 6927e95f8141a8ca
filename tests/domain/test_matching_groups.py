"""Groups of three to six: sizes, rules, wishes, and against every possible plan of small rounds."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.matching import dividing
from bot.domain.matching.groups import group
from bot.domain.matching.values import Impossible, Met, Person, Relax, Rule
from tests.matching import Cohort, best_group_cost, cohort, people, strangers, wished


@given(st.integers(min_value=3, max_value=30), st.integers(min_value=3, max_value=6), st.integers(0, 1 << 20))
@settings(max_examples=12, deadline=None)
def test_everybody_is_in_one_group_of_three_to_six(n: int, size: int, seed: int) -> None:
    found = group(strangers(n), size=size, seed=seed, round=1)

    sizes = [len(each) for each in found.groups]
    assert sorted(member for each in found.groups for member in each) == [p.id for p in strangers(n)]
    assert set(sizes) <= {3, 4, 5, 6}
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize(
    ("n", "size", "sizes"),
    [(5, 3, [5]), (7, 6, [3, 4]), (11, 6, [5, 6]), (24, 4, [4] * 6), (51, 5, [5] * 9 + [6])],
)
def test_sizes_are_the_nearest_to_the_one_asked_for(n: int, size: int, sizes: list[int]) -> None:
    found = group(strangers(n), size=size, seed=1, round=1)

    assert sorted(len(each) for each in found.groups) == sizes


@pytest.mark.parametrize(
    ("n", "size", "rounds"),
    [(5, 5, 20), (6, 3, 30), (7, 3, 20), (8, 4, 20), (9, 3, 20), (10, 3, 8), (11, 6, 10), (12, 6, 8)],
)
def test_small_plans_are_the_best_of_all_plans(n: int, size: int, rounds: int) -> None:
    drawn = [cohort(n, seed) for seed in range(rounds)]

    assert [found_cost(each, size) for each in drawn] == [best_group_cost(each, size) for each in drawn]


@pytest.mark.parametrize(("n", "size"), [(13, 3), (16, 4)])
def test_plans_of_a_few_more_are_at_least_as_good_as_exchanging_people_makes_them(
    n: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = [cohort(n, seed) for seed in range(3)]

    exact = [found_cost(each, size) for each in drawn]
    monkeypatch.setattr(dividing, "MOST_PEOPLE", 0)
    exchanged = [found_cost(each, size) for each in drawn]

    compared = [(one, other) for one, other in zip(exact, exchanged, strict=True) if one and other]
    assert [(one, other) for one, other in compared if one > other] == []
    assert len(compared) >= 1


def found_cost(given: Cohort, size: int) -> tuple[int, ...] | None:
    """What the found plan costs, but for trio turns and chance; None without a plan."""
    try:
        found = group(
            given.people,
            size=size,
            history=given.history,
            forbidden=given.forbidden,
            wishes=given.wishes,
            seed=given.seed,
            round=given.round,
        )
    except Impossible:
        return None
    return wished(found.groups, given)


def test_nobody_sits_with_the_same_people_again_while_there_are_others() -> None:
    who = strangers(16)
    met: list[Met] = []
    for number in range(1, 4):
        found = group(who, size=4, history=met, seed=3, round=number)
        met += [Met(a, b, number) for each in found.groups for a, b in combinations(each, 2)]

    assert len({frozenset(each[:2]) for each in met}) == len(met) == 3 * 24


def test_the_same_input_gives_the_same_groups_in_whatever_order_people_come() -> None:
    who = people(22, Random(5))

    assert group(who, size=4, seed=5, round=1) == group(who[::-1], size=4, seed=5, round=1)


def test_a_locked_group_stays() -> None:
    found = group(strangers(12), size=4, locked=[("U0001", "U0005", "U0009")], seed=1, round=1)

    assert ("U0001", "U0005", "U0009") in found.groups
    assert sorted(map(len, found.groups)) == [3, 4, 5]


def test_a_cluster_that_is_too_large_for_the_tables_is_named() -> None:
    who = [Person(id=each, cluster="big") for each in "abc"] + list(strangers(5))

    with pytest.raises(Impossible) as refused:
        group(who, size=4, seed=1, round=1)

    assert set(refused.value.people) <= set("abc")
    assert len(refused.value.people) == 2
    assert refused.value.relax == (Relax(rule=Rule.CLUSTER),)


def test_smaller_groups_are_proposed_where_they_would_do() -> None:
    who = [Person(id=f"{name}{number}", cluster=name) for name in "abc" for number in range(4)]

    with pytest.raises(Impossible) as refused:
        group(who, size=6, seed=1, round=1)

    assert refused.value.relax == (Relax(rule=Rule.CLUSTER), Relax(rule=Rule.SIZE))


@pytest.mark.parametrize("n", [0, 1, 2])
def test_fewer_than_three_people_are_no_group(n: int) -> None:
    with pytest.raises(Impossible) as refused:
        group(strangers(n), size=3, seed=1, round=1)

    assert refused.value.people == tuple(person.id for person in strangers(n))


@pytest.mark.parametrize("size", [2, 7, 9])
def test_a_group_has_three_to_six_people(size: int) -> None:
    with pytest.raises(ValueError, match="3 to 6 people"):
        group(strangers(20), size=size, seed=1, round=1)
