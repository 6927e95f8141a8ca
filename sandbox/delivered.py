"""What is known of one payload sent to an app: the attempts, and what came back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

Kind = Literal["events_api", "slash_commands", "interactive"]


class Answer(NamedTuple):
    """What a way of sending brings back from one attempt; `error` is empty where the app acknowledged."""

    body: Any = None
    error: str = ""
    may_retry: bool = True


@dataclass(frozen=True)
class Ack:
    """How an app acknowledged one attempt.

    body: its answer, an object or a text; None where it is empty.
    error: empty if it acknowledged in time, else `operation_timeout`, `dispatch_failed` (nobody there),
        `connection_lost` (the socket died), `http_service_error` (an answer that is no 200).
    may_retry: false where the app forbade retries (`X-Slack-No-Retry`).
    took_s: seconds of real time.
    was_cut: whether the connection that it went down died or fell mute before it was answered.
    """

    body: Any = None
    error: str = ""
    may_retry: bool = True
    took_s: float = 0.0
    was_cut: bool = False

    @property
    def ok(self) -> bool:
        """Whether it was acknowledged."""
        return not self.error


@dataclass
class Delivered:
    """One payload that was sent to an app, with every attempt's outcome, the last one last."""

    app_id: str
    kind: Kind
    payload: dict[str, Any]
    at: datetime
    acks: list[Ack] = field(default_factory=list)
    problem: str = ""
    """What was wrong with the app's answer although it came in time, such as a bad `response_action`."""

    @property
    def event_id(self) -> str:
        """The event's id; empty for what is no event."""
        return str(self.payload.get("event_id", ""))

    @property
    def attempts(self) -> int:
        """How often it was sent and the outcome is known."""
        return len(self.acks)

    @property
    def error(self) -> str:
        """Why the last attempt failed; empty if it did not."""
        return self.acks[-1].error if self.acks else ""
