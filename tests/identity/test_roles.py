"""Every endpoint of identity, walked with every role."""

from datetime import UTC, datetime
from uuid import UUID

import httpx2
import pytest
from tests.identity.people import PASSWORD, Desk, refused

from plantao.identity.models import Actor, Role
from plantao.identity.policy import ALLOWED, Permission, check_may, may
from plantao.kit.errors import Forbidden
from plantao.kit.ids import uuid7

# Who may do what is decided on what was read, wherever it was kept.
pytestmark = pytest.mark.any_store

NEW = {"email": "novo@email.com", "password": PASSWORD, "nome": "Novo", "role": "user"}
OTHER, SELF = "/users/1", "/users/2"
OUTSIDERS = [role for role in Role if role is not Role.ADMIN]

REQUESTS = [
    # method, path, body, status for an administrator, status for the others
    ("GET", "/auth/me", None, 200, 200),
    ("POST", "/auth/logout", None, 200, 200),
    ("GET", "/auth/sessions", None, 200, 200),
    ("DELETE", "/auth/sessions", None, 200, 200),
    ("DELETE", f"/auth/sessions/{UUID(int=1)}", None, 404, 404),
    ("GET", "/users", None, 200, 403),
    ("POST", "/users", NEW, 201, 403),
    ("GET", OTHER, None, 200, 403),
    ("PUT", OTHER, {"nome": "X"}, 200, 403),
    ("PUT", OTHER, {"password": "OutraSenha456!"}, 200, 403),
    ("DELETE", OTHER, None, 200, 403),
    ("GET", SELF, None, 200, 200),
    ("PUT", SELF, {"nome": "X"}, 200, 200),
    ("PUT", SELF, {"password": "OutraSenha456!"}, 200, 200),
    ("PUT", SELF, {"nome": "X", "role": "admin"}, 200, 403),
    ("PUT", SELF, {"is_active": True}, 200, 403),
    ("PUT", SELF, {"email": "outro@email.com"}, 200, 403),
    ("DELETE", SELF, None, 200, 403),
    ("GET", "/auth/second-factor", None, 200, 200),
    ("POST", "/auth/second-factor", {"password": PASSWORD}, 200, 200),
    ("POST", "/auth/second-factor/confirm", {"code": "123456"}, 409, 409),
    ("POST", "/auth/second-factor/disable", {"password": PASSWORD, "code": "123456"}, 409, 409),
    ("DELETE", f"{OTHER}/second-factor", None, 409, 403),
    ("DELETE", f"{SELF}/second-factor", None, 409, 403),
    ("GET", "/audit", None, 200, 403),
]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("method", "path", "body", "for_admin", "for_others"), REQUESTS)
async def test_who_may_do_what(
    client: httpx2.AsyncClient,
    desk: Desk,
    role: Role,
    method: str,
    path: str,
    body: dict[str, str] | None,
    for_admin: int,
    for_others: int,
) -> None:
    other, person = await desk.user(Role.ADMIN), await desk.person(role)
    assert (other.id, person.user.id) == (1, 2)
    response = await client.request(method, path, json=body, headers=person.headers)
    if role is Role.ADMIN or for_others != 403:
        assert response.status_code == (for_admin if role is Role.ADMIN else for_others)
    else:
        refused(response, 403, "FORBIDDEN")


@pytest.mark.parametrize(("method", "path", "body"), [request[:3] for request in REQUESTS])
async def test_nobody_gets_in_without_a_token(
    client: httpx2.AsyncClient, method: str, path: str, body: dict[str, str] | None
) -> None:
    refused(await client.request(method, path, json=body), 401, "INVALID_TOKEN")


async def test_who_asks_comes_before_what_is_asked(client: httpx2.AsyncClient, desk: Desk) -> None:
    refused(await client.post("/users", json={"x": 1}), 401, "INVALID_TOKEN")
    person = await desk.person()
    refused(await client.post("/users", json={"x": 1}, headers=person.headers), 403, "FORBIDDEN")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_403_does_not_tell_who_exists(client: httpx2.AsyncClient, desk: Desk, method: str) -> None:
    other, person = await desk.user(), await desk.person()
    body = {"nome": "X"} if method == "PUT" else None
    paths = (f"/users/{other.id}", "/users/999", f"/users/{2**40}")
    answers = [await client.request(method, path, json=body, headers=person.headers) for path in paths]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.content for answer in answers}) == 1


async def test_no_user_is_changed_by_a_refused_request(client: httpx2.AsyncClient, desk: Desk) -> None:
    person = await desk.person()
    before = (await client.get("/auth/me", headers=person.headers)).json()
    await client.put(f"/users/{person.user.id}", json={"nome": "X", "role": "admin"}, headers=person.headers)
    assert (await client.get("/auth/me", headers=person.headers)).json() == before


NOTES = {
    Permission.MANAGE_USERS: "admin",
    Permission.SEE_AUDIT: "admin",
    Permission.SEE_ALL_CONVERSATIONS: "admin supervisor",
    Permission.SERVE_CONVERSATIONS: "admin supervisor atendente",
    Permission.ASSIGN_TO_OTHERS: "admin supervisor",
    Permission.SEND_WHATSAPP: "admin supervisor atendente",
    Permission.SEE_WHATSAPP_ACCOUNT: "admin supervisor",
    Permission.MANAGE_TEMPLATES: "admin",
    Permission.USE_CHATBOT: "admin supervisor atendente",
    Permission.SEE_METRICS: "admin supervisor",
    Permission.SEE_QUEUE: "admin supervisor atendente",
    Permission.MANAGE_AGENTS: "admin supervisor",
    Permission.MANAGE_DESK: "admin supervisor",
    Permission.MANAGE_BOT: "admin supervisor",
    Permission.SEE_DIAGNOSIS: "admin",
}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize("role", Role)
def test_the_table_of_permissions(permission: Permission, role: Role) -> None:
    actor = Actor(1, "X", role, uuid7(), datetime(2026, 11, 24, tzinfo=UTC))
    expected = role.value in NOTES[permission].split()
    assert may(actor, permission) is expected
    assert (role in ALLOWED[permission]) is expected
    if not expected:
        with pytest.raises(Forbidden):
            check_may(actor, permission)
