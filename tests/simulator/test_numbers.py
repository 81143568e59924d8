"""Several business numbers, of one account and of another: what belongs to which, and who may use it."""

from __future__ import annotations

from functools import partial
from typing import Any

import httpx2
import pytest
from tests.simulator.conftest import ACCOUNT_ID, PHONE_ID, Bench, Json, Start, text_to

from plantao_simulator import Status
from plantao_simulator.config import NumberConfig
from plantao_simulator.delivery import Attempt

ANA = "+5511999999999"
SALES = NumberConfig(phone_number_id="2001", display_phone="+55 11 3333-5555", verified_name="Vendas")
OTHER = NumberConfig(phone_number_id="3001", business_account_id="900", access_token="token-of-900")


@pytest.fixture
async def company(start: Start) -> Bench:
    return await start(numbers=(SALES, OTHER))


async def _send(bench: Bench, number: str, token: str | None = None) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else bench.auth
    return await bench.client.post(f"/v26.0/{number}/messages", json=text_to(ANA), headers=headers)


async def test_a_window_and_its_chat_belong_to_a_number(company: Bench) -> None:
    ana = company.sim.customer("Ana", phone=ANA)
    await company.sim.write(ana, {"type": "text", "text": "oi, vendas", "number": "2001"})
    await company.receiver.messages(1)
    assert company.receiver.values[0]["metadata"] == {"display_phone_number": "551133335555", "phone_number_id": "2001"}
    assert (await _send(company, PHONE_ID)).json()["error"]["code"] == 131047
    assert (await _send(company, "2001")).status_code == 200
    assert company.sim.sends[0].number == "2001"
    await company.receiver.statuses(2)
    assert {v["metadata"]["phone_number_id"] for v in company.receiver.values} == {"2001"}


async def test_an_answer_goes_to_the_number_that_asked(company: Bench) -> None:
    ana = company.sim.customer("Ana", phone=ANA)
    await company.sim.write(ana, {"type": "text", "text": "oi", "number": "+55 11 3333-5555"})
    await company.sim.write(ana, {"type": "text", "text": "oi", "number": PHONE_ID})
    await _send(company, "2001")
    wamid = company.sim.sends[0].wamid
    assert (await company.sim.write(ana, {"type": "text", "text": "sim", "reply_to": wamid})).number == "2001"
    assert (await company.sim.write(ana, "e mais uma")).number == "2001"


async def test_updates_of_two_accounts_travel_in_entries_of_their_own(company: Bench) -> None:
    faults = company.sim.faults.webhook
    faults.gather, faults.batch = 3, True
    ana = company.sim.customer("Ana", phone=ANA)
    for number in (PHONE_ID, "2001", "3001"):
        await company.sim.write(ana, {"type": "text", "text": "oi", "number": number})
    await company.receiver.messages(3)
    [body] = company.receiver.bodies
    found = [(e["id"], [c["value"]["metadata"]["phone_number_id"] for c in e["changes"]]) for e in body["entry"]]
    assert found == [(ACCOUNT_ID, [PHONE_ID, "2001"]), ("900", ["3001"])]


async def test_a_token_is_good_for_its_account_only(company: Bench) -> None:
    ana = company.sim.customer("Ana", phone=ANA)
    for number in (PHONE_ID, "3001"):
        await company.sim.write(ana, {"type": "text", "text": "oi", "number": number})
    assert (await _send(company, "3001", "token-of-900")).status_code == 200
    refused = (await _send(company, PHONE_ID, "token-of-900")).json()["error"]
    assert (refused["code"], refused["error_subcode"]) == (100, 33)
    assert (await _send(company, "3001")).status_code == 200


async def test_each_number_has_a_throughput_of_its_own(start: Start) -> None:
    slow = NumberConfig(phone_number_id="2001", messages_per_second=1)
    bench = await start(lambda: 1_795_428_000.0, numbers=(slow,), pair_limit=False, window_seconds=1e12)
    ana = bench.sim.customer("Ana", phone=ANA)
    for number in (PHONE_ID, "2001"):
        await bench.sim.write(ana, {"type": "text", "text": "oi", "number": number})
    assert (await _send(bench, "2001")).json()["error"]["code"] == 130429
    assert (await _send(bench, PHONE_ID)).status_code == 200
    bench.sim.notices.tell("phone_number_quality_update", None, number=bench.sim.business.numbers["2001"])
    assert (await _send(bench, "2001")).status_code == 200


async def test_a_file_belongs_to_the_number_it_was_uploaded_to(company: Bench) -> None:
    form: dict[str, Any] = {"data": {"messaging_product": "whatsapp", "type": "application/pdf"}}
    form["files"] = {"file": ("a.pdf", b"%PDF-1.4", "application/pdf")}
    media = (await company.client.post("/v26.0/2001/media", headers=company.auth, **form)).json()["id"]

    async def asked(number: str) -> int:
        query = {"phone_number_id": number}
        return (await company.client.get(f"/v26.0/{media}", params=query, headers=company.auth)).status_code

    assert [await asked(n) for n in ("2001", PHONE_ID, "777")] == [200, 400, 400]
    company.sim.advance_clock(30 * 24 * 3600)
    assert await asked("2001") == 400


