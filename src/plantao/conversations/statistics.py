"""Figures of the day for those who watch, in SQL.

A response is the first answer of a person after a conversation was given to somebody. The whole house's time runs
from the moment in which the customer began to await a person; an agent's own from the assignment. Who answers
what nobody awaited (a supervisor who steps in before the bot) is not counted. See docs/adr/0009.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from plantao.kit.db import Transaction

DAY = text("""
    SELECT
        (SELECT count(*) FROM conversations WHERE status = 'in_progress') AS active,
        (SELECT count(*) FROM conversations WHERE status = 'queue') AS in_queue,
        closed.resolved, closed.resolution_seconds,
        (SELECT avg(extract(epoch FROM answered_at - awaited_since)) FROM conversation_assignments
         WHERE answered_at >= :day AND answered_at > awaited_since) AS response_seconds
    FROM (
        SELECT count(*) AS resolved,
               avg(extract(epoch FROM closed_at - coalesce(reopened_at, started_at))) AS resolution_seconds
        FROM conversations WHERE closed_at >= :day AND status = 'resolved'
    ) AS closed
""")

RESPONSES = text("""
    SELECT agent_id, avg(extract(epoch FROM answered_at - assigned_at)) AS seconds FROM conversation_assignments
    WHERE answered_at >= :day AND answered_at > awaited_since AND answered_by = agent_id
    GROUP BY agent_id
""")


@dataclass(frozen=True, slots=True)
class Day:
    """Averages are in seconds, 0 without any."""

    active: int
    in_queue: int
    resolved: int
    resolution_seconds: float
    response_seconds: float


async def of_day(tx: Transaction, day: datetime) -> Day:
    """`day`: the moment in which it began."""
    row = (await tx.rows(DAY, {"day": day}))[0]
    return Day(
        row.active, row.in_queue, row.resolved, float(row.resolution_seconds or 0), float(row.response_seconds or 0)
    )


async def response_seconds(tx: Transaction, day: datetime) -> dict[int, float]:
    """Each agent's average since `day` began. Who has answered nobody is not in it."""
    return {row.agent_id: float(row.seconds) for row in await tx.rows(RESPONSES, {"day": day})}
