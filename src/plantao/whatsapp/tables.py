"""What Meta sent, kept before anything else happens. Private to whatsapp."""

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

# What Meta says of each of our numbers. A column is null until it was said; `synced_at` until Meta was asked.
numbers = Table(
    "whatsapp_numbers",
    metadata,
    Column("phone_number_id", Text, primary_key=True),
    Column("business_account_id", Text),
    Column("display_phone_number", Text),
    Column("verified_name", Text),
    Column("quality_rating", Text),
    Column("status", Text),
    Column("name_status", Text),
    Column("throughput_level", Text),
    Column("messaging_limit", Text),
    Column("account_mode", Text),
    Column("can_send", Text),
    Column("reasons", JSONB, nullable=False, server_default=text("'[]'")),  # why it may not, or not all
    Column("synced_at", DateTime(timezone=True)),
    Column("changed_at", DateTime(timezone=True)),  # by a notice
)

# Meta's templates as they were last told. One that is gone stays, as DELETED, for what was sent with it.
templates = Table(
    "whatsapp_templates",
    metadata,
    Column("business_account_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("meta_id", Text),
    Column("category", Text),
    Column("status", Text, nullable=False),
    Column("quality", Text),
    Column("reason", Text),  # of a refusal, or of a pause
    Column("components", JSONB),  # null until Meta was asked
    Column("noted", JSONB, nullable=False, server_default=text("'{}'")),  # by field: Meta's time of the newest notice
    Column("changed_at", DateTime(timezone=True)),  # by a notice
    Column("synced_at", DateTime(timezone=True)),
)

# What was asked of Meta, and when: `number:<id>`, `templates:<business account>`. A lease keeps others from asking too.
syncs = Table(
    "whatsapp_syncs",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("synced_at", DateTime(timezone=True)),
    Column("requested_at", DateTime(timezone=True)),
    Column("leased_until", DateTime(timezone=True)),
)

# What needs a person. `topic` is what it is about: a later word on the same closes it.
alerts = Table(
    "whatsapp_alerts",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("business_account_id", Text),
    Column("phone_number_id", Text),
    Column("field", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False, unique=True),  # of field, time and value: said once
    Column("raw", JSONB, nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    CheckConstraint("severity IN ('info', 'warning', 'critical')", name="severity_known"),
    Index("ix_whatsapp_alerts_open", "topic", postgresql_where=text("closed_at IS NULL")),
)

# Who wants no marketing. By identifier, for customers are merged, and Meta may name one whom we do not know yet.
marketing_preferences = Table(
    "whatsapp_marketing_preferences",
    metadata,
    Column("kind", Text, primary_key=True),  # bsuid, phone (canonical digits)
    Column("value", Text, primary_key=True),
    Column("stopped", Boolean, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
)
