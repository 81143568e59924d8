"""The same rules in the database, where others are at it at the same time."""

import asyncio
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.customers.test_matching import LONG, SHORT, contacts

from plantao.customers.models import Contact
from plantao.customers.service import Placed, Renaming, forget, place_contacts
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database


async def place(database: Database, now: datetime, *given: Contact | Renaming) -> Placed:
    async with database.transaction() as tx:
        placed = await place_contacts(tx, given, now)
        await forget(tx, placed.merged)
        return placed


async def rows(database: Database, query: str) -> list[Any]:
    async with database.transaction() as tx:
        return [tuple(row) for row in await tx.rows(text(query))]


STRAYS = """
    SELECT c.id FROM customers c, LATERAL (VALUES ('bsuid', c.bsuid), ('wa_id', c.wa_id), ('phone', c.phone))
        AS shown (kind, value)
    LEFT JOIN customer_identifiers i USING (kind, value)
    WHERE shown.value IS NOT NULL AND i.customer_id IS DISTINCT FROM c.id
"""
HOMELESS = "SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM customer_identifiers)"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(contacts.filter(bool), min_size=1, max_size=4))
async def test_what_is_shown_of_a_customer_is_the_customers(
    database: Database, clock: ManualClock, batches: list[list[Contact]]
) -> None:
    for batch in batches:
        placed = await place(database, clock.now(), *batch)
        assert len(placed.customer_ids) == len(batch)
        known = {row[0] for row in await rows(database, "SELECT id FROM customers")}
        assert set(placed.customer_ids) <= known
        assert await rows(database, STRAYS) == []
        again = await place(database, clock.now(), batch[-1])
        assert again.customer_ids == placed.customer_ids[-1:]


async def test_twenty_first_messages_at_once_make_one_customer(database: Database, clock: ManualClock) -> None:
    spellings = [Contact(wa_id=LONG), Contact(wa_id=SHORT), Contact(phone=LONG), Contact(bsuid="BR.1", wa_id=LONG)]
    outcomes = await asyncio.gather(*(place(database, clock.now(), spellings[n % 4]) for n in range(20)))
    assert len({id_ for placed in outcomes for id_ in placed.customer_ids}) == 1
    assert await rows(database, "SELECT count(*) FROM customers") == [(1,)]


async def test_a_merge_takes_over_identifiers_that_the_contact_does_not_show(
    database: Database, clock: ManualClock
) -> None:
    now = clock.now()
    await place(database, now, Contact(wa_id=SHORT), Contact(wa_id=LONG))  # one customer, two spellings
    await place(database, now, Contact(bsuid="BR.1"))
    merged = await place(database, now, Contact(bsuid="BR.1", wa_id=LONG))
    [winner] = merged.customer_ids
    assert list(merged.merged.values()) == [winner]
    assert await rows(database, "SELECT DISTINCT customer_id FROM customer_identifiers") == [(winner,)]
    assert await rows(database, HOMELESS) == []
    assert (await place(database, now, Contact(wa_id=SHORT))).customer_ids == [winner]


async def test_a_recycled_phone_is_taken_from_its_former_owner(database: Database, clock: ManualClock) -> None:
    now = clock.now()
    [former] = (await place(database, now, Contact(bsuid="BR.1", wa_id=LONG))).customer_ids
    [owner] = (await place(database, now, Contact(bsuid="BR.2", wa_id=SHORT))).customer_ids
    assert owner != former
    shown = await rows(database, "SELECT id, phone, bsuid FROM customers")
    assert set(shown) == {(former, None, "BR.1"), (owner, LONG, "BR.2")}


async def test_who_changes_the_number_stays_the_same_customer(database: Database, clock: ManualClock) -> None:
    now, old = clock.now(), Contact(bsuid="BR.1", wa_id=LONG)
    [ana] = (await place(database, now, old)).customer_ids
    change = Renaming(old, Contact(bsuid="BR.2", wa_id="12025550123"))
    assert (await place(database, now, change)).customer_ids == [ana]
    assert (await place(database, now, Contact(bsuid="BR.2"))).customer_ids == [ana]
