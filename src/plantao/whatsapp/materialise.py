"""From the ledger to customers, conversations and messages.

A batch of ledger rows is one transaction of set-based statements. If that fails, each row gets a transaction of
its own, and in a row that fails each item: what cannot be stored is parked with its reason, and the rest is
stored all the same. Everything may run twice: messages are known by their ids, statuses only rise.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec
import structlog

from plantao.conversations.intake import IntakeRules
from plantao.kit import metrics
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction, is_transient
from plantao.whatsapp import ledger
from plantao.whatsapp.group_commit import LedgerWriter
from plantao.whatsapp.ledger import LedgerRow
from plantao.whatsapp.notices import apply_notices
from plantao.whatsapp.numbers import Number, Numbers
from plantao.whatsapp.receipts import Receipts
from plantao.whatsapp.storing import store_changes, store_messages, store_statuses
from plantao.whatsapp.wire.models import (
    BadItem,
    InboundChange,
    InboundMessage,
    InboundStatus,
    Notice,
    UnreadableWebhook,
    Webhook,
)
from plantao.whatsapp.wire.webhook import parse_webhook

log = structlog.get_logger(__name__)

BATCH_ROWS = 256
BATCH_BYTES = 8 * 1024 * 1024
IDLE_SECONDS = 60.0
CALM = 16  # bodies that may come during a batch without it being a crowd
CROWD_PACE = 1500.0  # rows a second while a crowd writes: more than everyday, less than all of the processor
LOCKED_SECONDS = 0.02  # another process is at it: look again soon

Item = InboundMessage | InboundChange | InboundStatus | Notice


class Batch(NamedTuple):
    """How many rows were dealt with, and the seconds for which there is nothing more: an append rings before."""

    rows: int
    idle: float


@dataclass(frozen=True, slots=True)
class Materialiser:
    """The worker's step. `rules`: see `IntakeRules`."""

    database: Database
    clock: Clock
    rules: IntakeRules
    numbers: Numbers
    receipts: Receipts
    writer: LedgerWriter

    async def step(self) -> float:
        """Materialises the oldest pending rows; answers how long there is nothing more to do.

        While a crowd writes, reading is paced, so that taking in goes first: what Meta has been told is received
        cannot be lost, and is read a little later.
        """
        started, appended = time.perf_counter(), self.writer.appended
        batch = await self._batch()
        if self.writer.appended - appended > CALM:
            await asyncio.sleep(batch.rows / CROWD_PACE - (time.perf_counter() - started))
        return batch.idle

    async def _batch(self) -> Batch:
        try:
            async with self.database.transaction() as tx:
                if not await ledger.try_lock(tx):
                    return Batch(0, LOCKED_SECONDS)
                rows = await ledger.pending(tx, BATCH_ROWS, BATCH_BYTES)
                to_answer = await self._store(tx, rows) if rows else {}
        except Exception as error:
            if is_transient(error):
                raise
            log.warning("materialise_batch_split", error=type(error).__name__)
            return Batch(await self._one_by_one(), 0)
        for number, wamids in to_answer.items():
            self.receipts.show(wamids, typing=True, graph=number.graph)
        took_all = len(rows) < BATCH_ROWS and sum(len(row.body) for row in rows) < BATCH_BYTES
        return Batch(len(rows), IDLE_SECONDS if took_all else 0)

    async def _store(self, tx: Transaction, rows: Sequence[LedgerRow]) -> dict[Number, list[str]]:
        now = self.clock.now()
        webhooks = [(row, self._read(row)) for row in rows]
        messages = [(message, row.received_at) for row, found in webhooks for message in found.messages]
        to_answer = await store_messages(tx, messages, now, self.rules)
        await store_changes(tx, [(change, row.received_at) for row, found in webhooks for change in found.changes], now)
        await store_statuses(tx, [status for _, found in webhooks for status in found.statuses], now)
        for row, found in webhooks:
            found.bad.extend(await apply_notices(tx, found.notices, row.received_at, now))
        await _finish(tx, webhooks, now)
        return self._by_number(to_answer, [message for message, _ in messages])

    def _by_number(self, wamids: Sequence[str], messages: Sequence[InboundMessage]) -> dict[Number, list[str]]:
        wanted, found = set(wamids), defaultdict(list)
        for message in messages:
            number = self.numbers.get(message.phone_number_id)
            if message.wamid in wanted and number is not None:
                found[number].append(message.wamid)
        return found

    def _read(self, row: LedgerRow) -> Webhook:
        """What a body holds; what was written to a number that is not ours is put aside, and can be read again."""
        found = _read(row)
        ours: list[InboundMessage] = []
        strangers: list[InboundMessage] = []
        for message in found.messages:
            (strangers if self.numbers.get(message.phone_number_id) is None else ours).append(message)
        if not strangers:
            return found
        metrics.UNKNOWN_NUMBER.inc(len(strangers))
        log.warning("number_not_ours", ledger_id=row.id, messages=len(strangers))
        bad = [BadItem(m.path, f"number {m.phone_number_id} is not in the settings", m.raw) for m in strangers]
        return msgspec.structs.replace(found, messages=ours, bad=found.bad + bad)

    async def _one_by_one(self) -> int:
        async with self.database.transaction() as tx:
            ids = [row.id for row in await ledger.pending(tx, BATCH_ROWS, BATCH_BYTES)]
        for id_ in ids:
            await self._store_alone(id_)
        return len(ids)

    async def _store_alone(self, id_: int) -> None:
        try:
            async with self.database.transaction() as tx:
                if (row := await self._claim(tx, id_)) is not None:
                    await self._store(tx, [row])
        except Exception as error:
            if is_transient(error):
                raise
            await self._store_piecemeal(id_)

    async def _claim(self, tx: Transaction, id_: int) -> LedgerRow | None:
        return await ledger.one(tx, id_) if await ledger.try_lock(tx) else None

    async def _store_piecemeal(self, id_: int) -> None:
        async with self.database.transaction() as tx:
            row = await self._claim(tx, id_)
            if row is None:
                return
            found, now = self._read(row), self.clock.now()
            items: list[Item] = [*found.messages, *found.changes, *found.statuses, *found.notices]
            for item in items:
                try:
                    async with tx.savepoint():
                        found.bad.extend(await self._store_item(tx, item, row.received_at, now))
                except Exception as error:  # noqa: BLE001 - whatever one item does, the others are stored
                    found.bad.append(_refused(item, error))
            await _finish(tx, [(row, found)], now)

    async def _store_item(self, tx: Transaction, item: Item, received_at: datetime, now: datetime) -> list[BadItem]:
        match item:
            case InboundMessage():
                await store_messages(tx, [(item, received_at)], now, self.rules)
            case InboundChange():
                await store_changes(tx, [(item, received_at)], now)
            case InboundStatus():
                await store_statuses(tx, [item], now)
            case Notice():
                return await apply_notices(tx, [item], received_at, now)
        return []


def _refused(item: Item, error: Exception) -> BadItem:
    if is_transient(error):
        raise error
    log.warning("item_parked", path=item.path, error=type(error).__name__)
    raw = "" if isinstance(item, InboundStatus) else item.raw
    return BadItem(item.path, f"could not be stored: {type(error).__name__}", raw)


def _read(row: LedgerRow) -> Webhook:
    try:
        return parse_webhook(row.body)
    except UnreadableWebhook as error:
        return Webhook(bad=[BadItem("", error.reason, "")])


async def _finish(tx: Transaction, webhooks: Sequence[tuple[LedgerRow, Webhook]], now: datetime) -> None:
    bad = [(row.id, item) for row, found in webhooks for item in found.bad]
    await ledger.park(tx, bad, now)
    await ledger.mark_materialised(tx, [row.id for row, _ in webhooks], now)
    metrics.LEDGER_PARKED.inc(len(bad))
    metrics.LEDGER_MATERIALISED.inc(len(webhooks))
    metrics.GROUP_MESSAGES.inc(sum(len(found.groups) for _, found in webhooks))
    for _, found in webhooks:
        for notice in found.notices:
            log.info("whatsapp_notice", field=notice.field, summary=notice.summary)
