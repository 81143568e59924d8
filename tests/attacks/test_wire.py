"""Too large, too slow, and two requests in one: answered or closed within its bounds, while others are served."""

import asyncio
import gzip
import json
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest
from tests.attacks.wire import Wire, get, head, said, wire
from tests.stories.harness import System

from plantao.identity.models import Role
from plantao.kit.http import server as guarded

LOGIN = "/api/v1/auth/login"
ME = get("/api/v1/auth/me")
WRONG = b'{"email":"a@b.example","password":"x"}'
QUICK = 0.3  # seconds, in the place of the server's own bounds


async def goes_on(system: System) -> None:
    """Others are served, at once."""
    async with asyncio.timeout(5):
        assert (await system.client.get("/health/live")).status_code == 200


def post(path: str, body: bytes, *headers: str) -> bytes:
    return head("POST", path, "Content-Type: application/json", *headers) + body


async def test_a_body_of_wrong_fields_holds_nobody_up(system: System) -> None:
    """Each wrong field costs time to refuse, and nobody has to log in to send one: the size is bounded before."""
    raw = json.dumps({f"f{n}": 1 for n in range(200_000)}).encode()
    for path in (LOGIN, "/api/v1/auth/register", "/api/v1/auth/refresh", "/api/v1/users"):
        answer = await said(system, post(path, raw[:100], f"Content-Length: {len(raw)}"))
        assert answer is not None
        assert (answer.status, "64 KB" in answer.json()["detail"]) == (413, True), path
        assert (await system.client.post(path, json={f"f{n}": 1 for n in range(3000)})).status_code in {400, 401, 403}


