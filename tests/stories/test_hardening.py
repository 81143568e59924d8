"""What every answer carries, and what no connection, header or request may do."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from tests.stories.harness import System, running_system

from plantao.identity.models import Role

SECURITY = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def secured(answer: httpx2.Response) -> None:
    """All of them, each once, no CORS."""
    for name, value in SECURITY.items():
        assert answer.headers.get_list(name) == [value], name
    assert not any(name.startswith("access-control-") for name in answer.headers)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/metrics", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/api/v1/auth/me", 401),
        ("POST", "/api/v1/auth/login", 400),
        ("GET", "/api/v1/whatsapp/webhook", 403),
        ("POST", "/api/v1/whatsapp/webhook", 401),
        ("GET", "/nada", 404),
        ("DELETE", "/api/v1/auth/login", 405),
    ],
)
async def test_every_answer_has_the_security_headers(system: System, method: str, path: str, status: int) -> None:
    answer = await system.client.request(method, path)
    assert answer.status_code == status
    secured(answer)
    assert "strict-transport-security" not in answer.headers


async def test_a_log_in_is_cached_nowhere(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    secured(await maria.get("/auth/me"))
    secured(await maria.get("/conversations"))
    body = {"email": "maria@provedor.example", "password": "Senha-Segura-123"}
    answer = await system.client.post("/api/v1/auth/login", json=body)
    assert answer.status_code == 200
    secured(answer)


async def test_strict_transport_is_asked_for_over_tls_only(database_url: str) -> None:
    told = {"X-Forwarded-Proto": "https"}
    async with running_system(database_url, trusted_proxies=("127.0.0.0/8",)) as system:
        answer = await system.client.get("/health", headers=told)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        plain = await system.client.get("/health", headers={"X-Forwarded-Proto": "http"})
        assert "strict-transport-security" not in plain.headers
    async with running_system(database_url) as system:
        assert "strict-transport-security" not in (await system.client.get("/health", headers=told)).headers


async def test_no_other_site_may_ask(system: System) -> None:
    asking = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = await system.client.options("/api/v1/auth/login", headers=asking)
    assert answer.status_code == 405
    secured(answer)
    secured(await system.client.get("/health", headers={"Origin": "https://evil.example"}))


class Line:
    """A bare connection: what a browser would never send."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def ask(self, *lines: bytes) -> tuple[int, dict[bytes, bytes], bytes]:
        """One request; the answer's status, headers and body."""
        self.writer.write(b"\r\n".join([*lines, b"", b""]))
        async with asyncio.timeout(10):
            head = (await self.reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
            headers = dict(line.lower().split(b": ", 1) for line in head[1:] if line)
            return int(head[0].split()[1]), headers, await self.reader.readexactly(int(headers[b"content-length"]))

    async def until_closed(self) -> None:
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionError):
                assert await self.reader.read() == b""


@contextlib.asynccontextmanager
async def line(system: System) -> AsyncIterator[Line]:
    host, _, port = system.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield Line(reader, writer)
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def test_what_is_written_into_a_request_writes_no_header_of_the_answer(system: System) -> None:
    requests = [
        b"GET /api/v1/users/%0d%0aX-Evil:%20yes HTTP/1.1",
        b"GET /api/v1/users/%0d%0aX-Evil:%20yes/ HTTP/1.1",
        b"GET /api/v1/users?page=1%0d%0aX-Evil:%20yes HTTP/1.1",
        b"GET /api/v1/whatsapp/webhook?hub.mode=subscribe&hub.challenge=%0d%0aX-Evil:%20yes HTTP/1.1",
    ]
    forged = (b"X-Request-ID: a%0d%0aX-Evil: yes", b"X-Forwarded-For: 1.1.1.1%0d%0aX-Evil: yes")
    async with line(system) as connection:
        for request in requests:
            status, headers, _ = await connection.ask(request, b"Host: x%0d%0aX-Evil: yes", *forged)
            assert status in {307, 400, 401, 403, 404}
            assert b"x-evil" not in headers
            assert len(headers[b"x-request-id"]) == 32  # ours
    async with line(system) as connection:
        smuggled = (b"Content-Length: 5", b"Transfer-Encoding: chunked")
        assert (await connection.ask(b"POST /api/v1/auth/login HTTP/1.1", b"Host: x", *smuggled))[0] == 400


@pytest.mark.parametrize("nonsense", [b"nonsense", b"GET / HTTP/9.9", b"GET / HTTP/1.1\r\nBad Header\x00: x"])
async def test_what_is_no_http_is_told_so_in_the_common_body(system: System, nonsense: bytes) -> None:
    async with line(system) as connection:
        status, headers, body = await connection.ask(nonsense)
        assert status == 400
        assert json.loads(body)["error_code"] == "VALIDATION_ERROR"
        assert set(json.loads(body)) == {"detail", "error_code", "field"}
        assert {name.encode() for name in SECURITY} <= set(headers)
        await connection.until_closed()


@pytest.mark.parametrize("ends", [True, False])
async def test_a_head_without_measure_is_refused(system: System, ends: bool) -> None:
    head = b"GET /health HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X-%d: %s\r\n" % (n, b"a" * 1000) for n in range(80))
    async with line(system) as connection:
        connection.writer.write(head + b"\r\n" * ends)
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(5):
                assert (await connection.reader.readline()).startswith(b"HTTP/1.1 400 ")
                await connection.reader.read()


async def test_one_connection_too_many_is_told_so_and_the_others_go_on(database_url: str) -> None:
    request = (b"GET /health/live HTTP/1.1", b"Host: x")
    async with running_system(database_url, max_connections=10) as system, contextlib.AsyncExitStack() as stack:
        inside: list[Line] = []
        for _ in range(10):
            inside.append(await stack.enter_async_context(line(system)))
            assert (await inside[-1].ask(*request))[0] == 200
        async with line(system) as one_too_many:
            status, headers, body = await one_too_many.ask(*request)
            assert (status, headers[b"connection"], headers[b"retry-after"]) == (503, b"close", b"5")
            assert json.loads(body)["error_code"] == "SERVICE_UNAVAILABLE"
            assert {name.encode() for name in SECURITY} <= set(headers)
            await one_too_many.until_closed()
        for connection in inside:
            assert (await connection.ask(*request))[0] == 200
        inside[0].writer.close()
        await inside[0].until_closed()
        assert await admitted(system, request)


async def admitted(system: System, request: tuple[bytes, bytes]) -> bool:
    """The server learns of the end of a connection in its own time."""
    async with asyncio.timeout(10):
        while True:
            async with line(system) as connection:
                if (await connection.ask(*request))[0] == 200:
                    return True


async def test_a_connection_too_many_that_says_nothing_is_closed(database_url: str) -> None:
    request = (b"GET /health/live HTTP/1.1", b"Host: x")
    async with running_system(database_url, max_connections=10) as system, contextlib.AsyncExitStack() as stack:
        for _ in range(10):
            connection = await stack.enter_async_context(line(system))
            await connection.ask(*request)
        silent = await stack.enter_async_context(line(system))
        await silent.until_closed()
