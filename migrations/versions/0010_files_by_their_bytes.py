"""Which bytes the channel has already: the same file is brought there once.

Revision: 0010, after 0009

Files sent before have no hash and are brought once more.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_media_files_sha256",
        "media_files",
        ["sha256"],
        postgresql_where=sa.text("external_until IS NOT NULL"),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_index("ix_media_files_sha256", "media_files")
