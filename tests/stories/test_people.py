"""People take over, wait in the queue, and only see what is theirs."""

import asyncio
from collections import Counter

import httpx2
import pytest
from tests.stories.harness import Json, Person, System, running_system

from plantao.identity.models import Role
from plantao_simulator import Status


async def waiting_conversation(system: System) -> str:
    """A customer who asked for a person while nobody was there."""
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    customer = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(customer, {"type": "text", "text": "quero falar com uma pessoa"})
    await system.sim.wait_for_send()
    [conversation] = await lead.conversations(status="queue")
    conversation_id: str = conversation["id"]
    return conversation_id


async def test_who_waits_is_assigned_when_an_agent_comes_online(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    agent = await system.person(Role.ATTENDANT)
    async with agent.socket() as socket:
        assigned = await socket.expect("conversation_assigned")
    assert assigned == {
        "type": "conversation_assigned",
        "conversation_id": conversation_id,
        "assigned_to": agent.id,
        "nome": "Maria Silva",
        "reason": None,
    }


async def test_an_agent_is_given_no_more_than_allowed_and_the_next_when_one_is_closed(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    async with agent.socket() as socket:
        for number in range(6):
            customer = system.sim.customer(f"Cliente {number}")
            await system.sim.write(customer, {"type": "text", "text": "atendente"})
        mine = [(await socket.expect("conversation_assigned"))["conversation_id"] for _ in range(5)]
        await system.sim.wait_for_send(lambda send: send.seq == 6)
        [waiting] = await lead.conversations(status="queue")
        await agent.post(f"/conversations/{mine[0]}/close", {"resolution": "resolved"})
        assert (await socket.expect("conversation_assigned"))["conversation_id"] == waiting["id"]


async def test_of_a_thousand_claims_one_wins(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    agents = [await system.person(Role.ATTENDANT, f"Agente{n} Silva") for n in range(10)]
    at_once = asyncio.Semaphore(200)  # more would wait for the processor that the claimants themselves use here

    async def claim(agent: Person) -> httpx2.Response:
        async with at_once:
            return await agent.post(f"/conversations/{conversation_id}/assign")

    answers = await asyncio.gather(*(claim(agent) for _ in range(100) for agent in agents))
    winners = {answer.json()["assigned_to"] for answer in answers if answer.status_code == 200}
    assert len(winners) == 1
    # Who lost saw it waiting (409) or came when it was already another's (404). The winner may ask again.
    assert set(Counter(answer.status_code for answer in answers)) <= {200, 404, 409}
    [winner] = [agent for agent in agents if agent.id in winners]
    assert [c["id"] for c in await winner.conversations(status="in_progress")] == [conversation_id]


async def test_the_bot_is_silent_once_a_person_has_taken_over(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    customer = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(customer, {"type": "text", "text": "oi"})
    await system.sim.wait_for_send()
    [conversation] = await lead.conversations()
    taken = await lead.post(f"/conversations/{conversation['id']}/assign")
    assert (taken.status_code, taken.json()["handled_by"]) == (200, "agent")
    await system.sim.write(customer, {"type": "text", "text": "minha internet caiu"})
    await system.settle()
    said = await lead.post(f"/conversations/{conversation['id']}/messages", {"content": "Já vejo isso."})
    assert said.status_code == 201
    await system.sim.wait_for_send(lambda send: send.payload["text"]["body"] == "Já vejo isso.")
    by = [m["sent_by"] for m in await lead.messages(conversation["id"])]
    assert by == ["customer", "bot", "customer", "agent"]


async def test_a_burst_of_short_messages_has_one_answer(database_url: str) -> None:
    async with running_system(database_url, bot_debounce_seconds=1.0) as system:
        customer = system.sim.customer("João", phone="5511999999999")
        for text in ("oi", "aqui em casa", "a internet caiu", "consegue ver?"):
            await system.sim.write(customer, {"type": "text", "text": text})
        await system.sim.wait_for_send()
        await system.settle()
        assert len(system.sim.sends) == 1
        assert "30 segundos" in system.sim.sends[0].payload["text"]["body"]


async def test_who_writes_soon_after_the_end_goes_back_to_the_same_person(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    customer = system.sim.customer("João", phone="5511999999999")
    async with maria.socket() as socket:
        await system.sim.write(customer, {"type": "text", "text": "atendente"})
        first = (await socket.expect("conversation_assigned"))["conversation_id"]
        await maria.post(f"/conversations/{first}/close", {"resolution": "resolved"})
        await socket.expect("conversation_closed")
        await system.sim.write(customer, {"type": "text", "text": "voltou a cair"})
        assert (await socket.expect("conversation_assigned"))["conversation_id"] == first


async def test_a_conversation_that_was_not_resolved_begins_anew(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    customer = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(customer, {"type": "text", "text": "oi"})
    await system.sim.wait_for_send()
    [first] = await lead.conversations()
    closing = await lead.post(f"/conversations/{first['id']}/close", {"resolution": "no_response"})
    assert closing.json()["status"] == "closed"
    again = await lead.post(f"/conversations/{first['id']}/close", {"resolution": "resolved"})
    assert (again.status_code, again.json()["error_code"]) == (409, "ALREADY_CLOSED")
    await system.sim.write(customer, {"type": "text", "text": "oi de novo"})
    await system.sim.wait_for_send(lambda send: send.seq == 2)
    assert len(await lead.conversations()) == 2


@pytest.mark.parametrize("path", ["", "/messages", "/close", "/notes", "/assign"])
async def test_another_ones_conversation_is_hidden_like_one_that_does_not_exist(system: System, path: str) -> None:
    conversation_id = await waiting_conversation(system)
    maria = await system.person(Role.ATTENDANT)
    carlos = await system.person(Role.ATTENDANT, "Carlos Nogueira")
    assert (await maria.post(f"/conversations/{conversation_id}/assign")).status_code == 200
    bodies: dict[str, Json] = {
        "/messages": {"content": "x"},
        "/close": {"resolution": "spam"},
        "/notes": {"content": "x"},
    }

    async def answer(person: Person, id_: str) -> tuple[int, Json]:
        ask = (
            person.post(f"/conversations/{id_}{path}", bodies.get(path))
            if path
            else person.get(f"/conversations/{id_}")
        )
        response = await ask
        return response.status_code, response.json()

    hidden = await answer(carlos, conversation_id)
    absent = await answer(carlos, "01a20000-0000-7000-8000-000000000000")
    assert hidden == absent
    assert hidden[0] == 404
    nobody = await system.person(Role.USER, "Zé Ninguém")
    assert (await answer(nobody, conversation_id))[0] == 403


async def test_a_note_is_never_sent(system: System) -> None:
    conversation_id = await waiting_conversation(system)
    maria = await system.person(Role.ATTENDANT)
    await maria.post(f"/conversations/{conversation_id}/assign")
    note = await maria.post(f"/conversations/{conversation_id}/notes", {"content": "cliente irritado"})
    assert (note.status_code, note.json()["type"]) == (201, "note")
    await maria.post(f"/conversations/{conversation_id}/messages", {"content": "depois da nota"})
    await system.sim.wait_for_send(lambda send: send.payload["text"]["body"] == "depois da nota")
    assert all("irritado" not in send.payload["text"]["body"] for send in system.sim.sends)


async def test_the_customers_own_ticks_turn_blue_when_somebody_answers(system: System) -> None:
    customer = system.sim.customer("João", phone="5511999999999")
    written = await system.sim.write(customer, {"type": "text", "text": "oi"})
    shown = await system.sim.wait_for_status(written.id, Status.READ)
    assert shown.status is Status.READ
