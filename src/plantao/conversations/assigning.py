"""Who has a conversation: taking, handing over, queueing, closing. One conditional UPDATE each: one winner."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from plantao.conversations.access import access_for_work
from plantao.conversations.errors import AlreadyClosed
from plantao.conversations.events import (
    DESK,
    ROUTING,
    ConversationAssigned,
    ConversationClosed,
    announce,
)
from plantao.conversations.models import ConversationStatus, HandledBy, Priority, Resolution
from plantao.conversations.policy import PRIORITY_RANK, status_after
from plantao.conversations.repository import Conversation
from plantao.conversations.tagging import add_tags, tell
from plantao.identity.models import Actor
from plantao.kit.db import Transaction

# The bot's claim goes with the assignment: a turn that is being computed finds bot_due_at gone and says nothing.
HAND_TO = text("""
    WITH handed AS (
        UPDATE conversations SET
            status = 'in_progress', handled_by = 'agent', assigned_to = :agent_id, last_agent_id = :agent_id,
            assigned_at = :now, awaiting_since = coalesce(awaiting_since, queued_at, :now), queued_at = NULL,
            bot_due_at = NULL, snoozed_until = NULL
        WHERE id = :id AND status IN ('queue', 'in_progress') AND assigned_to IS NOT DISTINCT FROM :owner
        RETURNING id, assigned_to, assigned_at, awaiting_since
    )
    INSERT INTO conversation_assignments (conversation_id, agent_id, assigned_at, from_queue, awaited_since)
    SELECT id, assigned_to, assigned_at, :from_queue, awaiting_since FROM handed
    RETURNING awaited_since
""")

ENQUEUE = text("""
    UPDATE conversations SET
        status = 'queue', handled_by = 'none', assigned_to = NULL, queued_at = :now, bot_due_at = NULL,
        awaiting_since = coalesce(awaiting_since, :now), snoozed_until = NULL
    WHERE id = :id AND status = 'in_progress'
""")

CLOSE = text("""
    UPDATE conversations SET
        status = :status, handled_by = 'none', closed_at = :now, resolution = :resolution, close_notes = :notes,
        queued_at = NULL, bot_due_at = NULL, awaiting_since = NULL, snoozed_until = NULL
    WHERE id = :id AND status IN ('queue', 'in_progress')
""")

PRIORITISE = text("""
    UPDATE conversations SET priority = :priority WHERE id = :id AND status IN ('queue', 'in_progress')
""")


async def hand_to(
    tx: Transaction, conversation: Conversation, agent_id: int, agent_name: str, *, reason: str | None, now: datetime
) -> Conversation:
    """Gives an open conversation, locked by the transaction, to an agent. Raises `AlreadyClosed`."""
    parameters = {
        "id": conversation.id,
        "agent_id": agent_id,
        "now": now,
        "owner": conversation.assigned_to,
        "from_queue": conversation.status is ConversationStatus.QUEUE,
    }
    handed = await tx.first(HAND_TO, parameters)
    if handed is None:
        raise AlreadyClosed("A conversa já foi encerrada.")
    after = replace(
        conversation,
        status=ConversationStatus.IN_PROGRESS,
        handled_by=HandledBy.AGENT,
        assigned_to=agent_id,
        last_agent_id=agent_id,
        bot_due_at=None,
        awaiting_since=handed.awaited_since,
        snoozed_until=None,
    )
    event = ConversationAssigned(conversation.id, agent_id, agent_name, reason)
    announce(tx, event, assigned_to=agent_id, status=after.status, former_owner=conversation.assigned_to)
    tx.publish(DESK)
    if conversation.assigned_to is not None:
        tx.publish(ROUTING)  # the former owner has a free place
    return after


async def enqueue(tx: Transaction, conversation: Conversation, *, reason: str | None, now: datetime) -> Conversation:
    """Puts a served conversation, locked by the transaction, into the queue for people."""
    await tx.run(ENQUEUE, {"id": conversation.id, "now": now})
    after = replace(
        conversation,
        status=ConversationStatus.QUEUE,
        handled_by=HandledBy.NONE,
        assigned_to=None,
        bot_due_at=None,
        awaiting_since=conversation.awaiting_since or now,
        snoozed_until=None,
    )
    event = ConversationAssigned(conversation.id, None, None, reason)
    announce(tx, event, assigned_to=None, status=after.status, former_owner=conversation.assigned_to)
    tx.publish(ROUTING)
    tx.publish(DESK)
    return after


async def prioritise(tx: Transaction, actor: Actor, conversation_id: UUID, priority: Priority) -> Conversation:
    """Where an open conversation stands, or will stand, in the queue. Raises as `close` does."""
    conversation = await access_for_work(tx, actor, conversation_id)
    rank = PRIORITY_RANK[priority]
    result = await tx.run(PRIORITISE, {"id": conversation.id, "priority": rank})
    if result.rowcount == 0:
        raise AlreadyClosed("A conversa já foi encerrada.")
    tx.publish(ROUTING)
    tx.publish(DESK)
    return await tell(tx, replace(conversation, priority=rank))


@dataclass(frozen=True, slots=True)
class Ending:
    """How a conversation is closed; `tags` are ids, put on beside those that it wears."""

    resolution: Resolution
    notes: str | None = None
    tags: Collection[int] = ()


async def close(tx: Transaction, actor: Actor, conversation_id: UUID, ending: Ending, now: datetime) -> Conversation:
    """Ends a conversation. Raises `NotFound`, `Forbidden`, `AlreadyClosed`, `ValidationFailed` of the tags."""
    conversation = await access_for_work(tx, actor, conversation_id)
    status = status_after(ending.resolution)
    how = {"status": status, "resolution": ending.resolution, "notes": ending.notes}
    parameters = {"id": conversation.id, "now": now} | how
    result = await tx.run(CLOSE, parameters)
    if result.rowcount == 0:
        raise AlreadyClosed("A conversa já foi encerrada.")
    if ending.tags:
        conversation = await add_tags(tx, conversation, ending.tags)
    event = ConversationClosed(conversation.id, status, ending.resolution)
    announce(tx, event, assigned_to=conversation.assigned_to, status=status)
    tx.publish(ROUTING)
    tx.publish(DESK)
    return replace(
        conversation,
        status=status,
        handled_by=HandledBy.NONE,
        bot_due_at=None,
        awaiting_since=None,
        snoozed_until=None,
    )
