"""The first schema.

Revision: 0001, after
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        sa.schema.CreateSequence(sa.Sequence("conversation_protocol_seq", minvalue=1, maxvalue=999_999, cycle=True))
    )
    op.create_table(
        "agent_presence",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "node", name=op.f("pk_agent_presence")),
    )
    op.create_index("ix_agent_presence_node", "agent_presence", ["node"], unique=False)
    op.create_table(
        "agents",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'online'"), nullable=False),
        sa.Column("max_conversations", sa.SmallInteger(), server_default=sa.text("5"), nullable=False),
        sa.CheckConstraint("status IN ('online', 'away')", name=op.f("ck_agents_status_known")),
        sa.CheckConstraint("max_conversations BETWEEN 1 AND 100", name=op.f("ck_agents_capacity_sane")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_agents")),
    )
    op.create_table(
        "customers",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("username", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("wa_id", sa.Text(), nullable=True),
        sa.Column("bsuid", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('admin', 'atendente', 'supervisor', 'user')", name=op.f("ck_users_role_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email_key", name=op.f("uq_users_email_key")),
    )
    op.create_table(
        "webhook_ledger",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("materialised_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_ledger")),
    )
    op.create_index(
        "ix_webhook_ledger_pending",
        "webhook_ledger",
        ["id"],
        unique=False,
        postgresql_where=sa.text("materialised_at IS NULL"),
    )
    op.create_index("ix_webhook_ledger_received_at", "webhook_ledger", ["received_at"], unique=False)
    op.create_table(
        "whatsapp_early_statuses",
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_rank", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_whatsapp_early_statuses")),
    )
    op.create_table(
        "whatsapp_send_rates",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("used_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_whatsapp_send_rates")),
    )
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("protocol", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("handled_by", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("assigned_to", sa.Integer(), nullable=True),
        sa.Column("last_agent_id", sa.Integer(), nullable=True),
        sa.Column("last_seq", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("messages_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("close_notes", sa.Text(), nullable=True),
        sa.Column("bot_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bot_unsure_count", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "(handled_by = 'agent') = (assigned_to IS NOT NULL AND closed_at IS NULL)",
            name=op.f("ck_conversations_owner"),
        ),
        sa.CheckConstraint("handled_by IN ('bot', 'agent', 'none')", name=op.f("ck_conversations_handled_by_known")),
        sa.CheckConstraint(
            "status IN ('queue', 'in_progress', 'resolved', 'closed')", name=op.f("ck_conversations_status_known")
        ),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_conversations_customer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
        sa.UniqueConstraint("protocol", name=op.f("uq_conversations_protocol")),
    )
    op.create_index(
        "ix_conversations_activity",
        "conversations",
        [sa.literal_column("last_message_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_conversations_assigned",
        "conversations",
        ["assigned_to", sa.literal_column("last_message_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_conversations_bot_due",
        "conversations",
        ["bot_due_at"],
        unique=False,
        postgresql_where=sa.text("bot_due_at IS NOT NULL"),
    )
    op.create_index(
        "ix_conversations_customer",
        "conversations",
        ["customer_id", "channel", sa.literal_column("started_at DESC")],
        unique=False,
    )
    op.create_index(
        "ix_conversations_queue",
        "conversations",
        [sa.literal_column("priority DESC"), "queued_at"],
        unique=False,
        postgresql_where=sa.text("status = 'queue'"),
    )
    op.create_index(
        "ix_conversations_serving",
        "conversations",
        ["assigned_to"],
        unique=False,
        postgresql_where=sa.text("status = 'in_progress'"),
    )
    op.create_index(
        "ix_conversations_status",
        "conversations",
        ["status", sa.literal_column("last_message_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "uq_conversations_open",
        "conversations",
        ["customer_id", "channel"],
        unique=True,
        postgresql_where=sa.text("status IN ('queue', 'in_progress')"),
    )
    op.create_table(
        "customer_identifiers",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('bsuid', 'wa_id', 'phone')", name=op.f("ck_customer_identifiers_kind_known")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_identifiers_customer_id")),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_customer_identifiers")),
    )
    op.create_index("ix_customer_identifiers_customer_id", "customer_identifiers", ["customer_id"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(
        "ix_sessions_user_open", "sessions", ["user_id"], unique=False, postgresql_where=sa.text("revoked_at IS NULL")
    )
    op.create_table(
        "webhook_parked_items",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("ledger_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("parked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ledger_id"], ["webhook_ledger.id"], name=op.f("fk_webhook_parked_items_ledger_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_parked_items")),
    )
    op.create_index("ix_webhook_parked_items_ledger_id", "webhook_parked_items", ["ledger_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=True),
        sa.Column("media", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_by", sa.Text(), nullable=False),
        sa.Column("sent_by_id", sa.Integer(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("status_rank", sa.SmallInteger(), nullable=False),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversations.id"], name=op.f("fk_messages_conversation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
    )
    op.create_index(
        "ix_messages_outbox",
        "messages",
        ["conversation_id", "seq", "due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(
        "uq_messages_client_id",
        "messages",
        ["conversation_id", "client_id"],
        unique=True,
        postgresql_where=sa.text("client_id IS NOT NULL"),
    )
    op.create_index(
        "uq_messages_external_id",
        "messages",
        ["external_id"],
        unique=True,
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("uq_messages_seq", "messages", ["conversation_id", "seq"], unique=True)
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_refresh_tokens_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"], unique=False)


def downgrade() -> None:
    op.execute(sa.schema.DropSequence(sa.Sequence("conversation_protocol_seq")))
    op.drop_index(op.f("ix_refresh_tokens_session_id"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_index("uq_messages_seq", table_name="messages")
    op.drop_index("uq_messages_external_id", table_name="messages", postgresql_where=sa.text("external_id IS NOT NULL"))
    op.drop_index("uq_messages_client_id", table_name="messages", postgresql_where=sa.text("client_id IS NOT NULL"))
    op.drop_index("ix_messages_outbox", table_name="messages", postgresql_where=sa.text("due_at IS NOT NULL"))
    op.drop_table("messages")
    op.drop_index("ix_webhook_parked_items_ledger_id", table_name="webhook_parked_items")
    op.drop_table("webhook_parked_items")
    op.drop_index("ix_sessions_user_open", table_name="sessions", postgresql_where=sa.text("revoked_at IS NULL"))
    op.drop_table("sessions")
    op.drop_index("ix_customer_identifiers_customer_id", table_name="customer_identifiers")
    op.drop_table("customer_identifiers")
    op.drop_index(
        "uq_conversations_open",
        table_name="conversations",
        postgresql_where=sa.text("status IN ('queue', 'in_progress')"),
    )
    op.drop_index("ix_conversations_status", table_name="conversations")
    op.drop_index(
        "ix_conversations_serving", table_name="conversations", postgresql_where=sa.text("status = 'in_progress'")
    )
    op.drop_index("ix_conversations_queue", table_name="conversations", postgresql_where=sa.text("status = 'queue'"))
    op.drop_index("ix_conversations_customer", table_name="conversations")
    op.drop_index(
        "ix_conversations_bot_due", table_name="conversations", postgresql_where=sa.text("bot_due_at IS NOT NULL")
    )
    op.drop_index("ix_conversations_assigned", table_name="conversations")
    op.drop_index("ix_conversations_activity", table_name="conversations")
    op.drop_table("conversations")
    op.drop_table("whatsapp_send_rates")
    op.drop_table("whatsapp_early_statuses")
    op.drop_index("ix_webhook_ledger_received_at", table_name="webhook_ledger")
    op.drop_index(
        "ix_webhook_ledger_pending", table_name="webhook_ledger", postgresql_where=sa.text("materialised_at IS NULL")
    )
    op.drop_table("webhook_ledger")
    op.drop_table("users")
    op.drop_table("customers")
    op.drop_table("agents")
    op.drop_index("ix_agent_presence_node", table_name="agent_presence")
    op.drop_table("agent_presence")
