"""Who a message goes to, and whether it may: identity, window, speed."""

from __future__ import annotations

import pytest
from tests.simulator.conftest import Bench, Start, text_to


@pytest.mark.parametrize(
    ("phone", "to", "wa_id"),
    [
        ("+5511999999999", "+5511999999999", "5511999999999"),
        ("+5531988887777", "+5531988887777", "553188887777"),
        ("+5531988887777", "553188887777", "553188887777"),
        ("+5531988887777", "31988887777", "553188887777"),
    ],
)
async def test_the_answer_and_the_webhook_carry_metas_form(bench: Bench, phone: str, to: str, wa_id: str) -> None:
    customer = bench.sim.customer("Maria", phone=phone)
    await bench.sim.write(customer, "oi")
    answer = await bench.graph(text_to(to))
    assert answer.json()["contacts"] == [{"input": to, "wa_id": wa_id}]
    assert (await bench.receiver.messages(1))[0]["from"] == wa_id
    assert (await bench.receiver.statuses(1))[0]["recipient_id"] == wa_id


async def test_a_customer_can_have_a_form_against_the_rule(bench: Bench) -> None:
    customer = bench.sim.customer("Rui", phone="+5521988887777", wa_id="552188887777")
    await bench.sim.write(customer, "oi")
    answer = await bench.graph(text_to("+5521988887777"))
    assert answer.json()["contacts"][0]["wa_id"] == "552188887777"


async def test_somebody_without_phone_is_known_by_bsuid_and_username(bench: Bench) -> None:
    ana = bench.sim.customer("Ana", phone=None, username="ana.fibra")
    await bench.sim.write(ana, "oi")
    [message] = await bench.receiver.messages(1)
    assert "from" not in message
    assert message["from_user_id"] == ana.user_id
    assert bench.receiver.values[0]["contacts"] == [
        {"profile": {"name": "Ana", "username": "ana.fibra"}, "user_id": ana.user_id}
    ]
    answer = await bench.graph({"messaging_product": "whatsapp", "recipient": ana.user_id, "text": {"body": "Oi!"}})
    assert answer.json()["contacts"] == [{"input": ana.user_id, "user_id": ana.user_id}]
    [status] = await bench.receiver.statuses(1)
    assert "recipient_id" not in status
    assert status["recipient_user_id"] == ana.user_id


async def test_to_wins_over_recipient(bench: Bench) -> None:
    ana, rui = bench.sim.customer("Ana", phone=None, username="ana"), bench.sim.customer("Rui", phone="+5511999999999")
    await bench.sim.write(rui, "oi")
    await bench.graph(text_to("+5511999999999", recipient=ana.user_id))
    assert bench.sim.sends[0].customer_id == rui.id


async def test_the_window_opens_with_a_message_and_closes_after_a_day(start: Start) -> None:
    bench = await start(lambda: 1_795_428_000.0)
    customer = bench.sim.customer("Ana", phone="+5511999999999")
    assert (await bench.graph(text_to("+5511999999999"))).json()["error"]["code"] == 131047
    await bench.sim.write(customer, "oi")
    assert (await bench.graph(text_to("+5511999999999"))).status_code == 200
    bench.sim.advance_clock(24 * 3600 - 1)
    assert (await bench.graph(text_to("+5511999999999"))).status_code == 200
    bench.sim.advance_clock(1)
    closed = await bench.graph(text_to("+5511999999999"))
    assert (closed.status_code, closed.json()["error"]["code"]) == (400, 131047)
    assert "more than 24 hours" in closed.json()["error"]["error_data"]["details"]


async def test_the_closed_window_can_be_told_later(start: Start) -> None:
    bench = await start(window_failure="async")
    bench.sim.customer("Ana", phone="+5511999999999")
    answer = await bench.graph(text_to("+5511999999999", biz_opaque_callback_data="msg:1"))
    assert answer.status_code == 200
    [status] = await bench.receiver.statuses(1)
    assert (status["id"], status["status"]) == (answer.json()["messages"][0]["id"], "failed")
    assert status["errors"][0]["code"] == 131047
    assert status["errors"][0]["error_data"]["details"]
    assert status["biz_opaque_callback_data"] == "msg:1"
    assert "pricing" not in status
    assert "contacts" not in bench.receiver.values[0]


TEMPLATE = {
    "messaging_product": "whatsapp",
    "to": "+5511999999999",
    "type": "template",
    "template": {"name": "retomar_atendimento", "language": {"code": "pt_BR"}},
}


async def test_a_template_passes_the_closed_window_and_is_billed(bench: Bench) -> None:
    assert (await bench.graph(TEMPLATE)).status_code == 200
    [status] = await bench.receiver.statuses(1)
    assert status["pricing"] == {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}


async def test_a_stranger_written_to_becomes_a_customer(bench: Bench) -> None:
    await bench.graph(TEMPLATE)
    [customer] = bench.sim.world.customers.values()
    assert customer.phone == "5511999999999"


@pytest.mark.parametrize("mode", ["sync", "async"])
async def test_a_number_that_is_not_on_whatsapp(start: Start, mode: str) -> None:
    bench = await start(unknown_numbers="undeliverable", undeliverable_failure=mode)
    answer = await bench.graph(TEMPLATE)
    if mode == "sync":
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 131026)
        return
    [status] = await bench.receiver.statuses(1)
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131026)


async def test_the_number_has_a_throughput_shared_with_what_comes_in(start: Start) -> None:
    now = [1_795_428_000.0]
    bench = await start(lambda: now[0], messages_per_second=4, pair_limit=False)
    customer = bench.sim.customer("Ana", phone="+5511999999999")
    await bench.sim.write(customer, "oi")
    answers = [await bench.graph(text_to("+5511999999999")) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 400]
    assert answers[3].json()["error"]["code"] == 130429
    now[0] += 0.25
    assert (await bench.graph(text_to("+5511999999999"))).status_code == 200


async def test_a_burst_to_one_customer_costs_silence_afterwards(start: Start) -> None:
    now = [1_795_428_000.0]
    bench = await start(lambda: now[0], number_limit=False)
    for name, phone in (("Ana", "+5511999999999"), ("Rui", "+5511988888888")):
        await bench.sim.write(bench.sim.customer(name, phone=phone), "oi")

    async def send(to: str = "+5511999999999") -> int:
        answer = await bench.graph(text_to(to))
        return 0 if answer.status_code == 200 else int(answer.json()["error"]["code"])

    assert [await send() for _ in range(20)] == [0] * 20
    now[0] += 119
    assert await send() == 131056
    assert await send("+5511988888888") == 0
    now[0] += 1
    assert await send() == 0


async def test_a_burst_has_an_end(start: Start) -> None:
    bench = await start(lambda: 1_795_428_000.0, number_limit=False, pair_burst=3)
    await bench.sim.write(bench.sim.customer("Ana", phone="+5511999999999"), "oi")
    answers = [(await bench.graph(text_to("+5511999999999"))).status_code for _ in range(4)]
    assert answers == [200, 200, 200, 400]


async def test_service_messages_are_free_up_to_the_monthly_number(start: Start) -> None:
    bench = await start(free_service_messages=1, pair_limit=False)
    await bench.sim.write(bench.sim.customer("Ana", phone="+5511999999999"), "oi")
    await bench.graph(text_to("+5511999999999"))
    await bench.receiver.statuses(2)
    await bench.graph(text_to("+5511999999999"))
    statuses = await bench.receiver.statuses(4)
    kinds = {s["id"]: s["pricing"]["type"] for s in statuses}
    assert [kinds[send.wamid] for send in bench.sim.sends] == ["free_customer_service", "regular"]
