"""The waiting queue in SQL: who has waited longest among the most urgent, and who is how busy."""

from collections.abc import Sequence

from sqlalchemy import text

from plantao.conversations import repository
from plantao.conversations.repository import Conversation
from plantao.kit.db import Transaction

# A row that somebody else is working on is skipped: it is being taken, answered or closed right now.
NEXT = text("""
    SELECT id FROM conversations WHERE status = 'queue'
    ORDER BY priority DESC, queued_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")

LOADS = text("""
    SELECT assigned_to, count(*) AS load FROM conversations
    WHERE status = 'in_progress' AND assigned_to = ANY(CAST(:agents AS int[])) GROUP BY assigned_to
""")

DEPTH = text("SELECT count(*) AS depth FROM conversations WHERE status = 'queue'")
IN_PROGRESS = text("SELECT count(*) AS serving FROM conversations WHERE status = 'in_progress'")


async def next_waiting(tx: Transaction) -> Conversation | None:
    """The head of the queue, locked."""
    row = await tx.first(NEXT)
    return await repository.lock(tx, row.id) if row is not None else None


async def loads(tx: Transaction, agent_ids: Sequence[int]) -> dict[int, int]:
    """How many conversations each agent is serving."""
    found = {row.assigned_to: row.load for row in await tx.rows(LOADS, {"agents": list(agent_ids)})}
    return {agent_id: found.get(agent_id, 0) for agent_id in agent_ids}


async def depth(tx: Transaction) -> int:
    row = await tx.first(DEPTH)
    return int(row.depth) if row is not None else 0


async def in_progress(tx: Transaction) -> int:
    """How many conversations are being served, by the bot or by people."""
    row = await tx.first(IN_PROGRESS)
    return int(row.serving) if row is not None else 0
