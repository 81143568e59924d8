"""The queue as people look at it: `GET /dashboard/queue` and the `queue_update` event."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import Row

from plantao.conversations import queueing
from plantao.conversations.models import Priority
from plantao.conversations.policy import PRIORITY_OF_RANK, whole_second
from plantao.conversations.views import Moment
from plantao.customers.phones import display_phone
from plantao.kit.db import Transaction
from plantao.routing.policy import PACE_WINDOW, estimated_wait_minutes


class QueuePlace(msgspec.Struct, frozen=True):
    """`position` counts from 1, in the order in which the queue is served. `preview`: the first 200 characters of what
    the customer said last."""

    position: int
    conversation_id: UUID
    customer_phone: str | None
    customer_name: str | None
    waiting_since: Moment
    estimated_wait_minutes: int
    priority: Priority
    preview: str | None


class Queue(msgspec.Struct, frozen=True):
    """The head of the queue. `total_in_queue` counts all, `avg_wait_time_minutes` is what they have waited so far."""

    queue: list[QueuePlace]
    total_in_queue: int
    avg_wait_time_minutes: int


async def read_queue(tx: Transaction, now: datetime, limit: int) -> Queue:
    """With the first `limit` places."""
    rows = await queueing.waiting(tx, limit)
    figures = await queueing.figures(tx, now, now - PACE_WINDOW)
    places = [_place(position, row, figures.assigned) for position, row in enumerate(rows, 1)]
    # The two statements see two moments: what is listed is counted.
    return Queue(places, max(figures.total, len(places)), max(0, round(float(figures.waited) / 60)))


def _place(position: int, row: Row[Any], assigned: int) -> QueuePlace:
    return QueuePlace(
        position=position,
        conversation_id=row.id,
        customer_phone=display_phone(row.customer_phone) if row.customer_phone else None,
        customer_name=row.customer_name or row.customer_username,
        waiting_since=whole_second(row.queued_at),
        estimated_wait_minutes=estimated_wait_minutes(position, assigned),
        priority=PRIORITY_OF_RANK[row.priority],
        preview=row.preview,
    )
