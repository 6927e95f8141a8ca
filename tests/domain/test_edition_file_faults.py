"""Everything that can be wrong with an edition's file: one sentence each, with its line."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.edition_file import (
    ACADEMY_KEYS,
    DAY_KEYS,
    EDITION_KEYS,
    HOMEWORK_KEYS,
    read_edition_file,
)
from bot.domain.ids import TeamId

TEAM = TeamId("T1")

ACADEMY = """[academy]
name = "Academy"
timezone = "Europe/Brussels"
"""
EDITION = """[edition]
key = "cba-2"
name = "Second"
timezone = "Europe/Rome"
"""
DAY = """[[day]]
date = 2023-06-06
kind = "online"
title = "Day 1"
"""
HOMEWORK = """[[homework]]
key = "plan"
title = "Plan"
brief = "One page."
opens = 2023-06-08T09:00:00
due = 2023-07-05T18:00:00
"""


def faults_of(text: str) -> list[str]:
    _, faults = read_edition_file(text, file="e.toml", team_id=TEAM)
    return [str(fault) for fault in faults]


def homework(old: str, new: str) -> str:
    return EDITION + HOMEWORK.replace(old, new)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "e.toml:1: edition: it is missing; add a table [edition] with key, name and timezone."),
        (
            EDITION + 'chanel = "C0A"\n',
            "e.toml:5: edition.chanel: there is no such key; did you mean channel?",
        ),
        (
            EDITION + "zzz = 1\n",
            "e.toml:5: edition.zzz: there is no such key; the keys here are key, name, timezone, channel.",
        ),
        (EDITION + "[[homeworks]]\n", "e.toml:5: homeworks: there is no such key; did you mean homework?"),
        (
            EDITION.replace("Rome", "Roma"),
            'e.toml:4: edition.timezone: there is no time zone "Europe/Roma"; did you mean "Europe/Rome"?',
        ),
        (
            EDITION.replace("Europe/Rome", "helsinki"),
            'e.toml:4: edition.timezone: there is no time zone "helsinki"; did you mean "Europe/Helsinki"?',
        ),
        (
            EDITION.replace("Europe/Rome", "../etc/passwd"),
            'e.toml:4: edition.timezone: there is no time zone "../etc/passwd"; '
            'write one such as "Europe/Rome".',
        ),
        (
            EDITION.replace('name = "Second"\n', ""),
            'e.toml:1: edition.name: it is missing; add a line such as name = "…".',
        ),
        (
            EDITION.replace('"Second"', '" "'),
            "e.toml:3: edition.name: it is empty; write something between the quotes.",
        ),
        (
            EDITION.replace('"Second"', "2"),
            'e.toml:3: edition.name: it is a number; write a text in quotes: name = "…".',
        ),
        (
            EDITION.replace('"Second"', '"' + "x" * 151 + '"'),
            "e.toml:3: edition.name: it has 151 characters; keep it to 150.",
        ),
        (
            EDITION.replace("[edition]", "[[edition]]"),
            "e.toml:1: edition: it is not one table; write [edition], once.",
        ),
        (
            EDITION + 'channel = "#cba-2"\n',
            'e.toml:5: edition.channel: "#cba-2" is not the id of a channel; '
            "write its id in Slack, C… or G….",
        ),
        (
            EDITION + ACADEMY + 'organisers = "U0ORG1"\n',
            'e.toml:8: academy.organisers: it is a text; write a list of texts: organisers = ["U0123ABC"].',
        ),
        (
            EDITION + ACADEMY + 'organisers = ["@anna"]\n',
            'e.toml:8: academy.organisers: "@anna" is not the id of a person or user group; '
            "write its id in Slack, U… or W… or S….",
        ),
        (
            EDITION + DAY.replace("2023-06-06", '"2023-06-06"'),
            "e.toml:6: day.date: it is a text; write a date, without quotes: date = 2023-06-06.",
        ),
        (
            EDITION + DAY.replace("2023-06-06", "0203-06-06"),
            "e.toml:6: day.date: the year is 0203; write the year that is meant.",
        ),
        (
            EDITION + DAY.replace("date = 2023-06-06\n", ""),
            "e.toml:5: day.date: it is missing; add a date: date = 2023-06-06.",
        ),
        (
            EDITION + DAY.replace('"online"', '"on-line"'),
            'e.toml:7: day.kind: there is no kind "on-line"; did you mean "online"?',
        ),
        (
            EDITION + DAY + "starts = 16:00:00\nends = 09:00:00\n",
            "e.toml:10: day.ends: it ends at 09:00 and starts at 16:00; swap the two.",
        ),
        (EDITION + DAY + DAY, "e.toml:9: day: the same day stands here twice; take one of the two away."),
        (
            EDITION + HOMEWORK.replace("[[homework]]", "[homework]"),
            "e.toml:5: homework: it is not a list of tables; write [[homework]] above each of them.",
        ),
        (
            homework('"plan"', '"plan 1/a"'),
            'e.toml:6: homework.key: "plan 1/a" has a slash, a blank or another sign in it; '
            'use letters, digits, hyphens and dots: "plan-1-a".',
        ),
        (
            EDITION + HOMEWORK + HOMEWORK.replace("plan", "PLAN"),
            'e.toml:12: homework.key: "PLAN" is also the key of line 6; give each homework its own.',
        ),
        (
            homework("2023-06-08T09", "2023-08-08T09"),
            "e.toml:10: homework.due: it is due on 2023-07-05 18:00 and opens on 2023-08-08 09:00; "
            "let it be due after it opens.",
        ),
        (
            homework("05T18:00:00", "05T00:00:00"),
            "e.toml:10: homework.due: midnight of 2023-07-05 may mean the evening before it or its own; "
            "write 2023-07-04T23:59:00 or 2023-07-05T23:59:00.",
        ),
        (
            homework("05T18:00:00", "05T18:00:00+02:00"),
            "e.toml:10: homework.due: it carries an offset (2023-07-05T18:00:00+02:00); "
            "write the time on the wall in the edition's zone: due = 2023-07-05T18:00:00.",
        ),
        (
            homework("05T18:00:00", "05"),
            "e.toml:10: homework.due: the time of day is missing; write due = 2023-07-05T18:00:00.",
        ),
        (
            homework("due = 2023-07-05T18:00:00\n", ""),
            "e.toml:5: homework.due: it is missing; add a date with a time: due = 2023-07-05T18:00:00.",
        ),
        (
            homework("2023-07-05T18:00:00", "true"),
            "e.toml:10: homework.due: it is true or false; write a date with a time: "
            "due = 2023-07-05T18:00:00.",
        ),
        (
            EDITION + HOMEWORK + 'remind = ["7d", "2 days"]\n',
            'e.toml:11: homework.remind: "2 days" is no number of days; '
            'write days before such as "7d", "0d".',
        ),
        (
            EDITION + HOMEWORK + 'remind = ["-1d"]\n',
            'e.toml:11: homework.remind: "-1d" is no number of days; write days before such as "7d", "0d".',
        ),
        (
            EDITION + HOMEWORK + 'remind = ["700d"]\n',
            'e.toml:11: homework.remind: "700d" is more than a year before; keep to 365 days.',
        ),
        (
            EDITION + HOMEWORK + "remind = [7]\n",
            "e.toml:11: homework.remind: it is a list with something else than texts in it; "
            'write a list of texts: remind = ["7d", "1d", "0d"].',
        ),
        (
            EDITION + HOMEWORK + 'remind_at = "9"\n',
            "e.toml:11: homework.remind_at: it is a text; write a time, without quotes: "
            "remind_at = 09:30:00.",
        ),
        (
            EDITION + HOMEWORK + "remind_from = 2023-07-02\nremind_until = 2023-07-01\n",
            "e.toml:12: homework.remind_until: it lies before remind_from; swap the two.",
        ),
        (
            ACADEMY + '[retention]\nmessages = "long"\n' + EDITION,
            "e.toml:5: retention.messages: it is a text; write a whole number: messages = 365.",
        ),
        (
            ACADEMY + "[retention]\naudit = -1\n" + EDITION,
            "e.toml:5: retention.audit: it is -1; write a number from 0 to 36500.",
        ),
        (
            "[retention]\naudit = 1\n" + EDITION,
            "e.toml:1: retention: it belongs to the academy; let a table [academy] stand above it.",
        ),
        (
            ACADEMY + 'second_approval = "yes"\n' + EDITION,
            "e.toml:4: academy.second_approval: it is a text; "
            "write second_approval = true or second_approval = false.",
        ),
        (
            homework("One page.", "x" * 3001),
            "e.toml:8: homework.brief: it has 3001 characters; keep it to 3000.",
        ),
    ],
)
def test_one_fault_is_one_sentence_with_its_line(text: str, fault: str) -> None:
    assert faults_of(text) == [fault]


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        (EDITION + "channel = C0A\n", 5, "mend this line: channel = C0A"),
        (EDITION + 'key = "again"\n', 5, 'mend this line: key = "again"'),
        (
            EDITION + DAY + "starts = 9:30\n",
            9,
            "write times with two digits each and seconds, such as 09:30:00",
        ),
        (homework("05T18:00:00", "05T24:00:00"), 10, "there is no 24:00: write 23:59:00 of the day"),
        (EDITION + 'channel = """\n', 5, 'mend this line: channel = """'),
    ],
)
def test_what_is_not_toml_is_named_by_its_line(text: str, line: int, remedy: str) -> None:
    _, faults = read_edition_file(text, file="e.toml", team_id=TEAM)

    assert [(fault.line, fault.field, fault.remedy) for fault in faults] == [(line, "", remedy)]
    assert faults[0].problem.startswith("this is not TOML: ")


def test_every_fault_is_named_at_once_in_the_order_of_the_lines() -> None:
    text = (
        ACADEMY.replace("Brussels", "Bruxelles")
        + EDITION.replace('key = "cba-2"', 'kee = "cba-2"')
        + DAY.replace("online", "inperson")
        + HOMEWORK.replace("05T18:00:00", "05T00:00:00").replace('"plan"', '"a plan"')
    )

    _, faults = read_edition_file(text, file="e.toml", team_id=TEAM)

    assert [(fault.line, fault.field) for fault in faults] == [
        (3, "academy.timezone"),
        (4, "edition.key"),
        (5, "edition.kee"),
        (10, "day.kind"),
        (13, "homework.key"),
        (17, "homework.due"),
    ]
    assert all(one <= other for one, other in pairwise(faults))


_ANYTHING = st.sampled_from(
    [
        "1",
        "1.5",
        "inf",
        "true",
        '""',
        '"x"',
        "[]",
        "[1]",
        '["", "7d"]',
        "[[]]",
        "[{}]",
        "{}",
        "{ a = 1 }",
        "2023-06-06",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.999999",
        "2023-06-06T00:00:00Z",
        "00:00:00",
    ]
)
_TABLES = st.sampled_from(
    [
        ("[academy]", ACADEMY_KEYS),
        ("[edition]", EDITION_KEYS),
        ("[[edition]]", EDITION_KEYS),
        ("[[day]]", DAY_KEYS),
        ("[day]", DAY_KEYS),
        ("[[homework]]", HOMEWORK_KEYS),
        ("[homework.plan]", HOMEWORK_KEYS),
    ]
)


@given(st.lists(_TABLES, max_size=4, unique_by=lambda table: table[0].strip("[]").split(".")[0]), st.data())
def test_whatever_stands_in_a_file_gets_sentences_with_lines_of_it(
    tables: list[tuple[str, tuple[str, ...]]], data: st.DataObject
) -> None:
    top = data.draw(st.dictionaries(st.sampled_from(["a", "b"]), _ANYTHING))
    lines = [f"{key} = {value}" for key, value in top.items()]
    for header, keys in tables:
        lines.append(header)
        values = data.draw(st.dictionaries(st.sampled_from(keys), _ANYTHING))
        lines += [f"{key} = {value}" for key, value in values.items()]

    read, faults = read_edition_file("\n".join(lines), file="e.toml", team_id=TEAM)

    assert read is not None
    assert all(fault.problem and fault.remedy for fault in faults)
    assert all(1 <= fault.line <= max(len(lines), 1) for fault in faults)


@pytest.mark.parametrize("name", ["academy", "edition", "day", "homework"])
@pytest.mark.parametrize("value", ["1", "[]", "[1]", "[[]]", '"x"', "{}", "[{ key = 2 }]"])
def test_a_table_written_as_something_else_is_a_fault_of_its_line(name: str, value: str) -> None:
    _, faults = read_edition_file(f"\n{name} = {value}", file="e.toml", team_id=TEAM)

    assert {fault.line for fault in faults} <= {1, 2}
    assert faults != []
