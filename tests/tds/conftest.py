"""One scratch database and one server a module, and an engine for each driver."""

import asyncio
from collections.abc import Iterator
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
    admin = cluster.url("postgres")
    asyncio.run(_execute(admin, f"CREATE DATABASE {name}"))
    with TdsServer(cluster.url(name)) as server:
        yield server
    asyncio.run(_execute(admin, f"DROP DATABASE {name}"))


@pytest.fixture(params=drivers())
def engine(server: TdsServer, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """With the tables of these tests, empty."""
    engine = create_engine(server.url(request.param), connect_args=connect_args(request.param))
    metadata.create_all(engine)
    yield engine
    engine.dispose()  # its connections may have been dropped
    metadata.drop_all(engine)
    engine.dispose()
