"""What Meta says of the numbers and their templates, from Meta to the screens of those whom it concerns."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.conversations.world import fetch
from tests.stories.harness import Json, Person, System, running_system
from tests.stories.test_intake import deliver
from tests.whatsapp.account.saying import ACCOUNT, NUMBER, body, status

from plantao.identity.models import Role
from plantao_simulator.templates import TemplateShelf

HELLO: Json = {
    "template_name": "boas_vindas",
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "João"}]}],
}
VISIT: Json = {
    "name": "visita_marcada",
    "category": "UTILITY",
    "components": [
        {
            "type": "BODY",
            "text": "Olá {{1}}, sua visita será {{2}}. Confirma?",
            "example": {"body_text": [["João", "amanhã às 14h"]]},
        },
        {"type": "FOOTER", "text": "Horizonte Fibra"},
    ],
}


async def synced(system: System) -> None:
    """Until Meta was asked for all that is asked at the start."""
    query = "SELECT count(*) FROM whatsapp_syncs WHERE synced_at IS NOT NULL"
    async with asyncio.timeout(20):
        while (await fetch(system.parts.database, query))[0][0] < 2:  # noqa: ASYNC110 - it asks the database, as whoever looks would
            await asyncio.sleep(0.01)


@pytest.fixture
async def system(database_url: str) -> AsyncIterator[System]:
    """An installation that knows its business account, after its first look at it."""
    async with running_system(database_url, whatsapp_business_account_id=ACCOUNT) as running:
        await synced(running)
        yield running


async def listed(person: Person, **asked: Any) -> list[Json]:
    answer = await person.get("/whatsapp/templates", **asked)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()["templates"]
    return found


async def test_leads_see_the_numbers_and_attendants_do_not(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    answer = (await lead.get("/whatsapp/number")).json()
    [number] = answer["numbers"]
    assert (number["phone_number_id"], number["business_account_id"]) == (NUMBER, ACCOUNT)
    assert (number["display_phone_number"], number["verified_name"]) == ("+55 11 3333-4444", "Horizonte Fibra")
    assert (number["quality_rating"], number["messaging_limit"], number["can_send"]) == (
        "GREEN",
        "TIER_2K",
        "AVAILABLE",
    )
    assert (number["throughput_level"], number["bot"], number["reasons"]) == ("STANDARD", True, [])
    assert number["synced_at"] is not None
    assert answer["alerts"] == []
    agent = await system.person(Role.ATTENDANT, "Ana Lima")
    assert (await agent.get("/whatsapp/number")).status_code == 403


def shelf(system: System) -> TemplateShelf:
    """What Meta has."""
    return system.sim.business.first.account.templates


async def test_staff_choose_among_the_templates(system: System) -> None:
    agent = await system.person(Role.ATTENDANT)
    names = [one["name"] for one in await listed(agent)]
    assert names == sorted(template.name for template in shelf(system))
    [paused] = await listed(agent, status="PAUSED")
    assert (paused["name"], paused["category"]) == ("oferta_upgrade", "MARKETING")
    [bill] = await listed(agent, name="fatura")
    assert [part["type"] for part in bill["components"]] == ["HEADER", "BODY", "BUTTONS"]
    assert await listed(agent, language="en_US") == []
    page = (await agent.get("/whatsapp/templates", limit=2, page=2)).json()
    assert (page["total"], page["pages"], len(page["templates"])) == (6, 3, 2)
    stranger = await system.person(Role.USER, "Zeca Lima")
    assert (await stranger.get("/whatsapp/templates")).status_code == 403


async def test_a_template_is_made_reviewed_sent_and_deleted(system: System) -> None:
    admin = await system.person(Role.ADMIN)
    made = await admin.post("/whatsapp/templates", VISIT)
    assert made.status_code == 201, made.text
    assert (made.json()["status"], made.json()["language"]) == ("PENDING", "pt_BR")
    again = await admin.post("/whatsapp/templates", VISIT)
    assert (again.status_code, again.json()["field"]) == (409, "name")
    await system.sim.wait_for_deliveries(lambda _: True)  # Meta's decision
    await system.settle()
    assert [one["status"] for one in await listed(admin, name="visita_marcada")] == ["APPROVED"]
    send = {"to": "+5511999999999", "template_name": "visita_marcada", "components": [values("João", "amanhã")]}
    sent = await admin.post("/whatsapp/send-template", send)
    assert sent.status_code == 202, sent.text
    [message] = await admin.messages(sent.json()["conversation_id"])
    assert message["content"] == "Olá João, sua visita será amanhã. Confirma?\nHorizonte Fibra"
    await system.sim.wait_for_send()
    gone = await remove(system, admin, name="visita_marcada")
    assert (gone.status_code, gone.json()) == (200, {"detail": "Template excluído."})
    assert [one["status"] for one in await listed(admin, name="visita_marcada")] == ["DELETED"]
    assert (await remove(system, admin, name="visita_marcada")).status_code == 404
    assert ("visita_marcada", "pt_BR") not in shelf(system).by_key
    refused = await admin.post("/whatsapp/send-template", send)
    assert (refused.status_code, refused.json()["field"]) == (400, "template_name")


def values(*texts: str) -> Json:
    return {"type": "body", "parameters": [{"type": "text", "text": text} for text in texts]}


async def remove(system: System, person: Person, **query: str) -> Any:
    return await system.client.delete("/api/v1/whatsapp/templates", params=query, headers=person.headers)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Visita"}, "name"),
        ({"language": "português"}, "language"),
        ({"category": "OUTRA"}, "category"),
        ({"components": [{"type": "BODY", "text": "Olá, {{1}}"}]}, "body.text"),
        ({"components": [{"type": "BODY"}] * 21}, "components"),
        ({"components": "x"}, "components"),
        ({"status": "APPROVED"}, "status"),
    ],
)
async def test_what_is_wrong_with_a_new_template_is_named(system: System, change: Json, field: str) -> None:
    admin = await system.person(Role.ADMIN)
    answer = await admin.post("/whatsapp/templates", VISIT | change)
    assert (answer.status_code, answer.json()["field"]) == (400, field)


async def test_only_administrators_make_and_delete_templates(system: System) -> None:
    for role, name in ((Role.SUPERVISOR, "Rita Lima"), (Role.ATTENDANT, "Ana Lima")):
        person = await system.person(role, name)
        assert (await person.post("/whatsapp/templates", VISIT)).status_code == 403
        assert (await remove(system, person, name="boas_vindas")).status_code == 403


async def test_refresh_brings_what_meta_has_meanwhile(system: System, clock: Any) -> None:
    """What was changed at Meta's own page, without a word."""
    agent = await system.person(Role.ATTENDANT)
    shelf(system).remove("boas_vindas", now=0)
    async with system.parts.database.transaction() as tx:
        await tx.connection.exec_driver_sql("UPDATE whatsapp_syncs SET synced_at = now() - interval '1 minute'")
    assert [one["status"] for one in await listed(agent, name="boas_vindas")] == ["APPROVED"]
    assert [one["status"] for one in await listed(agent, name="boas_vindas", refresh=True)] == ["DELETED"]


