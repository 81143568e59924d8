"""What Meta charges is counted once a message, in whatever order and however often it is told."""

from datetime import datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.stories.harness import Json, System
from tests.stories.wire import bring, just_now
from tests.whatsapp.wire.samples import PHONE, SENT_AT

from plantao.identity.models import Role

ZONE = ZoneInfo("America/Sao_Paulo")
SERVICE = {"billable": False, "pricing_model": "PMP", "type": "free_customer_service", "category": "service"}
UTILITY = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "utility"}


def tick(wamid: str, name: str, at: float, pricing: Json | None = None) -> Json:
    found: Json = {"id": wamid, "status": name, "timestamp": str(int(at)), "recipient_id": PHONE}
    return found | ({} if pricing is None else {"pricing": pricing})


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> float:
    return datetime(year, month, day, hour, minute, tzinfo=ZONE).timestamp()


def line(system: System, kind: Json, messages: int) -> Json:
    told: dict[str, Any] = {name: kind[name] for name in ("category", "type", "billable")}
    return {"phone_number_id": system.sim.config.phone_number_id, **told, "messages": messages}


async def test_a_message_counts_once_in_the_month_of_its_first_tick(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    sent, read = local(2026, 10, 31, 23, 59), local(2026, 11, 1, 0, 30)
    for number, order in enumerate(permutations(range(3))):
        told = [
            tick(f"w{number}", "sent", sent, UTILITY),
            tick(f"w{number}", "delivered", sent),
            tick(f"w{number}", "read", read, UTILITY),
        ]
        for index in order * 2:
            await bring(system, statuses=[told[index]])
        await bring(system, statuses=told)
    assert (await lead.get("/whatsapp/usage", month="2026-11")).json()["usage"] == []
    answer = (await lead.get("/whatsapp/usage", month="2026-10")).json()
    assert answer == {"month": "2026-10", "total": 6, "billable": 6, "usage": [line(system, UTILITY, 6)]}


async def test_what_is_free_is_told_apart_and_other_months_are_left_out(system: System) -> None:
    lead = await system.person(Role.ADMIN)
    at = local(2026, 12, 31, 23, 59)
    ticks = [tick(f"w{n}", "sent", at, SERVICE if n % 3 else UTILITY) for n in range(9)]
    await bring(system, statuses=[*ticks, tick("w9", "sent", local(2027, 1, 1), UTILITY), tick("w10", "sent", at)])
    answer = (await lead.get("/whatsapp/usage", month="2026-12")).json()
    assert answer["usage"] == [line(system, SERVICE, 6), line(system, UTILITY, 3)]
    assert (answer["total"], answer["billable"]) == (9, 3)


async def test_without_a_month_it_is_the_present_one(system: System) -> None:
    lead = await system.person(Role.SUPERVISOR)
    await bring(system, statuses=[tick("w1", "sent", SENT_AT + just_now(), UTILITY)])
    answer = (await lead.get("/whatsapp/usage")).json()
    assert (answer["month"], answer["total"]) == (f"{datetime.now(ZONE):%Y-%m}", 1)


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "26-11", "2026-1", "x", "9999-12", "2026-11-01"])
async def test_what_is_no_month_is_refused(system: System, month: str) -> None:
    lead = await system.person(Role.SUPERVISOR)
    answer = await lead.get("/whatsapp/usage", month=month)
    assert (answer.status_code, answer.json()["field"]) == (400, "month")
