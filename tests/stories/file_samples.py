"""Files for stories, and conversations to send them in."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text
from tests.stories.harness import Json, Person, System

import plantao_simulator
from plantao.identity.models import Role

SAMPLES = Path(plantao_simulator.__file__).parent / "samples"
JPEG = (SAMPLES / "modem.jpg").read_bytes()
PDF = (SAMPLES / "comprovante.pdf").read_bytes()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
MB = 1024 * 1024


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def data_uri(mime_type: str, data: bytes) -> str:
    return f"data:{mime_type};base64,{encoded(data)}"


async def served_conversation(system: System, agent: Person) -> str:
    customer = system.sim.customer("João", phone="5511999999999")
    async with agent.socket() as socket:
        await system.sim.write(customer, {"type": "text", "text": "quero um atendente"})
        conversation_id: str = (await socket.expect("conversation_assigned"))["conversation_id"]
    await system.sim.wait_for_send()
    await system.settle()
    return conversation_id


@asynccontextmanager
async def agent_with_conversation(system: System) -> AsyncIterator[tuple[Person, str]]:
    agent = await system.person(Role.ATTENDANT)
    yield agent, f"/conversations/{await served_conversation(system, agent)}/messages"


async def lead_with_conversation(system: System) -> tuple[Person, str]:
    """A supervisor, and where to write to somebody who has written: with a clock that stands still nobody is served."""
    lead = await system.person(Role.SUPERVISOR)
    await system.sim.write(system.sim.customer("João", phone="5511999999999"), {"type": "text", "text": "oi"})
    async with asyncio.timeout(15):
        while not (found := await lead.conversations()):  # noqa: ASYNC110 - it asks over HTTP, as a console would
            await asyncio.sleep(0.02)
    return lead, f"/conversations/{found[0]['id']}/messages"


async def sent_file(system: System, kind: str) -> Json:
    send = await system.sim.wait_for_send(lambda send: send.payload["type"] == kind)
    part: Json = send.payload[kind]
    return part


async def media_rows(system: System) -> list[Any]:
    async with system.parts.database.transaction() as tx:
        return list(await tx.rows(text("SELECT f.*, (SELECT count(*) FROM media_chunks) AS n FROM media_files f")))
