"""Tables of profiles, welcomes, and changes of roles."""

from sqlalchemy import (
    JSON,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from storage.tables.metadata import metadata
from storage.types import Instant, Strings

profile = Table(
    "profile",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("cluster", String, nullable=False),
    Column("looks_for", Text, nullable=False),
    Column("own", Strings, nullable=False),  # the fields that are the person's own word
    Column("visibility", JSON, nullable=False),  # {field: everyone, edition, nobody}
    Column("saved_at", Instant, nullable=False),
)

welcome = Table(
    "welcome",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("welcomed_at", Instant, nullable=False),
)

role_change = Table(
    "role_change",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("batch", Integer, nullable=False),  # what one organiser changed at once
    Column("edition_key", String, nullable=False),
    Column("user_id", String, nullable=False),
    Column("before", Strings, nullable=False),  # role:cluster
    Column("after", Strings, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", String, nullable=False),
    Column("undone_at", Instant),
    ForeignKeyConstraint(["team_id", "edition_key"], ["edition.team_id", "edition.key"]),
    Index(None, "team_id", "batch"),
    Index(None, "team_id", "user_id"),
)

graduation = Table(
    "graduation",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("edition_key", String, primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Column("decided_at", Instant),
    Column("decided_by", String),
    Column("batch", Integer),  # null where the list was put off, or nobody was on it
    ForeignKeyConstraint(["team_id", "edition_key"], ["edition.team_id", "edition.key"]),
)
