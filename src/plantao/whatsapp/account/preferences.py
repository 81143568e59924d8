"""Who wants no marketing: from Meta's notices, and from what Meta refused to deliver."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text

from plantao.customers.phones import canonical_phone
from plantao.kit.db import Transaction, as_columns
from plantao.whatsapp.account.said import Said
from plantao.whatsapp.wire.fields import JsonObject, instant, is_bsuid, is_phone, label, objects
from plantao.whatsapp.wire.models import InboundStatus

_MARKETING: Final = "marketing_messages"
STOPPED_CODE: Final = 131050  # "User has stopped marketing messages"

KEEP = text("""
    INSERT INTO whatsapp_marketing_preferences AS known (kind, value, stopped, at)
    SELECT DISTINCT ON (kind, value) kind, value, stopped, at
    FROM unnest(CAST(:kind AS text[]), CAST(:value AS text[]), CAST(:stopped AS boolean[]), CAST(:at AS timestamptz[]))
        AS new (kind, value, stopped, at)
    ORDER BY kind, value, at DESC
    ON CONFLICT (kind, value) DO UPDATE SET stopped = excluded.stopped, at = excluded.at WHERE known.at <= excluded.at
""")

# Of all that is known under the person's identifiers, the last word counts.
IS_STOPPED = text("""
    SELECT p.stopped FROM customers c JOIN whatsapp_marketing_preferences p
        ON p.kind = 'bsuid' AND p.value = c.bsuid OR p.kind = 'phone' AND p.value = c.phone
    WHERE c.id = :customer_id ORDER BY p.at DESC, p.stopped DESC LIMIT 1
""")


async def note(tx: Transaction, said: Said) -> None:
    rows = [row for one in objects(said.value, "user_preferences") for row in _rows(one, said.at)]
    await _keep(tx, rows)


async def note_refusals(tx: Transaction, statuses: Sequence[InboundStatus], now: datetime) -> None:
    """A marketing template was not delivered because the customer wants none."""
    refused = [one for one in statuses if one.error is not None and one.error.code == STOPPED_CODE]
    rows = [
        row
        for one in refused
        for row in _identified(one.recipient_bsuid, one.recipient_wa_id, stopped=True, at=one.at or now)
    ]
    await _keep(tx, rows)


async def wants_no_marketing(tx: Transaction, customer_id: object) -> bool:
    row = await tx.first(IS_STOPPED, {"customer_id": customer_id})
    return row is not None and bool(row.stopped)


async def _keep(tx: Transaction, rows: Sequence[dict[str, object]]) -> None:
    if rows:
        await tx.run(KEEP, as_columns(rows))


def _rows(preference: JsonObject, at: datetime) -> Iterable[dict[str, object]]:
    """`stop`, `resume` or `signup`, for a category of which only one is known."""
    if label(preference, "category") not in (None, _MARKETING):
        return []
    stopped = (label(preference, "value") or "").lower() == "stop"
    when = instant(preference, "timestamp") or at
    return _identified(label(preference, "user_id"), label(preference, "wa_id"), stopped=stopped, at=when)


def _identified(bsuid: str | None, wa_id: str | None, *, stopped: bool, at: datetime) -> list[dict[str, object]]:
    found = [("bsuid", bsuid)] if is_bsuid(bsuid) else []
    if is_phone(wa_id):
        found.append(("phone", canonical_phone(wa_id or "")))
    return [{"kind": kind, "value": value, "stopped": stopped, "at": at} for kind, value in found]
