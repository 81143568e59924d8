"""What the database refuses is put aside with its reason; the rest is stored; and everything may run twice."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from tests.conversations.world import NUMBER, RULES, fetch
from tests.stories.test_intake import envelope
from tests.stories.test_intake import text as wire_text

from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.settings import Settings
from plantao.whatsapp import ledger
from plantao.whatsapp.group_commit import LedgerWriter
from plantao.whatsapp.materialise import IDLE_SECONDS, LOCKED_SECONDS, Materialiser
from plantao.whatsapp.numbers import read_numbers
from plantao.whatsapp.receipts import Receipts

REFUSE = """
    CREATE FUNCTION refuse_poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.content = 'poison' THEN RAISE EXCEPTION 'no poison here'; END IF; RETURN NEW;
    END $$
"""
TRIGGER = "CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION refuse_poison()"


async def heal(database: Database) -> None:
    async with database.transaction() as tx:
        await tx.run(text("DROP TRIGGER IF EXISTS refuse ON messages"))
        await tx.run(text("DROP FUNCTION IF EXISTS refuse_poison"))


@pytest.fixture
async def sick(database: Database) -> AsyncIterator[Database]:
    """A database that refuses one content."""
    async with database.transaction() as tx:
        await tx.run(text(REFUSE))
        await tx.run(text(TRIGGER))
    yield database
    await heal(database)


@pytest.fixture
async def materialiser(database: Database, clock: ManualClock, free_port: int) -> AsyncIterator[Materialiser]:
    graph_url = f"http://127.0.0.1:{free_port}"
    settings = {"whatsapp_phone_number_id": NUMBER, "whatsapp_access_token": "token", "whatsapp_graph_url": graph_url}
    numbers, receipts = read_numbers(Settings.model_validate(settings)), Receipts()
    yield Materialiser(database, clock, RULES, numbers, receipts, LedgerWriter(database, clock))
    await receipts.drain()
    await numbers.aclose()


async def take_in(database: Database, clock: ManualClock, *webhooks: Any) -> None:
    raw = [body if isinstance(body, bytes) else json.dumps(body).encode() for body in webhooks]
    await ledger.append(database, raw, clock.now())


async def contents(database: Database) -> set[str]:
    return {row[0] for row in await fetch(database, "SELECT content FROM messages")}


async def parked(database: Database) -> list[Any]:
    return await fetch(database, "SELECT path, reason, raw FROM webhook_parked_items ORDER BY id")


async def pending(database: Database) -> int:
    async with database.transaction() as tx:
        return await ledger.count_pending(tx)


async def test_what_is_refused_is_parked_and_all_else_is_stored(
    sick: Database, materialiser: Materialiser, clock: ManualClock
) -> None:
    poisoned = envelope(wire_text("w1", "antes"), wire_text("w2", "poison"), wire_text("w3", "depois"))
    other = envelope(wire_text("w4", "outra linha", wa_id="5521988887777"))
    await take_in(sick, clock, other, poisoned, b"no json")
    await materialiser.step()
    assert await contents(sick) == {"antes", "depois", "outra linha"}
    (path, reason, raw), unreadable = await parked(sick)
    assert "messages[1]" in path
    assert reason.startswith("could not be stored")
    assert json.loads(raw)["id"] == "w2"
    assert unreadable[0] == ""
    assert await pending(sick) == 0
    assert await materialiser.step() == IDLE_SECONDS
    gaps = (
        "SELECT id FROM conversations c WHERE last_seq <> (SELECT count(*) FROM messages WHERE conversation_id = c.id)"
    )
    assert await fetch(sick, gaps) == []


async def test_a_replay_after_the_cause_is_mended_stores_it_and_clears_it(
    sick: Database, materialiser: Materialiser, clock: ManualClock
) -> None:
    await take_in(sick, clock, envelope(wire_text("w1", "antes"), wire_text("w2", "poison")))
    await materialiser.step()
    await heal(sick)
    async with sick.transaction() as tx:
        assert await ledger.replay(tx, None) == 1
    assert await pending(sick) == 1
    await materialiser.step()
    assert await contents(sick) == {"antes", "poison"}
    assert await parked(sick) == []
    assert await pending(sick) == 0


EVERYTHING = """
    SELECT (SELECT json_agg(m ORDER BY m.id) FROM messages m)::text,
           (SELECT json_agg(c ORDER BY c.id) FROM conversations c)::text,
           (SELECT json_agg(k ORDER BY k.id) FROM customers k)::text,
           (SELECT json_agg(i ORDER BY i.kind, i.value) FROM customer_identifiers i)::text,
           (SELECT json_agg(s ORDER BY s.external_id) FROM whatsapp_early_statuses s)::text
"""


async def test_the_same_row_twice_changes_nothing(
    database: Database, materialiser: Materialiser, clock: ManualClock
) -> None:
    tick = {"id": "stranger", "status": "read", "timestamp": "1795428000", "recipient_id": "5511999999999"}
    await take_in(
        database, clock, envelope(wire_text("w1", "um"), wire_text("w2", "dois", bsuid="BR.1"), statuses=[tick])
    )
    await materialiser.step()
    before = await fetch(database, EVERYTHING)
    clock.advance(minutes=5)
    async with database.transaction() as tx:
        assert await ledger.replay(tx, [1]) == 1
    await materialiser.step()
    assert await pending(database) == 0
    assert await fetch(database, EVERYTHING) == before


async def test_a_second_materialiser_leaves_it_to_the_first(
    database: Database, materialiser: Materialiser, clock: ManualClock
) -> None:
    await take_in(database, clock, envelope(wire_text("w1", "um")))
    async with database.transaction() as tx:
        assert await ledger.try_lock(tx)
        assert await materialiser.step() == LOCKED_SECONDS
    await materialiser.step()
    assert await contents(database) == {"um"}


async def test_a_batch_is_bounded_in_bytes_but_has_its_first_row(database: Database, clock: ManualClock) -> None:
    await take_in(database, clock, b"x" * 1000, b"y" * 10, b"z" * 1000)
    async with database.transaction() as tx:
        assert [row.id for row in await ledger.pending(tx, 10, 1)] == [1]
        assert [row.id for row in await ledger.pending(tx, 10, 1005)] == [1, 2]
        assert [row.id for row in await ledger.pending(tx, 1, 10_000)] == [1]


async def test_a_database_that_goes_away_parks_nothing(
    database: Database, materialiser: Materialiser, clock: ManualClock
) -> None:
    """A lock that is not granted says nothing about the message: it is tried again, not put aside."""
    await take_in(database, clock, envelope(wire_text("w1", "um")))
    async with database.transaction() as tx:
        await tx.run(text("LOCK TABLE customers"))
        impatient = Database(database.engine.url.render_as_string(hide_password=False), pool_size=1)
        async with impatient.engine.begin() as connection:
            await connection.execute(text("SET lock_timeout = '20ms'"))
        with pytest.raises(Exception, match="lock timeout"):
            await replace(materialiser, database=impatient).step()
        await impatient.dispose()
    assert await parked(database) == []
    assert await pending(database) == 1
