"""Who asks the reader gets rows or an error, and never somebody else's; what broke is not used again."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import Integer, bindparam, select, text

from plantao.kit.db import Database

SLEEP = text("SELECT pg_sleep(5)")
BACKEND = text("SELECT pg_backend_pid() AS pid")
DOUBLE = text("SELECT CAST(:n AS int) * 2 AS twice, CAST(:n AS int) AS once, pg_backend_pid() AS pid, pg_sleep(0.01)")


@pytest.fixture
async def two(database_url: str) -> AsyncIterator[Database]:
    """A reader with two connections."""
    database = Database(database_url, pool_size=2)
    yield database
    await database.dispose()


async def pid(database: Database) -> int:
    [row] = await database.reader.rows(BACKEND, {})
    return int(row.pid)


async def test_rows_have_names_and_what_was_json_is_read(two: Database) -> None:
    asked = text(
        """SELECT CAST('[{"a": 1.5}]' AS json) AS told, CAST('null' AS jsonb) AS nothing, CAST(:x AS text) AS x"""
    )
    [row] = await two.reader.rows(asked, {"x": "ç", "unused": 1})
    assert (row.told, row.nothing, row.x) == ([{"a": 1.5}], None, "ç")
    assert await two.reader.rows(text("SELECT 1 AS a WHERE false"), {}) == []
    built = select(bindparam("b", type_=Integer()).label("b"))
    assert [row.b for row in await two.reader.rows(built, {"b": 3})] == [3]


async def test_more_than_there_are_connections_wait_and_each_gets_its_own_answer(two: Database) -> None:
    found = await asyncio.gather(*(two.reader.rows(DOUBLE, {"n": n}) for n in range(20)))
    assert [(row.once, row.twice) for [row] in found] == [(n, 2 * n) for n in range(20)]
    assert len({row.pid for [row] in found}) == 2


async def test_a_statement_that_fails_costs_no_connection(two: Database) -> None:
    before = await pid(two)
    for _ in range(5):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await two.reader.rows(text("SELECT 1 / :n AS gone"), {"n": 0})
    assert await pid(two) == before


async def test_whoever_goes_away_takes_the_connection_along(two: Database) -> None:
    before = await pid(two)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await two.reader.rows(SLEEP, {})
    assert await pid(two) != before


async def test_a_connection_that_was_ended_is_replaced(two: Database, database: Database) -> None:
    before = await pid(two)
    async with database.transaction() as tx:
        await tx.run(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before})
    async with asyncio.timeout(10):
        while True:  # until its end has been noticed here, which may cost one who asks
            try:
                assert await pid(two) != before
                break
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                continue


async def test_nothing_is_left_open(database_url: str, database: Database) -> None:
    other = Database(database_url, pool_size=2)
    mine = await pid(other)
    asked = asyncio.create_task(other.reader.rows(text("SELECT pg_sleep(0.1), pg_backend_pid() AS pid"), {}))
    await asyncio.sleep(0)  # it has begun
    await other.dispose()
    assert [row.pid for row in await asked] == [mine]
    alive = text("SELECT count(*) AS n FROM pg_stat_activity WHERE pid = :pid")
    async with asyncio.timeout(10):
        while (await database.reader.rows(alive, {"pid": mine}))[0].n:  # noqa: ASYNC110 - a server's process
            await asyncio.sleep(0.01)
