"""`/users`: create, list, read, change, deactivate."""

from typing import Any

import httpx2
import pytest
from tests.identity.people import PASSWORD, Desk, Person, refused

from plantao.identity.models import Role, UserChanges
from plantao.identity.service import IdentityService

NEW = {"email": "novo@email.com", "password": PASSWORD, "nome": "Novo Usuário", "role": "atendente"}

CREATED = {"created_at": "2026-11-23T15:00:00Z", "second_factor": False}


@pytest.fixture
async def admin(desk: Desk) -> Person:
    return await desk.person(Role.ADMIN)


async def test_a_created_user_has_the_documented_shape_and_logs_in(client: httpx2.AsyncClient, admin: Person) -> None:
    response = await client.post("/users", json={**NEW, "nome": "  Novo Usuário "}, headers=admin.headers)
    assert response.status_code == 201
    expected = {"email": "novo@email.com", "nome": "Novo Usuário", "role": "atendente", "is_active": True}
    assert response.json() == {"id": admin.user.id + 1, **CREATED, **expected}
    log_in = await client.post("/auth/login", json={"email": NEW["email"], "password": NEW["password"]})
    assert log_in.status_code == 200


@pytest.mark.parametrize("email", ["novo@email.com", "NOVO@Email.COM", "ｎovo@email.com"])
async def test_an_email_belongs_to_one_user(client: httpx2.AsyncClient, admin: Person, email: str) -> None:
    await client.post("/users", json=NEW, headers=admin.headers)
    refused(await client.post("/users", json={**NEW, "email": email}, headers=admin.headers), 409, "CONFLICT", "email")
    path = f"/users/{admin.user.id}"
    refused(await client.put(path, json={"email": email}, headers=admin.headers), 409, "CONFLICT", "email")
    assert (await client.get("/users", headers=admin.headers)).json()["total"] == 2


BAD_FIELDS = [
    ("email", "nada"),
    ("email", "a\0@b.com"),
    ("email", 7),
    ("password", "curta1!"),
    ("password", "semmaiuscula1!"),
    ("password", "SemNumero!"),
    ("password", "SemEspecial1"),
    ("password", "SenhaSegura123!\0"),
    ("password", "Aa1!" + "x" * 1021),
    ("password", "Aa1!" + "é" * 511),
    ("nome", ""),
    ("nome", "   "),
    ("nome", "x" * 121),
    ("nome", "a\0b"),
    ("nome", "a\nb"),
    ("role", "root"),
    ("role", 1),
    ("id", 7),
]


@pytest.mark.any_store
@pytest.mark.parametrize(("field", "value"), BAD_FIELDS)
async def test_a_bad_field_is_named(client: httpx2.AsyncClient, admin: Person, field: str, value: object) -> None:
    body = {**NEW, field: value}
    refused(await client.post("/users", json=body, headers=admin.headers), 400, "VALIDATION_ERROR", field)
    response = await client.put(f"/users/{admin.user.id}", json={field: value}, headers=admin.headers)
    refused(response, 400, "VALIDATION_ERROR", field)


@pytest.mark.any_store
@pytest.mark.parametrize("field", NEW)
async def test_a_new_user_needs_every_field(client: httpx2.AsyncClient, admin: Person, field: str) -> None:
    for body in ({name: value for name, value in NEW.items() if name != field}, {**NEW, field: None}):
        refused(await client.post("/users", json=body, headers=admin.headers), 400, "VALIDATION_ERROR", field)


async def test_the_message_says_which_password_rule(client: httpx2.AsyncClient, admin: Person) -> None:
    response = await client.post("/users", json={**NEW, "password": "semmaiuscula1!"}, headers=admin.headers)
    assert response.json()["detail"] == "A senha deve ter pelo menos 1 letra maiúscula."


async def test_pages(client: httpx2.AsyncClient, admin: Person, desk: Desk) -> None:
    ids = [admin.user.id] + [(await desk.user()).id for _ in range(4)]

    async def page(**query: int) -> dict[str, Any]:
        response = await client.get("/users", params=query, headers=admin.headers)
        assert response.status_code == 200
        body: dict[str, Any] = response.json()
        return {**body, "users": [user["id"] for user in body["users"]]}

    assert await page() == {"users": ids, "total": 5, "page": 1, "pages": 1}
    assert await page(limit=2) == {"users": ids[:2], "total": 5, "page": 1, "pages": 3}
    assert await page(limit=2, page=3) == {"users": ids[4:], "total": 5, "page": 3, "pages": 3}
    assert await page(limit=2, page=4) == {"users": [], "total": 5, "page": 4, "pages": 3}
    assert await page(limit=100, page=1_000_000) == {"users": [], "total": 5, "page": 1_000_000, "pages": 1}


async def test_filters(client: httpx2.AsyncClient, admin: Person, desk: Desk, identity: IdentityService) -> None:
    gone, agent = await desk.user(), await desk.user()
    await identity.accounts.change_user(gone.id, UserChanges(is_active=False))

    async def ids(**query: str) -> list[int]:
        response = await client.get("/users", params=query, headers=admin.headers)
        assert response.json()["total"] == len(response.json()["users"])
        return [user["id"] for user in response.json()["users"]]

    assert await ids(role="atendente") == [gone.id, agent.id]
    assert await ids(role="atendente", is_active="true") == [agent.id]
    assert await ids(is_active="false") == [gone.id]
    assert await ids(role="user") == []
    empty = (await client.get("/users", params={"role": "user"}, headers=admin.headers)).json()
    assert empty == {"users": [], "total": 0, "page": 1, "pages": 0}


