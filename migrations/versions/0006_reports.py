"""What the bot understood, and indexes from which periods are counted.

Revision: 0006, after 0005

Building the index of conversations holds up writes to them for about a second a million.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bot_answers",
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("conversation_id", sa.Uuid, sa.ForeignKey("conversations.id"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("handed_over", sa.Boolean, nullable=False),
    )
    op.create_index("ix_bot_answers_at", "bot_answers", ["at"])
    op.create_index("ix_bot_answers_conversation", "bot_answers", ["conversation_id"])
    op.create_index("ix_conversation_assignments_assigned", "conversation_assignments", ["assigned_at"])
    op.create_index("ix_conversations_started", "conversations", ["started_at"])
    op.create_index(
        "ix_messages_stored",
        "messages",
        ["stored_at"],
        postgresql_using="brin",
        postgresql_with={"autosummarize": "on"},
    )


def downgrade() -> None:
    op.drop_index("ix_messages_stored", "messages")
    op.drop_index("ix_conversations_started", "conversations")
    op.drop_index("ix_conversation_assignments_assigned", "conversation_assignments")
    op.drop_table("bot_answers")
