"""The provider's own examples, the bot's trainings and its settings.

Revision: 0016, after 0012

New tables only: nothing waits, and the version before lives with them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bot_examples",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.UniqueConstraint("key", name=op.f("uq_bot_examples_key")),
        if_not_exists=True,
    )
    op.create_index("ix_bot_examples_intent", "bot_examples", ["intent", "id"], if_not_exists=True)
    op.create_table(
        "bot_disabled_examples",
        sa.Column("key", sa.Text(), primary_key=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_by", sa.Integer(), nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "bot_trainings",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("trained_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trained_by", sa.Integer(), nullable=False),
        sa.Column("applied", sa.Boolean(), nullable=False),
        sa.Column("own_examples", sa.Integer(), nullable=False),
        sa.Column("disabled_examples", sa.Integer(), nullable=False),
        sa.Column("macro_f1_before", sa.Double(), nullable=False),
        sa.Column("macro_f1", sa.Double(), nullable=False),
        sa.Column("own_understood_before", sa.Integer(), nullable=False),
        sa.Column("own_understood", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("taught", JSONB()),
        if_not_exists=True,
    )
    op.create_table(
        "bot_settings",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("value", JSONB(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        if_not_exists=True,
    )


def downgrade() -> None:
    for name in ("bot_settings", "bot_trainings", "bot_disabled_examples", "bot_examples"):
        op.drop_table(name)
