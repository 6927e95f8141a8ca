"""What is heard while Slack's lists are read, and a channel's past, is not undone by them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Seconds since 1970 outgrow 32 bits in 2038.
_NEW = {"channel_history": ("times_asked", sa.Integer()), "member": ("updated_s", sa.BigInteger())}


def upgrade() -> None:
    """Apply."""
    for table, (column, kind) in _NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column(column, kind, nullable=False, server_default="0"))
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, existing_type=kind, server_default=None)


def downgrade() -> None:
    """Take back."""
    for table, (column, _) in _NEW.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
