"""Agents as the queue sees them. Private to routing."""

from sqlalchemy import CheckConstraint, Column, DateTime, Index, Integer, SmallInteger, Table, Text, text

from plantao.kit.db import metadata

agents = Table(
    "agents",
    metadata,
    Column("user_id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),  # as at the last connection: users may live in another database
    Column("status", Text, nullable=False, server_default=text("'online'")),  # what the agent wishes to be
    Column("max_conversations", SmallInteger, nullable=False, server_default=text("5")),
    CheckConstraint("status IN ('online', 'away')", name="status_known"),
    CheckConstraint("max_conversations BETWEEN 1 AND 100", name="capacity_sane"),
)

# An agent is online while one of these is fresh: a row for each process that holds sockets of the agent.
agent_presence = Table(
    "agent_presence",
    metadata,
    Column("user_id", Integer, primary_key=True, autoincrement=False),
    Column("node", Text, primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Index("ix_agent_presence_node", "node"),
)
