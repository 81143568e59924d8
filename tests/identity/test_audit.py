"""The audit trail: every change of a user, who made it, from where, and that nobody rewrites it."""

from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.identity.people import PASSWORD, Desk, Person, refused
from tests.identity.test_second_factor import switch_on

from plantao.identity.models import Role, UserChanges
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database

NEW = {"email": "nova@provedor.com.br", "password": PASSWORD, "nome": "Nova", "role": "atendente"}


async def entries(client: httpx2.AsyncClient, admin: Person, **filters: Any) -> list[dict[str, Any]]:
    answer = await client.get("/audit", params=filters, headers=admin.headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


async def test_a_creation_is_written_down(client: httpx2.AsyncClient, desk: Desk) -> None:
    admin = await desk.person(Role.ADMIN)
    made = (await client.post("/users", json=NEW, headers=admin.headers)).json()
    newest = (await entries(client, admin))[0]
    assert newest.pop("id") > 0
    assert newest == {
        "at": "2026-11-23T15:00:00Z",
        "action": "user.created",
        "user_id": made["id"],
        "actor_id": admin.user.id,
        "before": {},
        "after": {"email": NEW["email"], "nome": "Nova", "role": "atendente", "is_active": True},
        "address": "127.0.0.1",
        "request_id": None,
    }


async def test_only_what_changed_is_told_and_of_a_password_only_that(client: httpx2.AsyncClient, desk: Desk) -> None:
    admin, person = await desk.person(Role.ADMIN), await desk.person()
    path = f"/users/{person.user.id}"
    await client.put(path, json={"role": "supervisor", "nome": person.user.name}, headers=admin.headers)
    await client.put(path, json={"password": "OutraSenha456!"}, headers=admin.headers)
    await client.put(path, json={"nome": person.user.name}, headers=admin.headers)  # as it is: no change
    await client.delete(path, headers=admin.headers)
    found = await entries(client, admin, action="user.changed")
    assert [(entry["before"], entry["after"]) for entry in found] == [
        ({"is_active": True}, {"is_active": False}),
        ({}, {"password": "changed"}),
        ({"role": "atendente"}, {"role": "supervisor"}),
    ]
    assert {entry["actor_id"] for entry in found} == {admin.user.id}
    assert "OutraSenha456!" not in str(found)


async def test_a_change_that_is_refused_leaves_no_trace(client: httpx2.AsyncClient, desk: Desk) -> None:
    admin = await desk.person(Role.ADMIN)
    before = await entries(client, admin)
    refused(await client.delete(f"/users/{admin.user.id}", headers=admin.headers), 409, "CONFLICT")
    refused(
        await client.post("/users", json={**NEW, "email": admin.user.email}, headers=admin.headers),
        409,
        "CONFLICT",
        "email",
    )
    assert await entries(client, admin) == before


async def test_what_is_done_to_second_factors_is_written_down(
    client: httpx2.AsyncClient, desk: Desk, clock: ManualClock
) -> None:
    admin, person = await desk.person(Role.ADMIN), await desk.person()
    _, codes = await switch_on(client, person, clock)
    await client.post("/auth/login", json={"email": person.user.email, "password": PASSWORD, "code": codes[0]})
    await client.delete(f"/users/{person.user.id}/second-factor", headers=admin.headers)
    found = await entries(client, admin, user_id=person.user.id)
    assert [(entry["action"], entry["actor_id"]) for entry in found] == [
        ("second_factor.reset", admin.user.id),
        ("second_factor.recovery_code_used", person.user.id),
        ("second_factor.enabled", person.user.id),
        ("user.created", None),
    ]


async def test_what_is_done_on_the_machine_has_no_actor(client: httpx2.AsyncClient, desk: Desk) -> None:
    admin = await desk.person(Role.ADMIN)
    await desk.identity.accounts.change_user(admin.user.id, UserChanges(name="Outro Nome"))
    newest = (await entries(client, admin))[0]
    assert (newest["actor_id"], newest["address"]) == (None, "local")


async def test_pages_and_filters(client: httpx2.AsyncClient, desk: Desk, clock: ManualClock) -> None:
    admin = await desk.person(Role.ADMIN)
    for n in range(4):
        clock.advance(hours=1)
        await client.put(f"/users/{admin.user.id}", json={"nome": f"Nome {n}"}, headers=admin.headers)
    page = (await client.get("/audit", params={"limit": 2, "page": 2}, headers=admin.headers)).json()
    assert (page["total"], page["page"], page["pages"], len(page["entries"])) == (5, 2, 3, 2)
    assert [entry["after"]["nome"] for entry in page["entries"]] == ["Nome 1", "Nome 0"]
    window = {"start_date": "2026-11-23T16:30:00Z", "end_date": "2026-11-23T18:30:00Z"}
    assert [e["after"]["nome"] for e in await entries(client, admin, **window)] == ["Nome 2", "Nome 1"]
    assert len(await entries(client, admin, actor_id=admin.user.id)) == 4
    assert await entries(client, admin, user_id=99) == []


@pytest.mark.any_store
@pytest.mark.parametrize(
    ("name", "value"),
    [("page", "0"), ("limit", "101"), ("user_id", "0"), ("actor_id", "x"), ("action", "x"), ("start_date", "ontem")],
)
async def test_a_bad_parameter_is_named(client: httpx2.AsyncClient, desk: Desk, name: str, value: str) -> None:
    admin = await desk.person(Role.ADMIN)
    refused(await client.get("/audit", params={name: value}, headers=admin.headers), 400, "VALIDATION_ERROR", name)


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET actor_id = 1", "DELETE FROM audit_entries"])
async def test_the_trail_is_append_only(desk: Desk, database: Database, statement: str) -> None:
    await desk.user()
    with pytest.raises(DBAPIError, match="audit_entries is append-only"):
        async with database.transaction() as transaction:
            await transaction.run(text(statement))
