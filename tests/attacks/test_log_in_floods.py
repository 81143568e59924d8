"""Guessing passwords by the thousand: slowed whoever asks from wherever, while honest people get in."""

import asyncio
from collections import Counter

import httpx2
import pytest
from tests.attacks.ground import watched_system
from tests.stories.harness import PASSWORD, System

from plantao.identity.models import Role
from plantao.identity.passwords import PasswordHasher

PROXY = ("127.0.0.1",)
RATE = "5/15 minutes"


async def log_in(system: System, email: str, password: str, address: str | None = None) -> httpx2.Response:
    headers = {"X-Forwarded-For": address} if address else {}
    return await system.client.post("/api/v1/auth/login", json={"email": email, "password": password}, headers=headers)


@pytest.mark.parametrize("trusted", [(), PROXY], ids=["stranger", "behind a proxy"])
async def test_a_flood_of_one_buys_five_guesses(database_url: str, trusted: tuple[str, ...]) -> None:
    """Whatever a stranger says of addresses; behind a proxy what stands left of it is not believed either."""
    async with watched_system(database_url, rate_limit_login=RATE, trusted_proxies=trusted) as system:
        await system.person(Role.ATTENDANT)
        claimed = [f"203.0.113.{n}" if not trusted else f"203.0.113.{n}, 198.51.100.7" for n in range(60)]
        guesses = [log_in(system, f"{n}@provedor.example", "x", address) for n, address in enumerate(claimed)]
        statuses = Counter(answer.status_code for answer in await asyncio.gather(*guesses))
        assert statuses == {401: 5, 429: 55}
        if trusted:
            assert (await log_in(system, "maria@provedor.example", PASSWORD, "192.0.2.1")).status_code == 200


async def test_an_honest_office_gets_in_beside_a_guesser(database_url: str) -> None:
    """Four failures of one of them leave the door open for all, as often as they like."""
    async with watched_system(database_url, rate_limit_login=RATE) as system:
        await system.person(Role.ATTENDANT)
        for _ in range(4):
            assert (await log_in(system, "x@provedor.example", "x")).status_code == 401
        for _ in range(12):
            assert (await log_in(system, "maria@provedor.example", PASSWORD)).status_code == 200
        assert (await log_in(system, "x@provedor.example", "x")).status_code == 401
        assert (await log_in(system, "maria@provedor.example", PASSWORD)).status_code == 429


async def test_who_is_in_stays_in_while_the_account_is_attacked(database_url: str) -> None:
    async with watched_system(database_url, rate_limit_login=RATE, trusted_proxies=PROXY) as system:
        maria = await system.person(Role.ATTENDANT)
        spellings = ["maria@provedor.example", "MARIA@provedor.example", "ｍaria@provedor.example"]
        guesses = [log_in(system, spellings[n % 3], "x", f"198.51.{n}.1") for n in range(40)]
        assert Counter(answer.status_code for answer in await asyncio.gather(*guesses)) == {401: 20, 429: 20}
        assert (await maria.get("/auth/me")).status_code == 200
        async with maria.socket() as socket:
            await socket.silence()


async def test_a_known_and_an_unknown_email_cost_the_same_work(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """One verification each, counted: a stranger with a watch learns nothing."""
    await system.person(Role.ATTENDANT)
    gone = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    admin = await system.person(Role.ADMIN, "Dona Silva")
    await system.client.put(f"/api/v1/users/{gone.id}", json={"is_active": False}, headers=admin.headers)
    verify, verified = PasswordHasher.verify, list[str | None]()

    async def counted(self: PasswordHasher, password: str, stored: str | None) -> object:
        verified.append(stored)
        return await verify(self, password, stored)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    answers = []
    for email in ("maria@provedor.example", "ninguem@provedor.example", "carlos@provedor.example"):
        verified.clear()
        answers.append(await log_in(system, email, "Senha-Errada-1"))
        assert len(verified) == 1, email
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert len({frozenset(answer.headers) for answer in answers}) == 1


async def test_a_right_password_of_who_may_not_in_says_nothing(database_url: str) -> None:
    async with watched_system(database_url) as system:
        admin, maria = await system.person(Role.ADMIN, "Dona Silva"), await system.person(Role.ATTENDANT)
        await system.client.put(f"/api/v1/users/{maria.id}", json={"is_active": False}, headers=admin.headers)
        right = await log_in(system, "maria@provedor.example", PASSWORD)
        wrong = await log_in(system, "maria@provedor.example", "x")
        assert (right.status_code, right.content) == (401, wrong.content)


async def test_a_flood_of_hashing_is_bounded(database_url: str) -> None:
    """Beyond what can be verified in about a second a log-in is told to come back, and everything else goes on."""
    async with watched_system(database_url, hasher=PasswordHasher()) as system:
        flood = asyncio.gather(*(log_in(system, f"{n}@provedor.example", "x") for n in range(150)))
        for _ in range(5):
            async with asyncio.timeout(2):
                assert (await system.client.get("/health/live")).status_code == 200
        answers = await flood
    assert set(Counter(answer.status_code for answer in answers)) == {401, 503}
    assert all(int(a.headers["Retry-After"]) >= 1 for a in answers if a.status_code == 503)
