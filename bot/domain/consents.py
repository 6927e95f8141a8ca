"""What a person may refuse, and how their decisions are remembered: each with its date."""

from datetime import datetime
from enum import StrEnum

from bot.domain.ids import TeamId, UserId
from bot.domain.values import dataclass


class Purpose(StrEnum):
    """What a person may agree to or withdraw from."""

    DIRECTORY = "directory"
    """To be found by other members."""
    QUESTION_LOG = "question_log"
    """What they say in the questions channels is kept in the question log."""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One decision."""

    team_id: TeamId
    user_id: UserId
    purpose: Purpose
    decided_at: datetime
    """Instant, UTC."""
    is_given: bool
