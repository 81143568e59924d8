"""Handing a conversation to a colleague."""

from datetime import datetime
from uuid import UUID

from plantao.conversations import repository as conversations
from plantao.conversations.access import access_for_work
from plantao.conversations.assigning import hand_to
from plantao.conversations.errors import AlreadyClosed
from plantao.conversations.models import MessageType
from plantao.conversations.repository import Conversation
from plantao.conversations.sending import SYSTEM, Draft, append
from plantao.identity.models import Actor, Role, User
from plantao.identity.policy import Permission, may
from plantao.kit.db import Transaction
from plantao.routing.assignment import AgentUnavailable, has_room

FIELD = "to_agent_id"


async def transfer(
    tx: Transaction, actor: Actor, conversation_id: UUID, agent: User | None, reason: str | None, now: datetime
) -> Conversation:
    """Gives the own conversation, or any for leads, to `agent` (None: nobody who serves), and notes it there.

    An agent at capacity takes more from leads only; one who has the conversation keeps it. Raises what
    `access_for_work` raises, `AlreadyClosed`, `AgentUnavailable`.
    """
    conversation = await access_for_work(tx, actor, conversation_id)
    if not conversation.is_open:
        raise AlreadyClosed("A conversa já foi encerrada.")
    if agent is None:
        raise AgentUnavailable("Este atendente não existe ou não está ativo.", field=FIELD)
    if conversation.assigned_to == agent.id:
        return conversation
    # Always asked, for the lock. Leads have no maximum: they are not offered anything either.
    room = agent.role is not Role.ATTENDANT or await has_room(tx, agent.id, agent.name)
    if not room and not may(actor, Permission.ASSIGN_TO_OTHERS):
        raise AgentUnavailable("Este atendente já atende o número máximo de conversas.", field=FIELD)
    after = await hand_to(tx, conversation, agent.id, agent.name, reason=reason, now=now)
    await append(tx, after, Draft(_note(actor, agent, reason), MessageType.NOTE), SYSTEM, now)
    return await conversations.find(tx, conversation_id) or after


def _note(actor: Actor, agent: User, reason: str | None) -> str:
    """For colleagues who read later how the conversation came to be where it is."""
    told = f"Transferida por {actor.name} para {agent.name}."
    return f"{told} Motivo: {reason}" if reason else told
