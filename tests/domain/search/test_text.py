import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search.text import LONGEST_WORD, fold, stem, words

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("¿Cómo presento una solicitud de financiación?", "como presento una solicitud de financiacion"),
        ("Wo finde ich Fördermittel für Übernahmen?", "wo finde ich fordermittel fur ubernahmen"),
        ("Cum obțin finanțare în această regiune?", "cum obtin finantare in aceasta regiune"),
        ("İhracat için nasıl ortak bulabilirim, IŞIK?", "ihracat icin nasil ortak bulabilirim, isik"),
        ("Πώς βρίσκω χρηματοδότηση; ΟΔΗΓΌΣ", "πως βρισκω χρηματοδοτηση οδηγος"),
        ("Gdzie w Łodzi znajdę środki na źródła?", "gdzie w lodzi znajde srodki na zrodla"),
        ("Straße, Ærø, Þórr, cœur", "strasse aero thorr coeur"),
        ("ﬁnance ①", "finance 1"),
    ],
)
def test_words_are_the_same_with_accents_and_without(written: str, typed: str) -> None:
    assert words(written) == words(typed)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What's an SME's grant?", ["whats", "an", "smes", "grant"]),
        ("l'eau, dell’arte, qu'est-ce", ["eau", "dellarte", "est", "ce"]),
        ("<@U123> ask <#C1|ask-alumni> about <https://ec.europa.eu/x|the call>",
         ["ask", "ask", "alumni", "about", "the", "call"]),
        ("R&amp;D &lt;budget&gt;", ["r", "d", "budget"]),
        ("snake_case and CamelCase", ["snake", "case", "and", "camelcase"]),
        ("資金調達 EU", ["資金", "金調", "調達", "eu"]),
        ("हिन्दी में", ["हिनदी", "में"]),
        ("🎉 \x00 \ud800 --- ***", []),
    ],
)  # fmt: skip
def test_words_of_other_shapes(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_other_forms_of_a_word_share_its_stem() -> None:
    assert {stem(form) for form in ("apply", "applies", "applied", "applying")} == {"appli"}
    assert stem("cluster") == stem("clusters")


def test_what_is_no_latin_word_is_its_own_stem() -> None:
    assert [stem(word) for word in ("h2020s", "οδηγος", "is", "資金")] == ["h2020s", "οδηγος", "is", "資金"]


@given(ANY_TEXT)
def test_any_text_has_words_that_are_folded_and_short(text: str) -> None:
    found = words(text)

    assert all(0 < len(word) <= LONGEST_WORD for word in found)
    assert all(not any(letter.isspace() for letter in word) for word in found)


@given(st.text(st.characters(codec="utf-8")))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold(text)

    assert fold(once) == once
