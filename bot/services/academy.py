"""What comes next in the academy, for whoever asks."""

from datetime import datetime

from bot.domain.editions import Day, Edition
from bot.domain.ids import TeamId, UserId
from bot.domain.standing import Standing, State
from bot.domain.values import dataclass
from bot.services.home import Home, home
from storage.db import Database


@dataclass(frozen=True, kw_only=True)
class NextUp:
    """The next day and the next homework of the edition that matters to a person."""

    edition: Edition | None
    day: Day | None
    homework: Standing | None
    """The first piece that is open and not handed in, or else the first that opens later."""
    reader_zone: str


async def next_up(db: Database, *, team_id: TeamId, user_id: UserId, now: datetime) -> NextUp:
    """What comes next for a person; the homework is None for those who do not participate."""
    found = await home(db, team_id=team_id, user_id=user_id, now=now)
    return NextUp(
        edition=found.edition, day=found.next_day, homework=_next(found), reader_zone=found.reader_zone
    )


def _next(found: Home) -> Standing | None:
    for state in (State.OPEN, State.NOT_OPEN):
        for piece in found.pieces:
            if piece.standing.state is state:
                return piece.standing
    return None
