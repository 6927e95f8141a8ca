"""Tables of announcements: what was written, whom it goes to, and what people want by direct message."""

from sqlalchemy import JSON, Boolean, Column, ForeignKeyConstraint, Index, Integer, String, Table, Text

from storage.tables.metadata import metadata
from storage.types import Instant, Strings, WallTime

announcement = Table(
    "announcement",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False),  # draft, approval, scheduled, sending, paused, sent, …
    Column("version", Integer, nullable=False),  # rises with each writing
    Column("template", String, nullable=False),
    Column("title", String, nullable=False),
    Column("body", JSON, nullable=False),  # a rich_text block
    Column("files", JSON, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("channels", Strings, nullable=False),
    Column("by_message", Boolean, nullable=False),  # whether it goes by direct message too
    Column("at", WallTime),  # null: as soon as it is sent off
    Column("zone", String, nullable=False),
    Column("asks_confirmation", Boolean, nullable=False),
    Column("is_necessary", Boolean, nullable=False),
    Column("why_necessary", Text, nullable=False),
    Column("is_urgent", Boolean, nullable=False),
    Column("written_by", String, nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("sent_off_by", String),
    Column("approved_by", String),
    Column("starts_at", Instant),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("task", String, nullable=False),  # send, edit:2, recall, remind; empty: nothing is to be done
    Column("task_at", Instant),  # when the task began
    Column("looked_at", Instant),  # when the task was last looked after
    Column("reminded_at", Instant),
    Index(None, "team_id", "state"),
)

announcement_recipient = Table(
    "announcement_recipient",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("announcement_id", Integer, primary_key=True, autoincrement=False),
    Column("recipient", String, primary_key=True),  # a user id or a channel id
    Column("position", Integer, nullable=False),
    Column("state", String, nullable=False),  # of the task: waiting, queued, idle
    Column("due_at", Instant, nullable=False),
    Column("left_out", String, nullable=False),  # why it is not sent to them; empty where it is
    Column("confirmed_at", Instant),
    ForeignKeyConstraint(["team_id", "announcement_id"], ["announcement.team_id", "announcement.id"]),
    Index(None, "team_id", "announcement_id", "state", "due_at"),
    Index(None, "team_id", "recipient"),
)

announcement_choice = Table(
    "announcement_choice",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("choice", String, nullable=False),  # all, confirmation, channel
    Column("chosen_at", Instant, nullable=False),
)
