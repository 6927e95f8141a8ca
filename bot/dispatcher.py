"""Carries the outbox to Slack: each row once, in order for each recipient, within Slack's rates.

A row is claimed and its message composed in one transaction, sent outside of any, and entered as sent
in another: bot/sending.py. Where it stays unknown whether Slack took a message (a lost reply, a crash), it is
settled by bot/settling.py. Of several processes on one database any settles what another has left.
"""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import calls
from bot.calls import Sendable
from bot.clock import Clock
from bot.others import Claims, Neighbours
from bot.pace import POST, Limits, Pace, Pauses, backoff, earliest
from bot.sending import Sending
from bot.settling import UNTRACEABLE, Settling, lane_of
from storage import outbox, outgoing
from storage.db import Database, Work
from storage.others import Sent
from storage.outbox import (
    Arrival,
    Composed,
    Composer,
    Drop,
    Edit,
    Later,
    OutboxRow,
    Send,
    Share,
    Whisper,
)

_log = logging.getLogger(__name__)


# How long it takes at most until one process sees what another has claimed, or has left queued.
_LONGEST_WAIT_S = 5.0
_MOST_COMPOSING_ATTEMPTS = 5


class Dispatcher:
    """One per process; several processes may share a database."""

    def __init__(
        self,
        db: Database,
        *,
        client_for: Callable[[str], AsyncWebClient],
        composers: Mapping[str, Composer],
        clock: Clock,
        pace: Pace | None = None,
        arrivals: Mapping[str, Arrival] | None = None,
        request_timeout_s: float = 10.0,
        on_outcome: Callable[[str], None] = lambda outcome: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """client_for: a workspace's client, which must not retry by itself: it would post twice.

        composers: by the rows' kind, beside those whose body holds text and blocks.
        arrivals: by the rows' kind, told of each message that was posted.
        on_outcome: told `sent`, `dropped`, `postponed`, `failed`, `ratelimited`, `unsettled` or `taken`
            (by another process), once each time a row was taken up.
        monotonic: seconds that go by; how long a claim lasts is measured by them.
        """
        self._db = db
        as_they_are: dict[str, Composer] = {outbox.WRITTEN: _as_written, outbox.REWRITTEN: _as_rewritten}
        self._composers = as_they_are | dict(composers)
        self._clock = clock
        self._pace = pace or Pace()
        self._request_timeout_s = request_timeout_s
        self._on_outcome = on_outcome
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._neighbours = Neighbours(me=self._name)
        self._claims = Claims(me=self._name, last_s=request_timeout_s + 5, monotonic=monotonic)
        self._limits = Limits(self._pace)
        self.pauses = Pauses(self._limits, now=clock.steady)
        """For who else in this process calls Slack."""
        self._settling = Settling(
            db,
            client_for=client_for,
            arrivals=arrivals or {},
            clock=clock,
            claims=self._claims,
            limits=self._limits,
            look_for_s=request_timeout_s * 3,
        )
        self._sending = Sending(
            db,
            client_for=client_for,
            clock=clock,
            limits=self._limits,
            settling=self._settling,
            request_timeout_s=request_timeout_s,
        )
        # By kind, what its last row called: known for sure only once a row is composed.
        self._methods: dict[str, tuple[str, ...]] = {}
        self._last_at: dict[tuple[str, str], datetime] = {}
        # By recipient: each has one message on its way at a time.
        self._in_flight: dict[tuple[str, str], tuple[OutboxRow, asyncio.Task[str]]] = {}
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to send."""
        async with self._db.reading() as work:
            self._claims.watch(await outgoing.sending(work))
        self._loop = asyncio.create_task(self._run(), name="dispatcher")

    async def stop(self) -> None:
        """Finish what is being sent, claim nothing more."""
        self._stopping = True
        self.wake()
        if self._loop is not None:
            await self._loop
        if self._in_flight:
            await asyncio.wait([task for _, task in self._in_flight.values()])
            await self._reap(self._clock.now())

    @property
    def on_its_way(self) -> int:
        """How many messages are being sent at this instant."""
        return len(self._in_flight)

    def wake(self) -> None:
        """Look for due rows now."""
        self._idle.clear()
        self._woken.set()

    async def drain(self) -> None:
        """Return once nothing that may go now is left, and nothing is on its way."""
        self.wake()
        await self._idle.wait()

    async def _run(self) -> None:
        while not self._stopping:
            self._woken.clear()
            try:
                again_at = await self._pass(self._clock.now())
            except Exception:  # noqa: BLE001 (nothing may end the loop: no message would ever go out again)
                _log.exception("the dispatcher failed to look for work; it tries again soon")
                again_at = self._clock.now() + timedelta(seconds=5)
            await self._wait_until(again_at)

    async def _wait_until(self, instant: datetime | None) -> None:
        if self._woken.is_set() or self._stopping:
            return
        waits: set[asyncio.Task[object]] = {asyncio.create_task(self._woken.wait())}
        if instant is not None:
            waits.add(asyncio.create_task(self._clock.sleep_until(instant)))
        # The limit matters where the host's clock is set back while this sleeps.
        _, pending = await asyncio.wait(waits, timeout=_LONGEST_WAIT_S, return_when=asyncio.FIRST_COMPLETED)
        for wait in pending:
            wait.cancel()
        await asyncio.gather(*pending, return_exceptions=True)

    async def _pass(self, now: datetime) -> datetime | None:
        """Settle, claim and start what can be; returns when to look again, None for "when woken"."""
        began_s, steady = self._claims.now_s(), self._clock.steady()
        await self._reap(now)
        async with self._db.reading() as work:
            open_rows = await outgoing.sending(work)
            heads, held_at = await self._heads(work, now, steady)
            next_at = await outbox.next_due_at(work, after=now)
            await self._hear_others(work, now, steady)
        unsettled_at = self._settle(open_rows, now)
        cool_at = self._cool_down(steady)
        if (paused_until := self._sending.paused_until(now)) is not None:
            return earliest(unsettled_at, paused_until)
        if not heads and held_at is None:
            if not self._in_flight and unsettled_at is None and not self._woken.is_set():
                self._idle.set()
            return earliest(unsettled_at, next_at)
        for head in heads:
            if len(self._in_flight) >= self._pace.at_once:
                break  # every hand is busy: the next to finish wakes this loop
            if lane_of(head) in self._last_at or lane_of(head) in self._in_flight:
                continue
            methods = self._methods_of(head)
            may_at = self._limits.may_at(methods, steady)
            if may_at > steady:
                held_at = earliest(held_at, may_at)
                continue
            self._limits.take(methods)
            self._last_at[lane_of(head)] = steady
            carrying = asyncio.create_task(self._carry(head, now, methods, began_s))
            self._in_flight[lane_of(head)] = head, carrying
        again_at = earliest(held_at, cool_at)
        return earliest(unsettled_at, next_at, again_at and now + (again_at - steady))

    async def _heads(
        self, work: Work, now: datetime, steady: datetime
    ) -> tuple[list[OutboxRow], datetime | None]:
        """What may be claimed; and when, by the steady clock, a kind may go again of which none may now."""
        held = {
            kind: at
            for kind, methods in self._methods.items()
            if POST not in methods and (at := self._limits.may_at(methods, steady)) > steady
        }
        # The held would hide those behind them: only the first few are asked for.
        limit = self._pace.at_once + len(self._last_at)
        heads = await outgoing.heads(work, now=now, limit=limit, without=held)
        if not held:
            return heads, None
        waiting = await outgoing.heads(work, now=now, limit=limit)
        return heads, min((held[one.kind] for one in waiting if one.kind in held), default=None)

    def _methods_of(self, head: OutboxRow | Sent) -> tuple[str, ...]:
        """What a row will call, as far as is known before it is composed."""
        known = self._methods.get(head.kind, (POST,))
        return (*known, calls.OPEN) if known == (POST,) and calls.is_group(head) else known

    async def _hear_others(self, work: Work, now: datetime, steady: datetime) -> None:
        """Count what other processes send as if it were this one's."""
        heard = await self._neighbours.hear(work, now, steady=steady)
        for sent in heard.sent:
            self._limits.take(self._methods_of(sent))
            self._last_at[lane_of(sent)] = steady
        for method, until in heard.pauses.items():
            self._limits.pause(method, until)

    def _cool_down(self, steady: datetime) -> datetime | None:
        """Forget recipients who may get another message; returns when the next one may."""
        gap = timedelta(seconds=self._pace.per_recipient_s)
        for recipient, last_at in list(self._last_at.items()):
            if not timedelta(0) <= steady - last_at < gap:
                del self._last_at[recipient]
        return min(self._last_at.values()) + gap if self._last_at else None

    async def _reap(self, now: datetime) -> None:
        """Take note of what became of the rows that were carried since the last time."""
        for lane, (head, task) in list(self._in_flight.items()):
            if not task.done():
                continue
            del self._in_flight[lane]
            if failure := task.exception():
                # One bad row must not stop the others; if it stays bad, organisers are told.
                await self._cut_short(head, now, failure)
            self._on_outcome("unsettled" if failure else task.result())

    async def _carry(self, head: OutboxRow, now: datetime, taken: tuple[str, ...], began_s: float) -> str:
        """Claim, compose and send one row, and enter what came of it; returns the outcome's name."""
        try:
            return await self._claim_and_send(head, now, taken, began_s)
        finally:
            self.wake()

    async def _claim_and_send(
        self, head: OutboxRow, now: datetime, taken: tuple[str, ...], began_s: float
    ) -> str:
        # Claim and send in two transactions: holding the write lock over a
        # network call would stop every slash command for as long as Slack takes.
        answered_by_s = asyncio.get_running_loop().time() + self._request_timeout_s
        async with self._db.writing(team_id=head.team_id) as work:
            row = await outgoing.claim(
                work, team_id=head.team_id, key=head.key, now=now, claimed_by=self._name
            )
            if row is None:
                self._limits.give_back(taken)
                return "taken"
            composed = await self._composers[row.kind](work, row, now)
            if isinstance(composed, Later):
                self._limits.give_back(taken)
                await outgoing.put_off(work, row, until=composed.at)
                return "postponed"
            if isinstance(composed, Drop):
                self._limits.give_back(taken)
                await outbox.change(work, row, state="dropped", reason=composed.reason)
                return "dropped"
            if wait := self._take_instead(row, composed, taken):
                values: dict[str, Any] = {"attempts": head.attempts, "not_before_at": now + wait}
                await outbox.change(work, row, state="queued", **values)
                return "postponed"
            if isinstance(composed, Whisper):
                # In no history, and a second one would be seen: better none than two.
                await outbox.change(work, row, body={**row.body, UNTRACEABLE: True})
            elif not isinstance(composed, Send | Share):
                await outbox.change(work, row, is_repeatable=True)
        self._claims.made(row, at_s=began_s)
        return await self._sending.send(row, composed, answered_by_s=answered_by_s)

    def _take_instead(self, row: OutboxRow, composed: Sendable | Share, taken: tuple[str, ...]) -> timedelta:
        """How long a row is to wait, now that it is known what it calls: not at all where Slack takes it."""
        methods = calls.methods(row, composed)
        self._methods[row.kind] = methods[:1]
        steady = self._clock.steady()
        # Slack may have said that it wants no more while this row waited for its turn in the database.
        if methods == taken and self._limits.pause_over_at(methods, steady) == steady:
            return timedelta(0)
        self._limits.give_back(taken)
        may_at = self._limits.may_at(methods, steady)
        if may_at <= steady:
            self._limits.take(methods)
        return may_at - steady

    def _settle(self, open_rows: Sequence[OutboxRow], now: datetime) -> datetime | None:
        """Begin to find out what became of rows whose request must be over; returns when the next may be."""
        over, next_at = self._settling.over(open_rows, now, but=self._in_flight)
        for row in over:
            # Beside what is sent: after an outage of Slack's there are many, and each may take long.
            if len(self._in_flight) < self._pace.at_once and lane_of(row) not in self._in_flight:
                self._in_flight[lane_of(row)] = row, asyncio.create_task(self._look_up(row, now))
        return next_at

    async def _look_up(self, row: OutboxRow, now: datetime) -> str:
        try:
            return await self._settling.look_up(row, now)
        finally:
            # What may go next was asked before this row was out of the way.
            self.wake()

    async def _cut_short(self, head: OutboxRow, now: datetime, failure: BaseException) -> None:
        """Put off a row that could not be composed; one that was on its way is settled from the history."""
        reference = secrets.token_hex(4)
        about = {"key": head.key, "reference": reference}
        _log.error("a message could not be sent", exc_info=failure, extra=about)
        attempts = head.attempts + 1
        values: dict[str, Any] = {"attempts": attempts, "not_before_at": now + backoff(attempts)}
        if attempts >= _MOST_COMPOSING_ATTEMPTS:
            values |= {"state": "failed", "reason": f"could not be written, reference {reference}"}
        async with self._db.writing(team_id=head.team_id) as work:
            await outbox.change(work, head, only_in="queued", **values)


async def _as_written(_work: Work, row: OutboxRow, _now: datetime) -> Composed:
    return Send(row.body["text"], row.body["blocks"])


async def _as_rewritten(_work: Work, row: OutboxRow, _now: datetime) -> Composed:
    return Edit(row.body["channel_id"], row.body["ts"], row.body["text"], row.body["blocks"])
