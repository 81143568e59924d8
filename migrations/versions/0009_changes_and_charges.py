"""Messages that were edited or deleted afterwards, and what Meta charges for messages.

Revision: 0009, after 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_changes()
    _create_charges()


def _create_changes() -> None:
    name = "message_changes"
    op.create_table(
        name,
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_message_changes")),
    )
    op.create_index(f"ix_{name}_original", name, ["original"])
    op.create_index(f"ix_{name}_waiting", name, ["original"], postgresql_where=sa.text("applied_at IS NULL"))


def _create_charges() -> None:
    name = "whatsapp_charges"
    op.create_table(
        name,
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("phone_number_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("type", sa.Text(), nullable=True),
        sa.Column("billable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("external_id", name=op.f("pk_whatsapp_charges")),
    )
    op.create_index(
        f"ix_{name}_at", name, ["at"], postgresql_include=["phone_number_id", "category", "type", "billable"]
    )


def downgrade() -> None:
    op.drop_table("whatsapp_charges")
    op.drop_table("message_changes")
