"""Deliveries: retries, duplicates, order, batches, spoiled bodies, the handshake."""

from __future__ import annotations

import asyncio

import pytest
from tests.simulator.conftest import ACCOUNT_ID, Bench, Json, Start

from plantao_simulator import Status
from plantao_simulator.inbound import Writing

PHONE = "+5511999999999"


async def test_the_envelope_is_metas(bench: Bench) -> None:
    customer = bench.sim.customer("João da Silva", phone=PHONE)
    written = await bench.sim.write(customer, "oi")
    await bench.receiver.messages(1)
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "551133334444", "phone_number_id": "106540352242922"},
        "contacts": [{"profile": {"name": "João da Silva"}, "wa_id": "5511999999999", "user_id": customer.user_id}],
        "messages": [
            {
                "from": "5511999999999",
                "from_user_id": customer.user_id,
                "id": written.id,
                "timestamp": str(int(written.timestamp)),
                "type": "text",
                "text": {"body": "oi"},
            }
        ],
    }
    entry = {"id": ACCOUNT_ID, "changes": [{"value": value, "field": "messages"}]}
    assert bench.receiver.bodies == [{"object": "whatsapp_business_account", "entry": [entry]}]


WRITINGS: dict[str, tuple[Writing, str, Json]] = {
    "location": (
        {"type": "location", "latitude": -23.5, "longitude": -46.6, "name": "Sé"},
        "location",
        {"location": {"latitude": -23.5, "longitude": -46.6, "name": "Sé"}},
    ),
    "reaction": (
        {"type": "reaction", "message_id": "wamid.x", "emoji": "👍"},
        "reaction",
        {"reaction": {"message_id": "wamid.x", "emoji": "👍"}},
    ),
    "button": (
        {"type": "button", "text": "Confirmar", "payload": "OK"},
        "button",
        {"button": {"payload": "OK", "text": "Confirmar"}},
    ),
    "button_reply": (
        {"type": "button_reply", "id": "sim", "title": "Sim"},
        "interactive",
        {"interactive": {"type": "button_reply", "button_reply": {"id": "sim", "title": "Sim"}}},
    ),
    "list_reply": (
        {"type": "list_reply", "id": "s", "title": "Suporte", "description": "Lenta"},
        "interactive",
        {
            "interactive": {
                "type": "list_reply",
                "list_reply": {"id": "s", "title": "Suporte", "description": "Lenta"},
            }
        },
    ),
    "quoting": (
        {"type": "text", "text": "sim", "reply_to": "wamid.q"},
        "text",
        {"text": {"body": "sim"}, "context": {"from": "551133334444", "id": "wamid.q"}},
    ),
    "unsupported": ({"type": "unsupported", "kind": "poll"}, "unsupported", {"unsupported": {"type": "poll"}}),
    "of the future": ({"type": "hologram", "content": {"a": 1}}, "hologram", {"hologram": {"a": 1}}),
    "raw": ({"type": "text", "text": "x", "raw": {"group_id": "g", "timestamp": "1"}}, "text", {"group_id": "g"}),
}


@pytest.mark.parametrize(("writing", "kind", "expected"), WRITINGS.values(), ids=WRITINGS)
async def test_what_customers_write_arrives_as_meta_sends_it(
    bench: Bench, writing: Writing, kind: str, expected: Json
) -> None:
    await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), writing)
    [message] = await bench.receiver.messages(1)
    assert message["type"] == kind
    assert {key: message[key] for key in expected} == expected
    assert message["from"] == "5511999999999"


async def test_a_raw_null_takes_a_key_away(bench: Bench) -> None:
    await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), {"type": "text", "text": "x", "raw": {"text": None}})
    assert "text" not in (await bench.receiver.messages(1))[0]


async def test_a_refused_delivery_is_repeated_until_it_is_taken(bench: Bench) -> None:
    bench.receiver.answers = [500, 503]
    message = await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    attempts = await bench.sim.wait_for_deliveries(lambda a: message.id in a.ids, count=3)
    assert [(a.attempt, a.status) for a in attempts] == [(1, 500), (2, 503), (3, 200)]
    assert len(set(bench.receiver.raw)) == 1
    assert message.status is Status.DELIVERED


async def test_meta_gives_up_in_the_end(bench: Bench) -> None:
    bench.receiver.answers = [500] * 4
    message = await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    await bench.sim.wait_for_status(message.id, Status.FAILED)
    assert len(bench.receiver.raw) == 4


async def test_nobody_listening_is_retried_too(start: Start) -> None:
    bench = await start(webhook_url="http://127.0.0.1:9/hook", retry_gaps=(0.01,))
    message = await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    attempts = await bench.sim.wait_for_deliveries(lambda a: message.id in a.ids, count=2)
    assert [(a.status, a.error) for a in attempts] == [(None, "ConnectError")] * 2


