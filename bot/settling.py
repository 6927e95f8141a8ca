"""What became of a message where nobody knows whether Slack took it: waited out, then looked up.

It is waited until the request cannot run any more, then its key is looked for in the conversation's history.
Here is also entered what is known of the others. Which row is sent when: bot/dispatcher.py.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot import calls
from bot.clock import Clock
from bot.others import Claims
from bot.pace import Limits, backoff, earliest
from storage import outgoing
from storage.db import Database
from storage.others import Sent
from storage.outbox import Arrival, OutboxRow

_log = logging.getLogger(__name__)

UNTRACEABLE = "is_untraceable"
"""In the body of a row whose message is in no history."""

Lane = tuple[str, str]
"""A workspace and a recipient: one message at a time is on its way to each."""


class Settling:
    """One per process, of its dispatcher."""

    def __init__(
        self,
        db: Database,
        *,
        client_for: Callable[[str], AsyncWebClient],
        arrivals: Mapping[str, Arrival],
        clock: Clock,
        claims: Claims,
        limits: Limits,
        look_for_s: float,
    ) -> None:
        """look_for_s: for so long one message is looked for at a time. The others: see the dispatcher."""
        self._db = db
        self._client_for = client_for
        self._arrivals = arrivals
        self._clock = clock
        self._claims = claims
        self._limits = limits
        self._look_for_s = look_for_s
        # When a row may be looked up again of which that failed.
        self._look_again_at: dict[Lane, datetime] = {}

    def over(
        self, open_rows: Sequence[OutboxRow], now: datetime, *, but: Collection[Lane]
    ) -> tuple[list[OutboxRow], datetime | None]:
        """The rows whose request must be over and may be looked up now; and when the next may be.

        open_rows: all that were claimed and are not settled. but: who is written to just now.
        """
        over: list[OutboxRow] = []
        next_at: datetime | None = None
        steady = self._clock.steady()
        self._claims.watch(open_rows)
        self._look_again_at = {lane: at for lane, at in self._look_again_at.items() if at > steady}
        for row in open_rows:
            if lane_of(row) in but:
                continue
            left_s = self._claims.left_s(row)
            if left_s > 0:
                next_at = earliest(next_at, now + timedelta(seconds=left_s))
                continue
            over_at = self._limits.pause_over_at(calls.lookup_methods(row), steady)
            may_at = max(over_at, self._look_again_at.get(lane_of(row), steady))
            if may_at > steady:
                next_at = earliest(next_at, now + (may_at - steady))
            else:
                over.append(row)
        return over, next_at

    async def look_up(self, row: OutboxRow, now: datetime) -> str:
        """Settle one row, or have it looked up again later; returns the outcome's name."""
        try:
            async with asyncio.timeout(self._look_for_s):
                return await self._settle_row(row, now)
        except calls.NotNow as told:
            self._look_again_at[lane_of(row)] = told.until
            return "unsettled"
        except (SlackApiError, SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as failed:
            _log.warning("could not look up a message: %r", failed, extra={"key": row.key})
            again_at = self._clock.steady() + timedelta(seconds=calls.retry_after_s(failed))
            self._look_again_at[lane_of(row)] = again_at
            if isinstance(failed, SlackApiError) and failed.response.status_code == 429:
                self._limits.pause(calls.method_of(failed.response), again_at)
            return "unsettled"

    async def _settle_row(self, row: OutboxRow, now: datetime) -> str:
        if row.body.get(UNTRACEABLE):
            await self.enter(row, state="dropped", reason="it stayed unknown whether Slack took it")
            return "dropped"
        # What may be done twice with one effect, an edit or a Home tab, is simply done again.
        found = None if row.is_repeatable else await self._posted(row)
        if found is not None:
            channel_id, ts = found
            await self.enter_sent(row, channel_id=channel_id, ts=ts)
            return "sent"
        await self.enter(
            row, state="queued", attempts=row.attempts, not_before_at=now + backoff(row.attempts)
        )
        return "postponed"

    async def _posted(self, row: OutboxRow) -> tuple[str, str] | None:
        def see(method: str) -> None:
            steady = self._clock.steady()
            if (until := self._limits.pause_over_at((method,), steady)) > steady:
                raise calls.NotNow(until)

        return await calls.posted(self._client_for(row.team_id), row, see=see)

    async def enter_sent(self, row: OutboxRow, *, channel_id: str, ts: str) -> None:
        """A message was posted, and stands there."""
        async with self._db.writing(team_id=row.team_id) as work:
            is_new = await outgoing.arrive(work, row, channel_id=channel_id, ts=ts, now=self._clock.now())
            if is_new and (told := self._arrivals.get(row.kind)):
                await told(work, replace(row, channel_id=channel_id, ts=ts))

    async def enter(self, row: OutboxRow, **values: Any) -> None:
        """Set columns of a row that is being sent, by this claim still."""
        async with self._db.writing(team_id=row.team_id) as work:
            await outgoing.release(work, row, **values)


def lane_of(row: OutboxRow | Sent) -> Lane:
    """Where a message goes."""
    return row.team_id, row.recipient
