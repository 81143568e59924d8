"""Every page of the list, with every filter, is the one that a plain reading of the rule gives."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import NamedTuple
from uuid import UUID

import pytest
from sqlalchemy import text

from plantao.conversations import listing
from plantao.conversations.listing import Filters
from plantao.conversations.models import Channel, ConversationStatus
from plantao.kit.db import Database

START = datetime(2026, 11, 1, tzinfo=UTC)
# Three agents, all states, activity in the same minute now and then. Who waits may have been somebody's before.
FILL = (
    """INSERT INTO customers (id, name, created_at)
       SELECT lpad(n::text, 32, '0')::uuid, 'C' || n, now() FROM generate_series(1, 60) n""",
    """INSERT INTO conversations (id, protocol, customer_id, channel, status, handled_by, assigned_to, started_at,
                                  last_message_at, closed_at, snoozed_until)
       SELECT md5(n::text)::uuid, 'p' || n, lpad(n::text, 32, '0')::uuid,
              CASE n % 3 WHEN 0 THEN 'web' ELSE 'whatsapp' END, status,
              CASE WHEN status = 'in_progress' AND n % 5 > 0 THEN 'agent' ELSE 'none' END,
              CASE WHEN status <> 'queue' AND n % 5 > 0 THEN n % 3 + 1 END, start, start + n / 4 * interval '1 minute',
              CASE WHEN status IN ('resolved', 'closed') THEN start END,
              CASE WHEN status = 'in_progress' AND n % 5 > 2 THEN start END
       FROM (SELECT n, (ARRAY['queue', 'in_progress', 'resolved', 'closed'])[n * 7 % 4 + 1] AS status
             FROM generate_series(1, 60) n) AS made,
            CAST('2026-11-01Z' AS timestamptz) AS start""",
    "INSERT INTO tags (name, key, color) VALUES ('a', 'a', 'gray')",
    """INSERT INTO conversation_tags (conversation_id, tag_id)
       SELECT c.id, t.id FROM conversations c, tags t WHERE right(c.id::text, 1) ~ '[02468ace]'""",
)


class Kept(NamedTuple):
    id: UUID
    status: str
    channel: str
    assigned_to: int | None
    last_message_at: datetime
    snoozed_until: datetime | None


def matches(row: Kept, filters: Filters) -> bool:
    for name in ("status", "channel", "assigned_to"):
        if getattr(filters, name) is not None and getattr(filters, name) != getattr(row, name):
            return False
    if filters.start_date is not None and row.last_message_at < filters.start_date:
        return False
    if filters.end_date is not None and row.last_message_at > filters.end_date:
        return False
    if filters.tag is not None and row.id.int % 2:
        return False
    if filters.snoozed is not None and filters.snoozed != (row.snoozed_until is not None):
        return False
    return filters.visible_to is None or row.assigned_to == filters.visible_to or row.status == "queue"


@pytest.fixture
async def kept(database: Database) -> list[Kept]:
    """Newest first."""
    async with database.transaction() as tx:
        for statement in FILL:
            await tx.run(text(statement))
        found = await tx.rows(text(f"SELECT {', '.join(Kept._fields)} FROM conversations"))
    rows = [Kept._make(row) for row in found]
    return sorted(rows, key=lambda row: (row.last_message_at, row.id), reverse=True)


CASES = [
    Filters(status, channel, assigned_to, start, end, visible_to, tag=tag, snoozed=snoozed)
    for status, channel, assigned_to, (start, end), visible_to, tag, snoozed in product(
        (None, *ConversationStatus),
        (None, Channel.WEB),
        (None, 2),
        ((None, None), (START + timedelta(minutes=3), None), (None, START + timedelta(minutes=12))),
        (None, 2, 3, 99),
        (None, 1),
        (None, True, False),
    )
]


async def test_each_page_and_total_of_every_filter(database: Database, kept: list[Kept]) -> None:
    async with database.transaction() as tx:
        for filters in CASES:
            expected = [row.id for row in kept if matches(row, filters)]
            for offset in (0, 7):
                page = await listing.page(tx, filters, limit=7, offset=offset)
                assert [row.id for row in page] == expected[offset : offset + 7], filters
            assert await listing.count(tx, filters) == len(expected), filters
            assert await listing.count(tx, filters, at_most=4) == min(4, len(expected)), filters
    assert any(sum(matches(row, filters) for row in kept) > 14 for filters in CASES if filters.visible_to == 2)
