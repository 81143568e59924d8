"""Faults that last: slowness, a share of 5xx, throttling, a token that has expired; and odd bodies by chance."""

from __future__ import annotations

import json

import pytest
from tests.simulator.conftest import ACCOUNT_ID, PHONE_ID, Bench, Start, text_to

from plantao_simulator.wire import php_json

ANA = "+5511999999999"


async def _codes(bench: Bench, count: int) -> list[int]:
    return [(await bench.graph(text_to(ANA))).status_code for _ in range(count)]


@pytest.fixture
async def open_window(start: Start) -> Bench:
    bench = await start(seed=1, pair_limit=False)
    await bench.sim.write(bench.sim.customer("Ana", phone=ANA), "oi")
    return bench


async def test_a_share_of_calls_is_answered_5xx_and_not_done(open_window: Bench) -> None:
    await open_window.control("POST", "/faults", {"weather": {"error_share": 0.5}})
    codes = await _codes(open_window, 30)
    assert 5 <= sum(code >= 500 for code in codes) <= 25
    assert codes.count(200) == len(open_window.sim.sends)
    await open_window.control("DELETE", "/faults")
    assert await _codes(open_window, 5) == [200] * 5


async def test_throttling_refuses_sends_only(open_window: Bench) -> None:
    await open_window.control("POST", "/faults", {"weather": {"throttle_share": 1, "throttle_code": 4}})
    assert (await open_window.graph(text_to(ANA))).json()["error"]["code"] == 4
    number = await open_window.client.get(f"/v26.0/{PHONE_ID}", headers=open_window.auth)
    assert number.status_code == 200


async def test_slowness_is_felt_by_every_call(open_window: Bench) -> None:
    await open_window.control("POST", "/faults", {"weather": {"latency": 0.2}})
    answer = await open_window.client.get(f"/v26.0/{PHONE_ID}", headers=open_window.auth)
    assert answer.elapsed.total_seconds() >= 0.2


async def test_an_expired_token_is_refused_until_it_is_healed(open_window: Bench) -> None:
    await open_window.control("POST", "/faults", {"weather": {"token_expired": True}})
    error = (await open_window.graph(text_to(ANA))).json()["error"]
    assert (error["code"], error["error_subcode"], error["type"]) == (190, 463, "OAuthException")
    await open_window.control("POST", "/faults", {"weather": {"token_expired": False}})
    assert await _codes(open_window, 1) == [200]


async def test_another_token_ends_it_too_and_the_old_one_stays_bad(open_window: Bench) -> None:
    old = open_window.auth
    await open_window.control("POST", "/faults", {"weather": {"token_expired": True}})
    path, body = f"/v26.0/{PHONE_ID}/messages", text_to(ANA)
    fresh = await open_window.client.post(path, json=body, headers={"Authorization": "Bearer new-token"})
    assert fresh.status_code == 200
    assert (await open_window.client.post(path, json=body, headers=old)).json()["error"]["code"] == 190
    assert await _codes(open_window, 1) == [200]


async def test_odd_shapes_come_by_chance_and_are_repeatable(start: Start) -> None:
    seen = []
    for _ in range(2):
        bench = await start(seed=7)
        await bench.control("POST", "/faults", {"webhook": {"odd_share": 0.8}})
        ana = bench.sim.customer("Ana", phone=ANA, user_id="BR.1")
        shapes = [(await bench.sim.write(ana, "oi")).content for _ in range(20)]
        seen.append([(sorted(shape), shape.get("from"), len(shape["timestamp"])) for shape in shapes])
    assert seen[0] == seen[1]
    assert len({str(shape) for shape in seen[0]}) >= 4


async def test_read_comes_without_delivered_for_a_share_of_messages(open_window: Bench) -> None:
    await open_window.control("POST", "/faults", {"webhook": {"read_without_delivered_share": 1}})
    await open_window.graph(text_to(ANA))
    assert [s["status"] for s in await open_window.receiver.statuses(2)] == ["sent", "read"]


async def test_a_batch_has_at_most_a_thousand_updates(bench: Bench) -> None:
    faults = bench.sim.faults.webhook
    faults.gather, faults.batch = 1200, True
    ana = bench.sim.customer("Ana", phone=ANA)
    for _ in range(1200):
        await bench.sim.write(ana, "oi")
    await bench.receiver.messages(1200)
    assert [
        sum(len(c["value"]["messages"]) for e in b["entry"] for c in e["changes"]) for b in bench.receiver.bodies
    ] == [
        1000,
        200,
    ]


async def test_a_batch_comes_near_three_megabytes_and_not_over(bench: Bench) -> None:
    faults = bench.sim.faults.webhook
    faults.gather, faults.batch = 900, True
    ana = bench.sim.customer("Ana", phone=ANA)
    for _ in range(900):
        await bench.sim.write(ana, "x" * 4096)
    await bench.receiver.messages(900)
    sizes = sorted((len(raw) for raw in bench.receiver.raw), reverse=True)
    assert 2.9 * 1024 * 1024 < sizes[0] <= 3 * 1024 * 1024
    assert all(php_json(json.loads(raw)) == raw for raw in bench.receiver.raw)


async def test_settings_change_while_it_runs_and_come_back_with_a_reset(bench: Bench) -> None:
    bench.sim.customer("Ana", phone=ANA)
    assert (await bench.graph(text_to(ANA))).status_code == 400
    changed = await bench.control("PATCH", "/settings", {"window_failure": "async", "wa_ids": {"5531988887777": "x"}})
    assert changed.json()["window_failure"] == "async"
    assert (await bench.graph(text_to(ANA))).status_code == 200
    assert (await bench.receiver.statuses(1))[0]["errors"][0]["code"] == 131047
    assert bench.sim.customer("Rui", phone="+5531988887777").wa_id == "x"
    for wrong in ({"window_failure": "maybe"}, {"sent_delay": -1}, {"app_secret": "x"}):
        assert (await bench.control("PATCH", "/settings", wrong)).status_code == 400
    await bench.control("POST", "/reset")
    assert (await bench.control("GET", "/settings")).json()["window_failure"] == "sync"


async def test_an_account_that_meta_disabled_sends_nothing(bench: Bench) -> None:
    ban = {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "November 30, 2026"}}
    told = await bench.control("POST", "/notices", {"field": "account_update", "value": ban, "account": ACCOUNT_ID})
    assert told.status_code == 202
    assert (await bench.graph(text_to(ANA))).json()["error"]["code"] == 131031
