"""Whatever goes wrong, the answer has one shape, an id, and says nothing of the inside."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx2
import pytest
from fastapi import FastAPI
from prometheus_client import generate_latest
from pydantic import BaseModel, Field
from sqlalchemy import text

from plantao.kit.db import Database
from plantao.kit.errors import Conflict
from plantao.kit.http.clients import Clients
from plantao.kit.http.dependencies import InTransaction
from plantao.kit.http.errors import install_error_handlers
from plantao.kit.http.requests import RequestEnvelope, route_template
from plantao.kit.http.security import SecurityHeaders

SECRET = "something internal"


class Body(BaseModel):
    count: Annotated[int, Field(ge=1)]
    share: float = 0.5


def application(database: Database) -> RequestEnvelope:
    app = FastAPI()
    app.state.database = database
    install_error_handlers(app)

    @app.post("/things/{name}")
    async def things(name: str, body: Body) -> dict[str, Any]:
        return {"name": name, "count": body.count}

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError(SECRET)

    @app.get("/conflict")
    async def conflict() -> None:
        raise Conflict("Já existe.", field="name")

    @app.get("/database")
    async def ask(tx: InTransaction) -> None:
        await tx.run(text("SELECT 1"))

    return RequestEnvelope(app, max_body=1000, headers=SecurityHeaders(Clients(())))


@pytest.fixture
async def client(database: Database) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(application(database)) as client:
        yield client


def client_of(app: Any) -> httpx2.AsyncClient:
    # As a server does: what is raised after the answer is not the client's business.
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://testserver")


JSON = {"content-type": "application/json"}


def refused(answer: httpx2.Response, status: int, code: str, field: str | None = None) -> None:
    body = answer.json()
    assert (answer.status_code, body["error_code"], body["field"]) == (status, code, field), body
    assert set(body) == {"detail", "error_code", "field"}
    assert body["detail"]
    assert SECRET not in answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "content", "headers", "status", "code", "field"),
    [
        ("GET", "/nowhere", b"", {}, 404, "NOT_FOUND", None),
        ("DELETE", "/bug", b"", {}, 405, "METHOD_NOT_ALLOWED", None),
        ("POST", "/things/a", b"", JSON, 400, "VALIDATION_ERROR", None),
        ("POST", "/things/a", b"{", JSON, 400, "VALIDATION_ERROR", None),
        ("POST", "/things/a", b"\xff\xfe", JSON, 400, "VALIDATION_ERROR", None),
        ("POST", "/things/a", b"[]", JSON, 400, "VALIDATION_ERROR", None),
        ("POST", "/things/a", b"{}", JSON, 400, "VALIDATION_ERROR", "count"),
        ("POST", "/things/a", b'{"count":0}', JSON, 400, "VALIDATION_ERROR", "count"),
        ("POST", "/things/a", b'{"count":NaN}', JSON, 400, "VALIDATION_ERROR", "count"),
        ("POST", "/things/a", b'{"count":1}', {"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE", None),
        ("POST", "/things/a", b"x" * 1001, JSON, 413, "PAYLOAD_TOO_LARGE", None),
        ("GET", "/conflict", b"", {}, 409, "CONFLICT", "name"),
        ("GET", "/bug", b"", {}, 500, "INTERNAL_ERROR", None),
    ],
)
async def test_every_error_has_the_common_body(
    client: httpx2.AsyncClient, method: str, path: str, content: bytes, headers: Any, status: int, code: str, field: Any
) -> None:
    refused(await client.request(method, path, content=content, headers=headers), status, code, field)


async def test_deeply_nested_json_is_refused_and_not_a_bug(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/things/a", content=b"[" * 900, headers=JSON)
    refused(answer, 400, "VALIDATION_ERROR")


async def test_a_database_that_is_away_is_503_and_when_to_come_back(free_port: int) -> None:
    away = Database(f"postgresql+asyncpg://nobody:x@127.0.0.1:{free_port}/none")
    async with client_of(application(away)) as client:
        answer = await client.get("/database")
    await away.dispose()
    refused(answer, 503, "SERVICE_UNAVAILABLE")
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("given", ["abc", "A-1_b.c", "x" * 64])
async def test_a_sane_request_id_is_given_back(client: httpx2.AsyncClient, given: str) -> None:
    assert (await client.get("/bug", headers={"X-Request-ID": given})).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\x01", "{}", "é"])
async def test_another_is_replaced(client: httpx2.AsyncClient, given: str) -> None:
    answer = await client.get("/bug", headers=[(b"X-Request-ID", given.encode())])
    found = answer.headers["x-request-id"]
    assert found != given
    assert len(found) == 32


async def test_every_request_has_an_id_of_its_own(client: httpx2.AsyncClient) -> None:
    ids = {(await client.get("/nowhere")).headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5


async def test_metrics_name_routes_and_never_paths(client: httpx2.AsyncClient) -> None:
    await client.post("/things/5511999998888", json={"count": 1})
    await client.get("/nowhere/5511999997777")
    exposed = generate_latest().decode()
    assert 'http_requests_total{method="POST",route="/things/{name}",status="200"}' in exposed
    assert 'http_requests_total{method="GET",route="(none)",status="404"}' in exposed
    assert "5511999998888" not in exposed
    assert "5511999997777" not in exposed


def test_a_route_template_of_a_path_with_two_parameters() -> None:
    scope = {"path": "/a/1/b/x", "endpoint": print, "path_params": {"one": 1, "two": "x"}}
    assert route_template(scope) == "/a/{one}/b/{two}"


async def test_a_body_without_a_declared_size_is_bounded_too(client: httpx2.AsyncClient) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    refused(await client.post("/things/a", content=endless(), headers=JSON), 413, "PAYLOAD_TOO_LARGE")
