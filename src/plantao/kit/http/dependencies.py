"""What endpoints ask for: a transaction that is committed before the answer leaves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from plantao.kit.db import Database, Transaction


# async, though nothing is awaited: FastAPI would run a plain function in a thread, at every request.
async def database(request: Request) -> Database:
    found: Database = request.app.state.database
    return found


async def _transaction(db: Annotated[Database, Depends(database)]) -> AsyncIterator[Transaction]:
    async with db.transaction() as transaction:
        yield transaction


async def _reading(db: Annotated[Database, Depends(database)]) -> AsyncIterator[Transaction]:
    async with db.reading() as transaction:
        yield transaction


InDatabase = Annotated[Database, Depends(database)]

# Without scope="function" FastAPI would commit after the answer is sent: a client could be told of what never was.
InTransaction = Annotated[Transaction, Depends(_transaction, scope="function")]

# For who only reads; given back before the answer is sent, which a slow client may take its time to hear.
InReading = Annotated[Transaction, Depends(_reading, scope="function")]
