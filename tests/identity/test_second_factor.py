"""The second factor: switched on, asked for, used once, lost, and demanded."""

import json
from datetime import datetime

import httpx2
import pyotp
import pytest
from tests.identity.people import KEY, PASSWORD, Desk, Person, bearer, client_of, refused

from plantao.identity.models import Role, SecondFactorPolicy
from plantao.identity.passwords import PasswordHasher
from plantao.identity.repository.store import PostgresStore
from plantao.identity.service import IdentityService
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database

PATH = "/auth/second-factor"


def code_at(secret: str, moment: datetime) -> str:
    return pyotp.TOTP(secret).at(moment)


async def start(client: httpx2.AsyncClient, person: Person) -> str:
    answer = await client.post(PATH, json={"password": PASSWORD}, headers=person.headers)
    assert answer.status_code == 200, answer.text
    secret: str = answer.json()["secret"]
    return secret


async def switch_on(client: httpx2.AsyncClient, person: Person, clock: ManualClock) -> tuple[str, list[str]]:
    """The secret and the recovery codes; the clock moves on, so that the next code is a new one."""
    secret = await start(client, person)
    body = {"code": code_at(secret, clock.now())}
    answer = await client.post(f"{PATH}/confirm", json=body, headers=person.headers)
    assert answer.status_code == 200, answer.text
    clock.advance(seconds=60)
    return secret, answer.json()["recovery_codes"]


async def log_in(client: httpx2.AsyncClient, person: Person, code: str | None = None) -> httpx2.Response:
    body = {"email": person.user.email, "password": PASSWORD} | ({"code": code} if code else {})
    return await client.post("/auth/login", json=body)


async def state(client: httpx2.AsyncClient, person: Person) -> dict[str, object]:
    answer: dict[str, object] = (await client.get(PATH, headers=person.headers)).json()
    return answer


async def test_the_way_there_and_back(client: httpx2.AsyncClient, desk: Desk, clock: ManualClock) -> None:
    person = await desk.person()
    off = {"enabled": False, "required": False, "recovery_codes_left": 0}
    assert await state(client, person) == off
    secret, _ = await switch_on(client, person, clock)
    assert await state(client, person) == {"enabled": True, "required": False, "recovery_codes_left": 10}
    assert (await client.get("/auth/me", headers=person.headers)).json()["second_factor"] is True
    body = {"password": PASSWORD, "code": code_at(secret, clock.now())}
    answer = await client.post(f"{PATH}/disable", json=body, headers=person.headers)
    assert (answer.status_code, answer.json()) == (200, {"detail": "Verificação em duas etapas desativada."})
    assert await state(client, person) == off
    assert (await log_in(client, person)).status_code == 200


async def test_the_uri_is_what_authenticator_apps_read(client: httpx2.AsyncClient, desk: Desk) -> None:
    person = await desk.person()
    answer = (await client.post(PATH, json={"password": PASSWORD}, headers=person.headers)).json()
    read = pyotp.parse_uri(answer["uri"])
    assert (read.issuer, read.name, read.secret) == ("Plantão", person.user.email, answer["secret"])


async def test_an_offer_that_is_not_confirmed_changes_nothing(client: httpx2.AsyncClient, desk: Desk) -> None:
    person = await desk.person()
    first, second = await start(client, person), await start(client, person)
    assert first != second
    assert (await log_in(client, person)).status_code == 200
    refused(
        await client.post(f"{PATH}/confirm", json={"code": "000000"}, headers=person.headers),
        400,
        "VALIDATION_ERROR",
        "code",
    )
    assert (await state(client, person))["enabled"] is False


@pytest.mark.parametrize(
    "code", ["12345", "1234567", "\u0661\u0662\u0663\u0664\u0665\u0666", "é", "\ud800", "a" * 40, "-"]
)
async def test_what_is_no_code_is_a_wrong_one(
    client: httpx2.AsyncClient, desk: Desk, clock: ManualClock, code: str
) -> None:
    """Digits of other scripts and halves of characters too: they must not reach what compares bytes."""
    person = await desk.person()
    await start(client, person)
    body = json.dumps({"code": code}).encode()
    headers = person.headers | {"Content-Type": "application/json"}
    answer = await client.post(f"{PATH}/confirm", content=body, headers=headers)
    refused(answer, 400, "VALIDATION_ERROR", "code")
    await switch_on(client, person, clock)
    credentials = {"email": person.user.email, "password": PASSWORD, "code": code}
    answer = await client.post("/auth/login", content=json.dumps(credentials).encode(), headers=headers)
    assert answer.status_code in {400, 401}
    assert answer.json()["field"] == "code"


async def test_spaces_around_a_code_do_not_matter(client: httpx2.AsyncClient, desk: Desk, clock: ManualClock) -> None:
    person = await desk.person()
    secret, _ = await switch_on(client, person, clock)
    assert (await log_in(client, person, f" {code_at(secret, clock.now())}\n")).status_code == 200


async def test_a_log_in_needs_the_code_and_says_so_only_to_who_has_the_password(
    client: httpx2.AsyncClient, desk: Desk, clock: ManualClock
) -> None:
    person = await desk.person()
    secret, _ = await switch_on(client, person, clock)
    refused(await log_in(client, person), 403, "SECOND_FACTOR_REQUIRED", "code")
    wrong = await client.post("/auth/login", json={"email": person.user.email, "password": "Errada123!"})
    refused(wrong, 401, "INVALID_CREDENTIALS")
    refused(await log_in(client, person, "000000"), 401, "INVALID_CREDENTIALS", "code")
    answer = await log_in(client, person, code_at(secret, clock.now()))
    assert answer.status_code == 200
    refresh = await client.post("/auth/refresh", json={"refresh_token": answer.json()["refresh_token"]})
    assert refresh.status_code == 200


