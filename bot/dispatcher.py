"""Carries the outbox to Slack: each row once, in order for each recipient, within Slack's rates.

A row is claimed and its message composed in one transaction, sent outside of any, and entered as sent
in another. Where it stays unknown whether Slack took a message (a lost reply, a crash), the row is settled
by waiting until the request cannot run any more, then looking for its key in the conversation's history.
Of several processes on one database any settles what another has left.
"""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import sharing
from bot.clock import Clock
from bot.others import Claims, Neighbours
from bot.pace import Bucket, Pace
from storage import outbox
from storage.db import Database, Work
from storage.outbox import (
    Arrival,
    Composed,
    Composer,
    Delete,
    Drop,
    Edit,
    Later,
    OutboxRow,
    Publish,
    React,
    Send,
    Share,
    Whisper,
)

_log = logging.getLogger(__name__)

_Sendable = Send | Edit | Delete | Publish | Whisper | React

METADATA_EVENT = "alumni_bot_message"
"""The `event_type` of the metadata that carries a message's key."""

# Errors after which Slack may have posted all the same; its documentation says so of both.
_UNCERTAIN = {"internal_error", "fatal_error", "service_unavailable", "request_timeout"}
# Errors that concern the installation, not the message: every other row would fail alike.
_INSTALLATION = {
    "access_denied",
    "account_inactive",
    "accesslimited",
    "invalid_auth",
    "missing_scope",
    "not_authed",
    "org_login_required",
    "team_access_not_granted",
    "token_expired",
    "token_revoked",
}
# Answers that say that what was asked is so already.
_AS_ASKED = {"already_reacted", "no_reaction"}
# Answers to a deletion that say that the message is gone.
_GONE_ALREADY = {"message_not_found", "channel_not_found"}
_INSTALLATION_PAUSE = timedelta(seconds=60)
_LONGEST_BACKOFF = timedelta(minutes=5)
# How far Slack's clock may be behind the host's before a message is missed in the history.
_CLOCK_SKEW = timedelta(hours=1)
# How long it takes at most until one process sees what another has claimed, or has left queued.
_LONGEST_WAIT_S = 5.0
_UNTRACEABLE = "is_untraceable"  # in the body of a row whose message is in no history
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

        composers: by the rows' kind, beside `message`, whose body holds text and blocks.
        arrivals: by the rows' kind, told of each message that was posted.
        on_outcome: told `sent`, `dropped`, `postponed`, `failed`, `ratelimited`, `unsettled` or `taken`
            (by another process), once each time a row was taken up.
        monotonic: seconds that go by; how long a claim lasts is measured by them.
        """
        self._db = db
        self._client_for = client_for
        self._composers: dict[str, Composer] = {"message": _as_written, **composers}
        self._arrivals = arrivals or {}
        self._clock = clock
        self._pace = pace or Pace()
        self._request_timeout_s = request_timeout_s
        self._on_outcome = on_outcome
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._neighbours = Neighbours(me=self._name)
        self._claims = Claims(me=self._name, last_s=request_timeout_s + 5, monotonic=monotonic)
        self._bucket = Bucket(self._pace)
        self._last_at: dict[tuple[str, str], datetime] = {}
        self._paused_until: datetime | None = None
        # By recipient: each has one message on its way at a time.
        self._in_flight: dict[tuple[str, str], tuple[OutboxRow, asyncio.Task[str]]] = {}
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = False
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to send."""
        async with self._db.reading() as work:
            self._claims.watch(await outbox.sending(work))
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
        began_s = self._claims.now_s()
        await self._reap(now)
        async with self._db.reading() as work:
            open_rows = await outbox.sending(work)
            heads = await outbox.heads(work, now=now, limit=self._pace.at_once + len(self._last_at))
            next_at = await outbox.next_due_at(work)
            await self._hear_others(work, now)
        unsettled_at = await self._settle(open_rows, now)
        if self._paused_until is not None and now < self._paused_until:
            # Set back by more than any pause can be, the clock would otherwise hold everything up.
            if self._paused_until - now > _LONGEST_BACKOFF:
                self._paused_until = None
            return _earliest(unsettled_at, self._paused_until)
        if not heads:
            if not self._in_flight and unsettled_at is None and not self._woken.is_set():
                self._idle.set()
            if next_at is not None and next_at <= now:
                next_at = None  # it stands behind one that is on its way, whose end wakes this loop
            return _earliest(unsettled_at, next_at)
        cool_at = self._cool_down(now)
        free = min(self._pace.at_once - len(self._in_flight), self._bucket.available(now))
        ready = [head for head in heads if _lane(head) not in self._last_at | self._in_flight.keys()]
        for head in ready[: max(free, 0)]:
            self._bucket.take()
            self._last_at[_lane(head)] = now
            self._in_flight[_lane(head)] = head, asyncio.create_task(self._carry(head, now, began_s))
        if len(ready) > free:
            # Where every hand is busy the next to finish wakes this loop; else tokens are short.
            return _earliest(unsettled_at, self._bucket.next_at(now))
        return _earliest(unsettled_at, cool_at, next_at if next_at and next_at > now else None)

    async def _hear_others(self, work: Work, now: datetime) -> None:
        """Count what other processes send as if it were this one's."""
        heard = await self._neighbours.hear(work, now)
        for lane in heard.lanes:
            self._bucket.take()
            self._last_at[lane] = now
        if heard.paused_until is not None and now < heard.paused_until <= now + _LONGEST_BACKOFF:
            self._paused_until = max(self._paused_until or now, heard.paused_until)

    def _cool_down(self, now: datetime) -> datetime | None:
        """Forget recipients who may get another message; returns when the next one may."""
        gap = timedelta(seconds=self._pace.per_recipient_s)
        for recipient, last_at in list(self._last_at.items()):
            if not timedelta(0) <= now - last_at < gap:
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

    async def _carry(self, head: OutboxRow, now: datetime, began_s: float) -> str:
        """Claim, compose and send one row, and enter what came of it; returns the outcome's name."""
        try:
            return await self._claim_and_send(head, now, began_s)
        finally:
            self.wake()

    async def _claim_and_send(self, head: OutboxRow, now: datetime, began_s: float) -> str:
        # Claim and send in two transactions: holding the write lock over a
        # network call would stop every slash command for as long as Slack takes.
        answered_by_s = asyncio.get_running_loop().time() + self._request_timeout_s
        async with self._db.writing(team_id=head.team_id) as work:
            row = await outbox.claim(work, team_id=head.team_id, key=head.key, now=now, claimed_by=self._name)
            if row is None:
                return "taken"
            composed = await self._composers[row.kind](work, row, now)
            if isinstance(composed, Later):
                await outbox.change(work, row, state="queued", due_at=composed.at, not_before_at=composed.at)
                return "postponed"
            if isinstance(composed, Drop):
                await outbox.change(work, row, state="dropped", reason=composed.reason)
                return "dropped"
            if isinstance(composed, Whisper):
                # In no history, and a second one would be seen: better none than two.
                await outbox.change(work, row, body={**row.body, _UNTRACEABLE: True})
            elif not isinstance(composed, Send | Share):
                await outbox.change(work, row, is_repeatable=True)
        self._claims.made(row, at_s=began_s)
        if isinstance(composed, Share):
            return await self._share(row, composed)
        return await self._attempt(row, composed, answered_by_s)

    async def _cut_short(self, head: OutboxRow, now: datetime, failure: BaseException) -> None:
        """Put off a row that could not be composed; one that was on its way is settled from the history."""
        reference = secrets.token_hex(4)
        about = {"key": head.key, "reference": reference}
        _log.error("a message could not be sent", exc_info=failure, extra=about)
        attempts = head.attempts + 1
        values: dict[str, Any] = {"attempts": attempts, "not_before_at": now + _backoff(attempts)}
        if attempts >= _MOST_COMPOSING_ATTEMPTS:
            values |= {"state": "failed", "reason": f"could not be written, reference {reference}"}
        async with self._db.writing(team_id=head.team_id) as work:
            await outbox.change(work, head, only_in="queued", **values)

    async def _attempt(self, row: OutboxRow, composed: _Sendable, answered_by_s: float) -> str:
        """Send once and enter what came of it; returns the outcome's name."""
        try:
            # Counted from the claim: a process that stood still since then must not send any more what
            # another may have settled.
            async with asyncio.timeout_at(answered_by_s):
                response = await self._request(row, composed)
        except SlackApiError as refused:
            if isinstance(composed, Delete) and refused.response.get("error") in _GONE_ALREADY:
                await self._enter(row, state="sent", sent_at=self._clock.now(), reason=None)
                return "sent"
            return await self._refused(row, refused.response)
        except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as lost:
            _log.warning("no answer from Slack for a message: %r", lost, extra={"key": row.key})
            return "unsettled"
        if isinstance(composed, Send | Edit):
            await self._enter_sent(row, channel_id=str(response["channel"]), ts=str(response["ts"]))
        else:
            await self._enter(row, state="sent", sent_at=self._clock.now(), reason=None)
        return "sent"

    async def _share(self, row: OutboxRow, composed: Share) -> str:
        files = await composed.make(self._db)
        client = self._client_for(row.team_id)
        try:
            async with asyncio.timeout(self._request_timeout_s):
                channel_id = await sharing.share(
                    client, recipient=row.recipient, text=composed.text, files=files
                )
        except SlackApiError as refused:
            return await self._refused(row, refused.response)
        except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as lost:
            _log.warning("no answer from Slack for files: %r", lost, extra={"key": row.key})
            return "unsettled"
        await self._enter(row, state="sent", sent_at=self._clock.now(), channel_id=channel_id, reason=None)
        return "sent"

    async def _request(self, row: OutboxRow, composed: _Sendable) -> AsyncSlackResponse:
        client = self._client_for(row.team_id)
        if isinstance(composed, Publish):
            return await client.views_publish(user_id=row.recipient, view=composed.view)
        if isinstance(composed, Edit):
            return await client.chat_update(
                channel=composed.channel_id, ts=composed.ts, text=composed.text, blocks=composed.blocks
            )
        if isinstance(composed, Whisper):
            return await client.chat_postEphemeral(
                channel=composed.channel_id, user=composed.user_id, text=composed.text, blocks=composed.blocks
            )
        if isinstance(composed, React):
            change = client.reactions_add if composed.is_there else client.reactions_remove
            return await change(channel=composed.channel_id, timestamp=composed.ts, name=composed.name)
        if isinstance(composed, Delete):
            return await client.chat_delete(channel=composed.channel_id, ts=composed.ts)
        channel_id = row.recipient
        if "," in channel_id:
            # To open a group's conversation again finds the one that is there.
            opened = await client.conversations_open(users=channel_id)
            channel_id = str(opened["channel"]["id"])
        return await client.chat_postMessage(
            channel=channel_id,
            thread_ts=row.body.get("thread_ts"),
            text=composed.text,
            blocks=composed.blocks,
            metadata={"event_type": METADATA_EVENT, "event_payload": {"key": row.key}},
            unfurl_links=False,
            unfurl_media=False,
        )

    async def _refused(self, row: OutboxRow, response: AsyncSlackResponse) -> str:
        now = self._clock.now()
        error = str(response.get("error", "")) if isinstance(response.data, dict) else ""
        if response.status_code == 429 or error == "ratelimited":
            wait = timedelta(seconds=float(response.headers.get("Retry-After", 1)))
            self._paused_until = now + wait
            await self._enter(row, state="queued", not_before_at=now + wait, reason=outbox.RATELIMITED)
            return "ratelimited"
        if error in _AS_ASKED:
            await self._enter(row, state="sent", sent_at=now, reason=None)
            return "sent"
        if response.status_code >= 500 or error in _UNCERTAIN or not error:
            _log.warning("Slack failed at a message: %s %s", response.status_code, error)
            return "unsettled"
        if error in _INSTALLATION:
            _log.error("Slack refuses the bot itself: %s; sending pauses for a minute", error)
            self._paused_until = now + _INSTALLATION_PAUSE
            await self._enter(row, state="queued", not_before_at=self._paused_until, reason=error)
            return "unsettled"
        _log.error("Slack refused a message: %s", error, extra={"key": row.key})
        await self._enter(row, state="failed", reason=error)
        return "failed"

    async def _settle(self, open_rows: Sequence[OutboxRow], now: datetime) -> datetime | None:
        """Find out what became of rows whose request must be over; returns when the next may be settled."""
        next_at: datetime | None = None
        self._claims.watch(open_rows)
        for row in open_rows:
            if _lane(row) in self._in_flight:
                continue
            left_s = self._claims.left_s(row)
            if left_s > 0:
                next_at = _earliest(next_at, now + timedelta(seconds=left_s))
                continue
            try:
                async with asyncio.timeout(self._request_timeout_s * 3):
                    await self._settle_row(row, now)
                # What may go next was asked before this row was out of the way.
                self.wake()
            except (SlackApiError, SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as failed:
                _log.warning("could not look up a message: %r", failed, extra={"key": row.key})
                next_at = _earliest(next_at, now + timedelta(seconds=_retry_after_s(failed)))
        return next_at

    async def _settle_row(self, row: OutboxRow, now: datetime) -> None:
        if row.body.get(_UNTRACEABLE):
            await self._enter(row, state="dropped", reason="it stayed unknown whether Slack took it")
            self._on_outcome("dropped")
            return
        # What may be done twice with one effect, an edit or a Home tab, is simply done again.
        found = None if row.is_repeatable else await self._find(row)
        if found is not None:
            channel_id, ts = found
            await self._enter_sent(row, channel_id=channel_id, ts=ts)
            self._on_outcome("sent")
        else:
            await self._enter(
                row, state="queued", attempts=row.attempts, not_before_at=now + _backoff(row.attempts)
            )

    async def _find(self, row: OutboxRow) -> tuple[str, str] | None:
        """The conversation and ts of the message that carries the row's key."""
        client = self._client_for(row.team_id)
        channel_id = row.recipient
        if channel_id[:1] in {"U", "W"}:
            try:
                opened = await client.conversations_open(users=channel_id)
            except SlackApiError as refused:
                if refused.response.status_code == 200 and refused.response["error"] != "ratelimited":
                    return None  # who cannot be written to was not written to
                raise
            channel_id = str(opened["channel"]["id"])
        oldest = ((row.claimed_at or row.queued_at) - _CLOCK_SKEW).timestamp()
        thread_ts = row.body.get("thread_ts")
        # A reply stands in its thread only.
        where = {"ts": thread_ts} if thread_ts else {}
        read = client.conversations_replies if thread_ts else client.conversations_history
        cursor = ""
        while True:
            page = await read(
                channel=channel_id,
                **where,
                oldest=f"{oldest:.6f}",
                include_all_metadata=True,
                limit=200,
                cursor=cursor or None,
            )
            for message in page["messages"]:
                key = message.get("metadata", {}).get("event_payload", {}).get("key")
                if key == row.key or sharing.carries(message, row.body.get("files", ())):
                    return channel_id, str(message["ts"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor", "")
            if not cursor:
                return None

    async def _enter_sent(self, row: OutboxRow, *, channel_id: str, ts: str) -> None:
        async with self._db.writing(team_id=row.team_id) as work:
            is_new = await outbox.arrive(work, row, channel_id=channel_id, ts=ts, now=self._clock.now())
            if is_new and (told := self._arrivals.get(row.kind)):
                await told(work, replace(row, channel_id=channel_id, ts=ts))

    async def _enter(self, row: OutboxRow, **values: Any) -> None:
        async with self._db.writing(team_id=row.team_id) as work:
            await outbox.release(work, row, **values)


async def _as_written(_work: Work, row: OutboxRow, _now: datetime) -> Composed:
    return Send(row.body["text"], row.body["blocks"])


def _lane(row: OutboxRow) -> tuple[str, str]:
    return row.team_id, row.recipient


def _backoff(attempts: int) -> timedelta:
    return min(timedelta(seconds=2 ** min(attempts, 10)), _LONGEST_BACKOFF)


def _retry_after_s(failed: BaseException) -> float:
    if isinstance(failed, SlackApiError):
        return float(failed.response.headers.get("Retry-After", 5))
    return 5.0


def _earliest(*instants: datetime | None) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)
