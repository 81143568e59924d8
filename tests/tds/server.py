"""The server: a thread with an event loop of its own, for the drivers block theirs."""

import asyncio
import itertools
import ssl
import threading
from collections import deque
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Self

from sqlalchemy import URL
from tests.tds import backend, catalog, errors
from tests.tds.connection import Connection
from tests.tds.drivers import query_of
from tests.tds.login import Login
from tests.tds.tls import Stream, certificate

_KEPT = 1000
PASSWORD = "Plant4o!"


class TdsServer:
    """Listens on the loopback while its `with` block runs. `postgres_url` (SQLAlchemy's) is a database of its own.

    An `encrypted` one insists on TLS, with a certificate that nobody vouches for.
    """

    def __init__(
        self,
        postgres_url: str,
        *,
        user: str = "sa",
        password: str = PASSWORD,
        database: str = "auth",
        encrypted: bool = False,
    ) -> None:
        self.statements: deque[str] = deque(maxlen=_KEPT)
        self.port = 0
        self._postgres_url = postgres_url
        self._user, self._password, self._database = user, password, database
        self._tls = certificate() if encrypted else None
        self._ready: Future[None] = Future()
        self._thread = threading.Thread(target=self._run, name="tds", daemon=True)
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._problems: list[Exception] = []
        self._spids = itertools.count(51)

    def url(self, driver: str) -> str:
        """For SQLAlchemy; `driver` is `mssqlpython` or `pymssql`."""
        query = query_of(driver, encrypted=self._tls is not None)
        made = URL.create(f"mssql+{driver}", self._user, self._password, "127.0.0.1", self.port, self._database, query)
        return made.render_as_string(hide_password=False)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.result()
        return self

    def __exit__(self, *_: object) -> None:
        self._call(self._finish())
        self._thread.join()
        if self._problems:
            raise ExceptionGroup("the stand-in failed, not the statement", self._problems)

    def stop_listening(self) -> None:
        """New connections are refused; those that are open go on."""
        self._call(self._close())

    def drop_connections(self) -> None:
        """Every open connection is reset; what it had not committed is rolled back when this returns."""
        self._call(self._drop())

    def hang(self) -> None:
        """Connections are accepted, nothing is answered or run any more, until `resume`."""
        self._call(self._set_awake(False))

    def resume(self) -> None:
        """As at first, on the same port."""
        self._call(self._resume())

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._awake = asyncio.Event()
        self._awake.set()
        self._stopped = asyncio.Event()
        postgres = await backend.connect(self._postgres_url)
        await catalog.install(postgres)
        await postgres.close()
        await self._listen()
        self._ready.set_result(None)
        await self._stopped.wait()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(
            Stream(reader, writer), postgres_url=self._postgres_url, spid=next(self._spids), accepts=self._accepts,
            record=self.statements.append, awake=self._awake, tls=self._tls,
        )  # fmt: skip
        task = asyncio.current_task()
        assert task is not None
        self._connections[task] = connection
        try:
            # Cancelled by `drop_connections`: the streams of asyncio would report that as an error.
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
                await connection.serve()
        except Exception as error:  # noqa: BLE001 - ours to report: the client sees a closed connection only
            self._problems.append(error)
        finally:
            del self._connections[task]
            writer.close()

    def _accepts(self, login: Login) -> None:
        if (login.user, login.password) != (self._user, self._password):
            raise errors.login_failed(login.user)
        if login.database.lower() != self._database.lower():
            raise errors.cannot_open(login.database)

    async def _close(self) -> None:
        self._server.close()

    async def _drop(self) -> None:
        tasks = list(self._connections)
        for task, connection in self._connections.items():
            connection.drop()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _set_awake(self, awake: bool) -> None:
        (self._awake.set if awake else self._awake.clear)()

    async def _resume(self) -> None:
        self._awake.set()
        if not self._server.is_serving():
            await self._listen()

    async def _finish(self) -> None:
        await self._close()
        await self._drop()
        self._stopped.set()
