"""A bad file changes nothing, whatever came with it, and everything wrong is named."""

from typing import Any

import pytest

from bot.domain.faults import Faults
from bot.domain.homework import Submission
from bot.domain.ids import ChannelId, HomeworkId, TeamId, UserId
from bot.domain.members import Member
from bot.domain.workspace import Channel
from storage import homework, tables
from storage.db import Database
from tests.services.importing import EDITION, NOW, PEOPLE, ROSTER, TEAM, take, take_both

FIRST = '[edition]\nkey = "cba-1"\nname = "First"\ntimezone = "Europe/Brussels"\n'


async def everything(db: Database) -> dict[str, list[Any]]:
    async with db.reading() as work:
        return {
            table.name: sorted(map(repr, await work.execute(table.select())))
            for table in tables.metadata.sorted_tables
        }


async def refused(db: Database, *files: tuple[str, str | bytes], **workspace: Any) -> list[str]:
    """The sentences with which the import refuses; nothing may have changed by then."""
    before = await everything(db)
    with pytest.raises(Faults) as wrong:
        await take(db, *files, **workspace)
    assert await everything(db) == before
    return [str(fault) for fault in wrong.value.faults]


async def test_one_bad_file_holds_back_the_good_ones(db: Database) -> None:
    assert await refused(db, ("cba-2.toml", EDITION), ("roster.csv", ROSTER.replace("FI", "FX"))) == [
        'roster.csv:2: country: there is no country "FX"; write the two letters of ISO 3166, such as FI.'
    ]


async def test_a_bad_change_leaves_the_edition_as_it_was(db: Database) -> None:
    await take_both(db)
    moved = EDITION.replace("2023-07-05T18", "2023-07-07T18")

    assert await refused(db, ("cba-2.toml", moved), ("roster.csv", ROSTER + "U9,,,coach,cba-2,,,\n")) == [
        'roster.csv:5: slack_id: nobody in the workspace has the id "U9"; '
        "look at the person's profile in Slack, or invite them to the workspace first."
    ]


async def test_faults_of_every_file_and_of_the_workspace_come_together(db: Database) -> None:
    edition = (
        EDITION.replace("S0ORGS", "S0GONE")
        .replace("Europe/Rome", "Europe/Roma")
        .replace('key = "pitch"', 'key = "pitch"\nurgent = true')
    )

    assert await refused(
        db, ("cba-2.toml", edition), ("roster.csv", ROSTER.replace("U2,", "U7,")), ("notes.txt", "hello")
    ) == [
        "cba-2.toml:4: academy.organisers: there is no user group S0GONE; "
        "look up its id in Slack, or take it away.",
        'cba-2.toml:10: edition.timezone: there is no time zone "Europe/Roma"; did you mean "Europe/Rome"?',
        "cba-2.toml:32: homework.urgent: there is no such key; "
        "the keys here are key, title, brief, opens, due, remind, remind_at, remind_from, remind_until.",
        "notes.txt:1: this is neither an edition nor a roster; "
        "name an edition's file .toml and a roster .csv.",
        'roster.csv:3: slack_id: nobody in the workspace has the id "U7"; '
        "look at the person's profile in Slack, or invite them to the workspace first.",
    ]


async def test_an_edition_that_cannot_be_read_is_not_also_called_unknown(db: Database) -> None:
    assert await refused(db, ("cba-2.toml", EDITION + "x"), ("roster.csv", ROSTER)) == [
        "cba-2.toml:36: this is not TOML: expected '=' after a key in a key/value pair at the end; "
        "mend this line: x."
    ]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "U0ORG",
            "U0GONE",
            "e.toml:4: academy.organisers: nobody in the workspace has the id U0GONE; "
            "look up the id in the person's profile in Slack.",
        ),
        (
            "C0NEWS",
            "C0GONE",
            "e.toml:5: academy.announcements: there is no channel C0GONE, or it is private and the bot is "
            "not in it; look up its id in Slack, or invite the bot to it.",
        ),
        (
            'timezone = "Europe/Rome"',
            'timezone = "Europe/Rome"\nchannel = "C0OLD"',
            "e.toml:11: edition.channel: #old (C0OLD) is archived; name another channel, or bring it back.",
        ),
        (
            "U0ORG",
            "U0APP",
            "e.toml:4: academy.organisers: U0APP (Helper) is an app; name a person or a user group.",
        ),
    ],
)
async def test_ids_that_the_workspace_does_not_have_are_faults(
    db: Database, old: str, new: str, sentence: str
) -> None:
    app = Member(team_id=TEAM, user_id=UserId("U0APP"), name="Helper", is_bot=True)
    channels = [
        Channel(id=ChannelId("C0NEWS"), name="news", is_member=True),
        Channel(id=ChannelId("C0OLD"), name="old", is_member=True, is_archived=True),
    ]

    faults = await refused(
        db, ("e.toml", EDITION.replace(old, new)), people=[*PEOPLE, app], channels=channels
    )

    assert faults == [sentence]


async def test_homework_that_somebody_handed_in_cannot_leave_the_file(db: Database) -> None:
    await take_both(db)
    async with db.writing() as work:
        for version in (1, 2):
            await homework.add_submission(
                work,
                Submission(
                    team_id=TEAM,
                    homework_id=HomeworkId("cba-2/pitch"),
                    user_id=UserId("U1"),
                    version=version,
                    text="Here",
                    link="",
                    files=(),
                    submitted_at=NOW,
                    late_by_s=0,
                ),
            )

    assert await refused(db, ("e.toml", EDITION[: EDITION.rindex("[[homework]]")])) == [
        'e.toml:23: homework: "pitch" is no longer here, and 1 person handed it in; '
        "put it back into the file."
    ]


async def test_an_enrolled_participant_keeps_their_cluster(db: Database) -> None:
    await take_both(db)

    assert await refused(db, ("r.csv", "slack_id,role,edition,cluster\nU3,participant,cba-2,GRID\n")) == [
        "r.csv:2: cluster: GRID has a participant in cba-2 already (Aino, enrolled before); "
        "a cluster sends one: take this line away, or give the other person another role."
    ]


async def test_an_edition_without_an_academy_needs_one_in_the_workspace(db: Database) -> None:
    assert await refused(db, ("cba-1.toml", FIRST)) == [
        "cba-1.toml:1: academy: it is missing, and the workspace has no academy yet; "
        "add a table [academy] with name and timezone."
    ]

    assert await take(db, ("cba-1.toml", FIRST), ("cba-2.toml", EDITION)) != []


async def test_files_of_one_import_may_not_contradict_each_other(db: Database) -> None:
    other = EDITION.replace('name = "Academy"', 'name = "Another academy"')

    assert await refused(db, ("a.toml", EDITION), ("b.toml", other)) == [
        "a.toml:8: edition.key: cba-2 is the key of 2 of these files; import one of them.",
        "b.toml:1: academy: the academy is not the same as in a.toml; "
        "let [academy] stand in one of the files.",
        "b.toml:8: edition.key: cba-2 is the key of 2 of these files; import one of them.",
    ]


async def test_a_file_in_latin_1_is_one_sentence(db: Database) -> None:
    text = EDITION.replace("Three minutes", "Drei Minuten für alle")

    assert await refused(db, ("e.toml", text.encode("latin-1"))) == [
        "e.toml:33: the text is not in UTF-8; save it as UTF-8 (in Excel: Save as, CSV UTF-8)."
    ]


async def test_another_workspace_is_left_alone(db: Database) -> None:
    await take_both(db)

    async with db.reading() as work:
        assert await homework.homeworks(work, team_id=TeamId("T2")) == []
