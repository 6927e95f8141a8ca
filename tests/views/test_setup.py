"""The pages and forms of setting up, within Slack's limits whatever is in them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from bot.domain.copying import copied
from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.homework import Homework
from bot.domain.ids import ChannelId, EditionKey, TeamId, homework_id
from bot.domain.members import Role
from bot.domain.readiness import checks
from bot.domain.retention import Retention
from bot.domain.workspace import UserGroup
from bot.views import setup, setup_forms
from sandbox.blocks import validate_blocks
from sandbox.views import validate_view

TEAM = TeamId("T1")
NOW = datetime(2023, 6, 12, 8, 0, tzinfo=UTC)
LONG = "&<!channel>" * 500
CHANNELS = tuple(ChannelId(f"C{number}") for number in range(40))
ACADEMY = Academy(
    team_id=TEAM,
    name=LONG,
    timezone="America/Argentina/Buenos_Aires",
    organisers=("U1", "S1", "S2"),
    question_channels=CHANNELS,
    announcements_channel=ChannelId("CNEWS"),
    second_approval=True,
)
DAYS = tuple(
    Day(
        on=date(2023, 6, 6) + timedelta(days=number),
        kind=DayKind.ONLINE,
        title=LONG,
        starts=time(9, 30),
        ends=time(17),
        place=LONG,
    )
    for number in range(120)
)
EDITION = Edition(
    team_id=TEAM,
    key=EditionKey("k" * 60),
    name=LONG,
    timezone="Europe/Rome",
    channel_id=ChannelId("CE"),
    days=DAYS,
)


def piece(number: int) -> Homework:
    key = f"{number:060}"
    return Homework(
        team_id=TEAM,
        id=homework_id(EDITION.key, key),
        edition_key=EDITION.key,
        key=key,
        title=LONG,
        brief=LONG,
        zone="Europe/Rome",
        opens=datetime(2023, 6, 8, 9, 0),  # noqa: DTZ001 (a wall time)
        due=datetime(2023, 7, 5, 18, 0),  # noqa: DTZ001 (a wall time)
    )


PIECES = [piece(number) for number in range(120)]


def test_pages_with_everything_in_them_are_ones_that_slack_takes() -> None:
    found = checks(ACADEMY, EDITION, PIECES, organisers=3, participants=0, bot_is_in=(), now=NOW)

    hub = setup.hub(ACADEMY, [(EDITION, 120, 900)] * 60, found, current=EDITION, note="✅ Saved.")
    page = setup.edition_page(EDITION, PIECES, dict.fromkeys(Role, 7), version="v", note="✅ Saved.")

    for view in (hub, page):
        validate_view(view, "modal")
        assert "<!channel>" not in str(view).replace("&lt;!channel&gt;", "")
    assert "There are 30 more editions." in str(hub)
    assert "There are 80 more days." in str(page)
    validate_blocks(setup.tried(found)["blocks"], surface="message")
    validate_blocks(setup.greeting()["blocks"], surface="message")


def test_forms_with_everything_in_them_are_ones_that_slack_takes() -> None:
    groups = [UserGroup(id=f"S{number}", handle="g" * 90, user_ids=()) for number in range(120)]
    made = copied(EDITION, PIECES, key=EditionKey("new"), name=LONG[:150], by=timedelta(days=365))
    many = [replace(EDITION, key=EditionKey(f"{number:060}")) for number in range(120)]
    carried = {"from_key": EDITION.key, "key": "k" * 60, "name": "n" * 150, "version": "v"}

    views = [
        setup_forms.academy(ACADEMY, version="v", zone="", groups=groups, asked_by="U1"),
        setup_forms.academy(None, version="v", zone="", groups=[], asked_by="U1"),
        setup_forms.keep(Retention(), version="v"),
        setup_forms.edition(EDITION, version="v", zone=""),
        setup_forms.edition(None, version="", zone="Europe/Kiev"),
        setup_forms.day(DAYS[0], edition_key=EDITION.key, version="v", place=0),
        setup_forms.day(None, edition_key=EDITION.key, version="v", place=None),
        setup_forms.copy(many, key="k" * 60, name=LONG, begins_on=None),
        setup_forms.removal(LONG, metadata=carried, note="It goes."),
    ]

    for view in views:
        validate_view(view, "modal")
    preview = setup_forms.preview(EDITION, PIECES, made, metadata=carried)
    validate_view(preview, "modal")
    assert "All dates move by 52 weeks and 1 day." in str(preview)
    # Tuesday 6 June 2023 was the first; a year later it is a Thursday, and Fridays come on a Sunday.
    assert "Fri 9 June 2023 → *Sat 8 June 2024* ⚠️ on a weekend" in str(preview)


def test_next_key_counts_on() -> None:
    keys = ("cba-2", "cba-09", "2025", "academy", "k" * 60)

    assert [setup.suggested_key(EditionKey(key)) for key in keys] == [
        "cba-3",
        "cba-10",
        "2026",
        "academy-2",
        "k" * 58 + "-2",
    ]
