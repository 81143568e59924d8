"""Nobody hears of what was not committed, and an answer never runs ahead of its commit."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from plantao.kit.db import Database, Transaction, is_transient
from plantao.kit.http.dependencies import InTransaction
from plantao.kit.http.errors import install_error_handlers

ADD = text("INSERT INTO whatsapp_send_rates (key, used_until) VALUES (:key, now())")
KEYS = text("SELECT key FROM whatsapp_send_rates ORDER BY key")


class Ear:
    """A publisher that writes down what it is given."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def publish(self, topic: str, message: bytes) -> None:
        self.heard.append((topic, message))


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def db(database_url: str, ear: Ear) -> AsyncIterator[Database]:
    database = Database(database_url, ear, pool_size=5)
    yield database
    await database.dispose()


async def keys(database: Database) -> list[str]:
    async with database.transaction() as tx:
        return [row.key for row in await tx.rows(KEYS)]


async def test_what_is_published_is_heard_after_the_commit_in_order(db: Database, database: Database, ear: Ear) -> None:
    async with db.transaction() as tx:
        tx.publish("a", b"1")
        await tx.run(ADD, {"key": "k"})
        tx.publish("b")
        assert ear.heard == []
        assert await keys(database) == []
    assert ear.heard == [("a", b"1"), ("b", b"")]
    assert await keys(database) == ["k"]


async def test_a_transaction_that_fails_is_not_heard_of(db: Database, ear: Ear) -> None:
    async def fail() -> None:
        async with db.transaction() as tx:
            await tx.run(ADD, {"key": "k"})
            tx.publish("a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert ear.heard == []
    assert await keys(db) == []


async def test_a_commit_that_fails_is_not_heard_of(db: Database, ear: Ear) -> None:
    """A constraint that is checked at the end fails after all statements have gone well."""

    async def fail_late() -> None:
        async with db.transaction() as tx:
            await tx.run(text("CREATE TEMP TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"))
            await tx.run(text("INSERT INTO late VALUES (1), (1)"))
            tx.publish("a")

    with pytest.raises(IntegrityError):
        await fail_late()
    assert ear.heard == []


async def test_a_cancelled_transaction_is_not_heard_of_and_its_connection_is_given_back(db: Database, ear: Ear) -> None:
    async def hang() -> None:
        async with db.transaction() as tx:
            tx.publish("a")
            await tx.run(text("SELECT pg_sleep(60)"))

    for _ in range(8):  # more than the pool holds
        task = asyncio.create_task(hang())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert ear.heard == []
    assert await keys(db) == []


async def test_a_savepoint_takes_back_its_own_rows_and_publications_only(db: Database, ear: Ear) -> None:
    async def fail(tx: Transaction) -> None:
        async with tx.savepoint():
            tx.publish("undone")
            await tx.run(ADD, {"key": "undone"})
            await tx.run(ADD, {"key": "kept"})

    async with db.transaction() as tx:
        tx.publish("before")
        async with tx.savepoint():
            await tx.run(ADD, {"key": "kept"})
            tx.publish("kept")
        with pytest.raises(IntegrityError):
            await fail(tx)
        tx.publish("after")
    assert [topic for topic, _ in ear.heard] == ["before", "kept", "after"]
    assert await keys(db) == ["kept"]


async def test_an_inner_savepoint_is_undone_with_its_outer_one(db: Database, ear: Ear) -> None:
    async def fail_late(tx: Transaction) -> None:
        async with tx.savepoint():
            async with tx.savepoint():
                tx.publish("inner")
            raise RuntimeError

    async with db.transaction() as tx:
        with pytest.raises(RuntimeError):
            await fail_late(tx)
        tx.publish("last")
    assert [topic for topic, _ in ear.heard] == ["last"]


async def test_a_direct_statement_is_durable_and_then_heard_of(db: Database, database: Database, ear: Ear) -> None:
    await db.execute_directly("INSERT INTO whatsapp_send_rates VALUES ($1, now())", "k", topic="a")
    assert await keys(database) == ["k"]
    assert ear.heard == [("a", b"")]
    with pytest.raises(asyncpg.UniqueViolationError) as refused:
        await db.execute_directly("INSERT INTO whatsapp_send_rates VALUES ($1, now())", "k", topic="never")
    assert not is_transient(refused.value)
    assert ear.heard == [("a", b"")]


async def test_a_direct_statement_connects_again_after_its_connection_was_terminated(db: Database, ear: Ear) -> None:
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)) as lost:
        await db.execute_directly("SELECT pg_terminate_backend(pg_backend_pid())", topic="never")
    assert is_transient(lost.value)
    await db.execute_directly("SELECT 1", topic="again")
    assert ear.heard == [("again", b"")]


def application(db: Database) -> FastAPI:
    app = FastAPI()
    app.state.database = db
    install_error_handlers(app)

    @app.post("/add/{key}")
    async def add(key: str, tx: InTransaction) -> dict[str, str]:
        await tx.run(ADD, {"key": key})
        tx.publish("added")
        return {"added": key}

    @app.post("/fail/{key}")
    async def fail(key: str, tx: InTransaction) -> None:
        await tx.run(ADD, {"key": key})
        tx.publish("added")
        raise RuntimeError(key)

    @app.post("/late")
    async def late(tx: InTransaction) -> dict[str, str]:
        await tx.run(text("CREATE TEMP TABLE late (n int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP"))
        await tx.run(text("INSERT INTO late VALUES (1), (1)"))
        return {"never": "true"}

    return app


