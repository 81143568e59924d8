"""One claimed message on its way to Meta, and what becomes of it written down."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import structlog

from plantao.conversations import outbox
from plantao.conversations.events import OUTBOX
from plantao.conversations.media_store import MediaStore
from plantao.conversations.models import MessageStatus, SentBy
from plantao.conversations.outbox import Outgoing, StatusUpdate
from plantao.customers.repository import learn_wa_id
from plantao.kit import metrics
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction
from plantao.whatsapp import early_statuses, rates, sending_state
from plantao.whatsapp.compose import compose
from plantao.whatsapp.failures import closes_window, error_of_failure, log_failure, redirected
from plantao.whatsapp.graph.client import SendResult
from plantao.whatsapp.graph.error_table import ErrorClass
from plantao.whatsapp.graph.errors import STOPPING, GraphError, GraphFailure, OutcomeUnknown
from plantao.whatsapp.graph.limits import PayloadError
from plantao.whatsapp.graph.retries import retry_delay
from plantao.whatsapp.numbers import Number
from plantao.whatsapp.receipts import Receipts
from plantao.whatsapp.uploads import Uploads

log = structlog.get_logger(__name__)

CALL_SECONDS: Final = 20.0  # the client's total timeout
UNKNOWN_WAIT: Final = timedelta(seconds=30)  # for a status that tells what became of a lost answer
LEASE: Final = timedelta(seconds=CALL_SECONDS) + UNKNOWN_WAIT
_BY_ID: Final = 131053  # Meta could not read the file: a link may be fetched again, a file that is there already not


@dataclass(slots=True)
class Delivery:
    """By one of our numbers."""

    database: Database
    number: Number
    clock: Clock
    receipts: Receipts
    media: MediaStore
    rng: random.Random
    _uploads: Uploads = field(init=False)

    def __post_init__(self) -> None:
        self._uploads = Uploads(self.database, self.media, self.number.graph, self.clock, LEASE)

    async def deliver(self, message: Outgoing, throughput: str, *, trial: bool = False) -> None:
        """`trial`: the number had stopped, and this message tries whether it works again."""
        fingerprint = self.number.fingerprint  # of the token that the call will use
        try:
            media_id = await self._uploads.media_id(message)
            result = await self.number.graph.send(compose(message, media_id))
        except PayloadError as error:
            detail = f"{error.message_pt.rstrip('.')}."
            await self._refuse(message, {"code": None, "title": "A mensagem não pode ser enviada", "detail": detail})
        except GraphFailure as failure:
            log_failure(failure, message.id, message.attempts)
            if failure.error_class in STOPPING:
                await self._stop(message, failure, fingerprint)
                return
            await self._failed(message, failure, throughput)
            if trial and isinstance(failure, GraphError) and failure.error_class is not ErrorClass.RETRY:
                await self._resume()  # it was this message that Meta refused, and not the number
        else:
            await self._sent(message, result)
            if trial:
                await self._resume()

    async def probe(self) -> None:
        """Asks Meta about the number: an answer proves that the token works."""
        try:
            await self.number.graph.phone_number()
        except GraphFailure as failure:
            log.info("number_probed", phone_number_id=self.number.phone_number_id, error=str(failure))
        else:
            await self._resume()

    async def _sent(self, message: Outgoing, result: SendResult) -> None:
        now = self.clock.now()
        async with self.database.transaction() as tx:
            if result.wa_id is not None and (result.wa_id != message.wa_id or message.address is not None):
                # Customers before messages, as the materialiser goes: no deadlock.
                await learn_wa_id(tx, message.customer_id, result.wa_id)
            await early_statuses.lock(tx, [result.wamid])
            early = await early_statuses.take(tx, result.wamid)
            sent = StatusUpdate(MessageStatus.SENT, now, external_id=result.wamid, id=message.id)
            await outbox.apply_statuses(tx, [sent])
            if early is not None and not await redirected(tx, early, now):
                await outbox.apply_statuses(tx, [early])
            seen = await outbox.latest_incoming(tx, message.conversation_id)
        metrics.MESSAGES_SENT.labels("sent").inc()
        if seen is not None and message.sent_by == SentBy.AGENT:
            self.receipts.show([seen], typing=False, graph=self.number.graph)  # who answers has read

    async def _failed(self, message: Outgoing, failure: GraphFailure, throughput: str) -> None:
        code = failure.code if isinstance(failure, GraphError) else None
        delay = retry_delay(failure.error_class, message.attempts, self.rng, code=code)
        if delay is None or (code == _BY_ID and (message.media or {}).get("file")):
            await self._refuse(message, error_of_failure(failure))
            return
        if isinstance(failure, OutcomeUnknown):
            delay = max(delay, UNKNOWN_WAIT)
        await self._postpone(message, failure.error_class, delay, throughput)

    async def _postpone(self, message: Outgoing, kind: ErrorClass, delay: timedelta, throughput: str) -> None:
        until = self.clock.now() + delay
        async with self.database.transaction() as tx:
            await outbox.postpone(tx, [(message.id, until)])
            await self._hold(tx, message, kind, until, throughput)
        metrics.MESSAGES_SENT.labels("retried").inc()

    async def _hold(
        self, tx: Transaction, message: Outgoing, kind: ErrorClass, until: datetime, throughput: str
    ) -> None:
        """Slows what Meta's limit is on, and nothing else."""
        number = self.number.phone_number_id
        match kind:
            case ErrorClass.THROTTLED_PAIR:
                await rates.hold(tx, rates.pair_key(number, message.customer_id), until, rates.PAIR.burst)
            case ErrorClass.THROTTLED_NUMBER:
                burst = rates.number_limit(throughput).burst
                await rates.hold(tx, rates.number_key(number), until, burst)
            case ErrorClass.THROTTLED_ACCOUNT:
                await rates.hold(tx, rates.account_key(self.number.business_account_id), until)
            case ErrorClass.THROTTLED_BULK:
                await rates.hold(tx, rates.programs_key(number), until)
            case _:
                pass

    async def _refuse(self, message: Outgoing, error: dict[str, Any]) -> None:
        now, closing = self.clock.now(), closes_window(error["code"])
        failed = StatusUpdate(MessageStatus.FAILED, now, id=message.id, error=error, closes_window=closing)
        async with self.database.transaction() as tx:
            if await redirected(tx, failed, now):
                metrics.MESSAGES_SENT.labels("retried").inc()
                return
            await outbox.apply_statuses(tx, [failed])
        metrics.MESSAGES_SENT.labels("failed").inc()

    async def _stop(self, message: Outgoing, failure: GraphFailure, fingerprint: str) -> None:
        """The message waits with all others of the number, as if it had not been tried."""
        now, number = self.clock.now(), self.number.phone_number_id
        code = failure.code if isinstance(failure, GraphError) else None
        async with self.database.transaction() as tx:
            await outbox.postpone(tx, [(message.id, now)], refund_attempt=True)
            is_new = await sending_state.stop(tx, number, failure.error_class, code, fingerprint, now)
        metrics.MESSAGES_SENT.labels("held").inc()
        if is_new:
            log.error("number_stopped", phone_number_id=number, reason=failure.error_class, code=code)

    async def _resume(self) -> None:
        number = self.number.phone_number_id
        async with self.database.transaction() as tx:
            was_stopped = await sending_state.resume(tx, number)
            tx.publish(OUTBOX)
        if was_stopped:
            log.warning("number_resumed", phone_number_id=number)
