"""The ledger in SQL: what came in, what is still to be read, what had to be put aside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from plantao.kit.db import Database, Transaction, as_columns
from plantao.whatsapp.wire.models import BadItem

TOPIC = "wake.ledger"
MATERIALISER_LOCK = 0x4C44

APPEND = "INSERT INTO webhook_ledger (received_at, body) SELECT $1::timestamptz, unnest($2::bytea[])"

# One materialiser at a time, in whatever process: order per contact needs no further thought, and the lock goes
# with its connection if the process dies.
TRY_LOCK = text(f"SELECT pg_try_advisory_xact_lock({MATERIALISER_LOCK}) AS locked")

# A body may be 3 MB: the batch is bounded in bytes too, but always has its first row.
PENDING = text("""
    SELECT id, received_at, body FROM (
        SELECT id, received_at, body, sum(octet_length(body)) OVER (ORDER BY id) - octet_length(body) AS bytes_before
        FROM (
            SELECT id, received_at, body FROM webhook_ledger
            WHERE materialised_at IS NULL ORDER BY id LIMIT :limit
        ) AS oldest
    ) AS sized
    WHERE bytes_before < :max_bytes ORDER BY id
""")

ONE = text("SELECT id, received_at, body FROM webhook_ledger WHERE id = :id")

MARK = text("UPDATE webhook_ledger SET materialised_at = :now WHERE id = ANY(CAST(:ids AS bigint[]))")

PARK = text("""
    INSERT INTO webhook_parked_items (ledger_id, path, reason, raw, parked_at)
    SELECT ledger_id, path, reason, raw, CAST(:now AS timestamptz)
    FROM unnest(CAST(:ledger_id AS bigint[]), CAST(:path AS text[]), CAST(:reason AS text[]), CAST(:raw AS text[]))
        AS new (ledger_id, path, reason, raw)
""")

COUNT_PENDING = text("SELECT count(*) AS pending FROM webhook_ledger WHERE materialised_at IS NULL")

PARKED = text("""
    SELECT p.id, p.ledger_id, p.path, p.reason, p.parked_at, l.received_at
    FROM webhook_parked_items p JOIN webhook_ledger l ON l.id = p.ledger_id ORDER BY p.id DESC LIMIT :limit
""")

# A replay reads the whole body again: what was stored before is recognised by its id.
REPLAY = text("""
    WITH chosen AS (
        SELECT DISTINCT ledger_id FROM webhook_parked_items WHERE CAST(:ids AS bigint[]) IS NULL
        UNION SELECT unnest(CAST(:ids AS bigint[]))
    ), cleared AS (
        DELETE FROM webhook_parked_items WHERE ledger_id IN (SELECT ledger_id FROM chosen)
    )
    UPDATE webhook_ledger SET materialised_at = NULL WHERE id IN (SELECT ledger_id FROM chosen)
""")


@dataclass(frozen=True, slots=True)
class LedgerRow:
    id: int
    received_at: datetime
    body: bytes


async def append(database: Database, bodies: Sequence[bytes], now: datetime) -> None:
    """Commits all of `bodies` or none. Calls must not overlap."""
    await database.execute_directly(APPEND, now, bodies, topic=TOPIC)


async def try_lock(tx: Transaction) -> bool:
    """Whether this transaction is now the one that materialises."""
    row = await tx.first(TRY_LOCK)
    return row is not None and bool(row.locked)


async def pending(tx: Transaction, limit: int, max_bytes: int) -> list[LedgerRow]:
    """The oldest rows that are not materialised."""
    return [LedgerRow(**row._mapping) for row in await tx.rows(PENDING, {"limit": limit, "max_bytes": max_bytes})]


async def one(tx: Transaction, id_: int) -> LedgerRow | None:
    row = await tx.first(ONE, {"id": id_})
    return LedgerRow(**row._mapping) if row is not None else None


async def mark_materialised(tx: Transaction, ids: Sequence[int], now: datetime) -> None:
    await tx.run(MARK, {"ids": list(ids), "now": now})


async def park(tx: Transaction, items: Sequence[tuple[int, BadItem]], now: datetime) -> None:
    """Puts items aside; each with the id of the ledger row that it came in."""
    rows = [{"ledger_id": id_, "path": bad.path, "reason": bad.reason, "raw": bad.raw} for id_, bad in items]
    if rows:
        await tx.run(PARK, as_columns(rows) | {"now": now})


async def count_pending(tx: Transaction) -> int:
    """Received minus materialised."""
    row = await tx.first(COUNT_PENDING)
    return int(row.pending) if row is not None else 0


async def parked(tx: Transaction, limit: int) -> list[Row[Any]]:
    """The newest parked items, without their contents."""
    return await tx.rows(PARKED, {"limit": limit})


async def replay(tx: Transaction, ids: Sequence[int] | None) -> int:
    """Marks ledger rows to be materialised again: those named, or all with parked items. Answers how many."""
    result = await tx.run(REPLAY, {"ids": list(ids) if ids is not None else None})
    tx.publish(TOPIC)
    return result.rowcount
