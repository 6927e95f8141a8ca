"""Who asked to be deleted, until it is done."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "erasure_request",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("asked_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("keeps_answers", sa.Boolean(), nullable=False),
        sa.Column("handed_over_by", sa.String(), nullable=True),
        sa.Column("how", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_erasure_request")),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("erasure_request")
