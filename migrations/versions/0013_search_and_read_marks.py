"""Customers are found by any part of their name or phone, and the server knows how far each user has read.

Revision: 0013, after 0012

The new column of customers is written into every row: for 100,000 customers they are locked for three seconds. Webhooks
go on being acknowledged meanwhile. Needs the extension pg_trgm, which comes with PostgreSQL: docs/operations.md.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Immutable throughout, as a generated column wants it: `unaccent` is not. `conversations/searching.py` makes the same
# of what is looked for. A mobile stands there in both of its forms, with and without the ninth digit. Before a phone is
# a letter that nobody writes: two digits are looked for where a word begins, and everybody's would begin with 55.
SEARCHABLE = r"""
CREATE OR REPLACE FUNCTION plantao_searchable(name text, username text, phone text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ' ' || regexp_replace(
        lower(regexp_replace(normalize(concat_ws(' ', $1, $2), NFKD), '[\u0300-\u036f]', '', 'g')),
        '[^[:alnum:]]+', ' ', 'g'
    ) || coalesce(' ' || chr(448) || $3, '')
      || CASE WHEN $3 ~ '^55[0-9]{2}9[6-9][0-9]{7}$' THEN ' ' || chr(448) || left($3, 4) || substr($3, 6) ELSE '' END
$$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute(SEARCHABLE)
    op.add_column(
        "customers",
        sa.Column("searchable", sa.Text(), sa.Computed("plantao_searchable(name, username, phone)", persisted=True)),
        if_not_exists=True,
    )
    op.create_index(
        "ix_customers_searchable",
        "customers",
        ["searchable"],
        postgresql_using="gin",
        postgresql_ops={"searchable": "gin_trgm_ops"},
        if_not_exists=True,
    )
    op.create_table(
        "conversation_reads",
        sa.Column("user_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("conversation_id", sa.Uuid(), sa.ForeignKey("conversations.id"), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        if_not_exists=True,
    )
    # Until now each browser knew by itself: nobody begins with all that is served being new.
    op.execute("""
        INSERT INTO conversation_reads (user_id, conversation_id, seq)
        SELECT assigned_to, id, last_seq FROM conversations WHERE status = 'in_progress' AND assigned_to IS NOT NULL
        ON CONFLICT DO NOTHING
    """)


def downgrade() -> None:
    op.drop_table("conversation_reads")
    op.drop_index("ix_customers_searchable", "customers")
    op.drop_column("customers", "searchable")
    op.execute("DROP FUNCTION plantao_searchable(text, text, text)")
