"""Who has asked for no marketing: told by Meta, remembered under whatever name the customer writes."""

from uuid import UUID

import pytest
from tests.whatsapp.account.saying import AT, METADATA, Json, Say

from plantao.customers.models import Contact
from plantao.customers.service import place_contacts
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database
from plantao.whatsapp.account.preferences import wants_no_marketing

JOAO = Contact(bsuid="BR.13491208655302741918", wa_id="551199999999")


def preference(value: str, at: int = AT, **more: object) -> Json:
    one = {"category": "marketing_messages", "value": value, "timestamp": at, "detail": "x", **more}
    ids = {"wa_id": "5511999999999", "user_id": "BR.13491208655302741918"}
    return {"messaging_product": "whatsapp", "metadata": METADATA, "user_preferences": [ids | one]}


async def placed(database: Database, clock: ManualClock, contact: Contact) -> UUID:
    async with database.transaction() as tx:
        return (await place_contacts(tx, [contact], clock.now())).customer_ids[0]


async def stopped(database: Database, customer: UUID) -> bool:
    async with database.transaction() as tx:
        return await wants_no_marketing(tx, customer)


@pytest.mark.parametrize("contact", [JOAO, Contact(bsuid=JOAO.bsuid), Contact(phone="5511999999999")])
async def test_a_customer_stops_and_resumes(database: Database, clock: ManualClock, say: Say, contact: Contact) -> None:
    await say("user_preferences", preference("stop"), None)
    customer = await placed(database, clock, contact)
    other = await placed(database, clock, Contact(phone="5521988887777"))
    assert await stopped(database, customer)
    assert not await stopped(database, other)
    await say("user_preferences", preference("resume", AT + 1), None)
    assert not await stopped(database, customer)
    await say("user_preferences", preference("stop"), None)  # comes again, too late
    assert not await stopped(database, customer)
    await say("user_preferences", preference("stop", AT + 2), None)
    assert await stopped(database, customer)


async def test_another_category_is_not_marketing(database: Database, clock: ManualClock, say: Say) -> None:
    await say("user_preferences", preference("stop", category="something_new"), None)
    assert not await stopped(database, await placed(database, clock, JOAO))


async def test_a_refusal_to_deliver_marketing_says_the_same(database: Database, clock: ManualClock, say: Say) -> None:
    tick = {
        "id": "wamid.1",
        "status": "failed",
        "timestamp": str(AT),
        "recipient_id": "5511999999999",
        "errors": [{"code": 131050, "title": "User has stopped marketing messages"}],
    }
    await say("messages", {"messaging_product": "whatsapp", "metadata": METADATA, "statuses": [tick]}, None)
    assert await stopped(database, await placed(database, clock, JOAO))
