"""How a process lives: its database, its signals, its end. Shared by all commands."""

import asyncio
import gc
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import structlog
import uvloop

from plantao.app import Parts, Workers, build_parts, create_asgi
from plantao.databases import migrate_all
from plantao.identity.accounts import Accounts
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository.store import Store
from plantao.kit.clock import SystemClock
from plantao.kit.errors import ValidationFailed
from plantao.kit.http.server import bind, build_server, connections_bound
from plantao.kit.postgres import EmbeddedPostgres, kept_alive
from plantao.settings import PREFIX, Settings, SettingsError

log = structlog.get_logger(__name__)

SCHEMES = ("postgresql://", "postgres://", "postgresql+asyncpg://")


@contextmanager
def database_url(settings: Settings) -> Iterator[str]:
    """The configured database, or the embedded one, which runs for as long as somebody uses it."""
    if settings.database_url is None:
        with EmbeddedPostgres(settings.data_dir / "postgres") as server, kept_alive(server):
            yield server.url()
        return
    url = settings.database_url.get_secret_value()
    scheme = next((known for known in SCHEMES if url.startswith(known)), None)
    if scheme is None:
        raise SettingsError(f"{PREFIX}DATABASE_URL: must begin with postgresql://")
    yield "postgresql+asyncpg://" + url.removeprefix(scheme)


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """SIGTERM ends the block like Ctrl-C does, so that what is open is closed in order."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    previous = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        log.info("stopped")
    finally:
        signal.signal(signal.SIGTERM, previous)


def listen(settings: Settings) -> socket.socket:
    """The socket of `HOST` and `PORT`. Raises `SettingsError` when it cannot be had."""
    try:
        return bind(settings.host, settings.port)
    except socket.gaierror:
        raise SettingsError(f"{PREFIX}HOST: {settings.host!r} is no address of this machine") from None
    except OSError as error:
        address = f"{settings.host}:{settings.port}"
        raise SettingsError(f"{PREFIX}PORT: cannot listen on {address}: {error.strerror}") from None


def run_server(settings: Settings, url: str, listener: socket.socket) -> None:
    """Migrates, creates the first administrator, and serves until told to stop."""
    host, port = listener.getsockname()[:2]

    async def serve() -> None:
        await migrate_all(settings, url)
        parts = build_parts(settings, url)
        await create_first_admin(settings, parts.store)
        spare_the_collector()
        log.info("listening", host=host, port=port)
        bound = connections_bound(settings.max_connections)
        await build_server(create_asgi(parts), limit_concurrency=bound).serve(sockets=[listener])

    uvloop.run(serve())


def spare_the_collector() -> None:
    """What was imported stays: the garbage collector need not look at it again, nor at every request."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def run_worker(settings: Settings, url: str) -> None:
    """The background loops alone, beside web processes on the same database."""

    async def work() -> None:
        await migrate_all(settings, url)
        spare_the_collector()
        async with working(build_parts(settings, url)):
            stopped = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stopped.set)
            await stopped.wait()

    uvloop.run(work())


@asynccontextmanager
async def working(parts: Parts) -> AsyncIterator[Workers]:
    """Workers without a web server."""
    await parts.hub.start()
    workers = Workers(parts)
    workers.start()
    log.info("working")
    try:
        yield workers
    finally:
        await workers.stop()
        await parts.hub.stop()
        await parts.numbers.aclose()
        await parts.engine.aclose()
        await parts.store.aclose()
        await parts.database.dispose()


async def create_first_admin(settings: Settings, store: Store, *, waive_password_rule: bool = False) -> None:
    """From `PLANTAO_ADMIN_EMAIL` and `PLANTAO_ADMIN_PASSWORD`; who exists already is left alone.

    Raises `SettingsError`.
    """
    if settings.admin_email is None or settings.admin_password is None:
        return
    hasher = PasswordHasher(threads=1)
    try:
        await Accounts(store, SystemClock(), hasher).ensure_first_admin(
            settings.admin_email,
            settings.admin_password.get_secret_value(),
            name="Administrador",
            waive_password_rule=waive_password_rule,
        )
    except ValidationFailed as error:
        raise SettingsError(f"{PREFIX}ADMIN_{(error.field or '').upper()}: {error.detail}") from None
    finally:
        hasher.close()
