"""Consents, erasures, departures, and how long things are kept."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "consent",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("decided_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", "purpose", "decided_at", name=op.f("pk_consent")),
    )
    op.create_table(
        "erasure",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("erased_at", storage.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "mark", name=op.f("pk_erasure")),
    )
    op.create_table(
        "departure",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("noticed_at", storage.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_departure")),
    )
    op.create_table(
        "retention_run",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("ran_on", sa.Date(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "ran_on", name=op.f("pk_retention_run")),
    )
    with op.batch_alter_table("academy", schema=None) as batch_op:
        # None: an academy that has not chosen keeps to the bot's own terms.
        batch_op.add_column(sa.Column("retention", storage.types.Terms(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("academy", schema=None) as batch_op:
        batch_op.drop_column("retention")
    for table in ("retention_run", "departure", "erasure", "consent"):
        op.drop_table(table)
