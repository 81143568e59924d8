"""What goes out is sent in order, once as far as Meta allows, and its ticks only rise."""

import asyncio

from tests.stories.harness import Json, Person, Socket, System

from plantao.identity.models import Role


async def open_conversation(system: System, agent: Person, socket: Socket) -> str:
    customer = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(customer, {"type": "text", "text": "quero um atendente"})
    assigned = await socket.expect("conversation_assigned")
    conversation_id: str = assigned["conversation_id"]
    await system.sim.wait_for_send()
    await system.settle()
    return conversation_id


async def statuses(person: Person, conversation_id: str) -> list[tuple[str, str]]:
    return [(m["content"], m["status"]) for m in await person.messages(conversation_id) if m["sent_by"] == "agent"]


async def test_messages_leave_one_at_a_time_in_order(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    async with agent.socket() as socket:
        conversation_id = await open_conversation(system, agent, socket)
        system.sim.fail_next(kind="error", code=131000)
        for number in range(5):
            answer = await agent.post(f"/conversations/{conversation_id}/messages", {"content": f"texto {number}"})
            assert answer.status_code == 201
        await system.sim.wait_for_send(lambda send: send.payload["text"]["body"] == "texto 4", timeout=15)
    bodies = [send.payload["text"]["body"] for send in system.sim.sends]
    assert bodies[1:] == [f"texto {number}" for number in range(5)]


async def test_a_lost_answer_is_settled_by_the_status_and_not_sent_again(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    async with agent.socket() as socket:
        conversation_id = await open_conversation(system, agent, socket)
        system.sim.fail_next(kind="drop_response")
        answer = await agent.post(f"/conversations/{conversation_id}/messages", {"content": "uma vez só"})
        mine = answer.json()["id"]
        await socket.expect("message_status", lambda f: f["message_id"] == mine and f["status"] == "delivered")
        await system.settle()
    assert [send.payload["text"]["body"] for send in system.sim.sends].count("uma vez só") == 1


async def test_what_meta_refuses_for_good_fails_with_its_reason(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    async with agent.socket() as socket:
        conversation_id = await open_conversation(system, agent, socket)
        system.sim.fail_next(kind="error", code=131026)
        await agent.post(f"/conversations/{conversation_id}/messages", {"content": "não chega"})
        await agent.post(f"/conversations/{conversation_id}/messages", {"content": "chega"})
        failed = await socket.expect("message_status", lambda f: f["status"] == "failed")
        assert failed["error"]["code"] == 131026
        await system.sim.wait_for_send(lambda send: send.payload["text"]["body"] == "chega")
        await socket.expect("message_status", lambda f: f["status"] == "delivered")
    assert ("não chega", "failed") in await statuses(agent, conversation_id)


async def test_ticks_never_go_back_when_statuses_come_reversed_and_doubled(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    async with agent.socket() as socket:
        conversation_id = await open_conversation(system, agent, socket)
        system.sim.faults.webhook.reverse_statuses = True
        system.sim.faults.webhook.copies = 2
        system.sim.open_chat(next(iter(system.sim.world.customers.values())))
        answer = await agent.post(f"/conversations/{conversation_id}/messages", {"content": "oi"})
        mine = answer.json()["id"]
        await socket.expect("message_status", lambda f: f["message_id"] == mine and f["status"] == "read")
        await system.settle()
        later = [f for f in await socket.silence() if f["type"] == "message_status" and f["message_id"] == mine]
    assert [frame for frame in later if frame["status"] not in ("sent", "read")] == []
    assert await statuses(agent, conversation_id) == [("oi", "read")]


async def test_a_repeated_client_id_is_said_once_and_a_stale_send_is_refused(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    async with agent.socket() as socket:
        conversation_id = await open_conversation(system, agent, socket)
        path = f"/conversations/{conversation_id}/messages"
        body: Json = {"content": "olá", "client_id": "abc"}
        answers = await asyncio.gather(*(agent.post(path, body) for _ in range(5)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        by_header = await agent.post(path, {"content": "outra vez"}, **{"Idempotency-Key": "abc"})
        assert by_header.json()["id"] == answers[0].json()["id"]
        stale = await agent.post(path, {"content": "tarde", "last_seen_seq": 1})
        assert (stale.status_code, stale.json()["error_code"]) == (409, "STALE_CONVERSATION")
        await system.settle()
    assert [send.payload["text"]["body"] for send in system.sim.sends].count("olá") == 1
