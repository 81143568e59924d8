"""What the identity tests share: people with open sessions, an application, and the check of an error answer."""

import asyncio
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
from fastapi import APIRouter, FastAPI
from sqlalchemy import text
from starlette.routing import BaseRoute

from plantao.identity import audit_endpoints, second_factor_endpoints
from plantao.identity.endpoints import auth_router, users_router
from plantao.identity.models import LogIn, Role, User
from plantao.identity.service import IdentityService
from plantao.kit.db import Database
from plantao.kit.http.clients import Clients
from plantao.kit.http.errors import install_error_handlers

KEY = "k1-" + "0123456789abcdef" * 3
PASSWORD = "SenhaSegura123!"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True)
class Person:
    """A user with an open session."""

    user: User
    log_in: LogIn

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.log_in.access_token)


class Desk:
    """People who log in."""

    def __init__(self, identity: IdentityService) -> None:
        self.identity = identity
        self._made = 0

    async def user(self, role: Role = Role.ATTENDANT) -> User:
        self._made += 1
        email, name = f"pessoa{self._made}@provedor.com.br", f"Pessoa {self._made}"
        return await self.identity.accounts.create_user(email, PASSWORD, name=name, role=role)

    async def person(self, role: Role = Role.ATTENDANT) -> Person:
        user = await self.user(role)
        return Person(user, await self.identity.log_in(user.email, PASSWORD))


@cache
def _routes() -> list[BaseRoute]:
    """Once for all applications: they take long to build."""
    router = APIRouter()
    for part in (auth_router, users_router, second_factor_endpoints.router, audit_endpoints.router):
        router.include_router(part, prefix="/api/v1")
    return router.routes


def build_app(identity: IdentityService) -> FastAPI:
    app = FastAPI()
    app.state.identity = identity
    app.state.clients = Clients()
    install_error_handlers(app)
    app.router.routes += _routes()
    return app


def client_of(identity: IdentityService) -> httpx2.AsyncClient:
    """A client of an application of its own, as another process would be."""
    transport = httpx2.ASGITransport(app=build_app(identity))
    return httpx2.AsyncClient(transport=transport, base_url="http://testserver/api/v1")


def refused(response: httpx2.Response, status: int, code: str, field: str | None = None) -> None:
    """Checks an error answer whole: status, code, field, the body's shape, and the header that a 401 owes."""
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["error_code"], body["field"]) == (status, code, field), body
    assert set(body) == {"detail", "error_code", "field"}
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert response.headers.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)


_BLOCKED = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


async def until_blocked(database: Database, statements: int = 1) -> None:
    """Waits until that many statements of this database wait for a lock."""
    async with asyncio.timeout(10), database.engine.connect() as connection:
        while await connection.scalar(_BLOCKED) != statements:
            await connection.rollback()  # inside one transaction the view stands still
