"""Create, start, share, stop."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from tests.kit.postgres.helpers import (
    FAST,
    UserProcess,
    connect,
    is_running,
    postmaster,
    query,
    store_answer,
    stored_answer,
)

from plantao.kit.postgres import EmbeddedPostgres, PostgresError

StartUser = Callable[..., UserProcess]


async def test_an_empty_directory_becomes_a_database_that_sqlalchemy_can_use(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, settings=FAST) as server:
        engine = create_async_engine(server.url())
        async with engine.connect() as connection:
            row = (await connection.execute(text("SELECT current_user, current_database()"))).one()
        await engine.dispose()
    assert tuple(row) == ("plantao", "plantao")
    assert not is_running(data_dir)


async def test_the_cluster_is_as_specified(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir) as server:
        connection = await connect(server.url())
        shown = {
            name: await connection.fetchval("SELECT current_setting($1)", name)
            for name in ("data_checksums", "server_encoding", "listen_addresses", "fsync", "synchronous_commit")
        }
        locale = await connection.fetchrow(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()"
        )
        await connection.close()
    assert shown == {
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
    }
    assert locale is not None
    assert tuple(locale) == (b"b", "C.UTF-8")
    rules = (data_dir / "pgdata" / "pg_hba.conf").read_text().splitlines()
    methods = {rule.split()[-1] for rule in rules if rule and not rule.startswith("#")}
    assert methods == {"scram-sha-256"}


def test_the_application_is_no_superuser_but_may_clone_databases(initialised: Path) -> None:
    with EmbeddedPostgres(initialised, settings=FAST) as server:
        assert query(server.url(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        query(server.url("postgres"), "CREATE DATABASE clone TEMPLATE plantao")
        assert query(server.url("clone"), "SELECT current_database()") == "clone"
        query(server.url("clone"), "CREATE EXTENSION pg_trgm")
        query(server.url(), "DROP DATABASE clone")


def test_a_wrong_password_is_refused(initialised: Path) -> None:
    with EmbeddedPostgres(initialised, settings=FAST) as server:
        password = server.url().split("plantao:")[1].split("@")[0]
        with pytest.raises(asyncpg.InvalidPasswordError):
            query(server.url().replace(password, "wrong"), "SELECT 1")


def test_only_the_owner_can_read_the_files(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir, settings=FAST):
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in data_dir.iterdir()}
    directories = {name: modes.pop(name) for name in ("pgdata", "run")}
    assert directories == {"pgdata": 0o700, "run": 0o700}
    assert set(modes.values()) == {0o600}
    assert {"passwords.json", "server.log"} <= modes.keys()


def test_data_survive_a_restart_and_new_settings_apply(initialised: Path) -> None:
    with EmbeddedPostgres(initialised, settings=FAST) as server:
        store_answer(server.url())
        url = server.url()
    with EmbeddedPostgres(initialised, settings={**FAST, "work_mem": "7MB"}) as server:
        assert server.url() == url
        assert stored_answer(server.url()) == 42
        assert query(server.url(), "SHOW work_mem") == "7MB"


def test_the_last_one_out_stops_it(initialised: Path) -> None:
    first, second = EmbeddedPostgres(initialised, settings=FAST), EmbeddedPostgres(initialised, settings=FAST)
    first.start()
    second.start()
    first.stop()
    assert query(second.url(), "SELECT 1") == 1
    second.stop()
    assert not is_running(initialised)


def test_a_server_in_use_keeps_its_settings(initialised: Path, caplog: pytest.LogCaptureFixture) -> None:
    with EmbeddedPostgres(initialised, settings=FAST) as first:
        pid = postmaster(initialised).pid
        with EmbeddedPostgres(initialised, settings={**FAST, "work_mem": "7MB"}) as second:
            assert query(second.url(), "SHOW work_mem") == "4MB"
        assert query(first.url(), "SELECT 1") == 1
        assert postmaster(initialised).pid == pid
    assert "keeps its settings" in caplog.text


def test_processes_that_start_at_once_share_one_server(data_dir: Path, user_process: StartUser) -> None:
    users = [user_process(data_dir) for _ in range(4)]
    urls = {user.answer()["url"] for user in users}
    assert len(urls) == 1
    assert (data_dir / "server.log").read_text().count("starting PostgreSQL") == 1
    assert not (data_dir / "server.log.1").exists()
    for user in users:
        assert query(next(iter(urls)), "SELECT 1") == 1
        user.finish()
    assert not is_running(data_dir)


def test_a_path_too_long_for_a_socket_gets_a_loopback_port(data_dir: Path) -> None:
    deep = data_dir.with_name("x" * 100)
    with EmbeddedPostgres(deep, settings=FAST) as server, EmbeddedPostgres(deep, settings=FAST) as joined:
        assert "@127.0.0.1:" in server.url()
        assert joined.url() == server.url()
        assert query(server.url(), "SELECT inet_server_addr()::text") == "127.0.0.1/32"
        assert not list(deep.glob("run/*"))
    assert not is_running(deep)


def test_a_comma_in_the_path_would_split_the_url_so_it_gets_a_port(data_dir: Path) -> None:
    with EmbeddedPostgres(data_dir.with_name("a,b"), settings=FAST) as server:
        assert query(server.url(), "SELECT 1") == 1


def test_the_server_has_its_own_session(initialised: Path) -> None:
    """So Ctrl-C in our terminal does not reach it."""
    with EmbeddedPostgres(initialised, settings=FAST):
        pid = postmaster(initialised).pid
        assert os.getsid(pid) == pid


def test_each_start_begins_a_new_log_and_keeps_the_last(damageable: Path) -> None:
    for _ in range(3):
        with EmbeddedPostgres(damageable, settings=FAST):
            pass
    for name in ("server.log", "server.log.1"):
        assert (damageable / name).read_text().count("starting PostgreSQL") == 1


def test_joining_cuts_a_log_that_grew_too_big(initialised: Path) -> None:
    log = initialised / "server.log"
    with EmbeddedPostgres(initialised, settings=FAST):
        os.truncate(log, 11 * 1024 * 1024)
        with EmbeddedPostgres(initialised, settings=FAST):
            assert log.stat().st_size < 1024


def test_start_and_stop_may_be_repeated(initialised: Path) -> None:
    server = EmbeddedPostgres(initialised, settings=FAST)
    server.stop()
    for _ in range(2):
        server.start()
        server.start()
        assert query(server.url(), "SELECT 1") == 1
        server.stop()
        server.stop()
        assert not is_running(initialised)


def test_there_is_no_url_while_it_is_not_started(data_dir: Path) -> None:
    with pytest.raises(PostgresError, match="call start"):
        EmbeddedPostgres(data_dir).url()
