"""The tables of these tests: one column of each type that the product uses."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Unicode,
    UnicodeText,
    UniqueConstraint,
    Uuid,
    text,
)  # fmt: skip

metadata = MetaData()

people = Table(
    "people",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("email", Unicode(254), nullable=False),
    Column("note", UnicodeText),
    Column("active", Boolean, nullable=False, server_default=text("1")),
    Column("since", DateTime(timezone=True)),
    UniqueConstraint("email", name="uq_people_email"),
    CheckConstraint("email <> ''", name="ck_people_email"),
)

visits = Table(
    "visits",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("person_id", ForeignKey("people.id", name="fk_visits_person"), nullable=False),
    Column("token", LargeBinary(32)),
    Column("photo", LargeBinary),
    Column("ended_at", DateTime(timezone=True)),
    Index("uq_visits_open", "person_id", unique=True, mssql_where=text("ended_at IS NULL")),
)
