"""Agents: who there is, what they wish, how much they have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from plantao.conversations import queueing
from plantao.conversations.events import DESK, ROUTING
from plantao.identity.accounts import Accounts
from plantao.identity.models import Role, User
from plantao.kit.db import Transaction
from plantao.kit.errors import NotFound
from plantao.routing import repository
from plantao.routing.presence import PRESENCE_LIFETIME

DEFAULT_CAPACITY = 5  # the column's default
MOST_AGENTS = 1000  # in a list


class AgentStatus(StrEnum):
    """What an agent wishes to be. `away`: keeps what there is, is offered nothing."""

    ONLINE = "online"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class AgentState:
    """`load`: conversations being served. `is_connected`: has an open socket, in whatever process."""

    user_id: int
    name: str
    status: AgentStatus = AgentStatus.ONLINE
    max_conversations: int = DEFAULT_CAPACITY
    is_connected: bool = False
    load: int = 0

    @property
    def is_online(self) -> bool:
        return self.is_connected and self.status is AgentStatus.ONLINE

    @property
    def is_busy(self) -> bool:
        return self.load >= self.max_conversations


async def active_attendants(accounts: Accounts) -> list[User]:
    """Oldest first. They may live in another database: no join."""
    found = await accounts.list_users(limit=MOST_AGENTS, role=Role.ATTENDANT, is_active=True)
    return found.users


async def states(tx: Transaction, now: datetime) -> dict[int, AgentState]:
    """Everybody who was ever connected or changed, by user id."""
    rows = await repository.everyone(tx, now - PRESENCE_LIFETIME)
    loads = await queueing.loads(tx, [row.user_id for row in rows])
    return {
        row.user_id: AgentState(
            row.user_id,
            row.name,
            AgentStatus(row.status),
            row.max_conversations,
            row.is_connected,
            loads[row.user_id],
        )
        for row in rows
    }


def of_users(users: Iterable[User], known: dict[int, AgentState]) -> list[AgentState]:
    """The state of each user, in their order; who was never here is not connected."""
    return [known.get(user.id) or AgentState(user.id, user.name) for user in users]


def check_is_agent(user: User) -> None:
    """Raises `NotFound` for who is not offered conversations."""
    if not user.is_active or user.role is not Role.ATTENDANT:
        raise no_agent()


def no_agent() -> NotFound:
    return NotFound("Atendente não encontrado.")


async def change_agent(
    tx: Transaction, user: User, now: datetime, *, status: AgentStatus | None, max_conversations: int | None
) -> AgentState:
    """None leaves a thing as it is. After the commit the queue is served to who has become free by it."""
    await repository.upsert(tx, user.id, user.name)
    await repository.change(tx, user.id, status=status, max_conversations=max_conversations)
    tx.publish(ROUTING)
    tx.publish(DESK)
    return (await states(tx, now))[user.id]
