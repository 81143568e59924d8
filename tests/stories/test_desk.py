"""The desk: agents and their capacity, transfers, the queue on every screen, and the dashboard."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.stories.harness import Json, Person, System, running_system
from tests.stories.test_people import waiting_conversation

from plantao.identity.models import Role
from plantao.kit.clock import ManualClock


async def customer_asks(system: System, name: str) -> None:
    sent = len(system.sim.sends)
    await system.sim.write(system.sim.customer(name), {"type": "text", "text": "atendente"})
    await system.sim.wait_for_send(lambda send: send.seq > sent)


async def own_conversation(system: System, person: Person) -> str:
    conversation_id = await waiting_conversation(system)
    assert (await person.post(f"/conversations/{conversation_id}/assign")).status_code == 200
    return conversation_id


async def test_agents_are_listed_and_set_by_leads(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    changed = await lead.patch(f"/agents/{carlos.id}", {"max_conversations": 2, "status": "away"})
    assert (changed.status_code, changed.json()["max_conversations"]) == (200, 2)
    async with maria.socket():
        listed = (await maria.get("/agents")).json()["agents"]
    assert listed == [
        {"id": maria.id, "nome": "Maria Silva", "status": "online", "is_connected": True,
         "current_conversations": 0, "max_conversations": 5},
        {"id": carlos.id, "nome": "Carlos Nogueira", "status": "away", "is_connected": False,
         "current_conversations": 0, "max_conversations": 2},
    ]  # fmt: skip


@pytest.mark.parametrize("body", [{"max_conversations": 0}, {"max_conversations": 101}, {"status": "busy"}, {"x": 1}])
async def test_what_an_agent_cannot_be(system: System, body: Json) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    maria = await system.person(Role.ATTENDANT)
    refused = await lead.patch(f"/agents/{maria.id}", body)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "VALIDATION_ERROR")
    assert refused.json()["field"] == next(iter(body))


async def test_an_attendant_sets_the_own_status_and_nothing_else(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    assert (await maria.patch(f"/agents/{maria.id}", {"status": "away"})).json()["status"] == "away"
    refused = [
        await maria.patch(f"/agents/{maria.id}", {"max_conversations": 9}),
        await maria.patch(f"/agents/{carlos.id}", {"status": "away"}),
        await maria.patch("/agents/999999", {"status": "away"}),
    ]
    assert [answer.json()["error_code"] for answer in refused] == ["FORBIDDEN"] * 3


async def test_who_is_no_agent_is_not_found(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    for nobody in (lead.id, 999999):
        answer = await lead.patch(f"/agents/{nobody}", {"status": "away"})
        assert (answer.status_code, answer.json()["error_code"]) == (404, "NOT_FOUND")


async def test_who_comes_online_or_gets_more_room_is_served_at_once(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    maria = await system.person(Role.ATTENDANT)
    await lead.patch(f"/agents/{maria.id}", {"status": "away", "max_conversations": 1})
    async with maria.socket() as socket:
        await customer_asks(system, "João")
        await customer_asks(system, "Rita")
        assert [frame["type"] for frame in await socket.silence()] == []
        await maria.patch(f"/agents/{maria.id}", {"status": "online"})
        first = await socket.expect("conversation_assigned")
        assert [frame["type"] for frame in await socket.silence() if frame["type"] == "conversation_assigned"] == []
        await lead.patch(f"/agents/{maria.id}", {"max_conversations": 2})
        assert (await socket.expect("conversation_assigned"))["conversation_id"] != first["conversation_id"]


async def test_a_transfer_is_told_to_both_and_noted(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    conversation_id = await own_conversation(system, maria)
    body = {"to_agent_id": carlos.id, "reason": "Especialista em fibra óptica"}
    async with maria.socket() as hers, carlos.socket() as his:
        moved = await maria.post(f"/conversations/{conversation_id}/transfer", body)
        assert (moved.status_code, moved.json()["assigned_to"]) == (200, carlos.id)
        told = [await hers.expect("conversation_assigned"), await his.expect("conversation_assigned")]
        note = (await his.expect("new_message"))["message"]
    assert told[0] == told[1]
    assert (told[0]["assigned_to"], told[0]["nome"], told[0]["reason"]) == (
        carlos.id,
        "Carlos Nogueira",
        body["reason"],
    )
    assert (note["type"], note["sent_by"], note["seq"]) == ("note", "system", moved.json()["last_seq"])
    assert note["content"] == ("Transferida por Maria Silva para Carlos Nogueira. Motivo: Especialista em fibra óptica")
    assert (await maria.get(f"/conversations/{conversation_id}")).status_code == 404
    assert all("Transferida" not in str(send.payload) for send in system.sim.sends)


async def test_nobody_is_given_what_they_cannot_serve(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    nobody = await system.person(Role.USER, "Zé Ninguém")
    admin = await system.person(Role.ADMIN, "Rita Souza")
    conversation_id = await own_conversation(system, maria)
    path = f"/conversations/{conversation_id}/transfer"
    deleted = await admin.client.delete(f"/api/v1/users/{carlos.id}", headers=admin.headers)
    assert deleted.status_code == 200
    for target in (999999, nobody.id, carlos.id):
        refused = await maria.post(path, {"to_agent_id": target})
        assert (refused.status_code, refused.json()["error_code"]) == (409, "AGENT_UNAVAILABLE")
        assert refused.json()["field"] == "to_agent_id"
    assert (await maria.get(f"/conversations/{conversation_id}")).json()["assigned_to"] == maria.id


async def test_a_full_agent_is_given_more_by_leads_only(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    conversation_id = await own_conversation(system, maria)
    lead = await system.person(Role.ADMIN, "Rita Souza")
    await lead.patch(f"/agents/{carlos.id}", {"max_conversations": 1})
    await customer_asks(system, "Outra cliente")
    [other] = await carlos.conversations(status="queue")
    assert (await carlos.post(f"/conversations/{other['id']}/assign")).status_code == 200
    path, body = f"/conversations/{conversation_id}/transfer", {"to_agent_id": carlos.id}
    refused = await maria.post(path, body)
    assert (refused.status_code, refused.json()["error_code"]) == (409, "AGENT_UNAVAILABLE")
    given = await lead.post(path, body)
    assert (given.status_code, given.json()["assigned_to"]) == (200, carlos.id)
    again = await lead.post(path, body)  # somebody who asks twice has it once
    assert (again.status_code, again.json()["last_seq"]) == (200, given.json()["last_seq"])


async def test_only_the_own_and_only_the_open_is_transferred(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    nobody = await system.person(Role.USER, "Zé Ninguém")
    path, body = f"/conversations/{conversation_id}/transfer", {"to_agent_id": carlos.id}

    async def outcome(person: Person) -> str:
        answer = await person.post(path, body)
        return str(answer.json().get("error_code", answer.status_code))

    assert await outcome(nobody) == "FORBIDDEN"
    assert await outcome(maria) == "FORBIDDEN"  # she sees it wait, but has not taken it
    await carlos.post(f"/conversations/{conversation_id}/assign")
    assert await outcome(maria) == "NOT_FOUND"
    await carlos.post(f"/conversations/{conversation_id}/close", {"resolution": "resolved"})
    assert await outcome(carlos) == "ALREADY_CLOSED"


async def test_the_queue_is_on_every_screen_at_most_once_a_second(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    maria = await system.person(Role.ATTENDANT)
    nobody = await system.person(Role.USER, "Zé Ninguém")
    await maria.patch(f"/agents/{maria.id}", {"status": "away"})
    async with lead.socket() as hers, maria.socket() as one, nobody.socket() as deaf:
        for socket in (hers, one, deaf):
            await socket.silence()
        began = time.monotonic()
        for number in range(8):
            await customer_asks(system, f"Cliente {number}")
        last = await hers.expect("queue_update", lambda frame: frame["total_in_queue"] == 8)
        seconds = time.monotonic() - began
        assert await one.expect("queue_update", lambda frame: frame["total_in_queue"] == 8) == last
        updates = 1 + sum(frame["type"] == "queue_update" for frame in hers.frames)
        assert updates <= seconds + 1
        await deaf.silence()
        assert deaf.frames == []
    assert [place["position"] for place in last["queue"]] == list(range(1, 9))
    asked = (await maria.get("/dashboard/queue")).json()
    assert asked["queue"] == last["queue"]
    assert asked["total_in_queue"] == 8


async def test_the_queue_shows_what_each_customer_said_last(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    await maria.patch(f"/agents/{maria.id}", {"status": "away"})

    def says(frame: Json, words: str) -> bool:
        return [place["preview"] for place in frame["queue"]] == ["atendente", words]

    async with maria.socket() as socket:
        await customer_asks(system, "João")
        await customer_asks(system, "Rita")
        await socket.expect("queue_update", lambda frame: says(frame, "atendente"))
        _, rita = system.sim.world.customers.values()
        await system.sim.write(rita, "A luz está vermelha " + "e piscando " * 30)
        long = ("A luz está vermelha " + "e piscando " * 30)[:200]
        await socket.expect("queue_update", lambda frame: says(frame, long))
    await system.sim.write(rita, {"type": "reaction", "message_id": "last", "emoji": "🙏"})
    await system.settle()
    assert says((await maria.get("/dashboard/queue")).json(), long)


async def test_the_dashboard_tells_what_is(database_url: str) -> None:
    # Noon in São Paulo, of the day in which the phones' messages are written: their window is open.
    clock = ManualClock(datetime.now(UTC).replace(hour=15))
    async with running_system(database_url, clock=clock, bot_debounce_seconds=0) as system:
        lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
        maria = await system.person(Role.ATTENDANT)
        await system.person(Role.ATTENDANT, "Carlos Nogueira")
        await lead.patch(f"/agents/{maria.id}", {"max_conversations": 1})
        [first, _] = await _two_wait(system, lead)
        clock.advance(seconds=20)
        async with maria.socket() as socket:
            assert (await socket.expect("conversation_assigned"))["conversation_id"] == first
            clock.advance(seconds=10)
            said = await maria.post(f"/conversations/{first}/messages", {"content": "Oi! Aqui é a Maria."})
            assert said.status_code == 201
            clock.advance(seconds=1)
            metrics = (await lead.get("/dashboard/metrics")).json()
            assert metrics["conversations"] == {"active": 1, "in_queue": 1, "resolved_today": 0}
            assert metrics["agents"] == {"online": 1, "busy": 1, "available": 0}
            assert metrics["performance"]["avg_response_time_seconds"] == 30
            on_screen = (await lead.get("/dashboard/agents")).json()["agents"]
            assert [list(agent.values()) for agent in on_screen] == [
                [maria.id, "Maria Silva", "online", 1, 1, 10],
                [maria.id + 1, "Carlos Nogueira", "offline", 0, 5, 0],
            ]
            clock.advance(minutes=5)
            await maria.post(f"/conversations/{first}/close", {"resolution": "resolved"})
            after = (await lead.get("/dashboard/metrics")).json()
            assert after["conversations"]["resolved_today"] == 1
            assert after["performance"] == {
                "avg_response_time_seconds": 30,
                "avg_resolution_time_minutes": 6,
                "satisfaction_rate": None,
            }


async def _two_wait(system: System, lead: Person) -> list[str]:
    await customer_asks(system, "João")
    await customer_asks(system, "Rita")
    answer: dict[str, Any] = (await lead.get("/dashboard/queue")).json()
    assert [place["customer_name"] for place in answer["queue"]] == ["João", "Rita"]
    assert answer["queue"][0].keys() == {
        "position", "conversation_id", "customer_phone", "customer_name", "waiting_since", "estimated_wait_minutes",
        "priority", "preview",
    }  # fmt: skip
    assert all(place["estimated_wait_minutes"] >= 1 for place in answer["queue"])
    assert (answer["total_in_queue"], answer["avg_wait_time_minutes"]) == (2, 0)
    return [place["conversation_id"] for place in answer["queue"]]


@pytest.mark.parametrize("role", Role)
async def test_who_sees_what_of_the_dashboard(system: System, role: Role) -> None:
    person = await system.person(role)
    paths = ("/dashboard/metrics", "/dashboard/agents", "/dashboard/queue", "/agents")
    answers = await asyncio.gather(*(person.get(path) for path in paths))
    lead = role in (Role.ADMIN, Role.SUPERVISOR)
    staff = role is not Role.USER
    assert [answer.status_code for answer in answers] == [200 if may else 403 for may in (lead, lead, staff, staff)]
    without = [await system.client.get(f"/api/v1{path}") for path in paths]
    assert {answer.status_code for answer in without} == {401}


async def test_who_is_urgent_is_served_first(system: System) -> None:
    lead, maria = await system.person(Role.SUPERVISOR, "Ana Ribeiro"), await system.person(Role.ATTENDANT)
    for name in ("João", "Rita", "Lia"):
        await customer_asks(system, name)
    ids = {found["customer_name"]: found["id"] for found in await lead.conversations()}
    async with lead.socket() as screen:
        for name, priority in (("Lia", "high"), ("João", "low")):
            changed = await lead.patch(f"/conversations/{ids[name]}", {"priority": priority})
            assert (changed.status_code, changed.json()["priority"]) == (200, priority)
        await screen.expect("queue_update", lambda frame: [p["priority"] for p in frame["queue"]] == ORDER)
    queue = (await lead.get("/dashboard/queue")).json()["queue"]
    assert [(place["customer_name"], place["priority"]) for place in queue] == list(
        zip(("Lia", "Rita", "João"), ORDER, strict=True)
    )
    async with maria.socket() as socket:
        served = [(await socket.expect("conversation_assigned"))["conversation_id"] for _ in range(3)]
    assert served == [ids["Lia"], ids["Rita"], ids["João"]]


ORDER = ["high", "normal", "low"]


async def test_a_priority_is_for_who_serves_what_is_open(system: System) -> None:
    maria, carlos = await system.person(Role.ATTENDANT), await system.person(Role.ATTENDANT, "Carlos Nogueira")
    path = f"/conversations/{await own_conversation(system, maria)}"
    refusals = {
        "NOT_FOUND": await carlos.patch(path, {"priority": "high"}),
        "VALIDATION_ERROR": await maria.patch(path, {"priority": "urgent"}),
    }
    await maria.post(f"{path}/close", {"resolution": "spam"})
    refusals["ALREADY_CLOSED"] = await maria.patch(path, {"priority": "high"})
    assert [answer.json()["error_code"] for answer in refusals.values()] == list(refusals)
