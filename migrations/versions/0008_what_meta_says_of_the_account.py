"""What Meta says of our numbers and templates, what needs a person, and who wants no marketing.

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_SEVERITIES = "severity IN ('info', 'warning', 'critical')"


def _text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _create_numbers()
    _create_templates()
    _create_alerts()
    op.create_table(
        "whatsapp_syncs",
        _text("subject", nullable=False),
        _time("synced_at"),
        _time("requested_at"),
        _time("leased_until"),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_whatsapp_syncs")),
    )
    op.create_table(
        "whatsapp_marketing_preferences",
        _text("kind", nullable=False),
        _text("value", nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        _time("at", nullable=False),
        sa.PrimaryKeyConstraint("kind", "value", name=op.f("pk_whatsapp_marketing_preferences")),
    )


def _create_numbers() -> None:
    op.create_table(
        "whatsapp_numbers",
        _text("phone_number_id", nullable=False),
        _text("business_account_id"),
        _text("display_phone_number"),
        _text("verified_name"),
        _text("quality_rating"),
        _text("status"),
        _text("name_status"),
        _text("throughput_level"),
        _text("messaging_limit"),
        _text("account_mode"),
        _text("can_send"),
        sa.Column("reasons", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        _time("synced_at"),
        _time("changed_at"),
        sa.PrimaryKeyConstraint("phone_number_id", name=op.f("pk_whatsapp_numbers")),
    )


def _create_templates() -> None:
    op.create_table(
        "whatsapp_templates",
        _text("business_account_id", nullable=False),
        _text("name", nullable=False),
        _text("language", nullable=False),
        _text("meta_id"),
        _text("category"),
        _text("status", nullable=False),
        _text("quality"),
        _text("reason"),
        sa.Column("components", JSONB(), nullable=True),
        sa.Column("noted", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        _time("changed_at"),
        _time("synced_at"),
        sa.PrimaryKeyConstraint("business_account_id", "name", "language", name=op.f("pk_whatsapp_templates")),
    )


def _create_alerts() -> None:
    op.create_table(
        "whatsapp_alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _time("at", nullable=False),
        _text("business_account_id"),
        _text("phone_number_id"),
        _text("field", nullable=False),
        _text("topic", nullable=False),
        _text("severity", nullable=False),
        _text("title", nullable=False),
        _text("detail", nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("raw", JSONB(), nullable=False),
        _time("expires_at", nullable=False),
        _time("closed_at"),
        sa.CheckConstraint(
            "severity IN ('info', 'warning', 'critical')", name=op.f("ck_whatsapp_alerts_severity_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_whatsapp_alerts")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_whatsapp_alerts_fingerprint")),
    )
    op.create_index(
        "ix_whatsapp_alerts_open", "whatsapp_alerts", ["topic"], postgresql_where=sa.text("closed_at IS NULL")
    )


def downgrade() -> None:
    for table in ("marketing_preferences", "syncs", "alerts", "templates", "numbers"):
        op.drop_table(f"whatsapp_{table}")
