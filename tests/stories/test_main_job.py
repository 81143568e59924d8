"""The reason for it all: a customer writes, the bot answers, a person goes on, the ticks turn blue."""

from tests.stories.harness import System

from plantao.identity.models import Role


async def test_a_customer_is_answered_by_the_bot_and_then_by_a_person(system: System) -> None:
    agent = await system.person(Role.ATTENDANT, "Maria Silva")
    customer = system.sim.customer("João da Silva", phone="5511999999999")

    await system.sim.write(customer, {"type": "text", "text": "Minha internet está lenta"})
    bot = await system.sim.wait_for_send()
    assert bot.payload["type"] == "text"
    assert "João" in bot.payload["text"]["body"]

    async with agent.socket() as socket:
        await system.sim.write(customer, {"type": "text", "text": "quero falar com um atendente"})
        assigned = await socket.expect("conversation_assigned")
        assert assigned["assigned_to"] == agent.id
        assert assigned["nome"] == "Maria Silva"
        conversation_id = assigned["conversation_id"]
        joined = await socket.join(conversation_id, since_seq=0)
        history = [await socket.expect("new_message") for _ in range(joined["last_seq"])]
        assert [frame["message"]["seq"] for frame in history] == list(range(1, joined["last_seq"] + 1))
        assert [frame["message"]["sent_by"] for frame in history] == ["customer", "bot", "customer", "bot"]

        await socket.say("send_message", conversation_id=conversation_id, content="Olá, sou a Maria!", client_id="c1")
        ack = await socket.expect("message_ack")
        assert ack["client_id"] == "c1"
        assert ack["message"]["status"] == "queued"
        mine = ack["message"]["id"]
        sent = await system.sim.wait_for_send(lambda send: send.payload["text"]["body"] == "Olá, sou a Maria!")
        assert f"msg-{sent.payload['biz_opaque_callback_data']}" == mine
        system.sim.open_chat(customer)
        await socket.expect("message_status", lambda f: f["message_id"] == mine and f["status"] == "read")

        closing = await agent.post(f"/conversations/{conversation_id}/close", {"resolution": "resolved"})
        assert closing.status_code == 200
        assert closing.json()["status"] == "resolved"
        closed = await socket.expect("conversation_closed")
        assert closed["resolution"] == "resolved"
