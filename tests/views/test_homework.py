"""Homework's views within Slack's limits, whoever and whatever is in them."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.editions import Edition
from bot.domain.homework import Extension, HandedInFile, Homework, Submission
from bot.domain.ids import EditionKey, HomeworkId, TeamId, UserId
from bot.domain.standing import Standing, standing
from bot.views import homework, homework_desk, homework_messages, kit
from bot.views.homework_desk import Line
from sandbox.blocks import validate_blocks
from sandbox.views import validate_view

TEAM = TeamId("T1")
NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
LONG = "&" * 40_000
FILES = tuple(
    HandedInFile(id=f"F{n}", name="&" * 255, permalink=f"https://files.example/{'x' * 300}")
    for n in range(10)
)


def piece(number: int = 1, *, text: str = "x") -> Homework:
    return Homework(
        team_id=TEAM,
        id=HomeworkId(f"cba-2/key-{number}"),
        edition_key=EditionKey("cba-2"),
        key=f"key-{number}",
        title=text,
        brief=text,
        zone="Europe/Rome",
        opens=datetime(2023, 6, 8, 9, 0),  # noqa: DTZ001 (a wall time)
        due=datetime(2023, 7, 5, 18, 0),  # noqa: DTZ001 (a wall time)
    )


def version(*, text: str = "x", link: str = "", files: tuple[HandedInFile, ...] = ()) -> Submission:
    return Submission(
        team_id=TEAM,
        homework_id=piece().id,
        user_id=UserId("U1"),
        version=1,
        text=text,
        link=link,
        files=files,
        submitted_at=NOW,
        late_by_s=0,
    )


def stands(of: Homework, handed_in: Submission | None = None, now: datetime = NOW) -> Standing:
    return standing(of, extension=None, handed_in=handed_in, now=now)


def people(count: int, handed_in: int, *, name: str = "Ünal & Söhne " * 6) -> list[Line]:
    return [
        Line(
            user_id=UserId(f"U{number:04}"),
            name=f"{name}{number}",
            cluster="<Cluster> " * 8,
            standing=stands(piece(), version() if number < handed_in else None),
        )
        for number in range(count)
    ]


FULL = version(text=LONG, link="https://example.org/" + "&" * 2980, files=FILES)
AFTER = NOW + timedelta(days=60)


def test_list_of_many_long_pieces_is_a_message_that_slack_takes() -> None:
    pieces = [(stands(piece(number, text=LONG)), True) for number in range(40)]

    message = homework.listed(pieces, now=NOW, reader_zone="America/Argentina/Buenos_Aires")

    validate_blocks(message["blocks"], surface="message")
    assert "28 older pieces not shown." in str(message["blocks"][-1])


@pytest.mark.parametrize("now", [NOW, AFTER], ids=["open", "over"])
@pytest.mark.parametrize("handed_in", [None, FULL], ids=["nothing", "everything"])
def test_form_of_a_long_brief_and_all_that_can_be_handed_in_is_one_that_slack_takes(
    now: datetime, handed_in: Submission | None
) -> None:
    view = homework.hand_in(stands(piece(text=LONG), handed_in, now), now=now, reader_zone="Asia/Tokyo")

    validate_view(view, "modal")


def test_choice_among_more_pieces_than_a_menu_holds_is_one_that_slack_takes() -> None:
    view = homework.choose([stands(piece(number, text=LONG)) for number in range(130)])

    validate_view(view, "modal")


def test_messages_about_the_longest_homework_are_ones_that_slack_takes() -> None:
    of, zone = piece(text=LONG), "Asia/Tokyo"
    extension = Extension(
        team_id=TEAM,
        homework_id=of.id,
        user_id=UserId("U1"),
        due=of.due + timedelta(days=3),
        reason=LONG,
        granted_by=UserId("U2"),
        granted_at=NOW,
    )
    before = {
        "title": LONG,
        "brief": "",
        "opens": "2023-06-01T09:00",
        "due": "2023-07-01T18:00",
        "zone": of.zone,
    }
    changed = homework_messages.changed(stands(of), before, now=NOW, reader_zone=zone)
    assert changed is not None

    messages = [
        homework_messages.receipt(stands(of, FULL), FULL, now=NOW, reader_zone=zone),
        changed,
        homework_messages.extended(stands(of), extension, granted_by=LONG, now=NOW, reader_zone=zone),
        homework_messages.nudge([stands(of)] * 40, now=NOW, reader_zone=zone),
    ]

    for message in messages:
        validate_blocks(message["blocks"], surface="message")
        assert len(message["text"]) <= 4000


@pytest.mark.parametrize(("count", "handed_in"), [(0, 0), (21, 14), (60, 60), (300, 150), (1500, 700)])
def test_status_of_any_number_of_people_is_one_that_slack_takes(count: int, handed_in: int) -> None:
    everyone = people(count, handed_in)

    message = homework_desk.status(piece(text=LONG), everyone, nudgeable=count - handed_in)
    view = homework_desk.status_modal(
        piece(text=LONG), everyone, nudgeable=count - handed_in, note="Nudged 3 people."
    )

    validate_blocks(message["blocks"], surface="message")
    validate_view(view, "modal")


def test_status_offers_to_read_each_person_while_there_is_room_and_a_menu_after() -> None:
    small = homework_desk.status(piece(), people(21, 14), nudgeable=7)
    large = homework_desk.status(piece(), people(60, 60, name="Ünal"), nudgeable=0)

    buttons = [one["accessory"]["value"] for one in small["blocks"] if "accessory" in one]
    assert buttons == [f"cba-2/key-1 U{number:04}" for number in range(14)]
    menus = [one["elements"][0] for one in large["blocks"] if one["type"] == "actions"]
    assert len(menus[0]["options"]) == 60
    assert homework_desk.reading(menus[0]["options"][7]["value"]) == ("cba-2/key-1", "U0007")


def test_choice_of_status_over_many_pieces_is_one_that_slack_takes() -> None:
    line = people(1500, 700)
    status = homework_desk.choose_status(
        [(piece(number, text=LONG), Counter(one.standing.state for one in line), 1500)
         for number in range(70)]
    )  # fmt: skip

    validate_blocks(status["blocks"], surface="message")


def test_reading_many_long_versions_says_how_many_are_not_shown() -> None:
    view = homework_desk.read(piece(), name=LONG, versions=[FULL] * 4, reader_zone="Asia/Tokyo")

    validate_view(view, "modal")
    assert view["blocks"][-1]["elements"][0]["text"] == "3 earlier versions kept, but not shown here."


def test_forms_to_write_and_to_extend_are_ones_that_slack_takes() -> None:
    editions = [
        Edition(team_id=TEAM, key=EditionKey(f"cba-{n}"), name=LONG, timezone="Europe/Rome")
        for n in range(120)
    ]
    odd = Homework(**{**vars(piece(text=LONG)), "remind": ("21d", "36h", "0d")})

    views = [
        homework_desk.write(editions, today=NOW.date()),
        homework_desk.write(editions[:1], today=NOW.date()),
        homework_desk.write([], homework=odd, today=NOW.date()),
        homework_desk.extend([piece(number, text=LONG) for number in range(130)]),
    ]

    for view in views:
        validate_view(view, "modal")
    menu = next(one["element"] for one in views[2]["blocks"] if one.get("block_id") == "remind")
    assert [one["text"]["text"] for one in menu["initial_options"]] == [
        "21 days before",
        "36 hours before",
        "On the day",
    ]


def test_names_and_links_of_files_cannot_break_out_of_their_link() -> None:
    named = HandedInFile(id="F1", name="<!channel>|x>", permalink="https://files.example/1")
    odd = HandedInFile(id="F2", name="two", permalink="https://files.example/a|b")

    assert homework.file_link(named) == "<https://files.example/1|&lt;!channel&gt;|x&gt;>"
    assert homework.file_link(odd) == "two"


def test_all_text_of_a_message_counts() -> None:
    blocks = [kit.section("12345", accessory=kit.button("678", "a", "b")), kit.context("90")]

    assert kit.characters(blocks) == 10
