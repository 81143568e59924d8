"""Lists and details in a house that has been at work for years, beside one of a hundredth of its size."""

import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from bench import large
from bench.graph import GraphStandIn
from bench.intake import run_load
from bench.load import Load, Result
from bench.processes import cpu_seconds
from bench.report import Figure
from bench.samples import Kind, Samples
from bench.system import Ground, Process, add_user, ground, log_in, plantao

QUIET_BOT = 30.0
ATTENDANT = "maria@provedor.example"
LIST = "/api/v1/conversations"
SMALLER = 100  # times smaller is the other house
CONNECTIONS, PACE = 16, 100.0  # reads a second that are offered, to see how long one takes when nobody crowds
DETAILS = 100  # conversations that are read in turn
WARM_UP = 200  # reads, which fill caches and prepared statements


@dataclass(frozen=True, slots=True)
class Size:
    rounds: int
    conversations: int
    reads: int
    paced: int


FULL = Size(rounds=3, conversations=1_000_000, reads=1_000, paced=300)
QUICK = Size(rounds=1, conversations=100_000, reads=500, paced=200)


ADMIN_PAGE, ATTENDANT_PAGE = "first page, administrator", "first page, attendant"
RESOLVED, CLOSED = "an agent's resolved ones", "an agent's closed ones"
TAGGED, MONTH, PAGE_45, DETAIL = "those with a tag", "the month's closed ones", "page 45", "a conversation's messages"
CASES = (ADMIN_PAGE, ATTENDANT_PAGE, RESOLVED, CLOSED, TAGGED, MONTH, PAGE_45, DETAIL)

READS = Kind("Reads", "1/s", 0, {ADMIN_PAGE: ">= 500"})
SMALL_READS = Kind("Reads in the small house", "1/s")
RATIO = Kind("Reads, small house / large", "x", 2, {ADMIN_PAGE: "<= 1.3"})
P50 = Kind("Answer, p50, 16 at once", "ms", 1)
P99 = Kind("Answer, p99, 16 at once", "ms", 1)
CALM_P50 = Kind("Answer, p50, 100/s offered", "ms", 1)
CALM_P99 = Kind("Answer, p99, 100/s offered", "ms", 1, {ADMIN_PAGE: "< 20"})
DATABASE_CPU = Kind("CPU per 1,000, database", "CPU s", 2, {ADMIN_PAGE: "< 1"})
SMALL_DATABASE_CPU = Kind("CPU per 1,000, database, small house", "CPU s", 2)
SERVER_CPU = Kind("CPU per 1,000, server", "CPU s", 2)
KINDS = (
    READS, SMALL_READS, RATIO, P50, P99, CALM_P50, CALM_P99, DATABASE_CPU, SMALL_DATABASE_CPU, SERVER_CPU,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class House:
    """A filled database, the product on it, and what each case reads there: paths, and whose token."""

    base: Ground
    product: Process
    reads: dict[str, tuple[tuple[str, ...], str]]

    def load(self, case: str, count: int, rate: float | None = None) -> Load:
        paths, token = self.reads[case]
        return Load(self.product.port, CONNECTIONS, count, rate=rate, paths=paths, token=token)


async def measure(size: Size) -> list[Figure]:
    samples = Samples(KINDS, CASES)
    async with _house(size.conversations // SMALLER) as small, _house(size.conversations) as big:
        for case in CASES:
            await run_load(small.load(case, WARM_UP))
            await run_load(big.load(case, WARM_UP))
        for number in range(size.rounds):
            print(f"lists: round {number + 1} of {size.rounds}", file=sys.stderr)
            for case in CASES:
                await _measure(samples, small, big, case, size)
    return samples.figures()


@asynccontextmanager
async def _house(conversations: int) -> AsyncIterator[House]:
    """The product makes the tables and its users, goes, and comes back when there is something to read."""
    async with ground(durable=False) as base, GraphStandIn().running() as graph:
        async with plantao(base.data_dir, graph.port, QUIET_BOT) as product:
            await add_user(product.port, ATTENDANT, "atendente")
        await large.fill(base.dsn, conversations)
        async with plantao(base.data_dir, graph.port, QUIET_BOT) as product:
            admin, attendant = await log_in(product.port), await log_in(product.port, ATTENDANT)
            yield House(base, product, _reads(conversations, admin, attendant))


def _reads(conversations: int, admin: str, attendant: str) -> dict[str, tuple[tuple[str, ...], str]]:
    rng = random.Random(conversations)
    details = tuple(f"{LIST}/{UUID(int=rng.randint(1, conversations))}" for _ in range(DETAILS))
    month = f"{datetime.now(UTC) - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    return {
        ADMIN_PAGE: ((LIST,), admin),
        ATTENDANT_PAGE: ((LIST,), attendant),
        RESOLVED: ((f"{LIST}?status=resolved&assigned_to=7",), admin),
        CLOSED: ((f"{LIST}?status=closed&assigned_to=7",), admin),
        TAGGED: ((f"{LIST}?tag=7",), admin),
        MONTH: ((f"{LIST}?status=closed&start_date={month}",), admin),
        PAGE_45: ((f"{LIST}?page=45",), admin),
        DETAIL: (details, admin),
    }


async def _measure(samples: Samples, small: House, big: House, case: str, size: Size) -> None:
    """One house after the other: what else the machine does meets both."""
    other, other_database, _ = await _crowd(small, case, size.reads)
    crowd, database, server = await _crowd(big, case, size.reads)
    calm = await run_load(big.load(case, size.paced, PACE))
    samples.add(READS, case, crowd.answered / crowd.seconds)
    samples.add(SMALL_READS, case, other.answered / other.seconds)
    samples.add(RATIO, case, samples.latest(SMALL_READS, case) / samples.latest(READS, case))
    samples.add(P50, case, crowd.p50 * 1000)
    samples.add(P99, case, crowd.p99 * 1000)
    samples.add(CALM_P50, case, calm.p50 * 1000)
    samples.add(CALM_P99, case, calm.p99 * 1000)
    samples.add(DATABASE_CPU, case, database)
    samples.add(SMALL_DATABASE_CPU, case, other_database)
    samples.add(SERVER_CPU, case, server)


async def _crowd(house: House, case: str, reads: int) -> tuple[Result, float, float]:
    """What the generator saw, and CPU seconds per 1,000 reads of the database and of the server."""
    database, server = cpu_seconds(house.base.postmaster), cpu_seconds(house.product.pid)
    result = await run_load(house.load(case, reads))
    database, server = cpu_seconds(house.base.postmaster) - database, cpu_seconds(house.product.pid) - server
    return result, database / reads * 1000, server / reads * 1000