async def test_a_large_body_of_wrong_fields_is_refused_by_their_number(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    fields = {f"f{n}": "x" * 100 for n in range(5000)}
    for path in ("/whatsapp/send", "/conversations/0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60/messages"):
        answer = await agent.post(path, fields)
        assert (answer.status_code, answer.json()["detail"]) == (400, "O corpo tem campos demais.")
        raw = json.dumps(fields).encode()
        more = ["Content-Type: application/json", "Transfer-Encoding: chunked"]
        chunked = head("POST", f"/api/v1{path}", f"Authorization: Bearer {agent.token}", *more)
        undeclared = await said(system, chunked + b"%x\r\n%b\r\n0\r\n\r\n" % (len(raw), raw))
        assert undeclared is not None
        assert undeclared.json()["detail"] == "O corpo tem campos demais."
    wrong = {"to": "+5511999999999", "template_name": "x", "components": [1] * 1_000_000}
    started = time.process_time()
    assert (await agent.post("/whatsapp/send-template", wrong)).status_code == 400
    assert time.process_time() - started < 3  # it took 8 to complain about each of them


SMUGGLED = {
    "both, length first": ["Content-Length: 4", "Transfer-Encoding: chunked"],
    "both, chunked first": ["Transfer-Encoding: chunked", "Content-Length: 4"],
    "two lengths": ["Content-Length: 4", "Content-Length: 5"],
    "one length twice": ["Content-Length: 4", "Content-Length: 4"],
    "lengths in a list": ["Content-Length: 4, 5"],
    "a negative length": ["Content-Length: -1"],
    "a signed length": ["Content-Length: +4"],
    "a length in hex": ["Content-Length: 0x4"],
    "a huge length": ["Content-Length: 99999999999999999999999"],
    "no length": ["Content-Length: "],
    "chunked, in disguise": ["Transfer-Encoding: xchunked", "Content-Length: 4"],
    "chunked twice": ["Transfer-Encoding: chunked", "Transfer-Encoding: identity"],
    "chunked before a tab": ["Transfer-Encoding:\tchunked", "Content-Length: 4"],
    "a space before the colon": ["Content-Length : 4"],
    "a folded header": ["X-A: b\r\n Content-Length: 4", "Transfer-Encoding: chunked"],
    "a bare line feed": ["X-A: b\nTransfer-Encoding: chunked", "Content-Length: 4"],
}
INNER = get("/health/live", "X-Smuggled: yes")


async def test_no_request_hides_in_another(system: System) -> None:
    """Where a proxy and we could disagree on where a body ends, there is no second answer."""
    for name, headers in SMUGGLED.items():
        async with wire(system) as connection:
            await connection.send(head("POST", "/api/v1/auth/refresh", *headers) + b"0\r\n\r\n" + INNER)
            first = await connection.answer()
            assert first is None or first.status in {400, 401, 413}, name
            assert await connection.answer() is None, name
    await goes_on(system)


CHUNKS = {
    "no number": b"zz\r\nabc\r\n",
    "negative": b"-1\r\n",
    "huge": b"ffffffffffffffffff\r\n",
    "a longer chunk than told": b"2\r\nabcdef\r\n0\r\n\r\n",
    "a bare line feed": b"3\nabc\n0\n\n",
    "an extension without end": b"3;" + b"x" * 70_000,
    "trailers without measure": b"0\r\n" + b"X-A: b\r\n" * 20_000,
}


async def test_a_broken_chunk_ends_the_connection(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    for bound in ("HEAD_SECONDS", "BODY_SECONDS", "LINGER_SECONDS"):
        monkeypatch.setattr(guarded, bound, QUICK)
    for name, chunk in CHUNKS.items():
        async with wire(system) as connection:
            await connection.send(head("POST", "/api/v1/auth/refresh", "Transfer-Encoding: chunked") + chunk)
            answer = await connection.answer()
            assert answer is None or answer.status in {400, 413}, name
            assert await connection.closed()
    await goes_on(system)


LARGE = {
    "a huge address": get("/" + "a" * 70_000),
    "a huge query": get("/api/v1/conversations?status=" + "a" * 70_000),
    "a huge header": get("/api/v1/auth/me", "X-A: " + "a" * 70_000),
    "a huge name": get("/api/v1/auth/me", "a" * 70_000 + ": x"),
    "many headers": get("/api/v1/auth/me", *(f"X-{n}: y" for n in range(20_000))),
    "a huge token": get("/api/v1/auth/me", "Authorization: Bearer " + "a" * 70_000),
    "many cookies": get("/api/v1/auth/me", *["Cookie: a=" + "b" * 1000] * 80),
}


async def test_a_head_without_measure_is_400_and_the_end(system: System) -> None:
    for name, request in LARGE.items():
        async with wire(system) as connection:
            await connection.send(request)
            answer = await connection.answer()
            assert answer is None or answer.status == 400, name
            assert await connection.closed()
    await goes_on(system)


UPGRADE = [
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: " + "A" * 22 + "==",
]
HANDSHAKES = {
    "a long address": get("/ws/chat?token=" + "a" * 9000, *UPGRADE),
    "a long header": get("/ws/chat", *UPGRADE, "X-A: " + "a" * 9000),
    "many headers": get("/ws/chat", *UPGRADE, *(f"X-{n}: y" for n in range(200))),
    "by POST": head("POST", "/ws/chat", *UPGRADE),
    "by POST, with a body": head("POST", "/ws/chat", *UPGRADE, "Content-Length: 4") + b"abcd",
    "without a key": get("/ws/chat", *UPGRADE[:3]),
    "a bad key": get("/ws/chat", *UPGRADE[:3], "Sec-WebSocket-Key: x"),
    "two keys": get("/ws/chat", *UPGRADE, UPGRADE[3]),
    "an old version": get("/ws/chat", *UPGRADE[:2], "Sec-WebSocket-Version: 8", UPGRADE[3]),
    "no version": get("/ws/chat", *UPGRADE[:2], UPGRADE[3]),
}


async def test_a_handshake_that_cannot_succeed_is_answered_and_closed(system: System) -> None:
    """Such connections once stayed open for ever, without an answer: twelve thousand of them shut everybody out."""
    for name, request in HANDSHAKES.items():
        async with wire(system) as connection:
            await connection.send(request)
            answer = await connection.answer()
            assert answer is not None, name
            assert (answer.status, answer.json()["error_code"]) == (400, "VALIDATION_ERROR"), name
            assert await connection.closed(), name


async def drip(connection: Wire, until: asyncio.Task[Any]) -> None:
    while not until.done():
        await connection.send(b"x")
        await asyncio.wait({until}, timeout=0.05)


async def test_those_who_are_slow_are_cut_off_and_nobody_else_waits(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("HEAD_SECONDS", "BODY_SECONDS", "LINGER_SECONDS"):
        monkeypatch.setattr(guarded, bound, QUICK)
    beginnings = [
        b"",
        b"G",
        b"GET /health/live HTTP/1.1\r\nX-A: ",
        post(LOGIN, b"", "Content-Length: 1000"),
        post(LOGIN, b"", "Transfer-Encoding: chunked") + b"ffff\r\n",
        post("/api/v1/whatsapp/webhook", b"", "Content-Length: 3000000"),
    ]
    async with AsyncExitStack() as stack:
        slow = [await stack.enter_async_context(wire(system)) for _ in range(60)]
        for number, connection in enumerate(slow):
            await connection.send(beginnings[number % len(beginnings)])
        endings = [asyncio.create_task(connection.closed()) for connection in slow]
        drips = [asyncio.create_task(drip(*pair)) for pair in zip(slow[::7], endings[::7], strict=True)]
        await goes_on(system)
        async with asyncio.timeout(20):
            assert all(await asyncio.gather(*endings))
            await asyncio.gather(*drips)
    await goes_on(system)


async def test_who_closes_half_of_a_connection_is_answered_or_dropped(system: System) -> None:
    async with wire(system) as connection:
        await connection.send(ME)
        connection.writer.write_eof()
        answer = await connection.answer()
        assert answer is None or answer.status == 401
        assert await connection.closed()
    async with wire(system) as connection:
        await connection.send(post(LOGIN, b"{", "Content-Length: 10"))
        connection.writer.write_eof()
        assert await connection.answer() is None
    await goes_on(system)


async def test_a_length_that_lies_is_believed_and_nothing_more_is_read(system: System) -> None:
    """What comes after the told length is the next request, which is none."""
    for told in (0, 1, 10):
        async with wire(system) as connection:
            await connection.send(post(LOGIN, WRONG, f"Content-Length: {told}"))
            first, second = await connection.answer(), await connection.answer()
            assert first is not None
            assert first.status == 400
            assert second is None or second.status == 400
            assert await connection.closed()
    async with wire(system) as connection:
        await connection.send(post(LOGIN, WRONG, "Content-Length: 1000"))
        connection.writer.write_eof()
        assert await connection.answer() is None


async def test_a_packed_body_is_not_unpacked(system: System) -> None:
    """A few kilobytes would become gigabytes."""
    bomb = gzip.compress(b" " * 10_000_000)
    for encoding in ("gzip", "deflate", "br", "x-unknown", "identity, gzip"):
        headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
        answer = await system.client.post(LOGIN, content=bomb, headers=headers)
        assert answer.status_code in {400, 415}, encoding
