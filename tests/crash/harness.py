"""`plantao serve` as a process that can be killed, and a Meta that insists until it is told 200."""

import asyncio
import hashlib
import hmac
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text

from plantao.kit.db import Database
from plantao.kit.postgres import EmbeddedPostgres
from plantao_simulator import SimulatorConfig

Json = dict[str, Any]
CUSTOMERS = 60


@dataclass
class Served:
    """One `plantao serve` on a data directory of its own, with the embedded PostgreSQL and durability on."""

    data_dir: Path
    port: int
    config: SimulatorConfig
    graph_url: str
    process: asyncio.subprocess.Process | None = None
    more: dict[str, str] = field(default_factory=dict)  # settings, for example of a database that is shared

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        config = self.config
        return os.environ | {
            "PLANTAO_DATA_DIR": str(self.data_dir),
            "PLANTAO_PORT": str(self.port),
            "PLANTAO_JWT_SECRET": "kNsv8Zw2QfY5tRbX3mLcD7hJpGx9uEaT",
            "PLANTAO_WHATSAPP_GRAPH_URL": self.graph_url,
            "PLANTAO_WHATSAPP_PHONE_NUMBER_ID": config.phone_number_id,
            "PLANTAO_WHATSAPP_ACCESS_TOKEN": config.access_token,
            "PLANTAO_WHATSAPP_APP_SECRET": config.app_secret,
            "PLANTAO_WHATSAPP_VERIFY_TOKEN": config.verify_token,
            "PLANTAO_BOT_DEBOUNCE_SECONDS": "0.05",
            "PLANTAO_RATE_LIMIT_API": "1000000/second",
            "PLANTAO_LOG_LEVEL": "WARNING",
            **self.more,
        }

    async def start(self) -> None:
        command = [sys.executable, "-m", "plantao", "serve"]
        with (self.data_dir.parent / "serve.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, env=self.environment(), stdout=log, stderr=log
            )
        await self.until_healthy()

    async def until_healthy(self) -> None:
        async with asyncio.timeout(60), httpx2.AsyncClient(trust_env=False) as client:
            while True:
                try:
                    if (await client.get(f"{self.url}/health/ready")).status_code == 200:
                        return
                except httpx2.HTTPError:
                    pass
                assert self.process is None or self.process.returncode is None, "the server ended by itself"
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            return await self.process.wait()


@dataclass
class InsistentMeta:
    """Sends one message after the other, and each again until it is answered 200."""

    served: Served
    acknowledged: set[str] = field(default_factory=set)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    sent: int = 0

    async def run(self, writers: int) -> None:
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as client:
            await asyncio.gather(*(self._write(client, n) for n in range(writers)))

    async def _write(self, client: httpx2.AsyncClient, writer: int) -> None:
        rng = random.Random(writer)
        while not self.over.is_set():
            self.sent += 1
            wamid = f"wamid.{self.sent:06d}"
            phone = f"55119{80000000 + rng.randrange(CUSTOMERS)}"
            raw = json.dumps(_body(self.served.config, wamid, phone)).encode()
            while not await self._accepted(client, raw):  # noqa: ASYNC110 - as Meta does
                await asyncio.sleep(0.03)
            self.acknowledged.add(wamid)
            await asyncio.sleep(0.02)

    async def _accepted(self, client: httpx2.AsyncClient, raw: bytes) -> bool:
        digest = hmac.new(self.served.config.app_secret.encode(), raw, hashlib.sha256).hexdigest()
        headers = {"X-Hub-Signature-256": f"sha256={digest}"}
        try:
            answer = await client.post(f"{self.served.url}/api/v1/whatsapp/webhook", content=raw, headers=headers)
        except httpx2.HTTPError:
            return False
        return answer.status_code == 200


def _body(config: SimulatorConfig, wamid: str, phone: str) -> Json:
    moment = str(int(asyncio.get_running_loop().time()) + 1795000000)
    message = {"from": phone, "id": wamid, "timestamp": moment, "type": "text", "text": {"body": f"oi {wamid}"}}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "551133334444", "phone_number_id": config.phone_number_id},
        "contacts": [{"profile": {"name": "Cliente"}, "wa_id": phone}],
        "messages": [message],
    }
    change = {"value": value, "field": "messages"}
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}


@asynccontextmanager
async def looking_into(data_dir: Path) -> AsyncIterator[Database]:
    """The server's own database, joined from outside."""
    postgres = EmbeddedPostgres(data_dir / "postgres")
    await asyncio.to_thread(postgres.start)
    database = Database(postgres.url(), pool_size=1)
    try:
        yield database
    finally:
        await database.dispose()
        await asyncio.to_thread(postgres.stop)


async def scalars(database: Database, query: str) -> list[Any]:
    async with database.transaction() as tx:
        return [row[0] for row in await tx.rows(text(query))]
