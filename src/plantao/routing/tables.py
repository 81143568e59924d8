"""Agents as the queue sees them. Private to routing."""

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Index, Integer, SmallInteger, Table, Text, text

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

# A row for each process that holds, or held, sockets of the agent. The agent is connected while one of them is
# open and fresh, and gone since the last of them was seen.
agent_presence = Table(
    "agent_presence",
    metadata,
    Column("user_id", Integer, primary_key=True, autoincrement=False),
    Column("node", Text, primary_key=True),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("is_open", Boolean, nullable=False, server_default=text("true")),
    Index("ix_agent_presence_node", "node"),
)
