"""Every table. Keys begin with `team_id`: installing to a second workspace is new rows, not new code."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Time,
)

from storage.types import Instant, Strings, WallTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# -- the machinery ------------------------------------------------------------------------------------

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
    Column("attempts", Integer, nullable=False),
    Column("claimed_at", Instant),
    Column("claimed_by", String),
    Column("sent_at", Instant),
    Column("channel_id", String),  # where it went
    Column("ts", String),  # the message's ts there
    Column("reason", Text),  # why it was dropped, failed, or waits
    Index(None, "state", "due_at"),
    Index(None, "team_id", "recipient", "state"),
)

# -- the academy and its people -----------------------------------------------------------------------

academy = Table(
    "academy",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("timezone", String, nullable=False),
    Column("organisers", Strings, nullable=False),
    Column("question_channels", Strings, nullable=False),
    Column("announcements_channel", String),
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
Index(
    "uq_enrolment_participant_cluster",
    enrolment.c.team_id,
    enrolment.c.edition_key,
    enrolment.c.cluster,
    unique=True,
    sqlite_where=(enrolment.c.role == "participant") & (enrolment.c.cluster != ""),
    postgresql_where=(enrolment.c.role == "participant") & (enrolment.c.cluster != ""),
)
Index("ix_enrolment_user", enrolment.c.team_id, enrolment.c.user_id)

# -- homework -----------------------------------------------------------------------------------------

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

# -- peer feedback ------------------------------------------------------------------------------------

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
