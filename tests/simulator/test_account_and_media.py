"""The rest of the Graph side: phone number, templates, media."""

from __future__ import annotations

import base64
import hashlib

import httpx2
import pytest
from tests.simulator.conftest import ACCOUNT_ID, PHONE_ID, Bench


async def _get(bench: Bench, path: str, **query: str) -> httpx2.Response:
    return await bench.client.get(f"/v26.0/{path}", params=query, headers=bench.auth)


async def test_the_phone_number_tells_the_asked_fields(bench: Bench) -> None:
    answer = await _get(bench, PHONE_ID, fields="display_phone_number,quality_rating,throughput")
    assert answer.json() == {
        "id": PHONE_ID,
        "display_phone_number": "+55 11 3333-4444",
        "quality_rating": "GREEN",
        "throughput": {"level": "STANDARD"},
    }


async def test_a_field_that_does_not_exist_is_refused(bench: Bench) -> None:
    answer = await _get(bench, PHONE_ID, fields="nonsense")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


async def test_health_names_its_parts(bench: Bench) -> None:
    health = (await _get(bench, PHONE_ID, fields="health_status")).json()["health_status"]
    assert health["can_send_message"] == "AVAILABLE"
    assert {e["entity_type"] for e in health["entities"]} == {"PHONE_NUMBER", "WABA"}


@pytest.mark.parametrize("node", ["123", "1387372356726668x"])
async def test_an_unknown_id_does_not_exist(bench: Bench, node: str) -> None:
    error = (await _get(bench, node)).json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)


async def test_templates_are_listed_in_pages(bench: Bench) -> None:
    first = (await _get(bench, f"{ACCOUNT_ID}/message_templates", limit="2", status="approved")).json()
    assert [t["name"] for t in first["data"]] == ["visita_tecnica", "fatura_vencendo"]
    assert {"type": "FOOTER", "text": "Horizonte Fibra"} in first["data"][0]["components"]
    after = first["paging"]["cursors"]["after"]
    rest = (await _get(bench, f"{ACCOUNT_ID}/message_templates", status="approved", after=after)).json()
    assert [t["name"] for t in rest["data"]] == ["aviso_manutencao", "retomar_atendimento", "boas_vindas"]
    assert "next" in first["paging"]
    assert "next" not in rest["paging"]


async def test_a_new_template_is_reviewed_and_announced(bench: Bench) -> None:
    path = f"/v26.0/{ACCOUNT_ID}/message_templates"
    body = [{"type": "BODY", "text": "Olá {{1}}, tudo certo."}]
    new = {"name": "novo", "language": "pt_BR", "category": "UTILITY", "components": body}
    answer = await bench.client.post(path, json=new, headers=bench.auth)
    assert (answer.json()["status"], answer.json()["category"]) == ("PENDING", "UTILITY")
    await bench.receiver.until(lambda: bool(bench.receiver.raw))
    [entry] = bench.receiver.bodies[0]["entry"]
    assert entry["changes"][0]["field"] == "message_template_status_update"
    assert entry["changes"][0]["value"]["event"] == "APPROVED"
    assert isinstance(entry["time"], int)
    gone = await bench.client.delete(path, params={"name": "novo"}, headers=bench.auth)
    assert gone.json() == {"success": True}


async def _upload(bench: Bench, content: bytes, mime: str) -> httpx2.Response:
    return await bench.client.post(
        f"/v26.0/{PHONE_ID}/media",
        data={"messaging_product": "whatsapp", "type": mime},
        files={"file": ("nota.pdf", content, mime)},
        headers=bench.auth,
    )


PDF = b"%PDF-1.4\r\n--binary\r\n\x00\xff\n\r\n"


async def test_media_goes_up_and_comes_down_and_goes_away(bench: Bench) -> None:
    media_id = (await _upload(bench, PDF, "application/pdf")).json()["id"]
    described = (await _get(bench, media_id)).json()
    assert described["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (described["file_size"], described["mime_type"]) == (len(PDF), "application/pdf")
    assert (await bench.client.get(described["url"], headers=bench.auth)).content == PDF
    assert (await bench.client.get(described["url"])).status_code == 401
    deleted = await bench.client.delete(f"/v26.0/{media_id}", headers=bench.auth)
    assert deleted.json() == {"success": True}
    assert (await bench.client.get(described["url"], headers=bench.auth)).status_code == 404


async def test_an_address_lives_five_minutes(bench: Bench) -> None:
    media_id = (await _upload(bench, PDF, "application/pdf")).json()["id"]
    url = (await _get(bench, media_id)).json()["url"]
    bench.sim.advance_clock(299)
    assert (await bench.client.get(url, headers=bench.auth)).status_code == 200
    bench.sim.advance_clock(2)
    assert (await bench.client.get(url, headers=bench.auth)).status_code == 404
    forged = httpx2.URL(url).copy_set_param("ext", str(int(bench.sim.now()) + 100))
    assert (await bench.client.get(forged, headers=bench.auth)).status_code == 404


@pytest.mark.parametrize(("content", "mime"), [(b"x", "text/html"), (b"x" * (500 * 1024 + 1), "image/webp")])
async def test_wrong_types_and_sizes_are_refused(bench: Bench, content: bytes, mime: str) -> None:
    answer = await _upload(bench, content, mime)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
async def test_a_customers_media_can_be_fetched(bench: Bench, kind: str) -> None:
    customer = bench.sim.customer("Ana", phone="+5511999999999")
    await bench.sim.write(customer, {"type": kind, "caption": "veja"})
    [message] = await bench.receiver.messages(1)
    part = message[kind]
    content = (await bench.client.get(part["url"], headers=bench.auth)).content
    assert base64.b64encode(hashlib.sha256(content).digest()).decode() == part["sha256"]
    assert (await _get(bench, part["id"])).json()["mime_type"] == part["mime_type"]
    assert ("caption" in part) == (kind in {"image", "video", "document"})
