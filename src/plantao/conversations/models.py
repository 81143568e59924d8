"""The words of a conversation: its states, its messages' types and states, and the ids they go by."""

from enum import StrEnum
from typing import NewType
from uuid import UUID

ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)


class Channel(StrEnum):
    WHATSAPP = "whatsapp"
    WEB = "web"
    API = "api"


class ConversationStatus(StrEnum):
    """`in_progress`: the bot or a person serves; `queue`: waits for a person; the other two are ends."""

    QUEUE = "queue"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class HandledBy(StrEnum):
    BOT = "bot"
    AGENT = "agent"
    NONE = "none"


class Resolution(StrEnum):
    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    NO_RESPONSE = "no_response"
    SPAM = "spam"
    DUPLICATE = "duplicate"


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Direction(StrEnum):
    INCOMING = "incoming"
    OUTGOING = "outgoing"


class SentBy(StrEnum):
    CUSTOMER = "customer"
    BOT = "bot"
    AGENT = "agent"
    SYSTEM = "system"
    API = "api"


class MessageType(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    BUTTON = "button"
    INTERACTIVE = "interactive"
    REACTION = "reaction"
    ORDER = "order"
    TEMPLATE = "template"
    SYSTEM = "system"
    NOTE = "note"
    UNSUPPORTED = "unsupported"


class MessageStatus(StrEnum):
    """A tick. Its rank only rises; `failed` never replaces a delivery that happened."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"
