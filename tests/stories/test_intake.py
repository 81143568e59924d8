"""What comes in is stored once, in order, whatever Meta does to it on the way."""

import asyncio
import hashlib
import hmac
import json
from typing import Any

from tests.stories.harness import Json, System

from plantao.identity.models import Role

WEBHOOK = "/api/v1/whatsapp/webhook"


def text(
    wamid: str, body: str, *, at: int = 1795428000, wa_id: str = "5511999999999", bsuid: str | None = None
) -> Json:
    message: Json = {"from": wa_id, "id": wamid, "timestamp": str(at), "type": "text", "text": {"body": body}}
    return message | ({"from_user_id": bsuid} if bsuid else {})


def envelope(*messages: Any, statuses: list[Any] | None = None) -> Json:
    metadata = {"display_phone_number": "551133334444", "phone_number_id": "106540352242922"}
    value: Json = {"messaging_product": "whatsapp", "metadata": metadata, "messages": list(messages)}
    if statuses is not None:
        value["statuses"] = statuses
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [{"value": value, "field": "messages"}]}],
    }


async def deliver(system: System, body: Json | bytes) -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    key = system.sim.config.app_secret.encode()
    signature = f"sha256={hmac.new(key, raw, hashlib.sha256).hexdigest()}"
    answer = await system.client.post(WEBHOOK, content=raw, headers={"X-Hub-Signature-256": signature})
    return answer.status_code


async def test_what_is_delivered_again_is_stored_once(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    system.sim.faults.webhook.copies = 3
    customer = system.sim.customer("João", phone="5511999999999")
    await system.sim.write(customer, {"type": "text", "text": "oi"})
    await system.sim.wait_for_send()
    await system.settle()
    [conversation] = await lead.conversations()
    stored = await lead.messages(conversation["id"])
    assert [m["content"] for m in stored if m["direction"] == "incoming"] == ["oi"]
    assert [m["sent_by"] for m in stored] == ["customer", "bot"]


async def test_messages_read_in_the_order_in_which_they_were_written(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    for number in (3, 1, 4, 2):
        message = text(f"wamid.{number}", f"texto {number}", at=1795428000 + number)
        assert await deliver(system, envelope(message)) == 200
    await system.settle()
    [conversation] = await lead.conversations()
    detail = (await lead.get(f"/conversations/{conversation['id']}")).json()
    incoming = [m["content"] for m in detail["messages"] if m["direction"] == "incoming"]
    assert incoming == ["texto 1", "texto 2", "texto 3", "texto 4"]
    assert sorted(m["seq"] for m in detail["messages"]) == list(range(1, detail["last_seq"] + 1))


async def test_one_bad_item_sinks_nothing_else(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    poisoned = envelope(
        text("wamid.a", "antes"),
        "isto não é uma mensagem",
        {"from": "5511999999999", "type": "text", "text": {"body": "sem id"}},
        text("wamid.b", "nulo \0 e metade \ud83d"),
        text("wamid.c", "depois", wa_id="5521988887777"),
    )
    assert await deliver(system, poisoned) == 200
    assert await deliver(system, b"isto nao e json") == 200
    await system.settle()
    stored = {
        message["content"]
        for conversation in await lead.conversations()
        for message in await lead.messages(conversation["id"])
        if message["direction"] == "incoming"
    }
    assert stored == {"antes", "nulo \ufffd e metade \ufffd", "depois"}


async def test_a_customer_without_a_phone_is_answered(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    ana = system.sim.customer("Ana", phone=None, username="ana.fibra", user_id="BR.1502576394655843")
    await system.sim.write(ana, {"type": "text", "text": "oi"})
    answer = await system.sim.wait_for_send()
    assert answer.payload["recipient"] == "BR.1502576394655843"
    assert "to" not in answer.payload
    [conversation] = await lead.conversations()
    assert conversation["customer_phone"] is None
    assert conversation["customer_name"] == "Ana"


async def test_both_spellings_of_a_phone_are_one_customer(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await asyncio.gather(
        deliver(system, envelope(text("wamid.short", "sem o nono dígito", wa_id="553188887777"))),
        deliver(system, envelope(text("wamid.long", "com o nono dígito", wa_id="5531988887777"))),
    )
    await system.settle()
    [conversation] = await lead.conversations()
    assert conversation["customer_phone"] == "+5531988887777"
    assert len([m for m in await lead.messages(conversation["id"]) if m["direction"] == "incoming"]) == 2


async def test_first_messages_at_the_same_instant_open_one_conversation(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    first = [text(f"wamid.{n}", f"mensagem {n}", bsuid="BR.1") for n in range(20)]
    assert set(await asyncio.gather(*(deliver(system, envelope(message)) for message in first))) == {200}
    await system.settle()
    [conversation] = await lead.conversations()
    incoming = [m for m in await lead.messages(conversation["id"]) if m["direction"] == "incoming"]
    assert len(incoming) == 20


async def test_a_phone_and_a_bsuid_that_prove_one_person_are_merged(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    hidden: Json = text("wamid.1", "sem telefone", bsuid="BR.7")
    del hidden["from"]
    assert await deliver(system, envelope(hidden)) == 200
    assert await deliver(system, envelope(text("wamid.2", "só telefone"))) == 200
    await system.settle()
    assert len(await lead.conversations()) == 2
    assert await deliver(system, envelope(text("wamid.3", "os dois", at=1795428100, bsuid="BR.7"))) == 200
    await system.settle()
    first, second = await lead.conversations()
    assert {first["customer_phone"], second["customer_phone"]} == {"+5511999999999"}
    assert [c["status"] for c in (first, second)].count("closed") == 1


async def test_a_forged_or_oversized_body_is_refused_and_nothing_is_stored(system: System) -> None:
    raw = json.dumps(envelope(text("wamid.x", "forjado"))).encode()
    for signature in ("", "sha256=" + "0" * 64, "sha256=é", "md5=abc"):
        answer = await system.client.post(
            WEBHOOK, content=raw, headers=[(b"X-Hub-Signature-256", signature.encode("latin-1"))]
        )
        assert answer.status_code == 401
        assert answer.json()["error_code"] == "INVALID_SIGNATURE"
    answer = await system.client.post(WEBHOOK, content=b"x" * (3 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["error_code"] == "PAYLOAD_TOO_LARGE"
    metrics = (await system.client.get("/metrics")).text
    assert "plantao_ledger_pending 0.0" in metrics
    lead = await system.person(Role.SUPERVISOR)
    assert await lead.conversations() == []


async def test_meta_verifies_the_address(system: System) -> None:
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": system.sim.config.verify_token}
    answer = await system.client.get(WEBHOOK, params=query)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    refused = await system.client.get(WEBHOOK, params=query | {"hub.verify_token": "outro"})
    assert refused.status_code == 403
    assert refused.json()["error_code"] == "FORBIDDEN"
