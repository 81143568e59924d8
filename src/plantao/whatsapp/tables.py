"""What Meta sent, kept before anything else happens. Private to whatsapp."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
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

# Meta's limits as one moment each (GCRA): the time at which the allowance is used up.
send_rates = Table(
    "whatsapp_send_rates",
    metadata,
    Column("key", Text, primary_key=True),  # see rates.py
    Column("used_until", DateTime(timezone=True), nullable=False),
    # Of a number: how many messages it had received in all when that was last counted in, and when.
    Column("received", BigInteger),
    Column("read_at", DateTime(timezone=True)),
)

# How each of our numbers may send. No row: as a new number may, and nothing stands in its way.
sending = Table(
    "whatsapp_sending",
    metadata,
    Column("phone_number_id", Text, primary_key=True),
    Column("throughput", Text, nullable=False, server_default=text("'STANDARD'")),
    # Why Meta takes nothing from this number at present: null while it does.
    Column("stopped_by", Text),
    Column("stopped_code", Integer),
    Column("stopped_at", DateTime(timezone=True)),
    Column("token_fingerprint", Text),  # of the token that was refused: another one is tried at once
    Column("probe_at", DateTime(timezone=True)),  # when it is tried whether it works again
    Column("probes", SmallInteger, nullable=False, server_default=text("0")),
    CheckConstraint("stopped_by IN ('token', 'configuration')", name="stopped_by_known"),
)

# How many messages each number has received: a row of its own, so that who takes in waits for nobody who sends.
received = Table(
    "whatsapp_received",
    metadata,
    Column("phone_number_id", Text, primary_key=True),
    Column("total", BigInteger, nullable=False),
)
