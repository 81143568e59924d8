"""Many sockets on one process: a thousand that follow one conversation, and ten thousand that only listen."""

import asyncio
import random
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bench.bodies import webhook_request
from bench.graph import GraphStandIn
from bench.http_client import Client
from bench.live_line import LiveLine
from bench.processes import cpu_seconds, pss_bytes
from bench.push import PAUSE, Screens, first_conversation
from bench.report import Figure, percentile
from bench.system import Process, ground, log_in, plantao

QUIET_BOT = 30.0
AT_ONCE = 100  # handshakes in flight
REST_SECONDS = 25.0  # longer than the 20 s between two pings of a socket
SPARE_FILES = 200


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    messages: int
    listeners: int
    followers: int = 1_000


FULL = Size(rounds=3, messages=60, listeners=10_000)
QUICK = Size(rounds=1, messages=20, listeners=2_000)


@dataclass(frozen=True, slots=True)
class FanOut:
    """Of one round: deliveries a server CPU second, bytes of the server a socket, seconds to each delivery."""

    per_cpu: float
    bytes_each: float
    latencies: list[float]


@dataclass(frozen=True, slots=True)
class Crowd:
    """Of one round: seconds until all were connected, PSS of the server then, and its CPU while they only listen."""

    connect_seconds: float
    connect_cpu: float
    bytes_all: int
    bytes_each: float
    busy: float


async def measure(size: Size) -> list[Figure]:
    allow_files(max(size.listeners, size.followers) + SPARE_FILES)
    fans: list[FanOut] = []
    crowds: list[Crowd] = []
    for number in range(size.rounds):
        print(f"sockets: round {number + 1} of {size.rounds}", file=sys.stderr)
        # A fresh process each: memory that was once used is not given back.
        async with _serving() as (product, conversation_id, token):
            fans.append(await _fan_out(product, token, conversation_id, size))
        async with _serving() as (product, _, token):
            crowds.append(await _crowd(product, token, size.listeners))
    return [*_fan_figures(fans, size.followers), *_crowd_figures(crowds, size.listeners)]


def allow_files(wanted: int) -> None:
    """Raises this process's own limit of open files. Raises `RuntimeError` where the machine does not let it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < wanted:
        raise RuntimeError(f"{wanted} open files are needed, {hard} are allowed: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


@asynccontextmanager
async def _serving() -> AsyncIterator[tuple[Process, str, str]]:
    """The product with one conversation, warm; the conversation's id and the administrator's token."""
    async with (
        ground() as base,
        GraphStandIn().running() as graph,
        plantao(base.data_dir, graph.port, QUIET_BOT) as product,
    ):
        token = await log_in(product.port)
        yield product, await first_conversation(base, product), token


async def _fan_out(product: Process, token: str, conversation_id: str, size: Size) -> FanOut:
    client, screens, rng = Client(), Screens(), random.Random(size.followers)
    await client.connect(product.port)
    before = pss_bytes(product.pid)
    await screens.open(product.port, token, conversation_id, size.followers)
    grown = pss_bytes(product.pid) - before
    latencies: list[float] = []
    cpu = cpu_seconds(product.pid)
    for _ in range(size.messages):
        latencies += await screens.latencies(client, webhook_request(0, rng))
        await asyncio.sleep(PAUSE)
    cpu = cpu_seconds(product.pid) - cpu
    screens.close()
    client.close()
    return FanOut(len(latencies) / cpu, grown / size.followers, latencies)


async def _crowd(product: Process, token: str, count: int) -> Crowd:
    before, cpu, began = pss_bytes(product.pid), cpu_seconds(product.pid), time.monotonic()
    lines = await _connect_all(product.port, token, count)
    connected, cpu = time.monotonic() - began, cpu_seconds(product.pid) - cpu
    resting = cpu_seconds(product.pid)
    await asyncio.sleep(REST_SECONDS)
    resting = cpu_seconds(product.pid) - resting
    after = pss_bytes(product.pid)
    for line in lines:
        line.close()
    return Crowd(connected, cpu, after, (after - before) / count, resting / REST_SECONDS)


async def _connect_all(port: int, token: str, count: int) -> list[LiveLine]:
    lines: list[LiveLine] = []
    waiting = iter(range(count))

    async def connect() -> None:
        for _ in waiting:  # shared by all: each takes the next
            line = await LiveLine.connect(port, token, _nothing_said)
            lines.append(line)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(connect())
    return lines


def _nothing_said(frame: bytes, _at: float) -> None:
    raise AssertionError(f"nobody has said anything, and yet: {frame!r}")


def _fan_figures(fans: list[FanOut], followers: int) -> list[Figure]:
    many = f"{followers:,} sockets"
    p50 = [percentile(fan.latencies, 50) * 1000 for fan in fans]
    p99 = [percentile(fan.latencies, 99) * 1000 for fan in fans]
    per_cpu = [fan.per_cpu for fan in fans]
    return [
        Figure(f"Deliveries per server CPU second, {many}, intake included", per_cpu, "1/CPU s", ">= 65,000"),
        Figure(f"Webhook to socket, p50, {many}", p50, "ms", "", 1),
        Figure(f"Webhook to socket, p99, {many}", p99, "ms", "", 1),
        Figure(f"Memory a joined socket, of {many}", [fan.bytes_each / 1e3 for fan in fans], "KB", "<= 25", 1),
    ]


def _crowd_figures(crowds: list[Crowd], listeners: int) -> list[Figure]:
    aim = "< 400" if listeners == FULL.listeners else ""
    all_, one_each = f"{listeners:,} idle sockets", [crowd.bytes_each / 1e3 for crowd in crowds]
    return [
        Figure(f"Memory (PSS) of the server, {all_}", [crowd.bytes_all / 1e6 for crowd in crowds], "MB", aim),
        Figure(f"Memory an idle socket, of {listeners:,}", one_each, "KB", "<= 25", 1),
        Figure(f"All connected, {all_}", [crowd.connect_seconds for crowd in crowds], "s", "", 1),
        Figure("CPU a handshake, server", [crowd.connect_cpu / listeners * 1000 for crowd in crowds], "ms", "", 2),
        Figure(f"CPU at rest, pings included, {all_}", [crowd.busy * 100 for crowd in crowds], "% of a core", "", 1),
    ]
