"""kill -9 at any moment loses nothing that was acknowledged and stores nothing twice."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.crash.harness import InsistentMeta, Served, looking_into, scalars

from plantao.kit.db import Database
from plantao_simulator import Simulator, SimulatorConfig, create_simulator, run_server

ROUNDS = 10
WRITERS = 8
SETTLE_SECONDS = 120.0  # the lease of a message whose sender died is 50 s

# Meta's own limits are not the point here.
CALM: dict[str, Any] = {"number_limit": False, "pair_limit": False, "sent_delay": 0.0, "delivered_delay": 0.0}


@asynccontextmanager
async def under_load(directory: Path, port: int) -> AsyncIterator[tuple[Served, InsistentMeta, Simulator]]:
    """A server that is written to all the time; what is left when the block ends is let in."""
    url = f"http://127.0.0.1:{port}/api/v1/whatsapp/webhook"
    config = SimulatorConfig(webhook_url=url, retry_gaps=(0.1,) * 600, **CALM)
    sim = create_simulator(config)
    async with run_server(sim):
        served = Served(directory / "data", port, config, sim.base_url)
        served.data_dir.mkdir()
        meta = InsistentMeta(served)
        await served.start()
        load = asyncio.create_task(meta.run(WRITERS))
        try:
            yield served, meta, sim
        finally:
            meta.over.set()
            await asyncio.wait_for(load, 60)
            assert await served.stop() == 0


async def settled(database: Database) -> None:
    """Until everything received is materialised and everything to be sent is sent."""
    unfinished = """
        SELECT (SELECT count(*) FROM webhook_ledger WHERE materialised_at IS NULL)
             + (SELECT count(*) FROM messages WHERE due_at IS NOT NULL)
             + (SELECT count(*) FROM conversations WHERE bot_due_at IS NOT NULL)
    """
    async with asyncio.timeout(SETTLE_SECONDS):
        while (await scalars(database, unfinished))[0]:  # noqa: ASYNC110 - seen from outside, through SQL
            await asyncio.sleep(0.2)


async def check_nothing_lost_nothing_doubled(database: Database, meta: InsistentMeta, sim: Simulator) -> None:
    stored = await scalars(database, "SELECT external_id FROM messages WHERE direction = 'incoming'")
    assert Counter(stored) == Counter(meta.acknowledged)
    gaps = """
        SELECT c.id FROM conversations c JOIN messages m ON m.conversation_id = c.id GROUP BY c.id
        HAVING count(*) <> c.last_seq OR min(m.seq) <> 1 OR max(m.seq) <> c.last_seq
    """
    assert await scalars(database, gaps) == []
    assert await scalars(database, "SELECT reason FROM webhook_parked_items") == []
    ours = await scalars(database, "SELECT id::text FROM messages WHERE direction = 'outgoing' AND status <> 'failed'")
    sent = Counter(send.payload["biz_opaque_callback_data"] for send in sim.sends)
    assert sent == Counter(ours)


async def test_killing_the_server_ten_times(tmp_path: Path, free_port: int) -> None:
    rng = random.Random(os.urandom(8))
    async with under_load(tmp_path, free_port) as (served, meta, sim):
        for _ in range(ROUNDS):
            await asyncio.sleep(rng.uniform(0.1, 1.0))
            await served.kill()
            await served.start()
        meta.over.set()
        async with looking_into(served.data_dir) as database:
            await settled(database)
            await check_nothing_lost_nothing_doubled(database, meta, sim)
    assert len(meta.acknowledged) > 100


async def test_killing_the_database_server_ten_times(tmp_path: Path, free_port: int) -> None:
    rng = random.Random(os.urandom(8))
    async with under_load(tmp_path, free_port) as (served, meta, sim):
        for _ in range(ROUNDS):
            await asyncio.sleep(rng.uniform(0.1, 1.0))
            pid_file = served.data_dir / "postgres" / "pgdata" / "postmaster.pid"
            os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGKILL)
            await served.until_healthy()
        meta.over.set()
        async with looking_into(served.data_dir) as database:
            await settled(database)
            await check_nothing_lost_nothing_doubled(database, meta, sim)
    assert len(meta.acknowledged) > 100
