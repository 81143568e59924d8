"""Webhooks: how many a second are durable, how many become messages, at what cost; beside the floor."""

import asyncio
import sys
import time
from dataclasses import dataclass

import msgspec

from bench import intake_figures as kinds
from bench.graph import GraphStandIn
from bench.http_client import Client, api_request
from bench.intake_figures import BOT, MANY, ONE, PACED, SIXTEEN
from bench.load import Load, Result
from bench.processes import cpu_seconds, pss_bytes
from bench.report import Figure
from bench.samples import Samples
from bench.system import ROOT, Ground, Process, floor, ground, plantao

QUIET_BOT = 30.0  # seconds of debounce: longer than the time between two loads, so that no turn falls due
DEBOUNCE = 1.5
BURST = 8  # messages that a customer writes in a row, where the bot answers
FLOOR_TIMES = 2  # the floor is so fast that it needs more requests to be measured for as long
CONNECTIONS = {ONE: 1, SIXTEEN: 16, MANY: 64}
RATE = 1_500.0  # webhooks a second that must be materialised as they come, for as long as they come
PENDING = "SELECT count(*) FROM webhook_ledger WHERE materialised_at IS NULL"
# Rows that were read before the last one came; and what the slowest in a hundred waited to be read, in seconds.
MEANWHILE = """
    SELECT count(*) FROM webhook_ledger
    WHERE id > $1 AND materialised_at <= (SELECT max(received_at) FROM webhook_ledger)
"""
WAITED = """
    SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM materialised_at - received_at))
    FROM webhook_ledger WHERE id > $1
"""
NEWEST = "SELECT coalesce(max(id), 0) FROM webhook_ledger"
INCOMING = "SELECT count(*) FROM messages WHERE direction = 'incoming'"


@dataclass(frozen=True, slots=True)
class Size:
    """How many webhooks are sent by each load, and how often."""

    rounds: int
    counts: dict[str, int]
    bot_count: int
    paced_count: int


FULL = Size(rounds=4, counts={ONE: 1_000, SIXTEEN: 12_000, MANY: 20_000}, bot_count=8_000, paced_count=6_000)
QUICK = Size(rounds=1, counts={ONE: 300, SIXTEEN: 2_500, MANY: 3_000}, bot_count=2_000, paced_count=3_000)


async def measure(size: Size) -> list[Figure]:
    samples = Samples(kinds.KINDS, kinds.LOADS)
    async with ground() as base, GraphStandIn().running() as graph:
        async with plantao(base.data_dir, graph.port, QUIET_BOT) as product, floor(base.floor_dsn) as bare:
            await _warm_up(base, product, bare)
            for number in range(size.rounds):
                print(f"intake: round {number + 1} of {size.rounds}", file=sys.stderr)
                await _round(samples, base, product, bare, size)
            memory = _memory(product, base)
        async with plantao(base.data_dir, graph.port, DEBOUNCE) as product:
            print("intake: with the bot", file=sys.stderr)
            load = Load(product.port, 16, size.bot_count, customers=size.bot_count // BURST, burst=BURST)
            await _measure_product(samples, base, product, load, BOT)
    return [*samples.figures(), *memory]


def _memory(product: Process, base: Ground) -> list[Figure]:
    server, database = pss_bytes(product.pid) / 1e6, pss_bytes(base.postmaster) / 1e6
    return [
        Figure("Memory (PSS) after these webhooks, server", [server], "MB"),
        Figure("Memory (PSS) after these webhooks, PostgreSQL", [database], "MB"),
    ]


async def _warm_up(base: Ground, product: Process, bare: Process) -> None:
    """Makes the 500 customers and their conversations, and fills every cache and prepared statement."""
    await run_load(Load(product.port, 16, 1_000))
    await run_load(Load(bare.port, 16, 1_000))
    await base.until(PENDING, 0)


async def _round(samples: Samples, base: Ground, product: Process, bare: Process, size: Size) -> None:
    """Product, floor, product, floor: what else the machine does meets both."""
    for name, connections in CONNECTIONS.items():
        count = size.counts[name]
        await _measure_product(samples, base, product, Load(product.port, connections, count), name)
        await _measure_floor(samples, base, bare, Load(bare.port, connections, count * FLOOR_TIMES), name)
        ratio = samples.latest(kinds.ACKNOWLEDGED, name) / samples.latest(kinds.FLOOR, name)
        samples.add(kinds.RATIO, name, ratio)
    await _measure_product(samples, base, product, Load(product.port, 64, size.paced_count, rate=RATE), PACED)


async def _measure_product(samples: Samples, base: Ground, product: Process, load: Load, name: str) -> None:
    stored, newest = await base.value(INCOMING), await base.value(NEWEST)
    server, database = cpu_seconds(product.pid), cpu_seconds(base.postmaster)
    result = await run_load(load)
    await base.until(PENDING, 0)
    seconds = time.monotonic() - result.started
    server, database = cpu_seconds(product.pid) - server, cpu_seconds(base.postmaster) - database
    assert await base.value(INCOMING) - stored == load.count, "not every webhook became one message"
    assert await _pending_metric(product) == 0
    samples.add(kinds.ACKNOWLEDGED, name, result.answered / result.seconds)
    samples.add(kinds.P50, name, result.p50 * 1000)
    samples.add(kinds.P99, name, result.p99 * 1000)
    samples.add(kinds.MATERIALISED, name, load.count / seconds)
    samples.add(kinds.MEANWHILE, name, await base.value(MEANWHILE, newest) / result.seconds)
    samples.add(kinds.WAITED, name, float(await base.value(WAITED, newest)))
    samples.add(kinds.CPU, name, (server + database) / load.count * 1000)
    samples.add(kinds.SERVER_CPU, name, server / load.count * 1000)
    samples.add(kinds.DATABASE_CPU, name, database / load.count * 1000)
    samples.add(kinds.GENERATOR, name, result.cpu / result.seconds)


async def _measure_floor(samples: Samples, base: Ground, bare: Process, load: Load, name: str) -> None:
    before = cpu_seconds(bare.pid) + cpu_seconds(base.postmaster)
    result = await run_load(load)
    cpu = cpu_seconds(bare.pid) + cpu_seconds(base.postmaster) - before
    samples.add(kinds.FLOOR, name, result.answered / result.seconds)
    samples.add(kinds.FLOOR_P99, name, result.p99 * 1000)
    samples.add(kinds.FLOOR_CPU, name, cpu / load.count * 1000)
    samples.add(kinds.FLOOR_GENERATOR, name, result.cpu / result.seconds)


async def run_load(load: Load) -> Result:
    """Runs the load generator as a process of its own. Every request must be answered 200."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.load", msgspec.json.encode(load).decode(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"ready\n"
        process.stdin.write(b"go\n")
        result = msgspec.json.decode(await process.stdout.readline(), type=Result)
    finally:
        process.stdin.close()
        await process.wait()  # it bounds itself
    assert result.failed == 0, f"{result.failed} requests were refused"
    return result


async def _pending_metric(product: Process) -> float:
    """received - materialised, as the product itself says it."""
    client = Client()
    await client.connect(product.port)
    lines = (await client.ask(api_request("GET", "/metrics"))).body.decode().splitlines()
    client.close()
    return next(float(line.split()[1]) for line in lines if line.startswith("plantao_ledger_pending "))
