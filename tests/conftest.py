"""The ground of all tests: one PostgreSQL cluster a run, one migrated template, one clone a worker.

Every test starts with empty tables. Sockets go to loopback only.
"""

import asyncio
import fcntl
import ipaddress
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.kit.migrations import migrate
from plantao.kit.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from playwright.async_api import Page
    from tests.tds import TdsServer

# The scratch cluster need not survive a power cut. Crash tests start servers of their own, with durability on.
SCRATCH = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}
TEMPLATE = "plantao_template"
# Truncating makes new files for a table and all of its indexes: only what a test has written to is worth it.
WRITTEN = text("""
    SELECT DISTINCT tables.relname FROM pg_class tables
    LEFT JOIN pg_depend owned ON owned.refobjid = tables.oid AND owned.deptype IN ('a', 'i')
    LEFT JOIN pg_sequence sequences ON sequences.seqrelid = owned.objid
    WHERE tables.relnamespace = 'public'::regnamespace AND tables.relkind = 'r' AND tables.relname <> 'alembic_version'
    AND (pg_relation_size(tables.oid) > 0
         OR CASE WHEN sequences.seqrelid IS NOT NULL THEN pg_sequence_last_value(sequences.seqrelid) IS NOT NULL END)
""")
IDENTITY_TABLES = ("users", "sessions", "refresh_tokens", "recovery_codes", "audit_entries")
LONG = (
    "tests/contract/test_schemathesis.py",
    "tests/crash/",
    "tests/routing/test_properties.py",
    "tests/attacks/test_injection.py",
)
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",  # gives the microphone without asking, and
    "--use-fake-device-for-media-stream",  # a beep for a voice
]


def _only_loopback(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0])
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise RuntimeError(f"a test tried to reach {host}")


sys.addaudithook(_only_loopback)


class _Scratch:
    """One directory a run, shared by all workers; in memory where there is room, for the cluster lives in it."""

    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["scratch"] = os.environ["PLANTAO_TEST_SCRATCH"]


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        os.environ["PLANTAO_TEST_SCRATCH"] = config.workerinput["scratch"]
        return
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes a directory of our own in it
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2 * 1024**3
    os.environ["PLANTAO_TEST_SCRATCH"] = tempfile.mkdtemp(prefix="plantao-", dir=memory if roomy else None)
    if config.pluginmanager.has_plugin("xdist"):
        config.pluginmanager.register(_Scratch())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker begins with the long ones, and the others take the rest from it: else all would wait for the last."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ["PLANTAO_TEST_SCRATCH"], ignore_errors=True)


@pytest.fixture(scope="session")
def run_directory() -> Path:
    """Shared by all workers of one run, removed at its end."""
    return Path(os.environ["PLANTAO_TEST_SCRATCH"])


@pytest.fixture(scope="session")
def cluster(run_directory: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(run_directory / "postgres", settings=SCRATCH) as server:
        yield server


async def _execute(url: str, *statements: str) -> None:
    engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def _clone_template(cluster: EmbeddedPostgres, name: str) -> None:
    admin = cluster.url("postgres")
    engine = create_async_engine(admin, poolclass=NullPool)
    async with engine.connect() as connection:
        found = await connection.scalar(text("SELECT 1 FROM pg_database WHERE datname = :n"), {"n": TEMPLATE})
    if not found:
        await _execute(admin, f"CREATE DATABASE {TEMPLATE}")
        await migrate(cluster.url(TEMPLATE))
    await _execute(admin, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")


@pytest.fixture(scope="session")
def worker_database_url(cluster: EmbeddedPostgres, run_directory: Path, worker_id: str) -> str:
    """The URL of this worker's own migrated database."""
    name = f"plantao_{worker_id}"
    with (run_directory / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(_clone_template(cluster, name))
    return cluster.url(name)


@pytest.fixture
async def database_url(worker_database_url: str) -> str:
    """The worker's database, with empty tables."""
    engine = create_async_engine(worker_database_url, poolclass=NullPool)
    async with engine.begin() as connection:
        if names := (await connection.scalars(WRITTEN)).all():
            await connection.execute(text(f"TRUNCATE {', '.join(names)} RESTART IDENTITY CASCADE"))
    return worker_database_url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.dispose()


@pytest.fixture(scope="session")
def users_url(cluster: EmbeddedPostgres, worker_id: str) -> str:
    """The scratch database behind this worker's stand-in for SQL Server."""
    name = f"users_{worker_id}"
    asyncio.run(_execute(cluster.url("postgres"), f"CREATE DATABASE {name}"))
    return cluster.url(name)


@pytest.fixture(scope="session")
def sql_server(users_url: str) -> "Iterator[TdsServer]":
    """A stand-in for SQL Server with identity's tables."""
    from tests.tds import TdsServer

    from plantao.identity.repository.sqlserver_migrations import migrate as migrate_users

    with TdsServer(users_url) as server:
        migrate_users(server.url("pymssql"))
        yield server


@pytest.fixture
def empty_sql_server(sql_server: "TdsServer", users_url: str) -> "TdsServer":
    tables = ", ".join(f"dbo.{name}" for name in IDENTITY_TABLES)  # where the stand-in keeps them
    asyncio.run(_execute(users_url, f"TRUNCATE {tables} RESTART IDENTITY"))
    return sql_server


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 23, 15, 0, tzinfo=UTC))


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@pytest.fixture(scope="session")
def chromium(run_directory: Path, worker_id: str) -> Iterator[str]:
    """The address of this worker's browser. It takes a second to start; each test has a context of its own in it."""
    config = run_directory / f"chromium-{worker_id}.json"
    config.write_text(json.dumps({"executablePath": CHROMIUM, "args": CHROMIUM_FLAGS}))
    command = [sys.executable, "-m", "playwright", "launch-server", "--browser=chromium", f"--config={config}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as server:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
        os.killpg(server.pid, signal.SIGTERM)


@pytest.fixture
async def page(chromium: str) -> AsyncIterator["Page"]:
    """A page of a real browser, which fails its test on any script error or broken content policy."""
    from playwright.async_api import async_playwright

    problems: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect(chromium)
        context = await browser.new_context(locale="pt-BR")
        made = await context.new_page()
        made.on("pageerror", lambda error: problems.append(str(error)))
        made.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
        yield made
        await browser.close()
    assert problems == []
