"""A stand-in for Meta's Graph API that accepts every message at once, and notes when it was asked."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import msgspec


class _Text(msgspec.Struct):
    body: str = ""


class _Send(msgspec.Struct):
    """What we read of a send; the other fields are of no interest here."""

    to: str | None = None
    recipient: str | None = None
    text: _Text | None = None


class GraphStandIn:
    """`calls`: each text that was sent, with the customer's address and time.perf_counter()."""

    def __init__(self) -> None:
        self.port = 0
        self.calls: asyncio.Queue[tuple[str, str, float]] = asyncio.Queue()
        self._numbers = itertools.count(1)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["GraphStandIn"]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _GraphConnection(self), "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()

    def answer(self, body: bytes, at: float) -> bytes:
        if not body:
            return b'{"id":"208811223344556","verified_name":"Bench","status":"CONNECTED"}'
        sent = msgspec.json.decode(body, type=_Send)
        to = sent.to or sent.recipient or ""
        if sent.text is not None:
            self.calls.put_nowait((to.removeprefix("+"), sent.text.body, at))
        accepted = {
            "messaging_product": "whatsapp",
            "contacts": [{"input": to, "wa_id": to.removeprefix("+")}],
            "messages": [{"id": f"wamid.BENCH{next(self._numbers):012d}"}],
        }
        return msgspec.json.encode(accepted)

    def forget(self) -> None:
        while not self.calls.empty():
            self.calls.get_nowait()


class _GraphConnection(asyncio.Protocol):
    def __init__(self, graph: GraphStandIn) -> None:
        self._graph = graph
        self._buffer = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's do not inherit from it

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        length = next((int(x[15:]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length:")), 0)
        if not found or len(rest) < length:
            return
        self._buffer = rest[length:]
        answer = self._graph.answer(rest[:length], at)
        assert self._transport is not None
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n".encode()
        self._transport.write(head + answer)
