"""Statements that steer the session: transactions and SET."""

from __future__ import annotations

import operator
from re import Match
from typing import TYPE_CHECKING

from tests.tds import batches, catalog
from tests.tds.errors import SqlError
from tests.tds.transactions import ISOLATION_NUMBERS

if TYPE_CHECKING:
    from tests.tds.session import Session

_COMPARISONS = {">": operator.gt, "=": operator.eq, "<>": operator.ne, "!=": operator.ne}


class Control:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._transactions = session.transactions

    def holds(self, condition: Match[str]) -> bool:
        """IF @@TRANCOUNT ..."""
        return bool(_COMPARISONS[condition["operator"]](self._transactions.count, int(condition["number"])))

    async def run(self, statement: str) -> list[bytes] | None:
        """The tokens that tell of the change; None for a statement that steers nothing."""
        if (told := await self._transaction(statement)) is not None:
            return told
        if found := batches.ISOLATION.match(statement):
            await self._isolate(" ".join(found["level"].upper().split()))
        elif batches.IDENTITY_INSERT.match(statement):
            return []  # our identities always take a value that is given
        elif found := batches.SWITCH.match(statement):
            self._switch(found["options"].upper(), on=found["state"].upper() == "ON")
        elif found := batches.SETTING.match(statement):
            await self._set(found["option"].upper(), found["value"])
        elif found := batches.USE.match(statement):
            self._use(found["name"])
        else:
            return None
        return []

    async def _transaction(self, statement: str) -> list[bytes] | None:
        if batches.BEGIN.match(statement):
            return self._transactions.begin()
        if batches.COMMIT.match(statement):
            return await self._transactions.commit()
        if found := batches.ROLLBACK.match(statement):
            return await self._transactions.rollback(_savepoint(found["name"]))
        if found := batches.SAVE.match(statement):
            await self._transactions.save(_savepoint(found["name"]))
            return []
        return None

    async def _isolate(self, level: str) -> None:
        self._transactions.isolation = level
        await catalog.introduce(self._session.backend.connection, self._session.spid, ISOLATION_NUMBERS[level])

    def _switch(self, options: str, *, on: bool) -> None:
        for option in options.replace(" ", "").split(","):
            if option == "NOCOUNT":
                self._session.nocount = on
            elif option == "IMPLICIT_TRANSACTIONS":
                self._transactions.implicit = on

    async def _set(self, option: str, value: str) -> None:
        """LOCK_TIMEOUT is in milliseconds, -1 for ever and 0 not at all; PostgreSQL has 0 for ever."""
        if option == "LOCK_TIMEOUT":
            self._session.lock_timeout = {-1: 0, 0: 1}.get(int(value), int(value))
            await self._session.backend.connection.execute(f"SET lock_timeout = {self._session.lock_timeout}")

    def _use(self, database: str) -> None:
        if database.lower() != self._session.database.lower():
            raise SqlError(911, 16, 1, f"Database '{database}' does not exist.", ends_batch=True)


def _savepoint(name: str | None) -> str:
    return (name or "").strip("[]").lower()
