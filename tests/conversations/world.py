"""Conversations and messages for tests, made the way in which the product makes them."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text

from plantao.conversations import intake, repository
from plantao.conversations.arrivals import Incoming
from plantao.conversations.incoming import receive
from plantao.conversations.intake import IntakeRules
from plantao.conversations.models import Channel, MessageType
from plantao.conversations.sending import BOT, Draft, append
from plantao.conversations.views import MessageView
from plantao.customers.models import Contact
from plantao.customers.service import place_contacts
from plantao.kit.db import Database

NUMBER = "106540352242922"
RULES = IntakeRules(timedelta(seconds=1.5), ZoneInfo("America/Sao_Paulo"), NUMBER)


async def opened(database: Database, now: datetime, phone: str = "5511999999999", number: str = NUMBER) -> UUID:
    """A customer's open conversation, which the bot serves."""
    async with database.transaction() as tx:
        placed = await place_contacts(tx, [Contact(wa_id=phone)], now)
        return await intake.find_or_open(tx, placed.customer_ids[0], number, Channel.WHATSAPP, now, RULES)


async def hear(database: Database, now: datetime, external_id: str, content: str, phone: str = "5511999999999") -> None:
    """A customer writes."""
    async with database.transaction() as tx:
        placed = await place_contacts(tx, [Contact(wa_id=phone, name="Ana Souza")], now)
        message = Incoming(placed.customer_ids[0], external_id, MessageType.TEXT, content, now)
        await receive(tx, [message], Channel.WHATSAPP, now, RULES)


async def say(database: Database, conversation_id: UUID, content: str, now: datetime) -> MessageView:
    """The bot says something: a message is queued."""
    async with database.transaction() as tx:
        conversation = await repository.lock(tx, conversation_id)
        assert conversation is not None
        return await append(tx, conversation, Draft(content), BOT, now)


def id_of(message: MessageView) -> UUID:
    return UUID(message.id.removeprefix("msg-"))


async def fetch(database: Database, query: str, **values: Any) -> list[Any]:
    async with database.transaction() as tx:
        return [tuple(row) for row in await tx.rows(text(query), values)]
