from random import Random

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search.ranking import (
    Document,
    LogStatistics,
    Nearness,
    Ranked,
    Sought,
    has_run,
    rank,
    with_meaning,
)

LOG = LogStatistics(questions=100, title_words=5, body_words=20)
WORDS = st.sampled_from(["grant", "travel", "budget", "visa", "cluster"])
DOCUMENTS = st.lists(st.tuples(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=9)), max_size=8)


def sought(*terms: str, count: int = 5) -> list[Sought]:
    return [Sought(terms=(term,), rarity=LOG.rarity(count)) for term in terms]


def order(words: list[Sought], *documents: Document) -> list[int]:
    return [one.id for one in rank(words, documents, statistics=LOG, rarity_of={})]


def test_a_word_in_the_question_counts_more_than_in_an_answer() -> None:
    asked = Document(id=1, title=["grant", "x", "y"], body=["z"])
    answered = Document(id=2, title=["z", "x", "y"], body=["grant"])

    assert order(sought("grant"), answered, asked) == [1, 2]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    words = [*sought("visa", count=1), *sought("the", count=90)]
    rare = Document(id=1, title=["visa", "x"], body=[])
    common = Document(id=2, title=["the", "x"], body=[])

    assert order(words, common, rare) == [1, 2]


def test_what_has_none_of_the_words_is_left_out() -> None:
    assert order(sought("grant"), Document(id=1, title=["visa"], body=[])) == []


def test_equals_come_newest_first() -> None:
    twins = [Document(id=key, title=["grant"], body=[]) for key in (4, 9, 6)]

    assert order(sought("grant"), *twins) == [9, 6, 4]


def test_any_of_the_stems_meant_counts() -> None:
    either = [Sought(terms=("grant", "grand"), rarity=1.0)]

    assert order(either, Document(id=1, title=["grand", "hotel"], body=[])) == [1]


def test_nearness_of_meaning_moves_a_question_up_and_unknown_ones_behind() -> None:
    ranked = [
        Ranked(id=key, score=score, overlap=0.1, covered=0.1) for key, score in ((1, 0.9), (2, 0.8), (3, 0.7))
    ]
    near = {2: Nearness(title=0.9, rare=0.9, whole=0.9), 1: Nearness(title=0.1, rare=0.1, whole=0.1)}

    assert [one.id for one in with_meaning(ranked, near)] == [2, 1, 3]


def test_a_run_stands_word_by_word() -> None:
    text = ["letter", "of", "letter", "of", "intent"]

    assert has_run(text, ["letter", "of", "intent"])
    assert not has_run(text, ["of", "of"])


@given(DOCUMENTS, st.lists(WORDS, min_size=1, max_size=5, unique=True), st.randoms())
def test_order_of_words_and_of_candidates_changes_nothing(
    texts: list[tuple[list[str], list[str]]], words: list[str], rng: Random
) -> None:
    documents = [Document(id=key, title=title, body=body) for key, (title, body) in enumerate(texts)]
    before = rank(sought(*words), documents, statistics=LOG, rarity_of={})
    rng.shuffle(words)
    rng.shuffle(documents)

    assert rank(sought(*words), documents, statistics=LOG, rarity_of={}) == before


@given(DOCUMENTS, st.lists(WORDS, min_size=1, max_size=5, unique=True))
def test_marks_are_shares(texts: list[tuple[list[str], list[str]]], words: list[str]) -> None:
    documents = [Document(id=key, title=title, body=body) for key, (title, body) in enumerate(texts)]

    for one in rank(sought(*words), documents, statistics=LOG, rarity_of={}):
        assert 0 <= one.overlap <= 1 + 1e-9
        assert 0 < one.covered <= 1 + 1e-9
