"""People at the desk, with tags and conversations, for stories of what they note."""

from itertools import count

from tests.stories.harness import Json, Person, System
from tests.stories.test_intake import deliver, envelope, text

from plantao.identity.models import Role

_numbers = count(1)
PHONE = "5511999999999"


async def lead_of(system: System) -> Person:
    return await system.person(Role.SUPERVISOR, "Ana Lima")


async def made(lead: Person, *names: str, color: str = "teal") -> list[Json]:
    """Tags."""
    answers = [await lead.post("/tags", {"name": name, "color": color}) for name in names]
    assert [answer.status_code for answer in answers] == [201] * len(names)
    return [answer.json() for answer in answers]


async def writes(system: System, lead: Person, phone: str = PHONE, bsuid: str | None = None) -> str:
    """A customer writes: the id of the open conversation."""
    message = text(f"wamid.desk.{next(_numbers)}", "oi", wa_id=phone, bsuid=bsuid)
    assert await deliver(system, envelope(message)) == 200
    await system.settle(20, "ledger")
    found = await lead.conversations(status="in_progress")
    return next(str(one["id"]) for one in found if one["customer_phone"] == f"+{phone}")


async def served(system: System, lead: Person, agent: Person, phone: str = PHONE, bsuid: str | None = None) -> str:
    """The id of a conversation that `agent` serves."""
    id_ = await writes(system, lead, phone, bsuid)
    assert (await lead.post(f"/conversations/{id_}/assign", {"agent_id": agent.id})).status_code == 200
    return id_
