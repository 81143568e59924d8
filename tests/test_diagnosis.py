"""What `plantao doctor` says of the account at Meta, and `plantao whatsapp subscribe`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.stories.harness import running_system
from tests.whatsapp.account.saying import ACCOUNT, NUMBER, Json
from tests.whatsapp.graph.standin import Answer, StandIn, answer, hang_up

from plantao.administration import subscribe
from plantao.diagnosis import Finding, _whatsapp
from plantao.diagnosis_words import State
from plantao.identity.models import Role
from plantao.kit.errors import ValidationFailed
from plantao.settings import Settings

OURS: Json = {"entity_type": "APP", "id": "634974688087057", "can_send_message": "AVAILABLE"}
STANDING: Json = {
    "display_phone_number": "+55 11 3333-4444",
    "quality_rating": "GREEN",
    "status": "CONNECTED",
    "whatsapp_business_manager_messaging_limit": "TIER_2K",
    "health_status": {"can_send_message": "AVAILABLE", "entities": [OURS]},
}
ERROR: Json = {"error_code": 141006, "error_description": "Sem pagamento."}
BLOCKED: Json = {
    "health_status": {
        "can_send_message": "BLOCKED",
        "entities": [{"entity_type": "WABA", "can_send_message": "BLOCKED", "errors": [ERROR]}, OURS],
    }
}
TEMPLATES: Json = {"data": [{"status": "APPROVED"}, {"status": "PAUSED"}, {"status": "APPROVED"}]}


def apps(*ids: str, **more: str) -> Json:
    return {"data": [{"whatsapp_business_api_data": {"id": id_, "name": f"App {id_}"}} | more for id_ in ids]}


@pytest.fixture
async def meta() -> AsyncIterator[tuple[StandIn, str]]:
    server = StandIn()
    url = await server.start()
    yield server, url
    await server.stop()


def settings(url: str, **more: Any) -> Settings:
    values = {
        "whatsapp_graph_url": url,
        "whatsapp_phone_number_id": NUMBER,
        "whatsapp_business_account_id": ACCOUNT,
        "whatsapp_access_token": "EAAG",
        "whatsapp_verify_token": "um-segredo",
    }
    return Settings.model_validate(values | more)


async def findings(meta: tuple[StandIn, str], *script: Answer, **more: Any) -> list[Finding]:
    meta[0].script = list(script)
    return await _whatsapp(settings(meta[1], **more))


async def test_a_well_account(meta: tuple[StandIn, str]) -> None:
    found = await findings(meta, answer(200, STANDING), answer(200, apps("634974688087057")), answer(200, TEMPLATES))
    assert [one.ok for one in found] == [True, True, True]
    assert found[0].detail == "+55 11 3333-4444, quality GREEN, status CONNECTED; limit TIER_2K, may send: AVAILABLE"
    assert found[1].detail == "subscribed: App 634974688087057"
    assert found[2].detail == "2 APPROVED, 1 PAUSED"


@pytest.mark.parametrize("subscribed", [apps(), apps("1"), {}])
async def test_an_app_that_hears_nothing_is_found(meta: tuple[StandIn, str], subscribed: Json) -> None:
    found = await findings(meta, answer(200, STANDING), answer(200, subscribed), answer(200, TEMPLATES))
    assert [one.ok for one in found] == [True, False, True]
    assert "plantao whatsapp subscribe" in found[1].detail


async def test_another_callback_is_shown(meta: tuple[StandIn, str]) -> None:
    mine = apps("634974688087057", override_callback_uri="https://x.example/hook")
    found = await findings(meta, answer(200, STANDING), answer(200, mine), answer(200, TEMPLATES))
    assert found[1].detail.endswith("at https://x.example/hook")


async def test_a_number_that_may_not_send_is_wrong_and_says_why(meta: tuple[StandIn, str]) -> None:
    found = await findings(meta, answer(200, STANDING | BLOCKED), answer(200, apps("634974688087057")), answer(200, {}))
    assert [one.ok for one in found] == [False, True, True]
    assert found[0].detail.endswith("may send: BLOCKED; Sem pagamento.")
    assert found[2].detail == "none"


async def test_each_number_and_each_account_is_looked_at_once(meta: tuple[StandIn, str]) -> None:
    more = ({"phone_number_id": "2"}, {"phone_number_id": "3", "business_account_id": "9"})
    pages = [answer(200, apps("634974688087057")), answer(200, TEMPLATES)] * 2
    found = await findings(meta, *[answer(200, STANDING)] * 3, *pages, whatsapp_numbers=more)
    assert [one.subject for one in found] == [
        "whatsapp",
        "whatsapp 2",
        "whatsapp 3",
        *(f"whatsapp {what} of {id_}" for id_ in (ACCOUNT, "9") for what in ("webhook", "templates")),
    ]


async def test_what_meta_does_not_answer_is_told_part_by_part(meta: tuple[StandIn, str]) -> None:
    refused = answer(400, {"error": {"code": 10, "message": "no"}})
    found = await findings(meta, hang_up, refused, refused)
    assert [one.ok for one in found] == [False, False, False]
    assert "code 10" in found[1].detail


async def test_without_an_account_it_says_what_it_did_not_look_at(meta: tuple[StandIn, str]) -> None:
    found = await findings(meta, answer(200, STANDING), whatsapp_business_account_id=None)
    assert [one.ok for one in found] == [True, True]
    assert "PLANTAO_WHATSAPP_BUSINESS_ACCOUNT_ID is not set" in found[1].detail


async def test_subscribing_with_and_without_a_callback(meta: tuple[StandIn, str]) -> None:
    meta[0].script = [answer(200, {"success": True})] * 2
    assert await subscribe(settings(meta[1]), None) == [ACCOUNT]
    assert await subscribe(settings(meta[1]), "https://x.example/hook") == [ACCOUNT]
    first, second = meta[0].requests
    assert (first.method, first.target, first.json()) == ("POST", f"/v26.0/{ACCOUNT}/subscribed_apps", {})
    assert second.json() == {"override_callback_uri": "https://x.example/hook", "verify_token": "um-segredo"}
    with pytest.raises(ValidationFailed):
        await subscribe(settings(meta[1], whatsapp_business_account_id=None), None)


async def test_every_finding_has_words_for_the_console(meta: tuple[StandIn, str]) -> None:
    blocked = answer(200, STANDING | BLOCKED)
    refused = answer(400, {"error": {"code": 190, "message": "no"}})
    found = [one.words for one in await findings(meta, blocked, answer(200, apps()), refused)]
    assert [one.state for one in found] == [State.FAILED] * 3
    assert found[0].title == "Número +55 11 3333-4444"
    assert found[0].detail == "Bloqueado: a Meta não deixa enviar. Sem pagamento."
    assert "plantao whatsapp subscribe" in (found[1].remedy or "")
    assert "190" in found[2].detail
    assert found[2].remedy


async def test_an_administrator_reads_it_and_many_at_once_cost_one_look(database_url: str) -> None:
    async with running_system(database_url, whatsapp_business_account_id=ACCOUNT) as system:
        admin = await system.person(Role.ADMIN)
        answers = await asyncio.gather(*(admin.get("/diagnosis") for _ in range(10)))
        assert {one.status_code for one in answers} == {200}
        assert len({one.json()["checked_at"] for one in answers}) == 1
        checks = {one["check"]: one for one in answers[0].json()["checks"]}
        assert {name: one["state"] for name, one in checks.items()} == {
            "settings": "ok",
            "database": "ok",
            "users_database": "off",
            "files": "ok",
            "whatsapp_number": "ok",
            "whatsapp_webhook": "ok",
            "whatsapp_templates": "ok",
        }
        assert "revision" not in answers[0].text  # in Portuguese


async def test_what_is_missing_is_named_and_no_secret_is(database_url: str) -> None:
    async with running_system(database_url, whatsapp_verify_token=None) as system:
        told = (await (await system.person(Role.ADMIN)).get("/diagnosis")).json()["checks"]
        states = {one["check"]: one["state"] for one in told}
        assert (states["settings"], states["whatsapp_number"]) == ("failed", "off")
        assert told[0]["detail"] == "PLANTAO_WHATSAPP_VERIFY_TOKEN falta."
        assert "PLANTAO_WHATSAPP_VERIFY_TOKEN" in told[0]["remedy"]
