"""Announcements, whom they go to, and what must not hold up anything else on its way out."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "announcement",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("channels", storage.types.Strings(), nullable=False),
        sa.Column("by_message", sa.Boolean(), nullable=False),
        sa.Column("at", storage.types.WallTime(), nullable=True),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("asks_confirmation", sa.Boolean(), nullable=False),
        sa.Column("is_necessary", sa.Boolean(), nullable=False),
        sa.Column("why_necessary", sa.Text(), nullable=False),
        sa.Column("is_urgent", sa.Boolean(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("written_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("sent_off_by", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("starts_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("started_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("ended_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("task_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("looked_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("reminded_at", storage.types.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "id", name=op.f("pk_announcement")),
    )
    with op.batch_alter_table("announcement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_announcement_team_id_state"), ["team_id", "state"], unique=False)

    op.create_table(
        "announcement_recipient",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("left_out", sa.String(), nullable=False),
        sa.Column("confirmed_at", storage.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id", "announcement_id"],
            ["announcement.team_id", "announcement.id"],
            name=op.f("fk_announcement_recipient_team_id_announcement_id"),
        ),
        sa.PrimaryKeyConstraint(
            "team_id", "announcement_id", "recipient", name=op.f("pk_announcement_recipient")
        ),
    )
    with op.batch_alter_table("announcement_recipient", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_announcement_recipient_team_id_announcement_id_state_due_at"),
            ["team_id", "announcement_id", "state", "due_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_announcement_recipient_team_id_recipient"), ["team_id", "recipient"], unique=False
        )

    op.create_table(
        "announcement_choice",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("choice", sa.String(), nullable=False),
        sa.Column("chosen_at", storage.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_announcement_choice")),
    )
    with op.batch_alter_table("academy", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("second_approval", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_bulk", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("is_bulk")
    with op.batch_alter_table("academy", schema=None) as batch_op:
        batch_op.drop_column("second_approval")
    op.drop_table("announcement_choice")
    op.drop_table("announcement_recipient")
    op.drop_table("announcement")
