"""Whether the bot lives and works, and its numbers: `/healthz`, `/readyz`, `/metrics`."""

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError

from storage import outbox
from storage.db import Database

_ANSWER_WITHIN_S = 5
MUTE_AFTER_S = 60.0
"""How long Slack may be silent, or the database refuse, before the bot is not ready."""

_ACK_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
_OUTBOX_STATES = ("queued", "sending", "sent", "dropped", "failed")


class Health:
    """What is known of the bot's state; fed by those who do the work, read by `routes`.

    Silence is measured on `monotonic`, in seconds: the host's clock may jump, a test's may be moved.
    """

    def __init__(self, db: Database, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._monotonic = monotonic
        self._socket_heard_s: float | None = None
        self._database_answered_s = monotonic()
        self.registry = CollectorRegistry()
        self._deliveries = Counter(
            "alumni_deliveries", "What Slack delivered", ["kind", "outcome"], registry=self.registry
        )
        self._ack_s = Histogram(
            "alumni_ack_seconds",
            "Time until a delivery was answered; Slack allows 3 s",
            registry=self.registry,
            buckets=_ACK_BUCKETS_S,
        )
        self._messages = Counter(
            "alumni_messages", "Outbox rows taken up, by what came of it", ["outcome"], registry=self.registry
        )
        self._outbox = Gauge("alumni_outbox_rows", "Outbox rows by state", ["state"], registry=self.registry)
        self._beat = Gauge(
            "alumni_heartbeat_timestamp_seconds", "The last beat, on the bot's clock", registry=self.registry
        )
        self._socket = Gauge(
            "alumni_socket_silence_seconds", "Since the socket was last heard", registry=self.registry
        )

    def socket_heard(self) -> None:
        """Something came over the socket: a message, a ping or a pong. The first call starts the watch."""
        self._socket_heard_s = self._monotonic()

    def database_answered(self) -> None:
        """The database did something for us."""
        self._database_answered_s = self._monotonic()

    def delivery_answered(self, kind: str, outcome: str, took_s: float) -> None:
        """One delivery of Slack was answered. outcome: `ok`, or `error` where it is not acknowledged."""
        self._deliveries.labels(kind, outcome).inc()
        self._ack_s.observe(took_s)

    def message_outcome(self, outcome: str) -> None:
        """The dispatcher is done with a row for now."""
        self._messages.labels(outcome).inc()

    def beaten(self, at: datetime) -> None:
        """The heartbeat ran."""
        self._beat.set(at.timestamp())

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

    async def metrics(self) -> bytes:
        """The numbers in Prometheus's text format."""
        counts = await self._ask_database()
        for state in _OUTBOX_STATES if counts is not None else ():
            self._outbox.labels(state).set((counts or {}).get(state, 0))
        if self._socket_heard_s is not None:
            self._socket.set(self._monotonic() - self._socket_heard_s)
        return generate_latest(self.registry)

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
        return web.Response(body=await health.metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", metrics)]
