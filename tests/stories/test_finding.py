"""Finding a conversation, what its line in the list says, and how far each user has read it."""

from typing import Any

import pytest
from sqlalchemy import text
from tests.stories.harness import Json, Person, Socket, System

from plantao.identity.models import Role
from plantao_simulator.state import Customer


async def ask(system: System, name: str, phone: str) -> Customer:
    """A new customer wants a person, and waits once the bot has said so."""
    customer = system.sim.customer(name, phone=phone)
    await system.sim.write(customer, {"type": "text", "text": "quero um atendente"})
    await system.sim.wait_for_send(lambda send: send.customer_id == customer.id)
    await system.settle()
    return customer


async def heard(socket: Socket, words: str) -> None:
    await socket.expect("new_message", lambda frame: frame["message"]["content"] == words)


async def found(person: Person, **asked: Any) -> list[str]:
    return sorted(one["customer_name"] for one in await person.conversations(**asked))


async def test_a_search_goes_with_all_filters_and_shows_nobody_elses(system: System) -> None:
    lead, maria = await system.person(Role.SUPERVISOR, "Ana Souza"), await system.person(Role.ATTENDANT)
    rui = await system.person(Role.ATTENDANT, "Rui Lima")
    await ask(system, "João da Silva", "5511987654321")
    await ask(system, "Joana Silva", "5521987654322")
    await ask(system, "José Silva", "5511987654323")
    ids = {one["customer_name"]: one["id"] for one in await lead.conversations()}
    await maria.post(f"/conversations/{ids['João da Silva']}/assign")
    await rui.post(f"/conversations/{ids['Joana Silva']}/assign")
    assert await found(lead, search="silva") == ["Joana Silva", "José Silva", "João da Silva"]
    assert await found(maria, search="silva") == ["José Silva", "João da Silva"]  # the own, and who waits
    assert await found(maria, search="joana") == []
    assert await found(lead, search="SILVA jo", status="queue") == ["José Silva"]
    assert await found(lead, search="silva", assigned_to=rui.id) == ["Joana Silva"]
    assert await found(maria, search="11 8765-4321") == ["João da Silva"]
    [protocol] = [one["protocol"] for one in await lead.conversations(search="joana")]
    assert await found(lead, search=protocol) == ["Joana Silva"]
    assert await found(rui, search=protocol) == ["Joana Silva"]
    assert await found(maria, search=protocol) == []
    page = (await lead.get("/conversations", search="silva", limit=2, page=2)).json()
    assert (page["total"], page["pages"], len(page["conversations"])) == (3, 2, 1)


@pytest.mark.parametrize("written", ["", "a", " a ", "x" * 101, "--", "%%", "a b c d e f g h i j k"])
async def test_what_cannot_be_looked_for_is_refused_with_its_field(system: System, written: str) -> None:
    lead = await system.person(Role.SUPERVISOR)
    answer = await lead.get("/conversations", search=written)
    assert (answer.status_code, answer.json()["field"]) == (400, "search")


