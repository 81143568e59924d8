"""Where identity's tables live: in the PostgreSQL of everything else, or in a SQL Server of their own.

What is to be done is a plain function over one SQLAlchemy connection. PostgreSQL runs it in the event loop (in a
greenlet, as SQLAlchemy runs every statement there), SQL Server in a thread: the function is the same.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Select

from plantao.kit.db import Database
from plantao.kit.errors import ServiceUnavailable

T = TypeVar("T")
Work = Callable[[Connection], T]


class StoreUnavailable(ServiceUnavailable):
    """The users' own database does not answer. Other parts go on."""

    def __init__(self) -> None:
        detail = "O cadastro de usuários está fora do ar. Tente novamente em instantes."
        super().__init__(detail, headers={"Retry-After": "2"})


class Store(Protocol):
    """`work` may be run more than once (a deadlock's victim tries again): it changes nothing but the database."""

    async def transaction(self, work: Work[T]) -> T:
        """Commits when `work` ends well, rolls back when it raises."""
        ...

    async def read(self, work: Work[T]) -> T:
        """For one SELECT: without a transaction around it, which would cost two more round trips."""
        ...

    async def first(self, statement: Select[Any], values: Mapping[str, Any]) -> Any | None:
        """The first row of a SELECT that is asked at every request."""
        ...

    async def answers(self) -> bool | None:
        """Whether the database answers; None when it is no database of its own."""
        ...

    async def aclose(self) -> None: ...


class PostgresStore:
    """The tables beside all others. Its errors are those of the database, handled where all are."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._engine = database.engine
        self._reader = database.engine.execution_options(isolation_level="AUTOCOMMIT")

    async def transaction(self, work: Work[T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: Work[T]) -> T:
        async with self._reader.connect() as connection:
            return await connection.run_sync(work)

    async def first(self, statement: Select[Any], values: Mapping[str, Any]) -> Any | None:
        return next(iter(await self._database.reader.rows(statement, values)), None)

    async def answers(self) -> bool | None:
        return None

    async def aclose(self) -> None:
        """The database is not ours to close."""
