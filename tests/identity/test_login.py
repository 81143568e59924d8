"""Log-in, who am I, log-out."""

import httpx2
import jwt
import pytest
from sqlalchemy import text
from tests.identity.people import KEY, PASSWORD, Desk, bearer, client_of, refused

from plantao.identity.errors import InvalidCredentials, InvalidToken
from plantao.identity.models import Role, UserChanges
from plantao.identity.passwords import PasswordHasher, Verification
from plantao.identity.repository.store import PostgresStore, Store
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database


async def test_log_in_answers_the_documented_body(client: httpx2.AsyncClient, desk: Desk) -> None:
    user = await desk.user(Role.SUPERVISOR)
    response = await client.post("/auth/login", json={"email": user.email, "password": PASSWORD})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    body = response.json()
    assert set(body) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (body["token_type"], body["expires_in"]) == ("bearer", 86_400)
    assert body["user"] == {"id": user.id, "email": user.email, "nome": "Pessoa 1", "role": "supervisor"}
    payload = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert payload["sub"] == str(user.id)


async def test_who_am_i(client: httpx2.AsyncClient, desk: Desk) -> None:
    person = await desk.person()
    response = await client.get("/auth/me", headers=person.headers)
    assert response.status_code == 200
    assert response.json() == {
        "id": person.user.id,
        "email": "pessoa1@provedor.com.br",
        "nome": "Pessoa 1",
        "role": "atendente",
        "is_active": True,
        "created_at": "2026-11-23T15:00:00Z",
        "second_factor": False,
    }


async def test_the_email_is_typed_in_any_case(client: httpx2.AsyncClient, desk: Desk) -> None:
    user = await desk.user()
    body = {"email": f" {user.email.upper()} ", "password": PASSWORD}
    assert (await client.post("/auth/login", json=body)).status_code == 200


async def test_unknown_wrong_and_inactive_are_one_answer(
    client: httpx2.AsyncClient, desk: Desk, identity: IdentityService
) -> None:
    active, inactive = await desk.user(), await desk.user()
    await identity.accounts.change_user(inactive.id, UserChanges(is_active=False))
    attempts = [(active.email, "errada"), (inactive.email, PASSWORD), ("ninguem@provedor.com.br", PASSWORD)]
    answers = [await client.post("/auth/login", json={"email": e, "password": p}) for e, p in attempts]
    for answer in answers:
        refused(answer, 401, "INVALID_CREDENTIALS")
        assert answer.json() == answers[0].json()
        assert answer.headers == answers[0].headers
    assert answers[0].json()["detail"] == "E-mail ou senha inválidos."


class _CountingHasher(PasswordHasher):
    hashes = 0

    async def verify(self, password: str, stored: str | None) -> Verification:
        self.hashes += 1
        return await super().verify(password, stored)


async def test_unknown_wrong_and_inactive_take_the_same_time(
    desk: Desk, identity: IdentityService, database: Database, clock: ManualClock
) -> None:
    """One hash each, which is nearly all of the time that an answer takes."""
    active, inactive = await desk.user(), await desk.user()
    await identity.accounts.change_user(inactive.id, UserChanges(is_active=False))
    hasher = _CountingHasher()
    service = IdentityService(PostgresStore(database), clock, [KEY], hasher)
    attempts = [(active.email, "errada"), (inactive.email, PASSWORD), ("ninguem@provedor.com.br", PASSWORD)]
    for number, (email, password) in enumerate(attempts, start=1):
        with pytest.raises(InvalidCredentials):
            await service.log_in(email, password)
        assert hasher.hashes == number
    hasher.close()


@pytest.mark.any_store
@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "x"}, "email"),
        ({"email": "a@b.com"}, "password"),
        ({"email": "nada", "password": "x"}, "email"),
        ({"email": 1, "password": "x"}, "email"),
        ({"email": "a\0@b.com", "password": "x"}, "email"),
        ({"email": "a" * 255, "password": "x"}, "email"),
        ({"email": "a@b.com", "password": "x" * 1025}, "password"),
        ({"email": "a@b.com", "password": "é" * 513}, "password"),
        ({"email": "a@b.com", "password": "x\0"}, "password"),
        ({"email": "a@b.com", "password": None}, "password"),
        ({"email": "a@b.com", "password": "x", "remember": True}, "remember"),
        ([], None),
    ],
)
async def test_a_bad_body_names_the_field(client: httpx2.AsyncClient, body: object, field: str | None) -> None:
    refused(await client.post("/auth/login", json=body), 400, "VALIDATION_ERROR", field)


async def test_half_a_surrogate_pair_is_no_text(client: httpx2.AsyncClient) -> None:
    content = rb'{"email": "a@b.com", "password": "\ud800"}'
    headers = {"Content-Type": "application/json"}
    refused(await client.post("/auth/login", content=content, headers=headers), 400, "VALIDATION_ERROR", "password")


