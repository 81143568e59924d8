"""Saying something: a message is written down and queued; the channel's sender takes it from there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from plantao.conversations import media_files, quoting, repository
from plantao.conversations.access import access_for_work
from plantao.conversations.assigning import hand_to
from plantao.conversations.errors import AlreadyClosed, OutsideServiceWindow, StaleConversation
from plantao.conversations.events import DESK, OUTBOX, NewMessage, announce
from plantao.conversations.media_views import public_media
from plantao.conversations.models import Direction, MessageStatus, MessageType, SentBy
from plantao.conversations.noted import tell_noted
from plantao.conversations.policy import STATUS_RANK, whole_second, window_is_open
from plantao.conversations.repository import Conversation
from plantao.conversations.views import MessageView, message_id, message_view
from plantao.identity.models import Actor
from plantao.kit.db import Transaction
from plantao.kit.ids import uuid7


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be said. `payload` holds what the channel needs beyond the text (a template's parameters).

    `reply_to`: our id of the message that is quoted, or reacted to.

    `media`: mime_type, filename, and either `link` or `file` (the id of a staged file) with its size.

    `client_id`: the sender's own id; the same one in the same conversation is said once. `last_seen_seq`: the
    newest message that the sender had seen; the send is refused if the conversation has moved on since.
    """

    content: str
    type: MessageType = MessageType.TEXT
    caption: str | None = None
    media: dict[str, Any] | None = None
    payload: dict[str, Any] | None = None
    reply_to: UUID | None = None
    client_id: str | None = None
    last_seen_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Author:
    sent_by: SentBy
    user_id: int | None = None


Fit = Callable[[Transaction, Draft, Conversation], Awaitable[Draft]]
"""What the channel makes of a draft for this conversation. Raises `ValidationFailed` for what it would refuse."""

BOT = Author(SentBy.BOT)
SYSTEM = Author(SentBy.SYSTEM)

INSERT = text("""
    INSERT INTO messages
        (id, conversation_id, seq, direction, type, content, caption, media, sent_at, stored_at, sent_by, sent_by_id,
         client_id, status, status_rank, reply_to, payload, due_at, sent_from)
    VALUES
        (:id, :conversation_id, :seq, :direction, :type, :content, :caption, :media, :sent_at, :now, :sent_by,
         :sent_by_id, :client_id, :status, :status_rank, :reply_to, :payload, :due_at, :sent_from)
""").bindparams(
    bindparam("media", type_=JSONB(none_as_null=True)), bindparam("payload", type_=JSONB(none_as_null=True))
)

ADVANCE = text("""
    UPDATE conversations SET
        last_seq = :seq, messages_count = messages_count + :counted, last_message_at = greatest(last_message_at, :at),
        awaiting_since = CASE WHEN :answers THEN NULL ELSE awaiting_since END,
        snoozed_until = CASE WHEN :wakes THEN NULL ELSE snoozed_until END
    WHERE id = :id
""")

# Once an assignment, not once a message.
FIRST_ANSWER = text("""
    UPDATE conversation_assignments SET answered_at = :now, answered_by = :user_id
    WHERE id = (SELECT max(id) FROM conversation_assignments WHERE conversation_id = :id) AND answered_at IS NULL
""")


async def send_as_agent(
    tx: Transaction, actor: Actor, conversation_id: UUID, draft: Draft, now: datetime, fit: Fit
) -> MessageView:
    """A person answers. Whoever answers a conversation that nobody has, has it from then on.

    Raises what `fit` raises, `NotFound`, `Forbidden`, `AlreadyClosed`, `StaleConversation`, `OutsideServiceWindow`,
    `ValidationFailed`.
    """
    conversation = await access_for_work(tx, actor, conversation_id)
    if draft.client_id is not None:
        said = await repository.message_with_client_id(tx, conversation.id, draft.client_id)
        if said is not None:
            return message_view(said)
    _check_sendable(conversation, draft, now)
    draft = await fit(tx, draft, conversation)
    if conversation.assigned_to is None:
        conversation = await hand_to(tx, conversation, actor.user_id, actor.name, reason=None, now=now)
    return await append(tx, conversation, draft, Author(SentBy.AGENT, actor.user_id), now)


