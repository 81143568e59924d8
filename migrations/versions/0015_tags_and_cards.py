"""Tags of conversations and customers, and what people write on a customer's card.

Revision: 0015, after 0012

New columns with constant defaults take no rewrite, and the tables that are new lock nobody out. The running version
can live with this schema: it sees nothing of it.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

COLORS = "'gray', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink'"


def card() -> list[sa.Column[Any]]:
    return [
        sa.Column("named", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("plan", sa.Text()),
        sa.Column("account_number", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("notes", sa.Text(), nullable=False, server_default=sa.text("''")),
        sa.Column("version", sa.Integer(), nullable=False, server_default=sa.text("1")),
    ]


def upgrade() -> None:
    op.create_table(
        "tags",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, unique=True),
        sa.Column("color", sa.Text(), nullable=False),
        sa.CheckConstraint(f"color IN ({COLORS})", name=op.f("ck_tags_color_known")),
        if_not_exists=True,
    )
    for table, owner in (("conversation_tags", "conversation"), ("customer_tags", "customer")):
        _create_worn(table, owner)
    for column in card():
        op.add_column("customers", column, if_not_exists=True)


def _create_worn(table: str, owner: str) -> None:
    owner_id = sa.Column(f"{owner}_id", sa.Uuid(), sa.ForeignKey(f"{owner}s.id", ondelete="CASCADE"), primary_key=True)
    tag_id = sa.Column("tag_id", sa.BigInteger(), sa.ForeignKey("tags.id", ondelete="CASCADE"), primary_key=True)
    op.create_table(table, owner_id, tag_id, if_not_exists=True)
    op.create_index(f"ix_{table}_tag_id", table, ["tag_id", f"{owner}_id"], if_not_exists=True)


def downgrade() -> None:
    for column in reversed(card()):
        op.drop_column("customers", column.name)
    for table in ("customer_tags", "conversation_tags", "tags"):
        op.drop_table(table)
