"""Conversations in SQL: one, or a page of them, as a person looks at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text

from plantao.conversations.models import Channel, ConversationStatus, HandledBy
from plantao.conversations.views import MESSAGE_COLUMNS
from plantao.kit.db import Transaction
from plantao.tags.models import Tag, tags_of
from plantao.tags.worn import Worn

TAGS = Worn("conversation_tags", "conversation_id")


@dataclass(frozen=True, slots=True)
class Conversation:
    """A row of `conversations`, with the customer who writes."""

    id: UUID
    protocol: str
    customer_id: UUID
    channel: Channel
    status: ConversationStatus
    handled_by: HandledBy
    priority: int
    assigned_to: int | None
    last_agent_id: int | None
    last_seq: int
    messages_count: int
    started_at: datetime
    last_message_at: datetime
    window_expires_at: datetime | None
    bot_due_at: datetime | None
    bot_unsure_count: int
    awaiting_since: datetime | None
    customer_name: str | None
    customer_username: str | None
    customer_phone: str | None
    phone_number_id: str | None
    tags: list[Tag]
    snoozed_until: datetime | None

    @property
    def is_open(self) -> bool:
        return self.status in (ConversationStatus.QUEUE, ConversationStatus.IN_PROGRESS)


class Standing(NamedTuple):
    """What decides who may see a conversation."""

    assigned_to: int | None
    waiting: bool


_COLUMNS = f"""
    c.id, c.protocol, c.customer_id, c.channel, c.status, c.handled_by, c.priority, c.assigned_to, c.last_agent_id,
    c.last_seq, c.messages_count, c.started_at, c.last_message_at, c.window_expires_at, c.bot_due_at,
    c.bot_unsure_count, c.awaiting_since, k.name AS customer_name, k.username AS customer_username,
    k.phone AS customer_phone, c.phone_number_id, c.snoozed_until, {TAGS.column("c.id")} AS tags
"""
_FROM = "FROM conversations c JOIN customers k ON k.id = c.customer_id"

FIND = text(f"SELECT {_COLUMNS} {_FROM} WHERE c.id = :id")
LOCK = text(f"SELECT {_COLUMNS} {_FROM} WHERE c.id = :id FOR UPDATE OF c")

# In the order of ids, as everybody locks several: no deadlock.
LOCK_ALL = text("SELECT id FROM conversations WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE")
STANDINGS = text("SELECT id, assigned_to, status FROM conversations WHERE id = ANY(:ids)")

LATEST_OF = text(f"""
    SELECT {_COLUMNS} {_FROM} WHERE c.customer_id = :customer_id AND c.channel = :channel
    ORDER BY c.started_at DESC, c.id DESC LIMIT 1
""")

PAGE_OF_MESSAGES = text(f"""
    SELECT {MESSAGE_COLUMNS} FROM messages m
    WHERE m.conversation_id = :id AND m.seq < :before_seq
    ORDER BY m.seq DESC LIMIT :limit
""")

MESSAGES_AFTER = text(f"""
    SELECT {MESSAGE_COLUMNS} FROM messages m
    WHERE m.conversation_id = :id AND m.seq > :after_seq
    ORDER BY m.seq LIMIT :limit
""")

BY_CLIENT_ID = text(f"""
    SELECT {MESSAGE_COLUMNS} FROM messages m WHERE m.conversation_id = :id AND m.client_id = :client_id
""")

_ENUMS: dict[str, type[StrEnum]] = {"channel": Channel, "status": ConversationStatus, "handled_by": HandledBy}


async def find(tx: Transaction, conversation_id: UUID) -> Conversation | None:
    row = await tx.first(FIND, {"id": conversation_id})
    return _conversation(row) if row is not None else None


async def lock(tx: Transaction, conversation_id: UUID) -> Conversation | None:
    """As `find`, and nobody else changes the row until the transaction ends."""
    row = await tx.first(LOCK, {"id": conversation_id})
    return _conversation(row) if row is not None else None


async def lock_all(tx: Transaction, conversation_ids: Sequence[UUID]) -> None:
    """Nobody else changes those of them that there are until the transaction ends."""
    await tx.run(LOCK_ALL, {"ids": list(conversation_ids)})


async def standings(tx: Transaction, ids: list[UUID]) -> dict[UUID, Standing]:
    """Of those that there are."""
    rows = await tx.rows(STANDINGS, {"ids": ids})
    return {row.id: Standing(row.assigned_to, row.status == ConversationStatus.QUEUE) for row in rows}


async def latest_of(tx: Transaction, customer_id: UUID, channel: Channel) -> Conversation | None:
    """The customer's newest conversation, open or not."""
    row = await tx.first(LATEST_OF, {"customer_id": customer_id, "channel": channel})
    return _conversation(row) if row is not None else None


def _conversation(row: Row[Any]) -> Conversation:
    columns = dict(row._mapping)
    columns |= {name: enum(columns[name]) for name, enum in _ENUMS.items()}
    return Conversation(**columns | {"tags": tags_of(columns["tags"])})


async def page_of_messages(tx: Transaction, conversation_id: UUID, *, before_seq: int, limit: int) -> list[Row[Any]]:
    """The newest `limit` messages before `before_seq`, in the order in which people read them."""
    rows = await tx.rows(PAGE_OF_MESSAGES, {"id": conversation_id, "before_seq": before_seq, "limit": limit})
    return sorted(rows, key=lambda row: (row.sent_at, row.seq))


async def messages_after(tx: Transaction, conversation_id: UUID, seq: int, limit: int) -> list[Row[Any]]:
    """By `seq`, the order of a stream."""
    return await tx.rows(MESSAGES_AFTER, {"id": conversation_id, "after_seq": seq, "limit": limit})


async def message_with_client_id(tx: Transaction, conversation_id: UUID, client_id: str) -> Row[Any] | None:
    return await tx.first(BY_CLIENT_ID, {"id": conversation_id, "client_id": client_id})
