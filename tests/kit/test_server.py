"""What a client may do to a connection, and how the server goes."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.crash.harness import Served
from tests.stories.harness import Server
from websockets.asyncio.client import connect

from plantao.kit.http import server as guarded
from plantao.kit.http.clients import Clients
from plantao.kit.http.requests import RequestEnvelope
from plantao.kit.http.security import SecurityHeaders
from plantao.kit.http.server import bind, build_server
from plantao_simulator import SimulatorConfig, create_simulator, run_server

MAX_BODY = 200_000


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers a request with its path and the length of its body; echoes on a WebSocket."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            await send({"type": "websocket.send", "text": message["text"]})
        return
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    body = f"{scope['path']} {length}".encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def serving() -> AsyncIterator[int]:
    listener = bind("127.0.0.1", 0)
    app = RequestEnvelope(application, max_body=MAX_BODY, headers=SecurityHeaders(Clients(())))
    async with Server(build_server(app, loop="asyncio", lifespan="off")).running(listener):
        yield listener.getsockname()[1]


@asynccontextmanager
async def connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(15):
            yield reader, writer
    finally:
        writer.close()


async def answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    return int(head.split()[1]), await reader.readexactly(int(length))


GET = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"
HALF_HEADS = [b"", b"G", b"GET / HTTP/1.1\r\nHost: x\r\n"]


@pytest.mark.parametrize("head", HALF_HEADS)
async def test_a_head_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    monkeypatch.setattr(guarded, "HEAD_SECONDS", 0.1)
    async with serving() as port, connection(port) as (reader, writer):
        writer.write(head)
        assert await reader.read() == b""


async def test_dripping_does_not_buy_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "HEAD_SECONDS", 0.2)
    async with serving() as port, connection(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n")
        ended, started = asyncio.create_task(reader.read()), time.monotonic()
        while not ended.done():
            writer.write(b"X")
            await asyncio.wait({ended}, timeout=0.02)
        assert time.monotonic() - started < 2


async def test_the_second_heads_time_begins_with_its_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "HEAD_SECONDS", 0.2)
    async with serving() as port, connection(port) as (reader, writer):
        writer.write(GET % b"/1")
        assert await answer(reader) == (200, b"/1 0")
        await asyncio.sleep(0.4)  # idle between requests: keep-alive's business
        writer.write(GET % b"/2")
        assert await answer(reader) == (200, b"/2 0")
        writer.write(b"GET /3 HT")
        assert await reader.read() == b""


async def test_a_body_that_does_not_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "BODY_SECONDS", 0.1)
    async with serving() as port, connection(port) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
        assert await reader.read() == b""


@pytest.mark.parametrize("pieces", [20, 100])
async def test_a_head_that_is_too_large_is_400(pieces: int) -> None:
    async with serving() as port, connection(port) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for number in range(pieces):
            writer.write(b"X-%d: %b\r\n" % (number, b"x" * (66_000 // pieces)))
            await writer.drain()
            await asyncio.sleep(0.001)  # pieces, as a slow line has them
        assert (await answer(reader))[0] == 400
        assert await reader.read() == b""


@pytest.mark.parametrize("declared", [True, False])
async def test_who_sends_too_much_can_still_read_the_413(declared: bool) -> None:
    async with serving() as port, connection(port) as (reader, writer):
        size = 2_000_000
        framing = b"Content-Length: %d" % size if declared else b"Transfer-Encoding: chunked"
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\n" + framing + b"\r\n\r\n")
        for _ in range(size // 10_000):
            chunk = b"x" * 10_000
            writer.write(chunk if declared else b"%x\r\n%b\r\n" % (len(chunk), chunk))
            await writer.drain()
        if not declared:
            writer.write(b"0\r\n\r\n")
        status, body = await answer(reader)
        assert (status, json.loads(body)["error_code"]) == (413, "PAYLOAD_TOO_LARGE")
        writer.write(GET % b"/next")
        assert await answer(reader) == (200, b"/next 0")


async def test_a_refused_body_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "LINGER_SECONDS", 0.1)
    async with serving() as port, connection(port) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\nx")
        assert (await answer(reader))[0] == 413
        assert await reader.read() == b""


async def test_a_connection_serves_many_requests_also_when_they_come_at_once() -> None:
    async with serving() as port, connection(port) as (reader, writer):
        for number in range(3):
            writer.write(GET % b"/%d" % number)
            assert await answer(reader) == (200, b"/%d 0" % number)
        post = b"POST /post HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcde"
        writer.write(b"".join([GET % b"/a", post, GET % b"/b"]))
        assert [await answer(reader) for _ in range(3)] == [(200, b"/a 0"), (200, b"/post 5"), (200, b"/b 0")]


async def test_the_bounds_of_a_request_do_not_bind_a_websocket(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HEAD_SECONDS", "BODY_SECONDS", "LINGER_SECONDS"):
        monkeypatch.setattr(guarded, name, 0.1)
    async with serving() as port, connect(f"ws://127.0.0.1:{port}/", compression=None) as socket:
        for number in range(4):
            await asyncio.sleep(0.1)
            await socket.send(str(number))
            assert await asyncio.wait_for(socket.recv(), 5) == str(number)


@pytest.fixture
async def served(tmp_path: Path, free_port: int) -> AsyncIterator[Served]:
    config = SimulatorConfig(webhook_url=f"http://127.0.0.1:{free_port}/api/v1/whatsapp/webhook")
    sim = create_simulator(config)
    async with run_server(sim):
        served = Served(tmp_path / "data", free_port, config, sim.base_url)
        served.data_dir.mkdir()
        await served.start()
        yield served
        await served.stop()


async def test_sigterm_closes_sockets_answers_what_is_in_flight_and_stops_the_database(served: Served) -> None:
    postmaster = served.data_dir / "postgres" / "pgdata" / "postmaster.pid"
    assert postmaster.exists()
    ws = f"ws://127.0.0.1:{served.port}/ws/chat?token={await token(served)}"
    async with connect(ws, compression=None) as socket, connection(served.port) as (reader, writer):
        await socket.send('{"type":"ping"}')
        assert json.loads(await socket.recv())["type"] == "pong"
        body = json.dumps({"email": "a@b.example", "password": "x"}).encode()
        head = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head += b"Content-Length: %d\r\n\r\n"
        writer.write(head % len(body) + body[:5])
        await writer.drain()
        await asyncio.sleep(0.2)  # it is in flight: begun, not ended
        assert served.process is not None
        served.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            await socket.wait_closed()
        assert socket.close_code == 1012
        writer.write(body[5:])
        assert (await answer(reader))[0] == 401
    assert await served.stop() == 0
    assert not postmaster.exists()


async def token(served: Served) -> str:
    credentials = {"email": ADMIN, "password": PASSWORD}
    async with httpx2.AsyncClient(trust_env=False) as client:
        answered = await client.post(f"{served.url}/api/v1/auth/login", json=credentials)
    found: str = answered.json()["access_token"]
    return found


ADMIN, PASSWORD = "admin@provedor.example", "Senha-Segura-123"


@pytest.fixture(autouse=True)
def first_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANTAO_ADMIN_EMAIL", ADMIN)
    monkeypatch.setenv("PLANTAO_ADMIN_PASSWORD", PASSWORD)
