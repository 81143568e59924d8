"""Ticks as Meta sends them, whole, and the whole record that each becomes."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from tests.whatsapp.wire.samples import BSUID, NUMBER_ID, PHONE, SENT_AT, WAMID, body, change, status, value

from plantao.conversations.models import MessageStatus
from plantao.whatsapp.wire.models import InboundStatus, Webhook, WireError
from plantao.whatsapp.wire.webhook import parse_webhook

Json = dict[str, Any]

SENT = InboundStatus(
    path="entry[0].changes[0].value.statuses[0]",
    wamid=WAMID,
    status=MessageStatus.SENT,
    at=datetime.fromtimestamp(SENT_AT, UTC),
    callback_data=None,
    recipient_wa_id=PHONE,
    recipient_bsuid=BSUID,
    error=None,
    billable=None,
    pricing_category=None,
    pricing_type=None,
    phone_number_id=NUMBER_ID,
)


def price(kind: str, category: str, *, billable: bool) -> Json:
    return {"billable": billable, "pricing_model": "PMP", "type": kind, "category": category}


def error(code: int, title: str, details: str) -> Json:
    href = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
    return {"code": code, "title": title, "message": title, "error_data": {"details": details}, "href": href}


def costs(kind: str, category: str, *, billable: bool) -> Json:
    return {"pricing_type": kind, "pricing_category": category, "billable": billable}


LATE = "more than 24 hours have passed"
CONVERSATION = {"id": "72b1", "expiration_timestamp": "1795687200", "origin": {"type": "referral_conversion"}}
TICKS: dict[str, tuple[Json, Json]] = {
    "sent": (status("sent", biz_opaque_callback_data="msg:7"), {"callback_data": "msg:7"}),
    "sent for nothing": (
        status("sent", pricing=price("free_customer_service", "service", billable=False)),
        costs("free_customer_service", "service", billable=False),
    ),
    "sent and charged": (
        status("sent", pricing=price("regular", "service", billable=True)),
        costs("regular", "service", billable=True),
    ),
    "template": (
        status("sent", pricing=price("regular", "utility", billable=True)),
        costs("regular", "utility", billable=True),
    ),
    "by an advert": (
        status(
            "sent",
            conversation=CONVERSATION,
            pricing=price("free_entry_point", "referral_conversion", billable=False),
        ),
        costs("free_entry_point", "referral_conversion", billable=False),
    ),
    "before user ids": (
        status("sent", conversation=CONVERSATION, pricing=price("regular", "service", billable=True))
        | {"recipient_user_id": None},
        {"recipient_bsuid": None, **costs("regular", "service", billable=True)},
    ),
    "delivered": (status("delivered"), {"status": MessageStatus.DELIVERED}),
    "read": (status("read"), {"status": MessageStatus.READ}),
    "played": (status("played"), {"status": MessageStatus.PLAYED}),
    "too late": (
        status("failed", errors=[error(131047, "Re-engagement message", LATE)]),
        {"status": MessageStatus.FAILED, "error": WireError(131047, "Re-engagement message", LATE)},
    ),
    "held back": (
        status("failed", errors=[error(131049, "Not delivered", "healthy ecosystem")]),
        {"status": MessageStatus.FAILED, "error": WireError(131049, "Not delivered", "healthy ecosystem")},
    ),
}


@pytest.mark.parametrize("name", TICKS)
def test_each_tick_becomes_its_whole_record(name: str) -> None:
    item, expected = TICKS[name]
    found = parse_webhook(body(change(value(statuses=[item]))))
    assert found == Webhook(statuses=[msgspec.structs.replace(SENT, **expected)])
