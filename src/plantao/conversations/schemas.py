"""Conversations at the API's edge: what may be asked, what is answered. Contract words live here."""

from datetime import datetime
from typing import Annotated, Protocol
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from plantao.conversations.models import (
    Channel,
    ConversationStatus,
    Direction,
    HandledBy,
    MessageStatus,
    MessageType,
    Priority,
    Resolution,
    SentBy,
)
from plantao.conversations.sending import Draft
from plantao.kit.errors import ValidationFailed

MAX_TEXT = 4096  # Meta's limit for a text


def clean_text(value: str) -> str:
    """Refuses what no database column and no screen can take."""
    if "\0" in value or any("\ud800" <= char <= "\udfff" for char in value):
        raise ValueError("O texto contém caracteres inválidos.")
    return value


Text = Annotated[str, AfterValidator(clean_text)]


class MessageInput(BaseModel):
    """`client_id`: the sender's own id, said once. `last_seen_seq`: refuse if there is something newer."""

    model_config = ConfigDict(extra="forbid")

    content: Text = Field("", examples=["Sua internet será normalizada em breve."])
    type: MessageType = MessageType.TEXT
    client_id: Text | None = Field(None, min_length=1, max_length=100)
    last_seen_seq: int | None = Field(None, ge=0, le=2**31 - 1)


class SocketMessage(Protocol):
    """The `send_message` frame."""

    @property
    def content(self) -> str: ...
    @property
    def message_type(self) -> MessageType: ...
    @property
    def client_id(self) -> str | None: ...
    @property
    def last_seen_seq(self) -> int | None: ...


def read_draft(frame: SocketMessage) -> Draft:
    """What a frame asks to say. Raises `ValidationFailed`."""
    return text_draft(frame.content, frame.message_type, frame.client_id, frame.last_seen_seq)


def text_draft(content: str, kind: MessageType, client_id: str | None, last_seen_seq: int | None) -> Draft:
    """A text to send. Raises `ValidationFailed` for what WhatsApp would refuse."""
    if kind is not MessageType.TEXT:
        raise ValidationFailed("Este tipo de mensagem ainda não pode ser enviado por aqui. Use: text.", field="type")
    try:
        clean_text(content + (client_id or ""))
    except ValueError as error:
        raise ValidationFailed(str(error), field="content") from None
    if not content.strip():
        raise ValidationFailed("Escreva a mensagem.", field="content")
    if len(content) > MAX_TEXT:
        raise ValidationFailed(f"O texto deve ter no máximo {MAX_TEXT} caracteres.", field="content")
    return Draft(content, kind, client_id=client_id, last_seen_seq=last_seen_seq)


class CloseInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resolution: Resolution = Field(examples=["resolved"])
    notes: Text | None = Field(None, max_length=4000, examples=["Problema resolvido - reset do modem"])


class NoteInput(BaseModel):
    model_config = ConfigDict(extra="forbid")

    content: Text = Field(min_length=1, max_length=4000)


class ListQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: ConversationStatus | None = None
    channel: Channel | None = None
    assigned_to: int | None = Field(None, ge=1, le=2**31 - 1)
    start_date: AwareDatetime | None = None
    end_date: AwareDatetime | None = None
    page: int = Field(1, ge=1, le=1_000_000)
    limit: int = Field(20, ge=1, le=100)


class MediaOut(BaseModel):
    url: str | None
    mime_type: str | None
    size: int | None
    filename: str | None


class DeliveryErrorOut(BaseModel):
    code: int | None
    title: str
    detail: str | None


class MessageOut(BaseModel):
    id: str = Field(examples=["msg-0199d2a4-7b1e-7c3a-9f00-3b1d2c4e5f60"])
    direction: Direction
    content: str
    timestamp: datetime
    status: MessageStatus
    seq: int
    type: MessageType
    caption: str | None
    media: MediaOut | None
    sent_by: SentBy
    sent_by_id: int | None
    client_id: str | None
    error: DeliveryErrorOut | None


class ConversationOut(BaseModel):
    id: UUID = Field(examples=["550e8400-e29b-41d4-a716-446655440000"])
    customer_phone: str | None = Field(examples=["+5511999999999"])
    customer_name: str | None = Field(examples=["Cliente Exemplo"])
    status: ConversationStatus
    channel: Channel
    assigned_to: int | None
    started_at: datetime
    last_message_at: datetime
    messages_count: int
    handled_by: HandledBy
    priority: Priority
    protocol: str = Field(examples=["20260201-000123"])
    last_seq: int
    window_expires_at: datetime | None


class ConversationPage(BaseModel):
    conversations: list[ConversationOut]
    total: int
    page: int
    pages: int


class ConversationDetail(ConversationOut):
    messages: list[MessageOut]
