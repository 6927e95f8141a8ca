"""Messages go out in the order in which the database took them, not by the clocks of hosts."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# As they would have gone out until now.
_FILL = """
UPDATE outbox SET place = ranked.place
FROM (
    SELECT team_id, key, row_number() OVER (ORDER BY due_at, queued_at, key) AS place FROM outbox
) AS ranked
WHERE outbox.team_id = ranked.team_id AND outbox.key = ranked.key
"""


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", sa.Integer(), nullable=True))
    op.execute(_FILL)
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.alter_column("place", existing_type=sa.Integer(), nullable=False)
        batch_op.create_index(batch_op.f("ix_outbox_place"), ["place"], unique=False)
    if op.get_context().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE outbox_place AS integer OWNED BY outbox.place")
        op.execute("SELECT setval('outbox_place', coalesce(max(place), 0) + 1, false) FROM outbox")


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_place"))
        batch_op.drop_column("place")
