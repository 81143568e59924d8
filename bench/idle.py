"""Starting, and doing nothing: how soon it is healthy, how much memory it takes."""

import asyncio
import sys
from dataclasses import dataclass

from bench.graph import GraphStandIn
from bench.processes import cpu_seconds, postmaster_pid, pss_bytes
from bench.report import Figure
from bench.system import data_directory, plantao

DEBOUNCE = 1.5


@dataclass(frozen=True, slots=True)
class Size:
    starts: int
    rest_seconds: float


FULL = Size(starts=5, rest_seconds=10)
QUICK = Size(starts=1, rest_seconds=2)


async def measure(size: Size) -> list[Figure]:
    server: list[float] = []
    database: list[float] = []
    starts: list[float] = []
    busy: list[float] = []
    with data_directory() as data_dir:
        async with GraphStandIn().running() as graph:
            async with plantao(data_dir, graph.port, DEBOUNCE) as product:
                first = product.start_seconds
            for number in range(size.starts):
                print(f"idle: start {number + 1} of {size.starts}", file=sys.stderr)
                async with plantao(data_dir, graph.port, DEBOUNCE) as product:
                    starts.append(product.start_seconds)
                    postmaster = postmaster_pid(data_dir)
                    before = cpu_seconds(product.pid) + cpu_seconds(postmaster)
                    await asyncio.sleep(size.rest_seconds)
                    busy.append((cpu_seconds(product.pid) + cpu_seconds(postmaster) - before) / size.rest_seconds)
                    server.append(pss_bytes(product.pid) / 1e6)
                    database.append(pss_bytes(postmaster) / 1e6)
    both = [sum(pair) for pair in zip(server, database, strict=True)]
    return [
        Figure("Idle memory (PSS), server + PostgreSQL", both, "MB", "< 250"),
        Figure("of which the server", server, "MB"),
        Figure("of which PostgreSQL", database, "MB"),
        Figure("Idle CPU, server + PostgreSQL", [share * 100 for share in busy], "% of a core", "", 2),
        Figure("Start on an initialised directory until /health is 200", starts, "s", "< 2", 2),
        Figure("First start, on an empty directory", [first], "s", "", 2),
    ]
