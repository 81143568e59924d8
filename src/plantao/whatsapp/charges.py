"""What Meta charges: once a message, however often, and with whichever tick, it says so."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from plantao.kit.db import Transaction, as_columns

# The price comes with the first tick and once more with a later one: the earlier time decides the month.
KEEP = text("""
    INSERT INTO whatsapp_charges AS known (external_id, phone_number_id, at, category, type, billable)
    SELECT DISTINCT ON (external_id) *
    FROM unnest(CAST(:external_id AS text[]), CAST(:phone_number_id AS text[]), CAST(:at AS timestamptz[]),
                CAST(:category AS text[]), CAST(:type AS text[]), CAST(:billable AS bool[]))
        AS new (external_id, phone_number_id, at, category, type, billable)
    ORDER BY external_id, at
    ON CONFLICT (external_id) DO UPDATE SET at = excluded.at WHERE excluded.at < known.at
""")

# Answered from the index alone.
USAGE = text("""
    SELECT phone_number_id, category, type, billable, count(*) AS messages FROM whatsapp_charges
    WHERE at >= :start AND at < :end GROUP BY phone_number_id, category, type, billable
    ORDER BY phone_number_id, category, type, billable
""")


@dataclass(frozen=True, slots=True)
class Charge:
    """`category` and `type` are Meta's words (`utility`; `regular`). `phone_number_id`: the number that sent it."""

    external_id: str
    phone_number_id: str | None
    at: datetime
    category: str | None
    type: str | None
    billable: bool


async def keep(tx: Transaction, charges: Sequence[Charge]) -> None:
    if charges:
        await tx.run(KEEP, as_columns([asdict(charge) for charge in charges]))


async def usage(tx: Transaction, start: datetime, end: datetime) -> list[Row[Any]]:
    """How many `messages` of each kind were charged from `start` until before `end`."""
    return await tx.rows(USAGE, {"start": start, "end": end})
