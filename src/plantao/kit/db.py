"""The database: one engine, and transactions that are heard of only after their commit."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg
from sqlalchemy import MetaData, text
from sqlalchemy.engine import CursorResult, Row
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql.base import Executable

from plantao.kit.reader import Reader

# One MetaData for all domains' tables: Alembic compares it with the migrated database in a test.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


CONNECT_ARGUMENTS: dict[str, Any] = {
    "timeout": 5,
    "command_timeout": 30,
    "server_settings": {"application_name": "plantao", "jit": "off"},
}
MOST_READERS = 8  # connections beside the pool's: what they are asked for takes a millisecond


class Reads(Protocol):
    """What a SELECT can be asked of: a transaction, or a `Reader`."""

    async def rows(self, statement: Executable, parameters: Any) -> Sequence[Any]: ...


class Publisher(Protocol):
    def publish(self, topic: str, message: bytes) -> None: ...


class Transaction:
    """One database transaction, and what the others are to hear once it is committed."""

    def __init__(self, connection: AsyncConnection, publisher: Publisher | None = None) -> None:
        self.connection = connection
        self._publisher = publisher
        self._publications: list[tuple[str, bytes]] = []

    def publish(self, topic: str, message: bytes = b"") -> None:
        """Goes to the hub after the commit, in order, once; never if the transaction is rolled back."""
        self._publications.append((topic, message))

    async def run(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return await self.connection.execute(statement, parameters)

    async def rows(self, statement: Executable, parameters: Any = None) -> list[Row[Any]]:
        return list((await self.connection.execute(statement, parameters)).all())

    async def first(self, statement: Executable, parameters: Any = None) -> Row[Any] | None:
        return (await self.connection.execute(statement, parameters)).first()

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undoes the block alone, publications included, when it raises."""
        kept = len(self._publications)
        try:
            async with self.connection.begin_nested():
                yield
        except BaseException:
            del self._publications[kept:]
            raise

    def deliver_publications(self) -> None:
        publications, self._publications = self._publications, []
        if self._publisher is not None:
            for topic, message in publications:
                self._publisher.publish(topic, message)


def as_columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Rows as one array a column: the parameters of a statement that reads them with `unnest`."""
    return {name: [row[name] for row in rows] for name in rows[0]}


class Database:
    """PostgreSQL behind a pool of connections."""

    def __init__(self, url: str, publisher: Publisher | None = None, *, pool_size: int = 20) -> None:
        self._publisher = publisher
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            connect_args=CONNECT_ARGUMENTS,
        )
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._direct: asyncpg.Connection[asyncpg.Record] | None = None
        self.reader = Reader(self._connect_arguments(), min(pool_size, MOST_READERS))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Commits when the block ends well, then publishes; rolls back on any error."""
        async with self.engine.begin() as connection:
            transaction = Transaction(connection, self._publisher)
            yield transaction
        transaction.deliver_publications()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """For SELECTs only, each of which sees what is committed when it begins, as in a transaction of ours; but
        without its beginning and end, which are two more round trips."""
        async with self._reader.connect() as connection:
            yield Transaction(connection)

    async def execute_directly(self, sql: str, *arguments: Any, topic: str) -> None:
        """One statement that is a transaction by itself, on a connection of its own; then publishes `topic`.

        For the one place where it counts: without a pool and SQLAlchemy between, intake is half as fast again.
        Calls must not overlap. Raises what asyncpg raises; the next call connects again.
        """
        if self._direct is None or self._direct.is_closed():
            self._direct = await asyncpg.connect(**self._connect_arguments())
        try:
            await self._direct.execute(sql, *arguments)
        except Exception as error:
            if is_transient(error):
                self._direct.terminate()
            raise
        if self._publisher is not None:
            self._publisher.publish(topic, b"")

    def _connect_arguments(self) -> dict[str, Any]:
        _, arguments = self.engine.dialect.create_connect_args(self.engine.url)
        return {**arguments, **CONNECT_ARGUMENTS}

    async def ping(self) -> None:
        """Raises a SQLAlchemy error when the database does not answer."""
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def dispose(self) -> None:
        if self._direct is not None:
            self._direct.terminate()
        self.reader.close()
        await self.engine.dispose()


def is_transient(error: BaseException) -> bool:
    """Whether the same work may succeed later: the database was away or chose us as a deadlock's victim.

    Everything else (a value that a column refuses, a broken constraint) will fail again.
    """
    if isinstance(error, DBAPIError):
        # SQLAlchemy's classes are too coarse: what the driver said hangs on its wrapper.
        driver_error = getattr(error.orig, "__cause__", None) or error.orig
        return error.connection_invalidated or (driver_error is not None and is_transient(driver_error))
    if isinstance(error, asyncpg.PostgresError):
        # 08 connection, 40 rollback (deadlock), 53 resources, 55P03 lock, 57 operator, 58 system
        return (error.sqlstate or "")[:2] in {"08", "40", "53", "57", "58"} or error.sqlstate == "55P03"
    if isinstance(error, asyncpg.InterfaceError):
        return not isinstance(error, ValueError)  # those are values that cannot be sent, the others lost connections
    return isinstance(error, (OSError, TimeoutError))