async def test_what_somebody_writes_is_no_pattern_and_no_sql(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await ask(system, "João da Silva", "5511987654321")
    for written in ("jo_o", "jo%o", "x' OR '1'='1", "\\silva\\x", "joao\x00x", "'; DROP TABLE customers; --"):
        answer = await lead.get("/conversations", search=written)
        assert (answer.status_code, answer.json().get("total", 0)) in {(200, 0), (400, 0)}, written


async def test_a_new_name_is_found_and_the_old_one_no_more(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    customer = await ask(system, "Maria Antiga", "5511987654321")
    assert await found(lead, search="antiga") == ["Maria Antiga"]
    customer.name = "Maria Nóbrega"
    async with lead.socket() as socket:
        await socket.join((await lead.conversations())[0]["id"])
        await system.sim.write(customer, {"type": "text", "text": "oi"})
        await heard(socket, "oi")
    assert await found(lead, search="antiga") == []
    assert await found(lead, search="nobrega") == ["Maria Nóbrega"]


async def ours(system: System, maria: Person) -> tuple[str, Customer]:
    """A conversation that Maria serves: the customer has written once, and the bot has answered."""
    customer = await ask(system, "João", "5511987654321")
    [waiting] = await maria.conversations(status="queue")
    taken: Json = (await maria.post(f"/conversations/{waiting['id']}/assign")).json()
    return str(taken["id"]), customer


async def test_every_answer_tells_the_last_message(system: System) -> None:
    maria, rui = await system.person(Role.ATTENDANT), await system.person(Role.ATTENDANT, "Rui Lima")
    id_, _ = await ours(system, maria)
    sent = (await maria.post(f"/conversations/{id_}/messages", {"content": "é " * 300, "type": "text"})).json()
    expected = {key: sent[key] for key in ("id", "type", "direction", "sent_by", "sent_by_id", "timestamp")}
    expected["content"] = sent["content"][:200]

    def told(conversation: Json) -> Json:
        return {key: value for key, value in conversation["last_message"].items() if key != "status"}

    [listed] = await maria.conversations()
    assert told(listed) == expected
    assert told((await maria.get(f"/conversations/{id_}")).json()) == expected
    assert told((await maria.get(f"/conversations/{id_}", before_seq=2)).json()) == expected
    assert told((await maria.patch(f"/conversations/{id_}", {"priority": "high"})).json()) == expected
    note = (await maria.post(f"/conversations/{id_}/notes", {"content": "só para nós"})).json()
    [listed] = await maria.conversations()
    assert listed["last_message"] == {key: note[key] for key in listed["last_message"]}
    moved = (await maria.post(f"/conversations/{id_}/transfer", {"to_agent_id": rui.id, "reason": "fibra"})).json()
    [theirs] = await rui.conversations()
    assert moved["last_message"] == theirs["last_message"]
    closed = (await rui.post(f"/conversations/{id_}/close", {"resolution": "resolved"})).json()
    detail = (await rui.get(f"/conversations/{id_}")).json()
    newest = max(detail["messages"], key=lambda message: message["seq"])
    assert closed["last_message"]["id"] == detail["last_message"]["id"] == newest["id"]
    assert newest["seq"] == closed["last_seq"]


async def test_marks_rise_and_every_socket_of_the_user_hears_it_and_nobody_elses(system: System) -> None:
    maria, lead = await system.person(Role.ATTENDANT), await system.person(Role.SUPERVISOR, "Ana Souza")
    id_, _ = await ours(system, maria)
    last = (await maria.get(f"/conversations/{id_}")).json()["last_seq"]
    async with maria.socket() as one, maria.socket() as other, lead.socket() as theirs:
        await theirs.join(id_)
        await one.say("mark_read", conversation_id=id_, seq=1)
        expected = {"type": "conversation_read", "conversation_id": id_, "seq": 1}
        assert [await socket.expect("conversation_read") for socket in (one, other)] == [expected] * 2
        await one.say("mark_read", conversation_id=id_, seq=1)
        assert [frame for frame in await one.silence() if frame["type"] == "conversation_read"] == []
        await one.say("mark_read", conversation_id=id_, seq=2**31 - 1)  # nobody has read what has not been said
        assert (await other.expect("conversation_read"))["seq"] == last
        await other.say("mark_read", conversation_id=id_, seq=1)
        assert [frame for frame in await other.silence() if frame["type"] == "conversation_read"] == []
        assert "conversation_read" not in {frame["type"] for frame in await theirs.silence()}
    assert [(one["read_seq"], one["unread"]) for one in await maria.conversations()] == [(last, 0)]
    assert [(one["read_seq"], one["unread"]) for one in await lead.conversations()] == [(0, None)]


async def test_what_is_unread_is_counted_for_who_serves_and_can_be_asked_for(system: System) -> None:
    maria, rui = await system.person(Role.ATTENDANT), await system.person(Role.ATTENDANT, "Rui Lima")
    id_, customer = await ours(system, maria)
    seen = (await maria.get(f"/conversations/{id_}")).json()
    assert (seen["read_seq"], seen["unread"]) == (0, 1)
    assert [one["id"] for one in await maria.conversations(unread="true")] == [id_]
    assert await rui.conversations(unread="true") == []
    async with maria.socket() as socket:
        await socket.say("mark_read", conversation_id=id_, seq=seen["last_seq"])
        await socket.expect("conversation_read")
        assert await maria.conversations(unread="true") == []
        for words in ("oi?", "alguém?"):
            await system.sim.write(customer, {"type": "text", "text": words})
            await heard(socket, words)
    [listed] = await maria.conversations(unread="true")
    assert listed["unread"] == 2
    assert (await maria.patch(f"/conversations/{id_}", {"priority": "low"})).json()["unread"] == 2
    moved = (await maria.post(f"/conversations/{id_}/transfer", {"to_agent_id": rui.id})).json()
    assert (moved["read_seq"], moved["unread"]) == (seen["last_seq"], None)
    assert await maria.conversations(unread="true") == []
    assert [one["unread"] for one in await rui.conversations(unread="true")] == [3]
    closed = (await rui.post(f"/conversations/{id_}/close", {"resolution": "resolved"})).json()
    assert closed["unread"] is None
    assert await rui.conversations(unread="true") == []


async def test_no_more_than_a_hundred_are_counted(system: System) -> None:
    maria = await system.person(Role.ATTENDANT)
    id_, _ = await ours(system, maria)
    many = text("""
        WITH said AS (
            INSERT INTO messages (id, conversation_id, seq, direction, type, content, sent_at, stored_at, sent_by,
                                  status, status_rank)
            SELECT gen_random_uuid(), id, last_seq + n, 'incoming', 'text', 'oi', now(), now(), 'customer',
                   'delivered', 20 FROM conversations, generate_series(1, 150) n WHERE id = :id
        )
        UPDATE conversations SET last_seq = last_seq + 150 WHERE id = :id
    """)
    async with system.parts.database.transaction() as tx:
        await tx.run(many, {"id": id_})
    assert [one["unread"] for one in await maria.conversations()] == [100]
