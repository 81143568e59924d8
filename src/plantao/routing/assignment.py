"""Bringing those who wait and those who are free together."""

from datetime import datetime, timedelta
from uuid import UUID

from plantao.conversations import queueing
from plantao.conversations import repository as conversations
from plantao.conversations.access import access_conversation
from plantao.conversations.assigning import hand_to
from plantao.conversations.repository import Conversation
from plantao.identity.models import Actor
from plantao.identity.policy import Permission, check_may, may
from plantao.kit.db import Transaction
from plantao.kit.errors import AppError, Conflict, ErrorCode
from plantao.routing import repository
from plantao.routing.policy import Candidate, choose

PRESENCE_LIFETIME = timedelta(seconds=45)  # three missed heartbeats


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
        await _check_capacity(tx, actor)
    return await hand_to(tx, conversation, actor.user_id, actor.name, reason=None, now=now)


async def _check_capacity(tx: Transaction, actor: Actor) -> None:
    await repository.upsert(tx, actor.user_id, actor.name)
    agent = await repository.lock(tx, actor.user_id)
    load = (await queueing.loads(tx, [actor.user_id]))[actor.user_id]
    if agent is not None and load >= agent.max_conversations:
        raise AgentUnavailable("Você já atende o número máximo de conversas.")


async def assign_to(
    tx: Transaction, actor: Actor, conversation_id: UUID, agent: tuple[int, str], now: datetime
) -> Conversation:
    """A lead gives a conversation to `agent` (id, name), who may be at capacity. Raises as `take`."""
    check_may(actor, Permission.ASSIGN_TO_OTHERS)
    conversation = await access_conversation(tx, actor, conversation_id, lock=True)
    return await hand_to(tx, conversation, *agent, reason=None, now=now)
