"""An edition written as a file and read again is the same edition."""

import string
from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.edition_file import read_edition_file
from bot.domain.edition_text import edition_text
from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.homework import Homework
from bot.domain.ids import ChannelId, EditionKey, TeamId, homework_id
from bot.domain.retention import KINDS, LONGEST_DAYS, Retention

TEAM = TeamId("T1")
ZONES = st.sampled_from(["Europe/Rome", "Atlantic/Azores", "Asia/Kathmandu", "UTC"])
# Whatever one may type: quotes, backslashes, hashes, control characters, line breaks, emoji, other scripts.
_ANY = st.one_of(st.sampled_from("\"\\#\n\r\t[]=\x00\x1f\x7f'😀é"), st.characters(exclude_categories=["Cs"]))
TEXTS = st.text(_ANY, min_size=1, max_size=40).map(str.strip).filter(bool)
KEYS = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=12)
DATES = st.dates(date(2000, 1, 1), date(2199, 12, 30))
CHANNELS = st.from_regex(r"\A[CG][A-Z0-9]{1,10}\Z").map(ChannelId)


@st.composite
def academies(draw: st.DrawFn) -> Academy:
    return Academy(
        team_id=TEAM,
        name=draw(TEXTS),
        timezone=draw(ZONES),
        organisers=tuple(draw(st.lists(st.from_regex(r"\A[UWS][A-Z0-9]{1,10}\Z"), unique=True, max_size=3))),
        question_channels=tuple(draw(st.lists(CHANNELS, unique=True, max_size=3))),
        announcements_channel=draw(st.none() | CHANNELS),
        second_approval=draw(st.booleans()),
        retention=Retention(**{kind: draw(st.integers(0, LONGEST_DAYS)) for kind in KINDS}),
    )


@st.composite
def days(draw: st.DrawFn) -> Day:
    starts, ends = draw(st.none() | st.times()), draw(st.none() | st.times())
    if starts and ends and ends <= starts:
        ends = None
    return Day(
        on=draw(DATES),
        kind=draw(st.sampled_from(DayKind)),
        title=draw(TEXTS),
        starts=starts,
        ends=ends,
        place=draw(st.just("") | TEXTS),
    )


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    found = draw(st.lists(days(), max_size=4, unique=True))
    return Edition(
        team_id=TEAM,
        key=EditionKey(draw(KEYS)),
        name=draw(TEXTS),
        timezone=draw(ZONES),
        channel_id=draw(st.none() | CHANNELS),
        days=tuple(sorted(found, key=lambda day: (day.on, day.starts or time.min))),
    )


@st.composite
def homeworks(draw: st.DrawFn, *, of: Edition, key: str) -> Homework:
    opens = datetime.combine(draw(DATES), draw(st.times()).replace(microsecond=0))
    due = opens + timedelta(seconds=draw(st.integers(1, 86_400)))
    if due.time() == time.min:
        due += timedelta(seconds=1)
    window = sorted(draw(st.lists(DATES, min_size=2, max_size=2)))
    return Homework(
        team_id=TEAM,
        id=homework_id(of.key, key),
        edition_key=of.key,
        key=key,
        title=draw(TEXTS),
        brief=draw(st.just("") | TEXTS),
        zone=of.timezone,
        opens=opens,
        due=due,
        remind=tuple(f"{slot}d" for slot in draw(st.lists(st.integers(0, 365), unique=True, max_size=4))),
        remind_at=draw(st.times()),
        remind_from=draw(st.sampled_from([None, window[0]])),
        remind_until=draw(st.sampled_from([None, window[1]])),
    )


@st.composite
def whole_editions(draw: st.DrawFn) -> tuple[Academy, Edition, tuple[Homework, ...]]:
    edition = draw(editions())
    keys = draw(st.lists(KEYS, unique_by=str.casefold, max_size=4))
    return draw(academies()), edition, tuple(draw(homeworks(of=edition, key=key)) for key in keys)


@given(whole_editions())
def test_what_was_written_is_read_as_the_same(whole: tuple[Academy, Edition, tuple[Homework, ...]]) -> None:
    academy, edition, homework = whole

    read, faults = read_edition_file(edition_text(*whole), file="e.toml", team_id=TEAM)

    assert faults == []
    assert read is not None
    assert (read.academy, read.edition, read.homework) == (academy, edition, homework)


def test_paragraphs_stay_paragraphs_for_whoever_edits_the_file() -> None:
    edition = Edition(team_id=TEAM, key=EditionKey("e"), name="E", timezone="UTC")
    piece = Homework(
        team_id=TEAM,
        id=homework_id("e", "plan"),
        edition_key=edition.key,
        key="plan",
        title="Plan",
        brief='One page:\n"aims", actions.',
        zone="UTC",
        opens=datetime(2023, 6, 8, 9),  # noqa: DTZ001 (a wall time)
        due=datetime(2023, 7, 5, 18),  # noqa: DTZ001 (a wall time)
    )

    written = edition_text(Academy(team_id=TEAM, name="A", timezone="UTC"), edition, [piece])

    assert written == (
        '[academy]\nname = "A"\ntimezone = "UTC"\n\n'
        "[retention]\nhomework = 730\nfeedback = 730\nquestions = 0\n"
        "people = 365\nmessages = 365\naudit = 1095\n\n"
        '[edition]\nkey = "e"\nname = "E"\ntimezone = "UTC"\n\n'
        '[[homework]]\nkey = "plan"\ntitle = "Plan"\n'
        'brief = """\nOne page:\n\\"aims\\", actions."""\n'
        "opens = 2023-06-08T09:00:00\ndue = 2023-07-05T18:00:00\n"
        'remind = ["7d", "2d", "1d", "0d"]\nremind_at = 09:00:00\n'
    )
