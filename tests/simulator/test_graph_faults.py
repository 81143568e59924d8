"""The Graph API on a bad day."""

from __future__ import annotations

import httpx2
import pytest
from tests.simulator.conftest import Bench, text_to

PHONE = "+5511999999999"


@pytest.fixture
async def open_window(bench: Bench) -> Bench:
    await bench.sim.write(bench.sim.customer("Ana", phone=PHONE), "oi")
    await bench.receiver.messages(1)
    return bench


@pytest.mark.parametrize(
    ("code", "http"), [(2, 503), (4, 400), (130429, 400), (131000, 500), (131048, 400), (131053, 400), (368, 403)]
)
async def test_the_next_sends_answer_an_error(open_window: Bench, code: int, http: int) -> None:
    bench = open_window
    bench.sim.fail_next(kind="error", code=code, times=2)
    answers = [await bench.graph(text_to(PHONE)) for _ in range(3)]
    assert [a.status_code for a in answers] == [http, http, 200]
    assert answers[0].json()["error"]["code"] == code
    assert len(bench.sim.sends) == 1


async def test_code_2_says_that_it_is_transient(open_window: Bench) -> None:
    open_window.sim.fail_next(kind="error", code=2)
    error = (await open_window.graph(text_to(PHONE))).json()["error"]
    assert (error["type"], error["is_transient"]) == ("GraphMethodException", True)


async def test_html_and_empty_bodies(open_window: Bench) -> None:
    open_window.sim.fail_next(kind="html")
    open_window.sim.fail_next(kind="empty")
    html, empty = [await open_window.graph(text_to(PHONE)) for _ in range(2)]
    assert (html.status_code, html.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert (empty.status_code, empty.content) == (500, b"")
    assert open_window.sim.sends == []


async def test_a_dropped_response_is_an_accepted_message(open_window: Bench) -> None:
    bench = open_window
    bench.sim.fail_next(kind="drop_response")
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending a response"):
        await bench.graph(text_to(PHONE, biz_opaque_callback_data="msg:1"))
    statuses = await bench.receiver.statuses(2)
    assert {s["status"] for s in statuses} == {"sent", "delivered"}
    assert {s["biz_opaque_callback_data"] for s in statuses} == {"msg:1"}
    assert len(bench.sim.sends) == 1


@pytest.mark.parametrize("code", [131026, 131049, 131053, 130472])
async def test_any_code_can_come_later_as_a_failed_status(open_window: Bench, code: int) -> None:
    bench = open_window
    bench.sim.fail_next(kind="fail_later", code=code)
    answer = await bench.graph(text_to(PHONE))
    assert answer.status_code == 200
    [status] = await bench.receiver.statuses(1)
    assert (status["status"], status["errors"][0]["code"]) == ("failed", code)


async def test_a_dropped_request_is_not(open_window: Bench) -> None:
    open_window.sim.fail_next(kind="drop_request")
    with pytest.raises(httpx2.RemoteProtocolError):
        await open_window.graph(text_to(PHONE))
    assert open_window.sim.sends == []


async def test_a_slow_answer_comes_after_the_message_was_accepted(open_window: Bench) -> None:
    bench = open_window
    bench.sim.fail_next(kind="slow", seconds=30)
    path = f"/v26.0/{bench.sim.config.phone_number_id}/messages"
    with pytest.raises(httpx2.ReadTimeout):
        await bench.client.post(path, json=text_to(PHONE), headers=bench.auth, timeout=0.2)
    assert len(await bench.receiver.statuses(2)) == 2


async def test_a_fault_of_reads_leaves_sends_alone(open_window: Bench) -> None:
    bench = open_window
    bench.sim.fail_next(kind="error", code=131000, on="mark_read")
    assert (await bench.graph(text_to(PHONE))).status_code == 200
    mark = {"messaging_product": "whatsapp", "status": "read", "message_id": bench.receiver.items("messages")[0]["id"]}
    assert (await bench.graph(mark)).status_code == 500
    assert (await bench.graph(mark)).status_code == 200


async def test_a_body_that_is_no_json_object(bench: Bench) -> None:
    path = f"/v26.0/{bench.sim.config.phone_number_id}/messages"
    for content in (b"[1]", b"{", b"\xff"):
        answer = await bench.client.post(path, content=content, headers=bench.auth)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)
