"""Asking the bot by HTTP, calling a person in its place, and Gemini in front with the offline engine behind."""

import asyncio
import re
from typing import Any

import pytest
from sqlalchemy import text as sql
from tests.stories.harness import Json, Person, System, running_system

from plantao.identity.models import Role
from plantao_simulator.gemini import GeminiStandIn, run_gemini

ABSENT = "01a20000-0000-7000-8000-000000000000"
EXAMPLE: Json = {
    "message": "Minha internet está lenta",
    "context": {"customer_name": "João", "customer_plan": "100 Mbps"},
}


async def conversation(system: System, text: str = "oi", phone: str = "5511999999999") -> str:
    """A customer whom the bot has answered."""
    before = len(system.sim.sends)
    customer = system.sim.customer("Cliente Exemplo", phone=phone)
    await system.sim.write(customer, {"type": "text", "text": text})
    sent = await system.sim.wait_for_send(lambda send: send.seq > before)
    number = sent.payload["biz_opaque_callback_data"]
    async with system.parts.database.transaction() as tx:
        row = await tx.first(sql("SELECT conversation_id FROM messages WHERE id = :id"), {"id": number})
    assert row is not None
    return str(row.conversation_id)


async def ask(person: Person, conversation_id: str, **fields: Any) -> Json:
    answer = await person.post("/chatbot/message", EXAMPLE | {"conversation_id": conversation_id} | fields)
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


