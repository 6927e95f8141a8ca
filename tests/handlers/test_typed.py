"""What is read out of a command's words."""

import time

import pytest

from bot.domain.ids import UserId
from handlers.typed import Extending, extending, unescaped


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", Extending(person=None, key="", deadline="")),
        ("<@U07|ben>", Extending(person=UserId("U07"), key="", deadline="")),
        ("<@U07> plan", Extending(person=UserId("U07"), key="plan", deadline="")),
        (
            "<@W07|ben> plan 12 July 18:30",
            Extending(person=UserId("W07"), key="plan", deadline="12 July 18:30"),
        ),
        ("plan <@U07|ben> friday", Extending(person=UserId("U07"), key="plan", deadline="friday")),
        ("@ben plan tomorrow", Extending(person=None, key="plan", deadline="tomorrow")),
        ("cba-2/plan", Extending(person=None, key="cba-2/plan", deadline="")),
        ("&lt;plan&gt;", Extending(person=None, key="<plan>", deadline="")),
    ],
)
def test_person_key_and_date_of_an_extension(text: str, found: Extending) -> None:
    assert extending(text) == found


def test_escapes_are_undone_once() -> None:
    assert unescaped("&amp;lt; &lt;!channel&gt; &amp;") == "&lt; <!channel> &"


def test_long_beginnings_of_names_are_read_at_once() -> None:
    # Each of them was looked through to the text's end: eight seconds in which nobody else was answered.
    text = "<@U1|" * 10_000

    started_s = time.process_time()
    found = extending(text)

    assert found.person is None
    assert time.process_time() - started_s < 1
