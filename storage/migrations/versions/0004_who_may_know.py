"""Drafts of questions, who may know, what was asked of whom, and what is followed up when."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "question_consent",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("may_be_asked", sa.Boolean(), nullable=False),
        sa.Column("decided_at", storage.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_question_consent")),
    )
    op.create_table(
        "question_digest",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "channel_id", name=op.f("pk_question_digest")),
    )
    op.create_table(
        "question_draft",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("made_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "id", name=op.f("pk_question_draft")),
    )
    with op.batch_alter_table("question_draft", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_draft_team_id_made_at"), ["team_id", "made_at"], unique=False
        )

    op.create_table(
        "question_request",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("asked_at", storage.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "question_id"],
            ["question.team_id", "question.id"],
            name=op.f("fk_question_request_team_id_question_id"),
        ),
        sa.PrimaryKeyConstraint("team_id", "question_id", "user_id", name=op.f("pk_question_request")),
    )
    with op.batch_alter_table("question_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_question_request_team_id_user_id_asked_at"),
            ["team_id", "user_id", "asked_at"],
            unique=False,
        )

    op.create_table(
        "question_step",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "question_id"],
            ["question.team_id", "question.id"],
            name=op.f("fk_question_step_team_id_question_id"),
        ),
        sa.PrimaryKeyConstraint("team_id", "question_id", "step", name=op.f("pk_question_step")),
    )
    with op.batch_alter_table("question_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_question_step_state_due_at"), ["state", "due_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("question_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_step_state_due_at"))

    op.drop_table("question_step")
    with op.batch_alter_table("question_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_request_team_id_user_id_asked_at"))

    op.drop_table("question_request")
    with op.batch_alter_table("question_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_question_draft_team_id_made_at"))

    op.drop_table("question_draft")
    op.drop_table("question_digest")
    op.drop_table("question_consent")
