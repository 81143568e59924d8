"""What Meta sent, kept before anything else happens. Private to whatsapp."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from plantao.kit.db import metadata

# The promise of zero loss: a webhook is answered 200 only once its body is a committed row here.
ledger = Table(
    "webhook_ledger",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("materialised_at", DateTime(timezone=True)),
    Index("ix_webhook_ledger_pending", "id", postgresql_where=text("materialised_at IS NULL")),
    Index("ix_webhook_ledger_received_at", "received_at"),
)

# One item of a body that could not be read or stored: visible, and replayable once the cause is mended.
parked_items = Table(
    "webhook_parked_items",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("ledger_id", ForeignKey("webhook_ledger.id"), nullable=False),
    Column("path", Text, nullable=False),  # entry[0].changes[0].value.messages[3]
    Column("reason", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("parked_at", DateTime(timezone=True), nullable=False),
    Index("ix_webhook_parked_items_ledger_id", "ledger_id"),
)

# A status that came before its message was known here waits for it.
early_statuses = Table(
    "whatsapp_early_statuses",
    metadata,
    Column("external_id", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("status_rank", SmallInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("error", JSONB),
)

# What Meta said of the price of a message of ours.
charges = Table(
    "whatsapp_charges",
    metadata,
    Column("external_id", Text, primary_key=True),
    Column("phone_number_id", Text),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("category", Text),
    Column("type", Text),
    Column("billable", Boolean, nullable=False),
    Index("ix_whatsapp_charges_at", "at", postgresql_include=["phone_number_id", "category", "type", "billable"]),
)

# Meta's limits as one moment each (GCRA): the time at which the allowance is used up.
send_rates = Table(
    "whatsapp_send_rates",
    metadata,
    Column("key", Text, primary_key=True),  # number:<phone number id>, pair:<customer id>
    Column("used_until", DateTime(timezone=True), nullable=False),
)
