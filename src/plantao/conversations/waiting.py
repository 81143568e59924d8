"""Where in the queue somebody waits, and how fast it moves, in SQL."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from plantao.kit.db import Transaction

# The queue alone is read (ix_conversations_queue), in the order in which it is served.
POSITION = text("""
    SELECT count(*) AS position FROM conversations c, conversations mine
    WHERE mine.id = :id AND mine.status = 'queue' AND c.status = 'queue'
        AND (c.priority > mine.priority OR (c.priority = mine.priority AND c.queued_at <= mine.queued_at))
""")

# Bounded by activity, which has an index: assigned_at has none. Who waited longer than a service window is not counted.
ASSIGNED = text("""
    SELECT count(*) AS assigned FROM conversations
    WHERE last_message_at >= CAST(:since AS timestamptz) - interval '24 hours' AND assigned_at >= :since
""")


async def position_of(tx: Transaction, conversation_id: UUID) -> int:
    """1 for who is next, 0 for who does not wait."""
    row = await tx.first(POSITION, {"id": conversation_id})
    return int(row.position) if row is not None else 0


async def assigned_within(tx: Transaction, now: datetime, window: timedelta) -> int:
    """How many conversations were given to people in the last `window`."""
    row = await tx.first(ASSIGNED, {"since": now - window})
    return int(row.assigned) if row is not None else 0
