"""Rounds of peer feedback; reminders and stops also for what is no homework."""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "peer_apart",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("one", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "one", "other", "asked_by", name=op.f("pk_peer_apart")),
    )
    op.create_table(
        "peer_offer",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("per_month", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_peer_offer")),
    )
    op.create_table(
        "peer_pause",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("since", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("resumed_at", storage.types.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "user_id", name=op.f("pk_peer_pause")),
    )
    op.create_table(
        "peer_round",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edition_key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("homework_id", sa.String(), nullable=True),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("common_language", sa.Boolean(), nullable=False),
        sa.Column("reciprocal", sa.String(), nullable=False),
        sa.Column("give_back", storage.types.WallTime(), nullable=False),
        sa.Column("handover", sa.String(), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("rubric", storage.types.Strings(), nullable=False),
        sa.Column("left_out", storage.types.Strings(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("planned_by", sa.String(), nullable=False),
        sa.Column("planned_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("published_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("publication", sa.Integer(), nullable=False),
        sa.Column("checked_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("counted_at", storage.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id", "edition_key"],
            ["edition.team_id", "edition.key"],
            name=op.f("fk_peer_round_team_id_edition_key"),
        ),
        sa.PrimaryKeyConstraint("team_id", "id", name=op.f("pk_peer_round")),
    )
    with op.batch_alter_table("peer_round", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_peer_round_team_id_state"), ["team_id", "state"], unique=False)

    op.create_table(
        "peer_feedback",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("giver", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("works", sa.Text(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("saved_at", storage.types.Instant(timezone=True), nullable=False),
        sa.Column("sent_at", storage.types.Instant(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("useful", sa.Integer(), nullable=True),
        sa.Column("thanked_at", storage.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["team_id", "round_id"],
            ["peer_round.team_id", "peer_round.id"],
            name=op.f("fk_peer_feedback_team_id_round_id"),
        ),
        sa.PrimaryKeyConstraint("team_id", "round_id", "giver", "author", name=op.f("pk_peer_feedback")),
    )
    with op.batch_alter_table("peer_feedback", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_peer_feedback_team_id_author"), ["team_id", "author"], unique=False
        )

    op.create_table(
        "peer_match",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("members", storage.types.Strings(), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("is_ended", sa.Boolean(), nullable=False),
        sa.Column("is_replacement", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "round_id"],
            ["peer_round.team_id", "peer_round.id"],
            name=op.f("fk_peer_match_team_id_round_id"),
        ),
        sa.PrimaryKeyConstraint("team_id", "round_id", "number", name=op.f("pk_peer_match")),
    )
    op.create_table(
        "peer_reply",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", storage.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["team_id", "round_id", "number"],
            ["peer_match.team_id", "peer_match.round_id", "peer_match.number"],
            name=op.f("fk_peer_reply_team_id_round_id_number"),
        ),
        sa.PrimaryKeyConstraint("team_id", "round_id", "number", "user_id", name=op.f("pk_peer_reply")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_reminder_team_id_homework_id"), type_="foreignkey")

    with op.batch_alter_table("reminder_stop", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_reminder_stop_team_id_homework_id"), type_="foreignkey")


def downgrade() -> None:
    """Take back; reminders and stops of rounds go with them."""
    for table in ("reminder", "reminder_stop"):
        op.execute(f"DELETE FROM {table} WHERE homework_id LIKE 'peers:%'")  # noqa: S608 (two fixed names)
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_foreign_key(
                f"fk_{table}_team_id_homework_id", "homework", ["team_id", "homework_id"], ["team_id", "id"]
            )
    for table in ("peer_reply", "peer_match", "peer_feedback", "peer_round"):
        op.drop_table(table)
    for table in ("peer_pause", "peer_offer", "peer_apart"):
        op.drop_table(table)
