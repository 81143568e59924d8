"""Every notice of Meta's that concerns us, in Meta's own shape: what is kept of it, and whom it calls."""

from typing import Any

import pytest
from tests.conversations.world import fetch
from tests.whatsapp.account.saying import (
    ACCOUNT,
    AT,
    METADATA,
    NUMBER,
    TEMPLATE,
    Json,
    Say,
    alerts,
    number,
    parked,
    status,
    template,
)

from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.whatsapp.account.alerts import open_alerts
from plantao.whatsapp.housekeeping import Housekeeping

REJECTED = {
    "reason": "INVALID_FORMAT",
    "rejection_info": {"reason": "Parameters next to each other.", "recommendation": "Separate them."},
}
PAUSED = {"other_info": {"title": "FIRST_PAUSE", "description": "Paused for 3 hours."}}

STATUSES: list[tuple[str, Json, str, str | None, str | None]] = [
    ("APPROVED", {}, "APPROVED", None, None),
    ("REJECTED", REJECTED, "REJECTED", "warning", "Parameters next to each other. Separate them."),
    ("REJECTED", {"reason": "SCAM"}, "REJECTED", "warning", "SCAM"),
    ("PENDING", {}, "PENDING", None, None),
    ("PAUSED", PAUSED, "PAUSED", "warning", "Paused for 3 hours."),
    ("DISABLED", {"disable_info": {"disable_date": "1795428000"}}, "DISABLED", "warning", "A Meta não disse o motivo."),
    ("FLAGGED", {}, "APPROVED", "warning", "A Meta não disse o motivo."),
    ("REINSTATED", {}, "APPROVED", None, None),
    ("IN_APPEAL", {}, "IN_APPEAL", None, None),
    ("LIMIT_EXCEEDED", {}, "LIMIT_EXCEEDED", "warning", "A Meta não disse o motivo."),
    ("LOCKED", {}, "LOCKED", "warning", "A Meta não disse o motivo."),
    ("ARCHIVED", {"reason": None}, "ARCHIVED", "info", "A Meta não disse o motivo."),
    ("DELETED", {}, "DELETED", "info", "A Meta não disse o motivo."),
    ("PENDING_DELETION", {}, "PENDING_DELETION", "info", "A Meta não disse o motivo."),
    ("SOMETHING_NEW", {}, "SOMETHING_NEW", None, None),
]


@pytest.mark.parametrize(("event", "more", "becomes", "severity", "detail"), STATUSES)
async def test_a_templates_status(
    database: Database, say: Say, event: str, more: Json, becomes: str, severity: str | None, detail: str | None
) -> None:
    await say("message_template_status_update", status("APPROVED"), AT - 10)
    await say("message_template_status_update", status(event, **more))
    kept = await template(database)
    assert (kept["status"], kept["category"], kept["meta_id"]) == (becomes, "UTILITY", "1689556908129832")
    assert (kept["business_account_id"], kept["language"]) == (ACCOUNT, "pt_BR")
    raised = [(one[0], one[2], one[3]) for one in await alerts(database)]
    assert raised == ([(severity, detail, True)] if severity else [])
    assert all("visita_tecnica" in one[1] for one in await alerts(database))


async def test_the_next_word_on_a_template_closes_the_alert(database: Database, say: Say) -> None:
    await say("message_template_status_update", status("PAUSED"), AT)
    await say("message_template_status_update", status("APPROVED"), AT + 1)
    assert [(one[0], one[3]) for one in await alerts(database)] == [("warning", False)]


async def test_what_comes_late_does_not_undo_what_is_newer(database: Database, say: Say) -> None:
    await say("message_template_status_update", status("APPROVED"), AT + 1)
    await say("message_template_status_update", status("PAUSED"), AT)
    assert (await template(database))["status"] == "APPROVED"
    assert await alerts(database) == []
    # Of another kind it is news all the same.
    quality = TEMPLATE | {"previous_quality_score": "GREEN", "new_quality_score": "YELLOW"}
    await say("message_template_quality_update", quality, AT)
    assert (await template(database))["quality"] == "YELLOW"


async def test_what_is_said_again_is_said_once(database: Database, say: Say) -> None:
    for _ in range(3):
        await say("message_template_status_update", status("PAUSED"))
    assert len(await alerts(database)) == 1
    await say("message_template_status_update", status("PAUSED"), AT + 3600)
    assert [one[3] for one in await alerts(database)] == [False, True]


