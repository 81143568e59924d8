"""The table of routes: what is open is written here, and everything else asks who is there."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from fastapi import FastAPI
from tests.stories.harness import JWT_SECRET, System, running_system

from plantao.app import build_parts, create_app
from plantao.settings import Settings

OPEN = {
    ("GET", "/health"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/metrics"),  # loopback only, or with its own token: tested below
    ("GET", "/openapi.json"),
    ("POST", "/api/v1/auth/login"),
    ("POST", "/api/v1/auth/refresh"),
    ("POST", "/api/v1/auth/register"),
    ("GET", "/api/v1/whatsapp/webhook"),  # Meta's verify token
    ("POST", "/api/v1/whatsapp/webhook"),  # Meta's signature
}
ID = "01a20000-0000-7000-8000-000000000000"


def routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """From the document, which a test of the stories compares with what is served."""
    for path, operations in app.openapi()["paths"].items():
        for method in operations:
            yield method.upper(), path


@pytest.fixture
async def app(database_url: str) -> FastAPI:
    parts = build_parts(
        Settings.model_validate({"jwt_secret": JWT_SECRET, "whatsapp_access_token": "EAAtoken"}), database_url
    )
    app = create_app(parts)
    await parts.numbers.aclose()
    await parts.database.dispose()
    return app


def concrete(path: str) -> str:
    return re.sub(r"{[^}]+}", ID, path)


@pytest.mark.parametrize("authorization", [None, "Bearer", "Bearer abc", "Basic YTpi"])
async def test_every_route_that_is_not_open_asks_for_a_token(
    database_url: str, app: FastAPI, authorization: str | None
) -> None:
    guarded = [route for route in routes(app) if route not in OPEN]
    assert len(guarded) >= 10
    headers = {} if authorization is None else {"Authorization": authorization}
    async with running_system(database_url) as system:
        for method, path in guarded:
            answer = await system.client.request(method, concrete(path), headers=headers, json={})
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.json()["error_code"] == "INVALID_TOKEN"
            assert answer.headers["www-authenticate"] == "Bearer"


def test_the_list_of_open_routes_names_nothing_that_is_gone(app: FastAPI) -> None:
    assert OPEN - {("GET", "/openapi.json")} <= set(routes(app))


def test_every_route_that_is_served_is_in_the_document(app: FastAPI) -> None:
    undocumented = {"/openapi.json", "/asyncapi.json", "/docs", "/docs/{name}", "/ws/chat"}
    served = {getattr(route, "path", "") for route in app.routes} - undocumented
    assert served <= {path for _, path in routes(app)} | {""}


async def test_metrics_need_their_token_when_they_have_one(database_url: str) -> None:
    async with running_system(database_url, metrics_token="m" * 20) as system:
        assert (await metrics(system, None)).status_code == 401
        assert (await metrics(system, "n" * 20)).status_code == 401
        read = await metrics(system, "m" * 20)
        assert read.status_code == 200
        assert "plantao_ledger_pending" in read.text


async def metrics(system: System, token: str | None) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await system.client.get("/metrics", headers=headers)
