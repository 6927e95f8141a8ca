"""The Home tab within Slack's limits, whoever and whatever is in it."""

from collections import Counter
from datetime import UTC, date, datetime, time

from bot.domain.editions import Day, DayKind, Edition
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey, HomeworkId, TeamId
from bot.domain.members import Role
from bot.domain.standing import State, standing
from bot.views import academy, home
from sandbox.blocks import validate_blocks
from sandbox.views import validate_view

NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
LONG = "&" * 5_000
EDITION = Edition(team_id=TeamId("T1"), key=EditionKey("cba-2"), name=LONG, timezone="Europe/Rome")
DAY = Day(on=date(2023, 9, 21), kind=DayKind.IN_PERSON, title=LONG, starts=time(9), ends=time(17), place=LONG)


def piece(number: int) -> Homework:
    return Homework(
        team_id=TeamId("T1"),
        id=HomeworkId(f"cba-2/key-{number}"),
        edition_key=EditionKey("cba-2"),
        key=f"key-{number}",
        title=LONG,
        brief=LONG,
        zone="Europe/Rome",
        opens=datetime(2023, 6, 8, 9, 0),  # noqa: DTZ001 (a wall time)
        due=datetime(2023, 7, 5, 18, 0),  # noqa: DTZ001 (a wall time)
    )


def test_home_of_an_organiser_with_everything_in_it_is_one_that_slack_takes() -> None:
    pieces = [(standing(piece(n), extension=None, handed_in=None, now=NOW), True) for n in range(40)]
    counts = Counter({State.HANDED_IN: 12, State.LATE: 2, State.MISSING: 7})
    failure = home.Failure(recipient="C0CBA2", what="reminder.channel", reason=LONG, at=NOW)

    view = home.home(
        academy_name=LONG,
        edition=EDITION,
        next_day=DAY,
        roles=[Role.PARTICIPANT],
        pieces=pieces,
        glance=[home.Glance(homework=piece(n), counts=counts, of=21, to_nudge=7) for n in range(40)],
        questions=[],
        numbers=[],
        failures=[failure] * 10,
        failure_count=12,
        is_organiser=True,
        reader_zone="Asia/Tokyo",
        now=NOW,
    )

    validate_view(view, "home")
    assert view["blocks"][-1]["elements"][0]["text"] == "and 2 more"


def test_home_before_the_first_edition_welcomes() -> None:
    view = home.home(
        academy_name="",
        edition=None,
        next_day=None,
        roles=[],
        pieces=[],
        glance=[],
        questions=[],
        numbers=[],
        failures=[],
        failure_count=0,
        is_organiser=False,
        reader_zone="UTC",
        now=NOW,
    )

    validate_view(view, "home")
    assert [block["text"]["text"] for block in view["blocks"]][:2] == [
        "Welcome",
        "Nothing is planned yet. What is next and what is due will be here.",
    ]


def test_next_up_of_the_longest_day_and_homework_is_a_message_that_slack_takes() -> None:
    homework = standing(piece(1), extension=None, handed_in=None, now=NOW)

    message = academy.next_up(EDITION, DAY, homework, now=NOW, reader_zone="Asia/Tokyo")

    validate_blocks(message["blocks"], surface="message")


def test_next_up_without_an_edition_says_so() -> None:
    message = academy.next_up(None, None, None, now=NOW, reader_zone="UTC")

    assert message["text"].startswith("Nothing is planned yet.")


def test_day_without_a_time_is_named_by_its_date() -> None:
    day = Day(on=date(2023, 9, 21), kind=DayKind.ONLINE, title="Day 3")

    [block] = academy.next_day(EDITION, day, now=NOW, reader_zone="UTC")

    assert block["text"]["text"] == "*Next: Day 3*\nThu 21 September 2023\nOnline"


def test_help_names_commands_as_they_are_typed_here() -> None:
    message = academy.help_text(lambda name: f"/cba{name}", is_organiser=True, unknown="<!channel>")

    said = "\n".join(block["text"]["text"] for block in message["blocks"] if block["type"] == "section")
    assert said.startswith("`/cbaacademy` does not know “&lt;!channel&gt;”.")
    assert "• `/cbahomework extend`:" in said