async def test_numbers_are_made_and_changed_by_the_control_api(bench: Bench) -> None:
    made = await bench.control("POST", "/numbers", {"phone_number_id": "2001", "verified_name": "Vendas"})
    assert (made.status_code, made.json()["account"]) == (201, ACCOUNT_ID)
    assert (await bench.control("POST", "/numbers", {"phone_number_id": "2001"})).status_code == 400
    changes = {"quality": "RED", "throughput": "HIGH", "registered": False}
    changed = (await bench.control("PATCH", "/numbers/2001", changes)).json()
    assert (changed["quality"], changed["messages_per_second"]) == ("RED", 1000)
    listed = await bench.client.get(f"/v26.0/{ACCOUNT_ID}/phone_numbers", headers=bench.auth)
    assert [(n["id"], n["quality_rating"]) for n in listed.json()["data"]] == [(PHONE_ID, "GREEN"), ("2001", "RED")]
    assert (await _send(bench, "2001")).json()["error"]["code"] == 133010
    assert (await bench.control("PATCH", "/numbers/9", {})).status_code == 404


async def _graph(bench: Bench, verb: str, path: str, body: Json | None = None) -> httpx2.Response:
    return await bench.client.request(verb, f"/v26.0/{path}", json=body, headers=bench.auth)


async def test_registering_asks_for_the_pin_that_was_set(bench: Bench) -> None:
    pin = {"messaging_product": "whatsapp", "pin": "123456"}
    assert (await _graph(bench, "POST", f"{PHONE_ID}/register", pin)).json() == {"success": True}
    await _graph(bench, "POST", f"{PHONE_ID}/deregister")
    health = (await _graph(bench, "GET", f"{PHONE_ID}?fields=health_status,status")).json()
    assert (health["status"], health["health_status"]["can_send_message"]) == ("DISCONNECTED", "BLOCKED")
    wrong = await _graph(bench, "POST", f"{PHONE_ID}/register", pin | {"pin": "000000"})
    assert wrong.json()["error"]["code"] == 133005
    for _ in range(7):
        await _graph(bench, "POST", f"{PHONE_ID}/deregister")
    assert (await _graph(bench, "POST", f"{PHONE_ID}/register", pin)).json()["error"]["code"] == 133016


async def test_management_calls_are_counted_by_the_hour(start: Start) -> None:
    now = [1_795_428_000.0]
    bench = await start(lambda: now[0], management_per_hour=2)
    codes = [(await _graph(bench, "GET", PHONE_ID)).status_code for _ in range(3)]
    assert codes == [200, 200, 400]
    assert (await _graph(bench, "GET", PHONE_ID)).json()["error"]["code"] == 80007
    now[0] += 1800
    assert (await _graph(bench, "GET", PHONE_ID)).status_code == 200


async def test_only_those_who_wrote_lately_can_be_blocked(bench: Bench) -> None:
    ana, rui = bench.sim.customer("Ana", phone=ANA), bench.sim.customer("Rui", phone="+5511988888888")
    await bench.sim.write(ana, "oi")
    users = [{"user": ANA}, {"user": f"+{rui.phone}"}]
    answer = (
        await _graph(bench, "POST", f"{PHONE_ID}/block_users", {"messaging_product": "whatsapp", "block_users": users})
    ).json()
    assert [u["wa_id"] for u in answer["block_users"]["added_users"]] == [ana.wa_id]
    assert [u["wa_id"] for u in answer["block_users"]["failed_users"]] == [rui.wa_id]
    assert answer["errors"]["code"] == 139100
    silent = await bench.sim.write(ana, "alguém?")
    assert silent.status is Status.SENT
    listed = (await _graph(bench, "GET", f"{PHONE_ID}/block_users")).json()["data"]
    assert [one["wa_id"] for one in listed] == [ana.wa_id]


def _went_to(level: str, attempt: Attempt) -> bool:
    return attempt.url.endswith(f"level={level}")


async def test_webhooks_go_to_the_nearest_address_that_proved_itself(bench: Bench) -> None:
    number, account = f"{PHONE_ID}", f"{ACCOUNT_ID}/subscribed_apps"
    url, token = bench.receiver.url, bench.sim.config.verify_token
    liar = {"override_callback_uri": url, "verify_token": "wrong"}
    assert (await _graph(bench, "POST", account, liar)).json()["error"]["code"] == 2200
    of_account = {"override_callback_uri": f"{url}?level=account", "verify_token": token}
    of_number = {"webhook_configuration": {"override_callback_uri": f"{url}?level=number", "verify_token": token}}
    for level, path, body in (("account", account, of_account), ("number", number, of_number)):
        assert (await _graph(bench, "POST", path, body)).json() == {"success": True}
        await bench.sim.write(bench.sim.customer(level), "oi")
        await bench.sim.wait_for_deliveries(partial(_went_to, level))
    fields = (await _graph(bench, "GET", f"{number}?fields=webhook_configuration")).json()["webhook_configuration"]
    assert set(fields) == {"phone_number", "whatsapp_business_account", "application"}
    apps = (await _graph(bench, "GET", account)).json()["data"]
    assert apps[0]["override_callback_uri"].endswith("level=account")


async def test_without_a_subscription_nothing_comes(bench: Bench) -> None:
    await _graph(bench, "DELETE", f"{ACCOUNT_ID}/subscribed_apps")
    lost = await bench.sim.write(bench.sim.customer("Ana", phone=ANA), "oi")
    await bench.sim.wait_for_status(lost.id, Status.FAILED)
    assert bench.receiver.raw == []
    await _graph(bench, "POST", f"{ACCOUNT_ID}/subscribed_apps")
    await bench.sim.write(bench.sim.customer("Rui"), "oi")
    await bench.receiver.messages(1)
