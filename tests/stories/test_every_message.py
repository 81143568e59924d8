"""Each kind of message, through HTTP, to whoever reads the conversation and to whoever has it open."""

from functools import partial
from typing import Any

from tests.stories.harness import Json, System
from tests.stories.wire import bring, said
from tests.whatsapp.wire.examples import MESSAGES
from tests.whatsapp.wire.samples import BSUID, PHONE, QUOTED, SENT_AT, message

from plantao.identity.models import Role

FIRST = QUOTED  # what the examples quote
AFTERWARDS = ("media", "error")  # a file that cannot be fetched says so in the end


def sent(number: int, name: str) -> Json:
    return message(**MESSAGES[name][0]) | {"id": f"wamid.{number}", "timestamp": str(SENT_AT + 1 + number)}


def shown(stored: Json) -> Json:
    return {key: value for key, value in stored.items() if key not in AFTERWARDS}


def tells_of(id_: str, frame: Json) -> bool:
    return bool(frame["message"]["id"] == id_)


async def test_every_message_is_read_by_rest_and_heard_on_the_socket(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await bring(system, said(FIRST, "Bom dia"))
    [conversation] = await lead.conversations()
    async with lead.socket() as live:
        await live.join(conversation["id"])
        await bring(system, *(sent(number, name) for number, name in enumerate(MESSAGES)))
        await system.settle()
        stored = [one for one in await lead.messages(conversation["id"]) if one["direction"] == "incoming"]
        for one in stored[1:]:
            heard = await live.expect("new_message", partial(tells_of, one["id"]))
            assert shown(heard["message"]) == shown(one)
    [first, *rest] = stored
    assert len(rest) == len(MESSAGES)
    for (name, (_, expected)), one in zip(MESSAGES.items(), rest, strict=True):
        assert_shown(name, expected, one, first["id"])
    assert [one["id"] for one in await lead.conversations()] == [conversation["id"]], "the customer stayed one"


def assert_shown(name: str, expected: dict[str, Any], one: Json, first_id: str) -> None:
    said_plainly = "Estou sem sinal 📶"
    assert one["content"] == expected.get("content", said_plainly), name
    assert one["type"] == expected.get("type", "text"), name
    assert one["caption"] == expected.get("caption"), name
    assert one["payload"] == expected.get("payload"), name
    assert one["reply_to"] == (first_id if "reply_to" in expected else None), name
    assert (one["media"] is not None) == ("media" in expected), name
    assert one["sent_by"] == ("system" if one["type"] == "system" else "customer"), name


async def test_a_customer_who_changes_number_and_id_stays_one(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await bring(system, said("wamid.1", "antes"))
    number = {"type": "user_changed_number", "wa_id": "5521987659999", "body": "x"}
    await bring(system, message(id="wamid.2", type="system", system=number), contacts=[])
    user_id = {"type": "user_changed_user_id", "wa_id": "5521987659999", "user_id": "BR.9", "body": "x"}
    change = message(id="wamid.3", from_="5521987659999", type="system", system=user_id)
    await bring(system, change, contacts=[])
    await bring(system, said("wamid.4", "depois", at=9, from_="5521987659999", from_user_id="BR.9"), contacts=[])
    [conversation] = await lead.conversations()
    assert conversation["customer_phone"] == "+5521987659999"
    incoming = [one["content"] for one in await lead.messages(conversation["id"]) if one["direction"] == "incoming"]
    assert (incoming[0], incoming[-1]) == ("antes", "depois")
    assert f"O cliente mudou de número: +{PHONE} para +5521987659999" in incoming


async def test_a_reply_to_what_comes_in_the_same_body_and_one_to_what_nobody_knows(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    reaction = message(id="wamid.2", type="reaction", reaction={"message_id": "wamid.1", "emoji": "👍"})
    stranger = said("wamid.3", "hein?", at=1, context={"id": "wamid.of.nobody"})
    await bring(system, said("wamid.1", "oi"), reaction, stranger)
    [conversation] = await lead.conversations()
    first, second, third = [m for m in await lead.messages(conversation["id"]) if m["direction"] == "incoming"]
    assert (second["reply_to"], second["payload"]) == (first["id"], {"emoji": "👍"})
    assert (third["content"], third["reply_to"]) == ("hein?", None)


async def test_a_reaction_to_a_message_of_ours_names_it(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    rita = system.sim.customer("Rita Prado", phone=PHONE, user_id=BSUID)
    await system.sim.write(rita, {"type": "text", "text": "oi"})
    ours = await system.sim.wait_for_send()
    await system.settle()
    await bring(system, message(id="wamid.2", type="reaction", reaction={"message_id": ours.wamid, "emoji": "❤️"}))
    [conversation] = await lead.conversations()
    stored = {one["type"] + one["direction"]: one for one in await lead.messages(conversation["id"])}
    assert stored["reactionincoming"]["reply_to"] == stored["textoutgoing"]["id"]


async def test_groups_are_left_alone_and_counted(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    before = await counted(system)
    await bring(system, said("wamid.1", "no grupo", group_id="Y2FwaV9ncm91cDox"), said("wamid.2", "a sós"))
    [conversation] = await lead.conversations()
    assert [m["content"] for m in await lead.messages(conversation["id"]) if m["direction"] == "incoming"] == ["a sós"]
    metrics = (await system.client.get("/metrics")).text
    assert await counted(system) == before + 1
    assert "plantao_ledger_pending 0.0" in metrics


async def counted(system: System) -> float:
    lines = (await system.client.get("/metrics")).text.splitlines()
    [value] = [line.split()[1] for line in lines if line.startswith("plantao_whatsapp_group_messages_total ")]
    return float(value)
