"""After the end the customer is asked for a grade: once, and the answer disturbs nobody."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from tests.stories.harness import Json, Person, System, running_system

from plantao.identity.models import Role
from plantao.kit.clock import ManualClock
from plantao_simulator.state import ChatMessage, Customer, Send


def is_question(send: Send) -> bool:
    return bool(send.payload["type"] == "interactive")


async def heard(system: System, message: ChatMessage) -> None:
    """Until what a customer wrote has been delivered and dealt with."""
    await system.sim.wait_for_deliveries(lambda attempt: message.id in attempt.ids and attempt.status == 200)
    await system.settle()


async def closed_conversation(
    system: System, resolution: str = "resolved", phone: str = "5511999999999"
) -> tuple[Person, Customer, str]:
    """A conversation that a supervisor has taken and closed."""
    lead = await system.person(Role.SUPERVISOR, "Ana")
    customer = system.sim.customer("João", phone=phone)
    await system.sim.write(customer, {"type": "text", "text": "oi"})
    await system.sim.wait_for_send()
    await system.settle()
    [conversation] = await lead.conversations()
    await lead.post(f"/conversations/{conversation['id']}/messages", {"content": "Resolvido!"})
    answer = await lead.post(f"/conversations/{conversation['id']}/close", {"resolution": resolution})
    assert answer.status_code == 200
    return lead, customer, conversation["id"]


async def grades(system: System) -> list[Any]:
    async with system.parts.database.transaction() as tx:
        rows = await tx.rows(text("SELECT satisfaction FROM conversations ORDER BY started_at, id"))
    return [row.satisfaction for row in rows]


async def wait_for_thanks(system: System) -> None:
    await system.sim.wait_for_send(
        lambda send: send.payload["type"] == "text" and "Obrigado pela sua avaliação" in send.payload["text"]["body"]
    )
    await system.settle()


async def test_a_tapped_grade_is_kept_and_thanked_for_and_nothing_opens(system: System) -> None:
    lead, customer, conversation_id = await closed_conversation(system)
    question = await system.sim.wait_for_send(is_question)
    rows = question.payload["interactive"]["action"]["sections"][0]["rows"]
    assert [row["id"] for row in rows] == [f"survey:{conversation_id}:{grade}" for grade in (5, 4, 3, 2, 1)]
    before = len(system.sim.sends)
    await system.sim.tap(customer, question.wamid, f"survey:{conversation_id}:4")
    await wait_for_thanks(system)
    assert await grades(system) == [4]
    [conversation] = await lead.conversations()
    assert conversation["status"] == "resolved"
    messages = await lead.messages(conversation_id)
    assert [(m["direction"], m["sent_by"]) for m in messages[-3:]] == [
        ("outgoing", "system"),
        ("incoming", "customer"),
        ("outgoing", "system"),
    ]
    assert [m["seq"] for m in sorted(messages, key=lambda m: m["seq"])] == list(range(1, len(messages) + 1))
    await heard(system, await system.sim.tap(customer, question.wamid, f"survey:{conversation_id}:1"))
    assert await grades(system) == [4]
    assert len(system.sim.sends) == before + 1
    assert [c["status"] for c in await lead.conversations()] == ["resolved"]


async def test_a_bare_number_is_an_answer_if_it_is_the_next_thing_said(system: System) -> None:
    lead, customer, _ = await closed_conversation(system, "unresolved")
    await system.sim.wait_for_send(is_question)
    await system.sim.write(customer, {"type": "text", "text": " 2 "})
    await wait_for_thanks(system)
    assert await grades(system) == [2]
    assert [c["status"] for c in await lead.conversations()] == ["closed"]
    await heard(system, await system.sim.write(customer, {"type": "text", "text": "5"}))
    assert len(await lead.conversations()) == 2
    assert await grades(system) == [2, None]


async def test_a_number_after_something_else_is_not_an_answer(system: System) -> None:
    lead, customer, conversation_id = await closed_conversation(system)
    question = await system.sim.wait_for_send(is_question)
    await heard(system, await system.sim.write(customer, {"type": "text", "text": "ainda não funciona"}))
    await heard(system, await system.sim.write(customer, {"type": "text", "text": "5"}))
    assert await grades(system) == [None]
    [conversation] = await lead.conversations()
    assert (conversation["id"], conversation["status"]) == (conversation_id, "queue")
    await system.sim.tap(customer, question.wamid, f"survey:{conversation_id}:3")
    await wait_for_thanks(system)
    assert await grades(system) == [3]
    assert [c["status"] for c in await lead.conversations()] == ["queue"]


async def test_a_grade_for_somebody_elses_conversation_counts_nothing(system: System) -> None:
    _, _, conversation_id = await closed_conversation(system)
    await system.sim.wait_for_send(is_question)
    other = system.sim.customer("Rita", phone="5521988887777")
    await heard(
        system,
        await system.sim.write(
            other, {"type": "list_reply", "id": f"survey:{conversation_id}:1", "title": "1 - Péssimo"}
        ),
    )
    assert await grades(system) == [None, None]


async def test_nobody_is_asked_after_spam_or_twice(database_url: str) -> None:
    async with running_system(database_url) as system:
        lead, customer, conversation_id = await closed_conversation(system, "spam")
        await system.settle()
        assert not [send for send in system.sim.sends if is_question(send)]
        await heard(system, await system.sim.write(customer, {"type": "text", "text": "oi de novo"}))
        second = next(c for c in await lead.conversations() if c["id"] != conversation_id)
        path = f"/conversations/{second['id']}"
        for _ in range(2):
            await lead.post(f"{path}/assign")
            assert (await lead.post(f"{path}/close", {"resolution": "resolved"})).status_code == 200
            await heard(system, await system.sim.write(customer, {"type": "text", "text": "voltei"}))
        assert len([send for send in system.sim.sends if is_question(send)]) == 1


async def test_the_survey_can_be_turned_off(database_url: str) -> None:
    async with running_system(database_url, survey="off") as system:
        await closed_conversation(system)
        await system.settle()
        assert not [send for send in system.sim.sends if is_question(send)]


async def test_nobody_is_asked_when_the_window_is_over(database_url: str) -> None:
    clock = ManualClock(datetime.now(UTC))
    async with running_system(database_url, clock=clock) as system:
        lead = await system.person(Role.SUPERVISOR, "Ana")
        body: Json = {"to": "+5511999999999", "template_name": "boas_vindas", "components": []}
        made = await lead.post("/whatsapp/send-template", body)
        path = f"/conversations/{made.json()['conversation_id']}"
        answer = await lead.post(f"{path}/close", {"resolution": "resolved"})
        assert answer.status_code == 200
        assert [m["type"] for m in await lead.messages(made.json()["conversation_id"])] == ["template"]


async def test_the_grade_shows_on_the_dashboard(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR, "Ana Ribeiro")
    assert (await lead.get("/dashboard/metrics")).json()["performance"]["satisfaction_rate"] is None
    customer = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(customer, {"type": "text", "text": "oi"})
    await system.sim.wait_for_send()
    [conversation] = await lead.conversations()
    await lead.post(f"/conversations/{conversation['id']}/assign")
    await lead.post(f"/conversations/{conversation['id']}/close", {"resolution": "resolved"})
    await system.sim.wait_for_send(lambda send: send.payload["type"] == "interactive")
    await system.sim.write(customer, {"type": "text", "text": "4"})
    await system.sim.wait_for_send(lambda send: send.seq == 3)
    async with asyncio.timeout(5):
        while (await lead.get("/dashboard/metrics")).json()["performance"]["satisfaction_rate"] != 4:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
