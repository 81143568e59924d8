"""The SQL behind `incoming`: each statement works on a whole batch."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from plantao.conversations.models import Channel
from plantao.conversations.policy import REOPEN_WITHIN, whole_second
from plantao.customers.models import CustomerId
from plantao.kit.db import Transaction, as_columns
from plantao.kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """A locked row, as far as an incoming message needs it."""

    id: UUID
    customer_id: CustomerId
    status: str
    handled_by: str
    assigned_to: int | None
    last_seq: int
    reopened: bool = False


class Occasion(IntEnum):
    """Why a conversation is wanted: for a remark on what is there, an answer given elsewhere, a customer's turn."""

    REMARK = 0
    ECHO = 1
    TURN = 2


# With them, which of these messages were edited or deleted before they came here.
KNOWN_EXTERNAL_IDS = text("""
    SELECT external_id, id FROM messages WHERE external_id = ANY(CAST(:ids AS text[]))
    UNION ALL
    SELECT original, NULL FROM message_changes WHERE original = ANY(CAST(:ids AS text[])) AND applied_at IS NULL
""")

_COLUMNS = "id, customer_id, status, handled_by, assigned_to, last_seq"

# In the order of ids, as everybody locks several conversations: no deadlock.
LOCK_OPEN = text(f"""
    SELECT {_COLUMNS} FROM conversations
    WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND channel = :channel
      AND status IN ('queue', 'in_progress')
    ORDER BY id FOR UPDATE
""")

# A customer who writes soon after a person resolved the matter goes back to the queue with it, and routing
# offers it to that person first.
REOPEN = text(f"""
    UPDATE conversations SET
        status = 'queue', handled_by = 'none', assigned_to = NULL, queued_at = :now, closed_at = NULL,
        resolution = NULL, reopened_at = :now, awaiting_since = :now
    WHERE id IN (
        SELECT DISTINCT ON (customer_id) id FROM conversations
        WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND channel = :channel
        ORDER BY customer_id, started_at DESC, id DESC
    ) AND status = 'resolved' AND last_agent_id IS NOT NULL AND closed_at > :since
    RETURNING {_COLUMNS}
""")

# A reaction or a changed number says something about the conversation that there was last, open or not.
LOCK_LATEST = text(f"""
    SELECT {_COLUMNS} FROM conversations
    WHERE id IN (
        SELECT DISTINCT ON (customer_id) id FROM conversations
        WHERE customer_id = ANY(CAST(:customers AS uuid[])) AND channel = :channel
        ORDER BY customer_id, started_at DESC, id DESC
    )
    ORDER BY id FOR UPDATE
""")

# Meta's 24 hours are the customer's, whatever conversation the last message was in.
OPEN_NEW = text(f"""
    INSERT INTO conversations
        (id, protocol, customer_id, channel, status, handled_by, started_at, last_message_at, window_expires_at)
    SELECT id, CAST(:day AS text) || '-' || lpad(nextval('conversation_protocol_seq')::text, 6, '0'),
           customer_id, :channel, 'in_progress', 'bot', :now, :now,
           (SELECT max(window_expires_at) FROM conversations c
            WHERE c.customer_id = new.customer_id AND c.channel = :channel)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[])) AS new (id, customer_id)
    ON CONFLICT (customer_id, channel) WHERE status IN ('queue', 'in_progress') DO NOTHING
    RETURNING {_COLUMNS}
""")

# The messages and what they change in their conversations: one statement, one round trip.
STORE = text("""
    WITH stored AS (
        INSERT INTO messages
            (id, conversation_id, seq, direction, type, content, caption, media, sent_at, stored_at, sent_by, status,
             status_rank, error, external_id, reply_to, payload)
        SELECT id, conversation_id, seq, direction, type, content, caption, CAST(media AS jsonb), sent_at,
               CAST(:now AS timestamptz), sent_by, status, status_rank, CAST(error AS jsonb), external_id, reply_to,
               CAST(payload AS jsonb)
        FROM unnest(
            CAST(:id AS uuid[]), CAST(:conversation_id AS uuid[]), CAST(:seq AS int[]), CAST(:direction AS text[]),
            CAST(:type AS text[]), CAST(:content AS text[]), CAST(:caption AS text[]), CAST(:media AS text[]),
            CAST(:sent_at AS timestamptz[]), CAST(:sent_by AS text[]), CAST(:status AS text[]),
            CAST(:status_rank AS smallint[]), CAST(:error AS text[]), CAST(:external_id AS text[]),
            CAST(:reply_to AS text[]), CAST(:payload AS text[])
        ) AS new (id, conversation_id, seq, direction, type, content, caption, media, sent_at, sent_by, status,
                  status_rank, error, external_id, reply_to, payload)
    )
    UPDATE conversations c SET
        last_seq = new.last_seq,
        messages_count = c.messages_count + new.added,
        last_message_at = greatest(c.last_message_at, new.last_message_at),
        window_expires_at = greatest(c.window_expires_at, new.window_expires_at),
        bot_due_at = CASE WHEN c.handled_by = 'bot' AND c.status = 'in_progress' AND NOT new.silenced
                          THEN coalesce(new.bot_due_at, c.bot_due_at) END,
        handled_by = CASE WHEN new.silenced THEN 'none' ELSE c.handled_by END,
        status = CASE WHEN new.queued THEN 'queue' ELSE c.status END,
        queued_at = CASE WHEN new.queued THEN :now ELSE c.queued_at END,
        awaiting_since = CASE WHEN new.queued THEN :now
                              WHEN new.answered AND c.status = 'in_progress' THEN NULL ELSE c.awaiting_since END
    FROM unnest(
        CAST(:advanced AS uuid[]), CAST(:last_seq AS int[]), CAST(:added AS int[]),
        CAST(:last_message_at AS timestamptz[]), CAST(:window_expires_at AS timestamptz[]),
        CAST(:bot_due_at AS timestamptz[]), CAST(:answered AS bool[]), CAST(:silenced AS bool[]),
        CAST(:queued AS bool[])
    ) AS new (id, last_seq, added, last_message_at, window_expires_at, bot_due_at, answered, silenced, queued)
    WHERE c.id = new.id
""")

