"""The customer of a conversation: who may see the one may see the other, who may answer may write on the card."""

from collections.abc import Collection, Mapping
from typing import NamedTuple
from uuid import UUID

from plantao.conversations import histories
from plantao.conversations.access import access_conversation, check_may_work
from plantao.conversations.events import CustomerUpdated, announce
from plantao.conversations.histories import Past
from plantao.conversations.repository import Conversation
from plantao.customers import card_repository
from plantao.customers.card_repository import Profile
from plantao.customers.models import CustomerId
from plantao.identity.models import Actor
from plantao.kit.db import Transaction
from plantao.kit.errors import Conflict, NotFound
from plantao.tags import worn


class Shown(NamedTuple):
    profile: Profile
    past: list[Past]


async def show(tx: Transaction, actor: Actor, conversation_id: UUID) -> Shown:
    """Raises `NotFound`, `Forbidden`, as the conversation itself does."""
    conversation = await access_conversation(tx, actor, conversation_id)
    return await _shown(tx, actor, conversation.customer_id)


async def change(
    tx: Transaction, actor: Actor, conversation_id: UUID, version: int, changes: Mapping[str, str | None]
) -> Shown:
    """Writes on the card that was seen at `version`. Raises `NotFound`, `Forbidden`, `Conflict`."""
    conversation = await _for_work(tx, actor, conversation_id)
    if not await card_repository.change(tx, conversation.customer_id, version, changes):
        raise _overtaken()
    return await _told(tx, actor, conversation)


async def tag(tx: Transaction, actor: Actor, conversation_id: UUID, tag_ids: Collection[int]) -> Shown:
    """These tags and no others. Raises as `change` does, and `ValidationFailed`."""
    conversation = await _for_work(tx, actor, conversation_id)
    if not await card_repository.lock(tx, conversation.customer_id):
        raise _overtaken()
    await worn.replace(tx, card_repository.TAGS, conversation.customer_id, tag_ids)
    return await _told(tx, actor, conversation)


async def _for_work(tx: Transaction, actor: Actor, conversation_id: UUID) -> Conversation:
    """Unlocked: what comes in locks customers first and conversations then, and so nobody may do it the other way."""
    conversation = await access_conversation(tx, actor, conversation_id)
    check_may_work(actor, conversation)
    return conversation


async def _told(tx: Transaction, actor: Actor, conversation: Conversation) -> Shown:
    shown = await _shown(tx, actor, conversation.customer_id)
    _announce(tx, shown.profile, conversation.id, conversation.assigned_to, conversation.status)
    await _tell_open(tx, shown.profile, but=conversation.id)
    return shown


async def tell_joined(tx: Transaction, merged: Mapping[CustomerId, CustomerId]) -> None:
    """Tells those who look at customers that were merged into one (by loser) what is on the card now."""
    for customer_id in set(merged.values()) - set(merged):
        profile = await card_repository.read(tx, customer_id)
        if profile is not None:
            await _tell_open(tx, profile)


async def _tell_open(tx: Transaction, profile: Profile, *, but: UUID | None = None) -> None:
    """Tells a customer's card to who looks at any open conversation of the customer."""
    for row in await histories.still_open(tx, profile.id):
        if row.id != but:
            _announce(tx, profile, row.id, row.assigned_to, row.status)


def _announce(tx: Transaction, profile: Profile, conversation_id: UUID, assigned_to: int | None, status: str) -> None:
    event = CustomerUpdated(conversation_id, profile.id, profile.shown_name, profile.card.version, profile.tags)
    announce(tx, event, assigned_to=assigned_to, status=status)


async def _shown(tx: Transaction, actor: Actor, customer_id: UUID) -> Shown:
    profile = await card_repository.read(tx, customer_id)
    if profile is None:  # merged into another one between two statements
        raise NotFound("Cliente não encontrado.")
    return Shown(profile, await histories.newest(tx, actor, customer_id))


def _overtaken() -> Conflict:
    return Conflict("Outra pessoa mudou este cliente. Veja o que há agora e repita a mudança.", field="version")
