"""The SQL behind `incoming`: each statement works on a whole batch."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from plantao.conversations.models import Channel, HandledBy
from plantao.conversations.policy import REOPEN_WITHIN, whole_second
from plantao.customers.models import CustomerId
from plantao.kit.db import Transaction, as_columns
from plantao.kit.ids import uuid7

Writer = tuple[CustomerId, str]  # a customer, and the number of ours that they wrote to


@dataclass(slots=True)
class IntakeRules:
    """`bot_debounce`: how long the bot waits for the rest of a burst; may change at any time. `zone`: where the day of
    a protocol begins.

    `first_number`: the number of ours that is meant where none is named; `without_bot`: on which a person answers.
    """

    bot_debounce: timedelta
    zone: ZoneInfo
    first_number: str = ""
    without_bot: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """A locked row, as far as an incoming message needs it."""

    id: UUID
    customer_id: CustomerId
    status: str
    handled_by: str
    assigned_to: int | None
    last_seq: int
    number: str  # of ours: which it is held on
    queued: bool = False  # by what came in: somebody is to be told
    snoozed_until: datetime | None = None


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

# A conversation from before there could be several numbers is the first one's.
_NUMBER = "coalesce(phone_number_id, CAST(:first AS text))"
_COLUMNS = f"id, customer_id, status, handled_by, assigned_to, last_seq, snoozed_until, {_NUMBER} AS number"
_WRITERS = "unnest(CAST(:customers AS uuid[]), CAST(:numbers AS text[])) AS w (writer, line)"
_OF_WRITERS = f"{_WRITERS} JOIN conversations c ON customer_id = writer AND {_NUMBER} = line AND channel = :channel"
_LATEST = f"""
    SELECT DISTINCT ON (customer_id, line) id FROM {_OF_WRITERS}
    ORDER BY customer_id, line, started_at DESC, id DESC
"""

# In the order of ids, as everybody locks several conversations: no deadlock.
LOCK_OPEN = text(f"""
    SELECT {_COLUMNS} FROM {_OF_WRITERS} WHERE status IN ('queue', 'in_progress') ORDER BY id FOR UPDATE OF c
""")

# A customer who writes soon after a person resolved the matter goes back to the queue with it, and routing
# offers it to that person first.
REOPEN = text(f"""
    UPDATE conversations SET
        status = 'queue', handled_by = 'none', assigned_to = NULL, queued_at = :now, closed_at = NULL,
        resolution = NULL, reopened_at = :now, awaiting_since = :now
    WHERE id IN ({_LATEST}) AND status = 'resolved' AND last_agent_id IS NOT NULL AND closed_at > :since
    RETURNING {_COLUMNS}
""")

# A reaction or a changed number says something about the conversation that there was last, open or not.
LOCK_LATEST = text(f"SELECT {_COLUMNS} FROM conversations WHERE id IN ({_LATEST}) ORDER BY id FOR UPDATE")

# A number without a bot: who writes there waits for a person.
QUEUE = text(f"""
    UPDATE conversations SET
        status = 'queue', handled_by = 'none', queued_at = :now, awaiting_since = :now, bot_due_at = NULL
    WHERE id = ANY(CAST(:ids AS uuid[])) RETURNING {_COLUMNS}
""")

# Meta's 24 hours are the customer's with one of our numbers, whatever conversation the last message was in.
OPEN_NEW = text(f"""
    INSERT INTO conversations
        (id, protocol, customer_id, channel, phone_number_id, status, handled_by, started_at, last_message_at,
         window_expires_at)
    SELECT new.id, CAST(:day AS text) || '-' || lpad(nextval('conversation_protocol_seq')::text, 6, '0'),
           writer, :channel, line, 'in_progress', 'bot', :now, :now,
           (SELECT max(window_expires_at) FROM conversations
            WHERE customer_id = writer AND channel = :channel AND {_NUMBER} = line)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:customers AS uuid[]), CAST(:numbers AS text[])) AS new (id, writer, line)
    ON CONFLICT (customer_id, channel, phone_number_id) WHERE status IN ('queue', 'in_progress') DO NOTHING
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
                              WHEN new.answered AND c.status = 'in_progress' THEN NULL ELSE c.awaiting_since END,
        snoozed_until = CASE WHEN new.wakes THEN NULL ELSE c.snoozed_until END
    FROM unnest(
        CAST(:advanced AS uuid[]), CAST(:last_seq AS int[]), CAST(:added AS int[]),
        CAST(:last_message_at AS timestamptz[]), CAST(:window_expires_at AS timestamptz[]),
        CAST(:bot_due_at AS timestamptz[]), CAST(:answered AS bool[]), CAST(:silenced AS bool[]),
        CAST(:queued AS bool[]), CAST(:wakes AS bool[])
    ) AS new (id, last_seq, added, last_message_at, window_expires_at, bot_due_at, answered, silenced, queued, wakes)
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
    tx: Transaction, writers: Mapping[Writer, Occasion], channel: Channel, now: datetime, rules: IntakeRules
) -> dict[Writer, OpenConversation]:
    """The conversation that each writer's messages belong to, locked; found, reopened or new.

    `writers` says of each what the weightiest of the messages is.
    """
    shared = {"channel": channel, "first": rules.first_number}
    found = await _conversations(tx, LOCK_OPEN, writers, shared)
    serving = [writer for writer, occasion in writers.items() if occasion is Occasion.TURN and writer not in found]
    if serving:
        found |= await _reopen(tx, serving, now, shared)
    remarks = [writer for writer, occasion in writers.items() if occasion is Occasion.REMARK and writer not in found]
    if remarks:
        found |= await _conversations(tx, LOCK_LATEST, remarks, shared)
    missing = [writer for writer in writers if writer not in found]
    if missing:
        found |= await open_new(tx, missing, channel, now, rules)
    return found | await _queue_without_bot(tx, found, writers, now, rules)


