from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search import postings
from bot.domain.search.tally import Tally

LEVELS_OF_QUESTIONS = st.dictionaries(
    st.integers(min_value=0, max_value=3 * postings.CHUNK),
    st.integers(min_value=1, max_value=15),
    max_size=30,
)


def packed(levels: dict[int, int], rarity: float) -> list[tuple[int, bytes, float]]:
    chunks: dict[int, list[tuple[int, int]]] = {}
    for number, level in levels.items():
        chunk, offset = divmod(number, postings.CHUNK)
        chunks.setdefault(chunk, []).append((offset, level))
    return [(chunk, postings.changed(b"", entries), rarity) for chunk, entries in chunks.items()]


@given(st.lists(st.tuples(LEVELS_OF_QUESTIONS, st.integers(min_value=1, max_value=9)), max_size=5))
def test_the_best_are_those_whose_words_say_most_about_them(words: list[tuple[dict[int, int], int]]) -> None:
    marks: Counter[int] = Counter()
    for levels, rarity in words:
        marks.update({number: level * rarity for number, level in levels.items()})
    expected = sorted(marks, key=lambda number: (-marks[number], -number))

    tally = Tally.of([row for levels, rarity in words for row in packed(levels, float(rarity))])

    assert len(tally) == len(expected)
    assert [tally.best(most) for most in (1, 3, 200)] == [expected[:most] for most in (1, 3, 200)]


@given(LEVELS_OF_QUESTIONS, st.sets(st.integers(min_value=0, max_value=3 * postings.CHUNK)))
def test_what_is_left_of_some_keeps_its_order(levels: dict[int, int], wanted: set[int]) -> None:
    tally = Tally.of(packed(levels, 1.0))

    assert tally.among(wanted).best(99) == [number for number in tally.best(99) if number in wanted]


def test_a_word_that_nearly_every_question_has_still_finds_them() -> None:
    assert Tally.of(packed({7: 1}, 1e-9)).best(5) == [7]
