"""A conversation that its agent has put aside until a moment.

Revision: 0014, after 0012

The new column takes no rewrite, the check is held without a lock that writes would wait for. Writes to conversations
wait while the index is built, which has nothing in it yet. A process of the version before wakes nothing, and cannot
close or give back what a new one has put aside: stop it before anybody does.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

CHECK = "ck_conversations_snoozed_is_somebodys"


def upgrade() -> None:
    op.add_column("conversations", sa.Column("snoozed_until", sa.DateTime(timezone=True)), if_not_exists=True)
    op.create_index(
        "ix_conversations_snoozed",
        "conversations",
        ["snoozed_until"],
        postgresql_where=sa.text("snoozed_until IS NOT NULL"),
        if_not_exists=True,
    )
    op.execute(f"ALTER TABLE conversations DROP CONSTRAINT IF EXISTS {CHECK}")
    op.execute(f"""
        ALTER TABLE conversations ADD CONSTRAINT {CHECK}
        CHECK (snoozed_until IS NULL OR (status = 'in_progress' AND handled_by = 'agent')) NOT VALID
    """)
    # By itself: what reads the whole table must not do so under the lock with which the check was added.
    with op.get_context().autocommit_block():
        op.execute(f"ALTER TABLE conversations VALIDATE CONSTRAINT {CHECK}")


def downgrade() -> None:
    op.drop_constraint(CHECK, "conversations")
    op.drop_index("ix_conversations_snoozed", "conversations")
    op.drop_column("conversations", "snoozed_until")
