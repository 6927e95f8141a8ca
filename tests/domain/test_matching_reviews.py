"""Reviews: exact numbers both ways, the wishes in their order, drop-outs, and rules that cannot be met."""

import subprocess
import sys
from collections import Counter
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.matching.reviews import assign_reviews, judge_reviews, reassign
from bot.domain.matching.values import (
    Compromise,
    Impossible,
    Met,
    Person,
    Reciprocal,
    Relax,
    Review,
    Reviews,
    Rule,
    Shortfall,
    Wishes,
)
from tests.matching import people, strangers


def gets(reviews: Reviews) -> dict[str, int]:
    """How many reviews each author gets."""
    return dict(Counter(review.author for review in reviews.given))


def gives(reviews: Reviews) -> dict[str, int]:
    """How many reviews each reviewer gives."""
    return dict(Counter(review.reviewer for review in reviews.given))


def reciprocal_pairs(reviews: Reviews) -> int:
    """How many pairs of people review each other."""
    return sum((author, reviewer) in reviews.given for reviewer, author in reviews.given) // 2


def shortfalls(reviews: Reviews) -> dict[Shortfall, int]:
    """How often each thing is not ideal."""
    return dict(Counter(compromise.shortfall for compromise in reviews.compromises))


@given(
    st.integers(min_value=5, max_value=30),
    st.integers(min_value=1, max_value=4),
    st.sampled_from(("avoid", "forbid", "allow")),
    st.integers(min_value=0, max_value=1 << 20),
)
@settings(max_examples=30, deadline=None)
def test_each_gets_and_gives_exactly_k_and_never_reviews_themselves(
    n: int, k: int, reciprocal: Reciprocal, seed: int
) -> None:
    if reciprocal == "forbid" and 2 * k > n - 1:
        return
    who = strangers(n)

    reviews = assign_reviews(who, who, k=k, reciprocal=reciprocal, seed=seed, round=1)

    assert gets(reviews) == gives(reviews) == {person.id: k for person in who}
    assert len(set(reviews.given)) == k * n
    assert all(reviewer != author for reviewer, author in reviews.given)
    if reciprocal == "forbid" or (reciprocal == "avoid" and 2 * k <= n - 1):
        assert reciprocal_pairs(reviews) == 0


def test_reviews_are_the_best_of_all_in_the_order_of_the_wishes() -> None:
    compared = 0
    for seed in range(12):
        who = people(5, Random(seed))
        rng = Random(seed + 1000)
        met = {(a.id, b.id): rng.randint(1, 4) for a in who for b in who if rng.random() < 0.6}
        rounds = sorted(set(met.values()))
        wishes = Wishes(sector="same")
        by_id = {person.id: person for person in who}

        def cost(given: tuple[Review, ...], met=met, rounds=rounds, by_id=by_id) -> tuple[int, ...]:  # type: ignore[no-untyped-def]
            known = [review for review in given if review in met]
            return (
                len(known),
                sum(rounds.index(met[review]) for review in known),
                sum((b, a) in given for a, b in given) // 2,
                sum(by_id[a].country == by_id[b].country for a, b in given),
                sum(not by_id[a].sectors & by_id[b].sectors for a, b in given),
            )

        every = all_reviews([person.id for person in who], 2, who)
        history = [Met(a, b, number) for (a, b), number in met.items()]
        try:
            found = assign_reviews(who, who, k=2, history=history, wishes=wishes, seed=seed, round=9)
        except Impossible:
            assert every == []
            continue

        assert cost(found.given) == min(map(cost, every))
        compared += 1

    assert compared >= 10


def all_reviews(ids: list[str], k: int, who: tuple[Person, ...]) -> list[tuple[Review, ...]]:
    """Every way to give each person exactly k reviewers who give k each, clusters kept apart."""
    cluster = {person.id: person.cluster for person in who}
    choices = [
        [
            [Review(reviewer, author) for reviewer in some]
            for some in combinations([each for each in ids if cluster[each] != cluster[author]], k)
        ]
        for author in ids
    ]
    every = (tuple(review for some in chosen for review in some) for chosen in product(*choices))
    return [given for given in every if set(Counter(a for a, _ in given).values()) == {k}]


@pytest.mark.parametrize("reciprocal", ["avoid", "forbid"])
def test_homework_after_homework_has_new_reviewers_for_as_long_as_there_are_any(
    reciprocal: Reciprocal,
) -> None:
    who = tuple(Person(id=f"U{number:02}", country="FID"[number % 3]) for number in range(15))
    met: list[Met] = []
    found = []
    for homework in range(1, 4):
        reviews = assign_reviews(who, who, k=3, history=met, reciprocal=reciprocal, seed=5, round=homework)
        met += [Met(*review, homework) for review in reviews.given]
        found.append((set(gets(reviews).values()), set(gives(reviews).values()), set(shortfalls(reviews))))

    # Each has ten people in other countries: enough for three homeworks with three of them.
    assert found == [({3}, {3}, set())] * 3


