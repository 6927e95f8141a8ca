"""What an edition's file says, when nothing is wrong with it."""

import string
from datetime import date, datetime, time

from hypothesis import given
from hypothesis import strategies as st

from bot.domain import toml_lines
from bot.domain.edition_file import read_edition_file
from bot.domain.editions import Academy, Day, DayKind, Edition
from bot.domain.homework import DEFAULT_REMIND, DEFAULT_REMIND_AT, Homework
from bot.domain.ids import ChannelId, EditionKey, HomeworkId, TeamId

TEAM = TeamId("T1")

WHOLE = """
[academy]
name = "Cluster Booster Academy"
timezone = "Europe/Brussels"
organisers = ["U0ORG1", "S0ORGS"]
questions = ["C0ASK"]
announcements = "C0NEWS"

[edition]
key = "cba-2"
name = "2nd Cluster Booster Academy"
timezone = "Europe/Rome"
channel = "C0CBA2"

[[day]]
date = 2023-09-21
kind = "in-person"
title = "Day 3"
[[day]]
date = 2023-06-06
kind = "online"
title = "Day 1: strategy development"
starts = 09:30:00
ends = 16:30:00
place = "Zoom"

[[homework]]
key = "action-plan-1"
title = "Action plan: first blueprint"
brief = "One page: aims, three actions, who is needed."
opens = 2023-06-08T09:00:00
due = 2023-07-05T18:00:00

[[homework]]
key = "pitch"
title = "Pitch"
brief = '''
Three minutes.
key = "not a key"
'''
opens = 2023-09-01T09:00:00
due = 2023-09-14T23:59:00
remind = ["3d", "0d"]
remind_at = 08:30:00
remind_from = 2023-09-04
remind_until = 2023-09-14
"""


def test_whole_file_is_read_into_academy_edition_and_homework() -> None:
    read, faults = read_edition_file(WHOLE, file="cba-2.toml", team_id=TEAM)

    assert faults == []
    assert read is not None
    assert read.academy == Academy(
        team_id=TEAM,
        name="Cluster Booster Academy",
        timezone="Europe/Brussels",
        organisers=("U0ORG1", "S0ORGS"),
        question_channels=(ChannelId("C0ASK"),),
        announcements_channel=ChannelId("C0NEWS"),
    )
    online = Day(
        on=date(2023, 6, 6),
        kind=DayKind.ONLINE,
        title="Day 1: strategy development",
        starts=time(9, 30),
        ends=time(16, 30),
        place="Zoom",
    )
    in_person = Day(on=date(2023, 9, 21), kind=DayKind.IN_PERSON, title="Day 3")
    assert read.edition == Edition(
        team_id=TEAM,
        key=EditionKey("cba-2"),
        name="2nd Cluster Booster Academy",
        timezone="Europe/Rome",
        channel_id=ChannelId("C0CBA2"),
        days=(online, in_person),
    )
    assert read.homework == (
        Homework(
            team_id=TEAM,
            id=HomeworkId("cba-2/action-plan-1"),
            edition_key=EditionKey("cba-2"),
            key="action-plan-1",
            title="Action plan: first blueprint",
            brief="One page: aims, three actions, who is needed.",
            zone="Europe/Rome",
            opens=datetime(2023, 6, 8, 9, 0),  # noqa: DTZ001 (a wall time)
            due=datetime(2023, 7, 5, 18, 0),  # noqa: DTZ001 (a wall time)
            remind=DEFAULT_REMIND,
            remind_at=DEFAULT_REMIND_AT,
        ),
        Homework(
            team_id=TEAM,
            id=HomeworkId("cba-2/pitch"),
            edition_key=EditionKey("cba-2"),
            key="pitch",
            title="Pitch",
            brief='Three minutes.\nkey = "not a key"',
            zone="Europe/Rome",
            opens=datetime(2023, 9, 1, 9, 0),  # noqa: DTZ001 (a wall time)
            due=datetime(2023, 9, 14, 23, 59),  # noqa: DTZ001 (a wall time)
            remind=("3d", "0d"),
            remind_at=time(8, 30),
            remind_from=date(2023, 9, 4),
            remind_until=date(2023, 9, 14),
        ),
    )


def test_academy_days_and_homework_may_be_left_out() -> None:
    text = '[edition]\nkey = "cba-1"\nname = "First"\ntimezone = "Europe/Brussels"\n'

    read, faults = read_edition_file(text, file="cba-1.toml", team_id=TEAM)

    assert faults == []
    assert read is not None
    assert (read.academy, read.edition.days, read.homework) == (None, (), ())


def test_windows_line_ends_change_nothing() -> None:
    read, faults = read_edition_file(WHOLE.replace("\n", "\r\n"), file="cba-2.toml", team_id=TEAM)
    plain, _ = read_edition_file(WHOLE, file="cba-2.toml", team_id=TEAM)

    assert faults == []
    assert read == plain


def test_lines_are_found_past_comments_strings_and_lists_of_many_lines() -> None:
    text = (
        "# a = 1\n"
        'top = """\n[not.a.table]\nnor = "a key" \\"""\n"""\n'
        "[a.b] # [c]\n"
        "list = [\n  1, # ]\n  { x = 2 },\n]\n"
        "\"quoted key\" = 'it''s' # \n".replace("''s", "")
        + "[[c]]\nx = 1\n"
        + "[[c]]\ny.z = 2024-01-01 00:00:00\n"
    )

    assert toml_lines.lines(text) == {
        ("top",): 2,
        ("a", "b"): 6,
        ("a", "b", "list"): 7,
        ("a", "b", "quoted key"): 11,
        ("c",): 12,
        ("c", 0): 12,
        ("c", 0, "x"): 13,
        ("c", 1): 14,
        ("c", 1, "y"): 15,
        ("c", 1, "y", "z"): 15,
    }


_KEYS = st.text(string.ascii_lowercase + string.digits + "-_", min_size=1, max_size=8)
_VALUES = st.sampled_from(
    ["1", '"x"', '"# [a]"', "'[b]'", '"""\n[c]\nd = 1\n"""', "[\n1,\n2]", "'''\n'''", '{ e = "}" }', "[] # ]"]
)
_FILES = st.lists(
    st.tuples(st.booleans(), st.dictionaries(_KEYS, _VALUES, max_size=4), st.integers(0, 2)), max_size=6
)


@given(_FILES)
def test_every_key_is_found_on_the_line_where_it_was_written(
    tables: list[tuple[bool, dict[str, str], int]],
) -> None:
    written: list[str] = []
    expected: dict[toml_lines.Path, int] = {}
    for place, (commented, pairs, blank) in enumerate(tables):
        expected.setdefault(("t",), len(written) + 1)
        expected[("t", place)] = len(written) + 1
        written.append("[[t]] # x = [" if commented else "[[t]]")
        written += [""] * blank
        for key, value in pairs.items():
            expected[("t", place, key)] = len(written) + 1
            written += f"{key} = {value}".split("\n")

    assert toml_lines.lines("\n".join(written)) == expected
