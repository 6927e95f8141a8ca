"""On PostgreSQL a stem's level stands before it, so that the index alone tells what it says of a question."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply. On SQLite the table has no rows."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "UPDATE search_vector SET terms = array_to_tsvector(ARRAY("
            "SELECT coalesce(said.weights[1], 'D') || said.lexeme FROM unnest(terms) AS said))"
        )


def downgrade() -> None:
    """Take back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "UPDATE search_vector SET terms = coalesce((SELECT CAST(string_agg("
            "'''' || replace(replace(substr(said.lexeme, 2), '\\', '\\\\'), '''', '''''') || ''':' || 1 || "
            "left(said.lexeme, 1), ' ') AS tsvector) FROM unnest(terms) AS said), CAST('' AS tsvector))"
        )
