"""`GET /conversations` in SQL: newest activity first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from plantao.conversations.models import Channel, ConversationStatus
from plantao.kit.db import Transaction


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list. `visible_to` restricts it to an attendant's own conversations and the waiting queue."""

    status: ConversationStatus | None = None
    channel: Channel | None = None
    assigned_to: int | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    visible_to: int | None = None


# Each filter that is set adds its condition: the planner sees only what is asked, and picks that index.
_CONDITIONS = {
    "status": "c.status = :status",
    "channel": "c.channel = :channel",
    "assigned_to": "c.assigned_to = :assigned_to",
    "start_date": "c.last_message_at >= :start_date",
    "end_date": "c.last_message_at <= :end_date",
    "visible_to": "(c.assigned_to = :visible_to OR c.status = 'queue')",
}

_COLUMNS = """
    c.id, c.protocol, c.status, c.channel, c.assigned_to, c.started_at, c.last_message_at, c.messages_count,
    c.handled_by, c.priority, c.last_seq, c.window_expires_at, k.name AS customer_name,
    k.username AS customer_username, k.phone AS customer_phone
"""


def _where(filters: Filters) -> tuple[str, dict[str, Any]]:
    values = {name: getattr(filters, name) for name in _CONDITIONS}
    given = {name: value for name, value in values.items() if value is not None}
    conditions = " AND ".join(_CONDITIONS[name] for name in given)
    return (f"WHERE {conditions}" if conditions else ""), given


async def page(tx: Transaction, filters: Filters, *, limit: int, offset: int) -> list[Row[Any]]:
    where, values = _where(filters)
    query = f"""
        WITH page AS (
            SELECT c.* FROM conversations c {where}
            ORDER BY c.last_message_at DESC, c.id DESC LIMIT :limit OFFSET :offset
        )
        SELECT {_COLUMNS} FROM page c JOIN customers k ON k.id = c.customer_id
        ORDER BY c.last_message_at DESC, c.id DESC
    """
    return await tx.rows(text(query), values | {"limit": limit, "offset": offset})


async def count(tx: Transaction, filters: Filters) -> int:
    """All matches, exactly."""
    where, values = _where(filters)
    row = await tx.first(text(f"SELECT count(*) AS total FROM conversations c {where}"), values)
    return int(row.total) if row is not None else 0
