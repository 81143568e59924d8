"""From a webhook to the agents' screens: one socket, then two hundred in the same conversation."""

import asyncio
import random
import sys
import time
from dataclasses import dataclass

from bench.bodies import webhook_request
from bench.graph import GraphStandIn
from bench.http_client import Client
from bench.live_line import LiveLine
from bench.processes import cpu_seconds
from bench.report import Figure, percentile
from bench.system import Ground, Process, ground, log_in, plantao

QUIET_BOT = 30.0
PAUSE = 0.005  # seconds between the last screen's news and the next webhook
TIMEOUT = 30.0
NEW_MESSAGE = b'{"type":"new_message"'
JOINED = b'{"type":"joined"'


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    webhooks_for_one: int
    webhooks_for_many: int
    sockets: int = 200


FULL = Size(rounds=3, webhooks_for_one=200, webhooks_for_many=60)
QUICK = Size(rounds=1, webhooks_for_one=60, webhooks_for_many=20)


class Screens:
    """Sockets that have joined one conversation, and when each of them heard of the newest message."""

    def __init__(self) -> None:
        self._lines: list[LiveLine] = []
        self._heard: list[float] = []
        self._awaited = 0
        self._all_heard = asyncio.Event()

    async def open(self, port: int, token: str, conversation_id: str, count: int) -> None:
        self._expect(count)
        for _ in range(count):
            line = await LiveLine.connect(port, token, self._on_joined)
            line.say("join_conversation", conversation_id=conversation_id)
            self._lines.append(line)
        await self._wait()

    def close(self) -> None:
        for line in self._lines:
            line.close()

    async def latencies(self, client: Client, request: bytes) -> list[float]:
        """Sends one webhook; answers the seconds until each of the screens had its message."""
        self._expect(len(self._lines))
        sent_at = time.perf_counter()
        answer = await client.ask(request)
        assert answer.status == 200, answer
        await self._wait()
        return [at - sent_at for at in self._heard]

    def _expect(self, count: int) -> None:
        self._heard, self._awaited = [], count
        self._all_heard.clear()

    async def _wait(self) -> None:
        async with asyncio.timeout(TIMEOUT):
            await self._all_heard.wait()

    def _on_joined(self, frame: bytes, at: float) -> None:
        if frame.startswith((NEW_MESSAGE, JOINED)):
            self._heard.append(at)
            assert len(self._heard) <= self._awaited, "a screen was told the same twice"
            if len(self._heard) == self._awaited:
                self._all_heard.set()


async def measure(size: Size) -> list[Figure]:
    one: list[list[float]] = []
    many: list[list[float]] = []
    cost: list[float] = []
    async with (
        ground() as base,
        GraphStandIn().running() as graph,
        plantao(base.data_dir, graph.port, QUIET_BOT) as product,
    ):
        token = await log_in(product.port)
        conversation_id = await first_conversation(base, product)
        for number in range(size.rounds):
            print(f"push: round {number + 1} of {size.rounds}", file=sys.stderr)
            found, _ = await _round(product, token, conversation_id, 1, size.webhooks_for_one)
            one.append(found)
            found, cpu = await _round(product, token, conversation_id, size.sockets, size.webhooks_for_many)
            many.append(found)
            cost.append(len(found) / cpu)
    per_cpu = Figure(f"Deliveries per server CPU second, {size.sockets} sockets, intake included", cost, "1/CPU s")
    return [*_figures("1 socket", one, "< 5"), *_figures(f"{size.sockets} sockets", many, "< 15"), per_cpu]


async def first_conversation(base: Ground, product: Process) -> str:
    """Of customer 0, who writes for it to exist."""
    client = Client()
    await client.connect(product.port)
    await client.ask(webhook_request(0, random.Random(0)))
    client.close()
    await base.until("SELECT count(*) FROM conversations", 1)
    return str(await base.value("SELECT id::text FROM conversations"))


async def _round(
    product: Process, token: str, conversation_id: str, sockets: int, webhooks: int
) -> tuple[list[float], float]:
    """The latencies of all deliveries, and the CPU seconds that the server took for them."""
    client, screens, rng = Client(), Screens(), random.Random(sockets)
    await client.connect(product.port)
    await screens.open(product.port, token, conversation_id, sockets)
    found: list[float] = []
    cpu = cpu_seconds(product.pid)
    for _ in range(webhooks):
        found += await screens.latencies(client, webhook_request(0, rng))
        await asyncio.sleep(PAUSE)
    cpu = cpu_seconds(product.pid) - cpu
    screens.close()
    client.close()
    return found, cpu


def _figures(name: str, rounds: list[list[float]], aim: str) -> list[Figure]:
    p50 = [percentile(values, 50) * 1000 for values in rounds]
    p99 = [percentile(values, 99) * 1000 for values in rounds]
    return [
        Figure(f"Webhook to socket, p50, {name}", p50, "ms", aim, 1),
        Figure(f"Webhook to socket, p99, {name}", p99, "ms", "", 1),
    ]
