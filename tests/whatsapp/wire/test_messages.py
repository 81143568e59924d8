"""Every type of message, as complete items in, what a person reads out."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.whatsapp.wire.examples import MESSAGES
from tests.whatsapp.wire.records import record
from tests.whatsapp.wire.samples import (
    BSUID,
    CONTACT,
    METADATA,
    NUMBER_ID,
    PHONE,
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


SYSTEM_BODY = "User Rita Prado changed from 5521987650001 to 5521987659999"


@pytest.mark.parametrize("name", MESSAGES)
def test_each_message_becomes_its_whole_record(name: str) -> None:
    item, expected = MESSAGES[name]
    got = read(**item)
    assert got == record(item, **{"raw": got.raw} | {k: v for k, v in expected.items() if k != "raw"})
    assert got.content.strip(), "a bubble without anything in it"
    if "raw" not in expected:
        assert json.loads(got.raw) == message(**item)


def test_a_message_carries_its_ids_sender_and_time() -> None:
    got = read(**TEXT)
    assert (got.wamid, got.phone_number_id) == (WAMID, NUMBER_ID)
    assert got.path == "entry[0].changes[0].value.messages[0]"
    assert got.sender == Sender(BSUID, PHONE, "Rita Prado", None)
    assert got.sent_at == datetime.fromtimestamp(SENT_AT, UTC)
    assert (got.media, got.error, got.identity_change, got.caption) == (None, None, None, None)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("image", "Imagem"),
        ("video", "Vídeo"),
        ("document", "Documento"),
        ("audio", "Áudio"),
        ("sticker", "Figurinha"),
    ],
)
def test_media_is_named_by_its_id_and_read_by_its_caption(kind: str, said: str) -> None:
    part = {"id": "771", "mime_type": "x/y; codecs=opus", "sha256": "u0Q=", "url": "https://lookaside.example/1"}
    got = read(type=kind, **{kind: {**part, "caption": "luz vermelha", "filename": "a.pdf", "voice": True}})
    assert got.media == InboundMedia("771", "x/y; codecs=opus", "u0Q=", "a.pdf", True, "https://lookaside.example/1")
    assert (got.type, got.content, got.caption) == (MessageType(kind), "luz vermelha", "luz vermelha")
    bare = read(type=kind, **{kind: {"id": "772"}})
    assert bare.media == InboundMedia("772", None, None, None, False, None)
    assert (bare.content, bare.caption) == (said, None)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("https://example.com/a?b=1", "https://example.com/a?b=1"),
        ("HTTP://example.com", "HTTP://example.com"),
        ("www.provedor.com.br/planos", "https://www.provedor.com.br/planos"),
        ("javascript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://a b", None),
        ("//example.com", None),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_only_what_a_page_may_follow_is_a_link(given: Any, shown: str | None) -> None:
    place = read(type="location", location={"url": given}).payload
    assert place is not None
    assert place["url"] == shown
    card = read(type="contacts", contacts=[{"urls": [{"url": given}]}]).payload
    assert card is not None
    assert card["contacts"][0]["urls"] == [{"url": shown, "type": None}]
    advert = read(**TEXT, referral={"source_url": given, "image_url": given}).payload
    assert advert is not None
    assert (advert["referral"]["source_url"], advert["referral"]["image_url"]) == (shown, shown)


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
    assert got.is_turn is False


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
