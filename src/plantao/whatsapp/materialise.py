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
from uuid import UUID

import structlog

from plantao.conversations.incoming import Incoming, receive
from plantao.conversations.intake import IntakeRules
from plantao.conversations.merging import merge_conversations
from plantao.conversations.models import Channel, MessageStatus, MessageType, SentBy
from plantao.conversations.outbox import StatusUpdate, apply_statuses
from plantao.customers.models import Contact, CustomerId
from plantao.customers.service import Renaming, forget, place_contacts
from plantao.kit import metrics
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction, is_transient
from plantao.whatsapp import early_statuses, ledger, rates
from plantao.whatsapp.failures import closes_window, error_of, log_status, redirected
from plantao.whatsapp.group_commit import LedgerWriter
from plantao.whatsapp.ledger import LedgerRow
from plantao.whatsapp.numbers import Number, Numbers
from plantao.whatsapp.receipts import Receipts
from plantao.whatsapp.wire.models import (
    BadItem,
    InboundMedia,
    InboundMessage,
    InboundStatus,
    UnreadableWebhook,
    Webhook,
    WireError,
)
from plantao.whatsapp.wire.webhook import parse_webhook

log = structlog.get_logger(__name__)

BATCH_ROWS = 256
BATCH_BYTES = 8 * 1024 * 1024
IDLE_SECONDS = 60.0
CALM = 16  # bodies that may come during a batch without it being a crowd
CROWD_PACE = 1500.0  # rows a second while a crowd writes: more than everyday, less than all of the processor
LOCKED_SECONDS = 0.02  # another process is at it: look again soon


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
        await store_statuses(tx, [status for _, found in webhooks for status in found.statuses], now)
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
        return Webhook(ours, found.statuses, found.notices, found.bad + bad)

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
            for message in found.messages:
                try:
                    async with tx.savepoint():
                        await store_messages(tx, [(message, row.received_at)], now, self.rules)
                except Exception as error:  # noqa: BLE001 - whatever one item does, the others are stored
                    found.bad.append(_refused(message, message.raw, error))
            for status in found.statuses:
                try:
                    async with tx.savepoint():
                        await store_statuses(tx, [status], now)
                except Exception as error:  # noqa: BLE001 - whatever one item does, the others are stored
                    found.bad.append(_refused(status, "", error))
            await _finish(tx, [(row, found)], now)


def _refused(item: InboundMessage | InboundStatus, raw: str, error: Exception) -> BadItem:
    if is_transient(error):
        raise error
    log.warning("item_parked", path=item.path, error=type(error).__name__)
    return BadItem(item.path, f"could not be stored: {type(error).__name__}", raw)


def _read(row: LedgerRow) -> Webhook:
    try:
        return parse_webhook(row.body)
    except UnreadableWebhook as error:
        return Webhook([], [], [], [BadItem("", error.reason, "")])


async def _finish(tx: Transaction, webhooks: Sequence[tuple[LedgerRow, Webhook]], now: datetime) -> None:
    bad = [(row.id, item) for row, found in webhooks for item in found.bad]
    await ledger.park(tx, bad, now)
    await ledger.mark_materialised(tx, [row.id for row, _ in webhooks], now)
    metrics.LEDGER_PARKED.inc(len(bad))
    metrics.LEDGER_MATERIALISED.inc(len(webhooks))
    for _, found in webhooks:
        for notice in found.notices:
            log.info("whatsapp_notice", field=notice.field, summary=notice.summary)


async def store_messages(
    tx: Transaction, messages: Sequence[tuple[InboundMessage, datetime]], now: datetime, rules: IntakeRules
) -> list[str]:
    """Stores messages, each with the time at which we received it, for those whose own time is absurd.

    Answers as `receive`.
    """
    if not messages:
        return []
    placed = await place_contacts(tx, [_contact(message) for message, _ in messages], now)
    if placed.merged:
        await merge_conversations(tx, placed.merged, now)
        await forget(tx, placed.merged)
    incoming = [
        _incoming(message, received_at, customer_id)
        for (message, received_at), customer_id in zip(messages, placed.customer_ids, strict=True)
    ]
    to_answer = await receive(tx, incoming, Channel.WHATSAPP, now, rules)
    await rates.count_received(tx, [message.phone_number_id for message, _ in messages])
    return to_answer


def _contact(message: InboundMessage) -> Contact | Renaming:
    sender, change = message.sender, message.identity_change
    contact = Contact(sender.bsuid, sender.wa_id, sender.name, sender.username)
    if change is None:
        return contact
    old = Contact(change.old_bsuid or sender.bsuid, change.old_wa_id or sender.wa_id)
    return Renaming(old, Contact(change.new_bsuid, change.new_wa_id))


def _incoming(message: InboundMessage, received_at: datetime, customer_id: CustomerId) -> Incoming:
    media = message.media
    return Incoming(
        customer_id=customer_id,
        external_id=message.wamid,
        type=message.type,
        content=message.content,
        sent_at=message.sent_at or received_at,
        opens=message.is_customer_turn,
        caption=message.caption,
        media=None if media is None else _stored_media(media),
        reply_to=message.reply_to,
        reply_id=message.reply_id,
        error=_error(message.error),
        sent_by=SentBy.SYSTEM if message.type is MessageType.SYSTEM else SentBy.CUSTOMER,
        number=message.phone_number_id,
    )


def _stored_media(media: InboundMedia) -> dict[str, object]:
    """What is needed to fetch the file from Meta within its seven days, and to show it."""
    return {
        "id": media.media_id,
        "mime_type": media.mime_type,
        "filename": media.filename,
        "sha256": media.sha256,
        "voice": media.voice,
    }


async def store_statuses(tx: Transaction, statuses: Sequence[InboundStatus], now: datetime) -> None:
    if not statuses:
        return
    updates = [_update(status, now) for status in statuses]
    unknown = await apply_statuses(tx, [update for update in updates if not await redirected(tx, update, now)])
    if unknown:
        await early_statuses.lock(tx, [update.external_id for update in unknown if update.external_id])
        await early_statuses.keep(tx, await apply_statuses(tx, unknown))


def _update(status: InboundStatus, now: datetime) -> StatusUpdate:
    code = status.error.code if status.error is not None else None
    if status.error is not None:
        log_status(status.error, status.wamid)
    return StatusUpdate(
        status=MessageStatus(status.status),
        at=status.at or now,
        external_id=status.wamid,
        id=_our_id(status.callback_data),
        error=error_of(code) if status.error is not None else None,
        closes_window=closes_window(code),
    )


def _our_id(callback_data: str | None) -> UUID | None:
    """The id that we gave the message, unless another system that shares the number gave its own."""
    try:
        return UUID(callback_data) if callback_data else None
    except ValueError:
        return None


def _error(error: WireError | None) -> dict[str, object] | None:
    return None if error is None else {"code": error.code, "title": error.title, "detail": error.detail}
