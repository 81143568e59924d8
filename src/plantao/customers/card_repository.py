"""Customers' cards in SQL."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, text

from plantao.customers.cards import Card
from plantao.customers.models import CustomerId, Identifier
from plantao.kit.db import Transaction
from plantao.tags.models import Tag, tags_of
from plantao.tags.worn import Worn

TAGS = Worn("customer_tags", "customer_id")

_CARD = "name, named, plan, account_number, address, notes, version"

READ = text(f"""
    SELECT c.id, c.username, c.phone, c.created_at, {_CARD}, {TAGS.column("c.id")} AS tags,
           (SELECT array_agg(ARRAY[i.kind, i.value] ORDER BY i.kind, i.value) FROM customer_identifiers i
            WHERE i.customer_id = c.id) AS identifiers
    FROM customers c WHERE c.id = :id
""")

# One who writes on it at a time, while messages of the customer come in all the same.
LOCK = text("SELECT id FROM customers WHERE id = :id FOR NO KEY UPDATE")

# What is absent stays; `given` says which of the rest are meant, for null empties a field.
CHANGE = text("""
    UPDATE customers SET
        name = CASE WHEN 'name' = ANY(given) THEN CAST(:name AS text) ELSE name END,
        named = named OR 'name' = ANY(given),
        plan = CASE WHEN 'plan' = ANY(given) THEN CAST(:plan AS text) ELSE plan END,
        account_number = CASE WHEN 'account_number' = ANY(given) THEN CAST(:account_number AS text)
                              ELSE account_number END,
        address = CASE WHEN 'address' = ANY(given) THEN CAST(:address AS text) ELSE address END,
        notes = CASE WHEN 'notes' = ANY(given) THEN CAST(:notes AS text) ELSE notes END,
        version = version + 1
    FROM (SELECT CAST(:given AS text[]) AS given) AS asked
    WHERE id = :id AND version = :version
    RETURNING id
""")

LOCK_BOTH = text(f"""
    SELECT id, created_at, {_CARD} FROM customers WHERE id IN (:winner, :loser) ORDER BY id FOR NO KEY UPDATE
""")

WRITE = text("""
    UPDATE customers SET name = :name, named = :named, plan = :plan, account_number = :account_number,
                         address = :address, notes = :notes, version = :version,
                         created_at = least(created_at, CAST(:since AS timestamptz))
    WHERE id = :id
""")

FIELDS = ("name", "plan", "account_number", "address", "notes")


class Profile(NamedTuple):
    """All that is known of a customer. `phone` is canonical digits; `since`: when the customer first wrote to us."""

    id: CustomerId
    username: str | None
    phone: str | None
    since: datetime
    card: Card
    identifiers: list[Identifier]
    tags: list[Tag]

    @property
    def shown_name(self) -> str | None:
        return self.card.name or self.username


async def read(tx: Transaction, customer_id: UUID) -> Profile | None:
    row = await tx.first(READ, {"id": customer_id})
    return None if row is None else _profile(row)


async def lock(tx: Transaction, customer_id: UUID) -> bool:
    """Whether there is such a customer, who is not changed by others until the transaction ends."""
    return await tx.first(LOCK, {"id": customer_id}) is not None


async def change(tx: Transaction, customer_id: UUID, version: int, changes: Mapping[str, str | None]) -> bool:
    """Whether it was done: not when the card is of another version by now, nor when the customer is gone."""
    values = dict.fromkeys(FIELDS) | dict(changes)
    row = await tx.first(CHANGE, values | {"id": customer_id, "version": version, "given": list(changes)})
    return row is not None


async def lock_both(tx: Transaction, winner: CustomerId, loser: CustomerId) -> dict[CustomerId, tuple[Card, datetime]]:
    """The cards of both, locked, and since when each is known."""
    rows = await tx.rows(LOCK_BOTH, {"winner": winner, "loser": loser})
    return {row.id: (_card(row), row.created_at) for row in rows}


async def write(tx: Transaction, customer_id: CustomerId, card: Card, since: datetime) -> None:
    await tx.run(WRITE, asdict(card) | {"id": customer_id, "since": since})


def _card(row: Row[Any]) -> Card:
    return Card(row.name, row.named, row.plan, row.account_number, row.address, row.notes, row.version)


def _profile(row: Row[Any]) -> Profile:
    identifiers = [(kind, value) for kind, value in row.identifiers or ()]
    return Profile(row.id, row.username, row.phone, row.created_at, _card(row), identifiers, tags_of(row.tags))
