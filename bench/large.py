"""A provider that has been at work for two years, written into the database by set-based SQL."""

import sys
import time
from typing import Any

import asyncpg

CONVERSATIONS_EACH = 10  # of a customer, one after the other
MESSAGES_EACH = 10  # of a conversation
AGENTS = 50  # users 1 to 50 have served; only two of them need to exist
BATCH = 100_000  # conversations in one statement, so that one sees it go on
BLOCK = 1_000  # conversations that go on at the same time: their messages lie among one another

# An id is its number, so that the parts find each other and all indexes grow at their end.
_ID = "lpad(to_hex({}), 32, '0')::uuid"

_CUSTOMERS = f"""
    INSERT INTO customers (id, name, phone, wa_id, created_at)
    SELECT {_ID.format("n")}, 'Cliente ' || n, (5511900000000 + n)::text, (5511900000000 + n)::text, now()
    FROM generate_series(1, $1::bigint) n
"""

# What a conversation is like, its hash decides, with a seed for each: else all of one agent's would be alike.
_DICE = "abs(hashint8extended(n, {}) % {})"

# $1 to $2 of $3, the last is the newest. One in two hundred is open: served by people, by the bot, or waiting.
_CONVERSATIONS = f"""
    INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, assigned_to, last_agent_id,
                               last_seq, messages_count, started_at, last_message_at, window_expires_at, queued_at,
                               closed_at, resolution)
    SELECT {_ID.format("n")}, to_char(at, 'YYYYMMDD') || '-' || lpad(n::text, 8, '0'), customer, channel, status,
           CASE WHEN status <> 'in_progress' THEN 'none' WHEN by_bot THEN 'bot' ELSE 'agent' END,
           CASE WHEN status = 'queue' OR by_bot THEN NULL ELSE agent END, agent, {MESSAGES_EACH}, {MESSAGES_EACH},
           at - interval '20 minutes', at, at + interval '1 day', CASE WHEN status = 'queue' THEN at END,
           CASE WHEN status IN ('resolved', 'closed') THEN at END,
           CASE status WHEN 'resolved' THEN 'resolved' WHEN 'closed' THEN 'no_response' END
    FROM (SELECT n, now() - ($3::bigint - n) * interval '63 seconds' AS at,
                 {_ID.format(f"n % ($3::bigint / {CONVERSATIONS_EACH}) + 1")} AS customer,
                 CASE WHEN {_DICE.format(1, 100)} < 97 THEN 'whatsapp' ELSE 'web' END AS channel,
                 {_DICE.format(2, AGENTS)} + 1 AS agent, {_DICE.format(3, 3)} = 0 AS by_bot,
                 CASE WHEN n > $3::bigint * 199 / 200
                      THEN CASE WHEN {_DICE.format(4, 10)} = 0 THEN 'queue' ELSE 'in_progress' END
                      ELSE CASE WHEN {_DICE.format(5, 8)} = 0 THEN 'closed' ELSE 'resolved' END END AS status
          FROM generate_series($1::bigint, $2::bigint) n) AS made
"""

_MESSAGES = f"""
    INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by, status,
                          status_rank, external_id)
    SELECT {_ID.format(f"(n - 1) * {MESSAGES_EACH} + seq")}, {_ID.format("n")}, seq,
           CASE seq % 2 WHEN 1 THEN 'incoming' ELSE 'outgoing' END, 'text',
           'Já reiniciei o roteador três vezes e continua com a luz vermelha ' || n, at, at,
           CASE seq % 2 WHEN 1 THEN 'customer' ELSE 'bot' END, CASE seq % 2 WHEN 1 THEN 'received' ELSE 'read' END, 30,
           'wamid.' || lpad(n::text, 12, '0') || lpad(seq::text, 3, '0')
    FROM (SELECT $1::bigint + i / {BLOCK * MESSAGES_EACH} * {BLOCK} + i % {BLOCK} AS n,
                 (i / {BLOCK} % {MESSAGES_EACH} + 1)::int AS seq
          FROM generate_series(0, ($2::bigint - $1::bigint + 1) * {MESSAGES_EACH} - 1) i) AS made,
         LATERAL (SELECT now() - ($3::bigint - n) * interval '63 seconds'
                         - ({MESSAGES_EACH} - seq) * interval '2 minutes') AS time (at)
    WHERE n <= $2::bigint
"""


# Each third wears one of forty, each ninth another one too.
_TAGS = (
    "INSERT INTO tags (name, key, color) SELECT n::text, n::text, 'teal' FROM generate_series(1, 40) n",
    f"""
    INSERT INTO conversation_tags (conversation_id, tag_id)
    SELECT {_ID.format("n")}, n / k % 40 + 1 FROM generate_series(3, $1::bigint, 3) n, (VALUES (3), (9)) AS w (k)
    WHERE n % k = 0 ON CONFLICT DO NOTHING
    """,
)


async def fill(dsn: str, conversations: int) -> None:
    """Into the migrated, empty tables of `dsn`. Foreign keys hold afterwards; checking each row would take as long
    as all the rest."""
    connection: Any = await asyncpg.connect(dsn)
    try:
        await connection.execute(_CUSTOMERS, conversations // CONVERSATIONS_EACH)
        await _in_batches(connection, "conversations", _CONVERSATIONS, conversations)
        await _in_batches(connection, "messages", _MESSAGES, conversations)
        await connection.execute(_TAGS[0])
        await connection.execute(_TAGS[1], conversations)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


async def _in_batches(connection: Any, table: str, statement: str, conversations: int) -> None:
    keys = await connection.fetch(
        "SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint "
        "WHERE conrelid = $1::regclass AND contype = 'f'", table)  # fmt: skip
    for key in keys:
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key['name']}")
    for first in range(1, conversations + 1, BATCH):
        last, began = min(first + BATCH - 1, conversations), time.monotonic()
        await connection.execute(statement, first, last, conversations)
        told = f"lists: {table} of {last:,} of {conversations:,} conversations, {time.monotonic() - began:.1f} s"
        print(told, file=sys.stderr)
    for key in keys:
        await connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {key['name']} {key['definition']}")
