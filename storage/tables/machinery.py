"""Tables of the machinery: deliveries in, messages out, and the log of what organisers did."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
)

from storage import places
from storage.tables.metadata import metadata
from storage.types import Instant

inbox = Table(
    "inbox",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("event_id", String, primary_key=True),
    Column("received_at", Instant, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("recipient", String, nullable=False),  # a user id or a channel id; its rows go out in order
    Column("kind", String, nullable=False),  # who composes it when it is sent; see bot/dispatcher.py
    Column("body", JSON, nullable=False),  # what its composer needs
    Column("queued_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("not_before_at", Instant, nullable=False),  # later than due_at while a retry waits
    Column("state", String, nullable=False),  # queued, sending, sent, dropped, failed
    Column("is_repeatable", Boolean, nullable=False),
    Column("is_bulk", Boolean, server_default=false(), nullable=False),  # goes after all that is not
    Column("attempts", Integer, nullable=False),
    Column("claimed_at", Instant),
    Column("claimed_by", String),
    Column("sent_at", Instant),
    Column("channel_id", String),  # where it went
    Column("ts", String),  # the message's ts there
    Column("reason", Text),  # why it was dropped, failed, or waits
    Column("place", Integer, nullable=False, default=places.Next()),  # of two rows the later one has more
    Index(None, "state", "due_at"),
    Index(None, "team_id", "recipient", "state"),
    Index(None, "sent_at"),
    Index(None, "place"),
)

audit = Table(
    "audit",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1, 2, … in its workspace
    Column("done_at", Instant, nullable=False),
    Column("done_by", String, nullable=False),
    Column("deed", String, nullable=False),  # question.hidden, question.merged, …
    Column("subject", String, nullable=False),  # question:12
    Column("reason", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Index(None, "team_id", "subject"),
)
