"""Two customers turn out to be one: their conversations become one customer's."""

from datetime import datetime

from sqlalchemy import text

from plantao.customers.models import CustomerId
from plantao.kit.db import Transaction

# Where both have an open conversation on one of our numbers (old ones may not say which), the one of the customer who
# is given up ends as a duplicate.
CLOSE_DUPLICATES = text("""
    UPDATE conversations c SET
        status = 'closed', handled_by = 'none', closed_at = :now, resolution = 'duplicate', queued_at = NULL,
        bot_due_at = NULL, awaiting_since = NULL, snoozed_until = NULL
    WHERE c.customer_id = :loser AND c.status IN ('queue', 'in_progress') AND EXISTS (
        SELECT FROM conversations kept
        WHERE kept.customer_id = :winner AND kept.channel = c.channel
          AND kept.status IN ('queue', 'in_progress')
          AND coalesce(kept.phone_number_id = c.phone_number_id, true)
    )
""")

MOVE = text("UPDATE conversations SET customer_id = :winner WHERE customer_id = :loser")


async def merge_conversations(tx: Transaction, merged: dict[CustomerId, CustomerId], now: datetime) -> None:
    """Gives the losers' conversations to the winners, one merge after the other (a winner may lose next)."""
    for loser, winner in merged.items():
        await tx.run(CLOSE_DUPLICATES, {"loser": loser, "winner": winner, "now": now})
        await tx.run(MOVE, {"loser": loser, "winner": winner})
