"""Tables of consents, of who asked to be deleted or has left, and of what went by its age."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    String,
    Table,
)

from storage.tables.metadata import metadata
from storage.types import Instant

consent = Table(
    "consent",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("purpose", String, primary_key=True),  # directory, question_log
    Column("decided_at", Instant, primary_key=True),  # every decision stays, the newest holds
    Column("is_given", Boolean, nullable=False),
)

erasure = Table(
    "erasure",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("mark", String, primary_key=True),  # a digest of the person's id: lists from Slack skip them
    Column("erased_at", Instant, nullable=False),
)

erasure_request = Table(
    "erasure_request",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),  # goes with all else that is theirs, once it is done
    Column("asked_at", Instant, nullable=False),
    Column("keeps_answers", Boolean, nullable=False),
    Column("handed_over_by", String),  # the organiser who passed it on
    Column("how", String, nullable=False),  # by what way it came; empty where they asked themselves
)

departure = Table(
    "departure",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("noticed_at", Instant, nullable=False),  # when the bot first saw that they had left
)

retention_run = Table(
    "retention_run",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("ran_on", Date, primary_key=True),  # by the academy's calendar
    Column("removed", JSON, nullable=False),  # {kind: how many}
)
