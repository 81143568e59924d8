"""A week behind the desk, written straight into its tables: reports look back, and nobody can wait for a past."""

from sqlalchemy import text
from tests.stories.harness import Person, System

# 120 conversations, about an hour apart, by day only; every fourth was the bot's alone.
WEEK = """
    WITH client AS (
        INSERT INTO customers (id, created_at) VALUES (gen_random_uuid(), now()) RETURNING id
    ), served AS (
        INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, last_agent_id, started_at,
                                   last_message_at, closed_at, satisfaction)
        SELECT gen_random_uuid(), 'past-' || n, client.id, 'whatsapp',
               CASE n % 4 WHEN 0 THEN 'closed' ELSE 'resolved' END, 'none',
               CASE n % 4 WHEN 0 THEN NULL ELSE CASE n % 3 WHEN 0 THEN CAST(:carlos AS int) ELSE :maria END END,
               at, at + interval '4 minutes', at + make_interval(mins => 6 + n % 35),
               CASE n % 3 WHEN 0 THEN 3 + n % 4 % 3 END
        FROM client, generate_series(1, 120) AS n, LATERAL (SELECT now() - n * interval '71 minutes' AS at) AS moment
        WHERE extract(hour FROM at AT TIME ZONE 'America/Sao_Paulo') BETWEEN 7 AND 21
        RETURNING *, CAST(substr(protocol, 6) AS int) AS n
    ), given AS (
        INSERT INTO conversation_assignments
            (conversation_id, agent_id, assigned_at, from_queue, awaited_since, answered_at, answered_by)
        SELECT id, last_agent_id, started_at + interval '20 seconds', true, started_at,
               started_at + make_interval(secs => 25 + n % 17 * 13), last_agent_id
        FROM served WHERE last_agent_id IS NOT NULL
    ), understood AS (
        INSERT INTO bot_answers (conversation_id, at, intent, confidence, handed_over)
        SELECT id, started_at, CASE n % 7 WHEN 0 THEN 'financeiro' WHEN 1 THEN 'comercial' WHEN 2 THEN 'agendamento'
                                          WHEN 3 THEN 'mudanca_endereco' ELSE 'sem_conexao' END,
               0.6 + n % 4 / 10.0, n % 4 > 0 FROM served
    )
    INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by, sent_by_id,
                          status, status_rank)
    SELECT gen_random_uuid(), served.id, m, CASE m % 2 WHEN 1 THEN 'incoming' ELSE 'outgoing' END, 'text', 'x',
           started_at, started_at + m * interval '30 seconds',
           CASE WHEN m % 2 = 1 THEN 'customer' WHEN last_agent_id IS NULL THEN 'bot' ELSE 'agent' END,
           CASE m % 2 WHEN 0 THEN last_agent_id END, 'delivered', 20
    FROM served, generate_series(1, 3 + n * 7 % 11) AS m
"""


async def write_week(system: System, maria: Person, carlos: Person) -> None:
    async with system.parts.database.transaction() as tx:
        await tx.run(text(WEEK), {"maria": maria.id, "carlos": carlos.id})
