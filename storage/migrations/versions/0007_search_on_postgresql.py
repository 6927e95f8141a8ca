"""What PostgreSQL's own text search reads, and what replicas ask of each other's messages."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. The rows are made from the questions once the bot runs."""
    op.create_table(
        "search_vector",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("question_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("terms", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "question_id", name=op.f("pk_search_vector")),
    )
    with op.batch_alter_table("search_vector", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_search_vector_terms"), ["terms"], unique=False, postgresql_using="gin"
        )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_sent_at"), ["sent_at"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_sent_at"))
    op.drop_table("search_vector")
