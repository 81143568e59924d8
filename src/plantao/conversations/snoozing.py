"""Putting a conversation aside until a moment.

It stays its agent's and takes no place of theirs meanwhile. It wakes when its time has come (`waking`), when the
customer writes or somebody answers elsewhere (`intake`), when a person answers here (`sending`), when it is given to
somebody, queued or closed (`assigning`), and when a person says so. Awake it counts again, even above the agent's
maximum. What the customer waits is not shortened by it: `awaiting_since` stays as it is.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import text

from plantao.conversations.access import access_for_work
from plantao.conversations.errors import AlreadyClosed
from plantao.conversations.events import DESK, ROUTING
from plantao.conversations.repository import Conversation
from plantao.conversations.tagging import tell
from plantao.identity.models import Actor
from plantao.kit.db import Transaction
from plantao.kit.errors import Conflict, ValidationFailed

LONGEST: Final = timedelta(days=90)

SNOOZE = text("""
    UPDATE conversations SET snoozed_until = :until
    WHERE id = :id AND status = 'in_progress' AND handled_by = 'agent'
""")
WAKE = text("UPDATE conversations SET snoozed_until = NULL WHERE id = :id AND snoozed_until IS NOT NULL")


async def snooze(tx: Transaction, actor: Actor, conversation_id: UUID, until: datetime, now: datetime) -> Conversation:
    """Puts the own conversation aside, or any that somebody has for leads; again, until another moment.

    Raises `ValidationFailed` on `until`, what `access_for_work` raises, `AlreadyClosed`, and `Conflict` while nobody
    has the conversation.
    """
    check_until(until, now)
    conversation = await access_for_work(tx, actor, conversation_id)
    if not conversation.is_open:
        raise AlreadyClosed("A conversa já foi encerrada.")
    result = await tx.run(SNOOZE, {"id": conversation.id, "until": until})
    if result.rowcount == 0:
        raise Conflict("Ninguém tem esta conversa: assuma-a antes de adiar.")
    return await _told(tx, replace(conversation, snoozed_until=until))


async def wake(tx: Transaction, actor: Actor, conversation_id: UUID) -> Conversation:
    """Ends it before its time. What does not sleep stays as it is. Raises what `access_for_work` raises."""
    conversation = await access_for_work(tx, actor, conversation_id)
    result = await tx.run(WAKE, {"id": conversation.id})
    return await _told(tx, replace(conversation, snoozed_until=None)) if result.rowcount else conversation


def check_until(until: datetime, now: datetime) -> None:
    if until <= now:
        raise ValidationFailed("Escolha um momento no futuro.", field="until")
    if until > now + LONGEST:
        raise ValidationFailed(f"Uma conversa pode ser adiada por no máximo {LONGEST.days} dias.", field="until")


async def _told(tx: Transaction, conversation: Conversation) -> Conversation:
    after = await tell(tx, conversation)
    tx.publish(ROUTING)  # a place may have become free
    tx.publish(DESK)
    return after
