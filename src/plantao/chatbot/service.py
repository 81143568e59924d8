"""The bot on request: what it would say, and calling a person in its place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from plantao.chatbot.engine import Context, Engine, Line, Reply
from plantao.chatbot.manner import Manner
from plantao.chatbot.policy import is_unsure, needs_person
from plantao.chatbot.turns import HISTORY, read_line
from plantao.conversations import bot_turns, queueing, repository
from plantao.conversations.access import access_conversation
from plantao.conversations.assigning import enqueue
from plantao.conversations.errors import AlreadyClosed
from plantao.conversations.models import ConversationStatus, MessageType, SentBy
from plantao.conversations.repository import Conversation
from plantao.conversations.sending import Author, Draft, append
from plantao.identity.models import Actor
from plantao.kit.clock import Clock
from plantao.kit.db import Database, Transaction
from plantao.routing.assignment import assign_waiting
from plantao.routing.policy import PACE_WINDOW, estimated_wait_minutes


@dataclass(frozen=True, slots=True)
class Facts:
    """What a caller knows of the customer."""

    customer_name: str | None = None
    customer_plan: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a conversation stands after it was escalated; the numbers are 0 when a person serves."""

    status: ConversationStatus
    position: int
    estimated_wait_minutes: int


async def consult(
    database: Database,
    engine: Engine,
    manner: Manner,
    actor: Actor,
    conversation_id: UUID,
    message: str,
    facts: Facts,
) -> Reply:
    """What the engine would answer to `message` as the customer's next one. Nothing is stored or sent.

    The one thing kept is whether it understood, for `low confidence twice in a row`. No transaction is open while
    the engine computes. Raises `NotFound`, `Forbidden`.
    """
    async with database.transaction() as tx:
        conversation = await access_conversation(tx, actor, conversation_id)
        rows = await bot_turns.history(tx, conversation.id, HISTORY)
    reply = await engine.reply(_lines(rows, message), _context(conversation, facts, manner))
    async with database.transaction() as tx:
        unsure = is_unsure(reply, manner.confidence_threshold)
        unsure_count = await bot_turns.count_unsure(tx, conversation.id, unsure=unsure)
    return replace(reply, should_transfer=needs_person(reply, unsure_count))


def _lines(rows: Sequence[Row[Any]], message: str) -> list[Line]:
    """The conversation, and the message in question as the customer's answer to what we last said."""
    lines = [read_line(row) for row in rows]
    while lines and lines[-1].from_customer:
        lines.pop()  # still unanswered, perhaps by the very turn that asks: the message stands for it
    return [*lines, Line(from_customer=True, text=message)]


def _context(conversation: Conversation, facts: Facts, manner: Manner) -> Context:
    name = facts.customer_name or conversation.customer_name
    return Context(conversation.protocol, name, facts.customer_plan, conversation.bot_unsure_count, manner.facts())


async def escalate(tx: Transaction, actor: Actor, conversation_id: UUID, reason: str | None, clock: Clock) -> Place:
    """Puts a conversation that the bot serves into the queue, and assigns at once if somebody is free.

    Who waits already keeps the place; who is served by a person is left there: so a repetition is harmless.
    Raises `NotFound`, `Forbidden`, `AlreadyClosed`.
    """
    now = clock.now()
    conversation = await access_conversation(tx, actor, conversation_id, lock=True)
    if not conversation.is_open:
        raise AlreadyClosed("A conversa já foi encerrada.")
    if conversation.status is ConversationStatus.IN_PROGRESS and conversation.assigned_to is None:
        if reason:
            note = Draft(f"Escalada para atendimento: {reason}", MessageType.NOTE)
            await append(tx, conversation, note, Author(SentBy.API, actor.user_id), now)
        await enqueue(tx, conversation, reason=reason, now=now)
        await assign_waiting(tx, now)
        conversation = await repository.lock(tx, conversation.id) or conversation
    return await _place(tx, conversation, now)


async def _place(tx: Transaction, conversation: Conversation, now: datetime) -> Place:
    if conversation.status is not ConversationStatus.QUEUE:
        return Place(conversation.status, 0, 0)
    position = await queueing.position_of(tx, conversation.id)
    figures = await queueing.figures(tx, now, now - PACE_WINDOW)
    return Place(conversation.status, position, estimated_wait_minutes(position, figures.assigned))
