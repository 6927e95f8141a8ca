"""Tables of setting up."""

from sqlalchemy import Column, String, Table

from storage.tables.metadata import metadata
from storage.types import Instant

setup_greeting = Table(
    "setup_greeting",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),  # the admin who was shown how to set the academy up
    Column("greeted_at", Instant, nullable=False),
)
