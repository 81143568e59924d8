"""Webhooks: how many a second are durable, how many become messages, at what cost; beside the floor."""

import asyncio
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field

import msgspec

from bench.graph import GraphStandIn
from bench.http_client import Client, api_request
from bench.load import Load, Result
from bench.processes import cpu_seconds, pss_bytes
from bench.report import Figure
from bench.system import ROOT, Ground, Process, floor, ground, plantao

CONNECTIONS = (1, 16, 64)
QUIET_BOT = 30.0  # seconds of debounce: longer than the time between two loads, so that no turn falls due
PENDING = "SELECT count(*) FROM webhook_ledger WHERE materialised_at IS NULL"


@dataclass(frozen=True, slots=True)
class Size:
    """How much is sent at each number of connections, and how often."""

    rounds: int
    counts: tuple[int, int, int]
    bot_count: int


FULL = Size(rounds=4, counts=(1_000, 6_000, 8_000), bot_count=6_000)
QUICK = Size(rounds=1, counts=(300, 2_500, 3_000), bot_count=2_000)


@dataclass(slots=True)
class Samples:
    """Values by the figure's name, one a round."""

    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def add(self, name: str, value: float) -> None:
        self.values[name].append(value)

    def figure(self, name: str, unit: str, aim: str = "", digits: int = 0) -> Figure:
        return Figure(name, self.values[name], unit, aim, digits)


async def run_load(load: Load) -> tuple[Result, float, float]:
    """Also when it began (time.monotonic()) and the generator's CPU share of one core."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", msgspec.json.encode(load).decode(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"ready\n"
        began = time.monotonic()
        process.stdin.write(b"go\n")
        result = msgspec.json.decode(await process.stdout.readline(), type=Result)
    finally:
        if process.returncode is None and process.stdout.at_eof():
            process.kill()
        await process.wait()
    assert result.failed == 0, f"{result.failed} webhooks were refused"
    return result, began, result.cpu / result.seconds


async def measure(size: Size) -> list[Figure]:
    samples = Samples()
    async with ground() as base, GraphStandIn().running() as graph:
        async with plantao(base.data_dir, graph.port, QUIET_BOT) as product, floor(base.floor_dsn) as bare:
            await _warm_up(base, product, bare)
            for number in range(size.rounds):
                print(f"intake: round {number + 1} of {size.rounds}", file=sys.stderr)
                for connections, count in zip(CONNECTIONS, size.counts, strict=True):
                    await _one_pair(samples, base, product, bare, connections, count)
            samples.add("Memory after these webhooks, server + PostgreSQL", _memory(base, product))
        async with plantao(base.data_dir, graph.port, 1.5) as product:
            print("intake: with the bot", file=sys.stderr)
            load = Load(product.port, 16, size.bot_count, customers=size.bot_count // 8, burst=8)
            await _product(samples, base, product, load, "with the bot on, 16 connections")
    return _figures(samples)


def _memory(base: Ground, product: Process) -> float:
    return (pss_bytes(product.pid) + pss_bytes(base.postmaster)) / 1e6


async def _warm_up(base: Ground, product: Process, bare: Process) -> None:
    """Makes the 500 customers and their conversations, and fills every cache and prepared statement."""
    await run_load(Load(product.port, 16, 1_000))
    await run_load(Load(bare.port, 16, 1_000))
    await base.until(PENDING, 0)


async def _one_pair(
    samples: Samples, base: Ground, product: Process, bare: Process, connections: int, count: int
) -> None:
    name = f"{connections} connection{'s' if connections > 1 else ''}"
    await _product(samples, base, product, Load(product.port, connections, count), name)
    await _floor(samples, base, bare, Load(bare.port, connections, count), name)
    acknowledged, least = samples.values[f"Acknowledged, {name}"][-1], samples.values[f"Floor, {name}"][-1]
    samples.add(f"Acknowledged / floor, {name}", acknowledged / least)


async def _product(samples: Samples, base: Ground, product: Process, load: Load, name: str) -> None:
    before = await base.value("SELECT count(*) FROM messages WHERE direction = 'incoming'")
    server, database = cpu_seconds(product.pid), cpu_seconds(base.postmaster)
    result, began, share = await run_load(load)
    await base.until(PENDING, 0)
    seconds = time.monotonic() - began
    server, database = cpu_seconds(product.pid) - server, cpu_seconds(base.postmaster) - database
    stored = await base.value("SELECT count(*) FROM messages WHERE direction = 'incoming'") - before
    assert stored == load.count, f"{stored} of {load.count} messages were stored"
    assert await _pending_metric(product) == 0
    samples.add(f"Acknowledged, {name}", result.answered / result.seconds)
    samples.add(f"p50 of the answer, {name}", result.p50 * 1000)
    samples.add(f"p99 of the answer, {name}", result.p99 * 1000)
    samples.add(f"Materialised, {name}", load.count / seconds)
    samples.add(f"Server CPU per 1,000, {name}", server / load.count * 1000)
    samples.add(f"Database CPU per 1,000, {name}", database / load.count * 1000)
    samples.add(f"Load generator's share of a core, {name}", share)


async def _floor(samples: Samples, base: Ground, bare: Process, load: Load, name: str) -> None:
    before = cpu_seconds(bare.pid) + cpu_seconds(base.postmaster)
    result, _, share = await run_load(load)
    cpu = cpu_seconds(bare.pid) + cpu_seconds(base.postmaster) - before
    samples.add(f"Floor, {name}", result.answered / result.seconds)
    samples.add(f"Floor's p99, {name}", result.p99 * 1000)
    samples.add(f"Floor's CPU per 1,000, {name}", cpu / load.count * 1000)
    samples.add(f"Load generator's share of a core, floor, {name}", share)


async def _pending_metric(product: Process) -> float:
    client = Client()
    await client.connect(product.port)
    lines = (await client.ask(api_request("GET", "/metrics"))).body.decode().splitlines()
    client.close()
    return next(float(line.split()[1]) for line in lines if line.startswith("plantao_ledger_pending "))


def _figures(samples: Samples) -> list[Figure]:
    units = {
        "Acknowledged /": ("x", "", 2),
        "Acknowledged,": ("webhooks/s", "", 0),
        "Floor,": ("webhooks/s", "", 0),
        "p50": ("ms", "", 1),
        "p99": ("ms", "", 1),
        "Floor's p99": ("ms", "", 1),
        "Materialised": ("webhooks/s", ">= 1,500", 0),
        "Server CPU": ("CPU s", "", 3),
        "Database CPU": ("CPU s", "", 3),
        "Floor's CPU": ("CPU s", "", 3),
        "Load generator": ("cores", "", 2),
        "Memory": ("MB", "", 0),
    }
    aims = {
        "Acknowledged / floor, 16 connections": ">= 0.5",
        "Acknowledged / floor, 64 connections": ">= 0.5",
        "p99 of the answer, 16 connections": "< 50",
    }
    figures = []
    for name in samples.values:
        unit, aim, digits = next(known for start, known in units.items() if name.startswith(start))
        figures.append(samples.figure(name, unit, aims.get(name, aim), digits))
    return figures
