"""Users, sessions, tokens, second factors and the audit trail, in SQL Server.

Revision: 0001, the first

Text that is compared exactly says so, for SQL Server's own rule is to ignore case. Times are UTC without an offset.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mssql import DATETIME2, NVARCHAR, VARBINARY

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

EXACT = "Latin1_General_BIN2"
GUARD = (
    "CREATE TRIGGER audit_entries_append_only ON audit_entries INSTEAD OF UPDATE, DELETE "
    "AS THROW 51000, 'audit_entries is append-only', 1"
)


def exact(length: int) -> NVARCHAR:
    return NVARCHAR(length, collation=EXACT)


def upgrade() -> None:
    _create_users()
    _create_sessions()
    _create_refresh_tokens()
    _create_recovery_codes()
    _create_audit_entries()


def _create_users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("email", NVARCHAR(254), nullable=False),
        sa.Column("email_key", exact(850), nullable=False),
        sa.Column("password_hash", exact(255), nullable=False),
        sa.Column("name", NVARCHAR(240), nullable=False),
        sa.Column("role", exact(20), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", DATETIME2(6), nullable=False),
        sa.Column("updated_at", DATETIME2(6), nullable=False),
        sa.Column("totp_secret", exact(64), nullable=True),
        sa.Column("totp_confirmed_at", DATETIME2(6), nullable=True),
        sa.Column("totp_last_interval", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("role IN ('admin', 'atendente', 'supervisor', 'user')", name="ck_users_role_known"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", DATETIME2(6), nullable=False),
        sa.Column("expires_at", DATETIME2(6), nullable=False),
        sa.Column("revoked_at", DATETIME2(6), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_user_open", "sessions", ["user_id"], mssql_where=sa.text("revoked_at IS NULL"))


def _create_refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("token_hash", VARBINARY(32), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", DATETIME2(6), nullable=False),
        sa.Column("used_at", DATETIME2(6), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_refresh_tokens_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_refresh_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_refresh_tokens_token_hash"),
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"])


def _create_recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", VARBINARY(32), nullable=False),
        sa.Column("used_at", DATETIME2(6), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_recovery_codes_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_user_id", "recovery_codes", ["user_id"])


def _create_audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("at", DATETIME2(6), nullable=False),
        sa.Column("action", exact(40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("before", NVARCHAR(), nullable=False),
        sa.Column("after", NVARCHAR(), nullable=False),
        sa.Column("address", NVARCHAR(64), nullable=False),
        sa.Column("request_id", NVARCHAR(64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_user", "audit_entries", ["user_id", "id"])
    op.create_index("ix_audit_entries_actor", "audit_entries", ["actor_id", "id"])
    op.execute(GUARD)


def downgrade() -> None:
    for table in ("audit_entries", "recovery_codes", "refresh_tokens", "sessions", "users"):
        op.drop_table(table)