def test_reviews_are_the_same_in_another_process_and_in_whatever_order_people_come() -> None:
    script = (
        "from random import Random; from tests.matching import people;"
        "from bot.domain.matching.reviews import assign_reviews;"
        "who = people(20, Random(7)); print(assign_reviews(who, who, k=3, seed=7, round=2))"
    )
    elsewhere = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout
    who = people(20, Random(7))

    backwards = assign_reviews(who[::-1], who[::-1], k=3, seed=7, round=2)

    assert elsewhere == f"{backwards}\n".encode()


def test_guests_take_what_the_others_cannot() -> None:
    authors = strangers(6)
    alumni = [Person(id="A1"), Person(id="A2")]

    reviews = assign_reviews(
        authors, [*authors[:5], *alumni], k=2, capacity={"A1": 2, "A2": 1}, seed=1, round=1
    )

    given = gives(reviews)
    assert {person.id: given[person.id] for person in authors[:5]} == {person.id: 2 for person in authors[:5]}
    assert given.get("A1", 0) + given.get("A2", 0) == 2
    assert set(gets(reviews).values()) == {2}


def test_guests_get_nothing_where_the_others_suffice() -> None:
    who = strangers(6)

    reviews = assign_reviews(who, [*who, Person(id="A1")], k=2, capacity={"A1": 5}, seed=1, round=1)

    assert gives(reviews) == {person.id: 2 for person in who}


def test_with_fewer_reviewers_than_authors_some_give_one_more() -> None:
    who = strangers(6)

    reviews = assign_reviews(who, who[:5], k=2, seed=1, round=1)

    assert sorted(gives(reviews).values()) == [2, 2, 2, 3, 3]
    assert shortfalls(reviews)[Shortfall.ONE_MORE] == 2
    assert set(gets(reviews).values()) == {2}


def test_more_reviewers_than_authors_share_evenly() -> None:
    who = strangers(9)

    reviews = assign_reviews(who[:6], who, k=3, seed=1, round=1)

    assert gives(reviews) == {person.id: 2 for person in who}


def test_locked_reviews_stay() -> None:
    who = strangers(8)
    locked = [Review("U0000", "U0001"), Review("U0001", "U0000"), Review("U0005", "U0002")]

    reviews = assign_reviews(who, who, k=2, locked=locked, seed=1, round=1)

    assert set(locked) <= set(reviews.given)
    assert reviews.compromises == (Compromise(shortfall=Shortfall.RECIPROCAL, people=("U0000", "U0001")),)


@given(st.integers(min_value=8, max_value=25), st.integers(min_value=1, max_value=3), st.integers(0, 1 << 20))
@settings(max_examples=20, deadline=None)
def test_what_a_drop_out_owed_goes_to_others_and_nothing_else_moves(n: int, k: int, seed: int) -> None:
    who = strangers(n)
    before = assign_reviews(who, who, k=k, seed=seed, round=1)
    gone = Random(seed).choice(who).id

    after = reassign(before, who, dropped={gone}, seed=seed, round=1)

    stayed = {review for review in before.given if review.reviewer != gone}
    assert stayed <= set(after.given)
    assert len(after.given) == len(before.given)
    assert gets(after) == gets(before)
    assert max(gives(after).values()) <= k + 1
    assert gone not in gives(after)
    moved = Counter(
        shortfall.people[0] for shortfall in after.compromises if shortfall.shortfall is Shortfall.ONE_MORE
    )
    assert set(moved.values()) <= {1}
    assert len(moved) == k


def test_reviews_given_already_stay_and_the_rest_goes_to_a_stand_in_first() -> None:
    who = strangers(10)
    before = assign_reviews(who, who, k=3, seed=1, round=1)
    given, *owed = [review for review in before.given if review.reviewer == "U0004"]

    after = reassign(
        before,
        [*who, Person(id="A1")],
        dropped={"U0004"},
        standins={"A1": 2},
        done=[given],
        seed=1,
        round=1,
    )

    assert set(before.given) - set(after.given) == set(owed)
    assert {reviewer for reviewer, _ in set(after.given) - set(before.given)} == {"A1"}


def test_a_stand_in_who_has_reviews_already_takes_only_the_rest() -> None:
    who = strangers(10)
    alumna = Person(id="A1")
    before = assign_reviews(who, who, k=3, seed=1, round=1)

    once = reassign(before, [*who, alumna], dropped={"U0004"}, standins={"A1": 4}, seed=1, round=1)
    twice = reassign(once, [*who, alumna], dropped={"U0004", "U0005"}, standins={"A1": 4}, seed=1, round=1)

    assert gives(once)["A1"] == 3
    assert gives(twice)["A1"] == 4


def test_reviews_placed_by_hand_are_judged_as_the_solver_s() -> None:
    who = people(12, Random(3))
    found = assign_reviews(who, who, k=2, seed=3, round=1)

    assert judge_reviews(found.given, who, k=2, round=1) == found


