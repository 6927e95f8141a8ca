import pytest

from bot.services.meaning import StaticVectors, vectors_if_installed

pytest.importorskip("wordllama", reason="the extra `semantic` is not installed")


@pytest.fixture(scope="module")
def vectors() -> StaticVectors:
    found = vectors_if_installed()
    assert found is not None
    return found


def test_vectors_are_loaded_once_a_process(vectors: StaticVectors) -> None:
    assert vectors_if_installed() is vectors


def test_what_means_nearly_the_same_is_nearer(vectors: StaticVectors) -> None:
    near, far = vectors.cosines(["repay", "expenses"], [["reimburse", "costs"], ["visit", "museum"]])

    assert near > far + 0.1


def test_a_text_is_as_near_to_itself_as_can_be_whatever_the_words_count(vectors: StaticVectors) -> None:
    words = ["cluster", "label", "naïveté"]

    plain = vectors.cosines(words, [words])
    weighed = vectors.cosines(words, [words], weight_of=lambda word: float(len(word)))

    assert [plain[0], weighed[0]] == pytest.approx([1.0, 1.0])


def test_a_word_that_counts_nothing_changes_nothing(vectors: StaticVectors) -> None:
    def weight_of(word: str) -> float:
        return 0.0 if word == "the" else 1.0

    with_it = vectors.cosines(["visa"], [["the", "passport"]], weight_of=weight_of)

    assert with_it == pytest.approx(vectors.cosines(["visa"], [["passport"]]))


def test_empty_texts_are_near_to_nothing(vectors: StaticVectors) -> None:
    assert vectors.cosines([], [["visa"], []]) == [0.0, 0.0]
    assert vectors.cosines(["visa"], [[]]) == [0.0]
    assert StaticVectors().cosines([], []) == []
