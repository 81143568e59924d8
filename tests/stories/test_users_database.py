"""Users in a SQL Server of their own: everything works, and while it is away nobody who is at work is stopped."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.stories.harness import PASSWORD, Person, System, running_system
from tests.stories.test_people import waiting_conversation
from tests.tds import TdsServer
from tests.tds.drivers import drivers

from plantao.identity.models import Role
from plantao.identity.repository import sqlserver


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlserver, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(sqlserver, "LOG_IN_SECONDS", 1)


@pytest.fixture(params=drivers())
async def system(
    database_url: str, empty_sql_server: TdsServer, request: pytest.FixtureRequest
) -> AsyncIterator[System]:
    async with running_system(database_url, auth_database_url=empty_sql_server.url(request.param)) as running:
        yield running


@pytest.fixture
async def away(system: System, sql_server: TdsServer) -> AsyncIterator["Outage"]:
    outage = Outage(system, sql_server)
    yield outage
    sql_server.resume()


class Outage:
    def __init__(self, system: System, server: TdsServer) -> None:
        self._system = system
        self._server = server

    def begin(self) -> None:
        self._server.stop_listening()
        self._server.drop_connections()

    async def end(self) -> None:
        """Until it is noticed, which nobody has to see to."""
        self._server.resume()
        async with asyncio.timeout(10):
            while (await health(self._system))["services"]["sqlserver"] != "healthy":
                continue  # each look asks the server, which is what it takes


async def health(system: System) -> dict[str, Any]:
    answer = await system.client.get("/health")
    return {**answer.json(), "code": answer.status_code}


async def log_in(system: System, email: str = "maria@provedor.example") -> Any:
    return await system.client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})


async def serves(person: Person) -> int:
    return (await person.get("/conversations")).status_code


async def test_a_conversation_is_served_by_people_of_another_database(system: System) -> None:
    report = await health(system)
    assert (report["status"], report["services"]["sqlserver"]) == ("healthy", "healthy")
    ana = await system.person(Role.SUPERVISOR, "Ana")
    maria = await system.person(Role.ATTENDANT)
    customer = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(customer, {"type": "text", "text": "quero falar com um atendente"})
    async with maria.socket() as socket:
        assigned = await socket.expect("conversation_assigned", lambda frame: frame["assigned_to"] == maria.id)
    agents = (await ana.get("/agents")).json()["agents"]
    assert [(agent["id"], agent["current_conversations"]) for agent in agents] == [(maria.id, 1)]
    body = {"to_agent_id": ana.id}
    assert (await maria.post(f"/conversations/{assigned['conversation_id']}/transfer", body)).status_code == 200
    assert [c["assigned_to"] for c in await ana.conversations()] == [ana.id]


async def test_who_is_at_work_goes_on_and_who_comes_is_told(system: System, away: Outage) -> None:
    maria = await system.person(Role.ATTENDANT)
    own = await waiting_conversation(system)
    await maria.post(f"/conversations/{own}/assign")
    async with maria.socket() as socket:
        away.begin()
        assert await serves(maria) == 200
        assert (await maria.post(f"/conversations/{own}/messages", {"content": "Já vejo isso."})).status_code == 201
        assert (await maria.post(f"/conversations/{own}/close", {"resolution": "resolved"})).status_code == 200
        assert (await maria.get("/agents")).json()["error_code"] == "SERVICE_UNAVAILABLE"
        refused = await log_in(system)
        assert (refused.status_code, refused.json()["error_code"]) == (503, "SERVICE_UNAVAILABLE")
        assert refused.headers["Retry-After"] == "2"
        report = await health(system)
        assert (report["code"], report["status"]) == (200, "degraded")
        assert report["services"] == {
            "database": "healthy",
            "redis": "disabled",
            "sqlserver": "unhealthy",
            "whatsapp_api": "healthy",
            "media": "healthy",
        }
        assert (await system.client.get("/health/ready")).status_code == 200
        await away.end()
        assert "conversation_closed" in {frame["type"] for frame in await socket.silence()}
    assert (await log_in(system)).status_code == 200
    assert (await health(system))["status"] == "healthy"


async def test_what_was_ended_before_stays_ended(system: System, away: Outage) -> None:
    maria, ana = await system.person(Role.ATTENDANT), await system.person(Role.SUPERVISOR, "Ana")
    await ana.post("/auth/logout")
    away.begin()
    assert await serves(maria) == 200
    assert await serves(ana) == 401


async def test_a_forged_token_is_not_better_off(system: System, away: Outage) -> None:
    maria = await system.person(Role.ATTENDANT)
    away.begin()
    maria.token = maria.token[:-2] + ("AA" if not maria.token.endswith("AA") else "BB")
    assert await serves(maria) == 401


async def test_a_server_that_hangs_keeps_nobody_waiting_for_long(
    system: System, sql_server: TdsServer, away: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One caller finds out, within the time for a log-in; the others are told at once."""
    monkeypatch.setattr(sqlserver, "RETRY_SECONDS", 5)
    maria = await system.person(Role.ATTENDANT)
    sql_server.hang()
    sql_server.drop_connections()
    async with asyncio.timeout(20):
        assert {await serves(maria) for _ in range(20)} == {200}
        assert (await log_in(system)).status_code == 503
    await away.end()
    assert (await log_in(system)).status_code == 200
