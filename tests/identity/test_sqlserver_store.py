"""The store's own promises: bounded waits, deadlocks tried again, defects not taken for outages."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from tests.identity.people import KEY, Desk
from tests.tds import TdsServer
from tests.tds.drivers import drivers

from plantao.identity.models import User
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository import sqlserver, users
from plantao.identity.repository.sqlserver import SqlServerStore
from plantao.identity.repository.store import StoreUnavailable
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.errors import ServiceUnavailable

Open = Callable[..., SqlServerStore]


@pytest.fixture(params=drivers())
async def open_store(empty_sql_server: TdsServer, request: pytest.FixtureRequest) -> AsyncIterator[Open]:
    opened: list[SqlServerStore] = []

    def open_(**options: int) -> SqlServerStore:
        opened.append(SqlServerStore(empty_sql_server.url(request.param), **options))
        return opened[-1]

    yield open_
    empty_sql_server.resume()
    # pymssql keeps one time limit for the whole process, the last that was asked for: back to the usual one.
    assert await open_().answers() is True
    for store in opened:
        await store.aclose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The store is what is tested here: not once for each kind."""


async def until_it_answers(store: SqlServerStore) -> None:
    async with asyncio.timeout(10):
        while not await store.answers():  # noqa: ASYNC110 - it asks the database, which tells nobody
            await asyncio.sleep(0)  # a refusal comes without waiting; each look asks, which is what it takes


async def test_a_deadlocks_victim_tries_again(open_store: Open, clock: ManualClock, hasher: PasswordHasher) -> None:
    store = open_store()
    desk = Desk(IdentityService(store, clock, [KEY], hasher))
    first, second = await desk.user(), await desk.user()
    both_hold_one = threading.Barrier(2)
    attempts: list[int] = []

    def lock_both(connection: Connection, *order: User) -> None:
        fresh = len(attempts) < 2
        attempts.append(order[0].id)
        users.lock(connection, order[0].id)
        if fresh:
            both_hold_one.wait(10)
        users.lock(connection, order[1].id)

    async with asyncio.timeout(30):
        await asyncio.gather(
            store.transaction(lambda connection: lock_both(connection, first, second)),
            store.transaction(lambda connection: lock_both(connection, second, first)),
        )
    assert len(attempts) == 3
    assert await store.answers() is True


async def test_who_is_always_the_victim_is_told_to_come_back(open_store: Open) -> None:
    """Not that the database is away: the others go on."""
    store, attempts = open_store(threads=1), []

    def unlucky(_connection: Connection) -> None:
        attempts.append(1)
        raise OperationalError("UPDATE", {}, Exception("1205: chosen as the deadlock victim"))

    for ask in (store.transaction, store.read):
        with pytest.raises(ServiceUnavailable) as refused:
            await ask(unlucky)
        assert not isinstance(refused.value, StoreUnavailable)
    assert len(attempts) == 2 * sqlserver.ATTEMPTS
    assert await store.answers() is True


async def test_a_server_that_stops_in_mid_conversation_holds_nobody(
    open_store: Open, empty_sql_server: TdsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is open and idle, the statement is sent, and nothing comes back."""
    monkeypatch.setattr(sqlserver, "STATEMENT_SECONDS", 1)
    monkeypatch.setattr(sqlserver, "LOG_IN_SECONDS", 1)
    monkeypatch.setattr(sqlserver, "RETRY_SECONDS", 0.01)
    store = open_store(threads=1)
    assert await store.answers() is True
    empty_sql_server.hang()
    async with asyncio.timeout(20):
        with pytest.raises(StoreUnavailable):
            await store.transaction(lambda connection: users.find(connection, 1))
        assert await store.answers() is False
        empty_sql_server.resume()
        await until_it_answers(store)


async def test_a_statement_that_is_refused_is_no_outage(open_store: Open) -> None:
    store = open_store(threads=1)
    with pytest.raises(ProgrammingError):
        await store.read(lambda connection: connection.execute(text("SELECT nothing FROM nowhere")))
    assert await store.answers() is True


async def test_too_many_at_once_are_told_to_come_back(open_store: Open) -> None:
    store = open_store(threads=1, max_waiting=1)
    leave, entered = threading.Event(), threading.Event()

    def stay(_connection: Connection) -> None:
        entered.set()
        leave.wait(10)

    staying = [asyncio.create_task(store.read(stay)) for _ in range(2)]
    await asyncio.to_thread(entered.wait, 10)
    with pytest.raises(ServiceUnavailable, match="Muitos acessos") as refused:
        await store.read(lambda connection: users.find(connection, 1))
    assert not isinstance(refused.value, StoreUnavailable)
    leave.set()
    await asyncio.gather(*staying)
    assert await store.read(lambda connection: users.find(connection, 1)) is None


async def test_who_hangs_up_keeps_the_place_until_the_work_is_done(open_store: Open) -> None:
    """Else more would be let in than there are threads."""
    store = open_store(threads=1, max_waiting=0)
    leave, entered = threading.Event(), threading.Event()

    def stay(_connection: Connection) -> None:
        entered.set()
        leave.wait(10)

    gone = asyncio.create_task(store.read(stay))
    await asyncio.to_thread(entered.wait, 10)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    with pytest.raises(ServiceUnavailable):
        await store.read(lambda connection: users.find(connection, 1))
    leave.set()
    await until_it_answers(store)
