"""What the company answers from a phone, beside this system: it is seen here, and the bot keeps out of it."""

from typing import Any

import pytest
from tests.conversations.world import fetch
from tests.stories.harness import Json, Person, System
from tests.stories.wire import answered, bring, just_now, said
from tests.whatsapp.wire.examples import MESSAGES
from tests.whatsapp.wire.samples import BSUID, PHONE, SENT_AT, message

from plantao.identity.models import Role


async def the_conversation(lead: Person) -> Json:
    [found] = await lead.conversations()
    return found


async def contents(lead: Person) -> list[str]:
    return [one["content"] for one in await lead.messages((await the_conversation(lead))["id"])]


async def test_an_echo_is_an_outgoing_message_of_a_person(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await bring(system, said("w1", "oi"))
    conversation = await the_conversation(lead)
    async with lead.socket() as live:
        await live.join(conversation["id"])
        for _ in range(2):
            await bring(system, answered("w2", "Aqui é da loja", at=5, context={"id": "w1"}), echoes=True)
        heard = await live.expect("new_message", lambda frame: frame["message"]["direction"] == "outgoing")
        assert [frame["type"] for frame in await live.silence()] == []
    first, echo = await lead.messages(conversation["id"])
    assert heard["message"] == echo
    assert (echo["sent_by"], echo["sent_by_id"], echo["status"]) == ("agent", None, "sent")
    assert (echo["content"], echo["reply_to"], echo["seq"]) == ("Aqui é da loja", first["id"], 2)


async def test_every_type_of_echo_is_kept(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    kinds = {name: item for name, (item, _) in MESSAGES.items() if item.get("type") != "system"}
    ids: Json = {"from_": "552133330000", "from_user_id": None, "to": PHONE, "to_user_id": BSUID}
    items = [
        message(**item, **ids) | {"id": f"wamid.{number}", "timestamp": str(SENT_AT + number)}
        for number, item in enumerate(kinds.values())
    ]
    await bring(system, *items, echoes=True)
    stored = await lead.messages((await the_conversation(lead))["id"])
    assert [one["payload"] for one in stored] == [MESSAGES[name][1].get("payload") for name in kinds]
    assert {(one["direction"], one["sent_by"]) for one in stored} == {("outgoing", "agent")}


async def test_the_bot_is_silent_after_an_answer_from_elsewhere_until_a_person_here_takes_over(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    system.sim.customer("Rita Prado", phone=PHONE)
    now = just_now()
    await bring(system, answered("w1", "Bom dia, aqui é da loja", at=now), echoes=True)
    conversation = await the_conversation(lead)
    assert (conversation["status"], conversation["handled_by"]) == ("in_progress", "none")
    await bring(system, said("w2", "que bom, estou sem sinal", at=now + 1))
    conversation = await the_conversation(lead)
    assert (conversation["status"], conversation["handled_by"]) == ("queue", "none")
    queue = (await lead.get("/dashboard/queue")).json()
    assert [place["conversation_id"] for place in queue["queue"]] == [conversation["id"]]
    assert await contents(lead) == ["Bom dia, aqui é da loja", "que bom, estou sem sinal"]


async def test_who_is_free_gets_the_conversation_as_soon_as_the_customer_goes_on(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    agent = await system.person(Role.ATTENDANT, "Bia Souza")
    async with agent.socket() as live:
        await bring(system, said("w1", "oi"), said("w3", "e então?", at=20))
        # Meta tells it late: in between somebody had answered.
        await bring(system, answered("w2", "já vejo", at=10), echoes=True)
        assert (await the_conversation(lead))["handled_by"] == "none"
        await bring(system, said("w4", "obrigada", at=30))
        assigned = await live.expect("conversation_assigned")
    assert assigned["assigned_to"] == agent.id


@pytest.mark.parametrize("in_one", [True, False])
async def test_an_answer_in_the_same_burst_silences_the_bot_too(system: System, in_one: bool) -> None:
    lead = await system.person(Role.SUPERVISOR)
    system.sim.customer("Rita Prado", phone=PHONE)
    now = just_now()
    await bring(system, answered("w1", "oi", at=now), echoes=True)
    texts = [said("w2", "um", at=now + 1), said("w3", "dois", at=now + 2)]
    for some in [texts] if in_one else [[one] for one in texts]:
        await bring(system, *some)
    assert (await the_conversation(lead))["status"] == "queue"
    await system.settle()
    assert await contents(lead) == ["oi", "um", "dois"]


async def test_a_reaction_from_elsewhere_neither_opens_nor_silences(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await bring(system, said("w1", "oi"))
    ids: Json = {"from_": "552133330000", "from_user_id": None, "to": PHONE, "to_user_id": BSUID}
    reaction = message(id="w2", type="reaction", reaction={"message_id": "w1", "emoji": "👍"}, **ids)
    await bring(system, reaction, echoes=True)
    assert (await the_conversation(lead))["handled_by"] == "bot"


async def test_an_echo_of_what_we_sent_ourselves_is_stored_once(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    rita = system.sim.customer("Rita Prado", phone=PHONE, user_id=BSUID)
    await system.sim.write(rita, {"type": "text", "text": "oi"})
    ours = await system.sim.wait_for_send()
    await system.settle()
    await bring(system, answered(ours.wamid, str(ours.text), at=just_now()), echoes=True)
    conversation = await the_conversation(lead)
    assert (conversation["messages_count"], conversation["handled_by"]) == (2, "bot")


async def test_ticks_of_an_echo_find_it_whichever_comes_first(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    tick: dict[str, Any] = {"status": "read", "timestamp": str(SENT_AT + 9), "recipient_id": PHONE}
    await bring(system, statuses=[{**tick, "id": "w1"}])
    await bring(system, answered("w1", "cedo"), answered("w2", "tarde", at=1), echoes=True)
    await bring(system, statuses=[{**tick, "id": "w2", "status": "played"}])
    stored = await lead.messages((await the_conversation(lead))["id"])
    assert [one["status"] for one in stored] == ["read", "played"]
    assert await fetch(system.parts.database, "SELECT external_id FROM whatsapp_early_statuses") == []
