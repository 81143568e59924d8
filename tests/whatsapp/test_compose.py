"""From a client's request to the body that Meta gets, for everything that can be sent; and what is refused before."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.whatsapp.said import BODIES, FALAR, FLOW, ID, LINK, QUOTED, SIM, WAMID, Json

from plantao.conversations.drafts import read_wish
from plantao.conversations.outbox import Outgoing
from plantao.conversations.schemas import MessageInput
from plantao.conversations.sending import Draft
from plantao.customers.models import CustomerId
from plantao.kit import errors
from plantao.whatsapp.compose import check_draft, compose
from plantao.whatsapp.graph.payloads import build_body

COMMON = {
    "messaging_product": "whatsapp",
    "recipient_type": "individual",
    "to": "+5511999999999",
    "biz_opaque_callback_data": str(ID),
}


def drafted(body: Json) -> Draft:
    draft = read_wish(MessageInput.model_validate(body).wish(None))
    check_draft(draft)
    return draft


def sent(body: Json) -> Json:
    """What Meta gets, without what all messages have."""
    draft = drafted(body)
    message = Outgoing(
        id=ID,
        conversation_id=ID,
        customer_id=CustomerId(ID),
        type=draft.type,
        content=draft.content,
        caption=draft.caption,
        media=draft.media,
        payload=draft.payload,
        reply_to=WAMID if draft.reply_to else None,
        address=None,
        attempts=1,
        sent_by="agent",
        wa_id="5511999999999",
        phone=None,
        bsuid=None,
    )
    built = build_body(compose(message))
    assert built | COMMON == built
    return {key: value for key, value in built.items() if key not in COMMON}


@pytest.mark.parametrize("name", BODIES)
def test_each_kind_becomes_metas_body(name: str) -> None:
    body, expected = BODIES[name]
    assert sent(body) == expected


MEDIA_HEADER = {"type": "header", "parameters": [{"type": "document", "document": {"link": LINK, "filename": "f.pdf"}}]}
COMPONENTS: dict[str, list[Json]] = {
    "positional": [{"type": "body", "parameters": [{"type": "text", "text": "João"}]}],
    "named": [{"type": "body", "parameters": [{"type": "text", "parameter_name": "nome", "text": "João"}]}],
    "header text": [{"type": "header", "parameters": [{"type": "text", "text": "Novembro"}]}],
    "header media": [MEDIA_HEADER],
    "header location": [
        {
            "type": "header",
            "parameters": [
                {"type": "location", "location": {"latitude": "-23.5", "longitude": "-46.6", "name": "Loja"}}
            ],
        }
    ],
    "money and dates": [
        {
            "type": "body",
            "parameters": [
                {"type": "currency", "currency": {"fallback_value": "R$ 99,90", "code": "BRL", "amount_1000": 99900}},
                {"type": "date_time", "date_time": {"fallback_value": "1º de dezembro"}},
            ],
        }
    ],
    "buttons": [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "0",
            "parameters": [{"type": "payload", "payload": "OK"}],
        },
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "f/123"}]},
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "2",
            "parameters": [{"type": "coupon_code", "coupon_code": "FIBRA"}],
        },
        {
            "type": "button",
            "sub_type": "flow",
            "index": "3",
            "parameters": [{"type": "action", "action": {"flow_token": "t", "flow_action_data": {"a": 1}}}],
        },
        {"type": "button", "sub_type": "catalog", "index": "4", "parameters": [{"type": "action", "action": {}}]},
    ],
    "carousel": [
        {"type": "carousel", "cards": [{"card_index": 0, "components": [MEDIA_HEADER]}, {"card_index": 1}]},
    ],
    "offer": [
        {
            "type": "limited_time_offer",
            "parameters": [{"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1795428000000}}],
        }
    ],
}


@pytest.mark.parametrize("name", COMPONENTS)
def test_components_of_a_template_go_out_as_they_are(name: str) -> None:
    components = COMPONENTS[name]
    body = {"type": "template", "template_name": "fatura_vencendo", "components": components}
    template = {"name": "fatura_vencendo", "language": {"code": "pt_BR"}, "components": components}
    assert sent(body) == {"type": "template", "template": template}


def with_interactive(**fields: Any) -> Json:
    return {"type": "interactive", "content": "Oi", "interactive": fields}


def with_buttons(*buttons: Json, **more: Any) -> Json:
    return with_interactive(kind="buttons", buttons=list(buttons), **more)


def with_rows(*rows: Json, **more: Any) -> Json:
    return with_interactive(**{"kind": "list", "button": "Ver", "sections": [{"rows": list(rows)}]} | more)


def with_contact(**fields: Any) -> Json:
    return {"type": "contacts", "contacts": [{"name": "Ana"} | fields]}


REFUSED: dict[str, tuple[Json, str]] = {
    "unknown type": ({"type": "order", "content": "x"}, "type"),
    "no text": ({"content": " "}, "content"),
    "caption of audio": ({"type": "audio", "content": LINK, "caption": "x"}, "caption"),
    "caption of a sticker": ({"type": "sticker", "content": LINK, "caption": "x"}, "caption"),
    "voice of an image": ({"type": "image", "content": LINK, "voice": True}, "voice"),
    "location of a text": ({"content": "x", "location": {"latitude": 0, "longitude": 0}}, "location"),
    "contacts of a text": ({"content": "x", "contacts": [{"name": "Ana"}]}, "contacts"),
    "buttons of a text": ({"content": "x", "interactive": {"kind": "location_request"}}, "interactive"),
    "template's name of a text": ({"content": "x", "template_name": "a"}, "template_name"),
    "no location": ({"type": "location", "content": "x"}, "location"),
    "beyond the pole": ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, "latitude"),
    "a number as text": ({"type": "location", "location": {"latitude": "1", "longitude": 0}}, "latitude"),
    "no number": ({"type": "location", "location": {"latitude": 0, "longitude": float("nan")}}, "longitude"),
    "true is no number": ({"type": "location", "location": {"latitude": True, "longitude": 0}}, "latitude"),
    "long place": ({"type": "location", "location": {"latitude": 0, "longitude": 0, "name": "x" * 1001}}, "name"),
    "unknown in a place": ({"type": "location", "location": {"latitude": 0, "longitude": 0, "url": "x"}}, "url"),
    "no contacts": ({"type": "contacts"}, "contacts"),
    "empty contacts": ({"type": "contacts", "contacts": []}, "contacts"),
    "too many contacts": ({"type": "contacts", "contacts": [{"name": "A"}] * 31}, "contacts"),
    "nameless": ({"type": "contacts", "contacts": [{"phones": []}]}, "name"),
    "blank name": (with_contact(name="  "), "name"),
    "phone": (with_contact(phones=[{"phone": " "}]), "phone"),
    "wa_id": (with_contact(phones=[{"phone": "1", "wa_id": "+55"}]), "wa_id"),
    "birthday": (with_contact(birthday="1/2/1990"), "birthday"),
    "reaction to nothing": ({"type": "reaction", "content": "👍"}, "reply_to"),
    "reaction in words": ({"type": "reaction", "content": "ok", "reply_to": QUOTED}, "content"),
    "two reactions": ({"type": "reaction", "content": "👍👍", "reply_to": QUOTED}, "content"),
    "no id": ({"content": "x", "reply_to": "msg-1"}, "reply_to"),
    "no interactive": ({"type": "interactive", "content": "x"}, "interactive"),
    "unknown kind": (with_interactive(kind="carousel"), "interactive"),
    "no kind": (with_interactive(buttons=[SIM]), "interactive"),
    "no body": (with_buttons(SIM) | {"content": ""}, "content"),
    "long body": (with_buttons(SIM) | {"content": "x" * 1025}, "content"),
    "no button": (with_buttons(), "buttons"),
    "four buttons": (with_buttons(*({"id": str(n), "title": str(n)} for n in range(4))), "buttons"),
    "long title": (with_buttons({"id": "1", "title": "x" * 21}), "title"),
    "long id": (with_buttons({"id": "x" * 257, "title": "x"}), "id"),
    "same title": (with_buttons(SIM, SIM | {"id": "2"}), "title"),
    "long header": (with_buttons(SIM, header="x" * 61), "header"),
    "very long header": (with_buttons(SIM, header="x" * 201), "header"),
    "header without a link": (with_buttons(SIM, header={"type": "image"}), "link"),
    "header that is none": (with_buttons(SIM, header=["x"]), "header"),
    "header's link": (with_buttons(SIM, header={"type": "image", "link": "file:///etc/passwd"}), "link"),
    "header's name": (with_buttons(SIM, header={"type": "image", "link": LINK, "filename": "a"}), "filename"),
    "long footer": (with_buttons(SIM, footer="x" * 61), "footer"),
    "header file of a list": (with_rows(SIM, header={"type": "image", "link": LINK}), "header"),
    "no rows": (with_rows(), "rows"),
    "eleven rows": (with_rows(*({"id": str(n), "title": "x"} for n in range(11))), "rows"),
    "31 rows": (with_rows(*({"id": str(n), "title": "x"} for n in range(31))), "rows"),
    "row's title": (with_rows({"id": "1", "title": "x" * 25}), "title"),
    "row's description": (with_rows({"id": "1", "title": "x", "description": "x" * 73}), "description"),
    "same row": (with_rows(SIM, SIM), "id"),
    "list's button": (with_rows(SIM, button="x" * 21), "button"),
    "untitled sections": (with_rows(SIM, sections=[{"rows": [SIM]}, {"rows": [FALAR]}]), "title"),
    "label of an address": (with_interactive(kind="cta_url", display_text="x" * 21, url=LINK), "display_text"),
    "address": (with_interactive(kind="cta_url", display_text="x", url="javascript:alert(1)"), "url"),
    "flow's label": (with_interactive(**FLOW | {"button": "x" * 31}), "button"),
    "flow without id": (with_interactive(**FLOW | {"flow_id": None}), "flow_id"),
    "flow with both": (with_interactive(**FLOW | {"flow_name": "cadastro"}), "flow_id"),
    "flow's id": (with_interactive(**FLOW | {"flow_id": "abc"}), "flow_id"),
    "flow's data without a screen": (with_interactive(**FLOW | {"screen": None}), "screen"),
    "flow's screen without navigate": (with_interactive(**FLOW | {"action": "data_exchange"}), "action"),
    "flow's huge data": (with_interactive(**FLOW | {"data": {"x": [0] * 2000}}), "data"),
    "flow's NUL": (with_interactive(**FLOW | {"data": {"x": "\0"}}), "data"),
}


def complained_of(body: Json) -> str | None:
    """The field that is refused, by the models or by the rules."""
    try:
        drafted(body)
    except errors.ValidationFailed as refused:
        return refused.field if refused.detail.endswith(".") else "no sentence"
    except ValidationError as refused:
        return [part for part in refused.errors()[0]["loc"] if isinstance(part, str)][-1]
    return "nothing"


@pytest.mark.parametrize("name", REFUSED)
def test_what_meta_would_refuse_names_the_field(name: str) -> None:
    body, field = REFUSED[name]
    assert complained_of(body) == field


EMOJI = ["👍", "❤️", "❤", "👩🏽‍💻", "👨‍👩‍👧‍👦", "🇧🇷", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "©️", "‼️", "🫶🏿"]


@pytest.mark.parametrize("emoji", EMOJI)
def test_every_kind_of_emoji_is_one(emoji: str) -> None:
    assert drafted({"type": "reaction", "content": emoji, "reply_to": QUOTED}).payload == {"emoji": emoji}


@pytest.mark.parametrize("text", ["a", "!", " ", "👍 ", "中", ":)", "👍👍", "é", "\u200d", "1"])
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(errors.ValidationFailed):
        drafted({"type": "reaction", "content": text, "reply_to": QUOTED})


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (BODIES["location"][0], "Localização: Loja Sé, Praça da Sé, São Paulo (-23.55052, -46.633308)"),
        (BODIES["where the equator is"][0], "Localização: 0.0, 0.0"),
        (BODIES["contacts"][0], "Técnico Carlos: +5511988887777"),
        (BODIES["reaction"][0], "👍"),
        (BODIES["reaction taken back"][0], "Reação retirada"),
        (BODIES["list"][0], "Como podemos ajudar?"),
    ],
)
def test_everything_reads_well_in_a_list(body: Json, content: str) -> None:
    assert drafted(body).content == content


def test_the_survey_of_the_version_before_still_goes_out() -> None:
    rows = [{"id": "survey:1:5", "title": "5 - Ótimo"}]
    old = Draft("Como foi?", drafted(BODIES["list"][0]).type, payload={"list": {"button": "Avaliar", "rows": rows}})
    check_draft(old)