@pytest.mark.any_store
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "x"),
        ("page", "9" * 30),
        ("limit", "0"),
        ("limit", "101"),
        ("role", "root"),
        ("role", "\0"),
        ("is_active", "maybe"),
    ],
)
async def test_a_bad_query_is_named(client: httpx2.AsyncClient, admin: Person, name: str, value: str) -> None:
    response = await client.get("/users", params={name: value}, headers=admin.headers)
    refused(response, 400, "VALIDATION_ERROR", name)


@pytest.mark.any_store
@pytest.mark.parametrize("user_id", [0, -1, 999, 2**31, 2**63, 2**64])
async def test_an_impossible_id_is_not_found(client: httpx2.AsyncClient, admin: Person, user_id: int) -> None:
    path = f"/users/{user_id}"
    refused(await client.get(path, headers=admin.headers), 404, "NOT_FOUND")
    refused(await client.put(path, json={"nome": "X"}, headers=admin.headers), 404, "NOT_FOUND")
    refused(await client.delete(path, headers=admin.headers), 404, "NOT_FOUND")


@pytest.mark.any_store
@pytest.mark.parametrize("user_id", ["abc", "1.5", "9" * 5000])
async def test_what_is_no_id_is_named(client: httpx2.AsyncClient, admin: Person, user_id: str) -> None:
    refused(await client.get(f"/users/{user_id}", headers=admin.headers), 400, "VALIDATION_ERROR", "user_id")


async def test_an_administrator_changes_everything(client: httpx2.AsyncClient, admin: Person, desk: Desk) -> None:
    user = await desk.user()
    path = f"/users/{user.id}"
    changes = {"email": "Outro@email.com", "nome": "Outro", "role": "supervisor", "is_active": False}
    response = await client.put(path, json={**changes, "password": "OutraSenha456!"}, headers=admin.headers)
    assert response.status_code == 200
    assert response.json() == {"id": user.id, **CREATED, **changes}
    assert (await client.get(path, headers=admin.headers)).json() == response.json()
    await client.put(path, json={"is_active": True}, headers=admin.headers)
    log_in = {"email": "outro@email.com", "password": "OutraSenha456!"}
    assert (await client.post("/auth/login", json=log_in)).status_code == 200


async def test_nothing_to_change_changes_nothing(client: httpx2.AsyncClient, desk: Desk) -> None:
    person = await desk.person()
    before = (await client.get("/auth/me", headers=person.headers)).json()
    for body in ({}, {"nome": None, "password": None, "role": None}):
        response = await client.put(f"/users/{person.user.id}", json=body, headers=person.headers)
        assert (response.status_code, response.json()) == (200, before)
    assert (await client.get("/auth/me", headers=person.headers)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "ends"),
    [
        ({"is_active": False}, True),
        ({"role": "supervisor"}, True),
        ({"password": "OutraSenha456!"}, True),
        ({"role": "atendente", "is_active": True}, False),
        ({"nome": "Outro", "email": "outro@email.com"}, False),
    ],
)
async def test_which_changes_end_all_sessions(
    client: httpx2.AsyncClient, admin: Person, desk: Desk, changes: dict[str, object], ends: bool
) -> None:
    person, bystander = await desk.person(), await desk.person()
    second = Person(person.user, await desk.identity.log_in(person.user.email, PASSWORD))
    assert (await client.put(f"/users/{person.user.id}", json=changes, headers=admin.headers)).status_code == 200
    for session in (person, second):
        answer = await client.get("/auth/me", headers=session.headers)
        if ends:
            refused(answer, 401, "INVALID_TOKEN")
        else:
            assert answer.status_code == 200
    for session in (admin, bystander):
        assert (await client.get("/auth/me", headers=session.headers)).status_code == 200


async def test_a_reactivated_user_has_to_log_in_again(client: httpx2.AsyncClient, admin: Person, desk: Desk) -> None:
    person = await desk.person()
    for is_active in (False, True):
        await client.put(f"/users/{person.user.id}", json={"is_active": is_active}, headers=admin.headers)
    refused(await client.get("/auth/me", headers=person.headers), 401, "INVALID_TOKEN")
    assert (await desk.identity.log_in(person.user.email, PASSWORD)).user.id == person.user.id


async def test_a_deleted_user_stays_inactive(client: httpx2.AsyncClient, admin: Person, desk: Desk) -> None:
    person = await desk.person()
    path = f"/users/{person.user.id}"
    for _ in range(2):
        response = await client.delete(path, headers=admin.headers)
        assert (response.status_code, response.json()["is_active"]) == (200, False)
    assert (await client.get(path, headers=admin.headers)).json()["is_active"] is False
    refused(await client.get("/auth/me", headers=person.headers), 401, "INVALID_TOKEN")
    body = {"email": person.user.email, "password": PASSWORD}
    refused(await client.post("/auth/login", json=body), 401, "INVALID_CREDENTIALS")


async def test_the_last_administrator_stays(client: httpx2.AsyncClient, admin: Person, desk: Desk) -> None:
    path = f"/users/{admin.user.id}"
    for changes in ({"role": "supervisor"}, {"is_active": False}, {"role": "user", "password": "OutraSenha456!"}):
        refused(await client.put(path, json=changes, headers=admin.headers), 409, "CONFLICT")
    refused(await client.delete(path, headers=admin.headers), 409, "CONFLICT")
    assert (await client.get("/auth/me", headers=admin.headers)).json()["role"] == "admin"

    other = await desk.person(Role.ADMIN)
    assert (await client.delete(f"/users/{other.user.id}", headers=admin.headers)).status_code == 200
    refused(await client.delete(path, headers=admin.headers), 409, "CONFLICT")  # an inactive one does not count
    assert (await client.put(path, json={"nome": "Ainda eu"}, headers=admin.headers)).status_code == 200
