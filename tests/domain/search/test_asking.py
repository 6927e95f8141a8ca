import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.search.asking import asks


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
    ],
)
def test_what_does_not(message: str) -> None:
    assert not asks(message)


@given(st.text(st.characters(exclude_categories=())))
def test_any_message_can_be_judged(message: str) -> None:
    assert asks(message) in (True, False)
