"""The envelope: every entry, every change, every item, and nothing sunk by its neighbour."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
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
    status,
    value,
    webhook,
)

from plantao.conversations.models import MessageStatus
from plantao.whatsapp.wire.models import BadItem, InboundStatus, UnreadableWebhook, WireError
from plantao.whatsapp.wire.webhook import parse_webhook

TEMPLATE = {
    "event": "APPROVED",
    "message_template_id": 1689556908129832,
    "message_template_name": "aviso_visita",
    "reason": None,
}
OTHER = {"profile": {"name": "Beto (MG)"}, "wa_id": "553198760003", "user_id": "BR.77"}
FIRST = "entry[0].changes[0].value"


def batch() -> bytes:
    early = message(**TEXT, id="wamid.2", from_="553198760003", from_user_id="BR.77", timestamp="1795514399")
    said = value(messages=[message(**TEXT), early, message(**TEXT, id="wamid.3")], contacts=[OTHER, CONTACT])
    ticks = {"metadata": METADATA, "statuses": [status("read"), status("delivered")]}
    tree = webhook(change(said), change(ticks))
    tree["entry"].append({"id": "1", "time": SENT_AT, "changes": [change(TEMPLATE, "message_template_status_update")]})
    return json.dumps(tree).encode()


def test_a_batch_is_read_whole_and_in_order() -> None:
    found = parse_webhook(batch())
    assert [(one.wamid, one.sender.name) for one in found.messages] == [
        (WAMID, "Rita Prado"),
        ("wamid.2", "Beto (MG)"),
        ("wamid.3", "Rita Prado"),
    ]
    assert [one.path for one in found.messages] == [f"{FIRST}.messages[{index}]" for index in range(3)]
    assert [one.status for one in found.statuses] == [MessageStatus.READ, MessageStatus.DELIVERED]
    assert found.statuses[1].path == "entry[0].changes[1].value.statuses[1]"
    assert [(one.path, one.field) for one in found.notices] == [
        ("entry[1].changes[0].value", "message_template_status_update")
    ]
    assert found.bad == []


def test_a_notice_says_in_a_line_what_happened_and_keeps_all_of_it() -> None:
    notice = parse_webhook(batch()).notices[0]
    assert notice.summary == ("event=APPROVED message_template_id=1689556908129832 message_template_name=aviso_visita")
    assert json.loads(notice.raw) == TEMPLATE


def test_a_thousand_messages_are_a_thousand_messages() -> None:
    items = [message(**TEXT, id=f"wamid.{index}") for index in range(1000)]
    assert [one.wamid for one in parse_webhook(messages_body(*items)).messages] == [one["id"] for one in items]


NOTICES: dict[str, tuple[str, dict[str, Any], str]] = {
    "pause": (
        "message_template_status_update",
        {"event": "PAUSED", "other_info": {"title": "FIRST_PAUSE"}},
        "event=PAUSED",
    ),
    "quality": ("phone_number_quality_update", {"event": "ONBOARDING"}, "event=ONBOARDING"),
    "capability": (
        "business_capability_update",
        {"max_daily_conversations_per_business": 2000},
        "max_daily_conversations_per_business=2000",
    ),
    "account": ("account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {}}, "event=ACCOUNT_VIOLATION"),
    "echoes without any": ("smb_message_echoes", {"metadata": METADATA}, ""),
    "contacts of the app": ("smb_app_state_sync", {"state_sync": [{"type": "contact"}]}, "state_sync[1]"),
    "history": ("history", {"history": [{"threads": []}, {}]}, "history[2]"),
    "call": ("calls", {"statuses": [{"id": "wacid.1", "type": "call", "status": "RINGING"}]}, "statuses[1]"),
    "preference": ("user_preferences", {"user_preferences": [{"value": "stop"}]}, "user_preferences[1]"),
    "field of the future": ("holograms", {"messages": ["x"]}, "messages[1]"),
    "messages without any": ("messages", {"metadata": METADATA, "polls": []}, "polls[0]"),
}


@pytest.mark.parametrize("name", NOTICES)
def test_other_fields_are_notices(name: str) -> None:
    field, inner, summary = NOTICES[name]
    found = parse_webhook(body(change(inner, field)))
    assert [(one.path, one.field, one.summary) for one in found.notices] == [(FIRST, field, summary)]
    assert json.loads(found.notices[0].raw) == inner
    assert (found.messages, found.statuses, found.bad) == ([], [], [])


def test_errors_of_the_account_are_notices() -> None:
    error = {"code": 130429, "title": "Rate limit hit", "error_data": {"details": "too many"}}
    found = parse_webhook(body(change({"metadata": METADATA, "errors": [error, "x"]})))
    assert [(one.path, one.summary) for one in found.notices] == [
        (f"{FIRST}.errors[0]", "error 130429: Rate limit hit: too many")
    ]
    assert [one.path for one in found.bad] == [f"{FIRST}.errors[1]"]


@pytest.mark.parametrize("named", ["instagram", "page", None, 5, ["whatsapp_business_account"]])
def test_another_object_is_not_read(named: Any) -> None:
    tree = webhook(change(value(messages=[message(**TEXT)]))) | {"object": named}
    found = parse_webhook(json.dumps(tree).encode())
    assert [one.field for one in found.notices] == ["object"]
    assert (found.messages, found.bad) == ([], [])


@pytest.mark.parametrize("raw", [b"", b"x", b"[]", b'"a"', b"1", b"null", b"{", b'{"a":}', b"\xff\xfe", b"[" * 10**5])
def test_a_body_that_is_no_object_is_unreadable(raw: bytes) -> None:
    with pytest.raises(UnreadableWebhook) as caught:
        parse_webhook(raw)
    assert caught.value.reason.startswith("the body is ")


LONG = "w" * 513

# Messages that cannot be read, and why.
BAD_MESSAGES: dict[str, tuple[Any, str]] = {
    "a string": ("hello", "the item is a string, not an object"),
    "null": (None, "the item is null, not an object"),
    "a list": ([message(**TEXT)], "the item is a list, not an object"),
    "a number": (10**30, "the item is a number, not an object"),
    "no id": (message(**TEXT, id=None), "id is missing or is not text"),
    "a list as id": (message(**TEXT, id=["wamid"]), "id is missing or is not text"),
    "a blank id": (message(**TEXT, id="  "), "id is missing or is not text"),
    "a long id": (message(**TEXT, id=LONG), "id is longer than 512 characters"),
    "a long user id": (message(**TEXT, from_user_id=LONG), "from_user_id is longer than 512 characters"),
    "a long quoted id": (message(**TEXT, context={"id": LONG}), "id is longer than 512 characters"),
    "a long button id": (message(type="button", button={"payload": LONG}), "payload is longer than 512 characters"),
    "no sender": (
        message(**TEXT, from_=None, from_user_id=None),
        "no usable sender: neither a phone nor a user id",
    ),
    "an absurd sender": (
        message(**TEXT, from_="1234", from_user_id=True),
        "no usable sender: neither a phone nor a user id",
    ),
    "digits of another script": (
        message(**TEXT, from_="٥٥٢١٩٨٧٦٥", from_user_id=None),
        "no usable sender: neither a phone nor a user id",
    ),
    "an edit of nothing": (
        message(type="edit", edit={"message": TEXT}),
        "original_message_id is missing or is not text",
    ),
    "an edit without words": (
        message(type="edit", edit={"original_message_id": WAMID, "message": {"type": "text"}}),
        "the edit holds no content that can be read",
    ),
    "an edit of an edit": (
        message(type="edit", edit={"original_message_id": WAMID, "message": {"type": "edit", "edit": {}}}),
        "the edit holds no content that can be read",
    ),
    "a deletion without an id": (
        message(type="revoke", id=None, revoke={"original_message_id": WAMID}),
        "id is missing or is not text",
    ),
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_one_bad_message_is_parked_and_the_others_are_read(name: str) -> None:
    item, reason = BAD_MESSAGES[name]
    found = parse_webhook(messages_body(message(**TEXT), item, message(**TEXT, id="wamid.last")))
    assert [one.wamid for one in found.messages] == [WAMID, "wamid.last"]
    assert [(one.path, one.reason) for one in found.bad] == [(f"{FIRST}.messages[1]", reason)]
    assert json.loads(found.bad[0].raw) == item


@pytest.mark.parametrize("metadata", [None, {}, [], {"phone_number_id": LONG}])
def test_a_message_to_an_unknown_number_is_parked(metadata: Any) -> None:
    found = parse_webhook(body(change({"metadata": metadata, "messages": [message(**TEXT)]})))
    assert "phone_number_id" in found.bad[0].reason
    assert found.messages == []


GOOD = change(value(messages=[message(**TEXT)]))

# A change beside a good one: the path and the reason of what is parked.
BAD_CHANGES: dict[str, tuple[Any, str, str]] = {
    "a string": ("x", "", "the item is a string, not an object"),
    "no field": ({"value": {}}, "", "the change names no field"),
    "value is a list": (change([1]), ".value", "value is a list, not an object"),
    "no value": ({"field": "history"}, ".value", "value is null, not an object"),
    "messages is an object": (change(value(messages={})), ".value.messages", "messages is an object, not a list"),
    "statuses is a number": (change(value(statuses=4.5)), ".value.statuses", "statuses is a number, not a list"),
    "errors is true": (change(value(errors=True)), ".value.errors", "errors is true or false, not a list"),
}


@pytest.mark.parametrize("name", BAD_CHANGES)
def test_one_bad_change_is_parked_and_the_others_are_read(name: str) -> None:
    inner, path, reason = BAD_CHANGES[name]
    found = parse_webhook(body(GOOD, inner, GOOD))
    assert [(one.path, one.reason) for one in found.bad] == [(f"entry[0].changes[1]{path}", reason)]
    assert len(found.messages) == 2


@pytest.mark.parametrize(
    ("entry", "path", "messages"),
    [
        (None, "entry", 0),
        ({}, "entry", 0),
        ("x", "entry", 0),
        (["x", {"changes": [GOOD]}], "entry[0]", 1),
        ([{"changes": [GOOD]}, {"id": "1"}], "entry[1].changes", 1),
    ],
)
def test_one_bad_entry_is_parked_and_the_others_are_read(entry: Any, path: str, messages: int) -> None:
    found = parse_webhook(json.dumps(webhook() | {"entry": entry}).encode())
    assert [one.path for one in found.bad] == [path]
    assert len(found.messages) == messages


def read_status(item: dict[str, Any]) -> InboundStatus:
    found = parse_webhook(body(change({"metadata": METADATA, "statuses": [item]})))
    assert (found.bad, found.notices, found.messages) == ([], [], [])
    return found.statuses[0]


@pytest.mark.parametrize("name", ["sent", "delivered", "read", "played", "failed"])
def test_a_tick_carries_its_ids_and_time(name: str) -> None:
    got = read_status(status(name, biz_opaque_callback_data="msg:7"))
    at = datetime.fromtimestamp(SENT_AT, UTC)
    path = f"{FIRST}.statuses[0]"
    assert got == InboundStatus(
        path, WAMID, MessageStatus(name), at, "msg:7", PHONE, BSUID, None, None, None, None, NUMBER_ID
    )


@pytest.mark.parametrize(
    ("pricing", "billable", "category"),
    [
        ({"billable": False, "type": "free_customer_service", "category": "service"}, False, "service"),
        ({"billable": True, "type": "regular", "category": "utility"}, True, "utility"),
        ({"type": "regular", "category": "marketing_lite"}, True, "marketing_lite"),
        ({"type": "free_entry_point", "category": "referral_conversion"}, False, "referral_conversion"),
        ({"billable": True, "pricing_model": "CBP"}, True, None),
        ({"billable": "yes"}, None, None),
        ([], None, None),
    ],
)
def test_the_price_is_read_by_its_type(pricing: Any, billable: bool | None, category: str | None) -> None:
    got = read_status(status("sent", pricing=pricing))
    assert (got.billable, got.pricing_category) == (billable, category)
    assert got.pricing_type == (pricing.get("type") if isinstance(pricing, dict) else None)


def test_a_failure_says_why() -> None:
    error = {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "more than 24 hours"}}
    assert read_status(status("failed", errors=[error])).error == WireError(
        131047, "Re-engagement message", "more than 24 hours"
    )


def test_a_tick_to_a_user_without_phone_and_one_without_a_time() -> None:
    got = read_status({"id": WAMID, "status": "read", "recipient_id": BSUID, "timestamp": "soon"})
    assert (got.recipient_wa_id, got.recipient_bsuid, got.at) == (None, BSUID, None)


@pytest.mark.parametrize(
    "item",
    [
        status("deleted"),
        status("warning"),
        status("queued"),
        status("sent", type="call"),
        status("delivered", recipient_type="group"),
        status("sent") | {"status": None},
    ],
)
def test_other_statuses_are_notices(item: dict[str, Any]) -> None:
    found = parse_webhook(body(change(value(statuses=[item, status("sent")]))))
    assert [(one.path, one.field) for one in found.notices] == [(f"{FIRST}.statuses[0]", "messages")]
    assert len(found.statuses) == 1


@pytest.mark.parametrize("item", ["x", status("sent", id=None), status("sent", biz_opaque_callback_data=LONG)])
def test_a_bad_status_is_parked(item: Any) -> None:
    found = parse_webhook(body(change(value(statuses=[status("sent"), item]))))
    assert found.bad == [BadItem(f"{FIRST}.statuses[1]", found.bad[0].reason, found.bad[0].raw)]
    assert len(found.statuses) == 1
