import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search import spelling

LETTERS = st.text("abcdeł", min_size=4, max_size=9)


@pytest.mark.parametrize("typed", ["comission", "commmission", "commissoin", "cammission", "ommission"])
def test_one_slip_is_understood(typed: str) -> None:
    assert spelling.meant(typed, [("commission", 9), ("mission", 90)]) == ("commission",)


def test_the_beginning_of_a_word_is_understood() -> None:
    assert spelling.meant("reimb", [("reimbursement", 3), ("reimburse", 5)]) == ("reimburse", "reimbursement")


def test_a_slip_goes_before_a_beginning() -> None:
    assert spelling.meant("gran", [("grant", 2), ("grandparents", 99)]) == ("grant",)


@pytest.mark.parametrize("typed", ["zq", "xyzzy"])
def test_what_is_like_nothing_means_nothing(typed: str) -> None:
    assert spelling.meant(typed, [("grant", 2), ("zebra", 1)]) == ()


@given(LETTERS, st.integers(min_value=0, max_value=8), st.sampled_from("abcxyz"))
def test_halves_leave_one_half_of_a_mistyped_word_whole(word: str, at: int, letter: str) -> None:
    at = min(at, len(word) - 1)
    wrong = [word[:at] + letter + word[at + 1 :], word[:at] + word[at + 1 :], word[:at] + letter + word[at:]]

    for typed in wrong:
        if len(typed) < spelling.SHORTEST or typed == word:
            continue
        beginning, ending = spelling.halves(typed)
        assert spelling.is_one_slip(typed, word)
        assert word.startswith(beginning) or word.endswith(ending)
