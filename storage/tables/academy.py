"""Tables of the academy, its editions and its people."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Time,
    false,
)

from storage.tables.metadata import metadata
from storage.types import Strings, Terms

academy = Table(
    "academy",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("timezone", String, nullable=False),
    Column("organisers", Strings, nullable=False),
    Column("question_channels", Strings, nullable=False),
    Column("announcements_channel", String),
    Column("retention", Terms),
    Column("second_approval", Boolean, server_default=false(), nullable=False),
)

usergroup_member = Table(
    "usergroup_member",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("group_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
)

member = Table(
    "member",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("email", String, nullable=False),
    Column("tz", String, nullable=False),
    Column("country", String, nullable=False),
    Column("sectors", Strings, nullable=False),
    Column("languages", Strings, nullable=False),
    Column("expertise", Strings, nullable=False),
    Column("is_admin", Boolean, nullable=False),
    Column("is_guest", Boolean, nullable=False),
    Column("is_bot", Boolean, nullable=False),
    Column("is_deactivated", Boolean, nullable=False),
    Column("updated_s", BigInteger, nullable=False),  # by Slack's clock; what is older must not undo it
)

edition = Table(
    "edition",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("timezone", String, nullable=False),
    Column("channel_id", String),
)

edition_day = Table(
    "edition_day",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("edition_key", String, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("on", Date, nullable=False),
    Column("kind", String, nullable=False),
    Column("title", String, nullable=False),
    Column("starts", Time),
    Column("ends", Time),
    Column("place", String, nullable=False),
    ForeignKeyConstraint(["team_id", "edition_key"], ["edition.team_id", "edition.key"]),
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("edition_key", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("role", String, primary_key=True),
    Column("cluster", String, nullable=False),
    ForeignKeyConstraint(["team_id", "edition_key"], ["edition.team_id", "edition.key"]),
    ForeignKeyConstraint(["team_id", "user_id"], ["member.team_id", "member.user_id"]),
)
# One participant a cluster and edition: the call admits one application a cluster.
one_of_a_cluster = Index(
    "uq_enrolment_participant_cluster",
    enrolment.c.team_id,
    enrolment.c.edition_key,
    enrolment.c.cluster,
    unique=True,
    sqlite_where=(enrolment.c.role == "participant") & (enrolment.c.cluster != ""),
)
Index("ix_enrolment_user", enrolment.c.team_id, enrolment.c.user_id)
