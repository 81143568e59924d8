"""Becoming more than one is: by one's own record, unknown fields, registration, and letters that look alike."""

from typing import Any

import pytest
from tests.attacks.ground import watched_system
from tests.stories.harness import PASSWORD, Json, Person, System

from plantao.identity.models import Role

RISERS = [Role.SUPERVISOR, Role.ATTENDANT, Role.USER]


async def everybody(admin: Person) -> list[Json]:
    found: list[Json] = (await admin.get("/users", limit=100)).json()["users"]
    return found


async def put(person: Person, user_id: int, **request: Any) -> int:
    url = f"/api/v1/users/{user_id}"
    return (await person.client.put(url, headers=person.headers | request.pop("headers", {}), **request)).status_code


# What a program that copies a body into a record would write down.
GREEDY: list[Json] = [
    {"role": "admin"},
    {"nome": "X", "role": "admin"},
    {"role": "ADMIN"},
    {"role": " admin"},
    {"role": ["admin"]},
    {"role": {"$ne": "user"}},
    {"is_active": True, "role": "supervisor"},
    {"roles": ["admin"]},
    {"Role": "admin"},
    {"role\0": "admin"},
    {"is_admin": True},
    {"isAdmin": True, "nome": "X"},
    {"permissions": ["manage_users"]},
    {"id": 1},
    {"user_id": 1, "nome": "X"},
    {"password_hash": "$argon2id$v=19$m=19456,t=2,p=1$YQ$YQ"},
    {"user": {"role": "admin"}},
    {"__proto__": {"role": "admin"}},
    {"constructor": {"prototype": {"role": "admin"}}},
    {"email": "dona@provedor.example"},
    {"created_at": "2020-01-01T00:00:00Z"},
]


@pytest.mark.parametrize("role", RISERS)
async def test_nobody_makes_the_own_record_more_than_it_is(system: System, role: Role) -> None:
    admin = await system.person(Role.ADMIN, "Dona Silva")
    person = await system.person(role)
    before = await everybody(admin)
    for body in GREEDY:
        assert await put(person, person.id, json=body) in {400, 403}, body
    raw = {"Content-Type": "application/json"}
    for twice in (
        b'{"nome":"X","role":"user","role":"admin"}',
        b'{"role":"admin","nome":"X","role":null,"role":"admin"}',
    ):
        assert await put(person, person.id, content=twice, headers=raw) == 403, twice
    assert await everybody(admin) == before
    assert await put(person, person.id, json={"nome": "Novo Nome", "role": None}) == 200
    assert (await person.get("/auth/me")).json()["role"] == role


@pytest.mark.parametrize("role", RISERS)
async def test_nobody_changes_somebody_else(system: System, role: Role) -> None:
    admin = await system.person(Role.ADMIN, "Dona Silva")
    other, person = await system.person(Role.ATTENDANT, "Carlos Nogueira"), await system.person(role)
    before = await everybody(admin)
    for target in (admin.id, other.id, 0, -1, 999_999, 2**63, 10**30):
        for body in ({"nome": "X"}, {"password": "OutraSenha456!"}, {"is_active": False}, {}):
            assert await put(person, target, json=body) in {400, 403}, (target, body)
        assert (await person.client.delete(f"/api/v1/users/{target}", headers=person.headers)).status_code in {400, 403}
    mine = f"{person.id}%2F..%2F{admin.id}"
    assert (await person.client.get(f"/api/v1/users/{mine}", headers=person.headers)).status_code in {400, 404}
    assert await everybody(admin) == before


