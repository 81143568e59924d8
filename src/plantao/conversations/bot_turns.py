"""The bot's turns in SQL. `bot_due_at` is timer, claim and proof in one column.

A burst of messages moves it on (one answer for all); a claim sets it to the end of a lease; a message that comes
while the answer is being computed, or a person who takes over, changes it again: then the answer is dropped.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from plantao.conversations import repository
from plantao.conversations.models import HandledBy
from plantao.conversations.repository import Conversation
from plantao.conversations.views import MESSAGE_COLUMNS
from plantao.kit.db import Transaction

CLAIM = text("""
    UPDATE conversations SET bot_due_at = :lease_until
    WHERE id IN (
        SELECT id FROM conversations WHERE bot_due_at <= :now ORDER BY bot_due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    )
    RETURNING id
""")

NEXT_DUE = text("SELECT min(bot_due_at) AS due_at FROM conversations WHERE bot_due_at IS NOT NULL")

# One round trip: the turn's end, and what it was about.
END = text("""
    WITH understood AS (
        INSERT INTO bot_answers (conversation_id, at, intent, confidence, handed_over)
        VALUES (:id, :now, :intent, :confidence, :handed_over)
    )
    UPDATE conversations SET bot_due_at = NULL, bot_unsure_count = :unsure_count WHERE id = :id
""")

END_UNANSWERED = text("UPDATE conversations SET bot_due_at = NULL, bot_unsure_count = 0 WHERE id = :id")

COUNT_UNSURE = text("""
    UPDATE conversations SET bot_unsure_count = CASE WHEN :unsure THEN least(bot_unsure_count + 1, 100) ELSE 0 END
    WHERE id = :id AND handled_by = 'bot' RETURNING bot_unsure_count
""")

HISTORY = text(f"""
    SELECT {MESSAGE_COLUMNS}, m.external_id FROM messages m
    WHERE m.conversation_id = :id AND m.type <> 'note' ORDER BY m.seq DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Claim:
    conversation_id: UUID
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Understood:
    """What a turn was about. `confidence`: 0 to 1; `unsure_count`: turns in a row without understanding."""

    intent: str
    confidence: float
    handed_over: bool
    unsure_count: int


async def claim(tx: Transaction, now: datetime, lease: timedelta, limit: int) -> list[Claim]:
    """The conversations that the bot is to answer now; nobody else gets them before the lease ends."""
    rows = await tx.rows(CLAIM, {"now": now, "lease_until": now + lease, "limit": limit})
    return [Claim(row.id, now + lease) for row in rows]


async def next_due(tx: Transaction) -> datetime | None:
    row = await tx.first(NEXT_DUE)
    return row.due_at if row is not None else None


async def lock_if_current(tx: Transaction, claim: Claim) -> Conversation | None:
    """The conversation, locked, if it is still the bot's and nothing was written since the claim."""
    conversation = await repository.lock(tx, claim.conversation_id)
    if conversation is None or conversation.handled_by is not HandledBy.BOT:
        return None
    return conversation if conversation.bot_due_at == claim.lease_until else None


async def end_turn(tx: Transaction, conversation_id: UUID, understood: Understood, now: datetime) -> None:
    values = {
        "id": conversation_id,
        "unsure_count": understood.unsure_count,
        "intent": understood.intent,
        "confidence": understood.confidence,
        "handed_over": understood.handed_over,
        "now": now,
    }
    await tx.run(END, values)


async def end_unanswered(tx: Transaction, conversation_id: UUID) -> None:
    """A turn in which nothing was to be understood: no report speaks of it."""
    await tx.run(END_UNANSWERED, {"id": conversation_id})


async def count_unsure(tx: Transaction, conversation_id: UUID, *, unsure: bool) -> int:
    """Turns in a row that the bot did not understand, this one included. Kept while the bot serves."""
    row = await tx.first(COUNT_UNSURE, {"id": conversation_id, "unsure": unsure})
    return int(row.bot_unsure_count) if row is not None else int(unsure)


async def history(tx: Transaction, conversation_id: UUID, limit: int) -> list[Row[Any]]:
    """The newest messages, oldest first, without notes."""
    return list(reversed(await tx.rows(HISTORY, {"id": conversation_id, "limit": limit})))