async def test_the_contracts_example_is_answered_and_nothing_is_sent(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    conversation_id = await conversation(system)
    before = await lead.messages(conversation_id)
    answer = await ask(lead, conversation_id)
    assert list(answer) == ["response", "intent", "confidence", "should_transfer", "suggested_actions"]
    assert "João" in answer["response"]
    assert answer["intent"] == "suporte_tecnico"
    assert 0.9 < answer["confidence"] <= 1
    assert answer["should_transfer"] is False
    assert answer["suggested_actions"] == ["verificar_modem", "testar_velocidade"]
    await system.settle()
    assert len(system.sim.sends) == 1
    assert [m["id"] for m in await lead.messages(conversation_id)] == [m["id"] for m in before]


async def test_without_a_context_the_customers_own_name_is_used(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    answer = await ask(lead, await conversation(system), context=None)
    assert "Cliente" in answer["response"]


async def test_not_understood_twice_in_a_row_asks_for_a_person_and_promises_no_queue(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    conversation_id = await conversation(system)
    told = [await ask(lead, conversation_id, message=text) for text in ("qwpoei zxmn", "oi", "qwpoei zxmn", "kjsdhf")]
    assert [answer["should_transfer"] for answer in told] == [False, False, False, True]
    assert told[0]["intent"] == "fora_de_escopo"
    assert "fila" not in told[3]["response"]
    assert (await lead.conversations())[0]["status"] == "in_progress"


async def test_the_bot_tells_of_the_queue_when_it_has_put_the_customer_there(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await conversation(system, "quero falar com um atendente")
    [waiting] = await lead.conversations(status="queue")
    said = system.sim.sends[0].payload["text"]["body"]
    assert "Coloquei você na fila" in said
    assert waiting["protocol"] in said


@pytest.mark.parametrize("path", ["/chatbot/message", "/chatbot/escalate"])
async def test_access_is_that_of_conversations(system: System, path: str) -> None:
    conversation_id = await conversation(system)
    extra = EXAMPLE if path.endswith("message") else {"reason": "teste"}
    agent = await system.person(Role.ATTENDANT)
    hidden = await agent.post(path, extra | {"conversation_id": conversation_id})
    absent = await agent.post(path, extra | {"conversation_id": ABSENT})
    assert hidden.status_code == 404
    assert hidden.json() == absent.json()
    nobody = await system.person(Role.USER, "Zé Ninguém")
    assert (await nobody.post(path, extra | {"conversation_id": ABSENT})).status_code == 403
    assert (await system.client.post(f"/api/v1{path}", json={})).status_code == 401
    wrong = await agent.post(path, extra | {"conversation_id": "x"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "conversation_id")
    unknown = await agent.post(path, extra | {"conversation_id": ABSENT, "foo": 1})
    assert (unknown.status_code, unknown.json()["field"]) == (400, "foo")


@pytest.mark.parametrize("message", ["", "x" * 4097, "a\0b", None])
async def test_a_wrong_message_is_named(system: System, message: str | None) -> None:
    lead = await system.person(Role.SUPERVISOR)
    answer = await lead.post("/chatbot/message", {"conversation_id": ABSENT, "message": message})
    assert (answer.status_code, answer.json()["field"]) == (400, "message")


async def test_escalating_queues_and_tells_the_place(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    places = []
    for number in range(3):
        conversation_id = await conversation(system, phone=f"551199999000{number}")
        answer = await lead.post("/chatbot/escalate", {"conversation_id": conversation_id, "reason": "Pediu pessoa"})
        assert answer.status_code == 200, answer.text
        places.append(answer.json())
    assert [list(place) for place in places] == [
        ["conversation_id", "status", "position", "estimated_wait_minutes"]
    ] * 3
    assert [(place["status"], place["position"]) for place in places] == [("queue", 1), ("queue", 2), ("queue", 3)]
    shown = (await lead.get("/dashboard/queue")).json()["queue"]
    waits = [place["estimated_wait_minutes"] for place in places]
    assert waits == [place["estimated_wait_minutes"] for place in shown] == sorted(waits)
    again = await lead.post("/chatbot/escalate", {"conversation_id": places[1]["conversation_id"]})
    assert again.json() == places[1]
    stored = await lead.messages(places[0]["conversation_id"])
    assert (stored[-1]["type"], stored[-1]["content"]) == ("note", "Escalada para atendimento: Pediu pessoa")
    assert stored[-1]["sent_by_id"] == lead.id
    await system.settle()
    assert len(system.sim.sends) == 3  # the greetings: a note is not sent


async def test_escalating_assigns_at_once_and_a_repetition_changes_nothing(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    agent = await system.person(Role.ATTENDANT)
    conversation_id = await conversation(system)
    async with agent.socket() as socket:
        asked = {"conversation_id": conversation_id, "reason": "Cliente solicitou atendente humano"}
        first = await lead.post("/chatbot/escalate", asked)
        expected = {
            "conversation_id": conversation_id,
            "status": "in_progress",
            "position": 0,
            "estimated_wait_minutes": 0,
        }
        assert first.json() == expected
        assert (await socket.expect("conversation_assigned", lambda f: bool(f["assigned_to"])))[
            "assigned_to"
        ] == agent.id
        assert (await agent.post("/chatbot/escalate", asked)).json() == expected
        notes = [m for m in await agent.messages(conversation_id) if m["type"] == "note"]
        assert len(notes) == 1


async def test_at_once_by_many_a_conversation_is_escalated_once(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    asked = {"conversation_id": await conversation(system), "reason": "x"}
    answers = await asyncio.gather(*(lead.post("/chatbot/escalate", asked) for _ in range(20)))
    assert {(answer.status_code, answer.json()["position"]) for answer in answers} == {(200, 1)}
    stored = await lead.messages(asked["conversation_id"])
    assert [m["type"] for m in stored].count("note") == 1


async def test_what_has_ended_cannot_be_escalated_but_asked_about(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    conversation_id = await conversation(system)
    await lead.post(f"/conversations/{conversation_id}/close", {"resolution": "resolved"})
    answer = await lead.post("/chatbot/escalate", {"conversation_id": conversation_id})
    assert (answer.status_code, answer.json()["error_code"]) == (409, "ALREADY_CLOSED")
    assert (await ask(lead, conversation_id))["intent"] == "suporte_tecnico"


async def test_gemini_answers_customers_and_the_offline_engine_when_it_does_not(database_url: str) -> None:
    gemini = GeminiStandIn()
    gemini.answer = {"resposta": "Olá! O problema é no Wi-Fi ou também no cabo?", "intencao": "suporte_tecnico"}
    async with run_gemini(gemini) as url:
        given = running_system(database_url, gemini_api_key=gemini.api_key, gemini_base_url=url)
        async with given as system:
            lead = await system.person(Role.SUPERVISOR)
            conversation_id = await conversation(system, "net ruim")
            assert system.sim.sends[0].payload["text"]["body"] == gemini.answer["resposta"]
            gemini.fail_next("forbidden")
            answer = await ask(lead, conversation_id, message="manda o boleto")
            assert answer["intent"] == "financeiro"
            metrics = (await system.client.get("/metrics")).text
            assert re.search(r'chatbot_responses_total\{engine="gemini",outcome="answered"\} [1-9]', metrics)
            assert re.search(r'plantao_chatbot_fallbacks_total\{engine="gemini",reason="key"\} [1-9]', metrics)
