"""Several numbers of ours: each with its own conversations and its own 24 hours."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.conversations.world import fetch
from tests.stories.harness import Json, System, running_system
from tests.stories.test_intake import deliver, envelope
from tests.stories.test_intake import text as wire_text

from plantao.identity.models import Role
from plantao.whatsapp import ledger

FIRST, SECOND = "106540352242922", "106540352242923"
PHONE = "5511999999999"


@asynccontextmanager
async def two_numbers(database_url: str, **of_second: Any) -> AsyncIterator[System]:
    """The stand-in has one number: what is sent by the second waits."""
    numbers = [{"phone_number_id": SECOND, "name": "Vendas"} | of_second]
    async with running_system(database_url, whatsapp_numbers=numbers) as system:
        yield system


async def write(system: System, wamid: str, text: str, number: str) -> None:
    """A customer writes to one of our numbers."""
    body = envelope(wire_text(wamid, text, at=int(time.time()), wa_id=PHONE))
    body["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = number
    assert await deliver(system, body) == 200
    await system.settle(20, "ledger")


async def held(system: System) -> list[tuple[str, str, str]]:
    query = "SELECT phone_number_id, status, handled_by FROM conversations ORDER BY started_at, phone_number_id"
    return await fetch(system.parts.database, query)


async def test_a_customer_has_a_conversation_with_each_number(database_url: str) -> None:
    async with two_numbers(database_url) as system:
        agent = await system.person(Role.ADMIN)
        await write(system, "w1", "oi", FIRST)
        await write(system, "w2", "quero contratar", SECOND)
        await write(system, "w3", "e então?", FIRST)
        found = await agent.conversations()
        assert sorted((c["phone_number_id"], c["customer_phone"]) for c in found) == [
            (FIRST, f"+{PHONE}"),
            (SECOND, f"+{PHONE}"),
        ]
        contents = {
            c["phone_number_id"]: [m["content"] for m in await agent.messages(c["id"]) if m["direction"] == "incoming"]
            for c in found
        }
        assert contents == {FIRST: ["oi", "e então?"], SECOND: ["quero contratar"]}


async def test_a_number_without_a_bot_goes_straight_to_the_queue(database_url: str) -> None:
    async with two_numbers(database_url, bot=False) as system:
        await write(system, "w1", "oi", FIRST)
        await write(system, "w2", "oi", SECOND)
        assert sorted(await held(system)) == [(FIRST, "in_progress", "bot"), (SECOND, "queue", "none")]
        # As soon as somebody is there, it is theirs.
        agent = await system.person(Role.ATTENDANT)
        async with agent.socket() as socket:
            assert (await socket.expect("conversation_assigned"))["assigned_to"] == agent.id


async def test_who_sends_names_the_number_and_a_wrong_one_is_refused(database_url: str) -> None:
    async with two_numbers(database_url) as system:
        agent = await system.person(Role.ADMIN)
        await write(system, "w1", "oi", SECOND)
        body: Json = {"to": f"+{PHONE}", "content": "Olá"}
        wrong = await agent.post("/whatsapp/send", body | {"phone_number_id": "1"})
        assert (wrong.status_code, wrong.json()["field"]) == (400, "phone_number_id")
        # The 24 hours are each number's own.
        by_first = await agent.post("/whatsapp/send", body)
        assert (by_first.status_code, by_first.json()["error_code"]) == (409, "OUTSIDE_SERVICE_WINDOW")
        by_second = await agent.post("/whatsapp/send", body | {"phone_number_id": SECOND})
        assert by_second.status_code == 202
        template: Json = {"to": f"+{PHONE}", "template_name": "boas_vindas", "phone_number_id": FIRST}
        assert (await agent.post("/whatsapp/send-template", template)).status_code == 202
        query = """
            SELECT c.phone_number_id, m.sent_from, m.type FROM messages m JOIN conversations c ON c.id = conversation_id
            WHERE m.sent_by = 'api' ORDER BY m.type
        """
        assert await fetch(system.parts.database, query) == [(FIRST, FIRST, "template"), (SECOND, SECOND, "text")]


async def test_what_comes_for_a_number_that_is_not_ours_is_put_aside_and_read_later(database_url: str) -> None:
    async with running_system(database_url) as system:
        await write(system, "w1", "para ninguém", SECOND)
        await write(system, "w2", "oi", FIRST)
        assert [row[0] for row in await held(system)] == [FIRST]
        [(reason,)] = await fetch(system.parts.database, "SELECT reason FROM webhook_parked_items")
        assert reason == f"number {SECOND} is not in the settings"
        metrics = (await system.client.get("/metrics")).text
        assert "plantao_whatsapp_unknown_number_total 0.0" not in metrics
    async with two_numbers(database_url) as system:
        async with system.parts.database.transaction() as tx:
            assert await ledger.replay(tx, None) == 1
        await system.settle(20, "ledger")
        assert sorted(row[0] for row in await held(system)) == [FIRST, SECOND]
        assert await fetch(system.parts.database, "SELECT reason FROM webhook_parked_items") == []