async def test_a_notice_writes_languages_with_a_hyphen(database: Database, say: Say) -> None:
    await say("message_template_status_update", status("APPROVED", message_template_language="en-US"))
    assert (await template(database))["language"] == "en_US"


@pytest.mark.parametrize(("score", "severity"), [("YELLOW", "info"), ("RED", "warning"), ("GREEN", None)])
async def test_a_templates_quality(database: Database, say: Say, score: str, severity: str | None) -> None:
    await say("message_template_quality_update", TEMPLATE | {"new_quality_score": score})
    assert (await template(database))["quality"] == score
    assert [one[0] for one in await alerts(database)] == ([severity] if severity else [])


async def test_a_category_is_announced_and_then_done(database: Database, say: Say) -> None:
    await say("message_template_status_update", status("APPROVED"))
    announced = {"new_category": "UTILITY", "correct_category": "MARKETING", "category_update_timestamp": 1795514400}
    await say("template_category_update", TEMPLATE | announced)
    assert (await template(database))["category"] == "UTILITY"
    [(severity, title, detail, is_open)] = await alerts(database)
    assert (severity, is_open) == ("warning", True)
    assert title == "O template visita_tecnica passará para a categoria MARKETING"
    assert "em 24/11/2026" in detail
    done = {"previous_category": "UTILITY", "new_category": "MARKETING"}
    await say("template_category_update", TEMPLATE | done, AT + 100)
    assert (await template(database))["category"] == "MARKETING"
    assert [one[3] for one in await alerts(database)] == [False, True]


async def test_changed_components_are_kept_and_asked_for(database: Database, say: Say) -> None:
    value = TEMPLATE | {
        "message_template_title": "Visita confirmada",
        "message_template_element": "Olá {{1}}, o técnico chega {{2}}.",
        "message_template_footer": "Equipe X",
        "message_template_buttons": [
            {
                "message_template_button_type": "URL",
                "message_template_button_text": "Acompanhar",
                "message_template_button_url": "https://example.com",
            }
        ],
    }
    await say("message_template_components_update", value)
    assert (await template(database))["components"] == [
        {"type": "HEADER", "format": "TEXT", "text": "Visita confirmada"},
        {"type": "BODY", "text": "Olá {{1}}, o técnico chega {{2}}."},
        {"type": "FOOTER", "text": "Equipe X"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Acompanhar", "url": "https://example.com"}]},
    ]
    assert await fetch(database, "SELECT subject FROM whatsapp_syncs WHERE requested_at IS NOT NULL") == [
        (f"templates:{ACCOUNT}",)
    ]


NUMBERS: list[tuple[str, Json, Json, str | None]] = [
    (
        "phone_number_quality_update",
        {"event": "THROUGHPUT_UPGRADE", "max_daily_conversations_per_business": "TIER_UNLIMITED"},
        {"throughput_level": "HIGH", "messaging_limit": "TIER_UNLIMITED"},
        None,
    ),
    (
        "phone_number_quality_update",
        {"event": "ONBOARDING", "max_daily_conversations_per_business": 2000},
        {"throughput_level": None, "messaging_limit": "TIER_2K"},
        None,
    ),
    ("phone_number_quality_update", {"event": "FLAGGED"}, {"quality_rating": "RED"}, "warning"),
    ("phone_number_quality_update", {"event": "UNFLAGGED"}, {"quality_rating": "GREEN"}, None),
    (
        "phone_number_name_update",
        {"decision": "APPROVED", "requested_verified_name": "Provedor X", "rejection_reason": None},
        {"name_status": "APPROVED", "verified_name": "Provedor X"},
        None,
    ),
    (
        "phone_number_name_update",
        {"decision": "REJECTED", "requested_verified_name": "Provedor X", "rejection_reason": "NAME_NOT_CLEAR"},
        {"name_status": "REJECTED", "verified_name": None},
        "warning",
    ),
    ("security", {"event": "PIN_RESET_REQUEST", "requester": "61555822107539"}, {}, "critical"),
    ("security", {"event": "SOMETHING_NEW"}, {}, "critical"),
]


@pytest.mark.parametrize(("field", "value", "becomes", "severity"), NUMBERS)
async def test_a_number(
    database: Database, known_number: None, say: Say, field: str, value: Json, becomes: Json, severity: str | None
) -> None:
    await say(field, {"display_phone_number": "551133334444"} | value)
    kept = await number(database)
    assert kept["phone_number_id"] == NUMBER
    assert {name: kept[name] for name in becomes} == becomes
    told = await fetch(database, "SELECT severity, phone_number_id FROM whatsapp_alerts")
    assert told == ([(severity, NUMBER)] if severity else [])
    others = await fetch(database, "SELECT changed_at FROM whatsapp_numbers WHERE phone_number_id = '2'")
    assert others == [(None,)]


async def test_the_only_number_of_an_account_is_meant_however_it_is_written(
    database: Database, known_number: None, say: Say
) -> None:
    value = {"display_phone_number": "1133334444", "event": "THROUGHPUT_UPGRADE"}
    await say("phone_number_quality_update", value)
    assert (await number(database))["throughput_level"] is None  # one of two
    async with database.transaction() as tx:
        await tx.connection.exec_driver_sql("DELETE FROM whatsapp_numbers WHERE phone_number_id = '2'")
    await say("phone_number_quality_update", value, AT + 1)
    assert (await number(database))["throughput_level"] == "HIGH"


@pytest.mark.parametrize(
    ("limit", "kept", "severity"),
    [("TIER_2K", "TIER_2K", "warning"), (2000, "TIER_2K", "warning"), ("TIER_UNLIMITED", "TIER_UNLIMITED", None)],
)
async def test_what_the_account_may_do_holds_for_all_its_numbers(
    database: Database, known_number: None, say: Say, limit: Any, kept: str, severity: str | None
) -> None:
    await say("business_capability_update", {"max_daily_conversations_per_business": limit})
    assert await fetch(database, "SELECT DISTINCT messaging_limit FROM whatsapp_numbers") == [(kept,)]
    assert [one[0] for one in await alerts(database)] == ([severity] if severity else [])


RESTRICTED = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1796032800}
ALERT = {
    "alert_severity": "WARNING",
    "alert_status": "ACTIVE",
    "alert_type": "DEFERRED",
    "alert_description": "Espere.",
}

