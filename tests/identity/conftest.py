"""The identity part alone, over HTTP: its routers, the common error bodies, a real database.

Every test that asks for nothing but the service runs three times: with users in PostgreSQL, and in the stand-in for SQL
Server by each of its two drivers; and once more in a real SQL Server when `PLANTAO_TEST_SQLSERVER_URL` names an empty
database that may be written to. A test that looks into PostgreSQL itself (`database`), or to which it makes no
difference where users are kept (`any_store`), runs with it alone.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from sqlalchemy import text
from tests.conftest import IDENTITY_TABLES
from tests.identity.people import KEY, Desk, client_of
from tests.tds import TdsServer
from tests.tds.drivers import drivers

from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository.sqlserver import SqlServerStore, open_engine
from plantao.identity.repository.sqlserver_migrations import migrate
from plantao.identity.repository.store import PostgresStore, Store
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock

POSTGRES, REAL = "postgres", "sqlserver"
REAL_URL = os.environ.get("PLANTAO_TEST_SQLSERVER_URL")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "store" in metafunc.fixturenames:
        one = "database" in metafunc.fixturenames or metafunc.definition.get_closest_marker("any_store")
        kinds = [POSTGRES] if one else [POSTGRES, *drivers(), *([REAL] if REAL_URL else [])]
        metafunc.parametrize("store", kinds, indirect=True)


@pytest.fixture(scope="session")
def hasher() -> Iterator[PasswordHasher]:
    """Quick, for nearly every test logs somebody in; a file that needs the time of a real one asks for that."""
    hasher = PasswordHasher(memory_kib=8, passes=1)
    yield hasher
    hasher.close()


@pytest.fixture(scope="session")
def real_hasher() -> Iterator[PasswordHasher]:
    """As in production."""
    hasher = PasswordHasher()
    yield hasher
    hasher.close()


@pytest.fixture(scope="session")
def sql_server_stores(sql_server: TdsServer) -> Iterator[dict[str, SqlServerStore]]:
    stores = {driver: SqlServerStore(sql_server.url(driver)) for driver in drivers()}
    yield stores
    for store in stores.values():
        asyncio.run(store.aclose())


@pytest.fixture
async def real_store() -> AsyncIterator[SqlServerStore]:
    """Of the SQL Server that the environment names: its tables are made anew for each test."""
    assert REAL_URL
    engine = open_engine(REAL_URL)
    with engine.begin() as connection:
        for table in (*reversed(IDENTITY_TABLES), "alembic_version"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    engine.dispose()
    migrate(REAL_URL)
    store = SqlServerStore(REAL_URL, threads=2)
    yield store
    await store.aclose()


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    """Empty. What is asked for by name here needs no running loop."""
    if request.param == POSTGRES:
        return PostgresStore(request.getfixturevalue("database"))
    if request.param == REAL:
        real: Store = request.getfixturevalue("real_store")
        return real
    request.getfixturevalue("empty_sql_server")
    stores: dict[str, SqlServerStore] = request.getfixturevalue("sql_server_stores")
    return stores[request.param]


@pytest.fixture
def identity(store: Store, clock: ManualClock, hasher: PasswordHasher) -> IdentityService:
    return IdentityService(store, clock, [KEY], hasher)


@pytest.fixture
def elsewhere(store: Store, clock: ManualClock, hasher: PasswordHasher) -> IdentityService:
    """The service as a second process has it."""
    return IdentityService(store, clock, [KEY], hasher)


@pytest.fixture
def desk(identity: IdentityService) -> Desk:
    return Desk(identity)


@pytest.fixture
async def client(identity: IdentityService) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(identity) as client:
        yield client
