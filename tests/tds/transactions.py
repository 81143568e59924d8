"""Transactions as SQL Server counts them, on one PostgreSQL connection.

PostgreSQL's own BEGIN waits for the first statement that needs it: only then is the isolation level settled. A level
that is set later holds from the next transaction on.
"""

import itertools

import asyncpg
from tests.tds import tokens
from tests.tds.errors import no_transaction

_LEVELS = {
    "READ UNCOMMITTED": "READ COMMITTED",
    "READ COMMITTED": "READ COMMITTED",
    "REPEATABLE READ": "REPEATABLE READ",
    "SERIALIZABLE": "SERIALIZABLE",
    "SNAPSHOT": "REPEATABLE READ",
}
ISOLATION_NUMBERS = {"READ UNCOMMITTED": 1, "READ COMMITTED": 2, "REPEATABLE READ": 3, "SERIALIZABLE": 4, "SNAPSHOT": 5}
"""As sys.dm_exec_sessions tells them."""
_STATEMENT = "tds_statement"
_descriptors = itertools.count(0x1_0000_0001)


class Transactions:
    """`count` is @@TRANCOUNT. Methods that begin or end one return the tokens that tell the client."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._begun = False
        self._descriptor = 0
        self.count = 0
        self.implicit = False
        self.isolation = "READ COMMITTED"

    def begin(self) -> list[bytes]:
        self.count += 1
        if self.count > 1:
            return []
        self._descriptor = next(_descriptors)
        return [tokens.transaction_began(self._descriptor)]

    async def commit(self) -> list[bytes]:
        """Raises `SqlError` 3902 without a transaction. Only the outermost commit counts."""
        if not self.count:
            raise no_transaction("COMMIT")
        self.count -= 1
        return [] if self.count else await self._end("COMMIT")

    async def rollback(self, savepoint: str = "") -> list[bytes]:
        """Everything, or back to `savepoint`. Raises `SqlError` 3903 without a transaction."""
        if not self.count:
            raise no_transaction("ROLLBACK")
        if savepoint:
            await self._connection.execute(f'ROLLBACK TO SAVEPOINT "user_{savepoint}"')
            return []
        self.count = 0
        return await self._end("ROLLBACK")

    async def save(self, savepoint: str) -> None:
        await self.start()
        await self._connection.execute(f'SAVEPOINT "user_{savepoint}"')

    async def start(self) -> None:
        """PostgreSQL's BEGIN, if a transaction is open that has none yet."""
        if self.count and not self._begun:
            await self._connection.execute(f"BEGIN ISOLATION LEVEL {_LEVELS[self.isolation]}")
            self._begun = True

    async def protect(self) -> None:
        """What fails from here on can be undone alone, as SQL Server does with XACT_ABORT OFF."""
        await self._connection.execute(f"SAVEPOINT {_STATEMENT}")

    async def keep(self) -> None:
        await self._connection.execute(f"RELEASE SAVEPOINT {_STATEMENT}")

    async def undo(self) -> None:
        await self._connection.execute(f"ROLLBACK TO SAVEPOINT {_STATEMENT}; RELEASE SAVEPOINT {_STATEMENT}")

    async def _end(self, verb: str) -> list[bytes]:
        if self._begun:
            self._begun = False
            await self._connection.execute(verb)
        return [tokens.transaction_ended(self._descriptor, committed=verb == "COMMIT")]
