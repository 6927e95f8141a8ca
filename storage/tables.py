"""Every table. Keys begin with `team_id`: installing to a second workspace is new rows, not new code."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
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

# -- the question log ---------------------------------------------------------------------------------

channel = Table(
    "channel",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("channel_id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("is_private", Boolean, nullable=False),
    Column("is_archived", Boolean, nullable=False),
)

question = Table(
    "question",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1, 2, … in its workspace
    Column("channel_id", String),  # none: imported from elsewhere, for everybody
    Column("ts", String),  # its message there, the root of its thread
    Column("permalink", Text, nullable=False),
    Column("asker_id", String, nullable=False),
    Column("is_anonymous", Boolean, nullable=False),  # to the channel; the asker stays known here
    Column("title", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("topic", String, nullable=False),
    Column("state", String, nullable=False),  # open, answered, hidden, removed, merged
    Column("asked_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("accepted_answer_id", Integer),
    Column("text_revision", Integer, nullable=False),  # rises with each change that search must see
    Index("uq_question_message", "team_id", "channel_id", "ts", unique=True),
    Index(None, "team_id", "asked_at"),
    Index(None, "team_id", "asker_id"),
    Index(None, "team_id", "state", "asked_at"),
)

answer = Table(
    "answer",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("question_id", Integer, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1, 2, … in its question
    Column("ts", String),  # its message in the thread
    Column("author_id", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("answered_at", Instant, nullable=False),
    ForeignKeyConstraint(["team_id", "question_id"], ["question.team_id", "question.id"]),
    Index("uq_answer_message", "team_id", "question_id", "ts", unique=True),
    Index(None, "team_id", "author_id"),
)

question_link = Table(
    "question_link",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("question_id", Integer, primary_key=True),  # the later one
    Column("earlier_id", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # answered_by, merged_into
    Column("linked_by", String, nullable=False),
    Column("linked_at", Instant, nullable=False),
    ForeignKeyConstraint(["team_id", "question_id"], ["question.team_id", "question.id"]),
    ForeignKeyConstraint(["team_id", "earlier_id"], ["question.team_id", "question.id"]),
    Index(None, "team_id", "earlier_id"),
)

# What the log knows of Slack: see storage/channels.py.

workspace = Table(
    "workspace",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("url", String, nullable=False),  # with a final slash
    Column("bot_user_id", String, nullable=False),
)

channel_member = Table(
    "channel_member",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("channel_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("is_member", Boolean, nullable=False),  # those who left stay: a late event must not undo it
    Column("changed_at", Instant, nullable=False),
    Index(None, "team_id", "user_id"),
)

channel_history = Table(
    "channel_history",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("channel_id", String, primary_key=True),
    Column("read_to", String),  # a ts; none: never read
    Column("is_whole", Boolean, nullable=False),  # was read from its beginning
    Column("is_behind", Boolean, nullable=False),  # is to be read
    Column("messages", Integer, nullable=False),  # of the reading that is going on, or was the last
    Column("questions", Integer, nullable=False),
)

message_mark = Table(
    "message_mark",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("channel_id", String, primary_key=True),
    Column("ts", String, primary_key=True),
    Column("edited_ts", String),  # of the newest edit that was heard of
    Column("checked_ts", String),  # of the newest event about its check mark
    Column("is_gone", Boolean, nullable=False),
)

imported_question = Table(
    "imported_question",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("source", String, primary_key=True),  # names it in the file that it came from
    Column("question_id", Integer, nullable=False),
    ForeignKeyConstraint(["team_id", "question_id"], ["question.team_id", "question.id"]),
)

# What search reads, all of it made from the tables above: see storage/postings.py.

search_log = Table(
    "search_log",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("analysis", Integer, nullable=False),  # of bot/domain/search/text.py
    Column("questions", Integer, nullable=False),
    Column("title_words", Integer, nullable=False),
    Column("body_words", Integer, nullable=False),
)

search_document = Table(
    "search_document",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("question_id", Integer, primary_key=True, autoincrement=False),
    Column("text_revision", Integer, nullable=False),
    Column("title_stems", Text, nullable=False),  # in order, a blank between
    Column("body_stems", Text, nullable=False),
    Column("title_words", Text, nullable=False),
    Column("body_words", Text, nullable=False),
)

search_term = Table(
    "search_term",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("term", String, primary_key=True),  # a stem
    Column("questions", Integer, nullable=False),
    Column("titles", Integer, nullable=False),
    sqlite_with_rowid=False,
)

search_word = Table(
    "search_word",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("word", String, primary_key=True),
    Column("reversed", String, nullable=False),  # from its last letter to its first
    Column("questions", Integer, nullable=False),
    Index(None, "team_id", "reversed"),
    sqlite_with_rowid=False,
)

search_posting = Table(
    "search_posting",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("term", String, primary_key=True),
    Column("chunk", Integer, primary_key=True, autoincrement=False),
    Column("entries", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# -- what organisers did ------------------------------------------------------------------------------

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

# -- asking: drafts, who may know, following up -------------------------------------------------------

question_draft = Table(
    "question_draft",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("id", String, primary_key=True),  # the delivery that brought it
    Column("user_id", String, nullable=False),
    Column("channel_id", String, nullable=False),  # where it goes if it is asked
    Column("title", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("topic", String, nullable=False),
    Column("is_anonymous", Boolean, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("question_id", Integer),  # what became of it
    Index(None, "team_id", "made_at"),
)

question_consent = Table(
    "question_consent",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("user_id", String, primary_key=True),
    Column("may_be_asked", Boolean, nullable=False),  # by direct message
    Column("decided_at", Instant, nullable=False),
)

question_request = Table(
    "question_request",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("question_id", Integer, primary_key=True),
    Column("user_id", String, primary_key=True),  # who may know
    Column("how", String, nullable=False),  # direct, mention, by_asker
    Column("asked_at", Instant, nullable=False),
    ForeignKeyConstraint(["team_id", "question_id"], ["question.team_id", "question.id"]),
    Index(None, "team_id", "user_id", "asked_at"),
)

question_step = Table(
    "question_step",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("question_id", Integer, primary_key=True),
    Column("step", String, primary_key=True),  # experts, organisers, settled
    Column("due_at", Instant, nullable=False),
    Column("state", String, nullable=False),  # planned, done, lapsed, refused
    ForeignKeyConstraint(["team_id", "question_id"], ["question.team_id", "question.id"]),
    Index(None, "state", "due_at"),
)

question_digest = Table(
    "question_digest",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("channel_id", String, primary_key=True),
    Column("due_at", Instant, nullable=False),
)