# Of a conversation one message is on its way to the channel at most. Its echo may be faster than the answer to it.
ON_THEIR_WAY = text("""
    SELECT echo.external_id, m.id
    FROM unnest(CAST(:external_id AS text[]), CAST(:customer_id AS uuid[]), CAST(:type AS text[]),
                CAST(:content AS text[])) AS echo (external_id, customer_id, type, content)
    JOIN conversations c ON c.customer_id = echo.customer_id AND c.channel = :channel
    JOIN messages m ON m.conversation_id = c.id AND m.type = echo.type AND m.content = echo.content
    WHERE m.due_at IS NOT NULL AND m.attempts > 0 AND m.external_id IS NULL AND m.direction = 'outgoing'
    ORDER BY m.seq
""")


async def known_external_ids(tx: Transaction, ids: Collection[str]) -> tuple[dict[str, UUID], set[str]]:
    """Our ids of those messages that are stored, and which of the others were changed already."""
    rows = await tx.rows(KNOWN_EXTERNAL_IDS, {"ids": list(ids)})
    known = {row.external_id: row.id for row in rows if row.id is not None}
    return known, {row.external_id for row in rows} - set(known)


async def on_their_way(tx: Transaction, echoes: Sequence[Mapping[str, Any]], channel: Channel) -> dict[str, UUID]:
    """Which of `echoes` (external_id, customer_id, type, content) are of messages that we are sending just now."""
    found: dict[str, UUID] = {}
    for row in await tx.rows(ON_THEIR_WAY, as_columns(echoes) | {"channel": channel}):
        if row.id not in found.values():
            found.setdefault(row.external_id, row.id)
    return found


async def open_conversations(
    tx: Transaction, writers: Mapping[CustomerId, Occasion], channel: Channel, now: datetime, zone: ZoneInfo
) -> dict[CustomerId, OpenConversation]:
    """The conversation that each customer's messages belong to, locked; found, reopened or new.

    `writers` says of each customer what the weightiest of the messages is.
    """
    found = await _conversations(tx, LOCK_OPEN, writers, channel)
    serving = [id_ for id_, occasion in writers.items() if occasion is Occasion.TURN and id_ not in found]
    if serving:
        found |= await _reopen(tx, serving, channel, now)
    remarks = [id_ for id_, occasion in writers.items() if occasion is Occasion.REMARK and id_ not in found]
    if remarks:
        found |= await _conversations(tx, LOCK_LATEST, remarks, channel)
    missing = [id_ for id_ in writers if id_ not in found]
    if missing:
        found |= await open_new(tx, missing, channel, now, zone)
    return found


async def find_or_open(
    tx: Transaction, customer_id: CustomerId, channel: Channel, now: datetime, zone: ZoneInfo
) -> UUID:
    """The customer's open conversation, locked, or a new one: for when we write first."""
    found = await _conversations(tx, LOCK_OPEN, [customer_id], channel)
    if not found:
        found = await open_new(tx, [customer_id], channel, now, zone)
    return found[customer_id].id


async def _conversations(
    tx: Transaction, query: Any, customers: Iterable[CustomerId], channel: Channel
) -> dict[CustomerId, OpenConversation]:
    rows = await tx.rows(query, {"customers": list(customers), "channel": channel})
    return {row.customer_id: _open_conversation(row) for row in rows}


async def _reopen(
    tx: Transaction, customers: Sequence[CustomerId], channel: Channel, now: datetime
) -> dict[CustomerId, OpenConversation]:
    parameters = {"customers": list(customers), "channel": channel, "now": now, "since": now - REOPEN_WITHIN}
    rows = await tx.rows(REOPEN, parameters)
    return {row.customer_id: _open_conversation(row, reopened=True) for row in rows}


async def open_new(
    tx: Transaction, customers: Sequence[CustomerId], channel: Channel, now: datetime, zone: ZoneInfo
) -> dict[CustomerId, OpenConversation]:
    """Opens a conversation, served by the bot, for each customer; finds the one that another opened meanwhile."""
    parameters = {
        "ids": [uuid7() for _ in customers],
        "customers": list(customers),
        "channel": channel,
        "now": whole_second(now),
        "day": now.astimezone(zone).strftime("%Y%m%d"),
    }
    rows = await tx.rows(OPEN_NEW, parameters)
    opened = {row.customer_id: _open_conversation(row) for row in rows}
    overtaken = [id_ for id_ in customers if id_ not in opened]
    return opened | (await _conversations(tx, LOCK_OPEN, overtaken, channel) if overtaken else {})


def _open_conversation(row: Row[Any], *, reopened: bool = False) -> OpenConversation:
    return OpenConversation(**row._mapping, reopened=reopened)


async def store(
    tx: Transaction, messages: Sequence[Mapping[str, Any]], advances: Sequence[Mapping[str, Any]], **shared: Any
) -> None:
    """Inserts messages and brings their conversations' rows up to them. `shared`: now."""
    await tx.run(STORE, as_columns(messages) | as_columns(advances) | shared)
