"""The numbers that Prometheus asks for; made only where somebody can ask, which takes HTTP_PORT."""

from collections.abc import Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_ACK_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0)
_OUTBOX_STATES = ("queued", "sending", "sent", "dropped", "failed")


class Prometheus:
    """What was counted since the start."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
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

    def delivery_answered(self, kind: str, outcome: str, took_s: float) -> None:
        """One delivery of Slack was answered."""
        self._deliveries.labels(kind, outcome).inc()
        self._ack_s.observe(took_s)

    def message_outcome(self, outcome: str) -> None:
        """The dispatcher is done with a row for now."""
        self._messages.labels(outcome).inc()

    def beaten(self, at: datetime) -> None:
        """The heartbeat ran."""
        self._beat.set(at.timestamp())

    def text(self, *, outbox: Mapping[str, int] | None, silent_s: float | None) -> bytes:
        """All of it in Prometheus's text format.

        outbox: its rows by state; None where the database does not say. silent_s: None without a socket.
        """
        if outbox is not None:
            for state in _OUTBOX_STATES:
                self._outbox.labels(state).set(outbox.get(state, 0))
        if silent_s is not None:
            self._socket.set(silent_s)
        return generate_latest(self.registry)
