"""What the bot was unsure of, in SQL: the customers' sentences, for somebody to say what they mean."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from plantao.kit.db import Transaction

LOOKED_AT: Final = 2000  # newest turns: an unsure one further back is of another season

# The burst of a turn: what the customer wrote after the last thing that anybody else said before it, without what
# the customer has deleted since.
NEWEST = text("""
    SELECT a.conversation_id, a.at, a.confidence, said.text
    FROM (SELECT * FROM bot_answers ORDER BY at DESC LIMIT :looked_at) a
    JOIN LATERAL (
        SELECT string_agg(m.content, ' ' ORDER BY m.seq) AS text FROM messages m
        WHERE m.conversation_id = a.conversation_id AND m.direction = 'incoming' AND m.type = 'text'
              AND m.stored_at <= a.at AND NOT EXISTS (
                  SELECT 1 FROM message_changes d WHERE d.original = m.external_id AND d.content IS NULL
              )
              AND m.seq > coalesce((
                  SELECT max(o.seq) FROM messages o
                  WHERE o.conversation_id = a.conversation_id AND o.direction = 'outgoing' AND o.stored_at < a.at
              ), 0)
    ) said ON length(said.text) BETWEEN :shortest AND :longest
    WHERE a.confidence < :sure
    ORDER BY a.at DESC LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class UnsureTurn:
    """`confidence`: 0 to 1, of the bot when it answered."""

    conversation_id: UUID
    text: str
    at: datetime
    confidence: float


async def newest(tx: Transaction, *, sure: float, most: int, shortest: int, longest: int) -> list[UnsureTurn]:
    """Turns whose confidence was below `sure` and whose text has `shortest` to `longest` characters, newest first."""
    values = {"looked_at": LOOKED_AT, "sure": sure, "most": most, "shortest": shortest, "longest": longest}
    rows = await tx.rows(NEWEST, values)
    return [UnsureTurn(row.conversation_id, row.text, row.at, row.confidence) for row in rows]
