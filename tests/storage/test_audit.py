import asyncio
from datetime import UTC, datetime

from bot.domain.ids import TeamId, UserId
from storage import audit
from storage.db import Database, open_database

NOW = datetime(2023, 6, 12, 8, tzinfo=UTC)
ONE, OTHER = TeamId("T1"), TeamId("T2")


async def do(db: Database, *, team_id: TeamId, subject: str, says_where: bool) -> None:
    """A deed; whether the transaction says in which workspace it writes."""
    async with db.writing(team_id=team_id if says_where else None) as work:
        await audit.add(
            work,
            team_id=team_id,
            done_at=NOW,
            done_by=UserId("U1"),
            deed="question.retitled",
            subject=subject,
        )


async def test_deeds_are_numbered_in_each_workspace_though_replicas_enter_them_at_once(
    database_url: str,
) -> None:
    replicas = [open_database(database_url) for _ in range(3)]

    await asyncio.gather(
        *(
            do(db, team_id=team_id, subject=f"question:{place}{number}", says_where=number % 2 == 0)
            for place, db in enumerate(replicas)
            for team_id in (ONE, OTHER)
            for number in range(4)
        )
    )

    async with replicas[0].reading() as work:
        entries = [await audit.entries(work, team_id=team_id) for team_id in (ONE, OTHER)]
    for db in replicas:
        await db.close()
    subjects = sorted(f"question:{place}{number}" for place in range(3) for number in range(4))
    assert [[one.id for one in of] for of in entries] == [list(range(12, 0, -1))] * 2
    assert [sorted(one.subject for one in of) for of in entries] == [subjects] * 2
