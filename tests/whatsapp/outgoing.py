"""The sender against the stand-in for Meta, step by step, with a clock that the test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from tests.conversations.world import id_of
from tests.stories.harness import FAST, settings_for

from plantao.app import Parts, build_parts
from plantao.conversations import intake, repository
from plantao.conversations.arrivals import Incoming
from plantao.conversations.incoming import receive
from plantao.conversations.models import Channel, MessageStatus, MessageType, SentBy
from plantao.conversations.sending import Author, Draft, append
from plantao.customers.models import Contact
from plantao.customers.service import place_contacts
from plantao.kit.clock import ManualClock
from plantao.kit.wakeup import Bell
from plantao.whatsapp.receipts import Receipts
from plantao.whatsapp.sender import Sender
from plantao.whatsapp.storing import store_statuses
from plantao.whatsapp.wire.models import InboundStatus, WireError
from plantao_simulator import NumberConfig, Simulator, SimulatorConfig, create_simulator, run_server

PHONE = "5531988887777"


@dataclass
class Outgoing:
    sim: Simulator
    parts: Parts
    clock: ManualClock
    senders: list[Sender] = field(default_factory=list)

    def sender(self) -> Sender:
        """As a process of its own."""
        made = Sender(self.parts.database, self.parts.numbers, self.clock, Bell(), Receipts(), self.parts.media)
        self.senders.append(made)
        return made

    async def wrote(self, phone: str = PHONE, number: str = "") -> UUID:
        """A customer wrote to us: their conversation."""
        known = self.sim.world.by_number(phone) or self.sim.customer("Ana", phone=phone)
        self.sim.open_windows(known)
        now = self.clock.now()
        async with self.parts.database.transaction() as tx:
            placed = await place_contacts(tx, [Contact(wa_id=phone)], now)
            said = Incoming(placed.customer_ids[0], f"wamid.{phone}", MessageType.TEXT, "oi", now, number=number)
            await receive(tx, [said], Channel.WHATSAPP, now, self.parts.rules)
        return await self.conversation(phone, number)

    async def conversation(self, phone: str = PHONE, number: str = "") -> UUID:
        now, number = self.clock.now(), number or self.parts.rules.first_number
        async with self.parts.database.transaction() as tx:
            placed = await place_contacts(tx, [Contact(phone=phone)], now)
            customer = placed.customer_ids[0]
            return await intake.find_or_open(tx, customer, number, Channel.WHATSAPP, now, self.parts.rules)

    async def say(self, conversation_id: UUID, *contents: str, sent_by: SentBy = SentBy.AGENT) -> list[UUID]:
        said = []
        for content in contents:
            async with self.parts.database.transaction() as tx:
                conversation = await repository.lock(tx, conversation_id)
                assert conversation is not None
                said.append(id_of(await append(tx, conversation, Draft(content), Author(sent_by), self.clock.now())))
        return said

    async def work(self, sender: Sender, seconds: float = 0) -> None:
        """Lets `sender` work for so long, as time goes by; at least until nothing is due now."""
        end = self.clock.now().timestamp() + seconds
        while True:
            idle = await sender.step()
            await sender.drain()
            left = end - self.clock.now().timestamp()
            if idle > 0 and left < 1e-5:  # a moment has microseconds
                return
            if idle > 0:
                self.clock.advance(seconds=min(idle, left))

    async def died(self, sender: Sender) -> None:
        """As far as the database can tell: what was begun ends without a word."""
        for outlet in sender._outlets:
            outlet.in_flight.cancel()
        await sender.drain()

    async def tick(self, wamid: str, status: str, callback: UUID | None = None, code: int | None = None) -> None:
        """A status comes from Meta."""
        error = WireError(code, "Meta's title", "Meta's detail") if code is not None else None
        made = InboundStatus(
            "", wamid, MessageStatus(status), None, str(callback) if callback else None, None, None, error, None, None
        )
        async with self.parts.database.transaction() as tx:
            await store_statuses(tx, [made], self.clock.now())

    async def one(self, query: str, **values: Any) -> Any:
        async with self.parts.database.transaction() as tx:
            return await tx.first(text(query), values)

    async def told(self) -> list[tuple[str, str, int | None]]:
        """Each message of ours: its content, its status, and Meta's code if it failed."""
        async with self.parts.database.transaction() as tx:
            query = "SELECT content, status, error FROM messages WHERE direction = 'outgoing' ORDER BY stored_at, seq"
            rows = await tx.rows(text(query), {})
        return [(row.content, row.status, row.error["code"] if row.error else None) for row in rows]

    @property
    def accepted(self) -> list[str]:
        """What Meta took, in its order."""
        return [send.payload["text"]["body"] for send in self.sim.sends]

    def expire_token(self) -> None:
        """Until the weather is healed, or another token comes."""
        self.sim.faults.weather.token_expired = True

    def heal_token(self) -> None:
        self.sim.faults.weather.token_expired = False


FIRST, SECOND = "106540352242922", "106540352242923"


@asynccontextmanager
async def outgoing(database_url: str, simulator: Any = None, **overrides: Any) -> AsyncIterator[Outgoing]:
    clock = ManualClock(datetime.now(UTC))
    limits = {"number_limit": False, "pair_limit": False}  # Meta's clock is not ours
    more = tuple(NumberConfig(phone_number_id=one["phone_number_id"]) for one in overrides.get("whatsapp_numbers", ()))
    sim = create_simulator(SimulatorConfig(**FAST | limits | {"numbers": more} | (simulator or {})))
    async with run_server(sim):
        parts = build_parts(settings_for(sim, **overrides), database_url, clock)
        made = Outgoing(sim, parts, clock)
        yield made
        for sender in made.senders:
            await sender.drain()
            await sender.receipts.drain()
        await parts.numbers.aclose()
        await parts.database.dispose()
