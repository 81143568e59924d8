"""Files of messages, and what customers thought of the service.

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "media_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("mime_type", sa.Text(), nullable=True),
        sa.Column("filename", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("external_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_media_files_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media_files")),
    )
    op.create_index(
        "ix_media_files_due", "media_files", ["due_at"], unique=False, postgresql_where=sa.text("due_at IS NOT NULL")
    )
    op.create_index(
        "ix_media_files_loose",
        "media_files",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("message_id IS NULL"),
    )
    op.create_index("ix_media_files_message_id", "media_files", ["message_id"], unique=False)
    op.create_table(
        "media_chunks",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["media_files.id"], name=op.f("fk_media_chunks_file_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_id", "position", name=op.f("pk_media_chunks")),
    )
    # Photos and PDF files are compressed already: trying again would only cost time.
    op.execute("ALTER TABLE media_chunks ALTER COLUMN data SET STORAGE EXTERNAL")
    op.add_column("conversations", sa.Column("satisfaction", sa.SmallInteger(), nullable=True))
    op.add_column("conversations", sa.Column("surveyed_at", sa.DateTime(timezone=True), nullable=True))
    # All rows that there are have null: reading them to check is quick, a row a conversation.
    op.create_check_constraint(
        op.f("ck_conversations_satisfaction_range"), "conversations", "satisfaction BETWEEN 1 AND 5"
    )


def downgrade() -> None:
    op.drop_column("conversations", "surveyed_at")
    op.drop_column("conversations", "satisfaction")
    op.drop_table("media_chunks")
    op.drop_table("media_files")
