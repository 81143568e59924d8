"""What leads set for the desk: canned replies and business hours."""

from typing import Any

import pytest
from tests.stories.harness import Person, System

from plantao.identity.models import Role

# Open on Mondays for a minute at night: closed when a test runs, but in that minute of the week.
CLOSED = {"week": [{"weekday": 1, "opens": "03:00", "closes": "03:01"}], "message": "Voltamos {abertura}."}


async def lead_of(system: System) -> Person:
    return await system.person(Role.SUPERVISOR, "Ana Lima")


async def test_the_life_of_a_canned_reply(system: System) -> None:
    lead, maria = await lead_of(system), await system.person(Role.ATTENDANT)
    added = await lead.post("/canned-replies", {"shortcut": "pix", "content": "Olá {cliente}! Segue o código PIX."})
    assert added.status_code == 201
    reply: dict[str, Any] = added.json()
    assert (await maria.get("/canned-replies")).json() == {"canned_replies": [reply]}
    changed = await lead.patch(f"/canned-replies/{reply['id']}", {"content": "O código PIX vem a seguir."})
    assert (changed.json()["shortcut"], changed.json()["content"]) == ("pix", "O código PIX vem a seguir.")
    assert (await lead.delete(f"/canned-replies/{reply['id']}")).status_code == 200
    assert (await maria.get("/canned-replies")).json() == {"canned_replies": []}
    assert (await lead.delete(f"/canned-replies/{reply['id']}")).status_code == 404


async def test_a_shortcut_is_taken_once(system: System) -> None:
    lead = await lead_of(system)
    await lead.post("/canned-replies", {"shortcut": "oi", "content": "Oi!"})
    other = (await lead.post("/canned-replies", {"shortcut": "ola", "content": "Olá!"})).json()
    again = await lead.post("/canned-replies", {"shortcut": "oi", "content": "Oi de novo!"})
    moved = await lead.patch(f"/canned-replies/{other['id']}", {"shortcut": "oi"})
    for answer in (again, moved):
        assert (answer.status_code, answer.json()["field"]) == (409, "shortcut")


@pytest.mark.parametrize("shortcut", ["", "Com Espaço", "/oi", "x" * 41, "á"])
async def test_a_shortcut_that_cannot_be_typed_is_refused(system: System, shortcut: str) -> None:
    answer = await (await lead_of(system)).post("/canned-replies", {"shortcut": shortcut, "content": "x"})
    assert (answer.status_code, answer.json()["field"]) == (400, "shortcut")


async def test_at_night_the_customer_is_told_when_somebody_comes(system: System) -> None:
    lead = await lead_of(system)
    answer = await lead.put("/business-hours", CLOSED)
    assert answer.status_code == 200, answer.text
    assert answer.json()["opens_at"] is not None
    joao = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(joao, {"type": "text", "text": "quero falar com um atendente"})
    said = (await system.sim.wait_for_send()).payload["text"]["body"]
    assert "fila de atendimento" in said
    assert "às 03:00." in said


async def test_holidays_come_back_as_they_were_set(system: System) -> None:
    holidays = [{"date": "2026-12-25", "name": "Natal"}]
    answer = await (await lead_of(system)).put("/business-hours", CLOSED | {"holidays": holidays})
    assert (answer.status_code, answer.json()["holidays"]) == (200, holidays)


async def test_by_day_nothing_is_added(system: System) -> None:
    lead = await lead_of(system)
    week = [{"weekday": day, "opens": "00:00", "closes": "23:59"} for day in range(1, 8)]
    assert (await lead.put("/business-hours", CLOSED | {"week": week})).json()["is_open"] is True
    joao = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(joao, {"type": "text", "text": "quero falar com um atendente"})
    assert "Voltamos" not in (await system.sim.wait_for_send()).payload["text"]["body"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"week": [{"weekday": 1, "opens": "18:00", "closes": "08:00"}]}, "week"),
        (
            {
                "week": [
                    {"weekday": 1, "opens": "08:00", "closes": "13:00"},
                    {"weekday": 1, "opens": "12:00", "closes": "18:00"},
                ]
            },
            "week",
        ),
        ({"week": [{"weekday": 1, "opens": "8h", "closes": "18:00"}]}, "opens"),
        ({"week": [{"weekday": 8, "opens": "08:00", "closes": "18:00"}]}, "weekday"),
        ({"holidays": [{"date": "25/12", "name": "Natal"}]}, "date"),
        ({"holidays": [{"date": "2026-12-25", "name": "Natal"}] * 2}, "holidays"),
        ({"message": ""}, "message"),
    ],
)
async def test_hours_that_cannot_be_are_refused(system: System, change: dict[str, Any], field: str) -> None:
    answer = await (await lead_of(system)).put("/business-hours", CLOSED | change)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
