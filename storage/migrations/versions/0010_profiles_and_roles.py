"""Profiles, welcomes, and changes of roles."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "profile",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("cluster", sa.String(), nullable=False),
        sa.Column("looks_for", sa.Text(), nullable=False),
        sa.Column("own", storage.types.Strings(), nullable=False),
        sa.Column("visibility", sa.JSON(), nullable=False),
        sa.Column("saved_at", storage.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_profile")),
    )
    op.create_table(
        "welcome",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("welcomed_at", storage.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_welcome")),
    )
    op.create_table(
        "role_change",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("edition_key", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("before", storage.types.Strings(), nullable=False),
        sa.Column("after", storage.types.Strings(), nullable=False),
        sa.Column("changed_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("undone_at", storage.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id", "edition_key"],
            ["edition.team_id", "edition.key"],
            name=op.f("fk_role_change_team_id_edition_key"),
        ),
        sa.PrimaryKeyConstraint("team_id", "id", name=op.f("pk_role_change")),
    )
    with op.batch_alter_table("role_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_change_team_id_batch"), ["team_id", "batch"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_role_change_team_id_user_id"), ["team_id", "user_id"], unique=False
        )
    op.create_table(
        "graduation",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("edition_key", sa.String(), nullable=False),
        sa.Column("asked_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("decided_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("batch", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id", "edition_key"],
            ["edition.team_id", "edition.key"],
            name=op.f("fk_graduation_team_id_edition_key"),
        ),
        sa.PrimaryKeyConstraint("team_id", "edition_key", name=op.f("pk_graduation")),
    )


def downgrade() -> None:
    """Take back."""
    for table in ("graduation", "role_change", "welcome", "profile"):
        op.drop_table(table)
