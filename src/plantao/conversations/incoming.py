"""Writing down what a channel brings: any number of messages at once, each exactly once, numbered without gaps."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from plantao.conversations import changes, intake, media_intake, outbox, survey
from plantao.conversations.advances import Advance, advances
from plantao.conversations.arrivals import Incoming, Numbered
from plantao.conversations.events import BOT, DESK, ROUTING, NewMessage, announce
from plantao.conversations.intake import IntakeRules, Occasion, Writer
from plantao.conversations.media_views import public_media
from plantao.conversations.models import Channel, ConversationStatus, HandledBy, MessageStatus
from plantao.conversations.noted import tell_noted
from plantao.conversations.outbox import StatusUpdate
from plantao.conversations.policy import STATUS_RANK, whole_second
from plantao.conversations.views import DeliveryError, MessageView, encode_json, message_id
from plantao.kit.db import Transaction
from plantao.kit.ids import uuid7
from plantao.kit.workers import POLL_SECONDS


async def receive(
    tx: Transaction, messages: Sequence[Incoming], channel: Channel, now: datetime, rules: IntakeRules
) -> list[str]:
    """Stores those of `messages` that are new, in the order of their `sent_at` within a conversation.

    Opens or reopens conversations as needed. Answers the external ids that the bot is about to answer, the newest
    of each conversation. Must be called by one transaction at a
    time (the caller's lock): the numbering trusts that nobody else stores incoming messages meanwhile.
    """
    wanted = {id_ for message in messages for id_ in (message.external_id, message.reply_to) if id_ is not None}
    known, changed = await intake.known_external_ids(tx, wanted)
    fresh = [_on_a_number(message, rules) for message in _without(messages, known)]
    if any(message.echo for message in fresh):
        fresh = await _without_our_own(tx, fresh, channel)
    if not fresh:
        return []
    numbered = await _number(tx, fresh, channel, now, rules)
    moved = advances(numbered, now + rules.bot_debounce)
    await intake.store(tx, [_row(item) for item in numbered], [advance.row() for advance in moved], now=now)
    await _expect_files(tx, numbered, now)
    known |= {item.message.external_id: item.id for item in numbered}
    await _announce(tx, numbered, {advance.conversation_id: advance for advance in moved}, known)
    if changed:
        await changes.apply(tx, changed, now)
    await survey.record(tx, [item.answer for item in numbered if item.answer is not None], now)
    if rules.bot_debounce.total_seconds() < POLL_SECONDS:
        tx.publish(BOT)  # otherwise the worker looks in time by itself, and needs no waking for each message
    return _to_answer(numbered, moved)


def _without(messages: Sequence[Incoming], known: Mapping[str, UUID]) -> list[Incoming]:
    by_id: dict[str, Incoming] = {}
    for message in messages:
        by_id.setdefault(message.external_id, message)
    # Stable: what has the same second stays in the order in which it came.
    return sorted((m for id_, m in by_id.items() if id_ not in known), key=lambda m: m.sent_at)


def _on_a_number(message: Incoming, rules: IntakeRules) -> Incoming:
    return message if message.number else replace(message, number=rules.first_number)


async def _without_our_own(tx: Transaction, messages: Sequence[Incoming], channel: Channel) -> list[Incoming]:
    """Without echoes of what we are sending ourselves at this moment; those say that it has been sent."""
    echoes = [
        {"external_id": m.external_id, "customer_id": m.customer_id, "type": m.type, "content": m.content}
        for m in messages
        if m.echo
    ]
    ours = await intake.on_their_way(tx, echoes, channel)
    sent = [
        StatusUpdate(MessageStatus.SENT, m.sent_at, external_id=m.external_id, id=ours[m.external_id])
        for m in messages
        if m.external_id in ours
    ]
    if sent:
        await outbox.apply_statuses(tx, sent)
    return [m for m in messages if m.external_id not in ours]


async def _number(
    tx: Transaction, messages: Sequence[Incoming], channel: Channel, now: datetime, rules: IntakeRules
) -> list[Numbered]:
    """Each message with its conversation, locked, and the next number in it."""
    answers = await survey.find_answers(tx, [m for m in messages if not m.echo], channel, rules.first_number)
    writers: dict[Writer, Occasion] = {}
    for message in messages:
        if message.external_id not in answers:
            writer = (message.customer_id, message.number)
            writers[writer] = max(message.occasion, writers.get(writer, Occasion.REMARK))
    conversations = await intake.open_conversations(tx, writers, channel, now, rules) if writers else {}
    last: dict[UUID, int] = {}
    numbered = []
    for message in messages:
        answer = answers.get(message.external_id)
        conversation = answer.conversation if answer is not None else conversations[message.customer_id, message.number]
        last[conversation.id] = last.get(conversation.id, conversation.last_seq) + 1
        numbered.append(Numbered(_with_file(message), conversation, uuid7(), last[conversation.id], answer))
    return numbered


def _with_file(message: Incoming) -> Incoming:
    return replace(message, media=media_intake.named(message.media)) if message.media else message


async def _expect_files(tx: Transaction, numbered: Sequence[Numbered], now: datetime) -> None:
    wanted = [(item.id, item.message.media, item.message.sent_at) for item in numbered if item.message.media]
    if wanted:
        await media_intake.expect(tx, wanted, now)


def _to_answer(numbered: Sequence[Numbered], moved: Sequence[Advance]) -> list[str]:
    silent = {advance.conversation_id for advance in moved if advance.silenced}
    newest = {item.conversation.id: item for item in numbered if item.is_turn}
    return [
        item.message.external_id
        for item in newest.values()
        if item.conversation.handled_by == HandledBy.BOT and item.conversation.id not in silent
    ]


def _row(item: Numbered) -> dict[str, Any]:
    message = item.message
    return {
        "id": item.id,
        "conversation_id": item.conversation.id,
        "seq": item.seq,
        "direction": message.direction,
        "type": message.type,
        "content": message.content,
        "caption": message.caption,
        "media": _json(message.media),
        "sent_at": whole_second(message.sent_at),
        "sent_by": message.sent_by,
        "status": message.status,
        "status_rank": STATUS_RANK[message.status],
        "error": _json(message.error),
        "external_id": message.external_id,
        "reply_to": message.reply_to,
        "payload": _json(message.payload),
    }


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else encode_json(value).decode()


async def _announce(
    tx: Transaction, numbered: Sequence[Numbered], moved: Mapping[UUID, Advance], known: Mapping[str, UUID]
) -> None:
    for item in numbered:
        conversation = item.conversation
        event = NewMessage(conversation.id, _view(item, known))
        status = moved[conversation.id].status
        announce(tx, event, assigned_to=conversation.assigned_to, status=status)
    await _announce_woken(tx, [advance.conversation_id for advance in moved.values() if advance.wakes])
    if any(item.conversation.queued for item in numbered) or any(advance.queued for advance in moved.values()):
        tx.publish(ROUTING)
    if any(advance.status == ConversationStatus.QUEUE for advance in moved.values()):
        tx.publish(DESK)  # the queue shows what was said last


async def _announce_woken(tx: Transaction, ids: Sequence[UUID]) -> None:
    """After what woke them. Costs a query only if there are any."""
    if not ids:
        return
    await tell_noted(tx, ids)
    tx.publish(DESK)


def _view(item: Numbered, known: Mapping[str, UUID]) -> MessageView:
    """`known`: our ids by external ids, of all that messages of this batch may refer to."""
    message = item.message
    quoted = known.get(message.reply_to or "")
    return MessageView(
        id=message_id(item.id),
        direction=message.direction,
        content=message.content,
        timestamp=whole_second(message.sent_at),
        status=message.status,
        seq=item.seq,
        type=message.type,
        caption=message.caption,
        media=public_media(message.media),
        sent_by=message.sent_by,
        sent_by_id=None,
        client_id=None,
        error=None if message.error is None else DeliveryError(**message.error),
        payload=message.payload,
        reply_to=None if quoted is None else message_id(quoted),
    )
