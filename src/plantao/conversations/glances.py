"""What the list tells of a conversation beside its row: the last message, and how far the one who asks has read."""

from typing import Any

import msgspec
from sqlalchemy import Row, text

from plantao.conversations.models import Direction, MessageStatus, MessageType, SentBy
from plantao.conversations.repository import Conversation
from plantao.conversations.views import Moment, message_id
from plantao.kit.db import Transaction

PREVIEW = 200  # characters
MOST_UNREAD = 100

# For a conversation `c` and the user `:reader`. One row of an index each; what is unread is counted where somebody
# could have read it: in what `:reader` serves.
GLANCE_COLUMNS = f"""
    l.id AS last_id, l.type AS last_type, left(l.content, {PREVIEW}) AS last_content, l.direction AS last_direction,
    l.sent_by AS last_sent_by, l.sent_by_id AS last_sent_by_id, l.sent_at AS last_sent_at, l.status AS last_status,
    coalesce(r.seq, 0) AS read_seq,
    CASE WHEN c.assigned_to = :reader AND c.status = 'in_progress' THEN (
        SELECT count(*) FROM (
            SELECT FROM messages m
            WHERE m.conversation_id = c.id AND m.seq > coalesce(r.seq, 0) AND m.seq <= c.last_seq
              AND m.direction = 'incoming'
            LIMIT {MOST_UNREAD}
        ) AS unseen
    ) END AS unread
"""
GLANCE_JOINS = """
    LEFT JOIN messages l ON l.conversation_id = c.id AND l.seq = c.last_seq
    LEFT JOIN LATERAL (
        SELECT seq FROM conversation_reads WHERE conversation_id = c.id AND user_id = :reader LIMIT 1
    ) AS r ON true
"""

# From what was read or written before, not from the row: the answer's `last_seq` and its last message agree.
GLANCE = text(f"""
    SELECT {GLANCE_COLUMNS}
    FROM (VALUES (CAST(:id AS uuid), CAST(:last_seq AS int), CAST(:assigned_to AS int), CAST(:status AS text)))
        AS c (id, last_seq, assigned_to, status) {GLANCE_JOINS}
""")


class LastMessage(msgspec.Struct, frozen=True):
    """`content`: the first 200 characters of what a person reads."""

    id: str
    type: MessageType
    content: str
    direction: Direction
    sent_by: SentBy
    sent_by_id: int | None
    timestamp: Moment
    status: MessageStatus


async def glance(tx: Transaction, conversation: Conversation, reader: int) -> Row[Any]:
    """`GLANCE_COLUMNS` of a conversation as its answer will tell it."""
    parameters = {
        "id": conversation.id,
        "last_seq": conversation.last_seq,
        "assigned_to": conversation.assigned_to,
        "status": conversation.status,
        "reader": reader,
    }
    return (await tx.rows(GLANCE, parameters))[0]


def last_message(row: Any) -> LastMessage | None:
    """From a row of `GLANCE_COLUMNS`; null of a conversation in which nothing has been said."""
    if row.last_id is None:
        return None
    return LastMessage(
        id=message_id(row.last_id),
        type=row.last_type,
        content=row.last_content,
        direction=row.last_direction,
        sent_by=row.last_sent_by,
        sent_by_id=row.last_sent_by_id,
        timestamp=row.last_sent_at,
        status=row.last_status,
    )
