"""Assignments, times of response, and since when an agent is gone.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversations", sa.Column("reopened_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversations", sa.Column("awaiting_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agent_presence", sa.Column("is_open", sa.Boolean(), server_default=sa.text("true"), nullable=False))
    _create_assignments()
    # Not CONCURRENTLY: that waits for the migrator that waits for us. Intake writes to the ledger meanwhile.
    op.create_index(
        "ix_conversations_closed", "conversations", ["closed_at"], postgresql_where=sa.text("closed_at IS NOT NULL")
    )


def _create_assignments() -> None:
    name = "conversation_assignments"
    op.create_table(
        name,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_queue", sa.Boolean(), nullable=False),
        sa.Column("awaited_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversations.id"], name=op.f("fk_conversation_assignments_conversation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_assignments")),
    )
    op.create_index(f"ix_{name}_conversation", name, ["conversation_id", "id"])
    op.create_index(f"ix_{name}_pace", name, ["assigned_at"], postgresql_where=sa.text("from_queue"))
    op.create_index(f"ix_{name}_answered", name, ["answered_at"], postgresql_where=sa.text("answered_at IS NOT NULL"))


def downgrade() -> None:
    op.drop_index("ix_conversations_closed", table_name="conversations")
    op.drop_table("conversation_assignments")
    op.drop_column("agent_presence", "is_open")
    op.drop_column("conversations", "awaiting_since")
    op.drop_column("conversations", "reopened_at")
