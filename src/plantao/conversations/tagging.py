"""Which tags a conversation wears. Who may answer it may tag it, also after its end."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from plantao.conversations.access import access_for_work
from plantao.conversations.noted import tell_noted
from plantao.conversations.repository import TAGS, Conversation
from plantao.identity.models import Actor
from plantao.kit.db import Transaction
from plantao.tags import worn
from plantao.tags.models import tags_of


async def tag(tx: Transaction, actor: Actor, conversation_id: UUID, tag_ids: Collection[int]) -> Conversation:
    """These tags and no others. Raises `NotFound`, `Forbidden`, `ValidationFailed`."""
    conversation = await access_for_work(tx, actor, conversation_id)
    await worn.replace(tx, TAGS, conversation.id, tag_ids)
    return await tell(tx, conversation)


async def add_tags(tx: Transaction, conversation: Conversation, tag_ids: Collection[int]) -> Conversation:
    """These besides those that a conversation, locked by the transaction, has. Raises `ValidationFailed`."""
    await worn.add(tx, TAGS, conversation.id, tag_ids)
    return await tell(tx, conversation)


async def tell(tx: Transaction, conversation: Conversation) -> Conversation:
    """Tells what people note of a conversation, locked by the transaction; answers it so.

    The tags are read again: those beside the row are from before it was locked.
    """
    [row] = await tell_noted(tx, [conversation.id])
    return replace(conversation, tags=tags_of(row.tags))
