"""Computes reports: a few at a time, so that who looks back does not hold up who works."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Row

from plantao.conversations import periods
from plantao.conversations.periods import Period, Step
from plantao.dashboard.report_schemas import rounded
from plantao.identity.accounts import Accounts
from plantao.kit.db import Database, Transaction

AT_ONCE: Final = 2
MOST_USERS: Final = 1000
Rows = list[dict[str, Any]]


@dataclass(slots=True)
class Reports:
    """Each report is a list of rows, as dictionaries in the order of their columns."""

    database: Database
    accounts: Accounts
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def summary(self, period: Period) -> Rows:
        async with self._turn, self.database.reading() as tx:
            return _rows([await periods.summary(tx, period)])

    async def timeline(self, period: Period, step: Step) -> Rows:
        return await self._read(lambda tx: periods.timeline(tx, period, step))

    async def hours(self, period: Period) -> Rows:
        return await self._read(lambda tx: periods.hours(tx, period))

    async def intents(self, period: Period) -> Rows:
        return await self._read(lambda tx: periods.intents(tx, period))

    async def tags(self, period: Period) -> Rows:
        return await self._read(lambda tx: periods.tags(tx, period))

    async def agents(self, period: Period) -> Rows:
        """With the names that the users have today."""
        rows = await self._read(lambda tx: periods.agents(tx, period))
        names = {user.id: user.name for user in (await self.accounts.list_users(limit=MOST_USERS)).users}
        return [{"agent_id": row["agent_id"], "nome": names.get(row["agent_id"])} | row for row in rows]

    async def _read(self, ask: Callable[[Transaction], Coroutine[Any, Any, Sequence[Row[Any]]]]) -> Rows:
        async with self._turn, self.database.reading() as tx:
            return _rows(await ask(tx))


def _rows(found: Sequence[Row[Any]]) -> Rows:
    return [rounded(dict(row._mapping)) for row in found]
