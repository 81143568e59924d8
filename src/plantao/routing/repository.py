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

APPEAR = text("""
    INSERT INTO agent_presence (user_id, node, seen_at) VALUES (:user_id, :node, :now)
    ON CONFLICT (user_id, node) DO UPDATE SET seen_at = excluded.seen_at
""")

DISAPPEAR = text("DELETE FROM agent_presence WHERE user_id = :user_id AND node = :node")
LEAVE_NODE = text("DELETE FROM agent_presence WHERE node = :node")

HEARTBEAT = text("""
    INSERT INTO agent_presence (user_id, node, seen_at)
    SELECT unnest(CAST(:user_ids AS int[])), :node, CAST(:now AS timestamptz)
    ON CONFLICT (user_id, node) DO UPDATE SET seen_at = excluded.seen_at
""")

# The rows stay locked until the transaction ends: of two that assign at once, the second counts the first's.
LOCK_ONLINE = text("""
    SELECT user_id, name, max_conversations FROM agents a
    WHERE a.status = 'online' AND EXISTS (
        SELECT FROM agent_presence p WHERE p.user_id = a.user_id AND p.seen_at > :fresh_since
    )
    ORDER BY user_id FOR UPDATE
""")

LOCK = text("SELECT user_id, name, max_conversations FROM agents WHERE user_id = :user_id FOR UPDATE")


@dataclass(frozen=True, slots=True)
class Agent:
    user_id: int
    name: str
    max_conversations: int


async def upsert(tx: Transaction, user_id: int, name: str) -> None:
    await tx.run(UPSERT, {"user_id": user_id, "name": name})


async def appear(tx: Transaction, user_id: int, node: str, now: datetime) -> None:
    await tx.run(APPEAR, {"user_id": user_id, "node": node, "now": now})


async def disappear(tx: Transaction, user_id: int, node: str) -> None:
    await tx.run(DISAPPEAR, {"user_id": user_id, "node": node})


async def leave_node(tx: Transaction, node: str) -> None:
    await tx.run(LEAVE_NODE, {"node": node})


async def heartbeat(tx: Transaction, user_ids: Sequence[int], node: str, now: datetime) -> None:
    await tx.run(HEARTBEAT, {"user_ids": list(user_ids), "node": node, "now": now})


async def lock_online(tx: Transaction, fresh_since: datetime) -> list[Agent]:
    return [_agent(row) for row in await tx.rows(LOCK_ONLINE, {"fresh_since": fresh_since})]


async def lock(tx: Transaction, user_id: int) -> Agent | None:
    row = await tx.first(LOCK, {"user_id": user_id})
    return _agent(row) if row is not None else None


def _agent(row: Row[Any]) -> Agent:
    return Agent(row.user_id, row.name, row.max_conversations)
