"""Figures of the day for those who watch, in SQL.

A response is the first answer of a person after a conversation was given to somebody. The whole house's time runs
from the moment in which the customer began to await a person; an agent's own from the assignment. Who answers
what nobody awaited (a supervisor who steps in before the bot) is not counted. See docs/adr/0011.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from plantao.kit.db import Transaction

DAY = text("""
    SELECT
        (SELECT count(*) FROM conversations WHERE status = 'in_progress') AS active,
        (SELECT count(*) FROM conversations WHERE status = 'queue') AS in_queue,
        closed.resolved, closed.resolution_seconds, closed.satisfaction,
        (SELECT avg(extract(epoch FROM answered_at - awaited_since)) FROM conversation_assignments
         WHERE answered_at >= :day AND answered_at > awaited_since) AS response_seconds
    FROM (
        SELECT count(*) FILTER (WHERE status = 'resolved') AS resolved,
               avg(extract(epoch FROM closed_at - coalesce(reopened_at, started_at)))
                   FILTER (WHERE status = 'resolved') AS resolution_seconds,
               avg(satisfaction) AS satisfaction
        FROM conversations WHERE closed_at >= :day
    ) AS closed
""")

RESPONSES = text("""
    SELECT agent_id, avg(extract(epoch FROM answered_at - assigned_at)) AS seconds FROM conversation_assignments
    WHERE answered_at >= :day AND answered_at > awaited_since AND answered_by = agent_id
    GROUP BY agent_id
""")


@dataclass(frozen=True, slots=True)
class Day:
    """Times are averages in seconds, 0 without any; `satisfaction` is the mean grade of what was closed, 1 to 5."""

    active: int
    in_queue: int
    resolved: int
    resolution_seconds: float
    response_seconds: float
    satisfaction: float | None


async def of_day(tx: Transaction, day: datetime) -> Day:
    """`day`: the moment in which it began."""
    row = (await tx.rows(DAY, {"day": day}))[0]
    return Day(
        active=row.active,
        in_queue=row.in_queue,
        resolved=row.resolved,
        resolution_seconds=float(row.resolution_seconds or 0),
        response_seconds=float(row.response_seconds or 0),
        satisfaction=None if row.satisfaction is None else float(row.satisfaction),
    )


async def response_seconds(tx: Transaction, day: datetime) -> dict[int, float]:
    """Each agent's average since `day` began. Who has answered nobody is not in it."""
    return {row.agent_id: float(row.seconds) for row in await tx.rows(RESPONSES, {"day": day})}
