"""A document of 100 MB through the product: from a customer, to a screen, from a person, to a customer.

The simulator is Meta here; what is measured is the server's own memory, looked at all the time, and how long it takes.
"""

import asyncio
import base64
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from bench.bodies import APP_SECRET, PHONE_NUMBER_ID
from bench.processes import pss_bytes
from bench.report import Figure
from bench.system import Ground, Process, free_port, ground, log_in, plantao
from plantao_simulator import Simulator, SimulatorConfig, create_simulator, run_server

MB = 1024 * 1024
LARGEST = 100 * MB - 100
PIECE = 256 * 1024
LOOK_SECONDS = 0.05
REST_SECONDS = 2.0
V1 = "/api/v1"


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int


FULL, QUICK = Size(rounds=3), Size(rounds=1)


@dataclass(slots=True)
class Measured:
    """Of one way of a file: the seconds that it took, and the most memory that the server had meanwhile, in bytes."""

    seconds: list[float] = field(default_factory=list)
    highest: list[float] = field(default_factory=list)

    async def take(self, pid: int, work: Callable[[], Awaitable[Any]]) -> Any:
        began = time.perf_counter()
        highest, task = 0, asyncio.ensure_future(work())
        while not task.done():
            await asyncio.wait([task], timeout=LOOK_SECONDS)
            highest = max(highest, await asyncio.to_thread(pss_bytes, pid))
        self.seconds.append(time.perf_counter() - began)
        self.highest.append(highest)
        return task.result()

    def figures(self, name: str) -> list[Figure]:
        highest = [value / 1e6 for value in self.highest]
        return [
            Figure(f"Highest memory (PSS) of the server, {name}", highest, "MB"),
            Figure(f"Time, {name}", self.seconds, "s", "", 1),
        ]


@dataclass(frozen=True, slots=True)
class Desk:
    base: Ground
    product: Process
    sim: Simulator
    client: httpx2.AsyncClient
    document: bytes

    async def receive(self) -> None:
        """From the customer's phone to our store."""
        stored = "SELECT count(*) FROM media_files WHERE stored_at IS NOT NULL"
        before = await self.base.value(stored)
        customer = self.sim.customer("João", phone="5511999999999")
        content = base64.b64encode(self.document).decode()
        await self.sim.write(customer, {"type": "document", "data": content, "filename": "mapa.pdf"})
        await self.base.until(stored, before + 1)

    async def show(self) -> None:
        """From our store to a screen."""
        file_id = await self.base.value("SELECT id FROM media_files WHERE stored_at IS NOT NULL ORDER BY id LIMIT 1")
        size = 0
        async with self.client.stream("GET", f"{V1}/media/{file_id}") as answer:
            async for chunk in answer.aiter_bytes(PIECE):
                size += len(chunk)
        assert (answer.status_code, size) == (200, len(self.document))

    async def send(self) -> None:
        """From a person to the customer: brought, sent by its id, uploaded to Meta."""
        answer = await self.client.post(f"{V1}/media", content=self._pieces(), params={"filename": "mapa.pdf"})
        assert answer.status_code == 201, answer.text
        await self._say({"type": "document", "media_id": answer.json()["media"]["id"]})

    async def send_in_base64(self) -> None:
        """The same in the message itself, as the contract has it."""
        await self._say({"type": "document", "content": base64.b64encode(self.document).decode()})

    async def _say(self, message: dict[str, Any]) -> None:
        conversation_id = await self.base.value("SELECT id FROM conversations LIMIT 1")
        answer = await self.client.post(f"{V1}/conversations/{conversation_id}/messages", json=message)
        assert answer.status_code == 201, answer.text
        await self.base.until("SELECT count(*) FROM messages WHERE type = 'document' AND due_at IS NOT NULL", 0)

    async def _pieces(self) -> AsyncIterator[bytes]:
        for at in range(0, len(self.document), PIECE):
            yield self.document[at : at + PIECE]


async def measure(size: Size) -> list[Figure]:
    ways = {"in: from Meta": Measured(), "out of the store, to a screen": Measured(),
            "out: brought and sent by its id": Measured(), "out: in base64": Measured()}  # fmt: skip
    async with ground() as base, _desk(base) as desk:
        await asyncio.sleep(REST_SECONDS)
        rest = Figure("Memory (PSS) of the server at rest before", [pss_bytes(desk.product.pid) / 1e6], "MB")
        works = (desk.receive, desk.show, desk.send, desk.send_in_base64)
        for number in range(size.rounds):
            print(f"media: round {number + 1} of {size.rounds}", file=sys.stderr)
            for measured, work in zip(ways.values(), works, strict=True):
                await measured.take(desk.product.pid, work)
    return [rest, *(figure for name, way in ways.items() for figure in way.figures(f"100 MB {name}"))]


@asynccontextmanager
async def _desk(base: Ground) -> AsyncIterator[Desk]:
    port = free_port()
    async with plantao(base.data_dir, port, 30.0) as product:
        config = SimulatorConfig(
            webhook_url=f"http://127.0.0.1:{product.port}{V1}/whatsapp/webhook",
            phone_number_id=PHONE_NUMBER_ID,
            access_token="EAAGbenchbenchbench",
            app_secret=APP_SECRET,
            verify_token="bench-verify",
        )
        sim = create_simulator(config)
        headers = {"Authorization": f"Bearer {await log_in(product.port)}"}
        url = f"http://127.0.0.1:{product.port}"
        async with run_server(sim, port=port), httpx2.AsyncClient(base_url=url, headers=headers, timeout=300) as client:
            yield Desk(base, product, sim, client, b"%PDF-" + os.urandom(LARGEST - 5))
