from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.ground import Plan
from tests.chaos.run import Outcome, run_chaos

PLAN = Plan(deliveries=60, events=12, kills=3, seed=7, replicas=1)


@pytest.mark.long
async def test_nothing_is_lost_or_comes_twice_through_kills_lost_replies_and_429s(
    tmp_path: Path, database_url: str
) -> None:
    outcome = await run_chaos(PLAN, tmp_path, database_url=database_url)

    assert _wrong(outcome) == {}
    assert len(outcome.record.kills) >= 3
    assert outcome.begun >= 1
    assert outcome.told["rounds of peers"] == 1


@pytest.mark.long
async def test_nothing_is_lost_or_comes_twice_where_slack_comes_in_by_http(
    tmp_path: Path, database_url: str
) -> None:
    plan = replace(PLAN, mode="http", replicas=2 if "postgres" in database_url else 1)

    outcome = await run_chaos(plan, tmp_path, database_url=database_url)

    assert _wrong(outcome) == {}
    assert outcome.front is not None
    assert outcome.front.found_nobody + outcome.front.failed > 0


@pytest.mark.long
@pytest.mark.postgres
async def test_three_replicas_lose_and_double_nothing_though_each_of_them_is_killed(
    tmp_path: Path, database_url: str
) -> None:
    plan = replace(PLAN, deliveries=150, events=30, kills=9, replicas=3)

    outcome = await run_chaos(plan, tmp_path, database_url=database_url)

    assert _wrong(outcome) == {}
    assert outcome.begun >= 3


def _wrong(outcome: Outcome) -> dict[str, list[str]]:
    """What was found. How late it acknowledges depends on the host, which does other things meanwhile."""
    return {
        name: wrong for name, wrong in outcome.found.goals.items() if wrong and name != "acknowledged late"
    }
