"""Giving a conversation back: to the queue, for whoever is free next."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from plantao.conversations import repository
from plantao.conversations.access import access_for_work
from plantao.conversations.assigning import enqueue
from plantao.conversations.errors import AlreadyClosed
from plantao.conversations.models import ConversationStatus, MessageType
from plantao.conversations.repository import Conversation
from plantao.conversations.sending import SYSTEM, Draft, append
from plantao.identity.models import Actor
from plantao.kit.db import Transaction

# Else the queue would offer it first of all to who has just given it back.
FORGET_AGENT = text("UPDATE conversations SET last_agent_id = NULL WHERE id = :id")


async def release(
    tx: Transaction, actor: Actor, conversation_id: UUID, reason: str | None, now: datetime
) -> Conversation:
    """Puts the own conversation into the queue, or any for leads, and notes it there; one that waits keeps its place.

    Raises what `access_for_work` raises, and `AlreadyClosed`.
    """
    conversation = await access_for_work(tx, actor, conversation_id)
    if not conversation.is_open:
        raise AlreadyClosed("A conversa já foi encerrada.")
    if conversation.status is ConversationStatus.QUEUE:
        return conversation
    await tx.run(FORGET_AGENT, {"id": conversation.id})
    after = await enqueue(tx, replace(conversation, last_agent_id=None), reason=reason, now=now)
    await append(tx, after, Draft(_note(actor, reason), MessageType.NOTE), SYSTEM, now)
    return await repository.find(tx, conversation_id) or after


def _note(actor: Actor, reason: str | None) -> str:
    told = f"Devolvida à fila por {actor.name}."
    return f"{told} Motivo: {reason}" if reason else told
