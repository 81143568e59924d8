"""Indexes from which lists of a large house are read and counted.

Revision: 0005, after 0004

Writes to conversations wait while each is built, three seconds for a million; webhooks go on being acknowledged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_ORDER = (sa.text("last_message_at DESC"), sa.text("id DESC"))


def upgrade() -> None:
    # What is there already was built by an attempt whose last step met a lock.
    op.create_index(
        "ix_conversations_agent",
        "conversations",
        ["assigned_to", *_ORDER],
        postgresql_include=["status", "channel"],
        if_not_exists=True,
    )
    op.create_index(
        "ix_conversations_other_channels",
        "conversations",
        ["channel", *_ORDER],
        postgresql_where=sa.text("channel <> 'whatsapp'"),
        if_not_exists=True,
    )
    # By itself: to ask for the stronger lock while holding the other is how deadlocks begin.
    with op.get_context().autocommit_block():
        op.drop_index("ix_conversations_assigned", "conversations", if_exists=True)


def downgrade() -> None:
    op.drop_index("ix_conversations_other_channels", "conversations")
    op.drop_index("ix_conversations_agent", "conversations")
    op.create_index("ix_conversations_assigned", "conversations", ["assigned_to", *_ORDER])
