from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search import postings

CHANGES = st.lists(
    st.tuples(st.integers(min_value=0, max_value=postings.CHUNK - 1), st.integers(min_value=0, max_value=15))
)


@given(CHANGES)
def test_packed_entries_hold_what_was_put_last(changes: list[tuple[int, int]]) -> None:
    expected: dict[int, int] = {}
    for offset, level in changes:
        expected[offset] = level
    expected = {offset: level for offset, level in expected.items() if level}

    packed = postings.changed(b"", changes)

    numbers = {offset + 2 * postings.CHUNK for offset in expected}
    assert postings.questions(chunk=2, entries=packed) == numbers
    assert postings.count(packed) == len(expected)


def test_the_packing_is_the_same_on_every_machine() -> None:
    assert postings.changed(b"", [(1, 15), (0, 2)]) == bytes([0x02, 0x00, 0x1F, 0x00])


def test_a_word_says_more_in_a_short_title_than_in_a_long_answer() -> None:
    found = postings.levels(["visa", "rule"], ["budget", *["other"] * 200])

    assert found["visa"] > found["budget"] >= 1
    assert max(found.values()) <= 15