async def test_a_supervisor_does_not_make_itself_an_agent_or_an_agent_more(system: System) -> None:
    lead, agent = await system.person(Role.SUPERVISOR), await system.person(Role.ATTENDANT, "Carlos Nogueira")
    other = await system.person(Role.ATTENDANT, "Rita Prado")
    assert (await lead.patch(f"/agents/{lead.id}", {"max_conversations": 100})).status_code == 404
    assert (await agent.patch(f"/agents/{agent.id}", {"max_conversations": 100})).status_code == 403
    assert (await agent.patch(f"/agents/{agent.id}", {"status": "online", "max_conversations": 100})).status_code == 403
    assert (await agent.patch(f"/agents/{other.id}", {"status": "away"})).status_code == 403
    assert (await agent.patch(f"/agents/{agent.id}", {"status": "away", "is_connected": True})).status_code == 400
    listed = {one["id"]: one for one in (await lead.get("/agents")).json()["agents"]}
    assert {one["max_conversations"] for one in listed.values()} == {5}
    assert {one["status"] for one in listed.values()} == {"online"}


async def test_who_registers_chooses_nothing_but_a_name(database_url: str) -> None:
    body = {"email": "nova@provedor.example", "password": PASSWORD, "nome": "Nova Pessoa"}
    async with watched_system(database_url, registration="open") as system:
        admin = await system.person(Role.ADMIN, "Dona Silva")
        for more in GREEDY:
            answer = await system.client.post(
                "/api/v1/auth/register", json=more | body if "email" in more else body | more
            )
            assert answer.status_code == (400 if set(more) - {"nome", "email"} else 201), more
        roles = {user["email"]: user["role"] for user in await everybody(admin)}
        assert roles == {"dona@provedor.example": "admin", "nova@provedor.example": "user"}


# Each is, for a program that compares carelessly, the administrator's e-mail.
ALIKE = [
    "DONA@PROVEDOR.EXAMPLE",
    " dona@provedor.example ",
    "Dona@Provedor.Example\n",
    "ｄｏｎａ@provedor.example",
    "dona＠provedor.example",
    "ⓓona@provedor.example",
    "ᴰona@provedor.example",
]
OTHERS = [
    "donа@provedor.example",  # a Cyrillic letter: somebody else, and no administrator
    "dona+x@provedor.example",
    "dona.@provedor.example",
    "dona@provedor.example.",
    "dona\0@provedor.example",
    "dona@provedor.example\0",
    "dona@provedor.example,evil@provedor.example",
    "dona@[127.0.0.1]",
    '"dona"@provedor.example',
    "dona@provedor.example%00",
    "\u202edona@provedor.example",
    "do\u200bna@provedor.example",
    "dona@provedor.ex\u00adample",
]


async def test_an_email_that_looks_like_anothers_is_the_others_or_opens_nothing(database_url: str) -> None:
    async with watched_system(database_url, registration="open") as system:
        admin = await system.person(Role.ADMIN, "Dona Silva")
        for email in ALIKE:
            made = await system.client.post(
                "/api/v1/auth/register", json={"email": email, "password": "OutraSenha456!", "nome": "Eva"}
            )
            assert (made.status_code, made.json()["field"]) == (409, "email"), email
        for email in OTHERS:
            body = {"email": email, "password": "OutraSenha456!", "nome": "Eva"}
            made = await system.client.post("/api/v1/auth/register", json=body)
            assert made.status_code in {201, 400}, email
            answer = await system.client.post("/api/v1/auth/login", json={"email": email, "password": "OutraSenha456!"})
            assert answer.status_code in {200, 400, 401}, email
            if answer.status_code == 200:
                assert answer.json()["user"]["role"] == "user", email
                assert answer.json()["user"]["id"] != admin.id, email
        assert [user["role"] for user in await everybody(admin)].count("admin") == 1


async def test_a_demoted_administrator_is_none_from_the_next_request_on(system: System) -> None:
    admin, second = await system.person(Role.ADMIN, "Dona Silva"), await system.person(Role.ADMIN)
    assert await put(admin, second.id, json={"role": "atendente"}) == 200
    assert (await second.get("/users")).status_code == 401
    again = await system.client.post(
        "/api/v1/auth/login", json={"email": "maria@provedor.example", "password": PASSWORD}
    )
    second.token = again.json()["access_token"]
    assert (await second.get("/users")).status_code == 403
    assert await put(second, second.id, json={"role": "admin"}) == 403
