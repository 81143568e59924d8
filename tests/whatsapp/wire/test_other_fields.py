"""What comes by other fields than messages: noted with all that it holds, and nobody's message."""

import json
from typing import Any

import pytest
from tests.whatsapp.wire.samples import BSUID, CONTACT, METADATA, PHONE, SENT_AT, body, change

from plantao.whatsapp.wire.webhook import parse_webhook

Json = dict[str, Any]
TEMPLATE: Json = {
    "message_template_id": 1689556908129832,
    "message_template_name": "aviso_visita",
    "message_template_language": "pt_BR",
}
REVIEW: Json = {**TEMPLATE, "message_template_category": "UTILITY", "reason": "NONE"}
OF_NUMBER: Json = {"messaging_product": "whatsapp", "metadata": METADATA}
WRITTEN = {"from": "552133330000", "to": PHONE, "id": "wamid.old", "timestamp": "1795000000", "type": "text",
           "text": {"body": "Boa tarde"}, "history_context": {"status": "READ"}}  # fmt: skip
HELD = {"id": PHONE, "messages": [WRITTEN, {**WRITTEN, "id": "wamid.old2", "type": "media_placeholder"}]}
OFF = {"code": 2593109, "title": "History sync is turned off", "error_data": {"details": "turned off"}}
CALL = {"id": "wacid.AB", "to": "552133330000", "from": PHONE, "timestamp": str(SENT_AT)}

# The field, its value, and what the log says of it at least.
FIELDS: dict[str, tuple[str, Json, str]] = {
    "template approved": ("message_template_status_update", {"event": "APPROVED", **REVIEW}, "event=APPROVED"),
    "template rejected": (
        "message_template_status_update",
        {"event": "REJECTED", **REVIEW, "reason": "INVALID_FORMAT", "rejection_info": {"reason": "parameters"}},
        "reason=INVALID_FORMAT",
    ),
    "template paused": (
        "message_template_status_update",
        {"event": "PAUSED", **REVIEW, "other_info": {"title": "FIRST_PAUSE", "description": "for 3 hours"}},
        "event=PAUSED",
    ),
    "template disabled": (
        "message_template_status_update",
        {"event": "DISABLED", **REVIEW, "disable_info": {"disable_date": str(SENT_AT)}},
        "event=DISABLED",
    ),
    "template's quality": (
        "message_template_quality_update",
        {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW", **TEMPLATE},
        "new_quality_score=YELLOW",
    ),
    "template's category, announced": (
        "template_category_update",
        {**TEMPLATE, "new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": SENT_AT},
        "correct_category=MARKETING",
    ),
    "template's category": (
        "template_category_update",
        {**TEMPLATE, "previous_category": "UTILITY", "new_category": "MARKETING"},
        "new_category=MARKETING",
    ),
    "template's text": (
        "message_template_components_update",
        {**TEMPLATE, "message_template_element": "Olá {{1}}", "message_template_buttons": [{"type": "URL"}]},
        "message_template_buttons[1]",
    ),
    "number's quality": (
        "phone_number_quality_update",
        {
            "display_phone_number": "552133330000",
            "event": "THROUGHPUT_UPGRADE",
            "max_daily_conversations_per_business": "TIER_UNLIMITED",
        },
        "event=THROUGHPUT_UPGRADE",
    ),
    "number's name": (
        "phone_number_name_update",
        {"display_phone_number": "552133330000", "decision": "APPROVED", "rejection_reason": None},
        "decision=APPROVED",
    ),
    "capability": (
        "business_capability_update",
        {"max_daily_conversations_per_business": "TIER_2K", "max_phone_numbers_per_waba": 25},
        "max_daily_conversations_per_business=TIER_2K max_phone_numbers_per_waba=25",
    ),
    "restriction": (
        "account_update",
        {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"expiration": SENT_AT}]},
        "event=ACCOUNT_RESTRICTION restriction_info[1]",
    ),
    "violation": (
        "account_update",
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SPAM"}},
        "event=ACCOUNT_VIOLATION",
    ),
    "ban": (
        "account_update",
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
        "event=DISABLED_UPDATE",
    ),
    "alert": ("account_alerts", {"entity_type": "BUSINESS", "alert_info": {"alert_type": "X"}}, "entity_type=BUSINESS"),
    "review": ("account_review_update", {"decision": "APPROVED"}, "decision=APPROVED"),
    "security": ("security", {"event": "PIN_RESET_REQUEST", "requester": "6155"}, "event=PIN_RESET_REQUEST"),
    "preference": (
        "user_preferences",
        {**OF_NUMBER, "contacts": [CONTACT], "user_preferences": [{"user_id": BSUID, "value": "stop"}]},
        "user_preferences[1]",
    ),
    "contacts of the app": ("smb_app_state_sync", {**OF_NUMBER, "state_sync": [{"action": "add"}]}, "state_sync[1]"),
    "history": ("history", {**OF_NUMBER, "history": [{"metadata": {"phase": 0}, "threads": [HELD]}]}, "history[1]"),
    "files of the history": ("history", {**OF_NUMBER, "messages": [WRITTEN]}, "messages[1]"),
    "no history": ("history", {**OF_NUMBER, "history": [{"errors": [OFF]}]}, "history[1]"),
    "call": ("calls", {**OF_NUMBER, "calls": [{**CALL, "event": "connect", "session": {"sdp": "v=0"}}]}, "calls[1]"),
    "end of a call": ("calls", {**OF_NUMBER, "calls": [{**CALL, "event": "terminate", "duration": 470}]}, "calls[1]"),
}


@pytest.mark.parametrize("name", FIELDS)
def test_each_is_noted_and_opens_nothing(name: str) -> None:
    field, inner, said = FIELDS[name]
    found = parse_webhook(body(change(inner, field)))
    assert (found.messages, found.changes, found.statuses, found.bad, found.groups) == ([], [], [], [], [])
    [notice] = found.notices
    assert (notice.path, notice.field) == ("entry[0].changes[0].value", field)
    assert said in notice.summary
    assert json.loads(notice.raw) == inner
