"""Three thousand webhooks at once, twice, in disorder and not to be read: each message is stored once and in order."""

import asyncio
from collections.abc import Iterator

from bench.storm_plan import CHECKS, COUNTS, Storm
from tests.conversations.world import fetch
from tests.stories.harness import System
from tests.stories.test_intake import deliver

STORM = Storm(count=3_000, customers=60)
CONNECTIONS = 16


async def test_a_storm_loses_nothing_and_doubles_nothing(system: System) -> None:
    bodies = STORM.bodies()
    await asyncio.gather(*(bring_some(system, bodies) for _ in range(CONNECTIONS)))
    await system.settle(60, "ledger")
    found = {name: (await fetch(system.parts.database, query))[0][0] for name, query in COUNTS.items()}
    assert found == STORM.expected
    wrong = {name: (await fetch(system.parts.database, query))[0][0] for name, query in CHECKS.items()}
    assert wrong == dict.fromkeys(CHECKS, 0)


async def bring_some(system: System, bodies: Iterator[bytes]) -> None:
    for body in bodies:
        assert await deliver(system, body) == 200
