"""`GET /conversations` in SQL: newest activity first, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, text

from plantao.conversations import searching
from plantao.conversations.glances import GLANCE_COLUMNS, GLANCE_JOINS
from plantao.conversations.models import Channel, ConversationStatus
from plantao.conversations.repository import TAGS
from plantao.conversations.searching import Search
from plantao.kit.db import Reads


@dataclass(frozen=True, slots=True)
class Filters:
    """What to list. `visible_to` restricts it to an attendant's own conversations and the waiting queue; `unread_by` to
    what that user serves and has not read."""

    status: ConversationStatus | None = None
    channel: Channel | None = None
    assigned_to: int | None = None
    start_date: datetime | None = None
    end_date: datetime | None = None
    visible_to: int | None = None
    search: Search | None = None
    unread_by: int | None = None
    tag: int | None = None
    snoozed: bool | None = None


# Each filter that is set adds its condition: the planner sees only what is asked, and picks that index. The words of
# our own enums and the tags stand in the text, not beside it: a plan that is made for all of them suits none.
_CONDITIONS = {
    "status": "status = '{}'",
    "channel": "channel = '{}'",
    "assigned_to": "assigned_to = :assigned_to",
    "start_date": "last_message_at >= :start_date",
    "end_date": "last_message_at <= :end_date",
    # Somebody serves few at a time: they are found by index, and each is looked at once.
    "unread_by": """assigned_to = :unread_by AND status = 'in_progress' AND EXISTS (
        SELECT FROM messages m
        WHERE m.conversation_id = conversations.id AND m.direction = 'incoming' AND m.seq > coalesce((
            SELECT r.seq FROM conversation_reads r
            WHERE r.conversation_id = conversations.id AND r.user_id = :unread_by
        ), 0)
    )""",
    "tag": "id IN (SELECT conversation_id FROM conversation_tags WHERE tag_id = {})",
    "snoozed": "(snoozed_until IS NOT NULL) = {}",
}
# What an attendant sees, in two parts that have nothing in common: each is read along an index of its own, in the
# list's order. With OR between them, the planner would walk through everybody's.
_OWN, _WAITING = "assigned_to = :visible_to", "status = 'queue' AND assigned_to IS DISTINCT FROM :visible_to"
_ALL = 2**31 - 1
_NEWEST_FIRST = "ORDER BY last_message_at DESC, id DESC"

_COLUMNS = f"""
    c.id, c.protocol, c.status, c.channel, c.assigned_to, c.started_at, c.last_message_at, c.messages_count,
    c.handled_by, c.priority, c.last_seq, c.window_expires_at, c.phone_number_id, c.snoozed_until,
    k.name AS customer_name, k.username AS customer_username, k.phone AS customer_phone, {TAGS.column("c.id")} AS tags
"""


def _values(filters: Filters) -> dict[str, Any]:
    values = {name: getattr(filters, name) for name in (*_CONDITIONS, "visible_to")}
    values = {name: value for name, value in values.items() if value is not None}
    return values | filters.search.values() if filters.search is not None else values


def _wheres(filters: Filters) -> list[str]:
    """One condition or two that have no row in common, each of which an index can answer."""
    given = _values(filters)
    asked = [condition.format(given[name]) for name, condition in _CONDITIONS.items() if name in given]
    if filters.visible_to is None:
        parts = ["true"]
    elif filters.status in {None, ConversationStatus.QUEUE}:
        parts = [_OWN, _WAITING]
    else:
        parts = [_OWN]
    return [" AND ".join([*asked, part]) for part in parts]


def _places(filters: Filters, suffix: str = "") -> str:
    """The matches' `id` and `last_message_at`. `suffix` ends the reading of each index."""
    wheres = _wheres(filters)
    if filters.search is not None:
        return searching.matches(filters.search, wheres, _NEWEST_FIRST)
    parts = (f"(SELECT id, last_message_at FROM conversations WHERE {where} {suffix})" for where in wheres)
    return " UNION ALL ".join(parts)


@lru_cache  # SQLAlchemy looks through a text for its parameters each time that it is made
def _statement(query: str) -> TextClause:
    return text(query)


async def page(tx: Reads, filters: Filters, *, limit: int, offset: int, reader: int = 0) -> Sequence[Any]:
    """With `GLANCE_COLUMNS` of the user `reader`.

    A first page says in its text how long it is: the database then keeps its plan, which takes longer to make than to
    follow. With a length that it does not know it would expect a tenth of all, and plan each time. MATERIALIZED: where
    it does plan, six tables in any order would take it longer still.
    """
    reach, skip = (limit, "") if offset == 0 else (":reach", "OFFSET :offset")
    places = _places(filters, f"{_NEWEST_FIRST} LIMIT {reach}")
    query = f"""
        WITH page AS (
            SELECT id FROM ({places}) AS matches {_NEWEST_FIRST} LIMIT {limit} {skip}
        ), shown AS MATERIALIZED (
            SELECT {_COLUMNS}
            FROM page JOIN conversations c ON c.id = page.id JOIN customers k ON k.id = c.customer_id
        )
        SELECT c.*, {GLANCE_COLUMNS} FROM shown c {GLANCE_JOINS}
        ORDER BY c.last_message_at DESC, c.id DESC
    """
    values = {"offset": offset, "reach": offset + limit, "reader": reader}
    return await tx.rows(_statement(query), _values(filters) | values)


async def count(tx: Reads, filters: Filters, *, at_most: int | None = None) -> int:
    """The matches, exactly; with `at_most`, no more are counted than that."""
    query = f"SELECT count(*) AS total FROM (SELECT FROM ({_places(filters)}) AS places LIMIT :at_most) AS matches"
    values = {"at_most": at_most} if filters.search is None else {"at_most": at_most, "reach": at_most or _ALL}
    [row] = await tx.rows(_statement(query), _values(filters) | values)
    return int(row.total)
