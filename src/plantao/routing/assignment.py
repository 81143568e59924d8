"""Bringing those who wait and those who are free together."""

from datetime import datetime
from uuid import UUID

from plantao.conversations import queueing
from plantao.conversations import repository as conversations
from plantao.conversations.access import access_conversation
from plantao.conversations.assigning import hand_to
from plantao.conversations.repository import Conversation
from plantao.identity.models import Actor, Role, User
from plantao.identity.policy import Permission, check_may, may
from plantao.kit.db import Transaction
from plantao.kit.errors import AppError, Conflict, ErrorCode
from plantao.routing import repository
from plantao.routing.policy import Candidate, choose
from plantao.routing.presence import PRESENCE_LIFETIME


class AgentUnavailable(AppError):
    status = 409
    error_code = ErrorCode.AGENT_UNAVAILABLE


async def assign_waiting(tx: Transaction, now: datetime) -> int:
    """Assigns from the head of the queue until nobody waits or nobody is free. Answers how many were assigned."""
    assigned = 0
    while (waiting := await queueing.next_waiting(tx)) is not None:
        agent = choose(await _online(tx, now), waiting.last_agent_id)
        if agent is None:
            break
        await hand_to(tx, waiting, agent.user_id, agent.name, reason=None, now=now)
        assigned += 1
    return assigned


async def _online(tx: Transaction, now: datetime) -> list[Candidate]:
    agents = await repository.lock_online(tx, now - PRESENCE_LIFETIME)
    loads = await queueing.loads(tx, [agent.user_id for agent in agents])
    return [Candidate(a.user_id, a.name, loads[a.user_id], a.max_conversations) for a in agents]


async def take(tx: Transaction, actor: Actor, conversation_id: UUID, now: datetime) -> Conversation:
    """`actor` takes a conversation that nobody has.

    Of any number that try at once one wins. Raises `Conflict` for the others, `AgentUnavailable` for who serves
    as many as allowed, and what `access_conversation` raises.
    """
    seen = await access_conversation(tx, actor, conversation_id)
    # Who was faster than us since is a conflict, not a secret: the conversation was there for us to see.
    conversation = await conversations.lock(tx, conversation_id) or seen
    if conversation.assigned_to == actor.user_id and conversation.is_open:
        return conversation
    if not may(actor, Permission.ASSIGN_TO_OTHERS):
        if conversation.assigned_to is not None:
            raise Conflict("Outro atendente já assumiu esta conversa.")
        if not await has_room(tx, actor.user_id, actor.name):
            raise AgentUnavailable("Você já atende o número máximo de conversas.")
    return await hand_to(tx, conversation, actor.user_id, actor.name, reason=None, now=now)


async def has_room(tx: Transaction, user_id: int, name: str) -> bool:
    """Whether an attendant serves fewer than the maximum. Locks the agent: assignments at once come after."""
    await repository.upsert(tx, user_id, name)
    agent = await repository.lock(tx, user_id)
    load = (await queueing.loads(tx, [user_id]))[user_id]
    return agent is None or load < agent.max_conversations


async def assign_to(tx: Transaction, actor: Actor, conversation_id: UUID, agent: User, now: datetime) -> Conversation:
    """A lead gives a conversation to `agent`, who may be at capacity. Raises as `take`."""
    check_may(actor, Permission.ASSIGN_TO_OTHERS)
    conversation = await access_conversation(tx, actor, conversation_id, lock=True)
    if agent.role is Role.ATTENDANT:
        await has_room(tx, agent.id, agent.name)  # for the lock: leads may overload
    return await hand_to(tx, conversation, agent.id, agent.name, reason=None, now=now)
