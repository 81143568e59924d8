"""What a provider teaches the bot and how it is set. Private to chatbot."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Double, Identity, Index, Integer, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from plantao.kit.db import metadata

# The provider's own sentences. `key`: the normalised text; one sentence means one thing.
bot_examples = Table(
    "bot_examples",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("intent", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("created_by", Integer, nullable=False),
    Index("ix_bot_examples_intent", "intent", "id"),
)

# Sentences that come with the product and are not to be learnt from.
bot_disabled_examples = Table(
    "bot_disabled_examples",
    metadata,
    Column("key", Text, primary_key=True),
    Column("disabled_at", DateTime(timezone=True), nullable=False),
    Column("disabled_by", Integer, nullable=False),
)

# Each training, also one that was not applied because it understood less than what there was.
bot_trainings = Table(
    "bot_trainings",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("trained_at", DateTime(timezone=True), nullable=False),
    Column("trained_by", Integer, nullable=False),
    Column("applied", Boolean, nullable=False),
    Column("own_examples", Integer, nullable=False),
    Column("disabled_examples", Integer, nullable=False),
    Column("macro_f1_before", Double, nullable=False),
    Column("macro_f1", Double, nullable=False),
    Column("own_understood_before", Integer, nullable=False),
    Column("own_understood", Integer, nullable=False),
    Column("mark", Text, nullable=False),  # of what was taught, to tell whether that has changed since
    # What was taught, for every process to learn it by itself: of the newest applied one alone.
    Column("taught", JSONB),
)

# Every version is a row: the newest is in force, the others tell who changed what.
bot_settings = Table(
    "bot_settings",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("value", JSONB, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("saved_by", Integer, nullable=False),
)
