"""What agents who are gone have left unanswered goes back to the queue, to the place that it had in it."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from plantao.conversations.events import DESK, ROUTING, ConversationAssigned, announce
from plantao.conversations.models import ConversationStatus
from plantao.kit.db import Transaction

REASON = "Atendente ausente"

# What is put aside is looked at once it wakes: else who goes home would put nothing aside until tomorrow.
# In the order of ids, as everybody locks several. Who is answering or closing one right now has it locked: skipped.
LOCK_SERVED_BY = text("""
    SELECT id FROM conversations
    WHERE status = 'in_progress' AND assigned_to = ANY(CAST(:agents AS int[])) AND assigned_at <= :assigned_before
      AND snoozed_until IS NULL
    ORDER BY id FOR UPDATE SKIP LOCKED
""")

# A statement of its own: it sees what was committed until the locks were had. Unanswered is what no person has
# answered since it was handed over, and where the customer has the last word (a reaction is none).
RETURN_UNANSWERED = text("""
    WITH unanswered AS (
        SELECT c.id, c.assigned_to, coalesce(c.awaiting_since, least(c.last_message_at, :now)) AS since
        FROM conversations c
        WHERE c.id = ANY(CAST(:ids AS uuid[])) AND (
            c.awaiting_since IS NOT NULL OR 'incoming' = (
                SELECT m.direction FROM messages m
                WHERE m.conversation_id = c.id AND m.type NOT IN ('note', 'reaction', 'system')
                ORDER BY m.seq DESC LIMIT 1
            )
        )
    )
    UPDATE conversations c SET
        status = 'queue', handled_by = 'none', assigned_to = NULL, queued_at = u.since, awaiting_since = u.since,
        bot_due_at = NULL
    FROM unanswered u WHERE c.id = u.id
    RETURNING c.id, u.assigned_to AS former_owner
""")


async def return_unanswered(
    tx: Transaction, agent_ids: Sequence[int], *, assigned_before: datetime, now: datetime
) -> int:
    """Takes from these agents what waits for an answer, unless it was given to them after `assigned_before`.

    Answers how many conversations went back to the queue.
    """
    served = await tx.rows(LOCK_SERVED_BY, {"agents": list(agent_ids), "assigned_before": assigned_before})
    if not served:
        return 0
    returned = await tx.rows(RETURN_UNANSWERED, {"ids": [row.id for row in served], "now": now})
    for row in returned:
        event = ConversationAssigned(row.id, None, None, REASON)
        announce(tx, event, assigned_to=None, status=ConversationStatus.QUEUE, former_owner=row.former_owner)
    if returned:
        tx.publish(ROUTING)
        tx.publish(DESK)
    return len(returned)
