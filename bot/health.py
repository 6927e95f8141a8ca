"""Whether the bot lives and works, and its numbers: `/healthz`, `/readyz`, `/metrics`."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from storage import outbox
from storage.db import Database

_ANSWER_WITHIN_S = 5
MUTE_AFTER_S = 60.0
"""How long Slack may be silent, or the database refuse, before the bot is not ready."""


class Numbers(Protocol):
    """What is counted for those who ask: see bot/numbers.py."""

    content_type: str

    def delivery_answered(self, kind: str, outcome: str, took_s: float) -> None:
        """One delivery of Slack was answered."""

    def message_outcome(self, outcome: str) -> None:
        """The dispatcher is done with a row for now."""

    def beaten(self, at: datetime) -> None:
        """The heartbeat ran."""

    def text(self, *, outbox: Mapping[str, int] | None, silent_s: float | None) -> bytes:
        """All of it, with the outbox's rows by state and for how long the socket has been silent."""
        ...


class Health:
    """What is known of the bot's state; fed by those who do the work, read by `routes`.

    Silence is measured on `monotonic`, in seconds: the host's clock may jump, a test's may be moved.
    """

    def __init__(
        self,
        db: Database,
        *,
        numbers: Numbers | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """numbers: None where nobody can ask for any."""
        self._db = db
        self._numbers = numbers
        self._monotonic = monotonic
        self._socket_heard_s: float | None = None
        self._database_answered_s = monotonic()

    def socket_heard(self) -> None:
        """Something came over the socket: a message, a ping or a pong. The first call starts the watch."""
        self._socket_heard_s = self._monotonic()

    def database_answered(self) -> None:
        """The database did something for us."""
        self._database_answered_s = self._monotonic()

    def delivery_answered(self, kind: str, outcome: str, took_s: float) -> None:
        """One delivery of Slack was answered. outcome: `ok`, or `error` where it is not acknowledged."""
        if self._numbers is not None:
            self._numbers.delivery_answered(kind, outcome, took_s)

    def message_outcome(self, outcome: str) -> None:
        """The dispatcher is done with a row for now."""
        if self._numbers is not None:
            self._numbers.message_outcome(outcome)

    def beaten(self, at: datetime) -> None:
        """The heartbeat ran."""
        if self._numbers is not None:
            self._numbers.beaten(at)

    async def faults(self) -> list[str]:
        """Why the bot is not ready: a sentence each; empty where it is."""
        await self._ask_database()
        now_s = self._monotonic()
        faults = []
        if self._socket_heard_s is not None and (silent_s := now_s - self._socket_heard_s) > MUTE_AFTER_S:
            faults.append(f"nothing was heard from Slack for {silent_s:.0f} s")
        if (refusing_s := now_s - self._database_answered_s) > MUTE_AFTER_S:
            faults.append(f"the database has refused for {refusing_s:.0f} s")
        return faults

    async def metrics(self) -> tuple[bytes, str]:
        """The numbers, and the type of their format; none where nothing is counted."""
        if self._numbers is None:
            return b"", "text/plain"
        counts = await self._ask_database()
        silent_s = None if self._socket_heard_s is None else self._monotonic() - self._socket_heard_s
        return self._numbers.text(outbox=counts, silent_s=silent_s), self._numbers.content_type

    async def _ask_database(self) -> Mapping[str, int] | None:
        try:
            # A database that hangs must not make whoever asks hang with it.
            async with asyncio.timeout(_ANSWER_WITHIN_S), self._db.reading() as work:
                counts = await outbox.count(work)
        except (SQLAlchemyError, OSError):
            return None
        self.database_answered()
        return counts


def routes(health: Health) -> list[web.RouteDef]:
    """The three addresses."""

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    async def readyz(_request: web.Request) -> web.Response:
        faults = await health.faults()
        return web.Response(
            status=503 if faults else 200, text="".join(f"{f}\n" for f in faults) or "ready\n"
        )

    async def metrics(_request: web.Request) -> web.Response:
        body, content_type = await health.metrics()
        return web.Response(body=body, headers={"Content-Type": content_type})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)]
