"""The identity part alone, over HTTP: its routers, the common error bodies, a real database."""

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest
from tests.identity.people import KEY, Desk, client_of

from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository.store import PostgresStore
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database


@pytest.fixture(scope="session")
def hasher() -> Iterator[PasswordHasher]:
    hasher = PasswordHasher()
    yield hasher
    hasher.close()


@pytest.fixture
def identity(database: Database, clock: ManualClock, hasher: PasswordHasher) -> IdentityService:
    return IdentityService(PostgresStore(database), clock, [KEY], hasher)


@pytest.fixture
def elsewhere(database: Database, clock: ManualClock, hasher: PasswordHasher) -> IdentityService:
    """The service as a second process has it."""
    return IdentityService(PostgresStore(database), clock, [KEY], hasher)


@pytest.fixture
def desk(identity: IdentityService) -> Desk:
    return Desk(identity)


@pytest.fixture
async def client(identity: IdentityService) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(identity) as client:
        yield client
