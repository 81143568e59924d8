"""Webhooks twice, in disorder and not to be read, against a real server: nothing is lost and nothing doubled."""

import sys
import time

from bench.graph import GraphStandIn
from bench.intake import QUIET_BOT, run_load
from bench.load import Load
from bench.report import Figure
from bench.storm_plan import CHECKS, COUNTS, Storm
from bench.system import Ground, ground, plantao

FULL = Storm(count=100_000, customers=500)
QUICK = Storm(count=5_000, customers=100)
MAX_SECONDS = 600.0
PENDING = "SELECT count(*) FROM webhook_ledger WHERE materialised_at IS NULL"


async def measure(storm: Storm) -> list[Figure]:
    """Raises AssertionError when a webhook is neither a message nor put aside, or a message is not there just once."""
    async with (
        ground() as base,
        GraphStandIn().running() as graph,
        plantao(base.data_dir, graph.port, QUIET_BOT) as product,
    ):
        print(f"storm: {storm.count} webhooks", file=sys.stderr)
        load = Load(product.port, 64, storm.count, storm.customers, storm=True, max_seconds=MAX_SECONDS)
        result = await run_load(load)
        await base.until(PENDING, 0, MAX_SECONDS)
        seconds = time.monotonic() - result.started
        found = await check(base, storm)
    return [
        *(Figure(name, [float(count)], "rows", str(storm.expected[name])) for name, count in found.items()),
        Figure("received - materialised - parked", [float(found["received"] - _told(found, storm))], "webhooks", "0"),
        Figure("Acknowledged (durable)", [result.answered / result.seconds], "webhooks/s"),
        Figure("Answer, p99", [result.p99 * 1000], "ms", digits=1),
        Figure("Materialised, all by the time it took", [storm.count / seconds], "webhooks/s"),
    ]


def _told(found: dict[str, int], storm: Storm) -> int:
    """Webhooks that became a message, were the same one again, or were put aside."""
    return found["messages"] + storm.duplicates + found["parked"]


async def check(base: Ground, storm: Storm) -> dict[str, int]:
    """What is there, which is what was expected."""
    wrong = {name: count for name, query in CHECKS.items() if (count := await base.value(query))}
    assert wrong == {}, wrong
    found = {name: await base.value(query) for name, query in COUNTS.items()}
    assert found == storm.expected, (found, storm.expected)
    return found
