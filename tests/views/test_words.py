"""Dates, numbers and lists in words."""

from datetime import UTC, date, datetime

import pytest

from bot.views import words

DUE = datetime(2023, 7, 5, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reader", "written"),
    [
        ("", "Wed 5 July 2023, 18:00 (Rome)"),
        ("Europe/Rome", "Wed 5 July 2023, 18:00 (Rome)"),
        ("Europe/Helsinki", "Wed 5 July 2023, 18:00 (Rome) · 19:00 your time (Helsinki)"),
        ("Europe/Paris", "Wed 5 July 2023, 18:00 (Rome) · 18:00 your time (Paris)"),
        ("Asia/Kathmandu", "Wed 5 July 2023, 18:00 (Rome) · 21:45 your time (Kathmandu)"),
        (
            "Asia/Tokyo",
            "Wed 5 July 2023, 18:00 (Rome) · Thu 6 July 2023, 01:00 your time (Tokyo)",
        ),
        (
            "America/Argentina/Buenos_Aires",
            "Wed 5 July 2023, 18:00 (Rome) · 13:00 your time (Buenos Aires)",
        ),
    ],
)
def test_when_names_the_programmes_zone_and_the_readers(reader: str, written: str) -> None:
    assert words.when(DUE, "Europe/Rome", reader) == written


@pytest.mark.parametrize(
    ("now", "away"),
    [
        (datetime(2023, 7, 4, 22, 0, tzinfo=UTC), "today"),
        (datetime(2023, 7, 4, 21, 59, tzinfo=UTC), "tomorrow"),
        (datetime(2023, 7, 6, 21, 59, tzinfo=UTC), "yesterday"),
        (datetime(2023, 6, 30, 12, 0, tzinfo=UTC), "in 5 days"),
        (datetime(2023, 7, 8, 12, 0, tzinfo=UTC), "3 days ago"),
    ],
)
def test_in_days_counts_by_the_calendar_of_the_zone(now: datetime, away: str) -> None:
    assert words.in_days(DUE, now=now, zone="Europe/Rome") == away


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (3_600, "1 hour"),
        (7_500, "2 hours 5 minutes"),
        (86_400, "1 day"),
        (97_200, "1 day 3 hours"),
    ],
)
def test_how_long_takes_the_largest_units(seconds: int, written: str) -> None:
    assert words.how_long(seconds) == written


def test_lists_and_plurals() -> None:
    lists = [words.listed(each) for each in ([], ["a"], ["a", "b"], ["a", "b", "c"])]

    assert lists == ["", "a", "a and b", "a, b and c"]
    assert [words.plural(count, "day") for count in (0, 1, 2)] == ["0 days", "1 day", "2 days"]
    assert words.plural(2, "person", "people") == "2 people"


def test_days_name_the_month_once_where_it_is_the_same() -> None:
    spans = [
        words.days(date(2023, 6, 6), date(2023, 6, 6)),
        words.days(date(2023, 6, 6), date(2023, 6, 7)),
        words.days(date(2023, 6, 30), date(2023, 7, 1)),
        words.days(date(2023, 12, 31), date(2024, 1, 1)),
    ]

    assert spans == [
        "Tue 6 June 2023",
        "Tue 6 to Wed 7 June 2023",
        "Fri 30 June to Sat 1 July 2023",
        "Sun 31 December 2023 to Mon 1 January 2024",
    ]
