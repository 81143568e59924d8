"""Whose conversation is it? Every way to a conversation, by HTTP or by socket, goes through here."""

from uuid import UUID

from plantao.conversations import repository
from plantao.conversations.models import ConversationStatus
from plantao.conversations.repository import Conversation
from plantao.identity.models import Actor
from plantao.identity.policy import Permission, check_may, may
from plantao.kit.db import Transaction
from plantao.kit.errors import Forbidden, NotFound


def may_see(actor: Actor, assigned_to: int | None, *, waiting: bool) -> bool:
    """Leads see all; who serves sees the own ones, and those that wait for anybody."""
    if may(actor, Permission.SEE_ALL_CONVERSATIONS):
        return True
    return may(actor, Permission.SERVE_CONVERSATIONS) and (assigned_to == actor.user_id or waiting)


async def access_conversation(
    tx: Transaction, actor: Actor, conversation_id: UUID, *, lock: bool = False
) -> Conversation:
    """The conversation, if `actor` may see it; locked for a change on request.

    Raises `Forbidden` for who serves nobody, `NotFound` alike for what does not exist and what is another's.
    """
    check_may(actor, Permission.SERVE_CONVERSATIONS)
    read = repository.lock if lock else repository.find
    conversation = await read(tx, conversation_id)
    if conversation is None or not _sees(actor, conversation):
        raise NotFound("Conversa não encontrada.")
    return conversation


async def access_for_work(tx: Transaction, actor: Actor, conversation_id: UUID) -> Conversation:
    """Locks a conversation that `actor` may answer, transfer or close: the own one, or any for leads."""
    conversation = await access_conversation(tx, actor, conversation_id, lock=True)
    check_may_work(actor, conversation)
    return conversation


def check_may_work(actor: Actor, conversation: Conversation) -> None:
    """Of a conversation that `actor` may see. Raises `Forbidden`."""
    if conversation.assigned_to != actor.user_id and not may(actor, Permission.SEE_ALL_CONVERSATIONS):
        raise Forbidden("Assuma a conversa antes de agir nela.")


def _sees(actor: Actor, conversation: Conversation) -> bool:
    waiting = conversation.status is ConversationStatus.QUEUE
    return may_see(actor, conversation.assigned_to, waiting=waiting)
