"""Pairs and trios: against every possible plan, over whole programmes, and where the rules forbid all."""

import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.matching.explain import judge, why
from bot.domain.matching.pairs import pair
from bot.domain.matching.values import (
    Compromise,
    Impossible,
    Matched,
    Met,
    Person,
    Relax,
    Rule,
    Shortfall,
    Wishes,
)
from tests.matching import Cohort, after, best_cost, cohort, cost, meetings, people, strangers


def plan(round_of: Cohort, *, look_ahead: bool = False) -> Matched:
    """The solver's plan of a round."""
    return pair(
        round_of.people,
        history=round_of.history,
        forbidden=round_of.forbidden,
        wishes=round_of.wishes,
        seed=round_of.seed,
        round=round_of.round,
        look_ahead=look_ahead,
    )


def cost_or_none(round_of: Cohort) -> tuple[int, ...] | None:
    """What the solver's plan costs; None where it finds none."""
    try:
        return cost(plan(round_of).groups, round_of)
    except Impossible:
        return None


def refusal(who: Sequence[Person], forbidden: Collection[frozenset[str]]) -> Impossible | None:
    """Why there is no plan; None where there is one."""
    try:
        pair(who, forbidden=forbidden, seed=1, round=1)
    except Impossible as refused:
        return refused
    return None


@pytest.mark.parametrize("n", [2, 4, 6, 8, 10])
def test_even_plans_are_the_best_of_all_plans(n: int) -> None:
    rounds = [cohort(n, seed) for seed in range(40)]

    assert [cost_or_none(each) for each in rounds] == [best_cost(each) for each in rounds]


@pytest.mark.parametrize("n", [3, 5, 7, 9])
def test_odd_plans_are_the_best_of_all_plans(n: int) -> None:
    rounds = [cohort(n, seed) for seed in range(25)]

    assert [cost_or_none(each) for each in rounds] == [best_cost(each) for each in rounds]


@pytest.mark.parametrize("n", [6, 7])
def test_weights_that_64_bits_cannot_hold_are_still_exact(n: int) -> None:
    rounds = [cohort(n, seed) for seed in range(20)]
    rounds = [
        replace(
            each,
            people=tuple(replace(person, trio_turns=person.trio_turns * 10**13) for person in each.people),
        )
        for each in rounds
    ]

    assert [cost_or_none(each) for each in rounds] == [best_cost(each) for each in rounds]


