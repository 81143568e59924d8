"""News of the account: each field is told in Meta's shape, and the account then is as the news says."""

from __future__ import annotations

from typing import Any

import pytest
from tests.simulator.conftest import ACCOUNT_ID, PHONE_ID, Bench, Json

from plantao_simulator.notices import OF_A_NUMBER
from plantao_simulator.samples import notice_sample

NAMED = {
    "message_template_id": 1387372356726668,
    "message_template_name": "visita_tecnica",
    "message_template_language": "pt_BR",
}
ACCOUNT, NUMBER = "accounts", "numbers"

FOLLOWED: dict[str, tuple[str, Json, str, str, Any]] = {
    "throughput": ("phone_number_quality_update", {"event": "THROUGHPUT_UPGRADE"}, NUMBER, "throughput", "HIGH"),
    "limit": (
        "business_capability_update",
        {"max_daily_conversations_per_business": 2000},
        ACCOUNT,
        "tier",
        2000,
    ),
    "name": (
        "phone_number_name_update",
        {"decision": "APPROVED", "requested_verified_name": "Fibra X"},
        NUMBER,
        "verified_name",
        "Fibra X",
    ),
    "name refused": ("phone_number_name_update", {"decision": "DECLINED"}, NUMBER, "name_status", "DECLINED"),
    "username": ("business_username_update", {"username": "fx", "status": "approved"}, NUMBER, "username", "fx"),
    "violation": (
        "account_update",
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SPAM"}},
        ACCOUNT,
        "violations",
        ["SPAM"],
    ),
    "warned of a ban": (
        "account_update",
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
        ACCOUNT,
        "can_send_message",
        "LIMITED",
    ),
    "deleted": ("account_update", {"event": "ACCOUNT_DELETED"}, ACCOUNT, "can_send_message", "BLOCKED"),
    "review": ("account_review_update", {"decision": "REJECTED"}, ACCOUNT, "can_send_message", "BLOCKED"),
    "alert": ("account_alerts", {"entity_type": "WABA"}, ACCOUNT, "alerts", [{"entity_type": "WABA"}]),
}


@pytest.mark.parametrize(("field", "value", "kind", "name", "after"), FOLLOWED.values(), ids=FOLLOWED)
async def test_what_is_told_is_so(bench: Bench, field: str, value: Json, kind: str, name: str, after: Any) -> None:
    assert (await bench.control("POST", "/notices", {"field": field, "value": value})).status_code == 202
    await bench.receiver.until(lambda: bool(bench.receiver.raw))
    [entry] = bench.receiver.bodies[0]["entry"]
    assert (entry["id"], entry["changes"]) == (ACCOUNT_ID, [{"value": value, "field": field}])
    assert isinstance(entry["time"], int)
    [shown] = (await bench.control("GET", "/accounts")).json()[kind]
    assert shown[name] == after


TEMPLATES: dict[str, tuple[str, Json, str, Any]] = {
    "paused": ("message_template_status_update", {"event": "PAUSED"}, "status", "PAUSED"),
    "reinstated": ("message_template_status_update", {"event": "REINSTATED"}, "status", "APPROVED"),
    "quality": ("message_template_quality_update", {"new_quality_score": "RED"}, "quality", "RED"),
    "category": ("template_category_update", {"new_category": "MARKETING"}, "category", "MARKETING"),
    "category announced": (
        "template_category_update",
        {"new_category": "UTILITY", "correct_category": "MARKETING"},
        "category",
        "UTILITY",
    ),
    "text": ("message_template_components_update", {"message_template_element": "Olá {{1}}!"}, "body", "Olá {{1}}!"),
}


@pytest.mark.parametrize(("field", "value", "name", "after"), TEMPLATES.values(), ids=TEMPLATES)
async def test_a_template_is_as_the_news_says(bench: Bench, field: str, value: Json, name: str, after: Any) -> None:
    await bench.control("POST", "/notices", {"field": field, "value": NAMED | value})
    template = bench.sim.business.first.account.templates.by_key["visita_tecnica", "pt_BR"]
    assert getattr(template, name) == after


FIELDS = (
    "account_update", "account_alerts", "account_review_update", "business_capability_update", "security",
    "phone_number_quality_update", "phone_number_name_update", "business_username_update", "calls",
    "group_lifecycle_update", "smb_app_state_sync", "history", "message_template_status_update",
    "message_template_quality_update", "template_category_update", "message_template_components_update",
)  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
async def test_each_field_has_a_sample(bench: Bench, field: str) -> None:
    first = bench.sim.business.first
    value = notice_sample(field, first, first.account, 1_795_428_000)
    assert value
    bench.sim.notices.tell(field, value)
    await bench.receiver.until(lambda: bool(bench.receiver.raw))
    [entry] = bench.receiver.bodies[0]["entry"]
    told = entry["changes"][0]
    assert ("time" in entry) == (field not in OF_A_NUMBER)
    metadata = {"display_phone_number": "551133334444", "phone_number_id": PHONE_ID}
    assert told["value"].get("metadata") == (metadata if field in OF_A_NUMBER else None)


async def test_errors_of_the_number_come_without_messages(bench: Bench) -> None:
    error = {"code": 130429, "title": "Rate limit hit"}
    await bench.control("POST", "/notices", {"field": "messages", "value": {"errors": [error]}})
    await bench.receiver.until(lambda: bool(bench.receiver.raw))
    assert bench.receiver.values[0]["errors"] == [error]
    assert bench.receiver.values[0]["metadata"]["phone_number_id"] == PHONE_ID


async def test_a_restricted_account_may_answer_but_not_begin(bench: Bench) -> None:
    await bench.sim.write(bench.sim.customer("Ana", phone="+5511999999999"), "oi")
    await bench.control("POST", "/notices", {"field": "account_update"})
    begin = {"name": "retomar_atendimento", "language": {"code": "pt_BR"}}
    to_rui = {"messaging_product": "whatsapp", "to": "+5511988888888", "type": "template", "template": begin}
    assert (await bench.graph(to_rui)).json()["error"]["code"] == 368
    assert (await bench.graph(to_rui | {"to": "+5511999999999"})).status_code == 200


WRONG = {
    "no such sample": {"field": "invented_update"},
    "no such number": {"field": "security", "number": "9"},
    "no such account": {"field": "security", "account": "9"},
    "misspelt": {"feild": "security"},
}


@pytest.mark.parametrize("body", WRONG.values(), ids=WRONG)
async def test_mistakes_are_told_and_nothing_is(bench: Bench, body: Json) -> None:
    answer = await bench.control("POST", "/notices", body)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
    assert bench.receiver.raw == []