ACCOUNTS: list[tuple[str, Json, str, str]] = [
    (
        "account_update",
        {"event": "ACCOUNT_RESTRICTION", "restriction_info": [RESTRICTED]},
        "critical",
        "Restrição: RESTRICTED_BIZ_INITIATED_MESSAGING. Até 30/11/2026 10:00 UTC.",
    ),
    (
        "account_update",
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SPAM"}},
        "warning",
        "Violação: SPAM.",
    ),
    *(
        (
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state, "waba_ban_date": "November 30, 2026"}},
            severity,
            "Data: November 30, 2026.",
        )
        for state, severity in [("SCHEDULE_FOR_DISABLE", "critical"), ("DISABLE", "critical"), ("REINSTATE", "info")]
    ),
    ("account_update", {"event": "ACCOUNT_DELETED"}, "critical", "Veja o Gerenciador do WhatsApp, na Meta."),
    ("account_update", {"event": "ACCOUNT_OFFBOARDED"}, "critical", "Veja o Gerenciador do WhatsApp, na Meta."),
    ("account_update", {"event": "PARTNER_REMOVED"}, "warning", "Veja o Gerenciador do WhatsApp, na Meta."),
    ("account_update", {"event": "SOMETHING_NEW"}, "info", "Veja o Gerenciador do WhatsApp, na Meta."),
    (
        "account_alerts",
        {"entity_type": "BUSINESS", "entity_id": "506914307656634", "alert_info": ALERT},
        "warning",
        "Espere.",
    ),
    ("account_alerts", {"alert_info": ALERT | {"alert_severity": "CRITICAL"}}, "critical", "Espere."),
    ("account_alerts", {"alert_info": ALERT | {"alert_severity": "INFORMATIONAL"}}, "info", "Espere."),
    (
        "account_review_update",
        {"decision": "REJECTED"},
        "critical",
        "Decisão: REJECTED. Veja o que falta no Gerenciador do WhatsApp.",
    ),
]


@pytest.mark.parametrize(("field", "value", "severity", "detail"), ACCOUNTS)
async def test_an_account(database: Database, say: Say, field: str, value: Json, severity: str, detail: str) -> None:
    await say(field, value)
    assert [(one[0], one[2], one[3]) for one in await alerts(database)] == [(severity, detail, True)]
    assert await fetch(database, "SELECT business_account_id, field FROM whatsapp_alerts") == [(ACCOUNT, field)]


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (
            ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}),
            ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}),
        ),
        (
            ("account_update", {"event": "ACCOUNT_OFFBOARDED"}),
            ("account_update", {"event": "ACCOUNT_RECONNECTED"}),
        ),
        (("account_review_update", {"decision": "DEFERRED"}), ("account_review_update", {"decision": "APPROVED"})),
        (
            ("account_alerts", {"alert_info": ALERT}),
            ("account_alerts", {"alert_info": ALERT | {"alert_status": "NONE"}}),
        ),
    ],
)
async def test_what_is_mended_is_open_no_more(
    database: Database, say: Say, bad: tuple[str, Json], good: tuple[str, Json]
) -> None:
    await say(*bad)
    await say(*good, AT + 1)
    first, *others = await alerts(database)
    assert first[3] is False
    assert all(one[0] == "info" for one in others)


