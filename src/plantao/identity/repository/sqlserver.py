"""The users' own database: SQL Server, by drivers that block, in a few threads.

While it is away nobody waits for it: one call at a time tries it again, the others are told at once.
"""

import asyncio
import functools
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import structlog
from sqlalchemy import URL, Connection, Engine, Select, create_engine, event, make_url, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, NotSupportedError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from plantao.identity.repository.store import StoreUnavailable, Work
from plantao.kit import metrics
from plantao.kit.errors import ServiceUnavailable

T = TypeVar("T")
log = structlog.get_logger(__name__)

THREADS = 8
MAX_WAITING = 400  # behind the threads; a request asks once who its caller is
LOG_IN_SECONDS, STATEMENT_SECONDS = 5, 5
CONNECTION_TIMEOUT = 113  # ODBC's SQL_ATTR_CONNECTION_TIMEOUT: without it a server that hangs holds a thread for ever
RETRY_SECONDS = 1.0  # between two tries while the database is away
ATTEMPTS = 3  # of a transaction that is chosen as a deadlock's victim
_OURS = (IntegrityError, ProgrammingError, DataError, NotSupportedError)  # a defect or a rule, not an outage


def open_engine(url: str | URL, *, statement_seconds: int | None = None, **options: Any) -> Engine:
    """An engine whose waits are all bounded. Connects to nothing yet."""
    seconds = statement_seconds or STATEMENT_SECONDS
    url = make_url(url)
    engine = create_engine(url, pool_pre_ping=True, max_overflow=0, pool_timeout=LOG_IN_SECONDS, **options)
    if url.get_driver_name() == "pymssql":
        # Without the last one it cuts times to milliseconds.
        bounds: dict[str, Any] = {"login_timeout": LOG_IN_SECONDS, "timeout": seconds, "use_datetime2": True}
    else:
        bounds = {"timeout": LOG_IN_SECONDS, "attrs_before": {CONNECTION_TIMEOUT: seconds}}
        event.listen(engine, "connect", functools.partial(_bound_statements, seconds))
    event.listen(engine, "do_connect", functools.partial(_add_arguments, bounds))
    return engine


def _add_arguments(
    bounds: dict[str, Any], _dialect: Any, _record: Any, _arguments: Any, keywords: dict[str, Any]
) -> None:
    """What the URL says goes before."""
    for name, value in bounds.items():
        keywords.setdefault(name, value)


def _bound_statements(seconds: int, connection: Any, _record: Any) -> None:
    connection.timeout = seconds


class SqlServerStore:
    """Implements `Store`."""

    def __init__(self, url: str | URL, *, threads: int = THREADS, max_waiting: int = MAX_WAITING) -> None:
        """Connects to nothing yet."""
        self._writer = open_engine(url, pool_size=threads)
        # Connections that never begin a transaction: one SELECT is one round trip.
        self._reader = open_engine(url, pool_size=threads, isolation_level="AUTOCOMMIT")
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="users-database")
        self._limit = threads + max_waiting
        self._pending = 0
        self._away = False
        self._try_again_at = 0.0

    async def transaction(self, work: Work[T]) -> T:
        return await self._guarded(lambda: _repeated(self._writer.begin, work))

    async def read(self, work: Work[T]) -> T:
        return await self._guarded(lambda: _repeated(self._reader.connect, work))

    async def first(self, statement: Select[Any], values: Mapping[str, Any]) -> Any | None:
        return await self.read(lambda connection: connection.execute(statement, values).first())

    async def answers(self) -> bool | None:
        try:
            await self.read(lambda connection: connection.execute(text("SELECT 1")))
        except ServiceUnavailable:
            return False
        return True

    async def aclose(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for engine in (self._reader, self._writer):
            engine.dispose()

    async def _guarded(self, call: Callable[[], T]) -> T:
        """Raises `StoreUnavailable` when the database does not answer, or did not a moment ago."""
        if self._away:
            now = time.monotonic()
            if now < self._try_again_at:
                raise StoreUnavailable
            self._try_again_at = now + LOG_IN_SECONDS + RETRY_SECONDS  # this one finds out for all
        if self._pending >= self._limit:
            raise _busy()
        self._pending += 1
        future = self._threads.submit(self._tried, call)
        future.add_done_callback(functools.partial(self._done, asyncio.get_running_loop()))
        return await asyncio.wrap_future(future)

    def _tried(self, call: Callable[[], T]) -> T:
        """In the thread, so that what is found out is noted though nobody may wait for it any more."""
        try:
            found = call()
        except PoolTimeoutError:
            self._note_away("PoolTimeout")
            raise StoreUnavailable from None
        except DBAPIError as error:
            if not is_outage(error):
                self._note_back()
                raise
            self._note_away(type(error.orig).__name__)
            raise StoreUnavailable from None
        self._note_back()
        return found

    def _done(self, loop: asyncio.AbstractEventLoop, _future: Future[Any]) -> None:
        """In the thread, or in the loop when it was never begun."""
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._leave)

    def _leave(self) -> None:
        self._pending -= 1

    def _note_away(self, error: str) -> None:
        if not self._away:
            log.warning("users_database_away", error=error)
        self._away = True
        self._try_again_at = time.monotonic() + RETRY_SECONDS
        metrics.USERS_DATABASE_UP.set(0)

    def _note_back(self) -> None:
        if self._away:
            log.info("users_database_back")
        self._away = False
        metrics.USERS_DATABASE_UP.set(1)


def _repeated(open_: Callable[[], AbstractContextManager[Connection]], work: Work[T]) -> T:
    """Again for who was chosen as a deadlock's victim. Raises `ServiceUnavailable` when that goes on."""
    for _ in range(ATTEMPTS):
        try:
            with open_() as connection:
                return work(connection)
        except DBAPIError as error:
            if not _was_victim(error):
                raise
    raise _busy()


def _busy() -> ServiceUnavailable:
    detail = "Muitos acessos ao mesmo tempo. Tente novamente em instantes."
    return ServiceUnavailable(detail, headers={"Retry-After": "2"})


def is_outage(error: DBAPIError) -> bool:
    """Whether the database did not answer; else it refused a statement."""
    return error.connection_invalidated or not isinstance(error, _OURS)


def _was_victim(error: DBAPIError) -> bool:
    """Error 1205, which one driver tells by the server's message and the other by the words of its SQLSTATE."""
    told = str(error.orig).lower()
    return "deadlock" in told or "serialization failure" in told
