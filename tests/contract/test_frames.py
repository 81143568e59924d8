"""Frames as they really travel fit the AsyncAPI document, and nothing more does."""

from tests.contract.conformance import Json
from tests.contract.frames import FROM_CLIENT, FROM_SERVER, payload
from tests.stories.file_samples import PNG, encoded
from tests.stories.harness import Person, Socket, System
from tests.stories.wire import bring, deleted, said
from tests.whatsapp.account.saying import body

from plantao.identity.models import Role
from plantao_simulator.state import Customer


async def test_real_frames_fit_and_with_an_unknown_field_do_not(system: System) -> None:
    heard = await a_shift(system)
    assert {frame["type"] for frame in heard} == FROM_SERVER
    for frame in heard:
        fits = payload(frame["type"])
        fits.validate(frame)
        assert not fits.is_valid(frame | {"desconhecido": 1})
        for field in frame:
            assert not fits.is_valid({name: value for name, value in frame.items() if name != field}), field


async def a_shift(system: System) -> list[Json]:
    """One conversation with everything that there is to hear of: what its agent and a lead are sent."""
    maria, ana = await system.person(Role.ATTENDANT), await system.person(Role.SUPERVISOR, "Ana Souza")
    customer = system.sim.customer("João da Silva", phone="5511999999999")
    async with ana.socket() as other:
        await system.sim.write(customer, {"type": "text", "text": "quero um atendente"})
        heard = [await other.expect("queue_update", lambda frame: frame["total_in_queue"] == 1)]
        id_ = heard[0]["queue"][0]["conversation_id"]
        system.sim.postman.raw(body("account_review_update", {"decision": "REJECTED"}))
        heard.append(await other.expect("whatsapp_alert"))
        await ana.delete(f"/whatsapp/alerts/{heard[-1]['alert']['id']}")
        heard.append(await other.expect("whatsapp_alerts_closed"))
        return heard + await serve(system, maria, other, customer, id_)


async def serve(system: System, maria: Person, other: Socket, customer: Customer, id_: str) -> list[Json]:
    async with maria.socket() as socket:
        heard = [await socket.expect("conversation_assigned")]
        heard += await say_all(socket, id_)
        await socket.join(id_)
        heard.append(await socket.expect("conversation_viewers"))
        await system.sim.write(customer, {"type": "image", "data": encoded(PNG)})
        heard.append(await socket.expect("message_media"))
        joao: Json = {"from_": "5511999999999", "from_user_id": None}
        await bring(system, said("wamid.1", "ops", **joao), deleted("wamid.2", "wamid.1"), contacts=[])
        heard.append(await socket.expect("message_changed"))
        await other.say("typing_start", conversation_id=id_)
        heard.append(await socket.expect("agent_typing", lambda frame: frame["nome"] == "Ana Souza"))
        await maria.patch(f"/conversations/{id_}", {"priority": "high"})
        heard.append(await socket.expect("conversation_updated", lambda frame: frame["priority"] == "high"))
        await maria.patch(f"/conversations/{id_}/customer", {"version": 1, "notes": "Prefere de manhã."})
        heard.append(await socket.expect("customer_updated"))
        await maria.post(f"/conversations/{id_}/close", {"resolution": "spam"})
        heard.append(await socket.expect("conversation_closed"))
        return heard + socket.frames


async def say_all(socket: Socket, conversation_id: str) -> list[Json]:
    """Everything that a client may say, as the document wants it and with a field too many; and what is answered."""
    where = {"conversation_id": conversation_id}
    said: list[tuple[Json, str]] = [
        ({"type": "join_conversation", "since_seq": 0} | where, "joined"),
        ({"type": "send_message", "content": "Olá", "client_id": "a1"} | where, "message_ack"),
        ({"type": "ping"}, "pong"),
        ({"type": "typing_start"} | where, "agent_typing"),
        ({"type": "typing_stop"} | where, "agent_typing"),
        ({"type": "mark_read", "seq": 1} | where, "conversation_read"),
        ({"type": "leave_conversation"} | where, ""),
    ]
    assert {frame["type"] for frame, _ in said} == FROM_CLIENT
    heard = []
    for frame, answer in said:
        payload(frame["type"]).validate(frame)
        await say(socket, frame)
        heard += [await socket.expect(answer)] if answer else []
        assert not payload(frame["type"]).is_valid(frame | {"desconhecido": 1})
        await say(socket, frame | {"desconhecido": 1})
        heard.append(await socket.expect("error"))
    return [*heard, await socket.expect("message_status"), await socket.expect("new_message")]


async def say(socket: Socket, frame: Json) -> None:
    await socket.say(frame["type"], **{name: value for name, value in frame.items() if name != "type"})
