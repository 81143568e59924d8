"""Figures of a period for who looks back, in SQL. What a response is: see `statistics`.

Times are in seconds, null without any. A moment belongs to the period when it is not before `start` and before `end`;
hours and days begin where the provider is (`zone`). Messages count from when they were stored here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from plantao.kit.db import Transaction


class Step(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    start: datetime
    end: datetime
    zone: ZoneInfo

    @property
    def parameters(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "zone": self.zone.key}


def _within(column: str) -> str:
    return f"{column} >= {_START} AND {column} < {_END}"


_START, _END = "CAST(:start AS timestamptz)", "CAST(:end AS timestamptz)"
_STEP, _ZONE = "CAST(:step AS text)", "CAST(:zone AS text)"
_RESPONSE = "extract(epoch FROM answered_at - awaited_since)"
_RESOLUTION = "extract(epoch FROM closed_at - coalesce(reopened_at, started_at))"
_CLOSED = _within("closed_at")
_ANSWERED = f"{_within('answered_at')} AND answered_at > awaited_since"
_STORED = f"{_within('stored_at')} AND type <> 'note'"

SUMMARY = text(f"""
    SELECT began.started, closed.*, responses.*, said.*
    FROM (SELECT count(*) AS started FROM conversations WHERE {_within("started_at")}) AS began,
    (
        SELECT count(*) AS closed,
               count(*) FILTER (WHERE status = 'resolved') AS resolved,
               count(*) FILTER (WHERE last_agent_id IS NULL) AS closed_by_bot,
               avg({_RESOLUTION}) FILTER (WHERE status = 'resolved') AS resolution_avg,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY {_RESOLUTION})
                   FILTER (WHERE status = 'resolved') AS resolution_median,
               avg(satisfaction) AS satisfaction,
               count(satisfaction) AS grades
        FROM conversations WHERE {_CLOSED}
    ) AS closed,
    (
        SELECT avg({_RESPONSE}) AS response_avg,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY {_RESPONSE}) AS response_median,
               percentile_cont(0.9) WITHIN GROUP (ORDER BY {_RESPONSE}) AS response_p90
        FROM conversation_assignments WHERE {_ANSWERED}
    ) AS responses,
    (
        SELECT count(*) FILTER (WHERE direction = 'incoming') AS messages_in,
               count(*) FILTER (WHERE direction = 'outgoing') AS messages_out,
               count(*) FILTER (WHERE sent_by = 'bot') AS messages_by_bot
        FROM messages WHERE {_STORED}
    ) AS said
""")

# Each step of the period has a row, also where nothing happened: a line in a chart must not jump over a quiet night.
TIMELINE = text(f"""
    WITH steps AS (
        SELECT generate_series(
            date_trunc({_STEP}, {_START} AT TIME ZONE {_ZONE}),
            ({_END} AT TIME ZONE {_ZONE}) - interval '1 microsecond',
            CAST('1 ' || {_STEP} AS interval)
        ) AS local
    ), said AS (
        SELECT date_trunc({_STEP}, stored_at AT TIME ZONE {_ZONE}) AS local,
               count(*) FILTER (WHERE direction = 'incoming') AS messages_in,
               count(*) FILTER (WHERE direction = 'outgoing') AS messages_out
        FROM messages WHERE {_STORED} GROUP BY 1
    ), began AS (
        SELECT date_trunc({_STEP}, started_at AT TIME ZONE {_ZONE}) AS local, count(*) AS started
        FROM conversations WHERE {_within("started_at")} GROUP BY 1
    ), ended AS (
        SELECT date_trunc({_STEP}, closed_at AT TIME ZONE {_ZONE}) AS local, count(*) AS closed
        FROM conversations WHERE {_CLOSED} GROUP BY 1
    )
    SELECT steps.local AT TIME ZONE {_ZONE} AS at, coalesce(started, 0) AS started, coalesce(closed, 0) AS closed,
           coalesce(messages_in, 0) AS messages_in, coalesce(messages_out, 0) AS messages_out
    FROM steps LEFT JOIN said USING (local) LEFT JOIN began USING (local) LEFT JOIN ended USING (local)
    ORDER BY steps.local
