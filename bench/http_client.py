"""A keep-alive HTTP/1.1 client that costs next to nothing: requests are bytes, answers are a status and a body."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

TIMEOUT = 30.0  # seconds for one answer


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class AnswerReader:
    """Cuts a stream into answers. Ours have a Content-Length each; anything else raises ValueError."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Answer | None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return None
        body_start = head_end + 4
        body_end = body_start + _content_length(self._buffer[:body_start])
        if len(self._buffer) < body_end:
            return None
        answer = Answer(int(self._buffer[9:12]), self._buffer[body_start:body_end])
        self._buffer = self._buffer[body_end:]
        return answer


def _content_length(head: bytes) -> int:
    lowered = head.lower()
    start = lowered.find(b"\r\ncontent-length:")
    if start < 0:
        raise ValueError("an answer without Content-Length")
    return int(lowered[start + 17 : lowered.index(b"\r\n", start + 17)])


class Connection(asyncio.Protocol):
    """One request at a time; `on_answer` is called for each answer, `on_lost` when the server closes."""

    def __init__(self, on_answer: Callable[["Connection", Answer], None], on_lost: Callable[[], None]) -> None:
        self._on_answer = on_answer
        self._on_lost = on_lost
        self._reader = AnswerReader()
        self.transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.WriteTransport", transport)  # uvloop's do not inherit from it

    def data_received(self, data: bytes) -> None:
        answer = self._reader.feed(data)
        if answer is not None:
            self._on_answer(self, answer)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        self._on_lost()

    def write(self, request: bytes) -> None:
        assert self.transport is not None
        self.transport.write(request)

    def close(self) -> None:
        if self.transport is not None:
            self.transport.close()


class Client:
    """Requests one after the other on one connection."""

    def __init__(self) -> None:
        self._connection = Connection(self._answered, self._lost)
        self._waiting: asyncio.Future[Answer] | None = None

    async def connect(self, port: int) -> None:
        await asyncio.get_running_loop().create_connection(lambda: self._connection, "127.0.0.1", port)

    async def ask(self, request: bytes) -> Answer:
        self._waiting = asyncio.get_running_loop().create_future()
        self._connection.write(request)
        async with asyncio.timeout(TIMEOUT):
            return await self._waiting

    def close(self) -> None:
        self._connection.close()

    def _answered(self, _connection: Connection, answer: Answer) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(answer)

    def _lost(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(ConnectionError("the server closed the connection"))


def api_request(method: str, path: str, body: bytes = b"", token: str | None = None) -> bytes:
    """A JSON request as bytes."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"{authorization}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
