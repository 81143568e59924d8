"""The outbox's worker for WhatsApp: claims due messages, number by number, and has them delivered.

What Meta cannot promise (there is no idempotency key) is done as far as it goes: every message carries our id,
which its statuses bring back. If an answer is lost, or we die before writing it down, the message becomes due
again only after the time in which such a status would have come and settled it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from plantao.conversations import outbox
from plantao.conversations.media_store import MediaStore
from plantao.conversations.outbox import Outgoing
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction
from plantao.kit.in_flight import InFlight
from plantao.kit.wakeup import Bell
from plantao.whatsapp import rates, sending_state
from plantao.whatsapp.delivery import LEASE, Delivery
from plantao.whatsapp.graph.error_table import ErrorClass
from plantao.whatsapp.numbers import Number, Numbers
from plantao.whatsapp.receipts import Receipts
from plantao.whatsapp.sending_state import State

CONCURRENCY = 32  # calls of one number at once: a number whose calls hang holds up no other
IDLE_SECONDS = 60.0


@dataclass(slots=True)
class Sender:
    """`step` is the worker's; `drain` waits for the calls in flight."""

    database: Database
    numbers: Numbers
    clock: Clock
    bell: Bell
    receipts: Receipts
    media: MediaStore
    rng: random.Random = field(default_factory=random.Random)
    _outlets: list["_Outlet"] = field(init=False)

    def __post_init__(self) -> None:
        self._outlets = [self._outlet(number) for number in self.numbers]

    def _outlet(self, number: Number) -> "_Outlet":
        names = [number.phone_number_id]
        if number is self.numbers.first:
            names.append("")  # conversations from before there could be several
        delivery = Delivery(self.database, number, self.clock, self.receipts, self.media, self.rng)
        return _Outlet(delivery, names, InFlight("send", CONCURRENCY, on_end=self.bell.ring))

    async def step(self) -> float:
        """Claims what is due and starts sending it; answers the seconds until the next message may go."""
        return min([await self._serve(outlet) for outlet in self._outlets])

    async def drain(self) -> None:
        for outlet in self._outlets:
            await outlet.in_flight.drain()

    async def _serve(self, outlet: "_Outlet") -> float:
        if outlet.in_flight.free <= 0:
            return IDLE_SECONDS  # each call that ends rings the bell
        async with self.database.transaction() as tx:
            state = await sending_state.state(tx, outlet.number.phone_number_id)
            is_stopped = state.stopped_by is not None
            turn = await (self._try_stopped if is_stopped else self._claim)(tx, outlet, state)
        for message in turn.messages:
            outlet.in_flight.start(outlet.delivery.deliver(message, state.throughput, trial=is_stopped))
        if turn.probes:
            outlet.in_flight.start(outlet.delivery.probe())
        return 0 if turn.took else _seconds(self.clock.now(), turn.until)

    async def _claim(self, tx: Transaction, outlet: "_Outlet", state: State) -> "_Turn":
        number, now = outlet.number, self.clock.now()
        books = await rates.open_books(tx, number.phone_number_id, number.business_account_id, state.throughput, now)
        if books.slots <= 0:
            return _Turn(until=books.opens_at)
        limit = min(outlet.in_flight.free, books.slots)
        claimed = await outbox.claim(tx, outlet.names, now, LEASE, limit, books.shares)
        if not claimed:
            return _Turn(until=await outbox.next_due(tx, outlet.names, now))
        later = await rates.reserve(tx, books, claimed)
        if later:
            await outbox.postpone(tx, list(later.items()), refund_attempt=True)
        return _Turn([message for message in claimed if message.id not in later], took=True)

    async def _try_stopped(self, tx: Transaction, outlet: "_Outlet", state: State) -> "_Turn":
        """Now and then, and at once with another token, it is tried whether a number that has stopped works again."""
        now = self.clock.now()
        if not await sending_state.claim_probe(tx, state, outlet.number.fingerprint, now):
            return _Turn(until=state.probe_at)
        if state.stopped_by is ErrorClass.TOKEN:
            return _Turn(took=True, probes=True)
        return _Turn(await outbox.claim(tx, outlet.names, now, LEASE, 1), took=True)


def _seconds(now: datetime, until: datetime | None) -> float:
    return IDLE_SECONDS if until is None else min(IDLE_SECONDS, max(0.001, (until - now).total_seconds()))


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a number does now: these messages, a question to Meta, or nothing until a moment."""

    messages: Sequence[Outgoing] = ()
    took: bool = False
    probes: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Outlet:
    """One number's way out. `names`: how the outbox calls it."""

    delivery: Delivery
    names: Sequence[str]
    in_flight: InFlight

    @property
    def number(self) -> Number:
        return self.delivery.number
