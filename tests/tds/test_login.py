"""Logging in, over both drivers."""

import socket
from typing import Any

import pytest
from sqlalchemy import Engine, Unicode, bindparam, create_engine, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError
from tests.tds import TdsServer, connect_args, drivers
from tests.tds.tables import metadata

_NUMBER_OR_TEXT = {"mssqlpython": "Login failed for user 'sa'.", "pymssql": "(18456, "}


def _refusal(server: TdsServer, driver: str, **changed: Any) -> str:
    url = make_url(server.url(driver)).set(**changed)
    engine = create_engine(url, connect_args=connect_args(driver))
    with pytest.raises(DBAPIError) as refused:
        engine.connect()
    engine.dispose()
    return str(refused.value)


@pytest.mark.parametrize("driver", drivers())
def test_a_wrong_password(server: TdsServer, driver: str) -> None:
    assert _NUMBER_OR_TEXT[driver] in _refusal(server, driver, password="Errada;}1")


@pytest.mark.parametrize("driver", drivers())
def test_an_unknown_database(server: TdsServer, driver: str) -> None:
    """Error 4060, then 18456: both drivers show the second."""
    assert _NUMBER_OR_TEXT[driver] in _refusal(server, driver, database="other")


def test_what_the_dialect_asks_at_first(engine: Engine) -> None:
    with engine.connect() as connection:
        assert connection.dialect.server_version_info == (16, 0, 4135, 4)
        assert connection.dialect.default_schema_name == "dbo"
        assert connection.get_isolation_level() == "READ COMMITTED"
        assert connection.scalar(text("SELECT @@TRANCOUNT")) in {0, 1}  # pymssql begins at once


def test_what_is_there(engine: Engine) -> None:
    inspector = inspect(engine)
    assert inspector.get_table_names() == sorted(metadata.tables)
    assert inspector.has_table("people")
    assert not inspector.has_table("nobody")


def test_text_is_kept_of_what_was_received(server: TdsServer, engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1 AS the_only_one"))
    assert "SELECT 1 AS the_only_one" in server.statements


@pytest.mark.parametrize("driver", drivers())
def test_over_tls(encrypted_server: TdsServer, driver: str) -> None:
    engine = create_engine(encrypted_server.url(driver), connect_args=connect_args(driver))
    long = "ação 😀" * 20_000
    with engine.connect() as connection:
        assert connection.scalar(select(bindparam("long", long, Unicode))) == long
    engine.dispose()


@pytest.mark.parametrize(
    "garbage", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\x10\x01\x00\x0c\0\0\1\0abcd", b"\x12\x01\x00\x08\0\0\1\0"]
)
def test_what_is_no_client_is_let_go(server: TdsServer, garbage: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(garbage)
        client.shutdown(socket.SHUT_WR)
        while client.recv(4096):
            pass
