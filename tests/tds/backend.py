"""The PostgreSQL connection behind one TDS connection."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from sqlalchemy import make_url
from tests.tds.errors import SqlError
from tests.tds.failures import translate_failure
from tests.tds.transactions import Transactions
from tests.tds.translate import Translated


@dataclass(frozen=True)
class Result:
    """`columns` are (name, type's OID), empty for a statement that answers no rows. `count` is None for DDL."""

    command: str
    count: int | None
    columns: tuple[tuple[str, int], ...] = ()
    rows: Sequence[tuple[Any, ...]] = field(default=())


async def connect(url: str) -> asyncpg.Connection:
    """`url` is SQLAlchemy's. Text is compared byte by byte, times are in UTC, `dbo` is where tables are."""
    parsed = make_url(url)
    host = str(parsed.query.get("host") or parsed.host)
    return await asyncpg.connect(
        host=host,
        port=parsed.port or int(str(parsed.query.get("port") or 5432)),
        user=parsed.username,
        password=parsed.password,
        database=parsed.database,
        statement_cache_size=0,
        server_settings={"search_path": "dbo", "TimeZone": "UTC", "application_name": "tds"},
    )


class Backend:
    """Runs translated statements, each of which fails alone."""

    def __init__(self, connection: asyncpg.Connection, database: str) -> None:
        self.connection = connection
        self.transactions = Transactions(connection)
        self._database = database

    async def run(self, translated: Translated) -> Result:
        """Raises `SqlError`. Outside a transaction every statement is one of its own."""
        if self.transactions.count:
            return await self._run_protected(translated)
        try:
            async with self.connection.transaction():
                return await self._fetch(translated)
        except asyncpg.PostgresError as failure:
            error = await self._translate(failure, translated)
            error.ends_transaction = False
            raise error from failure

    async def columns(self, table: str | None) -> dict[str, str]:
        """Name to type, as PostgreSQL formats it; empty for a table that is not there."""
        if table is None:
            return {}
        await self.transactions.start()
        query = (
            "SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute "
            "WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped"
        )
        found = await self.connection.fetch(query, f'dbo."{table}"')
        return {row["attname"]: row["format_type"] for row in found}

    async def describe(self, translated: Translated) -> list[str]:
        """The types of $1, $2 ..., without running anything. Raises `asyncpg.PostgresError`."""
        if not self.transactions.count:
            return await self._parameters(translated.sql)
        await self.transactions.start()
        await self.transactions.protect()
        try:
            return await self._parameters(translated.sql)
        finally:
            await self.transactions.undo()

    async def _parameters(self, sql: str) -> list[str]:
        statement = await self.connection.prepare(sql)
        return [each.name for each in statement.get_parameters()]

    async def _run_protected(self, translated: Translated) -> Result:
        await self.transactions.start()
        await self.transactions.protect()
        try:
            result = await self._fetch(translated)
        except asyncpg.PostgresError as failure:
            await self.transactions.undo()
            raise await self._translate(failure, translated) from failure
        except BaseException:
            await self.transactions.undo()
            raise
        await self.transactions.keep()
        return result

    async def _fetch(self, translated: Translated) -> Result:
        for lock in translated.locks:
            await self.connection.execute(lock)
        statement = await self.connection.prepare(translated.sql)
        rows = await statement.fetch()
        attributes = statement.get_attributes()
        names = translated.names if translated.names and len(translated.names) == len(attributes) else None
        columns = tuple((names[at] if names else each.name, each.type.oid) for at, each in enumerate(attributes))
        last = (statement.get_statusmsg() or "0").split()[-1]
        count = int(last) if translated.command and last.isdigit() else None
        return Result(translated.command, count, columns, [tuple(row) for row in rows])

    async def _translate(self, failure: asyncpg.PostgresError, translated: Translated) -> SqlError:
        return await translate_failure(failure, translated.command, self._database, self.connection)