async def test_a_code_is_good_once(client: httpx2.AsyncClient, desk: Desk, clock: ManualClock) -> None:
    person = await desk.person()
    secret, _ = await switch_on(client, person, clock)
    code = code_at(secret, clock.now())
    assert (await log_in(client, person, code)).status_code == 200
    refused(await log_in(client, person, code), 401, "INVALID_CREDENTIALS", "code")
    clock.advance(seconds=30)
    refused(await log_in(client, person, code), 401, "INVALID_CREDENTIALS", "code")
    assert (await log_in(client, person, code_at(secret, clock.now()))).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 200), (0, 200), (30, 200), (60, 401)])
async def test_a_phones_clock_may_be_half_a_minute_off(
    client: httpx2.AsyncClient, desk: Desk, clock: ManualClock, seconds: int, status: int
) -> None:
    person = await desk.person()
    secret, _ = await switch_on(client, person, clock)
    clock.advance(minutes=5)
    moment = clock.now().timestamp() + seconds
    assert (await log_in(client, person, pyotp.TOTP(secret).at(int(moment)))).status_code == status


async def test_a_recovery_code_is_good_once_however_it_is_typed(
    client: httpx2.AsyncClient, desk: Desk, clock: ManualClock
) -> None:
    person = await desk.person()
    _, codes = await switch_on(client, person, clock)
    assert len(set(codes)) == 10
    assert (await log_in(client, person, codes[0].upper().replace("-", " "))).status_code == 200
    refused(await log_in(client, person, codes[0]), 401, "INVALID_CREDENTIALS", "code")
    assert (await state(client, person))["recovery_codes_left"] == 9


async def test_switching_on_ends_all_other_sessions(client: httpx2.AsyncClient, desk: Desk, clock: ManualClock) -> None:
    person = await desk.person()
    other = await desk.identity.log_in(person.user.email, PASSWORD)
    await switch_on(client, person, clock)
    refused(await client.get("/auth/me", headers=bearer(other.access_token)), 401, "INVALID_TOKEN")
    assert (await client.get("/auth/me", headers=person.headers)).status_code == 200


async def test_a_stolen_session_alone_changes_nothing(
    client: httpx2.AsyncClient, desk: Desk, clock: ManualClock
) -> None:
    person = await desk.person()
    body = {"password": "Errada123!"}
    refused(await client.post(PATH, json=body, headers=person.headers), 400, "VALIDATION_ERROR", "password")
    secret, _ = await switch_on(client, person, clock)
    again = await client.post(PATH, json={"password": PASSWORD}, headers=person.headers)
    refused(again, 409, "CONFLICT")
    for wrong, field in [({"password": "x"}, "password"), ({"code": "000000"}, "code")]:
        body = {"password": PASSWORD, "code": code_at(secret, clock.now())} | wrong
        answer = await client.post(f"{PATH}/disable", json=body, headers=person.headers)
        refused(answer, 400, "VALIDATION_ERROR", field)
    assert (await state(client, person))["enabled"] is True


async def test_guesses_are_counted_with_those_of_log_ins(
    client: httpx2.AsyncClient, desk: Desk, clock: ManualClock
) -> None:
    person = await desk.person()
    await switch_on(client, person, clock)
    answers = [await log_in(client, person, f"{n:06}") for n in range(10)]
    body = {"password": "x", "code": "000000"}
    answers += [await client.post(f"{PATH}/disable", json=body, headers=person.headers) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {401, 400}
    for answer in (
        await log_in(client, person),
        await client.post(f"{PATH}/disable", json=body, headers=person.headers),
    ):
        assert (answer.status_code, answer.json()["error_code"]) == (429, "RATE_LIMITED")


async def test_an_administrator_removes_what_a_colleague_has_lost(
    client: httpx2.AsyncClient, desk: Desk, clock: ManualClock
) -> None:
    admin, person = await desk.person(Role.ADMIN), await desk.person()
    path = f"/users/{person.user.id}/second-factor"
    refused(await client.delete(path, headers=admin.headers), 409, "CONFLICT")
    refused(await client.delete("/users/999/second-factor", headers=admin.headers), 404, "NOT_FOUND")
    await switch_on(client, person, clock)
    assert (await client.delete(path, headers=admin.headers)).status_code == 200
    refused(await client.get("/auth/me", headers=person.headers), 401, "INVALID_TOKEN")
    assert (await log_in(client, person)).status_code == 200


@pytest.mark.parametrize("policy", SecondFactorPolicy)
@pytest.mark.parametrize("role", Role)
async def test_who_must_have_one_may_do_nothing_else_until_then(
    database: Database, clock: ManualClock, hasher: PasswordHasher, role: Role, policy: SecondFactorPolicy
) -> None:
    service = IdentityService(PostgresStore(database), clock, [KEY], hasher, second_factor_policy=policy)
    demanded = {"optional": "", "admins": "admin", "staff": "admin supervisor atendente"}[policy]
    required = role in demanded.split()
    async with client_of(service) as client:
        person = await Desk(service).person(role)
        assert (await state(client, person))["required"] is required
        before = await client.get("/users", headers=person.headers)
        if required and role is Role.ADMIN:
            refused(before, 403, "SECOND_FACTOR_REQUIRED")
        else:
            assert before.status_code == (200 if role is Role.ADMIN else 403)
        assert (await service.gate.authenticate(person.log_in.access_token)).restricted is required
        await switch_on(client, person, clock)
        assert (await service.gate.authenticate(person.log_in.access_token)).restricted is False
        assert (await client.get("/users", headers=person.headers)).status_code == (200 if role is Role.ADMIN else 403)
