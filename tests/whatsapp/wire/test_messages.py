"""Every type of message, as complete items in, what a person reads out."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.whatsapp.wire.samples import (
    BSUID,
    CONTACT,
    CONTEXT,
    METADATA,
    NUMBER_ID,
    PHONE,
    QUOTED,
    SENT_AT,
    TEXT,
    WAMID,
    body,
    change,
    message,
    messages_body,
    value,
)

from plantao.conversations.models import MessageType
from plantao.whatsapp.wire.models import IdentityChange, InboundMedia, InboundMessage, Sender, WireError
from plantao.whatsapp.wire.webhook import parse_webhook


def read(**content: Any) -> InboundMessage:
    found = parse_webhook(messages_body(message(**content)))
    assert (found.bad, found.notices, found.statuses) == ([], [], [])
    return found.messages[0]


def interactive(kind: str, **reply: Any) -> dict[str, Any]:
    return {"context": CONTEXT, "type": "interactive", "interactive": {"type": kind, kind: reply}}


PLACE = {"latitude": -22.9068, "longitude": -43.1729}
CARD = {
    "name": {"first_name": "Davi", "last_name": "Reis", "formatted_name": "Davi Reis"},
    "org": {"company": "Rede Sul"},
    "phones": [{"phone": "+55 21 97777-0002", "wa_id": "5521977770002", "type": "CELL"}, {"phone": "2133334444"}],
    "emails": [{"email": "davi@example.com", "type": "WORK"}],
    "birthday": "1991-02-03",
}
PLAN = {"product_retailer_id": "plano-600", "quantity": 2, "item_price": 1199.9, "currency": "BRL"}
FORM = {"response_json": '{"flow_token":"AQ.9","cpf":"00000000272","ok":true}', "body": "Sent", "name": "flow"}
EDIT = {"type": "edit", "edit": {"message": TEXT}}
SYSTEM_BODY = "User Rita Prado changed from 5521987650001 to 5521987659999"

# An item; then its type and content, whether it is the customer's turn, what it replies to, and by which id.
TYPES: dict[str, tuple[dict[str, Any], MessageType, str, bool, str | None, str | None]] = {
    "text": (TEXT, MessageType.TEXT, "Estou sem sinal 📶", True, None, None),
    "reply": ({**TEXT, "context": CONTEXT}, MessageType.TEXT, "Estou sem sinal 📶", True, QUOTED, None),
    "forwarded": (
        {**TEXT, "context": {"frequently_forwarded": True}}, MessageType.TEXT, "Estou sem sinal 📶", True, None, None,
    ),
    "product": (
        {**TEXT, "context": {**CONTEXT, "referred_product": {"catalog_id": "1", "product_retailer_id": "p"}}},
        MessageType.TEXT, "Estou sem sinal 📶", True, QUOTED, None,
    ),
    "advert": (
        {**TEXT, "referral": {"source_url": "https://fb.me/x", "source_type": "ad", "headline": "Fibra"}},
        MessageType.TEXT, "Estou sem sinal 📶", True, None, None,
    ),
    "position": (
        {"type": "location", "location": PLACE},
        MessageType.LOCATION, "Localização: -22.9068, -43.1729", True, None, None,
    ),
    "place": (
        {"type": "location", "location": {**PLACE, "name": "Loja", "address": "Rua B, 5"}},
        MessageType.LOCATION, "Localização: Loja, Rua B, 5 (-22.9068, -43.1729)", True, None, None,
    ),
    "place named by its address": (
        {"type": "location", "location": {**PLACE, "name": "Rua B, 5", "address": "Rua B, 5, Rio"}},
        MessageType.LOCATION, "Localização: Rua B, 5, Rio (-22.9068, -43.1729)", True, None, None,
    ),
    "contacts": (
        {"type": "contacts", "contacts": [CARD, {"name": {"first_name": "Bia"}}, {"vcard": "FN;X=1:Léo\nN:x"}]},
        MessageType.CONTACTS, "Davi Reis: +55 21 97777-0002, 2133334444\nBia\nLéo", True, None, None,
    ),
    "template button": (
        {"context": CONTEXT, "type": "button", "button": {"payload": "CONFIRMAR", "text": "Confirmo"}},
        MessageType.BUTTON, "Confirmo", True, QUOTED, "CONFIRMAR",
    ),
    "template button without context": (
        {"type": "button", "button": {"payload": "CONFIRMAR", "text": "Confirmo"}},
        MessageType.BUTTON, "Confirmo", True, None, "CONFIRMAR",
    ),
    "button reply": (
        interactive("button_reply", id="pessoa", title="Falar com alguém"),
        MessageType.INTERACTIVE, "Falar com alguém", True, QUOTED, "pessoa",
    ),
    "list reply": (
        interactive("list_reply", id="suporte", title="Suporte", description="Lenta"),
        MessageType.INTERACTIVE, "Suporte", True, QUOTED, "suporte",
    ),
    "form": (
        interactive("nfm_reply", **FORM),
        MessageType.INTERACTIVE, "Formulário respondido\ncpf: 00000000272\nok: true", True, QUOTED, None,
    ),
    "form that is no object": (
        interactive("nfm_reply", response_json="[1]", name="flow"),
        MessageType.INTERACTIVE, "Formulário respondido", True, QUOTED, None,
    ),
    "form that is no JSON": (
        interactive("nfm_reply", response_json="{", name="flow"),
        MessageType.INTERACTIVE, "Formulário respondido", True, QUOTED, None,
    ),
    "call permission": (
        interactive("call_permission_reply", response="accept", is_permanent=False),
        MessageType.INTERACTIVE, "Permissão para ligar concedida", False, QUOTED, None,
    ),
    "call refusal": (
        interactive("call_permission_reply", response="reject"),
        MessageType.INTERACTIVE, "Permissão para ligar negada", False, QUOTED, None,
    ),
    "interactive of the future": (
        interactive("carousel_reply", id="x"), MessageType.INTERACTIVE, "", True, QUOTED, None,
    ),
    "reaction": (
        {"type": "reaction", "reaction": {"message_id": QUOTED, "emoji": "👍"}},
        MessageType.REACTION, "👍", False, QUOTED, None,
    ),
    "reaction removed": (
        {"type": "reaction", "reaction": {"message_id": QUOTED}}, MessageType.REACTION, "", False, QUOTED, None,
    ),
    "order": (
        {"type": "order", "order": {"catalog_id": "1", "text": "sem pressa", "product_items": [PLAN]}},
        MessageType.ORDER, "Pedido: 2 x plano-600 (R$ 1.199,90)\nsem pressa", True, None, None,
    ),
    "order abroad": (
        {"type": "order", "order": {"product_items": [{**PLAN, "currency": "USD"}, {"quantity": 1}]}},
        MessageType.ORDER, "Pedido: 2 x plano-600 (1199.90 USD); 1 x ?", True, None, None,
    ),
    "order at an absurd price": (
        {"type": "order", "order": {"product_items": [{**PLAN, "item_price": price} for price in (10**400, "free")]}},
        MessageType.ORDER, f"Pedido: 2 x plano-600 (1{'0' * 199}); 2 x plano-600 (free)", True, None, None,
    ),
    "text that is true": ({"type": "text", "text": {"body": True}}, MessageType.TEXT, "", True, None, None),
    "text that is a number": ({"type": "text", "text": {"body": 7}}, MessageType.TEXT, "7", True, None, None),
    "system": (
        {"type": "system", "system": {"body": "User identity changed", "type": "customer_identity_changed"}},
        MessageType.SYSTEM, "User identity changed", False, None, None,
    ),
    "edit": (
        {"type": "edit", "edit": {"original_message_id": QUOTED, "message": {"context": {"id": "M0"}, **TEXT}}},
        MessageType.SYSTEM, "Mensagem editada: Estou sem sinal 📶", False, QUOTED, None,
    ),
    "edit of an edit": (
        {"type": "edit", "edit": {"original_message_id": QUOTED, "message": EDIT}},
        MessageType.SYSTEM, "Mensagem editada: Mensagem editada", False, QUOTED, None,
    ),
    "revoke": (
        {"type": "revoke", "revoke": {"original_message_id": QUOTED}},
        MessageType.SYSTEM, "Mensagem apagada", False, QUOTED, None,
    ),
    "poll": ({"type": "unsupported", "unsupported": {"type": "poll"}}, MessageType.UNSUPPORTED, "", True, None, None),
    "unsupported edit": (
        {"type": "unsupported", "unsupported": {"type": "edit"}}, MessageType.UNSUPPORTED, "", False, None, None,
    ),
    "type of the future": ({"type": "hologram", "hologram": {}}, MessageType.UNSUPPORTED, "", True, None, None),
    "no type": ({}, MessageType.UNSUPPORTED, "", True, None, None),
    "type that is a list": ({"type": ["text"]}, MessageType.UNSUPPORTED, "", True, None, None),
}  # fmt: skip


@pytest.mark.parametrize("name", TYPES)
def test_each_type_says_what_a_person_reads(name: str) -> None:
    item, kind, content, turn, reply_to, reply_id = TYPES[name]
    got = read(**item)
    assert (got.type, got.content, got.is_customer_turn) == (kind, content, turn)
    assert (got.reply_to, got.reply_id) == (reply_to, reply_id)
    assert json.loads(got.raw) == message(**item)


def test_a_message_carries_its_ids_sender_and_time() -> None:
    got = read(**TEXT)
    assert (got.wamid, got.phone_number_id) == (WAMID, NUMBER_ID)
    assert got.path == "entry[0].changes[0].value.messages[0]"
    assert got.sender == Sender(BSUID, PHONE, "Rita Prado", None)
    assert got.sent_at == datetime.fromtimestamp(SENT_AT, UTC)
    assert (got.media, got.error, got.identity_change, got.caption) == (None, None, None, None)


@pytest.mark.parametrize("kind", ["image", "video", "document", "audio", "sticker"])
def test_media_is_named_by_its_id_and_read_by_its_caption(kind: str) -> None:
    part = {"id": "771", "mime_type": "x/y; codecs=opus", "sha256": "u0Q=", "url": "https://lookaside.example/1"}
    got = read(type=kind, **{kind: {**part, "caption": "luz vermelha", "filename": "a.pdf", "voice": True}})
    assert got.media == InboundMedia("771", "x/y; codecs=opus", "u0Q=", "a.pdf", True, "https://lookaside.example/1")
    assert (got.type, got.content, got.caption) == (MessageType(kind), "luz vermelha", "luz vermelha")
    bare = read(type=kind, **{kind: {"id": "772"}})
    assert bare.media == InboundMedia("772", None, None, None, False, None)
    assert (bare.content, bare.caption) == ("", None)


@pytest.mark.parametrize(
    ("timestamp", "expected"),
    [
        ("1795514400", SENT_AT),
        (1795514400, SENT_AT),
        (1795514400.0, SENT_AT),
        ("1795514400123", SENT_AT + 0.123),
        (1795514400123, SENT_AT + 0.123),
    ],
)
def test_times_come_in_seconds_or_milliseconds(timestamp: Any, expected: float) -> None:
    got = read(**TEXT, timestamp=timestamp).sent_at
    assert got is not None
    assert (got.timestamp(), got.tzinfo) == (expected, UTC)


@pytest.mark.parametrize("timestamp", ["", "0", "-5", "x", "9" * 40, 10**14, 1e300, True, [], {}, "١٧٩٥٥١٤٤٠٠", "12"])
def test_an_absurd_time_is_none_and_loses_no_message(timestamp: Any) -> None:
    assert read(**TEXT, timestamp=timestamp).sent_at is None


USERNAME_ONLY = {"profile": {"name": "Ana", "username": "ana.fibra"}, "user_id": "BR.150"}

# The value's contacts, the message's ids, and the sender they make.
SENDERS: dict[str, tuple[Any, dict[str, Any], Sender]] = {
    "before BSUIDs": (
        [{"profile": {"name": "Rita"}, "wa_id": PHONE}],
        {"from_user_id": None}, Sender(None, PHONE, "Rita", None),
    ),
    "no contacts": (None, {}, Sender(BSUID, PHONE, None, None)),
    "contacts that are none": (["x", None, 3], {}, Sender(BSUID, PHONE, None, None)),
    "username only": (
        [USERNAME_ONLY], {"from_": None, "from_user_id": "BR.150"}, Sender("BR.150", None, "Ana", "ana.fibra"),
    ),
    "the other contact comes first": (
        [USERNAME_ONLY, CONTACT], {}, Sender(BSUID, PHONE, "Rita Prado", None),
    ),
    "a stranger's contact": ([USERNAME_ONLY], {}, Sender(BSUID, PHONE, None, None)),
    "BSUID in from": ([CONTACT], {"from_": BSUID, "from_user_id": None}, Sender(BSUID, PHONE, "Rita Prado", None)),
    "BSUID in wa_id": (
        [{"profile": {"name": "Rita"}, "wa_id": BSUID}],
        {"from_": BSUID, "from_user_id": None}, Sender(BSUID, None, "Rita", None),
    ),
    "phone from the contact": ([CONTACT], {"from_": None}, Sender(BSUID, PHONE, "Rita Prado", None)),
    "BSUID from the contact": ([CONTACT], {"from_user_id": None}, Sender(BSUID, PHONE, "Rita Prado", None)),
    "parent BSUID": ([CONTACT], {"from_parent_user_id": "BR.ENT.118"}, Sender(BSUID, PHONE, "Rita Prado", None)),
    "phone as a number": ([], {"from_": int(PHONE)}, Sender(BSUID, PHONE, None, None)),
    "long name": (
        [{**CONTACT, "profile": {"name": "R" * 5000}}], {}, Sender(BSUID, PHONE, "R" * 200, None),
    ),
    "blank name": ([{**CONTACT, "profile": {"name": " \n "}}], {}, Sender(BSUID, PHONE, None, None)),
}  # fmt: skip


@pytest.mark.parametrize("name", SENDERS)
def test_the_sender_is_known_by_any_id(name: str) -> None:
    contacts, ids, sender = SENDERS[name]
    inner = {"metadata": METADATA, "contacts": contacts, "messages": [message(**TEXT, **ids)]}
    assert parse_webhook(body(change(inner))).messages[0].sender == sender


@pytest.mark.parametrize(
    ("card", "phone"),
    [
        ({"phones": [{"phone": "+55 21 97777-0002", "wa_id": "552177770002"}]}, "552177770002"),
        ({"vcard": "BEGIN:VCARD\nTEL;waid=5521977770002:+55 21 9", "phones": [{"phone": "+55 21"}]}, "5521977770002"),
        ({"phones": [{"phone": "+55 21 97777-0002"}]}, "5521977770002"),
        ({"phones": [{"phone": "12"}]}, None),
        ({}, None),
    ],
)
def test_a_shared_phone_is_read_only_when_it_was_asked_for(card: dict[str, Any], phone: str | None) -> None:
    item = {"type": "contacts", "contacts": [card]}
    assert read(**item, origin="contact_request").sender.shared_phone == phone
    assert read(**item).sender.shared_phone is None


@pytest.mark.parametrize(
    ("ids", "system", "expected"),
    [
        (
            {"from_user_id": None},
            {"type": "user_changed_number", "wa_id": "5521987659999"},
            IdentityChange(PHONE, "5521987659999", None, None),
        ),
        (
            {},
            {"type": "user_changed_user_id", "wa_id": PHONE, "user_id": "BR.7", "previous_user_id": "BR.6"},
            IdentityChange(PHONE, PHONE, "BR.6", "BR.7"),
        ),
        (
            {},
            {"type": "customer_changed_number", "new_wa_id": "BR.7"},
            IdentityChange(PHONE, None, BSUID, "BR.7"),
        ),
        ({}, {"type": "customer_identity_changed", "wa_id": "5521987659999"}, None),
    ],
)
def test_a_changed_number_or_user_id_names_both_sides(
    ids: dict[str, Any], system: dict[str, Any], expected: IdentityChange | None
) -> None:
    inner = {"metadata": METADATA, "messages": [message(type="system", system={"body": SYSTEM_BODY, **system}, **ids)]}
    got = parse_webhook(body(change(inner))).messages[0]
    assert got.identity_change == expected
    assert (got.content, got.is_customer_turn) == (SYSTEM_BODY, False)


def test_an_error_in_a_message_is_kept_with_it() -> None:
    error = {"code": 131052, "title": "Media download error", "error_data": {"details": "too\nbig"}}
    got = read(type="image", errors=[error])
    assert got.error == WireError(131052, "Media download error", "too big")
    assert (got.type, got.media) == (MessageType.IMAGE, None)


def test_an_empty_message_takes_the_error_of_its_value() -> None:
    error = {"code": 131000, "title": "Something went wrong", "error_data": {"details": "Unsupported webhook payload"}}
    inner = value(messages=[message(type="interactive"), message(**TEXT)], errors=[error])
    found = parse_webhook(body(change(inner)))
    assert found.messages[0].error == WireError(131000, "Something went wrong", "Unsupported webhook payload")
    assert found.messages[1].error is None
    assert [notice.summary for notice in found.notices] == [
        "error 131000: Something went wrong: Unsupported webhook payload"
    ]


@pytest.mark.parametrize("code", [None, "x", -1, 2**31, True, [], "12.5"])
def test_an_error_code_that_is_no_small_number_is_none(code: Any) -> None:
    assert read(**TEXT, errors=[{"code": code, "message": "hm"}]).error == WireError(None, "hm", "hm")


def test_content_is_capped() -> None:
    assert len(read(type="text", text={"body": "a" * 150_000}).content) == 100_000