async def post(app: FastAPI, path: str, onlooker: Database) -> tuple[int, list[str]]:
    """The answer's status, and the rows that others see at the moment at which its first byte leaves."""
    seen: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            seen.extend([message["status"], await keys(onlooker)])

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "path": path,
             "raw_path": path.encode(), "query_string": b"", "headers": [], "scheme": "http", "root_path": "",
             "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "state": {}}  # fmt: skip
    await app(scope, receive, send)
    return seen[0], seen[1]


async def test_the_row_is_there_before_the_answer_is(db: Database, database: Database, ear: Ear) -> None:
    assert await post(application(db), "/add/k", database) == (200, ["k"])
    assert ear.heard == [("added", b"")]


async def test_an_endpoint_that_fails_leaves_nothing(db: Database, database: Database, ear: Ear) -> None:
    with pytest.raises(RuntimeError, match="k"):
        await post(application(db), "/fail/k", database)
    assert await keys(database) == []
    assert ear.heard == []


async def test_a_commit_that_fails_is_never_answered_200(db: Database, database: Database) -> None:
    with pytest.raises(IntegrityError):
        await post(application(db), "/late", database)


async def raised_by(database: Database, statement: str, **parameters: Any) -> Exception:
    try:
        async with database.transaction() as tx:
            await tx.run(text(statement), parameters)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test looks at
        return error
    raise AssertionError("the statement was to fail")


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO whatsapp_send_rates VALUES ('k', now()), ('k', now())",
        "INSERT INTO whatsapp_send_rates VALUES (NULL, now())",
        "INSERT INTO customer_identifiers VALUES ('phone', 'x', gen_random_uuid())",
        "SELECT 1 / 0",
        "SELECT CAST('x' AS int)",
        "SELECT nothing",
        "DO $$ BEGIN RAISE EXCEPTION 'no'; END $$",
    ],
)
async def test_what_will_fail_again_is_not_transient(database: Database, statement: str) -> None:
    assert not is_transient(await raised_by(database, statement))


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("SELECT CAST(:value AS int)", 2**40),
        ("SELECT CAST(:value AS uuid)", "no uuid"),
        ("SELECT CAST(:value AS text)", "half a character: \ud83d"),
        ("SELECT CAST(:value AS text)", "nul: \0"),
    ],
)
async def test_a_value_that_the_driver_or_a_column_refuses_is_not_transient(
    database: Database, statement: str, value: object
) -> None:
    """Else a poisoned message would be tried for ever, and hold up all behind it."""
    assert not is_transient(await raised_by(database, statement, value=value))


async def test_a_terminated_connection_is_transient_and_the_pool_recovers(database: Database) -> None:
    async with database.engine.connect() as connection:
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
        await run(database, f"SELECT pg_terminate_backend({pid})")
        with pytest.raises(DBAPIError) as raised:
            await connection.execute(text("SELECT 1"))
        await connection.invalidate()
    assert is_transient(raised.value)
    assert await keys(database) == []


async def run(database: Database, *statements: str) -> None:
    async with database.transaction() as tx:
        for statement in statements:
            await tx.run(text(statement))


async def test_a_connection_that_is_terminated_during_a_statement_is_transient(database: Database) -> None:
    terminate = "SELECT pg_terminate_backend(pg_backend_pid())"
    assert is_transient(await raised_by(database, terminate))


@pytest.mark.parametrize(
    ("setting", "statement"),
    [
        ("SET LOCAL statement_timeout = '20ms'", "SELECT pg_sleep(60)"),
        ("SET LOCAL lock_timeout = '20ms'", "LOCK TABLE whatsapp_send_rates"),
    ],
)
async def test_a_timeout_of_the_server_is_transient(database: Database, setting: str, statement: str) -> None:
    async with database.transaction() as holder:
        await holder.run(text("LOCK TABLE whatsapp_send_rates"))
        with pytest.raises(DBAPIError) as raised:
            await run(database, setting, statement)
    assert is_transient(raised.value)


async def test_the_victim_of_a_deadlock_may_try_again(database: Database) -> None:
    await run(database, "INSERT INTO whatsapp_send_rates VALUES ('a', now()), ('b', now())")
    touch = text("UPDATE whatsapp_send_rates SET used_until = now() WHERE key = :key")
    meet = asyncio.Barrier(2)

    async def cross(first: str, second: str) -> None:
        async with database.transaction() as tx:
            await tx.run(touch, {"key": first})
            await meet.wait()
            await tx.run(touch, {"key": second})

    outcomes = await asyncio.gather(cross("a", "b"), cross("b", "a"), return_exceptions=True)
    [victim] = [outcome for outcome in outcomes if outcome is not None]
    assert "deadlock" in str(victim)
    assert is_transient(victim)


async def test_a_database_that_is_away_is_transient(free_port: int) -> None:
    away = Database(f"postgresql+asyncpg://nobody:x@127.0.0.1:{free_port}/none")
    with pytest.raises((OSError, DBAPIError)) as raised:
        await away.ping()
    await away.dispose()
    assert is_transient(raised.value)


def test_an_error_of_our_own_is_not_transient() -> None:
    assert not is_transient(ValueError("x"))
    assert not is_transient(KeyError("x"))
