"""Tables of the question log, of what search reads, and of asking and following up."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from storage.tables.metadata import metadata
from storage.types import Instant

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
    Index(None, "team_id", "text_revision"),  # whether anything has changed, from the index alone
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
    Index(None, "team_id", "answered_at"),
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
    Column("times_asked", Integer, nullable=False),  # how often it was to be
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
    Column("checked_by", String),  # whose check mark accepted it; null: there is none
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

# On PostgreSQL instead of `search_posting`: see storage/search_postgres.py.
search_vector = Table(
    "search_vector",
    metadata,
    Column("team_id", String, primary_key=True),
    Column("question_id", Integer, primary_key=True, autoincrement=False),
    Column("terms", Text, nullable=False),
    Index(None, "terms"),
)

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