async def append(
    tx: Transaction, conversation: Conversation, draft: Draft, author: Author, now: datetime
) -> MessageView:
    """Writes the next message of a conversation that the transaction has locked, and queues it.

    A note is written and never sent. Raises `ValidationFailed` on `reply_to`.
    """
    is_note = draft.type is MessageType.NOTE
    seq, at, id_ = conversation.last_seq + 1, whole_second(now), uuid7()
    status = MessageStatus.DELIVERED if is_note else MessageStatus.QUEUED
    quoted = draft.reply_to and await quoting.external_id_of(tx, conversation.id, draft.reply_to, draft.type, now)
    row = {
        "id": id_,
        "conversation_id": conversation.id,
        "seq": seq,
        "direction": Direction.OUTGOING,
        "type": draft.type,
        "content": draft.content,
        "caption": draft.caption,
        "media": draft.media,
        "sent_at": at,
        "now": now,
        "sent_by": author.sent_by,
        "sent_by_id": author.user_id,
        "client_id": draft.client_id,
        "status": status,
        "status_rank": STATUS_RANK[status],
        "reply_to": quoted,
        "payload": draft.payload,
        "due_at": None if is_note else now,
        "sent_from": conversation.phone_number_id or "",
    }
    await tx.run(INSERT, row)
    if draft.media is not None and "file" in draft.media:
        await media_files.attach(tx, draft.media["file"], id_, author.user_id)
    says = author.sent_by is SentBy.AGENT and draft.type not in (MessageType.NOTE, MessageType.REACTION)
    answers = says and conversation.awaiting_since is not None
    wakes = says and conversation.snoozed_until is not None
    counted = 0 if is_note else 1
    moved = {"id": conversation.id, "seq": seq, "counted": counted, "at": at, "answers": answers, "wakes": wakes}
    await tx.run(ADVANCE, moved)
    if answers:
        await tx.run(FIRST_ANSWER, {"id": conversation.id, "now": now, "user_id": author.user_id})
    view = _view(row, draft.reply_to)
    event = NewMessage(conversation.id, view)
    announce(tx, event, assigned_to=conversation.assigned_to, status=conversation.status)
    if wakes:
        await tell_noted(tx, [conversation.id])
        tx.publish(DESK)
    tx.publish(OUTBOX)
    return view


def _check_sendable(conversation: Conversation, draft: Draft, now: datetime) -> None:
    if not conversation.is_open:
        raise AlreadyClosed("A conversa já foi encerrada.")
    if draft.last_seen_seq is not None and draft.last_seen_seq < conversation.last_seq:
        raise StaleConversation("Chegaram mensagens novas nesta conversa. Leia-as antes de enviar.")
    check_window(conversation, draft, now)


def check_window(conversation: Conversation, draft: Draft, now: datetime) -> None:
    """Raises `OutsideServiceWindow` for free text that Meta would refuse."""
    if draft.type in (MessageType.TEMPLATE, MessageType.NOTE):
        return
    if not window_is_open(conversation.window_expires_at, now):
        raise OutsideServiceWindow(
            "Passaram mais de 24 horas desde a última mensagem do cliente: envie um template pré-aprovado."
        )


def _view(row: dict[str, Any], quoted: UUID | None) -> MessageView:
    return MessageView(
        id=message_id(row["id"]),
        direction=row["direction"],
        content=row["content"],
        timestamp=row["sent_at"],
        status=row["status"],
        seq=row["seq"],
        type=row["type"],
        caption=row["caption"],
        media=public_media(row["media"]),
        sent_by=row["sent_by"],
        sent_by_id=row["sent_by_id"],
        client_id=row["client_id"],
        error=None,
        payload=row["payload"],
        reply_to=None if quoted is None else message_id(quoted),
    )
