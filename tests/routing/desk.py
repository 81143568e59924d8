"""The desk through the product's own services, on a clock that the test moves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text

from plantao.conversations import queueing, repository
from plantao.conversations.arrivals import Incoming
from plantao.conversations.assigning import Ending, close, enqueue
from plantao.conversations.incoming import receive
from plantao.conversations.intake import IntakeRules
from plantao.conversations.models import Channel, MessageType, Resolution, SentBy
from plantao.conversations.repository import Conversation
from plantao.conversations.sending import Author as By
from plantao.conversations.sending import Draft, append, send_as_agent
from plantao.conversations.snoozing import snooze, wake
from plantao.conversations.waking import Waking
from plantao.customers.models import Contact
from plantao.customers.service import place_contacts
from plantao.identity.models import Actor, Role, User
from plantao.kit.clock import ManualClock
from plantao.kit.db import Database, Transaction
from plantao.kit.ids import uuid7
from plantao.routing.absence import Absence
from plantao.routing.agents import AgentStatus, change_agent
from plantao.routing.assignment import assign_to, assign_waiting, take
from plantao.routing.presence import Presence
from plantao.routing.transfer import transfer

RULES = IntakeRules(timedelta(seconds=1), ZoneInfo("America/Sao_Paulo"))
NEVER = datetime(2099, 1, 1, tzinfo=UTC)
LEAD = Actor(99, "Ana Ribeiro", Role.SUPERVISOR, uuid7(), NEVER)


async def as_it_is(_tx: Transaction, draft: Draft, _conversation: Conversation) -> Draft:
    """A channel that asks nothing of a draft."""
    return draft


def actor(user_id: int) -> Actor:
    return Actor(user_id, f"Atendente {user_id}", Role.ATTENDANT, uuid7(), NEVER)


def user(user_id: int) -> User:
    return User(user_id, f"{user_id}@x.example", f"Atendente {user_id}", Role.ATTENDANT, True, NEVER)


@dataclass
class Desk:
    """Two processes with sockets (nodes 0 and 1), any number of agents, and customers who ask for a person."""

    database: Database
    clock: ManualClock
    connected: tuple[set[int], set[int]] = field(default_factory=lambda: (set(), set()))
    customers: int = 0

    def __post_init__(self) -> None:
        self.nodes = [Presence(self.database, self.clock) for _ in range(2)]

    async def connect(self, agent: int, node: int) -> None:
        self.connected[node].add(agent)
        await self.nodes[node].appear(actor(agent))

    async def disconnect(self, agent: int, node: int) -> None:
        self.connected[node].discard(agent)
        await self.nodes[node].disappear(actor(agent))

    async def heartbeat(self, node: int) -> None:
        await self.nodes[node].heartbeat([actor(agent) for agent in self.connected[node]])

    async def ask(self, priority: int = 1) -> UUID:
        """A new customer asks for a person: the bot hands over, as it does, in one transaction."""
        self.customers += 1
        now = self.clock.now()
        async with self.database.transaction() as tx:
            placed = await place_contacts(tx, [Contact(phone=f"5511{self.customers:09d}")], now)
            await receive(tx, [_words(placed.customer_ids[0], now)], Channel.WHATSAPP, now, RULES)
            found = await repository.latest_of(tx, placed.customer_ids[0], Channel.WHATSAPP)
            assert found is not None
            set_priority = text("UPDATE conversations SET priority = :priority WHERE id = :id")
            await tx.run(set_priority, {"priority": priority, "id": found.id})
            conversation = await repository.lock(tx, found.id)
            assert conversation is not None
            await enqueue(tx, conversation, reason=None, now=now)
            await assign_waiting(tx, now)
        return found.id

    async def write(self, conversation_id: UUID, kind: MessageType = MessageType.TEXT) -> None:
        now = self.clock.now()
        conversation = await self.find(conversation_id)
        words = _words(conversation.customer_id, now, kind)
        async with self.database.transaction() as tx:
            await receive(tx, [words], Channel.WHATSAPP, now, RULES)

    async def answer(self, conversation_id: UUID, agent: int) -> None:
        async with self.database.transaction() as tx:
            await send_as_agent(tx, actor(agent), conversation_id, Draft("Pronto."), self.clock.now(), as_it_is)

    async def note(self, conversation_id: UUID, agent: int) -> None:
        async with self.database.transaction() as tx:
            conversation = await repository.lock(tx, conversation_id)
            assert conversation is not None
            await append(tx, conversation, Draft("nota", MessageType.NOTE), By(SentBy.AGENT, agent), self.clock.now())

    async def take(self, conversation_id: UUID, agent: int) -> None:
        async with self.database.transaction() as tx:
            await take(tx, actor(agent), conversation_id, self.clock.now())

    async def give(self, conversation_id: UUID, agent: int) -> None:
        async with self.database.transaction() as tx:
            await assign_to(tx, LEAD, conversation_id, user(agent), self.clock.now())

    async def transfer(self, conversation_id: UUID, by: Actor, agent: int) -> None:
        async with self.database.transaction() as tx:
            await transfer(tx, by, conversation_id, user(agent), None, self.clock.now())

    async def close(self, conversation_id: UUID) -> None:
        async with self.database.transaction() as tx:
            await close(tx, LEAD, conversation_id, Ending(Resolution.RESOLVED), self.clock.now())

    async def snooze(self, conversation_id: UUID, agent: int, **by: float) -> None:
        now = self.clock.now()
        async with self.database.transaction() as tx:
            await snooze(tx, actor(agent), conversation_id, now + timedelta(**by), now)

    async def wake(self, conversation_id: UUID, agent: int) -> None:
        async with self.database.transaction() as tx:
            await wake(tx, actor(agent), conversation_id)

    async def wake_due(self) -> None:
        await Waking(self.database, self.clock).step()

    async def set(self, agent: int, *, status: AgentStatus | None = None, capacity: int | None = None) -> None:
        async with self.database.transaction() as tx:
            now = self.clock.now()
            await change_agent(tx, user(agent), now, status=status, max_conversations=capacity)

    async def assign(self) -> None:
        """The worker's step."""
        async with self.database.transaction() as tx:
            await assign_waiting(tx, self.clock.now())

    async def look_for_absent(self) -> None:
        await Absence(self.database, self.clock).step()

    async def find(self, conversation_id: UUID) -> Conversation:
        async with self.database.transaction() as tx:
            found = await repository.find(tx, conversation_id)
        assert found is not None
        return found

    async def queue(self) -> list[Row[Any]]:
        async with self.database.transaction() as tx:
            return await queueing.waiting(tx, 1000)

    async def presence_rows(self) -> int:
        async with self.database.transaction() as tx:
            return len(await tx.rows(text("SELECT user_id FROM agent_presence")))


def _words(customer_id: Any, now: datetime, kind: MessageType = MessageType.TEXT) -> Incoming:
    return Incoming(customer_id, f"wamid.{uuid7()}", kind, "oi", now, opens=kind is MessageType.TEXT)
