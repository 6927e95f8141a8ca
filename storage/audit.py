"""What organisers did to what others had written: never changed, gone by the academy's terms.

Only an erasure takes a name out of it.
"""

from datetime import datetime

from sqlalchemy import func, select

from bot.domain.audit import Entry
from bot.domain.ids import TeamId, UserId
from storage.db import Work
from storage.tables import audit


async def add(
    work: Work,
    *,
    team_id: TeamId,
    done_at: datetime,
    done_by: UserId,
    deed: str,
    subject: str,
    reason: str = "",
    before: str = "",
    after: str = "",
) -> Entry:
    """Enter a deed, in the transaction that does it: whoever writes has the workspace to itself."""
    last = select(func.coalesce(func.max(audit.c.id), 0)).where(audit.c.team_id == team_id)
    entry = Entry(
        team_id=team_id,
        id=(await work.execute(last)).scalar_one() + 1,
        done_at=done_at,
        done_by=done_by,
        deed=deed,
        subject=subject,
        reason=reason,
        before=before,
        after=after,
    )
    await work.execute(audit.insert().values(**vars(entry)))
    return entry


async def entries(
    work: Work,
    *,
    team_id: TeamId,
    subject: str | None = None,
    kind: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[Entry]:
    """The newest deeds, newest first; those done to one subject, or to one kind of them, where it is given.

    kind: how their subjects begin, such as `question:`.
    """
    query = select(audit).where(audit.c.team_id == team_id)
    if subject is not None:
        query = query.where(audit.c.subject == subject)
    if kind:
        query = query.where(audit.c.subject.startswith(kind, autoescape=True))
    rows = await work.execute(query.order_by(audit.c.id.desc()).limit(limit).offset(offset))
    return [Entry(**{name: row._mapping[name] for name in Entry.__dataclass_fields__}) for row in rows]


async def count(work: Work, *, team_id: TeamId) -> int:
    """How many deeds there are."""
    query = select(func.count()).select_from(audit).where(audit.c.team_id == team_id)
    return int((await work.execute(query)).scalar_one())
