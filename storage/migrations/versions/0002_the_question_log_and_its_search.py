"""The question log, and what search reads of it."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "channel",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "channel_id", name=op.f("pk_channel")),
    )
    op.create_table(
        "question",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("channel_id", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("permalink", sa.Text(), nullable=False),
        sa.Column("asker_id", sa.String(), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("answered_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("accepted_answer_id", sa.Integer(), nullable=True),
        sa.Column("text_revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "id", name=op.f("pk_question")),
    )
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_team_id_asked_at"), ["team_id", "asked_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_question_team_id_asker_id"), ["team_id", "asker_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_question_team_id_state_asked_at"), ["team_id", "state", "asked_at"], unique=False
        )
        batch_op.create_index("uq_question_message", ["team_id", "channel_id", "ts"], unique=True)

    op.create_table(
        "search_document",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text_revision", sa.Integer(), nullable=False),
        sa.Column("title_stems", sa.Text(), nullable=False),
        sa.Column("body_stems", sa.Text(), nullable=False),
        sa.Column("title_words", sa.Text(), nullable=False),
        sa.Column("body_words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "question_id", name=op.f("pk_search_document")),
    )
    op.create_table(
        "search_log",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("analysis", sa.Integer(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("title_words", sa.Integer(), nullable=False),
        sa.Column("body_words", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_search_log")),
    )
    op.create_table(
        "search_posting",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("chunk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "term", "chunk", name=op.f("pk_search_posting")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_term",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.Column("titles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "term", name=op.f("pk_search_term")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_word",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("reversed", sa.String(), nullable=False),
        sa.Column("questions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "word", name=op.f("pk_search_word")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("search_word", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_search_word_team_id_reversed"), ["team_id", "reversed"], unique=False
        )

    op.create_table(
        "answer",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("author_id", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", storage.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "question_id"],
            ["question.team_id", "question.id"],
            name=op.f("fk_answer_team_id_question_id"),
        ),
        sa.PrimaryKeyConstraint("team_id", "question_id", "id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answer_team_id_author_id"), ["team_id", "author_id"], unique=False
        )
        batch_op.create_index("uq_answer_message", ["team_id", "question_id", "ts"], unique=True)

    op.create_table(
        "question_link",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("earlier_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("linked_by", sa.String(), nullable=False),
        sa.Column("linked_at", storage.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "earlier_id"],
            ["question.team_id", "question.id"],
            name=op.f("fk_question_link_team_id_earlier_id"),
        ),
        sa.ForeignKeyConstraint(
            ["team_id", "question_id"],
            ["question.team_id", "question.id"],
            name=op.f("fk_question_link_team_id_question_id"),
        ),
        sa.PrimaryKeyConstraint("team_id", "question_id", "earlier_id", name=op.f("pk_question_link")),
    )
    with op.batch_alter_table("question_link", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_link_team_id_earlier_id"), ["team_id", "earlier_id"], unique=False
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("question_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_link_team_id_earlier_id"))

    op.drop_table("question_link")
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index("uq_answer_message")
        batch_op.drop_index(batch_op.f("ix_answer_team_id_author_id"))

    op.drop_table("answer")
    with op.batch_alter_table("search_word", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_word_team_id_reversed"))

    op.drop_table("search_word")
    op.drop_table("search_term")
    op.drop_table("search_posting")
    op.drop_table("search_log")
    op.drop_table("search_document")
    with op.batch_alter_table("question", schema=None) as batch_op:
        batch_op.drop_index("uq_question_message")
        batch_op.drop_index(batch_op.f("ix_question_team_id_state_asked_at"))
        batch_op.drop_index(batch_op.f("ix_question_team_id_asker_id"))
        batch_op.drop_index(batch_op.f("ix_question_team_id_asked_at"))

    op.drop_table("question")
    op.drop_table("channel")
