"""Reads what the log is behind with, beside everything else: its own index, and the channels' past."""

import asyncio
import logging
from collections.abc import Callable

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy.exc import SQLAlchemyError

from bot.clock import Clock
from bot.domain.ids import ChannelId, TeamId
from bot.services.questions import catching_up
from storage import postings
from storage.db import Database

_log = logging.getLogger(__name__)

_FINISH_WITHIN_S = 5.0


class Reader:
    """One per process; of several, one reads a channel. What none comes to is done after the next start."""

    def __init__(
        self,
        db: Database,
        *,
        client: AsyncWebClient,
        team_id: TeamId,
        clock: Clock,
        on_queued: Callable[[], None] = lambda: None,
    ) -> None:
        """client: may retry: what it reads may be read twice. on_queued: told when messages may be due."""
        self._db = db
        self._client = client
        self._team_id = team_id
        self._clock = clock
        self._on_queued = on_queued
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to read."""
        self.wake()
        self._task = asyncio.create_task(self._run(), name="reader")

    async def stop(self) -> None:
        """Read no more. Nothing of what was begun is lost or doubled."""
        self._stopping.set()
        self.wake()
        if self._task is not None:
            # What is being written is written; what Slack is asked may take longer than anybody waits.
            await asyncio.wait([self._task], timeout=_FINISH_WITHIN_S)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def wake(self) -> None:
        """Look for channels that are behind now."""
        self._idle.clear()
        self._woken.set()

    async def settled(self) -> None:
        """Return once no channel is behind that could be read."""
        self.wake()
        await self._idle.wait()

    async def _run(self) -> None:
        is_indexed = False
        while not self._stopping.is_set():
            self._woken.clear()
            try:
                if not is_indexed:
                    await postings.catch_up(self._db)
                    is_indexed = True
                await self._read()
            except catching_up.Stopped:
                return
            except (SlackApiError, SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as lost:
                _log.warning("Slack does not say what was said in the channels: %r; asked again soon", lost)
            except SQLAlchemyError:
                _log.exception("the database does not take what was said in the channels; tried again soon")
            if not self._woken.is_set():
                self._idle.set()
            await self._woken.wait()

    async def _read(self) -> None:
        for channel_id in await catching_up.behind(self._db, team_id=self._team_id):
            async with self._db.alone(f"read {self._team_id}/{channel_id}") as is_mine:
                # Another process is at it, or was until just now; what it leaves is found at a later beat.
                if is_mine and channel_id in await catching_up.behind(self._db, team_id=self._team_id):
                    await self._read_channel(channel_id)

    async def _read_channel(self, channel_id: ChannelId) -> None:
        await catching_up.read(
            self._db,
            client=self._client,
            team_id=self._team_id,
            channel_id=channel_id,
            now=self._clock.now(),
            on_queued=self._on_queued,
            is_stopping=self._stopping.is_set,
        )
        self._on_queued()
