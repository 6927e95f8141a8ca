"""The sample academy: its files, and the people and channels of a workspace in which they can be imported.

Clusters and people are invented.
"""

from pathlib import Path

from bot.domain.ids import UserId
from bot.domain.members import Role
from bot.domain.roster_file import RosterRow, read_roster
from bot.domain.values import dataclass

_FOLDER = Path(__file__).parent

EDITION_1 = _FOLDER / "cba-1.toml"
EDITION_2 = _FOLDER / "cba-2.toml"
ROSTER = _FOLDER / "cba-2.csv"
QUESTIONS = _FOLDER / "questions.csv"
"""What the alumni of the first academy asked each other."""
FILES = (EDITION_1, EDITION_2, ROSTER)
"""In the order in which they are told of; one import takes all of them."""

ADMIN = UserId("U0ORG1")
"""The organiser who is also an admin of the workspace."""

_ZONES = {
    "AT": "Europe/Vienna",
    "BE": "Europe/Brussels",
    "CZ": "Europe/Prague",
    "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen",
    "ES": "Europe/Madrid",
    "FI": "Europe/Helsinki",
    "FR": "Europe/Paris",
    "GR": "Europe/Athens",
    "HR": "Europe/Zagreb",
    "HU": "Europe/Budapest",
    "IE": "Europe/Dublin",
    "IS": "Atlantic/Reykjavik",
    "IT": "Europe/Rome",
    "LT": "Europe/Vilnius",
    "LV": "Europe/Riga",
    "MD": "Europe/Chisinau",
    "NL": "Europe/Amsterdam",
    "PL": "Europe/Warsaw",
    "PT": "Europe/Lisbon",
    "RO": "Europe/Bucharest",
    "SI": "Europe/Ljubljana",
    "TR": "Europe/Istanbul",
}
_ON_ISLANDS = {"U0CM03": "Atlantic/Canary", "U0CM09": "Atlantic/Azores"}


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody of the sample, as the workspace knows them."""

    user_id: UserId
    handle: str
    name: str
    email: str
    tz: str
    """IANA zone."""
    role: Role
    cluster: str
    """Empty for organisers and coaches."""
    is_admin: bool = False

    @property
    def title(self) -> str:
        """What their Slack profile says they do."""
        if self.role is Role.PARTICIPANT:
            return f"Cluster manager, {self.cluster}"
        return f"{self.role.capitalize()}, {self.cluster}" if self.cluster else self.role.capitalize()


@dataclass(frozen=True, kw_only=True)
class SampleChannel:
    """A channel that the sample's files name; the bot is in each."""

    id: str
    name: str
    purpose: str
    roles: frozenset[Role] = frozenset(Role)
    """Whose people are in it."""


CHANNELS = (
    SampleChannel(id="C0ASK", name="ask-the-academy", purpose="Questions to each other, answered in threads"),
    SampleChannel(id="C0NEWS", name="announcements", purpose="News from the organisers"),
    SampleChannel(
        id="C0CBA2",
        name="cba-2",
        purpose="The second academy: its four days and the homework between",
        roles=frozenset({Role.PARTICIPANT, Role.COACH, Role.ORGANISER}),
    ),
)


def cast() -> list[Person]:
    """Everybody in the sample's roster, in its order, each once."""
    rows, faults = read_roster(ROSTER.read_text(encoding="utf-8"), file=ROSTER.name)
    if faults:
        raise ValueError(str(faults[0]))
    return list({row.slack_id: _person(row) for row in rows}.values())


def _person(row: RosterRow) -> Person:
    return Person(
        user_id=UserId(row.slack_id),
        handle=row.email.partition("@")[0],
        name=row.name,
        email=row.email,
        tz=_ON_ISLANDS.get(row.slack_id, _ZONES[row.country]),
        role=row.role,
        cluster=row.cluster,
        is_admin=row.slack_id == ADMIN,
    )
