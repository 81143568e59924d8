"""A large body over a slow line may take its time; one that only trickles may not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from tests.stories.harness import Server

from plantao.kit.http import server as guarded
from plantao.kit.http.server import bind, build_server

PIECE = b"x" * 4096


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@asynccontextmanager
async def connection() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    listener = bind("127.0.0.1", 0)
    server = build_server(application, loop="asyncio", lifespan="off")
    async with Server(server).running(listener):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        yield reader, writer
        writer.close()


async def sent_slowly(monkeypatch: pytest.MonkeyPatch, *, progress: int) -> bytes:
    """What comes back for 20 pieces that take four times as long as a body may, if `progress` does not count."""
    monkeypatch.setattr(guarded, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(guarded, "BODY_PROGRESS", progress)
    async with connection() as (reader, writer):
        head = f"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {20 * len(PIECE)}\r\n\r\n"
        writer.write(head.encode())
        try:
            for _ in range(20):
                writer.write(PIECE)
                await writer.drain()
                await asyncio.sleep(0.06)  # the slowness itself, not a wait
            return await reader.read()
        except ConnectionError:
            return b""


async def test_progress_earns_time(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await sent_slowly(monkeypatch, progress=2 * len(PIECE) - 1)).endswith(str(20 * len(PIECE)).encode())


async def test_a_trickle_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await sent_slowly(monkeypatch, progress=1024 * 1024) == b""
