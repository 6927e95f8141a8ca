"""A small workspace and a small edition to import into it, for the tests of the import."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.domain.ids import ChannelId, TeamId, UserId
from bot.domain.members import Member
from bot.domain.workspace import Channel, UserGroup
from bot.services.editions import import_files
from storage.db import Database

TEAM = TeamId("T1")
NOW = datetime(2023, 6, 1, 8, 0, tzinfo=UTC)

EDITION = """[academy]
name = "Academy"
timezone = "Europe/Brussels"
organisers = ["U0ORG", "S0ORGS"]
announcements = "C0NEWS"

[edition]
key = "cba-2"
name = "Second"
timezone = "Europe/Rome"

[[day]]
date = 2023-06-06
kind = "online"
title = "Day 1"
starts = 09:30:00

[[day]]
date = 2023-09-21
kind = "in-person"
title = "Day 3"

[[homework]]
key = "plan"
title = "Plan"
brief = "One page."
opens = 2023-06-08T09:00:00
due = 2023-07-05T18:00:00

[[homework]]
key = "pitch"
title = "Pitch"
brief = "Three minutes."
opens = 2023-08-01T09:00:00
due = 2023-09-14T18:00:00
"""

ROSTER = """slack_id,email,name,role,edition,cluster,country,sectors
U1,,,participant,cba-2,Grid,FI,energy
U2,,,participant,cba-2,Costa,ES,health
,coach@example.org,,coach,cba-2,,,
"""


def person(user_id: str, name: str, *, email: str = "", tz: str = "", is_deactivated: bool = False) -> Member:
    """Somebody as Slack tells of them."""
    return Member(
        team_id=TEAM,
        user_id=UserId(user_id),
        name=name,
        email=email,
        tz=tz,
        is_deactivated=is_deactivated,
    )


PEOPLE = [
    person("U0ORG", "Olga"),
    person("U1", "Aino", tz="Europe/Helsinki"),
    person("U2", "Berta", tz="Europe/Madrid"),
    person("U3", "Carlo", email="coach@example.org", tz="Europe/Rome"),
]
CHANNELS = [Channel(id=ChannelId("C0NEWS"), name="news", is_member=True)]
GROUPS = [UserGroup(id="S0ORGS", handle="orgs", user_ids=(UserId("U3"),))]


async def take(
    db: Database,
    *files: tuple[str, str | bytes],
    people: Sequence[Member] = PEOPLE,
    channels: Sequence[Channel] = CHANNELS,
    groups: Sequence[UserGroup] = GROUPS,
) -> list[str]:
    """Import these files into that workspace; the lines that it prints."""
    return await import_files(
        db, team_id=TEAM, files=files, people=people, channels=channels, groups=groups, now=NOW
    )


async def take_both(db: Database, *, edition: str = EDITION, roster: str = ROSTER) -> list[str]:
    """Import an edition and its roster."""
    return await take(db, ("cba-2.toml", edition), ("roster.csv", roster))
