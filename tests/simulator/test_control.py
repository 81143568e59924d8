"""The control API as the page and other programs use it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys

import httpx2
import pytest
from tests.simulator.conftest import Bench, Json, Start, text_to

from plantao_simulator import Status

PHONE = "+5531988887777"


async def _create(bench: Bench, **fields: object) -> Json:
    answer = await bench.control("POST", "/customers", {"name": "Maria", "phone": PHONE, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_conversation_through_the_control_api(bench: Bench) -> None:
    customer = await _create(bench)
    assert (customer["phone"], customer["wa_id"]) == ("5531988887777", "553188887777")
    path = f"/customers/{customer['id']}"
    written = await bench.control("POST", path + "/messages", {"type": "text", "text": "oi"})
    assert written.status_code == 201
    await bench.sim.wait_for_status(written.json()["id"], Status.DELIVERED)
    await bench.graph(text_to(PHONE, "Olá, Maria"))
    await bench.sim.wait_for_status(bench.sim.sends[0].wamid, Status.DELIVERED)
    await bench.control("POST", path + "/chat", {"open": True})
    await bench.sim.wait_for_status(bench.sim.sends[0].wamid, Status.READ)
    seen = (await bench.control("GET", path + "/messages")).json()["messages"]
    assert [(m["author"], m["status"]) for m in seen] == [("customer", "delivered"), ("business", "read")]
    sends = (await bench.control("GET", "/sends")).json()["sends"]
    assert [s["payload"]["text"]["body"] for s in sends] == ["Olá, Maria"]
    assert (await bench.control("GET", "/sends?after=1")).json() == {"sends": []}
    attempts = (await bench.control("GET", "/deliveries?bodies=1")).json()["deliveries"]
    assert attempts[0]["status"] == 200
    assert attempts[0]["body"]["object"] == "whatsapp_business_account"


LIST = {
    "type": "list",
    "body": {"text": "Como ajudar?"},
    "action": {"button": "Ver", "sections": [{"title": "s", "rows": [{"id": "sup", "title": "Suporte"}]}]},
}


async def test_an_answer_can_be_tapped_and_quotes_its_question(bench: Bench) -> None:
    customer = await _create(bench)
    path = f"/customers/{customer['id']}"
    await bench.control("POST", path + "/messages", {"type": "text", "text": "oi"})
    await bench.graph({"messaging_product": "whatsapp", "to": PHONE, "type": "interactive", "interactive": LIST})
    wamid = bench.sim.sends[0].wamid
    tapped = await bench.control("POST", path + "/tap", {"message_id": wamid, "option_id": "sup"})
    assert tapped.json()["content"]["interactive"] == {
        "type": "list_reply",
        "list_reply": {"id": "sup", "title": "Suporte"},
    }
    assert tapped.json()["content"]["context"] == {"from": "551133334444", "id": wamid}
    wrong = await bench.control("POST", path + "/tap", {"message_id": wamid, "option_id": "x"})
    assert wrong.status_code == 400


async def test_a_place_can_be_sent_when_it_is_asked_for(bench: Bench) -> None:
    customer = bench.sim.customer("Ana", phone=PHONE)
    await bench.sim.write(customer, "oi")
    ask = {"type": "location_request_message", "body": {"text": "Onde?"}, "action": {"name": "send_location"}}
    await bench.graph({"messaging_product": "whatsapp", "to": PHONE, "type": "interactive", "interactive": ask})
    await bench.sim.tap(customer, bench.sim.sends[0].wamid, "send_location")
    assert "latitude" in (await bench.receiver.messages(2))[1]["location"]


async def test_faults_are_merged_queued_and_cleared(bench: Bench) -> None:
    await bench.control("POST", "/faults", {"webhook": {"copies": 2}})
    both = await bench.control("POST", "/faults", {"webhook": {"gather": 3}, "graph": [{"kind": "html", "times": 2}]})
    assert (both.json()["webhook"]["copies"], both.json()["webhook"]["gather"]) == (2, 3)
    assert [(f["kind"], f["times"]) for f in both.json()["graph"]] == [("html", 2)]
    cleared = (await bench.control("DELETE", "/faults")).json()
    assert (cleared["webhook"]["copies"], cleared["graph"]) == (1, [])


BAD = {
    "unknown fault": ("POST", "/faults", {"webhook": {"nonsense": 1}}, 400),
    "fault of the wrong type": ("POST", "/faults", {"graph": [{"kind": "explode"}]}, 400),
    "nameless customer": ("POST", "/customers", {"name": ""}, 400),
    "misspelt field": ("POST", "/customers", {"nmae": "x"}, 400),
    "nobody's chat": ("GET", "/customers/zz/messages", None, 404),
    "clock backwards": ("POST", "/clock", {"advance": -1}, 400),
    "after what": ("GET", "/sends?after=x", None, 400),
    "unknown template": ("POST", "/templates/nope", {"status": "PAUSED"}, 404),
    "nobody at all": ("POST", "/customers", {"name": "x", "phone": None, "user_id": None}, 400),
}


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD.values(), ids=BAD)
async def test_mistakes_are_told(bench: Bench, method: str, path: str, body: Json | None, status: int) -> None:
    answer = await bench.control(method, path, body)
    assert answer.status_code == status
    assert answer.json()["error"]


async def test_a_phone_belongs_to_one_customer_in_both_spellings(bench: Bench) -> None:
    await _create(bench)
    answer = await bench.control("POST", "/customers", {"name": "Outra", "phone": "+553188887777"})
    assert answer.status_code == 400


async def test_text_must_be_text(bench: Bench) -> None:
    path = f"/customers/{(await _create(bench))['id']}/messages"
    for body in ({"type": "text"}, {"type": "text", "text": ""}, {"type": "image", "data": "***"}):
        assert (await bench.control("POST", path, body)).status_code == 400
    assert bench.sim.world.messages == {}


async def test_large_bodies_and_other_sites_are_turned_away(bench: Bench) -> None:
    huge = await bench.client.post("/_sim/raw-webhook", content=b"x" * (5 * 1024 * 1024 + 1))
    assert huge.status_code == 413
    foreign = await bench.client.post("/_sim/reset", headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403


async def test_reset_empties_the_world(bench: Bench) -> None:
    customer = await _create(bench)
    await bench.control("POST", f"/customers/{customer['id']}/messages", {"type": "text", "text": "oi"})
    await bench.receiver.messages(1)
    await bench.control("POST", "/clock", {"advance": 1000})
    await bench.control("POST", "/reset")
    state = (await bench.control("GET", "/state")).json()
    assert (state["customers"], state["chats"]) == ([], {})
    assert (await bench.control("GET", "/deliveries")).json() == {"deliveries": []}


async def test_an_outage_makes_many_customers_write(bench: Bench) -> None:
    answer = await bench.control("POST", "/outage", {"customers": 40, "seconds": 0})
    assert len(set(answer.json()["customers"])) == 40
    await bench.receiver.until(lambda: len({m["from"] for m in bench.receiver.items("messages")}) == 40)


async def test_a_paused_template_is_announced_and_refused(bench: Bench) -> None:
    await bench.control("POST", "/templates/visita_tecnica", {"status": "PAUSED"})
    await bench.receiver.until(lambda: bool(bench.receiver.raw))
    assert bench.receiver.values[0]["event"] == "PAUSED"


async def test_events_tell_what_happens_and_end_with_the_server(start: Start) -> None:
    bench = await start()
    kinds = []
    async with bench.client.stream("GET", "/_sim/events") as stream:
        lines = stream.aiter_lines()
        assert await anext(lines) == "retry: 1000"
        customer = bench.sim.customer("Ana", phone=PHONE)
        await bench.sim.write(customer, "oi <b>")
        async for line in lines:
            if line.startswith("event: "):
                kinds.append(line.removeprefix("event: "))
            if line.startswith("data: ") and kinds[-1] == "message":
                assert json.loads(line.removeprefix("data: "))["content"]["text"]["body"] == "oi <b>"
                break
        await bench.sim.stop()
        with contextlib.suppress(httpx2.RemoteProtocolError):
            async for _ in lines:
                pass
    assert kinds == ["customer", "message"]


async def test_waiting_ends_with_a_timeout(bench: Bench) -> None:
    with pytest.raises(TimeoutError):
        await bench.sim.wait_for_send(timeout=0.01)


async def test_waiting_finds_the_next_fitting_send(bench: Bench) -> None:
    customer = bench.sim.customer("Ana", phone=PHONE)
    await bench.sim.write(customer, "oi")
    waiting = asyncio.create_task(bench.sim.wait_for_send(lambda s: s.text == "dois"))
    for text in ("um", "dois", "três"):
        await bench.graph(text_to(PHONE, text))
    assert (await waiting).seq == 2
    assert (await bench.sim.wait_for_send(after=2)).text == "três"


async def test_the_page_and_its_policy(bench: Bench) -> None:
    page = await bench.client.get("/")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    for name in ("main.js", "texts.js", "base.css", "icon.svg"):
        assert (await bench.client.get(f"/static/{name}")).status_code == 200


def test_the_program_says_when_its_port_is_taken() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "plantao_simulator", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, env=os.environ, check=False)
    assert done.returncode == 1
    assert f"127.0.0.1:{port}: Address already in use" in done.stderr
