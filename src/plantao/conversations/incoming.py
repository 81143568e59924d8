"""Writing down what customers said: any number of messages at once, each exactly once, numbered without gaps."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from plantao.conversations import intake, media_intake, survey
from plantao.conversations.events import BOT, DESK, ROUTING, NewMessage, announce
from plantao.conversations.intake import IntakeRules, OpenConversation, Writer
from plantao.conversations.models import Channel, Direction, HandledBy, MessageStatus, MessageType, SentBy
from plantao.conversations.policy import SERVICE_WINDOW, STATUS_RANK, whole_second
from plantao.conversations.views import MessageView, encode_json, message_id, public_media
from plantao.customers.models import CustomerId
from plantao.kit.db import Transaction
from plantao.kit.ids import uuid7
from plantao.kit.workers import POLL_SECONDS


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a customer. `external_id` is the channel's own: the same one is stored once.

    `opens`: whether it is something to be served (a text, a photo), rather than a note on what is there already
    (a reaction, a changed number): only the former opens a conversation, renews the window and moves the bot.
    """

    customer_id: CustomerId
    external_id: str
    type: MessageType
    content: str
    sent_at: datetime
    opens: bool = True
    caption: str | None = None
    media: dict[str, Any] | None = None
    reply_to: str | None = None
    reply_id: str | None = None  # behind a pressed button or list row
    error: dict[str, Any] | None = None
    sent_by: SentBy = SentBy.CUSTOMER
    number: str = ""  # of ours, that it was written to; empty: the first


@dataclass(frozen=True, slots=True)
class Numbered:
    """`answer`: the grade of a survey, when the message is one. Such a message neither opens nor moves anything."""

    message: Incoming
    conversation: OpenConversation
    id: UUID
    seq: int
    answer: survey.Answer | None = None

    @property
    def opens(self) -> bool:
        return self.message.opens and self.answer is None


async def receive(
    tx: Transaction, messages: Sequence[Incoming], channel: Channel, now: datetime, rules: IntakeRules
) -> list[str]:
    """Stores those of `messages` that are new, in the order of their `sent_at` within a conversation.

    Opens or reopens conversations as needed. Answers the external ids that the bot is about to answer, the newest
    of each conversation. Must be called by one transaction at a
    time (the caller's lock): the numbering trusts that nobody else stores incoming messages meanwhile.
    """
    fresh = await _without_known(tx, [_on_a_number(message, rules) for message in messages])
    if not fresh:
        return []
    answers = await survey.find_answers(tx, fresh, channel, rules.first_number)
    writers = _who_writes([message for message in fresh if message.external_id not in answers])
    conversations = await intake.open_conversations(tx, writers, channel, now, rules) if writers else {}
    numbered = _number(fresh, conversations, answers)
    rank = STATUS_RANK[MessageStatus.DELIVERED]
    rows = [_message_row(item) for item in numbered]
    advances = _advances(numbered, now + rules.bot_debounce)
    await intake.store(tx, rows, advances, now=now, status=MessageStatus.DELIVERED, status_rank=rank)
    await _expect_files(tx, numbered, now)
    _announce(tx, numbered)
    await survey.record(tx, answers.values(), now)
    if rules.bot_debounce.total_seconds() < POLL_SECONDS:
        tx.publish(BOT)  # otherwise the worker looks in time by itself, and needs no waking for each message
    newest = {item.conversation.id: item for item in numbered if item.opens}
    return [item.message.external_id for item in newest.values() if item.conversation.handled_by == HandledBy.BOT]


async def _without_known(tx: Transaction, messages: Sequence[Incoming]) -> list[Incoming]:
    by_id: dict[str, Incoming] = {}
    for message in messages:
        by_id.setdefault(message.external_id, message)
    known = await intake.known_external_ids(tx, list(by_id))
    # Stable: what has the same second stays in the order in which it came.
    return sorted((m for id_, m in by_id.items() if id_ not in known), key=lambda m: m.sent_at)


def _on_a_number(message: Incoming, rules: IntakeRules) -> Incoming:
    return message if message.number else replace(message, number=rules.first_number)


def _who_writes(messages: Sequence[Incoming]) -> dict[Writer, bool]:
    """Each customer with each number, and whether something that opens a conversation was written."""
    writers: dict[Writer, bool] = defaultdict(bool)
    for message in messages:
        writers[message.customer_id, message.number] |= message.opens
    return writers


def _number(
    messages: Sequence[Incoming],
    conversations: Mapping[Writer, OpenConversation],
    answers: Mapping[str, survey.Answer],
) -> list[Numbered]:
    last: dict[UUID, int] = {}
    numbered = []
    for message in messages:
        answer = answers.get(message.external_id)
        conversation = answer.conversation if answer is not None else conversations[message.customer_id, message.number]
        last[conversation.id] = last.get(conversation.id, conversation.last_seq) + 1
        numbered.append(Numbered(message, conversation, uuid7(), last[conversation.id], answer))
    return numbered


async def _expect_files(tx: Transaction, numbered: Sequence[Numbered], now: datetime) -> None:
    wanted = [(item.id, item.message.media, item.message.sent_at) for item in numbered if item.message.media]
    if wanted:
        await media_intake.expect(tx, wanted, now)


def _message_row(item: Numbered) -> dict[str, Any]:
    message = item.message
    return {
        "id": item.id,
        "conversation_id": item.conversation.id,
        "seq": item.seq,
        "type": message.type,
        "content": message.content,
        "caption": message.caption,
        "media": _json(message.media),
        "sent_at": whole_second(message.sent_at),
        "sent_by": message.sent_by,
        "error": _json(message.error),
        "external_id": message.external_id,
        "reply_to": message.reply_to,
    }


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else encode_json(value).decode()


def _advances(numbered: Sequence[Numbered], bot_due_at: datetime) -> list[dict[str, Any]]:
    """What each conversation's row becomes after its new messages."""
    groups: dict[UUID, list[Numbered]] = defaultdict(list)
    for item in numbered:
        groups[item.conversation.id].append(item)
    return [_advance(id_, group, bot_due_at) for id_, group in groups.items()]


def _advance(conversation_id: UUID, group: list[Numbered], bot_due_at: datetime) -> dict[str, Any]:
    turns = [item.message.sent_at for item in group if item.message.opens]
    is_served = any(item.opens for item in group)
    return {
        "advanced": conversation_id,
        "last_seq": group[-1].seq,
        "added": len(group),
        "last_message_at": max(whole_second(item.message.sent_at) for item in group),
        "window_expires_at": max(turns) + SERVICE_WINDOW if turns else None,
        "bot_due_at": bot_due_at if is_served else None,
    }


def _announce(tx: Transaction, numbered: Sequence[Numbered]) -> None:
    for item in numbered:
        conversation = item.conversation
        event = NewMessage(conversation.id, _view(item))
        announce(tx, event, assigned_to=conversation.assigned_to, status=conversation.status)
    if any(item.conversation.queued for item in numbered):
        tx.publish(ROUTING)
        tx.publish(DESK)


def _view(item: Numbered) -> MessageView:
    message = item.message
    return MessageView(
        id=message_id(item.id),
        direction=Direction.INCOMING,
        content=message.content,
        timestamp=whole_second(message.sent_at),
        status=MessageStatus.DELIVERED,
        seq=item.seq,
        type=message.type,
        caption=message.caption,
        media=public_media(message.media),
        sent_by=message.sent_by,
        sent_by_id=None,
        client_id=None,
        error=None,
    )
