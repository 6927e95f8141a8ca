"""A broadcast keeps within Slack's rates, and hardly falls behind them."""

from pathlib import Path

from bot.pace import Pace
from sandbox.limits import Rates
from tests.bench.broadcast import measure


async def test_a_broadcast_takes_as_long_as_slack_s_rate_asks_for_and_is_never_refused(
    tmp_path: Path,
) -> None:
    pace = Pace(per_minute=19.5, burst=1)

    found = await measure(60, tmp_path, rates=Rates(posts_per_minute=20), pace=pace)

    assert (found.refused, found.lost, found.twice) == (0, 0, 0)
    assert abs(found.over) <= 0.05
