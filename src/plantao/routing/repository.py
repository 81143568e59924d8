"""Agents and their presence in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from plantao.kit.db import Transaction

UPSERT = text("""
    INSERT INTO agents (user_id, name) VALUES (:user_id, :name)
    ON CONFLICT (user_id) DO UPDATE SET name = excluded.name
""")

CHANGE = text("""
    UPDATE agents SET
        status = coalesce(CAST(:status AS text), status),
        max_conversations = coalesce(CAST(:max_conversations AS smallint), max_conversations)
    WHERE user_id = :user_id
""")

WITHDRAW = text("DELETE FROM agents WHERE user_id = :user_id")

APPEAR = text("""
    INSERT INTO agent_presence (user_id, node, seen_at) VALUES (:user_id, :node, :now)
    ON CONFLICT (user_id, node) DO UPDATE SET seen_at = excluded.seen_at, is_open = true
""")

# The row stays for a while: it says since when the agent is gone.
DISAPPEAR = text("UPDATE agent_presence SET is_open = false, seen_at = :now WHERE user_id = :user_id AND node = :node")
LEAVE_NODE = text("UPDATE agent_presence SET is_open = false, seen_at = :now WHERE node = :node AND is_open")
PRUNE = text("DELETE FROM agent_presence WHERE seen_at <= :before")

HEARTBEAT = text("""
    INSERT INTO agent_presence (user_id, node, seen_at)
    SELECT unnest(CAST(:user_ids AS int[])), :node, CAST(:now AS timestamptz)
    ON CONFLICT (user_id, node) DO UPDATE SET seen_at = excluded.seen_at, is_open = true
""")

_IS_CONNECTED = """
    EXISTS (SELECT FROM agent_presence p WHERE p.user_id = a.user_id AND p.is_open AND p.seen_at > :fresh_since)
"""

# The rows stay locked until the transaction ends: of two that assign at once, the second counts the first's.
LOCK_ONLINE = text(f"""
    SELECT user_id, name, max_conversations FROM agents a
    WHERE a.status = 'online' AND {_IS_CONNECTED}
    ORDER BY user_id FOR UPDATE
""")

LOCK = text("SELECT user_id, name, max_conversations FROM agents WHERE user_id = :user_id FOR UPDATE")

ALL = text(f"""
    SELECT user_id, name, status, max_conversations, {_IS_CONNECTED} AS is_connected FROM agents a ORDER BY user_id
""")

# An open socket, in whatever process, renews its row: one look at the newest is enough.
GONE = text("""
    SELECT user_id FROM agents a
    WHERE NOT EXISTS (SELECT FROM agent_presence p WHERE p.user_id = a.user_id AND p.seen_at > :since)
""")


@dataclass(frozen=True, slots=True)
class Agent:
    user_id: int
    name: str
    max_conversations: int


async def upsert(tx: Transaction, user_id: int, name: str) -> None:
    await tx.run(UPSERT, {"user_id": user_id, "name": name})


async def change(tx: Transaction, user_id: int, *, status: str | None, max_conversations: int | None) -> None:
    """None leaves a thing as it is."""
    await tx.run(CHANGE, {"user_id": user_id, "status": status, "max_conversations": max_conversations})


async def withdraw(tx: Transaction, user_id: int) -> None:
    """The user is no agent, or not any more."""
    await tx.run(WITHDRAW, {"user_id": user_id})


async def appear(tx: Transaction, user_id: int, node: str, now: datetime) -> None:
    await tx.run(APPEAR, {"user_id": user_id, "node": node, "now": now})


async def disappear(tx: Transaction, user_id: int, node: str, now: datetime) -> None:
    await tx.run(DISAPPEAR, {"user_id": user_id, "node": node, "now": now})


async def leave_node(tx: Transaction, node: str, now: datetime) -> None:
    await tx.run(LEAVE_NODE, {"node": node, "now": now})


async def heartbeat(tx: Transaction, user_ids: Sequence[int], node: str, now: datetime) -> None:
    await tx.run(HEARTBEAT, {"user_ids": list(user_ids), "node": node, "now": now})


async def prune_presence(tx: Transaction, before: datetime) -> None:
    await tx.run(PRUNE, {"before": before})


async def lock_online(tx: Transaction, fresh_since: datetime) -> list[Agent]:
    return [_agent(row) for row in await tx.rows(LOCK_ONLINE, {"fresh_since": fresh_since})]


async def lock(tx: Transaction, user_id: int) -> Agent | None:
    row = await tx.first(LOCK, {"user_id": user_id})
    return _agent(row) if row is not None else None


async def everyone(tx: Transaction, fresh_since: datetime) -> list[Row[Any]]:
    """`user_id`, `name`, `status`, `max_conversations`, `is_connected` of all who ever were agents."""
    return await tx.rows(ALL, {"fresh_since": fresh_since})


async def gone(tx: Transaction, since: datetime) -> list[int]:
    """Who has had no socket in any process after `since`."""
    return [row.user_id for row in await tx.rows(GONE, {"since": since})]


def _agent(row: Row[Any]) -> Agent:
    return Agent(row.user_id, row.name, row.max_conversations)
