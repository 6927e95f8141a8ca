from pathlib import Path

from tests.chaos.run import Plan, run_chaos


async def test_every_reminder_comes_exactly_once_through_kills_lost_replies_and_429s(
    tmp_path: Path, database_url: str
) -> None:
    found = await run_chaos(Plan(people=60, kills=10, seed=7), tmp_path, database_url=database_url)

    assert (found.lost, found.twice) == ([], [])
    assert found.kills == 10
    assert found.sent_between >= 3
