"""A tick may come before its message is known: it waits here.

The sender learns a message's id from the answer to its request, and Meta may be faster with the webhook. Both
sides take the id's lock before they look: one of them always sees what the other wrote.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from plantao.conversations.models import MessageStatus
from plantao.conversations.outbox import StatusUpdate
from plantao.conversations.views import encode_json
from plantao.kit.db import Transaction, as_columns
from plantao.whatsapp.failures import closes_window

STATUS_LOCK = 0x5357

LOCK = text(f"""
    SELECT pg_advisory_xact_lock({STATUS_LOCK}, hash) FROM (
        SELECT DISTINCT hashtext(id) AS hash FROM unnest(CAST(:ids AS text[])) AS id ORDER BY hash
    ) AS hashes
""")

KEEP = text("""
    INSERT INTO whatsapp_early_statuses AS known (external_id, status, status_rank, at, error)
    SELECT external_id, status, rank, at, CAST(error AS jsonb)
    FROM unnest(CAST(:external_id AS text[]), CAST(:status AS text[]), CAST(:rank AS smallint[]),
                CAST(:at AS timestamptz[]), CAST(:error AS text[])) AS new (external_id, status, rank, at, error)
    ON CONFLICT (external_id) DO UPDATE SET
        status = excluded.status, status_rank = excluded.status_rank, at = excluded.at, error = excluded.error
    WHERE excluded.status_rank > known.status_rank
""")

TAKE = text("""
    DELETE FROM whatsapp_early_statuses WHERE external_id = :external_id RETURNING external_id, status, at, error
""")

TAKE_ALL = text("""
    DELETE FROM whatsapp_early_statuses WHERE external_id = ANY(CAST(:external_ids AS text[]))
    RETURNING external_id, status, at, error
""")

# Statuses of messages that another system sent from the same number never find theirs.
PRUNE = text("DELETE FROM whatsapp_early_statuses WHERE at < :before")


async def lock(tx: Transaction, external_ids: Sequence[str]) -> None:
    """Until the transaction ends, nobody else looks for these ids."""
    await tx.run(LOCK, {"ids": list(external_ids)})


async def keep(tx: Transaction, updates: Sequence[StatusUpdate]) -> None:
    best: dict[str, StatusUpdate] = {}
    for update in updates:
        known = best.get(update.external_id or "")
        if update.external_id is not None and (known is None or update.rank > known.rank):
            best[update.external_id] = update
    if best:
        await tx.run(KEEP, as_columns([_row(update) for update in best.values()]))


def _row(update: StatusUpdate) -> dict[str, object]:
    return {
        "external_id": update.external_id,
        "status": update.status,
        "rank": update.rank,
        "at": update.at,
        "error": encode_json(update.error).decode() if update.error else None,
    }


async def take(tx: Transaction, external_id: str) -> StatusUpdate | None:
    row = await tx.first(TAKE, {"external_id": external_id})
    if row is None:
        return None
    return _update(row)


async def take_all(tx: Transaction, external_ids: Sequence[str]) -> list[StatusUpdate]:
    return [_update(row) for row in await tx.rows(TAKE_ALL, {"external_ids": list(external_ids)})]


def _update(row: Row[Any]) -> StatusUpdate:
    closing = closes_window((row.error or {}).get("code"))
    return StatusUpdate(
        MessageStatus(row.status), row.at, external_id=row.external_id, error=row.error, closes_window=closing
    )


async def prune(tx: Transaction, before: datetime) -> None:
    await tx.run(PRUNE, {"before": before})
