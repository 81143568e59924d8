"""The server goes, hangs and comes back, over both drivers."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, insert, select, text
from sqlalchemy.exc import DBAPIError
from tests.tds import TdsServer, connect_args
from tests.tds.packets import DEFAULT_SIZE, PacketType, packets
from tests.tds.tables import people


@pytest.fixture
def quick(server: TdsServer, engine: Engine) -> Iterator[Engine]:
    """As `engine`, with one second to log in, and a pool that asks before it hands out a connection."""
    driver = engine.dialect.driver
    limits = {"timeout": 1} if driver == "mssqlpython" else {"login_timeout": 1, "timeout": 1}
    quick = create_engine(engine.url, connect_args=connect_args(driver) | limits, pool_pre_ping=True)
    yield quick
    server.resume()
    if driver == "pymssql":
        _lift_limit(quick)
    quick.dispose()


def _lift_limit(engine: Engine) -> None:
    """FreeTDS keeps the limit of a query's time for the whole process: other tests would have it too."""
    with engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        driver._conn.query_timeout = 0


def test_reset_and_refused_then_back(server: TdsServer, quick: Engine) -> None:
    with quick.begin() as connection:
        connection.execute(insert(people).values(email="kept"))
    with quick.connect() as connection:
        connection.execute(insert(people).values(email="lost"))
        server.stop_listening()
        server.drop_connections()
        with pytest.raises(DBAPIError) as lost:
            connection.execute(select(people))
    assert lost.value.connection_invalidated
    with pytest.raises(DBAPIError):
        quick.connect()
    server.resume()
    with quick.connect() as connection:
        assert connection.execute(select(people.c.email)).scalars().all() == ["kept"]


def test_a_dropped_connection_is_reset(server: TdsServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(packets(b"", DEFAULT_SIZE, PacketType.PRELOGIN))
        client.recv(4096)  # it has been accepted
        server.drop_connections()
        with pytest.raises(ConnectionResetError):
            client.recv(4096)


def test_an_idle_connection_is_replaced(server: TdsServer, quick: Engine) -> None:
    with quick.connect() as connection:
        first = connection.scalar(text("SELECT @@SPID"))
    server.drop_connections()
    with quick.connect() as connection:
        assert connection.scalar(text("SELECT @@SPID")) != first


def test_a_hung_server_lets_a_log_in_time_out(server: TdsServer, quick: Engine) -> None:
    server.hang()
    with pytest.raises(DBAPIError):
        quick.connect()
    server.resume()
    with quick.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_hung_server_goes_on_where_it_was(server: TdsServer, engine: Engine) -> None:
    with engine.connect() as connection, ThreadPoolExecutor(1) as pool:
        server.hang()
        asked = threading.Event()

        def ask() -> object:
            asked.set()
            return connection.scalar(text("SELECT 1"))

        answer = pool.submit(ask)
        asked.wait()
        server.resume()
        assert answer.result() == 1


def test_a_long_statement_is_cancelled(quick: Engine) -> None:
    """ODBC asks the server to stop and keeps the connection, FreeTDS gives it up."""
    keeps = quick.dialect.driver == "mssqlpython"
    with quick.connect() as connection:
        if keeps:
            driver: Any = connection.connection.dbapi_connection
            driver.timeout = 1
        first = connection.scalar(text("SELECT @@SPID"))
        with pytest.raises(DBAPIError):
            connection.exec_driver_sql("WAITFOR DELAY '00:00:30'")
        connection.rollback()
        assert (connection.scalar(text("SELECT @@SPID")) == first) is keeps
