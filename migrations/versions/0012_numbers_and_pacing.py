"""Conversations are held on one of our numbers, and what is sent is paced by it.

Revision: 0012, after 0011

New columns take no rewrite. Writes to conversations and messages wait while the indexes are built: the first has the
open conversations only, the second what waits to be sent. A process of the version before cannot open conversations
on this schema: stop them all first. (What one takes in meanwhile is kept, and `plantao ledger replay` reads it.)
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

OPEN = sa.text("status IN ('queue', 'in_progress')")
PENDING = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("conversations", sa.Column("phone_number_id", sa.Text()), if_not_exists=True)
    op.add_column("messages", sa.Column("sent_from", sa.Text()), if_not_exists=True)
    op.execute("UPDATE messages SET sent_from = '' WHERE due_at IS NOT NULL")
    op.add_column("messages", sa.Column("address", sa.Text()), if_not_exists=True)
    op.add_column("messages", sa.Column("refused_id", sa.Text()), if_not_exists=True)
    op.create_table(
        "whatsapp_sending",
        sa.Column("phone_number_id", sa.Text(), primary_key=True),
        sa.Column("throughput", sa.Text(), nullable=False, server_default=sa.text("'STANDARD'")),
        sa.Column("stopped_by", sa.Text()),
        sa.Column("stopped_code", sa.Integer()),
        sa.Column("stopped_at", sa.DateTime(timezone=True)),
        sa.Column("token_fingerprint", sa.Text()),
        sa.Column("probe_at", sa.DateTime(timezone=True)),
        sa.Column("probes", sa.SmallInteger(), nullable=False, server_default=sa.text("0")),
        sa.CheckConstraint(
            "stopped_by IN ('token', 'configuration')", name=op.f("ck_whatsapp_sending_stopped_by_known")
        ),
        if_not_exists=True,
    )
    op.create_table(
        "whatsapp_received",
        sa.Column("phone_number_id", sa.Text(), primary_key=True),
        sa.Column("total", sa.BigInteger(), nullable=False),
        if_not_exists=True,
    )
    op.add_column("whatsapp_send_rates", sa.Column("received", sa.BigInteger()), if_not_exists=True)
    op.add_column("whatsapp_send_rates", sa.Column("read_at", sa.DateTime(timezone=True)), if_not_exists=True)
    op.create_index(
        "uq_conversations_open_number",
        "conversations",
        ["customer_id", "channel", "phone_number_id"],
        unique=True,
        postgresql_where=OPEN,
        if_not_exists=True,
    )
    op.create_index(
        "ix_messages_outbox_due",
        "messages",
        ["sent_from", "sent_by", "due_at"],
        postgresql_where=PENDING,
        if_not_exists=True,
    )
    # By itself: to ask for the stronger lock while holding the other is how deadlocks begin.
    with op.get_context().autocommit_block():
        op.drop_index("uq_conversations_open", "conversations", if_exists=True)


def downgrade() -> None:
    op.create_index(
        "uq_conversations_open", "conversations", ["customer_id", "channel"], unique=True, postgresql_where=OPEN
    )
    op.drop_index("ix_messages_outbox_due", "messages")
    op.drop_index("uq_conversations_open_number", "conversations")
    op.drop_column("whatsapp_send_rates", "read_at")
    op.drop_column("whatsapp_send_rates", "received")
    op.drop_table("whatsapp_received")
    op.drop_table("whatsapp_sending")
    op.drop_column("messages", "refused_id")
    op.drop_column("messages", "address")
    op.drop_column("messages", "sent_from")
    op.drop_column("conversations", "phone_number_id")
