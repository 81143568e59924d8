"""`GET /conversations` in SQL: newest activity first, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, TextClause, text

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
    snoozed: bool | None = None


# Each filter that is set adds its condition: the planner sees only what is asked, and picks that index. The words of
# our own enums stand in the text, not beside it: a plan that is made for all of them suits none.
_CONDITIONS = {
    "status": "status = '{}'",
    "channel": "channel = '{}'",
    "assigned_to": "assigned_to = :assigned_to",
    "start_date": "last_message_at >= :start_date",
    "end_date": "last_message_at <= :end_date",
    "snoozed": "(snoozed_until IS NOT NULL) = {}",
}
# What an attendant sees, in two parts that have nothing in common: each is read along an index of its own, in the
# list's order. With OR between them, the planner would walk through everybody's.
_OWN, _WAITING = "assigned_to = :visible_to", "status = 'queue' AND assigned_to IS DISTINCT FROM :visible_to"
_NEWEST_FIRST = "ORDER BY last_message_at DESC, id DESC"

_COLUMNS = """
    c.id, c.protocol, c.status, c.channel, c.assigned_to, c.started_at, c.last_message_at, c.messages_count,
    c.handled_by, c.priority, c.last_seq, c.window_expires_at, c.phone_number_id, c.snoozed_until,
    k.name AS customer_name, k.username AS customer_username, k.phone AS customer_phone
"""


def _values(filters: Filters) -> dict[str, Any]:
    values = {name: getattr(filters, name) for name in (*_CONDITIONS, "visible_to")}
    return {name: value for name, value in values.items() if value is not None}


def _parts(filters: Filters) -> list[str]:
    """One SELECT or two that have no row in common: the matches' places in the list, which indexes can answer."""
    given = _values(filters)
    asked = [condition.format(given[name]) for name, condition in _CONDITIONS.items() if name in given]
    if filters.visible_to is None:
        parts = ["true"]
    elif filters.status in {None, ConversationStatus.QUEUE}:
        parts = [_OWN, _WAITING]
    else:
        parts = [_OWN]
    return [f"SELECT id, last_message_at FROM conversations WHERE {' AND '.join([*asked, part])}" for part in parts]


@lru_cache  # SQLAlchemy looks through a text for its parameters each time that it is made
def _statement(query: str) -> TextClause:
    return text(query)


async def page(tx: Transaction, filters: Filters, *, limit: int, offset: int) -> list[Row[Any]]:
    parts = (f"({part} {_NEWEST_FIRST} LIMIT :reach)" for part in _parts(filters))
    query = f"""
        WITH page AS (
            SELECT id FROM ({" UNION ALL ".join(parts)}) AS matches {_NEWEST_FIRST} LIMIT :limit OFFSET :offset
        )
        SELECT {_COLUMNS} FROM page JOIN conversations c ON c.id = page.id JOIN customers k ON k.id = c.customer_id
        ORDER BY c.last_message_at DESC, c.id DESC
    """
    values = {"limit": limit, "offset": offset, "reach": offset + limit}
    return await tx.rows(_statement(query), _values(filters) | values)


async def count(tx: Transaction, filters: Filters, *, at_most: int | None = None) -> int:
    """The matches, exactly; with `at_most`, no more are counted than that."""
    query = f"SELECT count(*) AS total FROM ({' UNION ALL '.join(_parts(filters))} LIMIT :at_most) AS matches"
    [row] = await tx.rows(_statement(query), _values(filters) | {"at_most": at_most})
    return int(row.total)
