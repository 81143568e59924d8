"""Many webhooks, one commit.

There is no timer: while one batch is being committed the next gathers, so a lone request pays nothing for the
company, and under load the cost of a commit is shared by all that came meanwhile.
"""

import asyncio
from collections.abc import Sequence

import structlog

from plantao.kit import metrics
from plantao.kit.clock import Clock
from plantao.kit.db import Database, is_transient
from plantao.kit.errors import ServiceUnavailable
from plantao.whatsapp import ledger

log = structlog.get_logger(__name__)

MAX_BATCH = 256
MAX_WAITING_BYTES = 64 * 1024 * 1024

Entry = tuple[bytes, "asyncio.Future[None]"]


class LedgerWriter:
    """Appends webhook bodies to the ledger, durably."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[Entry] = []
        self._waiting_bytes = 0
        self._flushing: asyncio.Task[None] | None = None
        self.appended = 0  # bodies so far, by this process

    async def append(self, body: bytes) -> None:
        """Returns once `body` is committed.

        Raises `ServiceUnavailable` when too much waits already, and what the database raised when the row could
        not be stored: then the sender must send it again.
        """
        if self._waiting_bytes + len(body) > MAX_WAITING_BYTES:
            raise ServiceUnavailable("Muitas mensagens aguardando gravação.", headers={"Retry-After": "5"})
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((body, stored))
        self.appended += 1
        self._waiting_bytes += len(body)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush(), name="ledger-flush")
        await stored

    async def _flush(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
                self._waiting_bytes -= sum(len(body) for body, _ in batch)
                await self._write(batch)
        finally:
            self._flushing = None

    async def _write(self, batch: Sequence[Entry]) -> None:
        try:
            await ledger.append(self._database, [body for body, _ in batch], self._clock.now())
        except Exception as error:  # noqa: BLE001 - whatever it was, every waiting request must hear of it
            if len(batch) == 1 or is_transient(error):
                _fail(batch, error)
                return
            log.warning("ledger_batch_split", size=len(batch), error=type(error).__name__)
            for entry in batch:
                await self._write([entry])
            return
        metrics.LEDGER_RECEIVED.inc(len(batch))
        for _, stored in batch:
            if not stored.done():
                stored.set_result(None)


def _fail(batch: Sequence[Entry], error: Exception) -> None:
    for _, stored in batch:
        if not stored.done():
            stored.set_exception(error)
