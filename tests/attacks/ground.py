"""What every attack stands on: a running system whose answers are all checked, and people with conversations."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from tests.stories.harness import Json, Person, System, running_system
from tests.stories.test_intake import deliver, envelope, text

from plantao.identity.models import Role
from plantao.kit.errors import ErrorCode

ERROR_FIELDS = {"detail", "error_code", "field"}
INTERNALS = re.compile(rb'Traceback|File "|sqlalchemy|asyncpg|pydantic|msgspec|SELECT |UPDATE |INSERT |\.py\b')
NO_LIMIT = "1000000/second"  # log-ins have attacks of their own
BODILESS = frozenset({"HEAD"})


def check_error(status: int, body: Any) -> None:
    """The one shape of an answer of 400 and above, for a person and for a program."""
    assert isinstance(body, dict), body
    assert set(body) == ERROR_FIELDS, body
    assert body["error_code"] in set(ErrorCode), body
    assert isinstance(body["detail"], str), body
    assert body["detail"].strip(), body
    assert body["field"] is None or isinstance(body["field"], str), body
    assert status != 500, body


async def check_answer(answer: httpx2.Response) -> None:
    """Of whatever request: no cookie, no foreign origin, one id, the common error, nothing of our insides."""
    assert len(answer.headers.get_list("x-request-id")) == 1
    assert not [name for name in answer.headers if name == "set-cookie" or name.startswith("access-control-")]
    await answer.aread()
    if answer.status_code < 400 or answer.request.method in BODILESS or answer.request.url.path.startswith("/health"):
        return
    assert answer.headers["content-type"] == "application/json"
    assert INTERNALS.search(answer.content) is None, answer.content[:500]
    check_error(answer.status_code, answer.json())


@asynccontextmanager
async def watched_system(database_url: str, **options: Any) -> AsyncIterator[System]:
    """A system without limits unless told, each of whose answers `check_answer` looks at."""
    async with running_system(database_url, **{"rate_limit_login": NO_LIMIT} | options) as system:
        system.client.event_hooks = {"response": [check_answer]}
        yield system


def operations(document: Json) -> dict[tuple[str, str], Json]:
    """Every operation of an OpenAPI document, by its method and path."""
    paths = document["paths"].items()
    return {(method.upper(), path): found for path, methods in paths for method, found in methods.items()}


async def document_of(system: System) -> Json:
    found: Json = (await system.client.get("/openapi.json")).json()
    return found


def body_schema(document: Json, operation: Json) -> Json:
    """The schema of an operation's JSON body, followed to where it is defined; empty when it takes none."""
    content = operation.get("requestBody", {}).get("content", {})
    return resolved(document, content.get("application/json", {}).get("schema", {}))


def resolved(document: Json, schema: Json) -> Json:
    """A reference, or the first reference of a choice, followed."""
    for choice in (schema, *schema.get("anyOf", ())):
        if "$ref" in choice:
            found: Json = document["components"]["schemas"][choice["$ref"].rpartition("/")[2]]
            return found
    return schema


@dataclass
class Phones:
    """Customers who have written once, and whose conversations nobody has taken yet."""

    lead: Person
    waiting: list[Json]

    async def give(self, person: Person) -> Json:
        """A conversation that is `person`'s from now on."""
        conversation = self.waiting.pop()
        answer = await self.lead.post(f"/conversations/{conversation['id']}/assign", {"agent_id": person.id})
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found


async def customers_write(system: System, number: int, lead: Person | None = None) -> Phones:
    """`number` customers write one message each."""
    lead = lead or await system.person(Role.SUPERVISOR, "Chefe Ribeiro", "chefe@provedor.example")
    now = int(time.time())
    wrote = [text(f"wamid.attack.{n}", "oi", at=now, wa_id=f"55119{60000000 + n}") for n in range(number)]
    for n in range(number):  # so that Meta has their 24 hours open too
        phone = f"55119{60000000 + n}"
        customer = system.sim.world.by_number(phone) or system.sim.customer(phone=phone)
        system.sim.open_windows(customer)
    assert await deliver(system, envelope(*wrote)) == 200
    await system.settle()
    waiting: list[Json] = []
    for page in range(1, -(-number // 100) + 1):
        waiting += await lead.conversations(limit=100, page=page)
    assert len(waiting) == number
    return Phones(lead, waiting)
