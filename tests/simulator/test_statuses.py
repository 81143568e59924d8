"""What the webhook hears about a sent message, and in which order."""

from __future__ import annotations

from tests.simulator.conftest import Bench, Json, Start, text_to

from plantao_simulator import Customer, Status

PHONE = "+5511999999999"


async def _sent(bench: Bench, **more: str) -> Customer:
    customer = bench.sim.customer("Ana", phone=PHONE)
    await bench.sim.write(customer, "oi")
    assert (await bench.graph(text_to(PHONE, **more))).status_code == 200
    return customer


def _by_status(statuses: list[Json]) -> dict[str, Json]:
    return {status["status"]: status for status in statuses}


async def test_sent_and_delivered_then_read_when_the_chat_is_opened(bench: Bench) -> None:
    customer = await _sent(bench, biz_opaque_callback_data="msg:7f3c")
    wamid = bench.sim.sends[0].wamid
    await bench.sim.wait_for_status(wamid, Status.DELIVERED)
    bench.sim.open_chat(customer)
    statuses = _by_status(await bench.receiver.statuses(3))
    assert set(statuses) == {"sent", "delivered", "read"}
    free = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
    timestamp = statuses["sent"]["timestamp"]
    assert timestamp.isdigit()
    assert statuses["sent"] == {
        "id": wamid,
        "status": "sent",
        "timestamp": timestamp,
        "recipient_id": "5511999999999",
        "recipient_user_id": customer.user_id,
        "pricing": free,
        "biz_opaque_callback_data": "msg:7f3c",
    }
    assert statuses["delivered"]["pricing"] == free
    assert "pricing" not in statuses["read"]
    assert {s["biz_opaque_callback_data"] for s in statuses.values()} == {"msg:7f3c"}


async def test_contacts_accompany_statuses(bench: Bench) -> None:
    customer = await _sent(bench)
    await bench.receiver.statuses(1)
    value = next(v for v in bench.receiver.values if "statuses" in v)
    contact = {"profile": {"name": "Ana"}, "wa_id": "5511999999999", "user_id": customer.user_id}
    assert value["contacts"] == [contact]
    assert value["metadata"] == {"display_phone_number": "551133334444", "phone_number_id": "106540352242922"}


async def test_read_automatically_by_setting(start: Start) -> None:
    bench = await start(auto_read=True)
    await _sent(bench)
    assert set(_by_status(await bench.receiver.statuses(3))) == {"sent", "delivered", "read"}


async def test_without_signal_a_message_waits(bench: Bench) -> None:
    customer = bench.sim.customer("Ana", phone=PHONE)
    await bench.sim.write(customer, "oi")
    bench.sim.set_online(customer, False)
    await bench.graph(text_to(PHONE))
    assert [s["status"] for s in await bench.receiver.statuses(1)] == ["sent"]
    bench.sim.set_online(customer, True)
    assert [s["status"] for s in await bench.receiver.statuses(2)] == ["sent", "delivered"]


async def test_reversed_statuses_keep_truthful_timestamps(bench: Bench) -> None:
    bench.sim.faults.webhook.reverse_statuses = True
    await _sent(bench)
    statuses = await bench.receiver.statuses(3)
    assert [s["status"] for s in statuses] == ["read", "delivered", "sent"]
    assert sorted(statuses, key=lambda s: int(s["timestamp"])) == statuses[::-1]


async def test_read_without_delivered_carries_the_price(bench: Bench) -> None:
    bench.sim.faults.webhook.skip_delivered = True
    await _sent(bench)
    statuses = await bench.receiver.statuses(2)
    assert [s["status"] for s in statuses] == ["sent", "read"]
    assert all("pricing" in s for s in statuses)


async def test_a_failure_never_undoes_a_delivery(bench: Bench) -> None:
    customer = await _sent(bench)
    message = await bench.sim.wait_for_status(bench.sim.sends[0].wamid, Status.DELIVERED)
    assert not message.advance(Status.FAILED)
    assert not message.advance(Status.SENT)
    assert bench.sim.chat(customer)[1].status is Status.DELIVERED


async def test_marking_as_read_and_typing_show_on_the_phone(bench: Bench) -> None:
    customer = bench.sim.customer("Ana", phone=PHONE)
    first, second = await bench.sim.write(customer, "oi"), await bench.sim.write(customer, "alô?")
    mark = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": second.id,
        "typing_indicator": {"type": "text"},
    }
    answer = await bench.graph(mark)
    assert answer.json() == {"success": True}
    assert (first.status, second.status) == (Status.READ, Status.READ)
    assert 24 < (customer.typing_until or 0) - bench.sim.now() <= 25
    await bench.graph(text_to(PHONE))
    assert customer.typing_until is None


async def test_reading_something_unknown_is_refused(bench: Bench) -> None:
    answer = await bench.graph({"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131009)
