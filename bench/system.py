"""The servers under test, as real processes on a fresh data directory."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from bench.bodies import APP_SECRET, PHONE_NUMBER_ID
from bench.http_client import Answer, Client, api_request
from bench.processes import postmaster_pid
from plantao.kit.postgres import EmbeddedPostgres

ADMIN, PASSWORD = "admin@provedor.example", "Bancada-2026!"
START_SECONDS = 60.0
POLL = 0.02  # seconds
ROOT = Path(__file__).resolve().parents[1]  # where `-m bench...` finds us, wherever we were started


@dataclass(frozen=True, slots=True)
class Process:
    """A server that answers on `port`. `start_seconds`: from the fork to its first healthy answer."""

    pid: int
    port: int
    start_seconds: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def settings(data_dir: Path, port: int, graph_port: int, debounce: float) -> dict[str, str]:
    values: dict[str, object] = {
        "PORT": port,
        "DATA_DIR": data_dir,
        "JWT_SECRET": "kNsv8Zw2QfY5tRbX3mLcD7hJpGx9uEaT",
        "ADMIN_EMAIL": ADMIN,
        "ADMIN_PASSWORD": PASSWORD,
        "WHATSAPP_GRAPH_URL": f"http://127.0.0.1:{graph_port}",
        "WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "WHATSAPP_ACCESS_TOKEN": "EAAGbenchbenchbench",
        "WHATSAPP_APP_SECRET": APP_SECRET,
        "WHATSAPP_VERIFY_TOKEN": "bench-verify",
        "BOT_DEBOUNCE_SECONDS": debounce,
        "RATE_LIMIT_API": "1000000/second",
        "RATE_LIMIT_WHATSAPP_SEND": "1000000/second",
        "LOG_LEVEL": "WARNING",
    }
    return {f"PLANTAO_{name}": str(value) for name, value in values.items()}


@contextmanager
def compiled_modules() -> Iterator[None]:
    """Modules are compiled once for all processes started within, as an installation does, but out of the tree."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="plantao-bench-") as kept:
        os.environ["PYTHONPYCACHEPREFIX"] = kept
        subprocess.run([sys.executable, "-c", "import plantao.runtime, bench.load"], cwd=ROOT, check=True)
        yield


@asynccontextmanager
async def _running(argv: list[str], environment: dict[str, str], port: int, path: str) -> AsyncIterator[Process]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PLANTAO_")}
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(*argv, env=outside | environment, cwd=ROOT)
    try:
        await _until_answered(process, port, path)
        yield Process(process.pid, port, time.perf_counter() - began)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _until_answered(process: asyncio.subprocess.Process, port: int, path: str) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not await _answers(port, path):
            if process.returncode is not None:
                raise RuntimeError(f"the server ended with {process.returncode} before it answered")
            await asyncio.sleep(0.005)


async def _answers(port: int, path: str) -> bool:
    client = Client()
    try:
        await client.connect(port)
        return (await client.ask(api_request("GET", path))).status == 200
    except OSError:
        return False
    finally:
        client.close()


@asynccontextmanager
async def plantao(data_dir: Path, graph_port: int, debounce: float) -> AsyncIterator[Process]:
    """`plantao serve`. `debounce` in seconds: 30 keeps the bot out of a measurement."""
    port = free_port()
    argv = [str(Path(sys.executable).parent / "plantao"), "serve"]
    async with _running(argv, settings(data_dir, port, graph_port, debounce), port, "/health") as process:
        yield process


@asynccontextmanager
async def floor(dsn: str) -> AsyncIterator[Process]:
    port = free_port()
    argv = [sys.executable, "-m", "bench.floor", str(port), dsn]
    async with _running(argv, {}, port, "/") as process:
        yield process


@contextmanager
def data_directory() -> Iterator[Path]:
    """A fresh one, removed afterwards; readable for the user that PostgreSQL runs as."""
    path = Path(tempfile.mkdtemp(prefix="plantao-bench-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Ground:
    """A data directory with a PostgreSQL server that runs for the whole measurement."""

    data_dir: Path
    dsn: str
    floor_dsn: str
    postmaster: int

    async def value(self, query: str, *arguments: object) -> Any:
        """The first value of a query on the product's database."""
        connection: Any = await asyncpg.connect(self.dsn)
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()

    async def until(self, query: str, wanted: object, timeout: float = 120.0) -> None:
        """Asks until the answer is `wanted`. Seldom enough to cost little: a time measured so is late by `POLL`."""
        async with asyncio.timeout(timeout):
            while await self.value(query) != wanted:  # noqa: ASYNC110 - another process's progress is no event here
                await asyncio.sleep(POLL)


# For filling a database that is only read afterwards. A page that is read costs the same.
FAST_WRITES = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


@asynccontextmanager
async def ground(*, durable: bool = True) -> AsyncIterator[Ground]:
    """`durable`: as the product runs; without it, only what is read may be measured."""
    settings = {} if durable else FAST_WRITES
    with data_directory() as data_dir, EmbeddedPostgres(data_dir / "postgres", settings=settings) as server:
        dsns = [server.url(name).replace("+asyncpg", "") for name in ("postgres", "plantao", "floor")]
        connection: Any = await asyncpg.connect(dsns[0])
        await connection.execute("CREATE DATABASE floor")
        kept = await connection.fetchval("SELECT bool_and(setting = 'on') FROM pg_settings WHERE name IN "
                                         "('fsync', 'synchronous_commit', 'full_page_writes')")  # fmt: skip
        assert kept == durable
        await connection.close()
        yield Ground(data_dir, dsns[1], dsns[2], postmaster_pid(data_dir))


async def log_in(port: int, email: str = ADMIN) -> str:
    """An access token: the administrator's, or that of somebody whom `add_user` made."""
    answer = await _post(port, "/api/v1/auth/login", {"email": email, "password": PASSWORD})
    assert answer.status == 200, answer.body
    token: str = msgspec.json.decode(answer.body)["access_token"]
    return token


async def add_user(port: int, email: str, role: str) -> int:
    """The id of a new user with everybody's password."""
    body = {"email": email, "password": PASSWORD, "nome": "Maria Silva", "role": role}
    answer = await _post(port, "/api/v1/users", body, await log_in(port))
    assert answer.status == 201, answer.body
    user_id: int = msgspec.json.decode(answer.body)["id"]
    return user_id


async def _post(port: int, path: str, body: object, token: str | None = None) -> Answer:
    client = Client()
    await client.connect(port)
    try:
        return await client.ask(api_request("POST", path, msgspec.json.encode(body), token))
    finally:
        client.close()
