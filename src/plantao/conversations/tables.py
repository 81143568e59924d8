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
    Double,
    Float,
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
    # Put aside by whom it is assigned to, until then. Whatever else becomes of the conversation ends it.
    Column("snoozed_until", DateTime(timezone=True)),
    CheckConstraint("status IN ('queue', 'in_progress', 'resolved', 'closed')", name="status_known"),
    CheckConstraint("handled_by IN ('bot', 'agent', 'none')", name="handled_by_known"),
    CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction_range"),
    CheckConstraint("(handled_by = 'agent') = (assigned_to IS NOT NULL AND closed_at IS NULL)", name="owner"),
    CheckConstraint(
        "snoozed_until IS NULL OR (status = 'in_progress' AND handled_by = 'agent')", name="snoozed_is_somebodys"
    ),
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
    Index("ix_conversations_snoozed", "snoozed_until", postgresql_where=text("snoozed_until IS NOT NULL")),
    Index("ix_conversations_started", "started_at"),
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
    Index("ix_conversation_assignments_assigned", "assigned_at"),
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
    # Stored in the order of time, so that a few kilobytes tell where a day lies.
    Index("ix_messages_stored", "stored_at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}),
    Index("ix_messages_outbox", "conversation_id", "seq", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_messages_outbox_due", "sent_from", "sent_by", "due_at", postgresql_where=text("due_at IS NOT NULL")),
)

# How far each user has read: up to and with the message `seq`. It only rises.
conversation_reads = Table(
    "conversation_reads",
    metadata,
    Column("user_id", Integer, primary_key=True, autoincrement=False),
    Column("conversation_id", ForeignKey("conversations.id"), primary_key=True),
    Column("seq", Integer, nullable=False),
)

# What the bot understood at each of its turns, for reports.
bot_answers = Table(
    "bot_answers",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("conversation_id", ForeignKey("conversations.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("intent", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("handed_over", Boolean, nullable=False),
    Index("ix_bot_answers_at", "at"),
    Index("ix_bot_answers_conversation", "conversation_id"),
)

conversation_tags = Table(
    "conversation_tags",
    metadata,
    Column("conversation_id", ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_conversation_tags_tag_id", "tag_id", "conversation_id"),
)

# What the desk says often.
canned_replies = Table(
    "canned_replies",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("shortcut", Text, nullable=False, unique=True),
    Column("content", Text, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("updated_by", Integer, nullable=False),
)

# What leads set at run time: business_hours.
desk_settings = Table(
    "desk_settings",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", JSONB, nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("updated_by", Integer, nullable=False),
)

# Messages that their writers edited or deleted afterwards. A change may come before its message, and waits for it.
message_changes = Table(
    "message_changes",
    metadata,
    Column("external_id", Text, primary_key=True),  # the change's own id at the channel
    Column("original", Text, nullable=False),  # the external id of the message
    Column("direction", Text, nullable=False),  # the message's: nobody changes what others wrote
    Column("at", DateTime(timezone=True), nullable=False),
    Column("content", Text),  # null when the message was deleted
    Column("applied_at", DateTime(timezone=True)),  # null while the message is not known
    Index("ix_message_changes_original", "original"),
    Index("ix_message_changes_waiting", "original", postgresql_where=text("applied_at IS NULL")),
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
    Column("sha256", Text),  # as the channel states it, base64 or hex; of the bytes, in hex, once they have a key
    Column("external_id", Text),  # the channel's own id of the file, good until ...
    Column("external_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("stored_at", DateTime(timezone=True)),  # when all bytes were here
    # When it may next be fetched from the channel; null when there is nothing to fetch, or it was given up.
    Column("due_at", DateTime(timezone=True)),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("key", Text),  # of the object with the bytes; null: not here yet, or still in media_chunks
    Column("thumbnail_key", Text),
    Column("width", Integer),  # pixels
    Column("height", Integer),
    Column("duration", Double),  # seconds
    Column("uploaded_by", Integer),  # the user whose it is until a message has it
    Index("ix_media_files_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    Index("ix_media_files_message_id", "message_id"),
    # The same bytes are brought to the channel once.
    Index("ix_media_files_sha256", "sha256", postgresql_where=text("external_until IS NOT NULL")),
    Index("ix_media_files_loose", "created_at", postgresql_where=text("message_id IS NULL")),
    Index("ix_media_files_in_chunks", "id", postgresql_where=text("key IS NULL AND stored_at IS NOT NULL")),
)

# Objects of the store that no file has: one that is being written, before its row names it, and one whose row is gone.
# Whoever takes a row away here decides what becomes of the object: the file that names it, or the sweeper that deletes.
media_leftovers = Table(
    "media_leftovers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),  # from then on it may be deleted
    Index("ix_media_leftovers_due", "due_at"),
)

# Where version 2.0.0 kept a file's bytes, in pieces of a mebibyte. They are moved to the store, a file at a time.
media_chunks = Table(
    "media_chunks",
    metadata,
    Column("file_id", ForeignKey("media_files.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),  # 0, 1, 2 ...
    Column("data", LargeBinary, nullable=False),
)