WRONG: list[tuple[Json, str, str]] = [
    ({"template_name": "nunca_visto"}, "template_name", "Não existe template com o nome nunca_visto."),
    ({"language": "en_US"}, "language", "O template boas_vindas não existe em en_US. Existe em: pt_BR."),
    ({"template_name": "oferta_upgrade"}, "template_name", "O template oferta_upgrade está pausado pela Meta e não"),
    ({"components": []}, "components", "Falta valor no corpo para {{1}}."),
    ({"components": [values("a", "b")]}, "components", "O corpo tem 1 variáveis e vieram 2 valores."),
]


@pytest.mark.parametrize(("change", "field", "says"), WRONG)
async def test_a_template_that_meta_would_refuse_is_not_sent(
    system: System, change: Json, field: str, says: str
) -> None:
    """By phone number, in the conversation and over the socket alike."""
    lead = await system.person(Role.SUPERVISOR)
    made = await lead.post("/whatsapp/send-template", {"to": "+5511999999999"} | HELLO)
    conversation_id = made.json()["conversation_id"]
    wish = HELLO | change
    for answer in (
        await lead.post("/whatsapp/send-template", {"to": "+5511999999999"} | wish),
        await lead.post(f"/conversations/{conversation_id}/messages", {"type": "template"} | wish),
    ):
        assert (answer.status_code, answer.json()["field"]) == (400, field)
        assert answer.json()["detail"].startswith(says)
    async with lead.socket() as socket:
        await socket.say(
            "send_message", conversation_id=conversation_id, content="", message_type="template", client_id="c", **wish
        )
        refused = await socket.expect("error")
        assert (refused["ref"], refused["error_code"]) == ("c", "VALIDATION_ERROR")
        assert refused["detail"].startswith(says)
    assert len(await lead.messages(conversation_id)) == 1