@given(st.integers(min_value=2, max_value=41), st.integers(min_value=0, max_value=1 << 20))
@settings(max_examples=60, deadline=None)
def test_everybody_is_in_one_group_and_no_rule_is_broken(n: int, seed: int) -> None:
    drawn = cohort(n, seed)
    try:
        found = plan(drawn, look_ahead=True)
    except Impossible:
        return

    placed = sorted(member for group in found.groups for member in group)
    assert placed == sorted(person.id for person in drawn.people)
    assert sorted(len(group) for group in found.groups) == [2] * (n // 2 - n % 2) + [3] * (n % 2)
    by_id = {person.id: person for person in drawn.people}
    for group in found.groups:
        for a, b in combinations(group, 2):
            assert frozenset((a, b)) not in drawn.forbidden
            assert by_id[a].cluster != by_id[b].cluster
    # A plan judged by hand is judged as the solver judges it.
    assert found == judge(
        found.groups,
        drawn.people,
        history=drawn.history,
        forbidden=drawn.forbidden,
        wishes=drawn.wishes,
        round=drawn.round,
    )


@given(st.integers(min_value=4, max_value=12), st.integers(min_value=0, max_value=1 << 20))
@settings(max_examples=40, deadline=None)
def test_looking_ahead_never_costs_a_repeat_now(n: int, seed: int) -> None:
    drawn = cohort(n, seed)
    try:
        near, far = plan(drawn), plan(drawn, look_ahead=True)
    except Impossible:
        return

    assert cost(far.groups, drawn)[:2] == cost(near.groups, drawn)[:2]


def test_plan_is_the_same_in_whatever_order_people_come_and_in_another_process() -> None:
    script = (
        "from tests.matching import cohort; from tests.domain.test_matching_pairs import plan;"
        "print([plan(cohort(21, seed), look_ahead=True) for seed in (1, 2, 3)])"
    )
    elsewhere = [
        subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout
        for _ in range(2)
    ]
    drawn = [cohort(21, seed) for seed in (1, 2, 3)]
    backwards = [replace(each, people=each.people[::-1], history=each.history[::-1]) for each in drawn]

    assert elsewhere[0] == elsewhere[1] == f"{[plan(each, look_ahead=True) for each in drawn]}\n".encode()
    assert [plan(each, look_ahead=True) for each in backwards] == [
        plan(each, look_ahead=True) for each in drawn
    ]


def test_another_seed_draws_again() -> None:
    drawn = {pair(strangers(20), seed=seed, round=1).groups for seed in range(10)}

    assert len(drawn) == 10


@pytest.mark.parametrize("seed", range(3))
def test_fifty_who_always_come_meet_each_other_once_in_49_rounds(seed: int) -> None:
    met: list[Met] = []
    for number in range(1, 50):
        met += meetings(pair(strangers(50), history=met, seed=seed, round=number), number)

    assert len({frozenset(each[:2]) for each in met}) == len(met) == 49 * 25


@pytest.mark.parametrize("n", [4, 6, 8, 10])
def test_a_small_group_meets_each_other_once_before_anybody_meets_again(n: int) -> None:
    who = tuple(replace(person, cluster="") for person in people(n, Random(n)))
    met: list[Met] = []
    for number in range(1, n):
        found = pair(who, history=met, wishes=Wishes(sector="same"), seed=n, round=number)
        met += meetings(found, number)

    assert len({frozenset(each[:2]) for each in met}) == n * (n - 1) // 2


def test_everybody_has_had_a_trio_before_anybody_has_a_second() -> None:
    who = strangers(21)
    met: list[Met] = []
    spread = []
    for number in range(1, 8):
        found = pair(who, history=met, seed=4, round=number)
        met += meetings(found, number)
        who = after(who, found)
        turns = [person.trio_turns for person in who]
        spread.append(max(turns) - min(turns))

    assert spread == [1, 1, 1, 1, 1, 1, 0]
    assert len({frozenset(each[:2]) for each in met}) == len(met)


@pytest.mark.parametrize("seed", range(5))
def test_twelve_rounds_with_people_away_have_no_repeat(seed: int) -> None:
    rng = Random(seed)
    who = strangers(50)
    met: list[Met] = []
    for number in range(1, 13):
        there = rng.sample(who, round(len(who) * rng.uniform(0.7, 1)))
        found = pair(there, history=met, seed=seed, round=number)
        met += meetings(found, number)
        who = after(who, found)

    assert len({frozenset(each[:2]) for each in met}) == len(met)


@pytest.mark.parametrize("n", [260, 261])
def test_many_people_are_all_matched_without_the_rules_being_broken(n: int) -> None:
    who = people(n, Random(n))

    found = pair(who, seed=1, round=1)

    assert sorted(member for group in found.groups for member in group) == [person.id for person in who]
    assert Counter(map(len, found.groups)) == ({2: 130} if n == 260 else {2: 129, 3: 1})
    assert found.compromises == ()


def test_many_people_of_whom_one_is_excluded_by_all_are_refused() -> None:
    who = strangers(260)
    forbidden = [frozenset(("U0003", person.id)) for person in who if person.id != "U0003"]

    with pytest.raises(Impossible) as refused:
        pair(who, forbidden=forbidden, seed=1, round=1)

    assert refused.value.people == ("U0003",)


def test_did_not_meet_frees_the_pair_again() -> None:
    who = strangers(4)
    met = [
        Met("U0000", "U0001", 1),
        Met("U0002", "U0003", 1),
        Met("U0000", "U0002", 2),
        Met("U0001", "U0003", 2),
    ]
    missed = [each for each in met if each != Met("U0000", "U0001", 1)]

    third = pair(who, history=met, seed=1, round=3)
    instead = {
        pair(who, history=missed, wishes=Wishes(), seed=seed, round=3).compromises for seed in range(9)
    }

    assert third.groups == (("U0000", "U0003"), ("U0001", "U0002"))
    assert instead == {()}


def test_locked_groups_stay_and_the_rest_is_matched_around_them() -> None:
    locked = (("U0003", "U0000"), ("U0001", "U0005"))

    found = pair(strangers(9), locked=locked, seed=2, round=1)

    assert ("U0000", "U0003") in found.groups
    assert ("U0001", "U0005") in found.groups
    assert sorted(map(len, found.groups)) == [2, 2, 2, 3]


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_people_cannot_be_matched(n: int) -> None:
    with pytest.raises(Impossible) as refused:
        pair(strangers(n), seed=1, round=1)

    assert refused.value.people == tuple(person.id for person in strangers(n))


def test_somebody_whom_all_exclude_is_named_with_the_fewest_exclusions_to_lift() -> None:
    forbidden = {frozenset(("U0000", f"U{other:04}")) for other in range(1, 6)}

    with pytest.raises(Impossible) as refused:
        pair(strangers(6), forbidden=forbidden, seed=1, round=1)

    assert refused.value.people == ("U0000",)
    assert refused.value.partners == ()
    assert [(relax.rule, len(relax.pairs)) for relax in refused.value.relax] == [(Rule.EXCLUSION, 1)]
    assert refused.value.relax[0].pairs[0][0] == "U0000"


def test_a_crowd_that_needs_the_same_few_is_named_with_them() -> None:
    who = [Person(id=each, cluster="big") for each in "abcd"] + [Person(id="x"), Person(id="y")]

    with pytest.raises(Impossible) as refused:
        pair(who, seed=1, round=1)

    assert (refused.value.people, refused.value.partners) == (("a", "b", "c", "d"), ("x", "y"))
    (relax,) = refused.value.relax
    assert relax.rule is Rule.CLUSTER
    assert len(relax.pairs) == 1


@given(st.integers(min_value=2, max_value=13), st.integers(min_value=0, max_value=1 << 20))
@settings(max_examples=100, deadline=None)
def test_what_is_said_to_be_relaxed_is_enough(n: int, seed: int) -> None:
    rng = Random(seed)
    who = [replace(person, cluster=f"c{rng.randint(0, 2)}") for person in people(n, rng)]
    pairs = combinations([person.id for person in who], 2)
    forbidden = {frozenset(each) for each in pairs if rng.random() < 0.5}
    refused = refusal(who, forbidden)
    if refused is None:
        return

    assert refused.people
    assert not set(refused.people) & set(refused.partners)
    lifted = [relax.pairs for relax in refused.relax if relax.rule is Rule.EXCLUSION]
    assert [refusal(who, forbidden - {frozenset(each) for each in pairs}) for pairs in lifted] == [
        None
    ] * len(lifted)


def test_a_locked_match_that_a_rule_parts_is_refused() -> None:
    with pytest.raises(Impossible) as refused:
        pair(
            strangers(4),
            forbidden=[frozenset(("U0000", "U0001"))],
            locked=[("U0000", "U0001")],
            seed=1,
            round=1,
        )

    assert refused.value.people == ("U0000", "U0001")
    assert refused.value.relax == (
        Relax(rule=Rule.EXCLUSION, pairs=(("U0000", "U0001"),)),
        Relax(rule=Rule.LOCK),
    )


def test_locks_that_leave_one_over_are_the_ones_to_give_up() -> None:
    with pytest.raises(Impossible) as refused:
        pair(strangers(3), locked=[("U0000", "U0001")], seed=1, round=1)

    assert refused.value.people == ("U0002",)
    assert refused.value.relax == (Relax(rule=Rule.LOCK),)


@pytest.mark.parametrize(
    "locked", [[("U0000",)], [("U0000", "U0009")], [("U0000", "U0001"), ("U0001", "U0002")]]
)
def test_locked_groups_are_of_people_in_the_round_each_once(locked: list[tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="a locked match has"):
        pair(strangers(4), locked=locked, seed=1, round=1)


def test_a_reason_says_what_they_have_in_common() -> None:
    who = [
        Person(id="a", country="FI", sectors=frozenset({"bio", "water"}), languages=frozenset({"en", "fi"})),
        Person(id="b", country="IT", sectors=frozenset({"water"}), languages=frozenset({"en"})),
    ]
    met = [Met("a", "b", 2), Met("b", "a", 5), Met("a", "c", 6)]

    reason = why(("b", "a"), who, history=met)

    assert reason.met == (Met("b", "a", 5), Met("a", "b", 2))
    assert reason.different_countries is True
    assert (reason.sectors, reason.languages) == (("water",), ("en",))


def test_what_is_not_ideal_is_said_with_how_many_others_were_free() -> None:
    who = [Person(id=each, country="FI") for each in "abcd"]
    met = [Met(a, b, 1) for a, b in combinations("abcd", 2) if {a, b} != {"c", "d"}]

    found = pair(who, history=met, seed=1, round=2)

    assert found.groups == (("a", "b"), ("c", "d"))
    assert found.compromises == (
        Compromise(shortfall=Shortfall.MEETS_AGAIN, people=("a", "b"), free=0),
        Compromise(shortfall=Shortfall.SAME_COUNTRY, people=("a", "b")),
        Compromise(shortfall=Shortfall.SAME_COUNTRY, people=("c", "d")),
    )


def test_groups_made_by_hand_are_refused_where_a_rule_parts_them() -> None:
    who = [Person(id="a", cluster="x"), Person(id="b", cluster="x"), Person(id="c"), Person(id="d")]

    with pytest.raises(Impossible) as refused:
        judge([("a", "b"), ("c", "d")], who, round=1)

    assert refused.value.people == ("a", "b")
    assert refused.value.relax == (Relax(rule=Rule.CLUSTER, pairs=(("a", "b"),)),)


@pytest.mark.parametrize("groups", [[("a", "b")], [("a", "b"), ("b", "c")], [("a", "b"), ("c", "x")]])
def test_groups_made_by_hand_hold_everybody_once(groups: list[tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="exactly one group"):
        judge(groups, [Person(id=each) for each in "abc"], round=1)