async def find_or_open(
    tx: Transaction, customer_id: CustomerId, number: str, channel: Channel, now: datetime, rules: IntakeRules
) -> UUID:
    """The customer's open conversation on `number`, locked, or a new one: for when we write first."""
    writer = (customer_id, number)
    found = await _conversations(tx, LOCK_OPEN, [writer], {"channel": channel, "first": rules.first_number})
    if not found:
        found = await open_new(tx, [writer], channel, now, rules)
    return found[writer].id


async def _conversations(
    tx: Transaction, query: Any, writers: Iterable[Writer], shared: dict[str, Any]
) -> dict[Writer, OpenConversation]:
    return _by_writer(await tx.rows(query, _columns_of(writers) | shared))


async def _reopen(
    tx: Transaction, writers: Sequence[Writer], now: datetime, shared: dict[str, Any]
) -> dict[Writer, OpenConversation]:
    parameters = _columns_of(writers) | shared | {"now": now, "since": now - REOPEN_WITHIN}
    return _by_writer(await tx.rows(REOPEN, parameters), queued=True)


async def _queue_without_bot(
    tx: Transaction,
    found: Mapping[Writer, OpenConversation],
    writers: Mapping[Writer, Occasion],
    now: datetime,
    rules: IntakeRules,
) -> dict[Writer, OpenConversation]:
    ids = [
        conversation.id
        for writer, conversation in found.items()
        if writer[1] in rules.without_bot
        and writers[writer] is Occasion.TURN
        and conversation.handled_by == HandledBy.BOT
    ]
    if not ids:
        return {}
    return _by_writer(await tx.rows(QUEUE, {"ids": ids, "now": now, "first": rules.first_number}), queued=True)


async def open_new(
    tx: Transaction, writers: Sequence[Writer], channel: Channel, now: datetime, rules: IntakeRules
) -> dict[Writer, OpenConversation]:
    """Opens a conversation, served by the bot, for each writer; finds the one that another opened meanwhile."""
    shared = {"channel": channel, "first": rules.first_number}
    parameters = {
        "ids": [uuid7() for _ in writers],
        "now": whole_second(now),
        "day": now.astimezone(rules.zone).strftime("%Y%m%d"),
    }
    opened = _by_writer(await tx.rows(OPEN_NEW, _columns_of(writers) | shared | parameters))
    overtaken = [writer for writer in writers if writer not in opened]
    return opened | (await _conversations(tx, LOCK_OPEN, overtaken, shared) if overtaken else {})


def _columns_of(writers: Iterable[Writer]) -> dict[str, Any]:
    pairs = list(writers)
    return {"customers": [customer for customer, _ in pairs], "numbers": [number for _, number in pairs]}


def _by_writer(rows: Iterable[Row[Any]], *, queued: bool = False) -> dict[Writer, OpenConversation]:
    return {(row.customer_id, row.number): OpenConversation(**row._mapping, queued=queued) for row in rows}


async def store(
    tx: Transaction, messages: Sequence[Mapping[str, Any]], advances: Sequence[Mapping[str, Any]], **shared: Any
) -> None:
    """Inserts messages and brings their conversations' rows up to them. `shared`: now."""
    await tx.run(STORE, as_columns(messages) | as_columns(advances) | shared)
