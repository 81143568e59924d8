"""The identity part alone, over HTTP: its routers, the common error bodies, a real database.

Every test that asks for nothing but the service runs three times: with users in PostgreSQL, and in the stand-in for SQL
Server by each of its two drivers. A test that looks into PostgreSQL itself (`database`) runs with it alone.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from tests.conftest import _execute
from tests.identity.people import KEY, Desk, client_of
from tests.tds import TdsServer

from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository.sqlserver import SqlServerStore
from plantao.identity.repository.sqlserver_migrations import migrate
from plantao.identity.repository.store import PostgresStore, Store
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.postgres import EmbeddedPostgres

POSTGRES, DRIVERS = "postgres", ["mssqlpython", "pymssql"]
TABLES = "dbo.users, dbo.sessions, dbo.refresh_tokens, dbo.recovery_codes, dbo.audit_entries"  # as the stand-in keeps them


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "store" in metafunc.fixturenames:
        looks_inside = "database" in metafunc.function.__code__.co_varnames
        kinds = [POSTGRES] if looks_inside else [POSTGRES, *DRIVERS]
        metafunc.parametrize("store", kinds, indirect=True)


@pytest.fixture(scope="session")
def hasher() -> Iterator[PasswordHasher]:
    hasher = PasswordHasher()
    yield hasher
    hasher.close()


@pytest.fixture(scope="session")
def users_url(cluster: EmbeddedPostgres, worker_id: str) -> str:
    """The scratch database behind the stand-in for SQL Server."""
    name = f"users_{worker_id}"
    asyncio.run(_execute(cluster.url("postgres"), f"CREATE DATABASE {name}"))
    return cluster.url(name)


@pytest.fixture(scope="session")
def sql_server(users_url: str) -> Iterator[TdsServer]:
    with TdsServer(users_url) as server:
        migrate(server.url(DRIVERS[0]))
        yield server


@pytest.fixture(scope="session")
def sql_server_stores(sql_server: TdsServer) -> Iterator[dict[str, SqlServerStore]]:
    stores = {driver: SqlServerStore(sql_server.url(driver)) for driver in DRIVERS}
    yield stores
    for store in stores.values():
        asyncio.run(store.aclose())


@pytest.fixture
def store(request: pytest.FixtureRequest) -> Store:
    """Empty. What is asked for by name here needs no running loop."""
    if request.param == POSTGRES:
        return PostgresStore(request.getfixturevalue("database"))
    stores: dict[str, SqlServerStore] = request.getfixturevalue("sql_server_stores")
    asyncio.run(_execute(request.getfixturevalue("users_url"), f"TRUNCATE {TABLES} RESTART IDENTITY"))
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