def test_reviews_placed_by_hand_are_refused_where_a_rule_parts_two() -> None:
    with pytest.raises(Impossible) as refused:
        judge_reviews(
            [Review("U0001", "U0000")], strangers(2), k=1, forbidden=[frozenset(("U0000", "U0001"))], round=1
        )

    assert refused.value.people == ("U0000", "U0001")


@pytest.mark.parametrize("given", [[("U0000", "U0000")], [("U0000", "U0001")] * 2])
def test_reviews_placed_by_hand_are_of_others_and_once(given: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match="themselves"):
        judge_reviews([Review(*each) for each in given], strangers(3), k=1, round=1)


def test_two_who_drop_out_leave_the_others_with_one_more_at_most() -> None:
    who = strangers(9)
    before = assign_reviews(who, who, k=2, seed=3, round=1)

    once = reassign(before, who, dropped={"U0001"}, seed=3, round=1)
    twice = reassign(once, who, dropped={"U0001", "U0002"}, seed=3, round=1)

    assert max(gives(twice).values()) == 3
    assert {author: count for author, count in gets(twice).items() if count != 2} == {
        author: 2 - lost
        for author, lost in Counter(
            author for reviewer, author in once.given if {reviewer, author} <= {"U0001", "U0002"}
        ).items()
    }


def test_a_drop_out_whom_nobody_can_replace_is_said() -> None:
    who = strangers(3)
    before = assign_reviews(who, who, k=2, seed=1, round=1)

    with pytest.raises(Impossible) as refused:
        reassign(before, who, dropped={"U0000"}, seed=1, round=1)

    assert refused.value.people == ("U0001", "U0002")


@pytest.mark.parametrize("n", [0, 1])
def test_fewer_than_two_people_cannot_review_each_other(n: int) -> None:
    with pytest.raises(Impossible):
        assign_reviews(strangers(n), strangers(n), k=1, seed=1, round=1)


def test_nobody_handed_in() -> None:
    with pytest.raises(Impossible):
        assign_reviews([], strangers(4), k=1, seed=1, round=1)


@pytest.mark.parametrize("k", [0, 5])
def test_a_hand_in_gets_one_to_four_reviews(k: int) -> None:
    with pytest.raises(ValueError, match="1 to 4 reviews"):
        assign_reviews(strangers(9), strangers(9), k=k, seed=1, round=1)


def test_as_many_reviews_as_people_is_one_too_many() -> None:
    who = strangers(4)

    with pytest.raises(Impossible) as refused:
        assign_reviews(who, who, k=4, seed=1, round=1)

    assert refused.value.people == tuple(person.id for person in who)
    assert refused.value.relax == (Relax(rule=Rule.LOAD),)


def test_who_is_excluded_by_nearly_all_is_named_with_what_to_lift() -> None:
    who = strangers(12)
    forbidden = [frozenset(("U0000", person.id)) for person in who[1:11]]

    with pytest.raises(Impossible) as refused:
        assign_reviews(who, who, k=2, forbidden=forbidden, seed=1, round=1)

    assert (refused.value.people, refused.value.partners) == (("U0000",), ("U0011",))
    lifted = {relax.rule: relax.pairs for relax in refused.value.relax}
    assert set(lifted) == {Rule.EXCLUSION, Rule.LOAD}
    assert len(lifted[Rule.EXCLUSION]) == 2


def test_forbidding_to_review_each_other_is_the_rule_to_relax() -> None:
    who = strangers(4)

    with pytest.raises(Impossible) as refused:
        assign_reviews(who, who, k=2, reciprocal="forbid", seed=1, round=1)

    assert [relax.rule for relax in refused.value.relax] == [Rule.RECIPROCAL, Rule.LOAD]


def test_a_locked_review_that_a_rule_parts_is_refused() -> None:
    who = [Person(id="a", cluster="x"), Person(id="b", cluster="x"), *strangers(4)]

    with pytest.raises(Impossible) as refused:
        assign_reviews(who, who, k=1, locked=[Review("a", "b")], seed=1, round=1)

    assert refused.value.relax == (Relax(rule=Rule.CLUSTER, pairs=(("a", "b"),)), Relax(rule=Rule.LOCK))


def test_a_locked_review_of_somebody_who_is_not_in_the_round_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="a locked review has"):
        assign_reviews(strangers(4), strangers(4), k=1, locked=[Review("U0000", "U0009")], seed=1, round=1)


def test_a_reason_has_the_earlier_reviews_of_both_directions() -> None:
    who = strangers(2)
    met = [Met("U0000", "U0001", 1), Met("U0001", "U0000", 2)]

    reviews = assign_reviews(who, who, k=1, history=met, seed=1, round=3)

    assert reviews.reasons[Review("U0000", "U0001")].met == (met[1], met[0])
    assert shortfalls(reviews) == {Shortfall.MEETS_AGAIN: 2, Shortfall.RECIPROCAL: 1}
