"""SELECTs without SQLAlchemy between, for the few that everybody asks all the time: it takes ten times as long as the
driver to lend a connection, and longer to hand over a page of rows than the database to find them."""

import asyncio
from collections import namedtuple
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import asyncpg
import msgspec
from sqlalchemy import make_url
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement

WAIT_SECONDS = 10.0  # for one of the connections, as long as for one of the pool

_DIALECT = make_url("postgresql+asyncpg://").get_dialect()()


class _Query(NamedTuple):
    sql: str
    parameters: tuple[str, ...]


class Reader:
    """Up to `size` connections of its own, opened when they are needed. None of them ever begins a transaction."""

    def __init__(self, arguments: Mapping[str, Any], size: int) -> None:
        """`arguments`: of asyncpg's `connect`. Connects to nothing yet."""
        self._arguments = arguments
        self._free = asyncio.Semaphore(size)
        self._idle: list[asyncpg.Connection[asyncpg.Record]] = []  # the one that was used last is used next
        self._closed = False

    async def rows(self, statement: Executable, parameters: Mapping[str, Any]) -> Sequence[Any]:
        """Named tuples. JSON is decoded; other values go and come as the driver has them, whatever types the statement
        declares.

        Raises what asyncpg raises, and `TimeoutError` when all connections stay in use.
        """
        query = _query(statement)
        async with asyncio.timeout(WAIT_SECONDS):
            await self._free.acquire()
        try:
            records = await self._fetch(query.sql, [parameters[name] for name in query.parameters])
        finally:
            self._free.release()
        if not records:
            return []
        make = _row_type(tuple(records[0].keys()))._make
        return [make(record) for record in records]

    async def _fetch(self, sql: str, values: list[Any]) -> list[asyncpg.Record]:
        connection = await self._connection()
        try:
            found = await connection.fetch(sql, *values)
        except asyncpg.PostgresError:
            self._give_back(connection)
            raise
        except BaseException:  # perhaps in the middle of an answer: nobody can use it any more
            connection.terminate()
            raise
        self._give_back(connection)
        return found

    async def _connection(self) -> "asyncpg.Connection[asyncpg.Record]":
        while self._idle:
            if not (connection := self._idle.pop()).is_closed():
                return connection
        opened: asyncpg.Connection[asyncpg.Record] = await asyncpg.connect(**self._arguments)
        for kind in ("json", "jsonb"):
            await opened.set_type_codec(kind, schema="pg_catalog", encoder=str, decoder=msgspec.json.decode)
        return opened

    def _give_back(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        if self._closed:
            connection.terminate()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Those in use end when they have answered."""
        self._closed = True
        while self._idle:
            self._idle.pop().terminate()


@lru_cache(maxsize=512)
def _query(statement: Executable) -> _Query:
    assert isinstance(statement, ClauseElement)  # noqa: S101 - all that we write are
    compiled: Any = statement.compile(dialect=_DIALECT)
    return _Query(str(compiled), tuple(compiled.positiontup or ()))


@lru_cache(maxsize=512)
def _row_type(columns: tuple[str, ...]) -> Any:
    return namedtuple("Row", columns)  # its columns are known only when it has been asked
