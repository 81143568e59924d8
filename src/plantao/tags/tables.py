"""The tags that there are. Private to tags; who wears one is kept beside what wears it."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Table, Text

from plantao.kit.db import metadata

tags = Table(
    "tags",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("name", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),  # the name without case and accents: models.key_of
    Column("color", Text, nullable=False),
    CheckConstraint(
        "color IN ('gray', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink')", name="color_known"
    ),
)
