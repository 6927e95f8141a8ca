from bot.domain.search.ranking import Nearness, Ranked
from bot.domain.search.suggestions import MOST, SURE_BY_WORDS, near_enough, sureness


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
    assert [one.id for one in near_enough(ranked(0.5, 0.4, 0.4, 0.4))] == [0, 1, 2][:MOST]


def test_one_that_stands_alone_has_to_be_nearer() -> None:
    assert sureness(ranked(SURE_BY_WORDS, 0.0, 0.0)) < SURE_BY_WORDS
    assert near_enough(ranked(0.6, 0.0, 0.0)) != []


def test_nearness_of_meaning_makes_surer() -> None:
    assert near_enough(ranked(0.35, 0.35, 0.35, nearness=0.2)) == []
    assert near_enough(ranked(0.35, 0.35, 0.35, nearness=0.8)) != []
