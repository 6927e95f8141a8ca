import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search.asking import asks
from tests.bench.chat import f1, halves, sounds_like_a_question


@pytest.mark.parametrize(
    "message",
    [
        "Who has a template for a consortium agreement?",
        "Hi all, does anyone know a good grant writer",
        "any tips on hosting a cluster visit",
        "I was wondering how you find partners in Estonia",
        "We are looking for a CRM that suits a small cluster",
        "Hello! How to apply for the European Cluster Excellence label",
        "could you share your newsletter template",
        "<@U1> thanks! where did you book the venue",
        "what's the deadline",
        "¿Alguien conoce una plantilla",
        "Πώς βρίσκω χρηματοδότηση;",
        "資金はどこですか？",
        "alguien tiene una plantilla",
        "Hallo zusammen, hat jemand eine Vorlage",
        "bonjour, est-ce que quelqu'un a un modèle",
        "czy ktoś ma wzór umowy",
        "formu nerede bulabilirim",
        "πού βρίσκω τη φόρμα",
        "The form is up. Can someone check it",
    ],
)
def test_what_asks(message: str) -> None:
    assert asks(message)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "Thanks everybody",
        "what a great day it was",
        "When I was in Milan we did it like this.",
        "Have a nice weekend all",
        "will do",
        "do not forget the form",
        "How nice to see you all",
        "is good",
        "Here it is: <https://example.org/?page=1|the call>",
        "`SELECT ?` is what it runs",
        "> who asked?\nI did",
        "who cares",
        "What you need is a letter of intent.",
        "There is one more thing to deal with.",
        "como siempre, muy bien organizado",
        "wie immer sehr gut vorbereitet",
        "quel plaisir de vous revoir",
        "jak zawsze świetna robota",
        "everybody is where they should be",
    ],
)
def test_what_does_not(message: str) -> None:
    assert not asks(message)


@given(st.text(st.characters(exclude_categories=())))
def test_any_message_can_be_judged(message: str) -> None:
    assert asks(message) in (True, False)


def test_more_is_told_than_by_question_marks_and_first_words() -> None:
    _, held_out = halves()

    assert f1(asks, held_out) > max(0.858, f1(sounds_like_a_question, held_out))


@pytest.mark.parametrize("piece", ["a", "a ", "wie ", "mi ", "¿", "ne zaman ", "(", "x" * 50 + " "])
def test_a_long_message_is_judged_quickly(piece: str) -> None:
    started = time.process_time()

    asks(piece * (40_000 // len(piece)))

    assert time.process_time() - started < 0.3
