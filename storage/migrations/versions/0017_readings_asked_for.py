"""A channel's reading is done anew where it was asked for while one went on."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("channel_history", schema=None) as batch_op:
        batch_op.add_column(sa.Column("times_asked", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("channel_history", schema=None) as batch_op:
        batch_op.alter_column("times_asked", existing_type=sa.Integer(), server_default=None)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("channel_history", schema=None) as batch_op:
        batch_op.drop_column("times_asked")