async def test_every_delivery_can_come_several_times(bench: Bench) -> None:
    bench.sim.faults.webhook.copies = 3
    message = await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    assert [m["id"] for m in await bench.receiver.messages(3)] == [message.id] * 3


async def test_gathered_updates_can_come_in_the_wrong_order(bench: Bench) -> None:
    faults = bench.sim.faults.webhook
    faults.gather, faults.order = 3, "reversed"
    customer = bench.sim.customer("Ana", phone=PHONE)
    written = [await bench.sim.write(customer, text) for text in ("um", "dois", "três")]
    received = await bench.receiver.messages(3)
    assert [m["id"] for m in received] == [m.id for m in reversed(written)]
    assert len(bench.receiver.raw) == 3


async def test_a_batch_has_several_entries_and_each_contact_once(bench: Bench) -> None:
    faults = bench.sim.faults.webhook
    faults.gather, faults.batch = 5, True
    ana, rui = bench.sim.customer("Ana", phone=PHONE), bench.sim.customer("Rui", phone="+5531988887777")
    for customer in (ana, ana, rui, ana, rui):
        await bench.sim.write(customer, "oi")
    assert len(await bench.receiver.messages(5)) == 5
    [body] = bench.receiver.bodies
    assert len(body["entry"]) == 2
    assert [len(v["contacts"]) for v in bench.receiver.values] == [1, 2]


async def test_what_is_gathered_does_not_wait_for_ever(bench: Bench) -> None:
    faults = bench.sim.faults.webhook
    faults.gather, faults.gather_seconds = 100, 0.01
    await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    assert len(await bench.receiver.messages(1)) == 1


@pytest.mark.parametrize("fault", ["bad_signature", "missing_signature"])
async def test_a_spoiled_signature_is_followed_by_a_good_one(bench: Bench, fault: str) -> None:
    setattr(bench.sim.faults.webhook, fault, 1)
    bench.receiver.answers = [401]
    await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    await bench.receiver.messages(2)
    assert [bench.receiver.valid(0), bench.receiver.valid(1)] == [False, True]
    assert (bench.receiver.signatures[0] is None) == (fault == "missing_signature")


async def test_an_oversize_body_is_signed_and_larger_than_three_megabytes(bench: Bench) -> None:
    bench.sim.faults.webhook.oversize = 1
    bench.receiver.answers = [413]
    await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    await bench.receiver.messages(2)
    assert len(bench.receiver.raw[0]) > 3 * 1024 * 1024
    assert len(bench.receiver.raw[1]) < 1000
    assert bench.receiver.valid(0)


async def test_contacts_bsuids_and_seconds_can_be_missing(bench: Bench) -> None:
    faults = bench.sim.faults.webhook
    faults.omit_contacts = faults.omit_bsuid = faults.millisecond_timestamps = True
    await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    [message] = await bench.receiver.messages(1)
    assert "contacts" not in bench.receiver.values[0]
    assert "from_user_id" not in message
    assert len(message["timestamp"]) == 13


async def test_the_bsuid_can_stand_where_the_phone_belongs(bench: Bench) -> None:
    bench.sim.faults.webhook.bsuid_in_from = True
    customer = bench.sim.customer("Ana", phone=PHONE)
    await bench.sim.write(customer, "oi")
    assert (await bench.receiver.messages(1))[0]["from"] == customer.user_id
    assert bench.receiver.values[0]["contacts"][0]["wa_id"] == customer.user_id


async def test_deliveries_are_concurrent(bench: Bench) -> None:
    customer = bench.sim.customer("Ana", phone=PHONE)
    await asyncio.gather(*(bench.sim.write(customer, str(i)) for i in range(200)))
    received = await bench.receiver.messages(200)
    assert {m["text"]["body"] for m in received} == {str(i) for i in range(200)}


async def test_the_handshake(bench: Bench) -> None:
    report = (await bench.control("POST", "/verify")).json()
    assert report == {"ok": True, "status": 200, "body": report["challenge"], "challenge": report["challenge"]}
    bench.receiver.verify_token = "another"
    assert (await bench.control("POST", "/verify")).json()["ok"] is False


async def test_any_envelope_can_be_delivered_signed(bench: Bench) -> None:
    body = {"object": "page", "entry": [{"x": "é/"}]}
    assert (await bench.control("POST", "/raw-webhook", body)).status_code == 202
    await bench.receiver.until(lambda: bool(bench.receiver.raw))
    assert bench.receiver.bodies == [body]
    assert bench.receiver.valid(0)
