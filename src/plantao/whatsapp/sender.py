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
    rng: random.Random = field(default_factory=random.Random)
    _outlets: list["_Outlet"] = field(init=False)

    def __post_init__(self) -> None:
        self._outlets = [self._outlet(number) for number in self.numbers]

    def _outlet(self, number: Number) -> "_Outlet":
        names = [number.phone_number_id]
        if number is self.numbers.first:
            names.append("")  # conversations from before there could be several
        delivery = Delivery(self.database, number, self.clock, self.receipts, self.rng)
        return _Outlet(delivery, names, InFlight("send", CONCURRENCY, on_end=self.bell.ring))

    async def step(self) -> float:
        """Claims what is due and starts sending it; answers the seconds until the next message may go."""
        async with self.database.transaction() as tx:
            states = await sending_state.states(tx)
        return min([await self._serve(outlet, states) for outlet in self._outlets])

    async def drain(self) -> None:
        for outlet in self._outlets:
            await outlet.in_flight.drain()

    async def _serve(self, outlet: "_Outlet", states: dict[str, State]) -> float:
        name = outlet.number.phone_number_id
        state = states.get(name, State(name))
        if state.stopped_by is not None:
            return await self._try_stopped(outlet, state)
        free = outlet.in_flight.free
        if free <= 0:
            return IDLE_SECONDS  # each call that ends rings the bell
        async with self.database.transaction() as tx:
            claimed, ready, wait_until = await self._claim(tx, outlet, state, free)
        for message in ready:
            outlet.in_flight.start(outlet.delivery.deliver(message, state.throughput))
        if claimed:
            return 0
        return _seconds(self.clock.now(), wait_until)

    async def _claim(
        self, tx: Transaction, outlet: "_Outlet", state: State, free: int
    ) -> tuple[int, list[Outgoing], datetime | None]:
        """How many were claimed, those that may go now, and when to look again if none was."""
        number, now = outlet.number, self.clock.now()
        books = await rates.open_books(tx, number.phone_number_id, number.business_account_id, state.throughput, now)
        if books.slots <= 0:
            return 0, [], books.opens_at
        claimed = await outbox.claim(tx, outlet.names, now, LEASE, min(free, books.slots), books.shares)
        if not claimed:
            return 0, [], await outbox.next_due(tx, outlet.names, now)
        later = await rates.reserve(tx, books, claimed)
        if later:
            await outbox.postpone(tx, list(later.items()), refund_attempt=True)
        return len(claimed), [message for message in claimed if message.id not in later], None

    async def _try_stopped(self, outlet: "_Outlet", state: State) -> float:
        """Now and then, and at once with another token, it is tried whether a number that has stopped works again."""
        now, message = self.clock.now(), None
        async with self.database.transaction() as tx:
            if not await sending_state.claim_probe(tx, state, outlet.number.fingerprint, now):
                return _seconds(now, state.probe_at)
            if state.stopped_by is ErrorClass.CONFIGURATION:
                message = next(iter(await outbox.claim(tx, outlet.names, now, LEASE, 1)), None)
        if message is not None:
            outlet.in_flight.start(outlet.delivery.deliver(message, state.throughput, trial=True))
        elif state.stopped_by is ErrorClass.TOKEN:
            outlet.in_flight.start(outlet.delivery.probe())
        return 0  # what was begun tells when to look again


def _seconds(now: datetime, until: datetime | None) -> float:
    return IDLE_SECONDS if until is None else min(IDLE_SECONDS, max(0.001, (until - now).total_seconds()))


@dataclass(frozen=True, slots=True)
class _Outlet:
    """One number's way out. `names`: how the outbox calls it."""

    delivery: Delivery
    names: Sequence[str]
    in_flight: InFlight

    @property
    def number(self) -> Number:
        return self.delivery.number
