from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.experts import MOST, Candidate, Fit, fitting, may_be_asked
from bot.domain.ids import UserId

NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
EVA, GUS, ZOE, ANA = (UserId(f"U{name}") for name in ("EVA", "GUS", "ZOE", "ANA"))


def ids(found: list[Fit]) -> list[str]:
    return [one.user_id for one in found]


def test_expertise_counts_more_than_a_sector() -> None:
    people = [
        Candidate(user_id=EVA, sectors=("hydrogen",)),
        Candidate(user_id=GUS, expertise=("hydrogen",)),
        Candidate(user_id=ZOE, expertise=("textiles",)),
    ]

    assert ids(fitting("Who pays for hydrogen valleys?", people)) == [GUS, EVA]


def test_words_are_met_in_other_forms_and_whole() -> None:
    people = [
        Candidate(user_id=EVA, expertise=("business models",)),
        Candidate(user_id=GUS, expertise=("business angels",)),
        Candidate(user_id=ZOE, expertise=("Énergie",)),
    ]

    found = fitting("Is there a business model for energie communities?", people)

    assert [(one.user_id, one.known_for) for one in found] == [
        (EVA, ("business models",)),
        (ZOE, ("Énergie",)),
    ]


def test_what_few_know_counts_more_than_what_many_do() -> None:
    people = [
        Candidate(user_id=EVA, expertise=("funding",)),
        Candidate(user_id=GUS, expertise=("funding",)),
        Candidate(user_id=ZOE, expertise=("photonics",)),
    ]

    assert ids(fitting("Funding for photonics?", people))[0] == ZOE


def test_accepted_answers_to_near_questions_count_and_far_ones_do_not() -> None:
    people = [
        Candidate(user_id=EVA, answered=(0.1,)),
        Candidate(user_id=GUS, answered=(0.6, 0.3, 0.05)),
        Candidate(user_id=ZOE, expertise=("fees",)),
    ]

    found = fitting("How do you set fees?", people)

    assert [(one.user_id, one.answered) for one in found] == [(GUS, 2), (ZOE, 0)]


def test_nobody_is_named_for_want_of_anybody_better() -> None:
    people = [Candidate(user_id=EVA, expertise=("hydrogen",)), Candidate(user_id=GUS, expertise=("", "?"))]

    assert fitting("Where do we eat in Torino?", people) == []


def test_of_equals_those_come_first_who_were_left_alone_the_longest() -> None:
    people = [
        Candidate(user_id=ANA, expertise=("fees",), last_asked_at=NOW),
        Candidate(user_id=EVA, expertise=("fees",), last_asked_at=NOW - timedelta(days=30)),
        Candidate(user_id=ZOE, expertise=("fees",)),
        Candidate(user_id=GUS, expertise=("fees",)),
    ]

    assert ids(fitting("Fees?", people)) == [GUS, ZOE, EVA]


def test_a_week_lies_between_two_requests() -> None:
    assert may_be_asked(None, now=NOW)
    assert not may_be_asked(NOW - timedelta(days=7) + timedelta(seconds=1), now=NOW)
    assert may_be_asked(NOW - timedelta(days=7), now=NOW)


@given(st.text(), st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=8))
def test_whatever_is_written_at_most_three_are_named_each_for_a_reason(
    question: str, tags: list[tuple[str, str]]
) -> None:
    people = [
        Candidate(user_id=UserId(f"U{place}"), expertise=(one,), sectors=(other,))
        for place, (one, other) in enumerate(tags)
    ]

    found = fitting(question, people)

    assert len(found) <= MOST
    assert len(set(ids(found))) == len(found)
    assert all(one.known_for and one.score > 0 for one in found)
