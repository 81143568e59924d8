"""Who may log in, and with what. Private to identity.

The same tables in PostgreSQL and in SQL Server, where they are migrated apart (`migrations/sqlserver`): no foreign
key leads out of here or in.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    text,
)
from sqlalchemy.dialects import mssql
from sqlalchemy.types import TypeEngine

from plantao.kit.db import metadata

# SQLAlchemy left their constructors untyped.
_DATETIME2: Any = mssql.DATETIME2
_VARBINARY: Any = mssql.VARBINARY
EXACT = "Latin1_General_BIN2"  # SQL Server compares without regard to case, unless told


class Moment(TypeDecorator[datetime]):
    """An aware time. SQL Server's drivers disagree about DATETIMEOFFSET, so there it is UTC without saying so."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "mssql":
            return dialect.type_descriptor(_DATETIME2(6))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "mssql":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value is not None and dialect.name == "mssql" else value


def _words(length: int, *, exact: bool = False) -> TypeEngine[str]:
    """A text, of at most `length` UTF-16 units in SQL Server, which wants to know."""
    return Text().with_variant(mssql.NVARCHAR(length, collation=EXACT if exact else None), "mssql")


_DIGEST = LargeBinary().with_variant(_VARBINARY(32), "mssql")  # SHA-256: a read of the table logs nobody in
_LONG = Text().with_variant(mssql.NVARCHAR(), "mssql")

users = Table(
    "users",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("email", _words(254), nullable=False),
    # Case-folded: how e-mails compare. Folding makes some letters three.
    Column("email_key", _words(850, exact=True), nullable=False, unique=True),
    Column("password_hash", _words(255, exact=True), nullable=False),
    Column("name", _words(240), nullable=False),
    Column("role", _words(20, exact=True), nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    # The second factor: its shared secret, since when it is asked for, and the last interval whose code was used.
    Column("totp_secret", _words(64, exact=True)),
    Column("totp_confirmed_at", Moment),
    Column("totp_last_interval", BigInteger),
    CheckConstraint("role IN ('admin', 'atendente', 'supervisor', 'user')", name="role_known"),
)

# A session is a family: one log-in, its access tokens, and the chain of its refresh tokens.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Index(
        "ix_sessions_user_open",
        "user_id",
        postgresql_where=text("revoked_at IS NULL"),
        mssql_where=text("revoked_at IS NULL"),
    ),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("token_hash", _DIGEST, nullable=False, unique=True),
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)

# For the day on which the phone is lost. Each is good once.
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("code_hash", _DIGEST, nullable=False),
    Column("used_at", Moment),
)

# Who changed which user, how, and from where. A trigger refuses to change or delete a row.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("action", _words(40, exact=True), nullable=False),
    Column("user_id", Integer, nullable=False),  # whom it is about
    Column("actor_id", Integer),  # who did it; null: nobody who was logged in
    Column("before", _LONG, nullable=False),  # JSON objects of what changed
    Column("after", _LONG, nullable=False),
    Column("address", _words(64), nullable=False),
    Column("request_id", _words(64)),
    Index("ix_audit_entries_user", "user_id", "id"),
    Index("ix_audit_entries_actor", "actor_id", "id"),
)
