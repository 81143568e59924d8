"""Writing to a phone number first: the customer and the conversation are found, or made."""

from datetime import datetime
from uuid import UUID

from plantao.conversations import intake, repository
from plantao.conversations.intake import IntakeRules
from plantao.conversations.models import Channel, SentBy
from plantao.conversations.sending import Author, Draft, Fit, append, check_window
from plantao.conversations.views import MessageView
from plantao.customers.models import Contact
from plantao.customers.service import place_contacts
from plantao.identity.models import Actor
from plantao.kit.db import Transaction
from plantao.kit.errors import NotFound


async def send_to_phone(
    tx: Transaction,
    actor: Actor,
    phone: str,
    number: str,
    draft: Draft,
    now: datetime,
    rules: IntakeRules,
    fit: Fit,
) -> tuple[UUID, MessageView]:
    """`phone`: canonical digits; `number`: the id of ours that writes.

    Answers the conversation's id and the queued message.

    A new conversation is the bot's until a person takes it. Raises what `fit` raises, and `OutsideServiceWindow` for
    a text that Meta would refuse; then nothing is made.
    """
    placed = await place_contacts(tx, [Contact(phone=phone)], now)
    conversation_id = await intake.find_or_open(tx, placed.customer_ids[0], number, Channel.WHATSAPP, now, rules)
    conversation = await repository.lock(tx, conversation_id)
    if conversation is None:
        raise NotFound("Conversa não encontrada.")
    check_window(conversation, draft, now)
    draft = await fit(tx, draft, conversation)
    author = Author(SentBy.API, actor.user_id)
    return conversation.id, await append(tx, conversation, draft, author, now)
