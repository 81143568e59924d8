"""Refresh tokens: rotation, and what a second use does."""

import asyncio

import httpx2
import pytest
from sqlalchemy import text
from tests.identity.people import PASSWORD, Desk, bearer, client_of, refused

from plantao.identity.errors import TokenReused
from plantao.identity.models import LogIn, Role, UserChanges
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database


async def test_a_refresh_answers_like_a_log_in(client: httpx2.AsyncClient, desk: Desk) -> None:
    person = await desk.person()
    response = await client.post("/auth/refresh", json={"refresh_token": person.log_in.refresh_token})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    body = response.json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert body["user"] == {"id": person.user.id, "email": person.user.email, "nome": "Pessoa 1", "role": "atendente"}
    assert body["refresh_token"] != person.log_in.refresh_token
    assert (await client.get("/auth/me", headers=bearer(body["access_token"]))).status_code == 200
    assert (await client.get("/auth/me", headers=person.headers)).status_code == 200


async def test_a_second_use_burns_the_family_for_good(
    client: httpx2.AsyncClient, desk: Desk, elsewhere: IdentityService
) -> None:
    person = await desk.person()
    untouched = await desk.identity.log_in(person.user.email, PASSWORD)
    second = await desk.identity.refresh(person.log_in.refresh_token)
    third = await desk.identity.refresh(second.refresh_token)

    refused(await client.post("/auth/refresh", json={"refresh_token": second.refresh_token}), 401, "TOKEN_REUSED")

    async with client_of(elsewhere) as other_client:
        for log_in in (person.log_in, second, third):
            refused(await other_client.get("/auth/me", headers=bearer(log_in.access_token)), 401, "INVALID_TOKEN")
        refused(
            await other_client.post("/auth/refresh", json={"refresh_token": third.refresh_token}), 401, "INVALID_TOKEN"
        )
        again = {"refresh_token": person.log_in.refresh_token}
        refused(await other_client.post("/auth/refresh", json=again), 401, "TOKEN_REUSED")
        assert (await other_client.get("/auth/me", headers=bearer(untouched.access_token))).status_code == 200


async def test_of_many_uses_at_once_one_wins_and_the_family_is_burned(
    desk: Desk, identity: IdentityService, elsewhere: IdentityService
) -> None:
    person = await desk.person()
    token = person.log_in.refresh_token
    attempts = [(identity, elsewhere)[number % 2].refresh(token) for number in range(8)]
    outcomes = await asyncio.gather(*attempts, return_exceptions=True)
    winners = [outcome for outcome in outcomes if isinstance(outcome, LogIn)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, TokenReused) for outcome in outcomes) == 7
    # The winner may be the thief: it is out as well.
    async with client_of(identity) as client:
        refused(await client.get("/auth/me", headers=bearer(winners[0].access_token)), 401, "INVALID_TOKEN")


async def test_a_refresh_token_lives_30_days_and_so_does_each_of_its_heirs(
    desk: Desk, client: httpx2.AsyncClient, clock: ManualClock
) -> None:
    person = await desk.person()
    clock.advance(days=29)
    second = await desk.identity.refresh(person.log_in.refresh_token)
    clock.advance(days=29)
    third = await desk.identity.refresh(second.refresh_token)
    assert (await client.get("/auth/me", headers=bearer(third.access_token))).status_code == 200
    clock.advance(days=30)
    refused(await client.post("/auth/refresh", json={"refresh_token": third.refresh_token}), 401, "TOKEN_EXPIRED")


async def test_the_role_of_a_refreshed_token_is_the_present_one(desk: Desk, identity: IdentityService) -> None:
    person = await desk.person()
    await identity.accounts.change_user(person.user.id, UserChanges(name="Outro Nome"))
    assert (await identity.refresh(person.log_in.refresh_token)).user.name == "Outro Nome"


@pytest.mark.parametrize(
    "changes", [UserChanges(is_active=False), UserChanges(role=Role.USER), UserChanges(password="OutraSenha456!")]
)
async def test_a_revoked_session_does_not_refresh(
    desk: Desk, identity: IdentityService, client: httpx2.AsyncClient, changes: UserChanges
) -> None:
    person = await desk.person()
    await identity.accounts.change_user(person.user.id, changes)
    refused(
        await client.post("/auth/refresh", json={"refresh_token": person.log_in.refresh_token}), 401, "INVALID_TOKEN"
    )


@pytest.mark.parametrize("token", ["", "nada", "é", "\0", "x" * 512])
async def test_an_unknown_token_is_invalid(client: httpx2.AsyncClient, token: str) -> None:
    refused(await client.post("/auth/refresh", json={"refresh_token": token}), 401, "INVALID_TOKEN")


async def test_an_access_token_is_no_refresh_token(client: httpx2.AsyncClient, desk: Desk) -> None:
    person = await desk.person()
    refused(
        await client.post("/auth/refresh", json={"refresh_token": person.log_in.access_token}), 401, "INVALID_TOKEN"
    )


@pytest.mark.any_store
@pytest.mark.parametrize("body", [{}, {"refresh_token": 1}, {"refresh_token": "x" * 513}])
async def test_a_bad_body_names_the_field(client: httpx2.AsyncClient, body: object) -> None:
    refused(await client.post("/auth/refresh", json=body), 400, "VALIDATION_ERROR", "refresh_token")


async def test_half_a_surrogate_pair_is_no_text(client: httpx2.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = await client.post("/auth/refresh", content=rb'{"refresh_token": "\ud800"}', headers=headers)
    refused(response, 400, "VALIDATION_ERROR", "refresh_token")


async def test_no_token_is_stored_as_it_is(desk: Desk, database: Database) -> None:
    person = await desk.person()
    async with database.transaction() as transaction:
        rows = await transaction.rows(text("SELECT * FROM refresh_tokens"))
    assert len(rows) == 1
    assert person.log_in.refresh_token.encode() not in rows[0].token_hash