""")

AGENTS = text(f"""
    WITH given AS (
        SELECT agent_id, count(*) AS assigned FROM conversation_assignments
        WHERE {_within("assigned_at")} GROUP BY agent_id
    ), answered AS (
        SELECT agent_id, avg(extract(epoch FROM answered_at - assigned_at)) AS response_avg
        FROM conversation_assignments WHERE {_ANSWERED} AND answered_by = agent_id GROUP BY agent_id
    ), closed AS (
        SELECT last_agent_id AS agent_id, count(*) AS closed,
               count(*) FILTER (WHERE status = 'resolved') AS resolved,
               avg({_RESOLUTION}) FILTER (WHERE status = 'resolved') AS resolution_avg,
               avg(satisfaction) AS satisfaction, count(satisfaction) AS grades
        FROM conversations WHERE {_CLOSED} AND last_agent_id IS NOT NULL GROUP BY last_agent_id
    ), said AS (
        SELECT sent_by_id AS agent_id, count(*) AS messages FROM messages
        WHERE {_STORED} AND sent_by = 'agent' AND sent_by_id IS NOT NULL GROUP BY sent_by_id
    )
    SELECT agent_id, coalesce(assigned, 0) AS assigned, coalesce(closed, 0) AS closed,
           coalesce(resolved, 0) AS resolved, coalesce(messages, 0) AS messages, response_avg, resolution_avg,
           satisfaction, coalesce(grades, 0) AS grades
    FROM given FULL JOIN answered USING (agent_id) FULL JOIN closed USING (agent_id) FULL JOIN said USING (agent_id)
    ORDER BY closed DESC NULLS LAST, agent_id
""")

# Monday is 1, as ISO 8601 has it.
HOURS = text(f"""
    SELECT CAST(extract(isodow FROM local) AS int) AS weekday, CAST(extract(hour FROM local) AS int) AS hour,
           count(*) AS messages_in
    FROM (SELECT stored_at AT TIME ZONE {_ZONE} AS local FROM messages WHERE {_STORED} AND direction = 'incoming') AS m
    GROUP BY 1, 2 ORDER BY 1, 2
""")

INTENTS = text(f"""
    SELECT intent, count(*) AS answers, count(*) FILTER (WHERE handed_over) AS handed_over,
           avg(confidence) AS confidence
    FROM bot_answers WHERE {_within("at")} GROUP BY intent ORDER BY answers DESC, intent
""")

# A conversation counts for each of its tags; those without any are a row too, whose tag is null.
TAGS = text(f"""
    WITH began AS (
        SELECT coalesce(tag_id, 0) AS tag_id, count(*) AS started
        FROM conversations c LEFT JOIN conversation_tags w ON w.conversation_id = c.id
        WHERE {_within("started_at")} GROUP BY 1
    ), ended AS (
        SELECT coalesce(tag_id, 0) AS tag_id, count(*) AS closed,
               count(*) FILTER (WHERE status = 'resolved') AS resolved,
               avg({_RESOLUTION}) FILTER (WHERE status = 'resolved') AS resolution_avg,
               avg(satisfaction) AS satisfaction, count(satisfaction) AS grades
        FROM conversations c LEFT JOIN conversation_tags w ON w.conversation_id = c.id
        WHERE {_CLOSED} GROUP BY 1
    )
    SELECT nullif(tag_id, 0) AS tag_id, t.name AS tag, t.color, coalesce(started, 0) AS started,
           coalesce(closed, 0) AS closed, coalesce(resolved, 0) AS resolved, resolution_avg, satisfaction,
           coalesce(grades, 0) AS grades
    FROM began FULL JOIN ended USING (tag_id) LEFT JOIN tags t ON t.id = tag_id
    ORDER BY t.id IS NULL, started DESC, t.key
""")


async def summary(tx: Transaction, period: Period) -> Row[Any]:
    return (await tx.rows(SUMMARY, period.parameters))[0]


async def timeline(tx: Transaction, period: Period, step: Step) -> list[Row[Any]]:
    """One row a step, oldest first; `at` is the moment in which it begins."""
    return await tx.rows(TIMELINE, period.parameters | {"step": step})


async def agents(tx: Transaction, period: Period) -> list[Row[Any]]:
    """Who was given, answered or closed something, or wrote; who closed most comes first."""
    return await tx.rows(AGENTS, period.parameters)


async def hours(tx: Transaction, period: Period) -> list[Row[Any]]:
    """When customers write: the hours of the week in which somebody did."""
    return await tx.rows(HOURS, period.parameters)


async def intents(tx: Transaction, period: Period) -> list[Row[Any]]:
    """What the bot understood, and how often it then handed over to a person."""
    return await tx.rows(INTENTS, period.parameters)


async def tags(tx: Transaction, period: Period) -> list[Row[Any]]:
    """What conversations were about, by the tags that they have today; the most frequent first."""
    return await tx.rows(TAGS, period.parameters)
