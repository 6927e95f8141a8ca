"""What organisers type for a deadline, read or refused."""

import re
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.deadlines import read_deadline
from bot.domain.refusals import Refused
from tests.reminding import utc, wall

WEDNESDAY = date(2023, 7, 5)
ROME = "Europe/Rome"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2023-07-12 18:00", "2023-07-12 18:00"),
        ("2023-07-12T18:00", "2023-07-12 18:00"),
        ("12 July 18:00", "2023-07-12 18:00"),
        ("12 Jul, 18:00", "2023-07-12 18:00"),
        ("18:00 on 12 July", "2023-07-12 18:00"),
        ("July 12th, 2024 at 6pm", "2024-07-12 18:00"),
        ("Friday 18:00", "2023-07-07 18:00"),
        ("Friday", "2023-07-07 23:59"),
        ("Wed", "2023-07-05 23:59"),
        ("tomorrow 18:00", "2023-07-06 18:00"),
        ("noon tomorrow", "2023-07-06 12:00"),
        ("today 12:30 pm", "2023-07-05 12:30"),
        ("Thu 20 July 2023 23:59", "2023-07-20 23:59"),
        ("5 January", "2024-01-05 23:59"),
        ("29 February", "2024-02-29 23:59"),
    ],
)
def test_a_deadline_is_read_as_people_write_it(typed: str, expected: str) -> None:
    assert read_deadline(typed, ROME, WEDNESDAY) == wall(expected)


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("midnight Friday", ["Thu 23:59", "Fri 23:59"]),
        ("Friday midnight", ["Thu 23:59", "Fri 23:59"]),
        ("Fri 24:00", ["Thu 23:59", "Fri 23:59"]),
        ("12am Friday", ["Thu 23:59", "Fri 23:59"]),
        ("2023-07-07 00:00", ["Thu 23:59", "Fri 23:59"]),
        ("midnight", ["Wed 23:59", "Thu 23:59"]),
        ("Wednesday 0:00", ["Wed 23:59"]),
        ("20 July 24:00", ["Wed 19 July 2023 23:59", "Thu 20 July 2023 23:59"]),
    ],
)
def test_midnight_is_refused_and_what_is_offered_can_be_typed(typed: str, offered: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        read_deadline(typed, ROME, WEDNESDAY)

    assert re.findall(r'"([^"]+)"', str(refused.value)) == offered
    ends = [read_deadline(offer, ROME, WEDNESDAY) for offer in offered]
    assert all(end.time() == wall("2023-07-05 23:59").time() for end in ends)
    assert all(later - end == timedelta(days=1) for end, later in pairwise(ends))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2023-07-04", "Tue 4 July 2023, 23:59 is in the past: choose a later date."),
        ("today 08:00", "Wed 5 July 2023, 08:00 is in the past: choose a later date."),
        ("0001-01-01 midnight", "Mon 1 January 1 is in the past: choose a later date."),
        ("5 May", 'Fri 5 May 2023 is in the past. If you mean a later one, write the year: "2024-05-05".'),
        ("9999-12-31", "9999 is very far ahead: is the year right?"),
        ("31 June", "There is no 31 June 2023."),
        ("2023-13-01", "There is no 1 month 13 2023."),
        ("Fri 20 July", "Thu 20 July 2023 is no Friday: which one do you mean?"),
        ("25:00 Fri", "There is no 25:00: the day goes from 00:01 to 23:59."),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(typed: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        read_deadline(typed, ROME, WEDNESDAY, now=utc("2023-07-05 08:00"))

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    "typed", ["", "18:00", "next friday", "12/07/2023", "<!channel>", "Fri 18:00 19:00", "ju 12"]
)
def test_what_cannot_be_read_is_refused_with_the_forms_that_work(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read_deadline(typed, ROME, WEDNESDAY, block_id="due")

    sentence = str(refused.value)
    forms = re.findall(r'"([^"]+)"', sentence)
    assert len(forms) == 4
    assert all(read_deadline(form, ROME, WEDNESDAY) for form in forms)
    assert refused.value.block_id == "due"


def test_a_time_that_the_clocks_leave_out_is_refused() -> None:
    with pytest.raises(Refused, match=r"02:30 does not exist on Sun 29 March 2026"):
        read_deadline("2026-03-29 02:30", ROME, date(2026, 3, 1))

    assert read_deadline("2026-03-29 02:30", "Africa/Lagos", date(2026, 3, 1)) == wall("2026-03-29 02:30")


def understood(typed: str) -> datetime | str:
    try:
        return read_deadline(typed, ROME, WEDNESDAY, now=utc("2023-07-05 08:00"))
    except Refused as refused:
        return str(refused)


@given(typed=st.text(max_size=30))
def test_any_text_is_read_or_refused_in_a_sentence(typed: str) -> None:
    answer = understood(typed)

    assert answer.date() >= WEDNESDAY if isinstance(answer, datetime) else answer[-1] in ".?"


@given(day=st.integers(0, 40), month=st.integers(0, 14), year=st.integers(0, 10_000), at=st.integers(0, 2500))
def test_any_date_is_read_as_it_stands_or_refused(day: int, month: int, year: int, at: int) -> None:
    typed = f"{year:04}-{month:02}-{day:02} {at // 100}:{at % 100:02}"

    answer = understood(typed)

    if isinstance(answer, datetime):
        assert answer == wall(f"{year:04}-{month:02}-{day:02} {at // 100:02}:{at % 100:02}")
    else:
        assert answer[-1] in ".?"


@given(day=st.integers(1, 28), month=st.integers(1, 12), hour=st.integers(1, 23), minute=st.integers(0, 59))
def test_a_date_of_the_next_years_is_read_in_each_form(day: int, month: int, hour: int, minute: int) -> None:
    due = wall(f"2024-{month:02}-{day:02} {hour:02}:{minute:02}")
    forms = (f"{due:%Y-%m-%d %H:%M}", f"{due:%d %B %Y %H:%M}", f"{due:%A %B %d %Y %I:%M %p}")

    assert [understood(form) for form in forms] == [due, due, due]
