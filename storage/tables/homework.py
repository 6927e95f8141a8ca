"""Tables of homework, what was handed in, and the plan of reminders."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    Time,
)

from storage.tables.metadata import metadata
from storage.types import Instant, Strings, WallTime

homework = Table(
    "homework",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("edition_key", String, nullable=False),
    Column("key", String, nullable=False),
    Column("title", String, nullable=False),
    Column("brief", Text, nullable=False),
    Column("opens", WallTime, nullable=False),
    Column("due", WallTime, nullable=False),
    Column("remind", Strings, nullable=False),
    Column("remind_at", Time, nullable=False),
    Column("remind_from", Date),
    Column("remind_until", Date),
    Column("revision", Integer, nullable=False),
    Column("from_file", Boolean, nullable=False, default=False),  # the edition's file names it
    ForeignKeyConstraint(["team_id", "edition_key"], ["edition.team_id", "edition.key"]),
    Index(None, "team_id", "edition_key"),
)

extension = Table(
    "extension",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("homework_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("due", WallTime, nullable=False),
    Column("reason", Text, nullable=False),
    Column("granted_by", String, nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False),
    ForeignKeyConstraint(["team_id", "homework_id"], ["homework.team_id", "homework.id"]),
)

submission = Table(
    "submission",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("homework_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("text", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("files", JSON, nullable=False),  # [{id, name, permalink}]
    Column("submitted_at", Instant, nullable=False),
    Column("late_by_s", Integer, nullable=False),
    ForeignKeyConstraint(["team_id", "homework_id"], ["homework.team_id", "homework.id"]),
)

reminder = Table(
    "reminder",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("homework_id", String, primary_key=True),  # or `peers:3`, a round of feedback
    Column("recipient", String, primary_key=True),  # a user id, `channel`, or `organisers`
    Column("slot", String, primary_key=True),  # 7d, 0d, late, snooze-2023-07-04, missing, …
    Column("revision", Integer, primary_key=True),
    Column("due_at", Instant, nullable=False),
    Column("state", String, nullable=False),  # planned, queued, lapsed
    Column("outbox_key", String),  # the message that carries it, once queued
    Index(None, "state", "due_at"),
    Index(None, "team_id", "recipient"),
)

reminder_stop = Table(
    "reminder_stop",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("homework_id", String, primary_key=True),  # as in `reminder`
    Column("user_id", String, primary_key=True),
    Column("stopped_at", Instant, nullable=False),
)
