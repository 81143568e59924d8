"""Meta's notices as they come, and what became of them."""

import json
from collections.abc import Callable, Coroutine
from typing import Any

from tests.conversations.world import fetch

from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.whatsapp import ledger
from plantao.whatsapp.materialise import Materialiser

Json = dict[str, Any]
ACCOUNT, NUMBER = "102290129340398", "106540352242922"
AT = 1795428000
METADATA = {"display_phone_number": "551133334444", "phone_number_id": NUMBER}
TEMPLATE: Json = {
    "message_template_id": 1689556908129832,
    "message_template_name": "visita_tecnica",
    "message_template_language": "pt_BR",
}
Say = Callable[..., Coroutine[Any, Any, None]]


def body(field: str, value: Any, at: int | None = AT) -> Json:
    entry: Json = {"id": ACCOUNT, "changes": [{"value": value, "field": field}]}
    return {"object": "whatsapp_business_account", "entry": [entry if at is None else entry | {"time": at}]}


def status(event: str, **more: Any) -> Json:
    return TEMPLATE | {"event": event, "reason": "NONE", "message_template_category": "UTILITY"} | more


def speaker(database: Database, materialiser: Materialiser, clock: ManualClock) -> Say:
    async def say(field: str, value: Any, at: int | None = AT) -> None:
        """One notice, from the ledger to where it belongs."""
        await ledger.append(database, [json.dumps(body(field, value, at)).encode()], clock.now())
        await materialiser.step()

    return say


async def alerts(database: Database) -> list[Any]:
    """Severity, title, detail and whether it is open, the oldest first."""
    query = "SELECT severity, title, detail, closed_at IS NULL FROM whatsapp_alerts ORDER BY id"
    return await fetch(database, query)


async def template(database: Database) -> Json:
    rows = await fetch(database, "SELECT row_to_json(t)::text FROM whatsapp_templates t")
    assert len(rows) == 1
    found: Json = json.loads(rows[0][0])
    return found


async def number(database: Database) -> Json:
    rows = await fetch(database, "SELECT row_to_json(n)::text FROM whatsapp_numbers n ORDER BY phone_number_id")
    found: Json = json.loads(rows[0][0])
    return found


async def parked(database: Database) -> list[Any]:
    return await fetch(database, "SELECT reason FROM webhook_parked_items ORDER BY id")
