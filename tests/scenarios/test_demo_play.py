"""The fifteen weeks in one go: the diary against what the academy's calendar says, written down by hand."""

import re
from collections import Counter
from datetime import datetime

import pytest

from bot.academies import cast
from bot.demo import play
from bot.domain.members import Role

PARTICIPANTS = sorted(person.name for person in cast() if person.role is Role.PARTICIPANT)
ORGANISERS = ["Clémence Arbouvillon", "Pieter Ooststraat"]
LINE = re.compile(r"(?P<at>\w{3} \d\d \w{3} 2023 \d\d:\d\d) (?P<city>\S.*?) +(?P<rest>\S.*)")

# Mikołaj never hands in: all reminders of all seven pieces reach him, at nine in Warsaw, where 15 August is a
# holiday. By hand from the edition's file: each due date, and what it says of reminding.
TO_WHO_NEVER_HANDS_IN = """
14 Jun, 15 Jun, 16 Jun: coaching in June, due on the 16th
28 Jun, 03 Jul, 04 Jul, 05 Jul: first blueprint, due on 5 July
10 Jul, 11 Jul, 12 Jul: coaching in July, due on the 12th; that day in one message with the interviews
17 Jul, 18 Jul, 19 Jul: interviews, due on 19 July
16 Aug, 21 Aug, 23 Aug: coaching in August, due on the 23rd
24 Aug, 29 Aug, 30 Aug, 31 Aug: second version, due on the 31st
11 Sep, 13 Sep, 14 Sep: pitch, due on 14 September
"""
OPENINGS = ["08 Jun", "08 Jun", "19 Jun", "03 Jul", "20 Jul", "01 Aug", "01 Sep"]
MONDAYS_WITH_NEWS = (
    "19 Jun, 26 Jun, 03 Jul, 10 Jul, 17 Jul, 24 Jul, 31 Jul, 07 Aug, 14 Aug, 21 Aug, 28 Aug, 04 Sep"
)


class Told:
    """A line of the diary."""

    def __init__(self, line: str) -> None:
        found = LINE.fullmatch(line)
        assert found is not None, line
        self.at = datetime.strptime(found["at"], "%a %d %b %Y %H:%M")  # noqa: DTZ007 (a wall time)
        self.city = found["city"].strip()
        who, _, what = found["rest"].partition(": ")
        self.what = what
        self.is_received = who.startswith("→ ")
        self.who = who.removeprefix("→ ").partition(" (with ")[0]

    @property
    def day(self) -> str:
        return f"{self.at:%d %b}"

    @property
    def time(self) -> str:
        return f"{self.at:%H:%M}"

    @property
    def is_reminder(self) -> bool:
        return self.is_received and self.what.startswith("⏰")


@pytest.fixture
async def diary() -> list[Told]:
    """What `alumni-bot demo --play` prints."""
    lines: list[str] = []
    await play(has_cast=True, say=lines.append)
    return [Told(line) for line in lines]


# One test: the fifteen weeks take most of a minute.
@pytest.mark.long
async def test_the_diary_is_what_the_calendar_says(diary: list[Told]) -> None:
    reminders = [told for told in diary if told.is_reminder]
    late = [told for told in diary if told.what.startswith("Received, late")]
    in_time = [told for told in diary if told.what.startswith("Received, on time")]
    digests = [told for told in diary if told.what.startswith("The week in questions")]

    days = re.findall(r"\d\d \w{3}(?=[,:])", TO_WHO_NEVER_HANDS_IN)
    assert [told.day for told in reminders if told.who == "Mikołaj Trzebiatko"] == days
    assert {told.time for told in reminders} == {"09:00"}
    assert {told.at.weekday() for told in reminders} <= {0, 1, 2, 3, 4}
    assert set(Counter((told.who, told.day) for told in reminders).values()) == {1}
    assert {told.who for told in reminders} <= set(PARTICIPANTS)
    assert {told.city for told in reminders if told.who == "Duarte Fajardim"} == {"Azores"}

    assert [told.day for told in diary if told.who == "#cba-2" and " is open. Due " in told.what] == OPENINGS
    assert sorted(Counter(told.who for told in late).values()) == [7, 7, 7]
    assert sorted(Counter(told.who for told in in_time).values()) == [7] * 17
    assert {told.who for told in late}.isdisjoint({told.who for told in in_time})
    assert [told.day for told in digests][:12] == MONDAYS_WITH_NEWS.split(", ")
    assert {(told.at.weekday(), told.time, told.who) for told in digests} == {
        (0, "09:00", "#ask-the-academy")
    }

    met = [told for told in diary if "you are together in round 1" in told.what]
    assert Counter(told.day for told in met) == {"10 Jul": 20}
    assert Counter(told.day for told in diary if "How far are you?" in told.what) == {"17 Jul": 20}
    asked_to_review = [told for told in diary if told.what.startswith("📝 Please give feedback")]
    assert Counter(told.day for told in asked_to_review) == {"05 Sep": 40}
    assert sum(told.what.startswith("💬 Feedback on") for told in diary) >= 40

    how_to_find_us = [
        told for told in diary if told.is_received and "How to find us in Torino We begin" in told.what
    ]
    assert sorted(told.who for told in how_to_find_us) == PARTICIPANTS
    assert sum(told.what == "confirms “How to find us in Torino”" for told in diary) == 20

    over = [told for told in diary if told.what.startswith("The last day in person")]
    assert [(told.day, told.time, told.who) for told in over] == [
        ("23 Sep", "09:00", who) for who in ORGANISERS
    ]
    alumni = [told for told in diary if told.what.startswith("You are an alumna or alumnus")]
    assert sorted(told.who for told in alumni) == PARTICIPANTS
    assert {told.day for told in alumni} == {"25 Sep"}
    assert [told for told in diary if told.at.date() < datetime(2023, 6, 8).date()] == []  # noqa: DTZ001
