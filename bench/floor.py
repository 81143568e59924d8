"""The floor: the least that any webhook service of this kind must do, under the same server configuration.

HMAC, JSON parse, one row a request in a group-committed INSERT, one broadcast inside the process. What the product
takes beyond this is what its promises cost. `python -m bench.floor <port> <database url>`
"""

import asyncio
import hashlib
import hmac
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import uvloop

from bench.bodies import APP_SECRET
from plantao.kit.http.server import bind, build_server

CREATE = "CREATE TABLE IF NOT EXISTS floor (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea NOT NULL)"
INSERT = "INSERT INTO floor (body) SELECT unnest($1::bytea[])"
MAX_BATCH = 256

_KEY = APP_SECRET.encode()
_START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]}
_END = {"type": "http.response.body", "body": b"ok"}


class Floor:
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Any = None  # asyncpg's connection types hold no more than this
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        self._subscribers: list[Callable[[bytes], None]] = [self._hear]
        self._heard = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        body = (await receive())["body"]
        if body:
            await self._receive(scope, body)
        await send(_START.copy())
        await send(_END)

    async def _receive(self, scope: Any, body: bytes) -> None:
        given = next(value for name, value in scope["headers"] if name == b"x-hub-signature-256")
        expected = b"sha256=" + hmac.new(_KEY, body, hashlib.sha256).hexdigest().encode()
        assert hmac.compare_digest(given, expected)
        message = msgspec.json.decode(body)["entry"][0]["changes"][0]["value"]["messages"][0]
        await self._append(body)
        frame = msgspec.json.encode({"type": "new_message", "message": message})
        for subscriber in self._subscribers:
            subscriber(frame)

    async def _append(self, body: bytes) -> None:
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((body, stored))
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        await stored

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
            await self._connection.execute(INSERT, [body for body, _ in batch])
            for _, stored in batch:
                stored.set_result(None)
        self._flushing = None

    def _hear(self, _frame: bytes) -> None:
        self._heard += 1

    async def _live(self, receive: Any, send: Any) -> None:
        async with self._connected():
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        self._connection = await asyncpg.connect(self._dsn)
        await self._connection.execute(CREATE)
        yield
        await self._connection.close()


def main(port: int, dsn: str) -> None:
    listener = bind("127.0.0.1", port)
    uvloop.run(build_server(Floor(dsn)).serve(sockets=[listener]))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
