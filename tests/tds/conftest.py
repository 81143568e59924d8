"""One scratch database and one server a module, and an engine for each driver."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from tests.conftest import _execute
from tests.tds import TdsServer, connect_args, drivers
from tests.tds.tables import metadata

from plantao.kit.postgres import EmbeddedPostgres


@pytest.fixture(scope="module")
def server(cluster: EmbeddedPostgres, worker_id: str, request: pytest.FixtureRequest) -> Iterator[TdsServer]:
    name = f"{Path(str(request.path)).stem}_{worker_id}"
    with scratch_database(cluster, name) as url, TdsServer(url) as server:
        yield server


@pytest.fixture
def encrypted_server(cluster: EmbeddedPostgres, worker_id: str) -> Iterator[TdsServer]:
    with scratch_database(cluster, f"tds_encrypted_{worker_id}") as url, TdsServer(url, encrypted=True) as server:
        yield server


@contextmanager
def scratch_database(cluster: EmbeddedPostgres, name: str) -> Iterator[str]:
    """The URL of an empty database, gone afterwards."""
    admin = cluster.url("postgres")
    asyncio.run(_execute(admin, f"CREATE DATABASE {name}"))
    yield cluster.url(name)
    asyncio.run(_execute(admin, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=drivers())
def engine(server: TdsServer, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """With the tables of these tests, empty."""
    engine = create_engine(server.url(request.param), connect_args=connect_args(request.param))
    metadata.create_all(engine)
    yield engine
    engine.dispose()  # its connections may have been dropped
    metadata.drop_all(engine)
    engine.dispose()
