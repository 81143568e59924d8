"""Conversations and their messages. Private to conversations.

States are plain text with a check: a migration can add one without a lock, which an enum type cannot
take away again.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Sequence,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from plantao.kit.db import metadata

# The human number of a conversation is the day and six digits of this.
protocols = Sequence("conversation_protocol_seq", minvalue=1, maxvalue=999_999, cycle=True, metadata=metadata)

OPEN = "status IN ('queue', 'in_progress')"

conversations = Table(
    "conversations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("protocol", Text, nullable=False, unique=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    Column("channel", Text, nullable=False),
    # Which of our numbers it is held on. Null: from before there could be several; such a one is the first number's,
    # whatever that is now (an update of every row would have said no more than that).
    Column("phone_number_id", Text),
    Column("status", Text, nullable=False),
    Column("handled_by", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False, server_default=text("1")),  # 0 low, 1 normal, 2 high
    # Users live in identity, perhaps in another database: no foreign key.
    Column("assigned_to", Integer),
    Column("last_agent_id", Integer),
    Column("last_seq", Integer, nullable=False, server_default=text("0")),
    Column("messages_count", Integer, nullable=False, server_default=text("0")),  # without notes
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("last_message_at", DateTime(timezone=True), nullable=False),
    Column("window_expires_at", DateTime(timezone=True)),
    Column("queued_at", DateTime(timezone=True)),
    Column("assigned_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("reopened_at", DateTime(timezone=True)),  # where the time to the next resolution begins
    # Since when a person is awaited: set on entering the queue or being handed over, null once a person has answered.
    Column("awaiting_since", DateTime(timezone=True)),
    Column("resolution", Text),
    Column("close_notes", Text),
    # When the bot is to answer what has been written: moved on by each message of a burst, null when
    # there is nothing to answer. Its exact value is the claim: a turn applies only while it is unchanged.
    Column("bot_due_at", DateTime(timezone=True)),
    Column("bot_unsure_count", SmallInteger, nullable=False, server_default=text("0")),
    Column("surveyed_at", DateTime(timezone=True)),  # when the customer was asked for a grade: once
    Column("satisfaction", SmallInteger),  # the grade, 1 to 5
    CheckConstraint("status IN ('queue', 'in_progress', 'resolved', 'closed')", name="status_known"),
    CheckConstraint("handled_by IN ('bot', 'agent', 'none')", name="handled_by_known"),
    CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_range"),
    CheckConstraint("(handled_by = 'agent') = (assigned_to IS NOT NULL AND closed_at IS NULL)", name="owner"),
    Index(
        "uq_conversations_open_number",
        "customer_id",
        "channel",
        "phone_number_id",
        unique=True,
        postgresql_where=text(OPEN),
    ),
    Index("ix_conversations_customer", "customer_id", "channel", text("started_at DESC")),
    Index("ix_conversations_activity", text("last_message_at DESC"), text("id DESC")),
    Index("ix_conversations_status", "status", text("last_message_at DESC"), text("id DESC")),
    # An agent's of one state are counted in it too, without a look at the rows.
    Index(
        "ix_conversations_agent",
        "assigned_to",
        text("last_message_at DESC"),
        text("id DESC"),
        postgresql_include=["status", "channel"],
    ),
    # Nearly all are WhatsApp's, which costs no entry; a rare channel is found without reading through them.
    Index(
        "ix_conversations_other_channels",
        "channel",
        text("last_message_at DESC"),
        text("id DESC"),
        postgresql_where=text("channel <> 'whatsapp'"),
    ),
    Index("ix_conversations_serving", "assigned_to", postgresql_where=text("status = 'in_progress'")),
    Index(
        "ix_conversations_queue",
        text("priority DESC"),
        "queued_at",
        postgresql_where=text("status = 'queue'"),
    ),
    Index("ix_conversations_bot_due", "bot_due_at", postgresql_where=text("bot_due_at IS NOT NULL")),
    # What is open is not in it: a message that moves the conversation's row on pays nothing for it.
    Index("ix_conversations_closed", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
)

# Each time that somebody was given a conversation: what rates and times of response are counted from.
conversation_assignments = Table(
    "conversation_assignments",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("agent_id", Integer, nullable=False),
    Column("assigned_at", DateTime(timezone=True), nullable=False),
    Column("from_queue", Boolean, nullable=False),
    Column("awaited_since", DateTime(timezone=True), nullable=False),  # the conversation's awaiting_since of then
    Column("answered_at", DateTime(timezone=True)),  # the first answer of a person after it
    Column("answered_by", Integer),
    Index("ix_conversation_assignments_conversation", "conversation_id", "id"),
    Index("ix_conversation_assignments_pace", "assigned_at", postgresql_where=text("from_queue")),
    Index("ix_conversation_assignments_answered", "answered_at", postgresql_where=text("answered_at IS NOT NULL")),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("seq", Integer, nullable=False),  # 1, 2, 3 ... without gaps, given under the conversation's lock
    Column("direction", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("caption", Text),
    Column("media", JSONB),
    Column("sent_at", DateTime(timezone=True), nullable=False),  # Meta's timestamp, or ours for what we send
    Column("stored_at", DateTime(timezone=True), nullable=False),
    Column("sent_by", Text, nullable=False),
    Column("sent_by_id", Integer),
    Column("client_id", Text),
    Column("status", Text, nullable=False),
    Column("status_rank", SmallInteger, nullable=False),  # policy.STATUS_RANK; only rises
    Column("error", JSONB),
    Column("external_id", Text),  # the channel's own id (wamid)
    Column("reply_to", Text),  # the external id of the message that this one quotes
    # What a channel needs beyond the columns above: a template's parameters, an unknown message as it came.
    Column("payload", JSONB),
    # The row is its own outbox: null when there is nothing left to do, else when it may next be tried.
    Column("due_at", DateTime(timezone=True)),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("sent_from", Text),  # the conversation's phone_number_id, for the outbox to be read by it
    Column("address", Text),  # where it is sent instead: the other form of the customer's number
    Column("refused_id", Text),  # the external id of what went to the first form: what is said of that counts no more
    Index("uq_messages_seq", "conversation_id", "seq", unique=True),
    Index(
        "uq_messages_external_id",
        "external_id",
        unique=True,
        postgresql_where=text("external_id IS NOT NULL"),
    ),
    Index(
        "uq_messages_client_id",
        "conversation_id",
        "client_id",
        unique=True,
        postgresql_where=text("client_id IS NOT NULL"),
    ),
    Index("ix_messages_outbox", "conversation_id", "seq", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_messages_outbox_due", "sent_from", "sent_by", "due_at", postgresql_where=text("due_at IS NOT NULL")),
)

# A file of a message: one that we send, before its message is written, or one that a customer sent, before it is here.
media_files = Table(
    "media_files",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("message_id", ForeignKey("messages.id")),  # null while the message is being written
    Column("mime_type", Text),
    Column("filename", Text),
    Column("size", BigInteger),
    Column("sha256", Text),  # as the channel states it, base64 or hex
    Column("external_id", Text),  # the channel's own id of the file, good until ...
    Column("external_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("stored_at", DateTime(timezone=True)),  # when all chunks were here
    # When it may next be fetched from the channel; null when there is nothing to fetch, or it was given up.
    Column("due_at", DateTime(timezone=True)),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Index("ix_media_files_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_media_files_message_id", "message_id"),
    Index("ix_media_files_loose", "created_at", postgresql_where=text("message_id IS NULL")),
)

# A file's bytes in pieces of a mebibyte: nobody has to hold 100 MB to send, store or show them.
media_chunks = Table(
    "media_chunks",
    metadata,
    Column("file_id", ForeignKey("media_files.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),  # 0, 1, 2 ...
    Column("data", LargeBinary, nullable=False),
)