async def test_a_sent_template_shows_what_the_customer_reads(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    made = await lead.post("/whatsapp/send-template", {"to": "+5511999999999"} | HELLO)
    [message] = await lead.messages(made.json()["conversation_id"])
    assert message["content"] == "Olá, João! Bem-vindo à Horizonte Fibra. É só responder quando precisar de nós."
    send = await system.sim.wait_for_send()
    assert send.payload["template"]["components"] == HELLO["components"]


async def test_who_wants_no_marketing_gets_none(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    async with system.parts.database.transaction() as tx:
        await tx.connection.exec_driver_sql(
            "UPDATE whatsapp_templates SET category = 'MARKETING' WHERE name = 'boas_vindas'"
        )
    wish = {"category": "marketing_messages", "value": "stop", "timestamp": 1795428000, "wa_id": "551199999999"}
    assert await deliver(system, body("user_preferences", {"user_preferences": [wish]}, None)) == 200
    await system.settle()
    refused = await lead.post("/whatsapp/send-template", {"to": "+5511999999999"} | HELLO)
    assert (refused.status_code, refused.json()["field"]) == (400, "template_name")
    assert "marketing" in refused.json()["detail"]
    assert (await lead.conversations()) == []
    other = await lead.post("/whatsapp/send-template", {"to": "+5511988887777"} | HELLO)
    assert other.status_code == 202


async def test_an_alert_reaches_leads_at_once_and_stays_until_it_is_mended(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    agent = await system.person(Role.ATTENDANT, "Ana Lima")
    async with lead.socket() as screen, agent.socket() as other:
        await deliver(system, body("message_template_status_update", status("PAUSED")))
        alert = (await screen.expect("whatsapp_alert"))["alert"]
        assert (alert["severity"], alert["field"]) == ("warning", "message_template_status_update")
        assert alert["title"] == "O template visita_tecnica foi pausado pela Meta"
        await deliver(system, body("message_template_status_update", status("PAUSED")))  # Meta repeats itself
        await system.settle()
        assert [frame for frame in await screen.silence() if frame["type"] == "whatsapp_alert"] == []
        assert [frame for frame in await other.silence() if frame["type"] == "whatsapp_alert"] == []
    assert (await lead.get("/whatsapp/number")).json()["alerts"] == [alert]
    await deliver(system, body("message_template_status_update", status("APPROVED"), 1795428001))
    await system.settle()
    assert (await lead.get("/whatsapp/number")).json()["alerts"] == []


async def test_a_dismissed_alert_leaves_every_screen_and_returns_only_with_news(system: System) -> None:
    lead, other = await system.person(Role.SUPERVISOR), await system.person(Role.ADMIN, "Rita Souza")
    agent = await system.person(Role.ATTENDANT, "Ana Lima")
    async with other.socket() as screen, agent.socket() as small:
        await deliver(system, body("message_template_status_update", status("PAUSED")))
        alert = (await screen.expect("whatsapp_alert"))["alert"]
        path = f"/whatsapp/alerts/{alert['id']}"
        assert (await agent.delete(path)).status_code == 403
        answers = await asyncio.gather(*(lead.delete(path) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404, 404]
        assert [answer.json() for answer in answers if answer.status_code == 200] == [alert]
        assert (await screen.expect("whatsapp_alerts_closed"))["alert_ids"] == [alert["id"]]
        assert (await lead.get("/whatsapp/number")).json()["alerts"] == []
        await deliver(system, body("message_template_status_update", status("PAUSED")))  # Meta repeats itself
        await system.settle()
        assert await screen.silence() == []
        await deliver(system, body("message_template_status_update", status("PAUSED"), 1795428001))
        anew = (await screen.expect("whatsapp_alert"))["alert"]
        assert (anew["title"], anew["id"] > alert["id"]) == (alert["title"], True)
        await deliver(system, body("message_template_status_update", status("APPROVED"), 1795428002))
        assert (await screen.expect("whatsapp_alerts_closed"))["alert_ids"] == [anew["id"]]
        assert await small.silence() == []


async def test_without_a_business_account_there_is_nothing_to_manage(database_url: str) -> None:
    async with running_system(database_url) as system:
        admin = await system.person(Role.ADMIN)
        assert await listed(admin, refresh=True) == []
        answer = await admin.post("/whatsapp/templates", VISIT)
        assert (answer.status_code, answer.json()["error_code"]) == (409, "CONFLICT")
        assert "PLANTAO_WHATSAPP_BUSINESS_ACCOUNT_ID" in answer.json()["detail"]
        assert (await remove(system, admin, name="boas_vindas")).status_code == 409
