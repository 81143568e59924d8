"""Telling what people note of a conversation: its priority, its tags, until when it is put aside."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from plantao.conversations.events import ConversationUpdated, announce
from plantao.conversations.policy import PRIORITY_OF_RANK
from plantao.conversations.repository import TAGS
from plantao.kit.db import Transaction
from plantao.tags.models import tags_of

NOTED = text(f"""
    SELECT c.id, c.assigned_to, c.status, c.priority, c.snoozed_until, {TAGS.column("c.id")} AS tags
    FROM conversations c WHERE c.id = ANY(CAST(:ids AS uuid[]))
""")


async def tell_noted(tx: Transaction, ids: Collection[UUID]) -> list[Row[Any]]:
    """Publishes `conversation_updated` of conversations that the transaction has locked, and answers what it told.

    A statement of its own: what a statement reads beside the rows that it waits for is from before the wait.
    """
    rows = await tx.rows(NOTED, {"ids": list(ids)})
    for row in rows:
        event = ConversationUpdated(row.id, PRIORITY_OF_RANK[row.priority], tags_of(row.tags), row.snoozed_until)
        announce(tx, event, assigned_to=row.assigned_to, status=row.status)
    return rows
