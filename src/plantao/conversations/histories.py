"""A customer's conversations in SQL, in a few words each."""

from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text

from plantao.conversations.access import may_see
from plantao.conversations.models import ConversationStatus
from plantao.conversations.repository import TAGS
from plantao.identity.models import Actor
from plantao.kit.db import Transaction
from plantao.tags.models import Tag, tags_of

MOST: Final = 50

NEWEST = text(f"""
    SELECT c.id, c.protocol, c.status, c.resolution, c.started_at, c.closed_at, c.assigned_to, c.satisfaction,
           {TAGS.column("c.id")} AS tags
    FROM conversations c WHERE c.customer_id = :customer_id ORDER BY c.started_at DESC, c.id DESC LIMIT {MOST}
""")

# A screen that shows another of the customer's conversations shows the same card.
OPEN = text("""
    SELECT id, status, assigned_to FROM conversations
    WHERE customer_id = :customer_id AND status IN ('queue', 'in_progress')
""")


class Past(NamedTuple):
    """`readable`: whether who asks may open it. Of another's only the protocol, the dates and the end are told."""

    id: UUID
    protocol: str
    status: str
    resolution: str | None
    started_at: datetime
    closed_at: datetime | None
    readable: bool
    assigned_to: int | None
    rating: int | None
    tags: list[Tag]


async def newest(tx: Transaction, actor: Actor, customer_id: UUID) -> list[Past]:
    """As `actor` may see them: the newest first, at most `MOST`."""
    return [_past(row, actor) for row in await tx.rows(NEWEST, {"customer_id": customer_id})]


def _past(row: Row[Any], actor: Actor) -> Past:
    common = (row.id, row.protocol, row.status, row.resolution, row.started_at, row.closed_at)
    if may_see(actor, row.assigned_to, waiting=row.status == ConversationStatus.QUEUE):
        return Past(*common, True, row.assigned_to, row.satisfaction, tags_of(row.tags))
    return Past(*common, False, None, None, [])


async def still_open(tx: Transaction, customer_id: UUID) -> list[Row[Any]]:
    """`id`, `status` and `assigned_to` of each that has not ended."""
    return await tx.rows(OPEN, {"customer_id": customer_id})