async def test_a_full_queue_for_hashes_is_503(desk: Desk, database: Database, clock: ManualClock) -> None:
    user = await desk.user()
    full = PasswordHasher(max_waiting=-2)
    async with client_of(IdentityService(PostgresStore(database), clock, [KEY], full)) as client:
        response = await client.post("/auth/login", json={"email": user.email, "password": "x"})
    full.close()
    refused(response, 503, "SERVICE_UNAVAILABLE")
    assert response.headers["Retry-After"] == "2"


async def test_log_out_ends_the_session_in_every_process(
    client: httpx2.AsyncClient,
    desk: Desk,
    elsewhere: IdentityService,
) -> None:
    person = await desk.person()
    other = await desk.identity.log_in(person.user.email, PASSWORD)
    async with client_of(elsewhere) as other_client:
        assert (await other_client.get("/auth/me", headers=person.headers)).status_code == 200
        response = await client.post("/auth/logout", headers=person.headers)
        assert (response.status_code, response.json()) == (200, {"detail": "Sessão encerrada."})
        refused(await other_client.get("/auth/me", headers=person.headers), 401, "INVALID_TOKEN")
        refused(await client.post("/auth/logout", headers=person.headers), 401, "INVALID_TOKEN")
        body = {"refresh_token": person.log_in.refresh_token}
        refused(await other_client.post("/auth/refresh", json=body), 401, "INVALID_TOKEN")
        assert (await other_client.get("/auth/me", headers=bearer(other.access_token))).status_code == 200


@pytest.mark.any_store
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer x.y.z", "Bearer \xe9"])
async def test_without_a_token_nobody_gets_in(client: httpx2.AsyncClient, header: str | None) -> None:
    headers = [] if header is None else [(b"Authorization", header.encode("latin-1"))]
    refused(await client.get("/auth/me", headers=headers), 401, "INVALID_TOKEN")


async def test_an_expired_token_says_so(client: httpx2.AsyncClient, desk: Desk, clock: ManualClock) -> None:
    person = await desk.person()
    clock.advance(hours=24)
    refused(await client.get("/auth/me", headers=person.headers), 401, "TOKEN_EXPIRED")


async def test_a_token_of_another_user_and_this_session_is_invalid(client: httpx2.AsyncClient, desk: Desk) -> None:
    person, other = await desk.person(), await desk.user(Role.ADMIN)
    payload = jwt.decode(person.log_in.access_token, options={"verify_signature": False})
    forged = jwt.encode({**payload, "sub": str(other.id)}, KEY, algorithm="HS256")
    refused(await client.get("/auth/me", headers=bearer(forged)), 401, "INVALID_TOKEN")


async def test_a_hash_with_old_parameters_is_replaced_at_log_in(
    desk: Desk, database: Database, store: Store, clock: ManualClock, real_hasher: PasswordHasher
) -> None:
    identity = IdentityService(store, clock, [KEY], real_hasher)
    user = await desk.user()
    weak = PasswordHasher(memory_kib=1024, passes=1)
    stored = await weak.hash(PASSWORD)
    weak.close()
    async with database.transaction() as transaction:
        await transaction.run(text("UPDATE users SET password_hash = :h"), {"h": stored})
    await identity.log_in(user.email, PASSWORD)
    async with database.transaction() as transaction:
        row = await transaction.first(text("SELECT password_hash FROM users"))
    assert row is not None
    assert row.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await identity.log_in(user.email, PASSWORD)).user == user


async def test_which_sessions_are_still_valid(desk: Desk, identity: IdentityService, clock: ManualClock) -> None:
    people = [await desk.person() for _ in range(4)]
    actors = [await identity.gate.authenticate(person.log_in.access_token) for person in people]
    ids = [actor.session_id for actor in actors]
    await identity.log_out(actors[0])
    await identity.accounts.change_user(people[1].user.id, UserChanges(is_active=False))
    assert await identity.gate.still_valid(ids) == set(ids[2:])
    assert await identity.gate.still_valid([]) == set()
    clock.advance(days=30)
    assert await identity.gate.still_valid(ids) == set()


async def test_a_user_deactivated_behind_our_back_is_out_at_once(
    desk: Desk, identity: IdentityService, database: Database
) -> None:
    """Somebody with a database console: no session was revoked, yet none of them counts."""
    person = await desk.person()
    session_id = (await identity.gate.authenticate(person.log_in.access_token)).session_id
    async with database.transaction() as transaction:
        await transaction.run(text("UPDATE users SET is_active = false"))
    for attempt in (
        identity.gate.authenticate(person.log_in.access_token),
        identity.refresh(person.log_in.refresh_token),
    ):
        with pytest.raises(InvalidToken):
            await attempt
    assert await identity.gate.still_valid([session_id]) == set()
