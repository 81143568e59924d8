"""Many webhooks, one commit; and one that cannot be stored takes nobody with it."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from tests.identity.people import until_blocked

from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.kit.errors import ServiceUnavailable
from plantao.whatsapp import group_commit
from plantao.whatsapp.group_commit import LedgerWriter


class Counting(Database):
    """Counts the statements that intake needs."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.statements = 0

    async def execute_directly(self, sql: str, *arguments: Any, topic: str) -> None:
        self.statements += 1
        await super().execute_directly(sql, *arguments, topic=topic)


@pytest.fixture
async def counting(database_url: str) -> AsyncIterator[Counting]:
    database = Counting(database_url)
    yield database
    await database.dispose()


@pytest.fixture
async def picky(database: Database) -> AsyncIterator[Database]:
    """A database that refuses one body."""
    check = "ALTER TABLE webhook_ledger ADD CONSTRAINT picky CHECK (body <> 'poison')"
    async with database.transaction() as tx:
        await tx.run(text(check))
    yield database
    async with database.transaction() as tx:
        await tx.run(text("ALTER TABLE webhook_ledger DROP CONSTRAINT picky"))


async def bodies(database: Database) -> list[bytes]:
    async with database.transaction() as tx:
        return [bytes(row.body) for row in await tx.rows(text("SELECT body FROM webhook_ledger ORDER BY id"))]


async def test_many_at_once_share_few_inserts_and_keep_their_order(counting: Counting, clock: ManualClock) -> None:
    writer = LedgerWriter(counting, clock)
    sent = [str(n).encode() for n in range(500)]
    await asyncio.gather(*(writer.append(body) for body in sent))
    assert await bodies(counting) == sent
    assert counting.statements <= 3
    assert writer.appended == 500


async def test_one_alone_waits_for_no_company(counting: Counting, clock: ManualClock) -> None:
    writer = LedgerWriter(counting, clock)
    for number in range(5):
        await writer.append(str(number).encode())
        assert len(await bodies(counting)) == number + 1
    assert counting.statements == 5


async def test_while_one_batch_is_written_the_next_gathers(counting: Counting, clock: ManualClock) -> None:
    writer = LedgerWriter(counting, clock)
    async with counting.engine.connect() as holder, asyncio.timeout(10):
        await holder.execute(text("LOCK TABLE webhook_ledger IN EXCLUSIVE MODE"))
        first = asyncio.create_task(writer.append(b"first"))
        await until_blocked(counting)
        others = [asyncio.create_task(writer.append(str(n).encode())) for n in range(50)]
        await asyncio.sleep(0)
        assert not first.done()
        await holder.rollback()
        await asyncio.gather(first, *others)
    assert counting.statements == 2


async def test_one_that_is_refused_fails_alone(picky: Database, clock: ManualClock) -> None:
    writer = LedgerWriter(picky, clock)
    sent = [b"poison" if n == 7 else str(n).encode() for n in range(20)]
    outcomes = await asyncio.gather(*(writer.append(body) for body in sent), return_exceptions=True)
    assert [n for n, outcome in enumerate(outcomes) if outcome is not None] == [7]
    assert isinstance(outcomes[7], asyncpg.CheckViolationError)
    assert sorted(await bodies(picky)) == sorted(body for body in sent if body != b"poison")


async def test_a_caller_who_goes_away_harms_nobody(database: Database, clock: ManualClock) -> None:
    writer = LedgerWriter(database, clock)
    tasks = [asyncio.create_task(writer.append(str(n).encode())) for n in range(10)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [n for n, outcome in enumerate(outcomes) if outcome is not None] == [3]
    assert len(await bodies(database)) == 10


async def test_with_the_database_away_all_hear_of_it_quickly_and_later_ones_are_stored(
    database_url: str, database: Database, clock: ManualClock, free_port: int
) -> None:
    away = Database(f"postgresql+asyncpg://nobody:x@127.0.0.1:{free_port}/none")
    writer = LedgerWriter(away, clock)
    started = time.perf_counter()
    outcomes = await asyncio.gather(*(writer.append(b"x") for _ in range(600)), return_exceptions=True)
    assert all(isinstance(outcome, OSError) for outcome in outcomes)
    assert time.perf_counter() - started < 3
    await away.dispose()
    writer._database = database  # it is back
    await writer.append(b"later")
    assert await bodies(database) == [b"later"]


async def test_what_waits_is_bounded_in_bytes(
    database: Database, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MAX_WAITING_BYTES", 100)
    writer = LedgerWriter(database, clock)
    outcomes = await asyncio.gather(*(writer.append(b"x" * 30) for _ in range(5)), return_exceptions=True)
    assert [isinstance(outcome, ServiceUnavailable) for outcome in outcomes] == [False] * 3 + [True] * 2
    await writer.append(b"x" * 30)
    assert len(await bodies(database)) == 4
