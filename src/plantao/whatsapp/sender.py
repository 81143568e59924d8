"""The outbox's worker for WhatsApp: claims due messages, calls Meta, writes down what became of them.

What Meta cannot promise (there is no idempotency key) is done as far as it goes: every message carries our id,
which its statuses bring back. If an answer is lost, or we die before writing it down, the message becomes due
again only after the time in which such a status would have come and settled it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from plantao.conversations import outbox
from plantao.conversations.media_store import MediaStore
from plantao.conversations.models import MessageStatus, SentBy
from plantao.conversations.outbox import Outgoing, StatusUpdate
from plantao.customers.repository import learn_wa_id
from plantao.kit import metrics
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction
from plantao.kit.in_flight import InFlight
from plantao.kit.wakeup import Bell
from plantao.whatsapp import early_statuses, rates
from plantao.whatsapp.compose import compose
from plantao.whatsapp.graph.client import GraphClient, SendResult
from plantao.whatsapp.graph.errors import ErrorClass, GraphError, GraphFailure, OutcomeUnknown
from plantao.whatsapp.graph.limits import PayloadError
from plantao.whatsapp.graph.retries import retry_delay
from plantao.whatsapp.receipts import Receipts
from plantao.whatsapp.uploads import Uploads

log = structlog.get_logger(__name__)

CONCURRENCY = 32
CALL_SECONDS = 20.0  # the client's total timeout
UNKNOWN_WAIT = timedelta(seconds=30)  # for a status that tells what became of a lost answer
LEASE = timedelta(seconds=CALL_SECONDS) + UNKNOWN_WAIT
IDLE_SECONDS = 60.0


@dataclass(slots=True)
class Sender:
    """`step` is the worker's; `drain` waits for the calls in flight."""

    database: Database
    graph: GraphClient
    phone_number_id: str
    clock: Clock
    bell: Bell
    receipts: Receipts
    media: MediaStore
    rng: random.Random = field(default_factory=random.Random)
    _uploads: Uploads = field(init=False)
    _in_flight: InFlight = field(init=False)

    def __post_init__(self) -> None:
        self._uploads = Uploads(self.database, self.media, self.graph, self.clock, LEASE)
        self._in_flight = InFlight("send", CONCURRENCY, on_end=self.bell.ring)

    async def step(self) -> float:
        """Claims what is due and starts sending it; answers the seconds until the next message is due."""
        free = self._in_flight.free
        if free == 0:
            return IDLE_SECONDS  # each call that ends rings the bell
        async with self.database.transaction() as tx:
            claimed = await outbox.claim(tx, self.clock.now(), LEASE, free)
            ready = await self._within_rates(tx, claimed) if claimed else []
            due = await outbox.next_due(tx) if not claimed else None
        for message in ready:
            self._in_flight.start(self._send(message))
        if claimed:
            return 0
        return IDLE_SECONDS if due is None else max(0.001, (due - self.clock.now()).total_seconds())

    async def drain(self) -> None:
        await self._in_flight.drain()

    async def _within_rates(self, tx: Transaction, claimed: Sequence[Outgoing]) -> list[Outgoing]:
        later = await rates.reserve(tx, self.phone_number_id, claimed, self.clock.now())
        if later:
            await outbox.postpone(tx, list(later.items()), refund_attempt=True)
        return [message for message in claimed if message.id not in later]

    async def _send(self, message: Outgoing) -> None:
        try:
            media_id = await self._uploads.media_id(message)
            result = await self.graph.send(compose(message, media_id))
        except PayloadError as error:
            await self._refuse(message, None, "Payload", str(error))
        except GraphFailure as failure:
            await self._failed(message, failure)
        else:
            await self._sent(message, result)

    async def _sent(self, message: Outgoing, result: SendResult) -> None:
        now = self.clock.now()
        async with self.database.transaction() as tx:
            if result.wa_id is not None and result.wa_id != message.wa_id:
                # Customers before messages, as the materialiser goes: no deadlock.
                await learn_wa_id(tx, message.customer_id, result.wa_id)
            await early_statuses.lock(tx, [result.wamid])
            early = await early_statuses.take(tx, result.wamid)
            sent = StatusUpdate(MessageStatus.SENT, now, external_id=result.wamid, id=message.id)
            await outbox.apply_statuses(tx, [sent])
            if early is not None:
                await outbox.apply_statuses(tx, [early])
            seen = await outbox.latest_incoming(tx, message.conversation_id)
        metrics.MESSAGES_SENT.labels("sent").inc()
        if seen is not None and message.sent_by == SentBy.AGENT:
            self.receipts.show([seen], typing=False)  # who answers has read

    async def _failed(self, message: Outgoing, failure: GraphFailure) -> None:
        code = failure.code if isinstance(failure, GraphError) else None
        delay = retry_delay(failure.error_class, message.attempts, self.rng, code=code)
        log.warning("send_failed", message_id=str(message.id), attempt=message.attempts, error=str(failure))
        if delay is None:
            title, detail = _words(failure)
            await self._refuse(message, code, title, detail)
            return
        if isinstance(failure, OutcomeUnknown):
            delay = max(delay, UNKNOWN_WAIT)
        await self._postpone(message, failure.error_class, delay)

    async def _postpone(self, message: Outgoing, error_class: ErrorClass, delay: timedelta) -> None:
        until = self.clock.now() + delay
        async with self.database.transaction() as tx:
            await outbox.postpone(tx, [(message.id, until)])
            if error_class is ErrorClass.THROTTLED_PAIR:
                await rates.hold(tx, rates.pair_key(message.customer_id), until, rates.PAIR)
            elif error_class in (ErrorClass.THROTTLED_NUMBER, ErrorClass.CONFIGURATION):
                await rates.hold(tx, rates.number_key(self.phone_number_id), until, rates.NUMBER)
        metrics.MESSAGES_SENT.labels("retried").inc()

    async def _refuse(self, message: Outgoing, code: int | None, title: str, detail: str) -> None:
        error = {"code": code, "title": title, "detail": detail}
        failed = StatusUpdate(MessageStatus.FAILED, self.clock.now(), id=message.id, error=error)
        async with self.database.transaction() as tx:
            await outbox.apply_statuses(tx, [failed])
        metrics.MESSAGES_SENT.labels("failed").inc()


def _words(failure: GraphFailure) -> tuple[str, str]:
    if isinstance(failure, GraphError):
        return failure.title, failure.detail
    return "A Meta não respondeu", str(failure)
