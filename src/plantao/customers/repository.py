"""Customers in SQL, many at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text

from plantao.customers.models import Customer, CustomerId, Identifier
from plantao.kit.db import Transaction

CUSTOMERS_LOCK = 0x50C1

# Newcomers are written by one transaction at a time: two first messages of one person at the same moment
# would otherwise make two customers out of the two spellings of one phone.
LOCK = text(f"SELECT pg_advisory_xact_lock({CUSTOMERS_LOCK})")

FIND_OWNERS = text("""
    SELECT i.kind, i.value, c.id, c.name, c.username, c.phone, c.wa_id, c.bsuid, c.named
    FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[])) AS wanted (kind, value)
    JOIN customer_identifiers i ON i.kind = wanted.kind AND i.value = wanted.value
    JOIN customers c ON c.id = i.customer_id
""")

FIND_IDENTIFIERS_OF = text("""
    SELECT kind, value, customer_id FROM customer_identifiers WHERE customer_id = ANY(CAST(:ids AS uuid[]))
""")

UPSERT_CUSTOMERS = text("""
    INSERT INTO customers (id, name, username, phone, wa_id, bsuid, created_at)
    SELECT *, CAST(:now AS timestamptz)
    FROM unnest(
        CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:usernames AS text[]), CAST(:phones AS text[]),
        CAST(:wa_ids AS text[]), CAST(:bsuids AS text[])
    )
    ON CONFLICT (id) DO UPDATE SET
        name = CASE WHEN customers.named THEN customers.name ELSE excluded.name END,
        username = excluded.username, phone = excluded.phone, wa_id = excluded.wa_id, bsuid = excluded.bsuid
""")

UPSERT_IDENTIFIERS = text("""
    INSERT INTO customer_identifiers (kind, value, customer_id)
    SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[]), CAST(:ids AS uuid[]))
    ON CONFLICT (kind, value) DO UPDATE SET customer_id = excluded.customer_id
""")

DELETE = text("DELETE FROM customers WHERE id = ANY(CAST(:ids AS uuid[]))")

FIND = text("SELECT id, name, username, phone, wa_id, bsuid, named FROM customers WHERE id = :id")

# Nobody's identifier is taken away: Meta's answer to a send proves less than a message of the customer.
LEARN_WA_ID = text("""
    WITH learned AS (
        INSERT INTO customer_identifiers AS known (kind, value, customer_id) VALUES ('wa_id', :wa_id, :id)
        ON CONFLICT (kind, value) DO UPDATE SET customer_id = known.customer_id
        RETURNING customer_id
    )
    UPDATE customers SET wa_id = :wa_id WHERE id = (SELECT customer_id FROM learned WHERE customer_id = :id)
""")


async def lock_newcomers(tx: Transaction) -> None:
    await tx.run(LOCK)


async def find_owners(
    tx: Transaction, identifiers: Iterable[Identifier]
) -> tuple[dict[Identifier, CustomerId], dict[CustomerId, Customer]]:
    """Whom each of `identifiers` belongs to, where known, and these customers."""
    wanted = list(dict.fromkeys(identifiers))
    parameters = {"kinds": [kind for kind, _ in wanted], "values": [value for _, value in wanted]}
    owners: dict[Identifier, CustomerId] = {}
    customers: dict[CustomerId, Customer] = {}
    for row in await tx.rows(FIND_OWNERS, parameters):
        owners[row.kind, row.value] = row.id
        customers.setdefault(row.id, _customer(row))
    return owners, customers


async def identifiers_of(tx: Transaction, ids: Sequence[CustomerId]) -> dict[Identifier, CustomerId]:
    rows = await tx.rows(FIND_IDENTIFIERS_OF, {"ids": list(ids)})
    return {(row.kind, row.value): row.customer_id for row in rows}


async def save(
    tx: Transaction, customers: Sequence[Customer], identifiers: dict[Identifier, CustomerId], now: datetime
) -> None:
    if customers:
        await tx.run(
            UPSERT_CUSTOMERS,
            {
                "ids": [c.id for c in customers],
                "names": [c.name for c in customers],
                "usernames": [c.username for c in customers],
                "phones": [c.phone for c in customers],
                "wa_ids": [c.wa_id for c in customers],
                "bsuids": [c.bsuid for c in customers],
                "now": now,
            },
        )
    if identifiers:
        parameters = {
            "kinds": [kind for kind, _ in identifiers],
            "values": [value for _, value in identifiers],
            "ids": list(identifiers.values()),
        }
        await tx.run(UPSERT_IDENTIFIERS, parameters)


async def delete(tx: Transaction, ids: Sequence[CustomerId]) -> None:
    await tx.run(DELETE, {"ids": list(ids)})


async def find(tx: Transaction, customer_id: CustomerId) -> Customer | None:
    row = await tx.first(FIND, {"id": customer_id})
    return _customer(row) if row is not None else None


def _customer(row: Row[Any]) -> Customer:
    return Customer(row.id, row.name, row.username, row.phone, row.wa_id, row.bsuid, row.named)


async def learn_wa_id(tx: Transaction, customer_id: CustomerId, wa_id: str) -> None:
    await tx.run(LEARN_WA_ID, {"id": customer_id, "wa_id": wa_id})
