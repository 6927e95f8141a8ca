"""Tables of peer feedback."""

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
)

from storage.tables.metadata import metadata
from storage.types import Instant, Strings, WallTime

peer_round = Table(
    "peer_round",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("edition_key", String, nullable=False),
    Column("kind", String, nullable=False),  # pairs, reviews, groups
    Column("state", String, nullable=False),  # draft, published
    Column("homework_id", String),
    Column("who", String, nullable=False),  # everybody, handed_in
    Column("size", Integer, nullable=False),  # reviews a hand-in, or people a group
    Column("sector", String, nullable=False),  # same, different, any
    Column("common_language", Boolean, nullable=False),
    Column("reciprocal", String, nullable=False),  # avoid, forbid, allow
    Column("give_back", WallTime, nullable=False),
    Column("handover", String, nullable=False),  # at_once, at_date
    Column("is_anonymous", Boolean, nullable=False),
    Column("rubric", Strings, nullable=False),
    Column("left_out", Strings, nullable=False),
    Column("seed", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("planned_by", String, nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("published_at", Instant),
    Column("publication", Integer, nullable=False),
    Column("checked_at", Instant),
    Column("counted_at", Instant),
    ForeignKeyConstraint(["team_id", "edition_key"], ["edition.team_id", "edition.key"]),
    Index(None, "team_id", "state"),
)

peer_match = Table(
    "peer_match",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("round_id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("members", Strings, nullable=False),  # of a review: who gives it, whose work it is
    Column("is_locked", Boolean, nullable=False),
    Column("is_ended", Boolean, nullable=False),
    Column("is_replacement", Boolean, nullable=False),
    ForeignKeyConstraint(["team_id", "round_id"], ["peer_round.team_id", "peer_round.id"]),
)

peer_feedback = Table(
    "peer_feedback",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("round_id", Integer, primary_key=True, autoincrement=False),
    Column("giver", String, primary_key=True),
    Column("author", String, primary_key=True),
    Column("works", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("ratings", JSON, nullable=False),  # {line of the rubric: 1 to 4}
    Column("saved_at", Instant, nullable=False),
    Column("sent_at", Instant),  # null while it is a draft
    Column("version", Integer, nullable=False),
    Column("useful", Integer),
    Column("thanked_at", Instant),
    ForeignKeyConstraint(["team_id", "round_id"], ["peer_round.team_id", "peer_round.id"]),
    Index(None, "team_id", "author"),
)

peer_reply = Table(
    "peer_reply",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("round_id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("user_id", String, primary_key=True),
    Column("answer", String, nullable=False),  # met, date, not_yet, unreachable
    Column("answered_at", Instant, nullable=False),
    ForeignKeyConstraint(
        ["team_id", "round_id", "number"],
        ["peer_match.team_id", "peer_match.round_id", "peer_match.number"],
    ),
)

peer_pause = Table(
    "peer_pause",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("since", Instant, nullable=False),
    Column("until", Date),
    Column("because", String, nullable=False),  # asked, silent
    Column("resumed_at", Instant),
)

peer_apart = Table(
    "peer_apart",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("one", String, primary_key=True),
    Column("other", String, primary_key=True),
    Column("asked_by", String, primary_key=True),  # private where it is one of the two
)

peer_offer = Table(
    "peer_offer",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("per_month", Integer, nullable=False),
)
