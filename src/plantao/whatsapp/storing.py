"""Writing down what a webhook held: messages, their changes, ticks and prices. Each is one statement for any number."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from plantao.conversations import customer_card
from plantao.conversations.arrivals import Incoming
from plantao.conversations.changes import Change, change_messages
from plantao.conversations.incoming import receive
from plantao.conversations.intake import IntakeRules
from plantao.conversations.merging import merge_conversations
from plantao.conversations.models import Channel, Direction, MessageStatus, MessageType, SentBy
from plantao.conversations.outbox import StatusUpdate, apply_statuses
from plantao.customers.models import Contact, CustomerId
from plantao.customers.service import Renaming, forget, join_cards, place_contacts
from plantao.kit.db import Transaction
from plantao.whatsapp import charges, early_statuses, rates
from plantao.whatsapp.account import preferences
from plantao.whatsapp.charges import Charge
from plantao.whatsapp.failures import closes_window, error_of, log_status, redirected
from plantao.whatsapp.wire.models import InboundChange, InboundMedia, InboundMessage, InboundStatus, WireError


async def store_messages(
    tx: Transaction, messages: Sequence[tuple[InboundMessage, datetime]], now: datetime, rules: IntakeRules
) -> list[str]:
    """Stores messages, each with the time at which we received it, for those whose own time is absurd.

    Answers as `receive`.
    """
    if not messages:
        return []
    placed = await place_contacts(tx, [_contact(message) for message, _ in messages], now)
    if placed.merged:
        await merge_conversations(tx, placed.merged, now)
        await join_cards(tx, placed.merged)
        await forget(tx, placed.merged)
        await customer_card.tell_joined(tx, placed.merged)
    incoming = [
        _incoming(message, received_at, customer_id)
        for (message, received_at), customer_id in zip(messages, placed.customer_ids, strict=True)
    ]
    to_answer = await receive(tx, incoming, Channel.WHATSAPP, now, rules)
    await rates.count_received(tx, [message.phone_number_id for message, _ in messages])
    if echoes := [message.wamid for message, _ in messages if message.is_echo]:
        await apply_statuses(tx, await early_statuses.take_all(tx, echoes))
    return to_answer


def _contact(message: InboundMessage) -> Contact | Renaming:
    sender, change = message.sender, message.identity_change
    contact = Contact(sender.bsuid, sender.wa_id, sender.name, sender.username)
    if change is None:
        return contact
    old = Contact(change.old_bsuid or sender.bsuid, change.old_wa_id or sender.wa_id)
    return Renaming(old, Contact(change.new_bsuid, change.new_wa_id))


def _incoming(message: InboundMessage, received_at: datetime, customer_id: CustomerId) -> Incoming:
    media = message.media
    return Incoming(
        customer_id=customer_id,
        external_id=message.wamid,
        type=message.type,
        content=message.content,
        sent_at=message.sent_at or received_at,
        opens=message.is_turn,
        caption=message.caption,
        media=None if media is None else _stored_media(media),
        payload=message.payload,
        reply_to=message.reply_to,
        reply_id=message.reply_id,
        error=_error(message.error),
        sent_by=_author(message),
        echo=message.is_echo,
        number=message.phone_number_id,
    )


def _author(message: InboundMessage) -> SentBy:
    if message.is_echo:
        return SentBy.AGENT
    return SentBy.SYSTEM if message.type is MessageType.SYSTEM else SentBy.CUSTOMER


def _stored_media(media: InboundMedia) -> dict[str, object]:
    """What is needed to fetch the file from Meta within its seven days, and to show it."""
    return {
        "id": media.media_id,
        "mime_type": media.mime_type,
        "filename": media.filename,
        "sha256": media.sha256,
        "voice": media.voice,
    }


async def store_changes(tx: Transaction, changes: Sequence[tuple[InboundChange, datetime]], now: datetime) -> None:
    """As `store_messages`, for edits and deletions."""
    await change_messages(tx, [_change(change, received_at) for change, received_at in changes], now)


def _change(change: InboundChange, received_at: datetime) -> Change:
    direction = Direction.OUTGOING if change.is_echo else Direction.INCOMING
    return Change(change.wamid, change.original, direction, change.at or received_at, change.content)


async def store_statuses(tx: Transaction, statuses: Sequence[InboundStatus], now: datetime) -> None:
    if not statuses:
        return
    await preferences.note_refusals(tx, statuses, now)
    updates = [_update(status, now) for status in statuses]
    unknown = await apply_statuses(tx, [update for update in updates if not await redirected(tx, update, now)])
    if unknown:
        await early_statuses.lock(tx, [update.external_id for update in unknown if update.external_id])
        await early_statuses.keep(tx, await apply_statuses(tx, unknown))
    await charges.keep(tx, [_charge(status, now) for status in statuses if status.billable is not None])


def _charge(status: InboundStatus, now: datetime) -> Charge:
    return Charge(
        external_id=status.wamid,
        phone_number_id=status.phone_number_id,
        at=status.at or now,
        category=status.pricing_category,
        type=status.pricing_type,
        billable=bool(status.billable),
    )


def _update(status: InboundStatus, now: datetime) -> StatusUpdate:
    code = status.error.code if status.error is not None else None
    if status.error is not None:
        log_status(status.error, status.wamid)
    return StatusUpdate(
        status=MessageStatus(status.status),
        at=status.at or now,
        external_id=status.wamid,
        id=_our_id(status.callback_data),
        error=error_of(code) if status.error is not None else None,
        closes_window=closes_window(code),
    )


def _our_id(callback_data: str | None) -> UUID | None:
    """The id that we gave the message, unless another system that shares the number gave its own."""
    try:
        return UUID(callback_data) if callback_data else None
    except ValueError:
        return None


def _error(error: WireError | None) -> dict[str, object] | None:
    return None if error is None else {"code": error.code, "title": error.title, "detail": error.detail}
