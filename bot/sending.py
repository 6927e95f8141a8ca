"""One message on its way to Slack: asked for once, and what came of it entered.

Which row goes when: bot/dispatcher.py. What is unknown of a message afterwards: bot/settling.py.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import calls, sharing
from bot.calls import Sendable
from bot.clock import Clock
from bot.pace import LONGEST_BACKOFF, Limits, asked_to_wait_s, backoff
from bot.settling import Settling
from storage import others
from storage.db import Database
from storage.outbox import Delete, Edit, File, OutboxRow, Send, Share

_log = logging.getLogger(__name__)

# Answers that say that what was asked is so already.
_AS_ASKED = {"already_reacted", "no_reaction"}
# Answers to a deletion that say that the message is gone.
_GONE_ALREADY = {"message_not_found", "channel_not_found"}
_INSTALLATION_PAUSE = timedelta(seconds=60)
# Some twenty minutes: longer than most failures of the place where Slack takes files.
_MOST_UPLOADS = 10


class Sending:
    """One per process, of its dispatcher."""

    def __init__(
        self,
        db: Database,
        *,
        client_for: Callable[[str], AsyncWebClient],
        clock: Clock,
        limits: Limits,
        settling: Settling,
        request_timeout_s: float,
    ) -> None:
        """The arguments: see the dispatcher."""
        self._db = db
        self._client_for = client_for
        self._clock = clock
        self._limits = limits
        self._settling = settling
        self._request_timeout_s = request_timeout_s
        self._paused_until: datetime | None = None

    def paused_until(self, now: datetime) -> datetime | None:
        """When anything may be sent again, where Slack refuses the bot itself; None where it may now."""
        until = self._paused_until
        # Set back by more than any pause can be, the clock would otherwise hold everything up.
        if until is None or not now < until <= now + LONGEST_BACKOFF:
            self._paused_until = None
        return self._paused_until

    async def send(self, row: OutboxRow, composed: Sendable | Share, *, answered_by_s: float) -> str:
        """Send a claimed row once and enter what came of it; returns the outcome's name.

        answered_by_s: by the loop's clock; a message that Slack has not answered by then is unknown.
        """
        if isinstance(composed, Share):
            return await self._share(row, composed)
        return await self._attempt(row, composed, answered_by_s)

    async def _attempt(self, row: OutboxRow, composed: Sendable, answered_by_s: float) -> str:
        try:
            # Counted from the claim: a process that stood still since then must not send any more what
            # another may have settled.
            async with asyncio.timeout_at(answered_by_s):
                response = await calls.request(self._client_for(row.team_id), row, composed)
        except SlackApiError as refused:
            if isinstance(composed, Delete) and refused.response.get("error") in _GONE_ALREADY:
                await self._settling.enter(row, state="sent", sent_at=self._clock.now(), reason=None)
                return "sent"
            return await self._refused(row, refused.response)
        except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as lost:
            _log.warning("no answer from Slack for a message: %r", lost, extra={"key": row.key})
            return "unsettled"
        if isinstance(composed, Send | Edit):
            await self._settling.enter_sent(row, channel_id=str(response["channel"]), ts=str(response["ts"]))
        else:
            await self._settling.enter(row, state="sent", sent_at=self._clock.now(), reason=None)
        return "sent"

    async def _share(self, row: OutboxRow, composed: Share) -> str:
        files = await self._made(row, composed)
        client = self._client_for(row.team_id)
        try:
            async with asyncio.timeout(self._request_timeout_s):
                channel_id = await sharing.share(
                    client, recipient=row.recipient, text=composed.text, files=files
                )
        except SlackApiError as refused:
            return await self._refused(row, refused.response)
        except SlackRequestError as not_taken:
            return await self._not_uploaded(row, not_taken)
        except (aiohttp.ClientError, TimeoutError, OSError, SlackClientError) as lost:
            _log.warning("no answer from Slack for files: %r", lost, extra={"key": row.key})
            return "unsettled"
        await self._settling.enter(
            row, state="sent", sent_at=self._clock.now(), channel_id=channel_id, reason=None
        )
        return "sent"

    async def _made(self, row: OutboxRow, composed: Share) -> list[File]:
        is_made = False
        try:
            files = await composed.make(self._db)
            is_made = True
        finally:
            if not is_made:
                # Nothing went out: it counts as one that could not be written, and is given up as those are.
                await self._settling.enter(row, state="queued")
        return files

    async def _not_uploaded(self, row: OutboxRow, not_taken: SlackRequestError) -> str:
        """A file's address did not take it: nothing is shared yet, so that it can be tried again."""
        _log.warning("Slack does not take a file: %s", not_taken, extra={"key": row.key})
        if row.attempts >= _MOST_UPLOADS:
            await self._settling.enter(row, state="failed", reason="Slack did not take the file")
            return "failed"
        not_before_at = self._clock.now() + backoff(row.attempts)
        await self._settling.enter(row, state="queued", not_before_at=not_before_at, reason="not uploaded")
        return "unsettled"

    async def _refused(self, row: OutboxRow, response: AsyncSlackResponse) -> str:
        now = self._clock.now()
        error = str(response.get("error", "")) if isinstance(response.data, dict) else ""
        if response.status_code == 429 or error == "ratelimited":
            wait_s = asked_to_wait_s(response.headers)
            wait = timedelta(seconds=wait_s)
            # The method alone: replies need not wait because too many messages were changed. The row says
            # so to the other processes, and to the next one here.
            method = calls.method_of(response)
            self._limits.pause(method, self._clock.steady() + wait)
            reason = others.ratelimited(method, wait_s=wait_s)
            await self._settling.enter(row, state="queued", not_before_at=now + wait, reason=reason)
            return "ratelimited"
        if error in _AS_ASKED:
            await self._settling.enter(row, state="sent", sent_at=now, reason=None)
            return "sent"
        if response.status_code >= 500 or error in calls.UNCERTAIN or not error:
            _log.warning("Slack failed at a message: %s %s", response.status_code, error)
            return "unsettled"
        if error in calls.INSTALLATION:
            _log.error("Slack refuses the bot itself: %s; sending pauses for a minute", error)
            self._paused_until = now + _INSTALLATION_PAUSE
            await self._settling.enter(row, state="queued", not_before_at=self._paused_until, reason=error)
            return "unsettled"
        _log.error("Slack refused a message: %s", error, extra={"key": row.key})
        await self._settling.enter(row, state="failed", reason=error)
        return "failed"
