"""Whose check mark accepted an answer."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("message_mark", schema=None) as batch_op:
        batch_op.add_column(sa.Column("checked_by", sa.String(), nullable=True))
    # Whose they were was not kept: such a question stays as it is, whatever becomes of the mark.
    mark = sa.table("message_mark", sa.column("checked_ts"), sa.column("checked_by"))
    op.execute(mark.update().where(mark.c.checked_ts.is_not(None)).values(checked_by=""))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("message_mark", schema=None) as batch_op:
        batch_op.drop_column("checked_by")
