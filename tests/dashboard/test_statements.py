"""What watches does not slow down what works: no statement of the desk reads a large table through."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from plantao.conversations import histories, periods, queueing, returning, statistics
from plantao.conversations.periods import Period
from plantao.conversations.sending import FIRST_ANSWER
from plantao.kit.db import Database
from plantao.kit.ids import uuid7
from plantao.routing import repository

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
DAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
PERIOD = Period(DAY, NOW, ZoneInfo("America/Sao_Paulo"))
LARGE = {"bot_answers", "conversations", "conversation_assignments", "messages", "customers"}

# Two years of a desk: 120,000 conversations, of which 200 are open and 300 were closed today.
FILL = (
    "INSERT INTO customers (id, created_at) SELECT gen_random_uuid(), now() FROM generate_series(1, 120000)",
    """
    INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, assigned_to, started_at,
                               last_message_at, last_seq, queued_at, assigned_at, closed_at)
    SELECT gen_random_uuid(), 'p' || n, id, 'whatsapp',
           CASE WHEN n <= 100 THEN 'queue' WHEN n <= 200 THEN 'in_progress' ELSE 'resolved' END,
           CASE WHEN n > 100 AND n <= 200 THEN 'agent' ELSE 'none' END,
           CASE WHEN n > 100 THEN n % 20 + 1 END, at - interval '10 minutes', at, 1,
           CASE WHEN n <= 100 THEN at END, CASE WHEN n > 100 THEN at END, CASE WHEN n > 200 THEN at END
    FROM (
        SELECT id, n, CAST(:now AS timestamptz) - n * interval '2 minutes' AS at
        FROM (SELECT id, row_number() OVER () AS n FROM customers) numbered
    ) timed
    """,
    """
    INSERT INTO conversation_assignments
        (conversation_id, agent_id, assigned_at, from_queue, awaited_since, answered_at, answered_by)
    SELECT id, assigned_to, assigned_at, true, started_at, assigned_at, assigned_to FROM conversations
    WHERE assigned_to IS NOT NULL
    """,
    """
    INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by, status,
                          status_rank)
    SELECT gen_random_uuid(), id, 1, 'incoming', 'text', 'oi', last_message_at, last_message_at, 'customer',
           'delivered', 20
    FROM conversations ORDER BY last_message_at
    """,
    """
    INSERT INTO bot_answers (conversation_id, at, intent, confidence, handed_over)
    SELECT id, started_at, 'financeiro', 0.9, false FROM conversations
    """,
    "INSERT INTO agents (user_id, name) SELECT n, 'Atendente ' || n FROM generate_series(1, 20) n",
)

AGENTS = list(range(1, 21))
STATEMENTS: list[tuple[TextClause, dict[str, Any]]] = [
    (statistics.DAY, {"day": DAY}),
    (statistics.RESPONSES, {"day": DAY}),
    (periods.SUMMARY, PERIOD.parameters),
    (periods.TIMELINE, PERIOD.parameters | {"step": "hour"}),
    (periods.AGENTS, PERIOD.parameters),
    (periods.HOURS, PERIOD.parameters),
    (periods.INTENTS, PERIOD.parameters),
    (periods.TAGS, PERIOD.parameters),
    (histories.NEWEST, {"customer_id": uuid7()}),
    (histories.OPEN, {"customer_id": uuid7()}),
    (queueing.NEXT, {}),
    (queueing.WAITING, {"limit": 50}),
    (queueing.FIGURES, {"now": NOW, "since": NOW - timedelta(minutes=30)}),
    (queueing.LOADS, {"agents": AGENTS}),
    (repository.GONE, {"since": NOW}),
    (returning.LOCK_SERVED_BY, {"agents": AGENTS, "assigned_before": NOW}),
    (returning.RETURN_UNANSWERED, {"ids": [uuid7() for _ in range(100)], "now": NOW}),
    (FIRST_ANSWER, {"id": uuid7(), "now": NOW, "user_id": 1}),
]


def read_through(plan: dict[str, Any]) -> set[str]:
    """The tables that a plan, or one below it, reads from end to end."""
    below = set().union(*(read_through(child) for child in plan.get("Plans", ())))
    return below | ({plan["Relation Name"]} if plan["Node Type"] == "Seq Scan" else set())


async def test_no_statement_reads_a_large_table_through(database: Database, database_url: str) -> None:
    patient = create_async_engine(database_url, poolclass=NullPool)  # the product's own gives up after 30 seconds
    async with patient.begin() as connection:
        for sql in FILL:
            await connection.execute(text(sql), {"now": NOW} if ":now" in sql else {})
            # At once: what is known of the table while it was empty makes the next one's foreign keys read it through.
            await connection.execute(text("ANALYZE"))
    async with database.transaction() as tx:
        for statement, parameters in STATEMENTS:
            row = await tx.first(text(f"EXPLAIN (FORMAT JSON) {statement.text}"), parameters)
            assert row is not None
            plan = row[0] if isinstance(row[0], list) else json.loads(row[0])
            assert read_through(plan[0]["Plan"]) & LARGE == set(), statement.text
