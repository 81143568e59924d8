"""Who writes to us. Private to customers."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from plantao.kit.db import metadata

customers = Table(
    "customers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text),
    Column("username", Text),
    Column("phone", Text),  # canonical digits, with the ninth digit: what is shown
    Column("wa_id", Text),  # exactly as Meta gave it last: what is sent to
    Column("bsuid", Text),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # Name, username and both forms of the phone, without accents and capitals: what a search looks through.
    Column("searchable", Text, Computed("plantao_searchable(name, username, phone)", persisted=True)),
    Index(
        "ix_customers_searchable",
        "searchable",
        postgresql_using="gin",
        postgresql_ops={"searchable": "gin_trgm_ops"},
    ),
    # What people write on the customer's card.
    Column("named", Boolean, nullable=False, server_default=text("false")),  # people gave the name, not the channel
    Column("plan", Text),
    Column("account_number", Text),  # the provider's own code of the subscriber
    Column("address", Text),
    Column("notes", Text, nullable=False, server_default=text("''")),
    Column("version", Integer, nullable=False, server_default=text("1")),  # of the card: rises with each change
)

# One person per identifier. `phone` holds the canonical form, so both spellings of an old Brazilian mobile
# find the same row; `wa_id` holds Meta's own spelling; `bsuid` the id of a customer who hides the phone.
customer_identifiers = Table(
    "customer_identifiers",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("customer_id", ForeignKey("customers.id"), nullable=False),
    CheckConstraint("kind IN ('bsuid', 'wa_id', 'phone')", name="kind_known"),
    Index("ix_customer_identifiers_customer_id", "customer_id"),
)

customer_tags = Table(
    "customer_tags",
    metadata,
    Column("customer_id", ForeignKey("customers.id", ondelete="CASCADE"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_customer_tags_tag_id", "tag_id", "customer_id"),
)
