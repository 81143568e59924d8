"""The document against the running system, by a tool that makes up requests: right ones, wrong ones, and strangers'.

Deterministic: a fixed seed, a fixed number of examples. Rates have stories of their own, so they are off.
"""

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.contract.conformance import openapi_document, operations
from tests.contract.schemathesis_run import run_schemathesis, write_config
from tests.stories.file_samples import PNG, data_uri
from tests.stories.harness import UNLIMITED, Json, Person, System, running_system

from plantao.identity.models import Role

SEED = 20260201
# All checks that there are run, but for these.
LEFT_OUT = {
    "positive_data_acceptance": "some rules are none that JSON Schema can tell: a caption only with a file",
    "use_after_free": "needs the stateful phase; and users are deactivated, not deleted: they can still be read",
    "ensure_resource_availability": "needs the stateful phase",
    "object_level_authorization": "needs the stateful phase; the stories of roles walk it with real owners",
}
# Each of these ends sessions or changes users: it has somebody of its own to do it as.
DANGEROUS = ("reset_second_factor", "log_out", "end_other_sessions", "end_session", "change_user", "deactivate_user")
FIRST_ID = 500_000  # of those who act: numbers that are made up are those of victims, small, or the largest there is
VICTIMS = [1, 2, 3]


async def actors(system: System, role: Role) -> dict[str, Person]:
    """Who does what; "" does all that nobody else does."""
    async with system.parts.database.transaction() as tx:
        await tx.run(text(f"ALTER TABLE users ALTER COLUMN id RESTART WITH {FIRST_ID}"), {})
    return {name: await system.person(role, f"Ana {name}", f"ana{name}@provedor.example") for name in ("", *DANGEROUS)}


async def one_waits(system: System, phone: str) -> None:
    """A customer whom the bot has put into the queue."""
    customer = system.sim.customer("João da Silva", phone=phone)
    await system.sim.write(customer, {"type": "text", "text": "quero um atendente"})
    await system.sim.wait_for_send(lambda send: send.customer_id == customer.id)


async def things(system: System) -> dict[str, list[Any]]:
    """Ids of what there is to read, to answer, to close and to change."""
    for number in VICTIMS:
        await system.person(Role.ATTENDANT, f"Vitima{number} Silva")
    lead = await system.person(Role.SUPERVISOR, "Rita Lima")
    for number in range(4):
        await one_waits(system, f"551199999999{number}")
    conversations = [one["id"] for one in await lead.conversations(status="queue")]
    picture = {"type": "image", "content": data_uri("image/png", PNG)}
    sent = await lead.post(f"/conversations/{conversations[0]}/messages", picture)
    media_id = sent.json()["media"]["url"].rpartition("/")[2]
    return {"conversation_id": conversations, "media_id": [media_id], "user_id": VICTIMS, "agent_id": VICTIMS}


def config(known: dict[str, list[Any]], acting: dict[str, Person], examples: int, *, thorough: bool) -> Json:
    """Half of the ids are those of things that exist. Without `acting` nobody has a token."""
    no_memory = {"extra-data-sources": {"responses": False}}  # ids out of answers would be those of who acts
    # Every limit of every field, once, as the administrator; the other methods of every path have a test of their own.
    coverage: Json = {"enabled": thorough, "unexpected-methods": ["TRACE"]}
    found: Json = {
        "seed": SEED,
        "warnings": False,
        "dictionaries": {name: {"values": values} for name, values in known.items()},
        "parameters": {name: {"dictionary": name, "probability": 0.5} for name in known},
        "generation": {"deterministic": True, "database": "none", "max-examples": examples, "no-shrink": True},
        "phases": {
            "examples": {"enabled": thorough},
            "coverage": coverage | no_memory,
            "fuzzing": no_memory,
            "stateful": {"enabled": False},
        },
        "checks": {name: {"enabled": False} for name in LEFT_OUT},
    }
    if acting:
        found["auth"] = {"openapi": {"HTTPBearer": {"bearer": acting[""].token}}}
        own = [{"include-operation-id": name, "headers": acting[name].headers} for name in DANGEROUS]
        found["operations"] = own
    return found


HALF = ("conversations", "agents", "health")
HALVES = [[f"--{how}-tag={tag}" for tag in HALF] for how in ("include", "exclude")]


async def run_all(url: str, file: Path, parts: Sequence[Sequence[str]]) -> int:
    """Each part in a process of its own, at once. Answers how many operations were tested."""
    tested = 0
    for code, said in await asyncio.gather(*(run_schemathesis(url, file, *options) for options in parts)):
        assert code == 0, said
        tested += sum(map(int, re.findall(r"Tested: (\d+)", said)))
    return tested


@pytest.mark.parametrize(("role", "examples"), [(Role.ADMIN, 5), (Role.ATTENDANT, 3), (None, 2)])
async def test_the_system_does_what_the_document_says(
    database_url: str, tmp_path: Path, role: Role | None, examples: int
) -> None:
    async with running_system(database_url, registration="open", rate_limit_login=UNLIMITED) as system:
        known = await things(system)
        acting = await actors(system, role) if role else {}
        thorough = role is Role.ADMIN
        write_config(config(known, acting, examples, thorough=thorough), tmp_path / "schemathesis.toml")
        # Not in its threads, which trip over a bug of Python 3.11.
        tested = await run_all(system.url, tmp_path / "schemathesis.toml", HALVES if thorough else [[]])
        assert tested == len(list(operations(openapi_document())))
        for who in acting.values():  # nobody was shut out by what was tried: it was really tried as this role
            expected = 401 if who is acting["log_out"] else 200
            assert (await who.get("/auth/me")).status_code == expected
