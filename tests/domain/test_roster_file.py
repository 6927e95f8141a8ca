"""Rosters: what a line says, whom it names, and everything that can be wrong with it."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.faults import Faults, decode
from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.members import Enrolment, Member, Role
from bot.domain.roster_file import COLUMNS, RosterRow, find_people, read_roster

TEAM = TeamId("T1")
CBA_2 = EditionKey("cba-2")
HEADER = ",".join(COLUMNS) + "\n"
AINO = "U07,,,participant,cba-2,Northern Grid,FI,energy;manufacturing,en;fi,hydrogen;funding\n"


def person(
    user_id: str, name: str, email: str = "", *, is_bot: bool = False, is_deactivated: bool = False
) -> Member:
    return Member(
        team_id=TEAM,
        user_id=UserId(user_id),
        name=name,
        email=email,
        is_bot=is_bot,
        is_deactivated=is_deactivated,
    )


PEOPLE = [
    person("U07", "Aino", "aino@grid.example"),
    person("U08", "Berk", "berk@iplik.example"),
    person("U09", "Old Carla", "carla@costa.example", is_deactivated=True),
    person("U10", "Carla", "carla@costa.example"),
    person("U11", "Reminder", is_bot=True),
    person("U12", "One", "both@costa.example"),
    person("U13", "Two", "both@costa.example"),
]


def found_in(
    text: str, *, enrolled: list[Enrolment] | None = None
) -> tuple[list[tuple[int, str]], list[str]]:
    """(line, id) of those found, and the sentences about the rest."""
    rows, faults = read_roster(text, file="r.csv")
    found, wrong = find_people(rows, people=PEOPLE, editions=[CBA_2], enrolled=enrolled or [])
    return [(row.line, str(who.user_id)) for row, who in found], [str(fault) for fault in faults + wrong]


def test_a_line_is_read_with_its_lists() -> None:
    rows, faults = read_roster(HEADER + AINO, file="r.csv")

    assert faults == []
    assert rows == [
        RosterRow(
            file="r.csv",
            line=2,
            slack_id="U07",
            email="",
            name="",
            role=Role.PARTICIPANT,
            edition=CBA_2,
            cluster="Northern Grid",
            country="FI",
            sectors=("energy", "manufacturing"),
            languages=("en", "fi"),
            expertise=("hydrogen", "funding"),
        )
    ]


def test_columns_come_in_any_order_and_case_and_blank_lines_do_not_count() -> None:
    text = '\nEdition,ROLE,Email,cluster\n\ncba-2,Coach," aino@grid.example ","Grid,\nNorth"\n,,,\n'

    rows, faults = read_roster(text, file="r.csv")

    assert faults == []
    assert [(row.line, row.role, row.email, row.cluster) for row in rows] == [
        (4, Role.COACH, "aino@grid.example", "Grid,\nNorth")
    ]


def test_the_id_or_the_address_whatever_its_case_names_the_person() -> None:
    text = "slack_id,email,role,edition\nU07,,coach,cba-2\n,BERK@iplik.example,coach,cba-2\n"

    assert found_in(text) == ([(2, "U07"), (3, "U08")], [])


def test_an_address_that_a_deactivated_person_had_too_names_the_active_one() -> None:
    assert found_in("email,role,edition\ncarla@costa.example,coach,cba-2\n") == ([(2, "U10")], [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "",
            f"r.csv:1: the file is empty; begin with a line that names the columns: {','.join(COLUMNS)}.",
        ),
        (HEADER, "r.csv:1: there is nobody in it; add a line for each person."),
        (
            AINO,
            f"r.csv:1: the first line names no column; begin with a line that names the columns: "
            f"{','.join(COLUMNS)}.",
        ),
        (
            HEADER.replace(",", ";") + AINO.replace(";", ",").replace(",", ";"),
            "r.csv:1: the columns are separated by semicolons; "
            "separate them by commas, and lists inside a field by semicolons.",
        ),
        (
            HEADER.replace(",", "\t"),
            "r.csv:1: the columns are separated by tabs; "
            "separate them by commas, and lists inside a field by semicolons.",
        ),
        (
            HEADER.replace("country", "contry") + AINO,
            "r.csv:1: contry: there is no such column; did you mean country?",
        ),
        (
            HEADER.replace("name", "role") + AINO,
            "r.csv:1: role: the column is there twice; take one of them away.",
        ),
        ("slack_id,edition\nU07,cba-2\n", "r.csv:1: role: the column is missing; add it."),
        (
            "role,edition\ncoach,cba-2\n",
            "r.csv:1: slack_id: no column says who the person is; add a column slack_id or email.",
        ),
        (
            HEADER + AINO.replace("Northern Grid", "Grid, Northern"),
            "r.csv:2: the line has 11 fields and the header 10; "
            "put quotes around a field with a comma in it, keep empty ones.",
        ),
        (
            HEADER + AINO.replace("Northern Grid", '"Northern Grid'),
            "r.csv:2: this is not CSV (unexpected end of data); "
            "look for a quote that is opened and not closed, or something behind a closing quote.",
        ),
        (
            HEADER + AINO.replace("U07", ""),
            "r.csv:2: slack_id: nothing says who the person is; fill in slack_id or email.",
        ),
        (
            HEADER + AINO.replace("U07,", ",aino at grid"),
            'r.csv:2: email: "aino at grid" is no e-mail address; write one such as name@example.org.',
        ),
        (
            HEADER + AINO.replace("participant", "particpant"),
            'r.csv:2: role: there is no role "particpant"; did you mean participant?',
        ),
        (
            HEADER + AINO.replace("participant", ""),
            "r.csv:2: role: it is empty; write one of applicant, participant, alumnus, coach, organiser.",
        ),
        (
            HEADER + AINO.replace("cba-2", "cba2"),
            'r.csv:2: edition: there is no edition "cba2"; did you mean cba-2?',
        ),
        (
            HEADER + AINO.replace("cba-2", ""),
            "r.csv:2: edition: it is empty; write the edition's key, such as cba-2.",
        ),
        (
            HEADER + AINO.replace(",FI,", ",Finland,"),
            'r.csv:2: country: there is no country "Finland"; write the two letters of ISO 3166, such as FI.',
        ),
        (HEADER + AINO.replace(",FI,", ",el,"), 'r.csv:2: country: there is no country "el"; write GR.'),
        (
            HEADER + AINO.replace("Northern Grid", "x" * 301),
            "r.csv:2: cluster: it has 301 characters; keep it to 300.",
        ),
        (
            HEADER + AINO.replace("U07", "U99"),
            'r.csv:2: slack_id: nobody in the workspace has the id "U99"; '
            "look at the person's profile in Slack, or invite them to the workspace first.",
        ),
        (
            HEADER + AINO.replace("U07,", ",nobody@grid.example"),
            "r.csv:2: email: nobody in the workspace has the address nobody@grid.example; "
            "look at the person's profile in Slack, or invite them to the workspace first.",
        ),
        (
            HEADER + AINO.replace("U07,", "U07,berk@iplik.example"),
            "r.csv:2: email: U07 is Aino, and berk@iplik.example is Berk; leave the one that is right.",
        ),
        (
            HEADER + AINO.replace("U07,", ",both@costa.example"),
            "r.csv:2: email: 2 people in the workspace have the address both@costa.example; "
            "name the right one by slack_id: U12, U13.",
        ),
        (
            HEADER + AINO.replace("U07", "U11"),
            "r.csv:2: slack_id: Reminder is an app, no person; name a person.",
        ),
        (
            HEADER + AINO + AINO,
            "r.csv:3: Aino is participant of cba-2 in line 2 already; take one of the two lines away.",
        ),
        (
            HEADER + AINO + AINO.replace("U07", "U08").replace("Northern Grid", "northern  GRID"),
            "r.csv:3: cluster: northern  GRID has a participant in cba-2 already (line 2); "
            "a cluster sends one: take this line away, or give the other person another role.",
        ),
    ],
)
def test_one_fault_is_one_sentence_with_its_line(text: str, fault: str) -> None:
    assert found_in(text)[1] == [fault]


def test_every_fault_of_every_line_is_named() -> None:
    text = (
        HEADER
        + AINO.replace("participant", "x").replace(",FI,", ",??,")
        + AINO.replace("U07", "U98")
        + AINO.replace("cba-2", "dba-9")
    )

    rows, faults = read_roster(text, file="r.csv")
    _, wrong = find_people(rows, people=PEOPLE, editions=[CBA_2], enrolled=[])

    assert sorted((fault.line, fault.field) for fault in faults + wrong) == [
        (2, "country"),
        (2, "role"),
        (3, "slack_id"),
        (4, "edition"),
    ]


def test_a_second_participant_of_a_cluster_is_refused_against_those_enrolled_before() -> None:
    berk = Enrolment(
        team_id=TEAM, edition_key=CBA_2, user_id=UserId("U08"), role=Role.PARTICIPANT, cluster="northern grid"
    )

    assert found_in(HEADER + AINO, enrolled=[berk])[1] == [
        "r.csv:2: cluster: Northern Grid has a participant in cba-2 already (Berk, enrolled before); "
        "a cluster sends one: take this line away, or give the other person another role."
    ]


@pytest.mark.parametrize(
    "line", ["U08,,,alumnus,cba-2,Northern Grid,,,,\n", "U08,,,participant,cba-2,Southern Grid,,,,\n"]
)
def test_a_cluster_is_free_where_the_roster_gives_its_participant_another_part(line: str) -> None:
    berk = Enrolment(
        team_id=TEAM, edition_key=CBA_2, user_id=UserId("U08"), role=Role.PARTICIPANT, cluster="Northern Grid"
    )

    assert found_in(HEADER + AINO + line, enrolled=[berk]) == ([(2, "U07"), (3, "U08")], [])


def test_latin_1_gets_one_sentence_and_a_byte_order_mark_none() -> None:
    text = HEADER + AINO.replace("Northern", "Böle")

    with pytest.raises(Faults) as refused:
        decode("r.csv", text.encode("latin-1"))

    assert str(refused.value) == (
        "r.csv:2: the text is not in UTF-8; save it as UTF-8 (in Excel: Save as, CSV UTF-8)."
    )
    assert decode("r.csv", text.encode("utf-8-sig")) == text


@given(
    st.lists(
        st.tuples(
            st.sampled_from([role.value for role in Role]),
            st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20),
            st.lists(st.text("abc; ,\"'\n", max_size=5), max_size=3),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_a_spreadsheet_writes_is_read_back(
    written: list[tuple[str, str, list[str]]],
) -> None:
    sheet = io.StringIO()
    cells = csv.writer(sheet)
    cells.writerow(["slack_id", "role", "edition", "cluster", "sectors"])
    for place, (role, cluster, sectors) in enumerate(written):
        cells.writerow([f"U{place}", role, "cba-2", cluster, ";".join(sectors)])

    rows, faults = read_roster(sheet.getvalue(), file="r.csv")

    assert faults == []
    listed = [[one.strip() for one in ";".join(sectors).split(";")] for _, _, sectors in written]
    assert [(row.role, row.cluster, list(row.sectors)) for row in rows] == [
        (role, cluster.strip(), list(dict.fromkeys(one for one in sectors if one)))
        for (role, cluster, _), sectors in zip(written, listed, strict=True)
    ]
