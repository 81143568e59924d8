"""Templates from hand-in to deletion, and what is checked when one is sent."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from tests.simulator.conftest import ACCOUNT_ID, Bench, Json, Start

from plantao_simulator.templates import Template, TemplateButton

ANA = "+5511999999999"
DAY = 24 * 3600
BODY = {"type": "BODY", "text": "Olá {{1}}, tudo certo?", "example": {"body_text": [["Ana"]]}}


def _new(**more: Any) -> Json:
    return {"name": "novo", "language": "pt_BR", "category": "UTILITY", "components": [BODY], **more}


async def _post(bench: Bench, path: str, body: Json) -> httpx2.Response:
    return await bench.client.post(f"/v26.0/{path}", json=body, headers=bench.auth)


async def _create(bench: Bench, **more: Any) -> httpx2.Response:
    return await _post(bench, f"{ACCOUNT_ID}/message_templates", _new(**more))


async def _decision(bench: Bench, count: int = 1) -> Json:
    await bench.receiver.until(lambda: len(bench.receiver.values) >= count)
    return bench.receiver.values[-1]


def _part(kind: str, text: str, **more: Any) -> list[Json]:
    return [BODY, {"type": kind, "text": text, **more}]


FLAWS: dict[str, Json] = {
    "capitals in the name": {"name": "Novo"},
    "unknown category": {"category": "SPAM"},
    "no body": {"components": []},
    "body too long": {"components": [{"type": "BODY", "text": "x" * 1025}]},
    "variable first": {"components": [{"type": "BODY", "text": "{{1}}, olá"}]},
    "variable last": {"components": [{"type": "BODY", "text": "olá {{1}}"}]},
    "variables that skip": {"components": [{"type": "BODY", "text": "olá {{2}}, oi"}]},
    "variables of two kinds": {"components": [{"type": "BODY", "text": "a {{1}} b {{nome}} c"}]},
    "empty example": {"components": [BODY | {"example": {"body_text": []}}]},
    "long footer": {"components": _part("FOOTER", "x" * 61)},
    "long header": {"components": _part("HEADER", "x" * 61, format="TEXT")},
    "header without text": {"components": _part("HEADER", "", format="TEXT")},
    "header of no format": {"components": _part("HEADER", "x", format="SOUND")},
    "long button": {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x" * 26}]}]},
    "nameless button": {"components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "URL", "text": ""}]}]},
    "eleven buttons": {
        "components": [BODY, {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "a"}] * 11}]
    },
    "components of no shape": {"components": "BODY"},
}


@pytest.mark.parametrize("flaw", FLAWS.values(), ids=FLAWS)
async def test_a_flaw_is_refused_at_once(bench: Bench, flaw: Json) -> None:
    refused = await _create(bench, **flaw)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, 100)


async def test_adjacent_variables_are_found_by_the_review(bench: Bench) -> None:
    created = await _create(bench, components=[{"type": "BODY", "text": "Olá {{1}} {{2}}, oi"}])
    assert created.json()["status"] == "PENDING"
    value = await _decision(bench)
    assert (value["event"], value["reason"]) == ("REJECTED", "INVALID_FORMAT")
    assert set(value["rejection_info"]) == {"reason", "recommendation"}
    listed = await bench.client.get(
        f"/v26.0/{created.json()['id']}?fields=status,rejected_reason,quality_score", headers=bench.auth
    )
    assert (listed.json()["status"], listed.json()["rejected_reason"]) == ("REJECTED", "INVALID_FORMAT")


async def test_the_review_can_be_told_its_verdict(start: Start) -> None:
    bench = await start(template_verdict="reject", review_seconds=0)
    await _create(bench)
    assert (await _decision(bench))["reason"] == "PROMOTIONAL"
    await bench.control("PATCH", "/settings", {"template_verdict": "hold"})
    held = await _create(bench, name="outro")
    assert bench.sim.business.first.account.templates.by_id(held.json()["id"]) is not None
    await bench.control("POST", "/templates/outro", {"status": "APPROVED"})
    assert (await _decision(bench, 2))["event"] == "APPROVED"


async def test_an_approved_template_is_edited_once_a_day_and_ten_times_a_month(start: Start) -> None:
    now = [1_795_428_000.0]
    bench = await start(lambda: now[0], review_seconds=0)
    template_id = (await _create(bench)).json()["id"]
    await _decision(bench)
    for turn in range(10):
        now[0] += DAY
        edited = await _post(bench, template_id, {"components": [BODY | {"text": f"Oi {{{{1}}}}, versão {turn}."}]})
        assert edited.json()["success"], edited.text
        await _decision(bench, turn + 2)
        again = await _post(bench, template_id, {"components": [BODY]})
        assert again.json()["error"]["code"] == 100
    now[0] += DAY
    assert (await _post(bench, template_id, {"components": [BODY]})).json()["error"]["code"] == 100
    now[0] += 20 * DAY
    assert (await _post(bench, template_id, {"components": [BODY]})).status_code == 200


async def test_the_category_of_an_approved_template_stays(bench: Bench) -> None:
    template = bench.sim.business.first.account.templates.by_key["boas_vindas", "pt_BR"]
    refused = await _post(bench, template.id, {"category": "MARKETING"})
    assert "category" in refused.json()["error"]["error_data"]["details"]


async def test_a_deleted_name_is_reserved_for_thirty_days(start: Start) -> None:
    now = [1_795_428_000.0]
    bench = await start(lambda: now[0])
    path = f"/v26.0/{ACCOUNT_ID}/message_templates"
    one = bench.sim.business.first.account.templates.by_key["boas_vindas", "pt_BR"]
    query = {"name": "boas_vindas", "hsm_id": "1"}
    assert (await bench.client.delete(path, params=query, headers=bench.auth)).status_code == 400
    query["hsm_id"] = one.id
    assert (await bench.client.delete(path, params=query, headers=bench.auth)).json() == {"success": True}
    refused = (await _create(bench, name="boas_vindas")).json()["error"]
    assert (refused["code"], refused["error_subcode"]) == (100, 2388023)
    now[0] += 30 * DAY
    assert (await _create(bench, name="boas_vindas")).status_code == 200


async def test_a_hundred_creations_an_hour(start: Start) -> None:
    bench = await start(lambda: 1_795_428_000.0, template_verdict="hold")
    codes = [(await _create(bench, name=f"n{i}")).status_code for i in range(101)]
    assert codes == [200] * 100 + [400]
    assert (await _create(bench, name="mais")).json()["error"]["code"] == 80007


SENT = Template(
    id="1387372356726699",
    name="completo",
    header="TEXT",
    header_text="Pedido {{1}}",
    body="Olá {{1}}, chega {{2}}. Confirma?",
    buttons=(
        TemplateButton(kind="URL", text="Ver", url="https://example.com/{{1}}"),
        TemplateButton(kind="QUICK_REPLY", text="Sim"),
    ),
)


def _text(value: str) -> Json:
    return {"type": "text", "text": value}


def _sent(header: list[Json], body: list[Json], *buttons: Json) -> Json:
    parts = [{"type": "header", "parameters": header}, {"type": "body", "parameters": body}, *buttons]
    named = {"name": "completo", "language": {"code": "pt_BR"}, "components": parts}
    return {"messaging_product": "whatsapp", "to": ANA, "type": "template", "template": named}


URL = {"type": "button", "sub_type": "url", "index": "0", "parameters": [_text("42")]}
TWO = [_text("Ana"), _text("hoje")]

MISTAKES: dict[str, tuple[Json, int]] = {
    "one body parameter too few": (_sent([_text("7")], [_text("Ana")], URL), 132000),
    "no header parameter": (_sent([], TWO, URL), 132000),
    "an image where a text belongs": (_sent([_text("7")], [_text("Ana"), {"type": "image", "image": {}}], URL), 132012),
    "an empty parameter": (_sent([_text("7")], [_text("Ana"), _text("")], URL), 131008),
    "a line break": (_sent([_text("7")], [_text("Ana"), _text("hoje\nsim")], URL), 132018),
    "five spaces": (_sent([_text("7")], [_text("Ana"), _text("hoje     sim")], URL), 132018),
    "too long altogether": (_sent([_text("7")], [_text("Ana"), _text("x" * 1020)], URL), 132005),
    "no button parameter": (_sent([_text("7")], TWO), 131008),
    "a button of another kind": (_sent([_text("7")], TWO, URL | {"sub_type": "quick_reply"}), 132012),
    "a button that is not there": (_sent([_text("7")], TWO, URL, URL | {"index": "5"}), 132000),
}


@pytest.mark.parametrize(("payload", "code"), MISTAKES.values(), ids=MISTAKES)
async def test_a_send_that_does_not_fit_is_refused(start: Start, payload: Json, code: int) -> None:
    bench = await start(templates=(SENT,))
    assert (await bench.graph(payload)).json()["error"]["code"] == code


async def test_a_send_that_fits_shows_everything(start: Start) -> None:
    bench = await start(templates=(SENT,))
    answer = await bench.graph(_sent([_text("7")], TWO, URL))
    assert answer.json()["messages"][0]["message_status"] == "accepted"
    shown = bench.sim.world.messages[bench.sim.sends[0].wamid].shown or {}
    assert (shown["header"], shown["body"]) == ("Pedido 7", "Olá Ana, chega hoje. Confirma?")


async def test_who_stopped_marketing_gets_no_marketing(start: Start) -> None:
    offer = Template(id="1387372356726698", name="oferta", category="MARKETING", body="Olá! Mais velocidade?")
    bench = await start(templates=(offer,))
    ana = bench.sim.customer("Ana", phone=ANA)
    stop = {"wa_id": ana.wa_id, "user_id": ana.user_id, "category": "marketing_messages", "value": "stop"}
    await bench.control("POST", "/notices", {"field": "user_preferences", "value": {"user_preferences": [stop]}})
    assert ana.marketing is False
    named = {"name": "oferta", "language": {"code": "pt_BR"}}
    await bench.graph({"messaging_product": "whatsapp", "to": ANA, "type": "template", "template": named})
    assert (await bench.receiver.statuses(1))[0]["errors"][0]["code"] == 131050