async def test_an_error_of_no_message_is_told_once_a_day(database: Database, say: Say, clock: ManualClock) -> None:
    details = {"details": "There is a problem with your payment method."}
    error = {"code": 131042, "title": "Business eligibility payment issue", "message": "x", "error_data": details}
    value = {"messaging_product": "whatsapp", "metadata": METADATA, "errors": [error]}
    for _ in range(2):
        await say("messages", value, None)
    clock.advance(days=1)
    await say("messages", value, None)
    assert [one[0] for one in await alerts(database)] == ["warning", "warning"]
    [(_, title, detail, _), _] = await alerts(database)
    assert title == "Erro 131042 da Meta: Business eligibility payment issue"
    assert detail == "There is a problem with your payment method."
    assert await fetch(database, "SELECT DISTINCT phone_number_id FROM whatsapp_alerts") == [(NUMBER,)]


IGNORED: list[tuple[str, Json]] = [
    ("account_review_update", {"decision": "APPROVED"}),
    ("smb_app_state_sync", {"metadata": METADATA, "state_sync": []}),
    ("history", {"metadata": METADATA, "history": []}),
    ("group_lifecycle_update", {"metadata": METADATA, "groups": []}),
    ("business_username_update", {"display_phone_number": "551133334444", "username": "provedorx"}),
    ("something_new", {"whatever": 1}),
]


@pytest.mark.parametrize(("field", "value"), IGNORED)
async def test_what_calls_nobody(database: Database, say: Say, field: str, value: Json) -> None:
    await say(field, value)
    assert await alerts(database) == []
    assert await parked(database) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_template_status_update", {"event": "APPROVED", "message_template_language": "pt_BR"}),
        ("message_template_status_update", TEMPLATE),
        ("template_category_update", TEMPLATE),
        ("security", {"display_phone_number": "551133334444"}),
        ("account_review_update", {}),
    ],
)
async def test_a_notice_that_lacks_what_it_is_about_is_parked(
    database: Database, say: Say, field: str, value: Json
) -> None:
    await say(field, value)
    [(reason,)] = await parked(database)
    assert "is missing" in reason
    assert await alerts(database) == []


async def test_a_notice_that_the_database_refuses_sinks_nothing_else(database: Database, say: Say) -> None:
    async with database.transaction() as tx:
        await tx.connection.exec_driver_sql(
            "ALTER TABLE whatsapp_alerts ADD CONSTRAINT none CHECK (field <> 'security') NOT VALID"
        )
    try:
        await say("security", {"event": "PIN_RESET_REQUEST"})
        await say("message_template_status_update", status("PAUSED"))
    finally:
        async with database.transaction() as tx:
            await tx.connection.exec_driver_sql("ALTER TABLE whatsapp_alerts DROP CONSTRAINT none")
    assert await parked(database) == [("could not be stored: IntegrityError",)]
    assert [one[0] for one in await alerts(database)] == ["warning"]


@pytest.mark.parametrize(("value", "days"), [(ACCOUNTS[0][1], 7), (ACCOUNTS[1][1], 30)])
async def test_a_restriction_is_open_until_it_ends_and_all_else_for_a_month(
    database: Database, say: Say, clock: ManualClock, value: Json, days: int
) -> None:
    await say("account_update", value)
    for passed, is_open in [(days - 1, True), (1, False)]:
        clock.advance(days=passed)
        async with database.transaction() as tx:
            assert bool(await open_alerts(tx, clock.now())) is is_open


async def test_old_alerts_are_deleted(database: Database, say: Say, clock: ManualClock) -> None:
    housekeeping = Housekeeping(database, clock)
    await say("security", {"event": "PIN_RESET_REQUEST"})
    for days, left in [(390, 1), (10, 0)]:
        clock.advance(days=days)
        await housekeeping.step()
        assert len(await alerts(database)) == left
