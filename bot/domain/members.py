"""People of a workspace, their part in an edition, and who may do what."""

from enum import StrEnum

from bot.domain.ids import EditionKey, TeamId, UserId
from bot.domain.values import dataclass


class Role(StrEnum):
    """A person's part in an edition."""

    APPLICANT = "applicant"
    PARTICIPANT = "participant"
    ALUMNUS = "alumnus"
    COACH = "coach"
    ORGANISER = "organiser"


@dataclass(frozen=True, kw_only=True)
class Member:
    """A person of the workspace, as Slack and the roster describe them."""

    team_id: TeamId
    user_id: UserId
    name: str
    email: str = ""
    tz: str = ""
    """IANA zone, from Slack; empty where it has none. No offset is kept: Slack tells of no change of it."""
    country: str = ""
    """ISO 3166-1 alpha-2, upper case, from the roster; empty where unknown."""
    sectors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    expertise: tuple[str, ...] = ()
    is_admin: bool = False
    is_guest: bool = False
    is_bot: bool = False
    is_deactivated: bool = False
    updated_s: int = 0
    """When Slack last changed it, in seconds since 1970 by Slack's clock; 0 where it does not say."""


@dataclass(frozen=True, kw_only=True)
class Enrolment:
    """A person's part in an edition; a person may have several."""

    team_id: TeamId
    edition_key: EditionKey
    user_id: UserId
    role: Role
    cluster: str = ""


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who asks for something, as the bot knows them at that moment."""

    team_id: TeamId
    user_id: UserId
    name: str
    tz: str
    is_organiser: bool
    is_deactivated: bool = False
