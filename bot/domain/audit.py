"""What organisers do to what others wrote, as the audit log keeps it."""

from datetime import datetime

from bot.domain.ids import TeamId, UserId
from bot.domain.values import dataclass


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One deed."""

    team_id: TeamId
    id: int
    """1, 2, … in its workspace."""
    done_at: datetime
    """Instant, UTC."""
    done_by: UserId
    deed: str
    """What was done, such as `question.hidden`."""
    subject: str
    """What it was done to, such as `question:12`."""
    reason: str = ""
    before: str = ""
    after: str = ""
