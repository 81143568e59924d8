"""The waiting queue in SQL: who has waited longest among the most urgent, and who is how busy."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from plantao.conversations import repository
from plantao.conversations.glances import PREVIEW
from plantao.conversations.repository import Conversation
from plantao.kit.db import Transaction

_ORDER = "priority DESC, queued_at, id"

# A row that somebody else is working on is skipped: it is being taken, answered or closed right now.
NEXT = text(f"""
    SELECT id FROM conversations WHERE status = 'queue' ORDER BY {_ORDER} LIMIT 1 FOR UPDATE SKIP LOCKED
""")

WAITING = text(f"""
    WITH waiting AS (
        SELECT id, customer_id, priority, queued_at FROM conversations WHERE status = 'queue'
        ORDER BY {_ORDER} LIMIT :limit
    )
    SELECT w.id, w.priority, w.queued_at, k.name AS customer_name, k.username AS customer_username,
           k.phone AS customer_phone, said.preview
    FROM waiting w JOIN customers k ON k.id = w.customer_id
    LEFT JOIN LATERAL (
        SELECT left(content, {PREVIEW}) AS preview FROM messages
        WHERE conversation_id = w.id AND direction = 'incoming' AND type <> 'reaction'
        ORDER BY seq DESC LIMIT 1
    ) AS said ON true
    ORDER BY w.priority DESC, w.queued_at, w.id
""")

FIGURES = text("""
    SELECT count(*) AS total, coalesce(avg(extract(epoch FROM CAST(:now AS timestamptz) - queued_at)), 0) AS waited,
           (SELECT count(*) FROM conversation_assignments WHERE from_queue AND assigned_at > :since) AS assigned
    FROM conversations WHERE status = 'queue'
""")

LOADS = text("""
    SELECT assigned_to, count(*) AS load FROM conversations
    WHERE status = 'in_progress' AND assigned_to = ANY(CAST(:agents AS int[])) AND snoozed_until IS NULL
    GROUP BY assigned_to
""")

DEPTH = text("SELECT count(*) AS depth FROM conversations WHERE status = 'queue'")
IN_PROGRESS = text("SELECT count(*) AS serving FROM conversations WHERE status = 'in_progress'")

# The queue alone is read (ix_conversations_queue), in the order in which it is served.
POSITION = text("""
    SELECT count(*) AS position FROM conversations c, conversations mine
    WHERE mine.id = :id AND mine.status = 'queue' AND c.status = 'queue'
        AND (c.priority > mine.priority OR (c.priority = mine.priority AND c.queued_at <= mine.queued_at))
""")


async def next_waiting(tx: Transaction) -> Conversation | None:
    """The head of the queue, locked."""
    row = await tx.first(NEXT)
    return await repository.lock(tx, row.id) if row is not None else None


async def waiting(tx: Transaction, limit: int) -> list[Row[Any]]:
    """The first `limit` who wait, in the order in which they are served."""
    return await tx.rows(WAITING, {"limit": limit})


async def figures(tx: Transaction, now: datetime, since: datetime) -> Row[Any]:
    """`total` waiting, seconds that they have `waited` on average, how many were `assigned` from the queue `since`."""
    return (await tx.rows(FIGURES, {"now": now, "since": since}))[0]


async def loads(tx: Transaction, agent_ids: Sequence[int]) -> dict[int, int]:
    """How many conversations each agent is serving. One that is put aside takes no place until it wakes."""
    found = {row.assigned_to: row.load for row in await tx.rows(LOADS, {"agents": list(agent_ids)})}
    return {agent_id: found.get(agent_id, 0) for agent_id in agent_ids}


async def depth(tx: Transaction) -> int:
    row = await tx.first(DEPTH)
    return int(row.depth) if row is not None else 0


async def in_progress(tx: Transaction) -> int:
    """How many conversations are being served, by the bot or by people."""
    row = await tx.first(IN_PROGRESS)
    return int(row.serving) if row is not None else 0


async def position_of(tx: Transaction, conversation_id: UUID) -> int:
    """1 for who is next, 0 for who does not wait."""
    row = await tx.first(POSITION, {"id": conversation_id})
    return int(row.position) if row is not None else 0
