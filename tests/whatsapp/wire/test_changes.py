"""Edits and deletions, echoes of what was written in the app, and what belongs to groups."""

import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from tests.whatsapp.wire.examples import MESSAGES
from tests.whatsapp.wire.records import record
from tests.whatsapp.wire.samples import (
    BSUID,
    METADATA,
    PHONE,
    QUOTED,
    SENT_AT,
    TEXT,
    WAMID,
    body,
    change,
    message,
    messages_body,
    status,
    value,
)

from plantao.whatsapp.wire.models import InboundChange, InboundStatus, Sender, Webhook
from plantao.whatsapp.wire.webhook import parse_webhook

FIRST = "entry[0].changes[0].value"
AT = datetime.fromtimestamp(SENT_AT, UTC)
EDITED = {"type": "edit", "edit": {"original_message_id": QUOTED, "message": {"context": {"id": "M0"}, **TEXT}}}
DELETED = {"type": "revoke", "revoke": {"original_message_id": QUOTED}}
NEW_CAPTION = {"type": "image", "image": {"id": "1", "caption": "luz verde"}}
CHANGES: dict[str, tuple[dict[str, Any], str | None]] = {
    "edit": (EDITED, "Estou sem sinal 📶"),
    "edit of a caption": (
        {"type": "edit", "edit": {"original_message_id": QUOTED, "message": NEW_CAPTION}},
        "luz verde",
    ),
    "edit that takes a caption away": (
        {"type": "edit", "edit": {"original_message_id": QUOTED, "message": {"type": "image", "image": {"id": "1"}}}},
        "Imagem",
    ),
    "deletion": (DELETED, None),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_edit_and_a_deletion_name_the_message_that_they_change(name: str) -> None:
    item, content = CHANGES[name]
    found = parse_webhook(messages_body(message(**item)))
    raw = found.changes[0].raw
    expected = InboundChange(f"{FIRST}.messages[0]", WAMID, QUOTED, AT, content, is_echo=False, raw=raw)
    assert found == Webhook(changes=[expected])
    assert json.loads(raw) == message(**item)


def echo(**content: Any) -> dict[str, Any]:
    """What the shop wrote to Rita in the app."""
    return message(**content, from_="552133330000", from_user_id=None, to=PHONE, to_user_id=BSUID)


def echoes_body(*items: Any) -> bytes:
    return body(change(value(message_echoes=list(items)), "smb_message_echoes"))


@pytest.mark.parametrize("name", [name for name, (item, _) in MESSAGES.items() if item.get("type") != "system"])
def test_an_echo_is_read_as_a_message_to_the_customer(name: str) -> None:
    item, expected = MESSAGES[name]
    [got] = parse_webhook(echoes_body(echo(**item))).messages
    path = f"{FIRST}.message_echoes[0]"
    assert got == record(item, **expected | {"raw": got.raw, "path": path, "is_echo": True})


def test_an_echo_to_a_username_without_phone() -> None:
    contact = {"profile": {"name": "Ana", "username": "ana.fibra"}, "user_id": "BR.150"}
    item = message(**TEXT, from_="552133330000", from_user_id=None, to_user_id="BR.150")
    inner = {"metadata": METADATA, "contacts": [contact], "message_echoes": [item]}
    [got] = parse_webhook(body(change(inner, "smb_message_echoes"))).messages
    assert got.sender == Sender("BR.150", None, "Ana", "ana.fibra")


def test_an_echo_to_nobody_is_parked() -> None:
    found = parse_webhook(echoes_body(echo(**TEXT) | {"to": None, "to_user_id": None}))
    assert [one.reason for one in found.bad] == ["no usable receiver: neither a phone nor a user id"]


@pytest.mark.parametrize("item", [EDITED, DELETED])
def test_what_was_written_in_the_app_is_changed_there(item: dict[str, Any]) -> None:
    [got] = parse_webhook(echoes_body(echo(**item))).changes
    assert (got.original, got.is_echo) == (QUOTED, True)


def test_what_is_said_in_groups_is_left_alone_and_told() -> None:
    inside = message(**TEXT, group_id="Y2FwaV9ncm91cDox")
    found = parse_webhook(messages_body(inside, message(**TEXT), message(**DELETED, group_id="Y2FwaV9ncm91cDox")))
    assert found.groups == [f"{FIRST}.messages[0]", f"{FIRST}.messages[2]"]
    assert (len(found.messages), found.changes, found.bad) == (1, [], [])


PRICES = {
    "free": (
        {"billable": False, "type": "free_customer_service", "category": "service"},
        False,
    ),
    "paid": ({"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}, True),
    "entry point": ({"billable": False, "type": "free_entry_point", "category": "referral_conversion"}, False),
}


@pytest.mark.parametrize("name", PRICES)
@pytest.mark.parametrize("version", [{}, {"conversation": {"id": "72", "origin": {"type": "service"}}}])
def test_a_price_comes_with_a_tick(name: str, version: dict[str, Any]) -> None:
    pricing, billable = PRICES[name]
    [got] = parse_webhook(body(change(value(statuses=[status("sent", pricing=pricing, **version)])))).statuses
    assert (got.billable, got.pricing_category, got.pricing_type) == (billable, pricing["category"], pricing["type"])
    assert got.phone_number_id == METADATA["phone_number_id"]


def test_a_tick_without_a_number_has_no_price_of_a_number() -> None:
    [got] = parse_webhook(body(change({"statuses": [status("sent")]}))).statuses
    assert isinstance(got, InboundStatus)
    assert msgspec.structs.asdict(got) | {"phone_number_id": None} == msgspec.structs.asdict(got)
