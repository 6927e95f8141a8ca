"""The Home tab within Slack's limits, whoever and whatever is in it."""

from collections import Counter
from datetime import UTC, date, datetime, time

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.editions import Day, DayKind, Edition
from bot.domain.homework import Homework
from bot.domain.ids import EditionKey, HomeworkId, TeamId
from bot.domain.members import Role
from bot.domain.standing import State, standing
from bot.views import academy, home, home_desk, kit
from sandbox.blocks import elements_of, validate_blocks
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
    assert view["blocks"][-3]["elements"][0]["text"] == "and 2 more"


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
    assert [block["text"]["text"] for block in view["blocks"][:2]] == [
        "Welcome",
        "Nothing is planned yet. What is next and what is due will be here.",
    ]


MANY = st.integers(0, 70)


@settings(max_examples=40, deadline=None)
@given(
    counts=st.tuples(MANY, MANY, st.integers(0, 10), MANY),
    others=st.tuples(MANY, MANY, MANY, MANY, MANY, MANY),
    is_organiser=st.booleans(),
    roles=st.sets(st.sampled_from(Role)),
    edition=st.sampled_from([None, EDITION]),
)
def test_home_fits_whatever_there_is_and_keeps_its_buttons(
    counts: tuple[int, int, int, int],
    others: tuple[int, ...],
    is_organiser: bool,
    roles: set[Role],
    edition: Edition | None,
) -> None:
    stands = standing(piece(1), extension=None, handed_in=None, now=NOW)
    glance = home.Glance(homework=piece(1), counts=Counter({State.MISSING: 7}), of=21, to_nudge=7)
    failure = home.Failure(recipient="C0CBA2", what="reminder.channel", reason="x", at=NOW)
    decision = home_desk.missing(piece(1), 3)
    feedback, questions, numbers, to_confirm, own, for_reader = (
        [kit.section(f"line {number}") for number in range(count)] for count in others
    )

    view = home.home(
        academy_name="Academy",
        edition=edition,
        next_day=DAY if edition else None,
        roles=roles,
        pieces=[(stands, False)] * counts[0],
        glance=[glance] * counts[1],
        failures=[failure] * counts[2],
        failure_count=counts[2],
        decisions=[decision] * counts[3],
        feedback=feedback,
        questions=questions,
        numbers=numbers,
        to_confirm=to_confirm,
        own_questions=own,
        for_reader=for_reader,
        is_organiser=is_organiser,
        reader_zone="UTC",
        now=NOW,
    )

    validate_view(view, "home")
    assert len(view["blocks"]) <= 100
    actions = {element["action_id"] for block in view["blocks"] for _, element in elements_of(block)}
    assert {"profile_open", "privacy_open", "announce_prefs"} <= actions
    assert ({"setup_open", "home_report", "homework_new"} <= actions) == is_organiser


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 120), max_size=12))
def test_parts_are_cut_only_where_they_are_too_many_and_say_so(lengths: list[int]) -> None:
    parts = [[kit.section(f"{part} {line}") for line in range(length)] for part, length in enumerate(lengths)]

    blocks = kit.fitted(parts)

    assert len(blocks) <= 100
    cut = sum(block["type"] == "context" for block in blocks)
    whole = [block for part in parts for block in part]
    if len(whole) <= 100:
        assert blocks == whole
    else:
        fair = 100 // len(parts) - 1
        assert cut > 0
        assert all([one for one in blocks if one in part][:fair] == part[:fair] for part in parts)


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
