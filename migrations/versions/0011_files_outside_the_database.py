"""Where a file's bytes are, what a screen wants to know of it, and objects that no file has.

Revision: 0011, after 0010

What media_chunks holds stays there until the new version has moved it; the running version still reads it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ADDED = (
    ("key", sa.Text()),
    ("thumbnail_key", sa.Text()),
    ("width", sa.Integer()),
    ("height", sa.Integer()),
    ("duration", sa.Double()),
    ("uploaded_by", sa.Integer()),
)
# What was given up says so on its message alone: from now on also on the file, which can be asked for again.
_GIVEN_UP = """
    UPDATE messages m SET media = m.media || jsonb_build_object('file', f.id, 'state', 'failed')
    FROM media_files f WHERE f.message_id = m.id AND f.due_at IS NULL AND f.stored_at IS NULL
"""


def upgrade() -> None:
    for name, kind in _ADDED:
        op.add_column("media_files", sa.Column(name, kind))
    op.create_index(
        "ix_media_files_in_chunks",
        "media_files",
        ["id"],
        postgresql_where=sa.text("key IS NULL AND stored_at IS NOT NULL"),
    )
    op.create_table(
        "media_leftovers",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_media_leftovers")),
    )
    op.create_index("ix_media_leftovers_due", "media_leftovers", ["due_at"])
    op.execute(_GIVEN_UP)


def downgrade() -> None:
    """Files that were moved or came since are not in the database: their rows stay without bytes."""
    op.drop_table("media_leftovers")
    op.drop_index("ix_media_files_in_chunks", "media_files")
    for name, _ in reversed(_ADDED):
        op.drop_column("media_files", name)
