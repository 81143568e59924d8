"""Complete payloads and the exact answer: what Meta accepts, and with which code it refuses."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from tests.simulator.conftest import Bench, Json, Start

TO = "+5511999999999"


def _message(kind: str, content: Any) -> Json:
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": TO,
        "type": kind,
        kind: content,
    }


def _interactive(kind: str, action: Json, **more: Any) -> Json:
    return _message("interactive", {"type": kind, "body": {"text": "Sua internet voltou?"}, "action": action, **more})


BUTTONS = {"buttons": [{"type": "reply", "reply": {"id": "sim", "title": "Sim"}}]}
LIST = {"button": "Ver opções", "sections": [{"title": "Atendimento", "rows": [{"id": "a", "title": "Suporte"}]}]}
VISIT = {
    "name": "visita_tecnica",
    "language": {"code": "pt_BR"},
    "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "João"}, {"type": "text", "text": "às 14h"}]},
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "OK"}],
        },
    ],
}
INVOICE = {
    "name": "fatura_vencendo",
    "language": {"code": "pt_BR"},
    "components": [
        {"type": "header", "parameters": [{"type": "document", "document": {"link": "https://e.com/f.pdf"}}]},
        {
            "type": "body",
            "parameters": [
                {"type": "text", "parameter_name": "nome", "text": "João"},
                {"type": "text", "parameter_name": "valor", "text": "R$ 99,90"},
            ],
        },
        {"type": "button", "sub_type": "url", "index": "0", "parameters": [{"type": "text", "text": "f/1"}]},
    ],
}

ACCEPTED = {
    "text": _message("text", {"preview_url": True, "body": "Sua fatura: https://example.com/f/123"}),
    "text at its limit": _message("text", {"body": "a" * 4096}),
    "image by link": _message("image", {"link": "https://cdn.example.com/1.jpg", "caption": "Passo 1"}),
    "video": _message("video", {"link": "https://cdn.example.com/1.mp4"}),
    "audio": _message("audio", {"link": "https://cdn.example.com/1.ogg", "voice": True}),
    "document": _message("document", {"link": "https://cdn.example.com/1.pdf", "filename": "fatura.pdf"}),
    "sticker": _message("sticker", {"link": "https://cdn.example.com/1.webp"}),
    "location": _message("location", {"latitude": -23.55052, "longitude": -46.633308, "name": "Loja Sé"}),
    "contacts": _message("contacts", [{"name": {"formatted_name": "Carlos", "first_name": "Carlos"}}]),
    "reaction": _message("reaction", {"message_id": "wamid.HBgN", "emoji": "👍"}),
    "reaction removed": _message("reaction", {"message_id": "wamid.HBgN", "emoji": ""}),
    "buttons": _interactive("button", BUTTONS, header={"type": "text", "text": "Suporte"}, footer={"text": "X"}),
    "list": _interactive("list", LIST),
    "cta_url": _interactive(
        "cta_url", {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": "https://e.com"}}
    ),
    "flow": _interactive("flow", {"name": "flow", "parameters": {"flow_id": "1", "flow_cta": "Abrir"}}),
    "location request": _interactive("location_request_message", {"name": "send_location"}),
    "positional template": _message("template", VISIT),
    "named template": _message("template", INVOICE),
}


@pytest.mark.parametrize("payload", ACCEPTED.values(), ids=ACCEPTED)
async def test_documented_payloads_are_accepted(bench: Bench, payload: Json) -> None:
    customer = bench.sim.customer("João", phone=TO)
    await bench.sim.write(customer, "oi")
    answer = await bench.graph(payload)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["messaging_product"] == "whatsapp"
    assert body["contacts"] == [{"input": TO, "wa_id": "5511999999999"}]
    assert body["messages"][0]["id"].startswith("wamid.")
    assert body["messages"][0].get("message_status") == ("accepted" if payload["type"] == "template" else None)
    assert bench.sim.sends[-1].payload == payload


def _without(payload: Json, *path: str | int) -> Json:
    changed = copy.deepcopy(payload)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    del inner[path[-1]]
    return changed


def _template(name: str, *parameters: str) -> Json:
    body = [{"type": "text", "text": p} for p in parameters]
    return _message(
        "template",
        {"name": name, "language": {"code": "pt_BR"}, "components": [{"type": "body", "parameters": body}]},
    )


MANY = {"buttons": [{"type": "reply", "reply": {"id": str(i), "title": str(i)}} for i in range(4)]}
TWINS = {"buttons": [{"type": "reply", "reply": {"id": "a", "title": t}} for t in "xy"]}
LONG_TITLE = {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "x" * 21}}]}
ROWS = {"button": "Ver", "sections": [{"title": "s", "rows": [{"id": str(i), "title": "t"} for i in range(11)]}]}

REFUSED = {
    "no messaging_product": (_without(ACCEPTED["text"], "messaging_product"), 100, 400),
    "nobody to send to": (_without(ACCEPTED["text"], "to"), 131008, 400),
    "not a phone": ({**ACCEPTED["text"], "to": "joão"}, 131009, 400),
    "unknown type": (_message("hologram", {}), 100, 400),
    "text without body": (_message("text", {}), 131008, 400),
    "empty text": (_message("text", {"body": ""}), 131008, 400),
    "body is a number": (_message("text", {"body": 7}), 131009, 400),
    "text is a list": (_message("text", ["oi"]), 131008, 400),
    "text too long": (_message("text", {"body": "a" * 4097}), 100, 400),
    "caption too long": (_message("image", {"link": "https://e.com/a.jpg", "caption": "a" * 1025}), 100, 400),
    "media by nothing": (_message("image", {}), 131008, 400),
    "media by id and link": (_message("image", {"id": "1", "link": "https://e.com"}), 100, 400),
    "media id unknown": (_message("image", {"id": "123"}), 131009, 400),
    "link is no URL": (_message("document", {"link": "file:///etc/passwd"}), 131009, 400),
    "audio with caption": (_message("audio", {"link": "https://e.com/a.ogg", "caption": "x"}), 100, 400),
    "nowhere": (_message("location", {"latitude": 91, "longitude": 0}), 131009, 400),
    "no contacts": (_message("contacts", []), 131008, 400),
    "contact with one name": (_message("contacts", [{"name": {"formatted_name": "C"}}]), 131009, 400),
    "reaction to nothing": (_message("reaction", {"emoji": "👍"}), 131008, 400),
    "four buttons": (_interactive("button", MANY), 131009, 400),
    "twin button ids": (_interactive("button", TWINS), 131009, 400),
    "button title too long": (_interactive("button", LONG_TITLE), 131009, 400),
    "eleven rows": (_interactive("list", ROWS), 131009, 400),
    "list without button": (_interactive("list", _without(LIST, "button")), 131008, 400),
    "body without text": (_without(_interactive("list", LIST), "interactive", "body"), 131008, 400),
    "unknown interactive": (_interactive("carousel", {}), 131009, 400),
    "action is a list": (_message("interactive", {"type": "button", "body": {"text": "x"}, "action": [1]}), 100, 400),
    "callback data too long": ({**ACCEPTED["text"], "biz_opaque_callback_data": "x" * 513}, 100, 400),
    "recipient is no BSUID": ({**_without(ACCEPTED["text"], "to"), "recipient": "+5511999999999"}, 131009, 400),
    "recipient is the sender": ({**ACCEPTED["text"], "to": "+551133334444"}, 131021, 400),
    "template unknown": (_template("nao_existe"), 132001, 404),
    "template in another language": (
        _message("template", {"name": "visita_tecnica", "language": {"code": "en_US"}}),
        132001,
        404,
    ),
    "template with too few parameters": (_template("visita_tecnica", "João"), 132000, 400),
    "template paused": (_template("oferta_upgrade", "João"), 132015, 400),
    "template without its header": (_message("template", _without(INVOICE, "components", 0)), 132000, 400),
    "template without its link": (_message("template", _without(INVOICE, "components", 2)), 131008, 400),
}


@pytest.mark.parametrize(("payload", "code", "http"), REFUSED.values(), ids=REFUSED)
async def test_wrong_payloads_are_refused_in_metas_shape(bench: Bench, payload: Json, code: int, http: int) -> None:
    customer = bench.sim.customer("João", phone=TO)
    await bench.sim.write(customer, "oi")
    answer = await bench.graph(payload)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (http, code)
    assert error["message"].startswith(f"(#{code}) ")
    assert error["type"] == "OAuthException"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["error_data"]["details"]
    assert error["fbtrace_id"]
    assert bench.sim.sends == []


async def test_a_header_of_another_format_is_refused(bench: Bench) -> None:
    wrong: Json = copy.deepcopy(INVOICE)
    wrong["components"][0]["parameters"] = [{"type": "image", "image": {"link": "https://e.com/a.png"}}]
    answer = await bench.graph(_message("template", wrong))
    assert answer.json()["error"]["code"] == 132012


@pytest.mark.parametrize(
    ("headers", "code"),
    [({}, 104), ({"Authorization": "Bearer wrong"}, 190), ({"Authorization": "Basic abc"}, 104)],
)
async def test_the_token_is_checked(bench: Bench, headers: dict[str, str], code: int) -> None:
    path = f"/v26.0/{bench.sim.config.phone_number_id}/messages"
    answer = await bench.client.post(path, json=ACCEPTED["text"], headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == code
    assert answer.json()["error"]["type"] == "OAuthException"


async def test_a_foreign_phone_id_does_not_exist(bench: Bench) -> None:
    answer = await bench.client.post("/v26.0/999/messages", json=ACCEPTED["text"], headers=bench.auth)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)
    assert error["type"] == "GraphMethodException"
    assert "Object with ID '999' does not exist" in error["message"]


@pytest.mark.parametrize("version", ["v21.0", "v26.0", "v99.9"])
async def test_any_version_is_served(bench: Bench, version: str) -> None:
    bench.sim.customer("João", phone=TO)
    answer = await bench.graph(ACCEPTED["positional template"], version=version)
    assert answer.status_code == 200
    assert bench.sim.sends[0].version == version


async def test_no_version_is_an_unknown_path(bench: Bench) -> None:
    answer = await bench.graph(ACCEPTED["text"], version="latest")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2500)


async def test_only_allowed_recipients_can_be_written_to(start: Start) -> None:
    bench = await start(allowed_recipients=frozenset({"+5521988887777"}))
    answer = await bench.graph(ACCEPTED["positional template"])
    assert answer.json()["error"]["code"] == 131030
