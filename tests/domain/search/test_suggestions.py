from bot.domain.search.ranking import Nearness, Ranked
from bot.domain.search.suggestions import COMPANY, MOST, SURE_BY_WORDS, near_enough, sureness


def ranked(*overlaps: float, nearness: float | None = None) -> list[Ranked]:
    near = None if nearness is None else Nearness(title=nearness, rare=nearness, whole=nearness)
    return [
        Ranked(id=key, score=overlap, overlap=overlap, covered=overlap, nearness=near)
        for key, overlap in enumerate(overlaps)
    ]


def test_nothing_near_is_not_shown() -> None:
    assert near_enough([]) == []
    assert near_enough(ranked(0.3, 0.2, 0.1, 0.1)) == []


def test_the_three_nearest_are_shown_where_they_are_near() -> None:
    assert [one.id for one in near_enough(ranked(0.4, 0.5, 0.4, 0.3, 0.6))] == [4, 1, 2][:MOST]


def test_answers_do_not_make_two_questions_alike() -> None:
    asks_the_same = Ranked(id=1, score=1.0, overlap=0.9, covered=0.9)
    answers_it = Ranked(id=2, score=9.0, overlap=0.1, covered=1.0)

    assert near_enough([answers_it, asks_the_same])[0] == asks_the_same


def test_one_that_stands_alone_has_to_be_nearer() -> None:
    assert sureness(ranked(SURE_BY_WORDS, 0.0, 0.0)) < SURE_BY_WORDS
    assert sureness(ranked(*[SURE_BY_WORDS] * COMPANY)) >= SURE_BY_WORDS
    assert near_enough(ranked(0.6, 0.0, 0.0)) != []


def test_nearness_of_meaning_makes_surer() -> None:
    assert near_enough(ranked(*[0.345] * COMPANY, nearness=0.2)) == []
    assert near_enough(ranked(*[0.345] * COMPANY, nearness=0.8)) != []


def test_what_was_not_compared_by_meaning_is_left_out_where_others_were() -> None:
    compared = ranked(*[0.5] * COMPANY, nearness=0.8)
    not_compared = Ranked(id=99, score=0.1, overlap=0.9, covered=0.9)

    assert not_compared not in near_enough([*compared, not_compared])
