"""What the others are told of a conversation, after the commit.

A `Broadcast` is a frame for clients, encoded once, with what is needed to decide who may see it: the
conversation's owner and state as they were committed. Every process checks its own sockets against these.
"""

from uuid import UUID

import msgspec

from plantao.conversations.media_views import Media
from plantao.conversations.models import ConversationStatus, MessageStatus, Priority, Resolution
from plantao.conversations.views import DeliveryError, MessageView, Moment, encode_frame
from plantao.kit.db import Transaction
from plantao.tags.models import Tag

TOPIC = "conversation"
OUTBOX = "wake.outbox"
BOT = "wake.bot"
ROUTING = "wake.routing"
MEDIA = "wake.media"
DESK = "desk.changed"  # who waits, who serves or who is there is not what it was


class NewMessage(msgspec.Struct, frozen=True, tag="new_message"):
    conversation_id: UUID
    message: MessageView


class MessageStatusChanged(msgspec.Struct, frozen=True, tag="message_status"):
    conversation_id: UUID
    message_id: str
    status: MessageStatus
    timestamp: Moment
    error: DeliveryError | None


class MessageMedia(msgspec.Struct, frozen=True, tag="message_media"):
    """The file that a customer sent has arrived from the channel: `media.url` is there now."""

    conversation_id: UUID
    message_id: str
    media: Media | None


class MessageChanged(msgspec.Struct, frozen=True, tag="message_changed"):
    """Its writer edited or deleted a message: this is what it is now."""

    conversation_id: UUID
    message: MessageView


class ConversationAssigned(msgspec.Struct, frozen=True, tag="conversation_assigned"):
    """`assigned_to` and `nome` are null when the conversation went back to the queue."""

    conversation_id: UUID
    assigned_to: int | None
    nome: str | None
    reason: str | None


class ConversationClosed(msgspec.Struct, frozen=True, tag="conversation_closed"):
    conversation_id: UUID
    status: ConversationStatus
    resolution: Resolution


class ConversationUpdated(msgspec.Struct, frozen=True, tag="conversation_updated"):
    """Somebody changed what people note of a conversation, or it woke: these are all such fields, as they are now."""

    conversation_id: UUID
    priority: Priority
    tags: list[Tag]
    snoozed_until: Moment | None


class CustomerUpdated(msgspec.Struct, frozen=True, tag="customer_updated"):
    """Somebody changed what people note of the customer, whose card is of this `version` now, with these `tags`."""

    conversation_id: UUID
    customer_id: UUID
    customer_name: str | None
    version: int
    tags: list[Tag]


class ConversationRead(msgspec.Struct, frozen=True, tag="conversation_read"):
    """The user has read up to and with `seq`, here or in another window. To that user alone."""

    conversation_id: UUID
    seq: int


class AgentTyping(msgspec.Struct, frozen=True, tag="agent_typing"):
    conversation_id: UUID
    agent_id: int
    nome: str
    is_typing: bool


ConversationEvent = (
    NewMessage
    | MessageStatusChanged
    | MessageMedia
    | MessageChanged
    | ConversationAssigned
    | ConversationClosed
    | ConversationUpdated
    | CustomerUpdated
    | AgentTyping
    | ConversationRead
)


class Broadcast(msgspec.Struct, frozen=True, array_like=True):
    """`seq` is set for a new message: receivers use it to notice a gap. `former_owner` hears of a loss too."""

    conversation_id: UUID
    assigned_to: int | None
    waiting: bool
    seq: int | None
    former_owner: int | None
    frame: str


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Broadcast).decode


def announce(
    tx: Transaction,
    event: ConversationEvent,
    *,
    assigned_to: int | None,
    status: str,
    former_owner: int | None = None,
) -> None:
    """Publishes `event` after the commit, for those who may see a conversation in this state."""
    seq = event.message.seq if isinstance(event, NewMessage) else None
    waiting = status == ConversationStatus.QUEUE
    broadcast = Broadcast(event.conversation_id, assigned_to, waiting, seq, former_owner, encode_frame(event))
    tx.publish(TOPIC, _encode(broadcast))


def read_broadcast(message: bytes) -> Broadcast:
    return _decode(message)
